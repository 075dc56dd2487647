"""Names of streets on maps for paper: along the street, once each, where there is room."""

import math
from collections import Counter
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analytics.reports.looks import INK, PAPER

MOST_STREET_NAMES = 40
NAMED_WITHIN = 0.09
"""Streets of a hot spot are named within this share of the map's width from it."""
MOST_NAMES_A_PLACE = 4
_NAME_SIZE = 6.5


def label(axes: Axes, x: float, y: float, words: str, size: float, **look: object) -> Text:
    """Write words at a point of the map, readable on any ground."""
    return axes.text(
        x,
        y,
        words,
        fontsize=size,
        color=INK,
        ha="center",
        va="center",
        clip_on=True,
        parse_math=False,
        path_effects=[withStroke(linewidth=2, foreground=PAPER)],
        **look,
    )


def name_streets(
    figure: Figure,
    axes: Axes,
    streets: gpd.GeoDataFrame,
    view: tuple[float, float, float, float],
    taken: list[Bbox],
) -> None:
    """Name the longest streets in view, once each, along the street, where there is room."""
    names, lines = _named_lines(streets)
    parts = shapely.intersection(lines, shapely.box(*view))
    _place_names(figure, axes, names, parts, list(taken), set(), MOST_STREET_NAMES)


def _named_lines(streets: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    names = streets["name"].fillna("").astype(str).to_numpy()
    return names[names != ""], streets.geometry.to_numpy()[names != ""]


def name_near(
    figure: Figure,
    axes: Axes,
    streets: gpd.GeoDataFrame,
    view: tuple[float, float, float, float],
    taken: list[Bbox],
    hotspots: gpd.GeoDataFrame,
) -> list[Bbox]:
    """Name the streets at each hot spot, close to it; return the room taken with their names."""
    boxes, named = list(taken), set()
    reach = NAMED_WITHIN * (view[2] - view[0])
    names, lines = _named_lines(streets)
    tree = shapely.STRtree(lines)
    for shape in hotspots.geometry:
        area = shape.buffer(reach).intersection(shapely.box(*view))
        near = np.sort(tree.query(area, predicate="intersects"))
        touching = names[near[shapely.distance(lines[near], shape) < 15.0]]
        wanted = near[np.isin(names[near], touching)]
        # Beside the place first, where the name hides nothing; else on the street inside it.
        for room in (area.difference(shape), area):
            parts = shapely.intersection(lines[wanted], room)
            most = MOST_NAMES_A_PLACE
            _place_names(figure, axes, names[wanted], parts, boxes, named, most, 5)
    return boxes


def _place_names(
    figure: Figure,
    axes: Axes,
    names: np.ndarray,
    lines: np.ndarray,
    boxes: list[Bbox],
    named: set[str],
    most: int,
    tries: int = 1,
) -> None:
    """Name streets on their parts `lines`, the longest first; adds to `boxes` and `named`.

    Where there is no room on a street's longest part the next is tried, `tries` in all.
    """
    frame, tried, placed = axes.bbox, Counter(), 0
    lengths = shapely.length(lines)
    for number in np.argsort(-lengths, kind="stable"):
        words = str(names[number])
        tried[words] += 1
        if not words or words in named or not lengths[number] or tried[words] > tries:
            continue
        middle, angle = _middle(lines[number])
        box = _room(figure, axes, middle, angle, words)
        is_cut = not (frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1))
        if is_cut or any(box.overlaps(other) for other in boxes):
            continue
        label(axes, *middle, words, size=_NAME_SIZE, rotation=angle, zorder=6)
        boxes.append(box)
        named.add(words)
        placed += 1
        if placed == most:
            return


def _room(
    figure: Figure, axes: Axes, middle: tuple[float, float], angle: float, words: str
) -> Bbox:
    """Return the room in pixels that a street's name takes, without drawing it."""
    (width, _), (_, height) = (_size(text, figure.dpi) for text in (words, "lp"))
    turned = math.radians(angle)
    across, up = abs(math.cos(turned)), abs(math.sin(turned))
    half_x, half_y = (width * across + height * up) / 2, (width * up + height * across) / 2
    x, y = axes.transData.transform(middle)
    return Bbox([[x - half_x, y - half_y], [x + half_x, y + half_y]])


@lru_cache(maxsize=20_000)
def _size(words: str, dots_per_inch: float) -> tuple[float, float]:
    """Return width and height in pixels of a street's name."""
    renderer = RendererAgg(1, 1, dots_per_inch)
    font = FontProperties(size=_NAME_SIZE)
    return renderer.get_text_width_height_descent(words, font, False)[:2]


def _middle(street: shapely.Geometry) -> tuple[tuple[float, float], float]:
    """Return the middle of a street's longest part and its direction there in degrees."""
    part = max(shapely.get_parts(street), key=lambda line: line.length)
    before = part.interpolate(0.45, normalized=True)
    after = part.interpolate(0.55, normalized=True)
    middle = part.interpolate(0.5, normalized=True)
    angle = math.degrees(math.atan2(after.y - before.y, after.x - before.x))
    upright = (angle + 90) % 180 - 90
    return (middle.x, middle.y), upright
