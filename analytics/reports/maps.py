"""Maps for paper: streets with readable names, hot spots with their ranks, a route."""

import io
import math

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

from analytics.reports.looks import INK, LINE, PAPER, PRIMARY, QUIET
from analytics.reports.street_names import label, name_near, name_streets

DOT = "#C8441A"
RAMPS = {
    "need": ["#FFF3E0", "#FFC56E", "#F5841F", "#C8441A", "#570F1B"],
    "patrol": ["#E8F0FA", "#A9C6E8", "#5B93CF", "#1D4F91", "#0B2548"],
}
COLOURS = 200
SMALLEST_LABELLED_POINTS = 16
_CM_PER_INCH = 2.54


def map_png(
    hotspots: gpd.GeoDataFrame | None = None,
    *,
    streets: gpd.GeoDataFrame | None = None,
    boundary: gpd.GeoDataFrame | None = None,
    route: list[tuple[float, float]] | None = None,
    bases: gpd.GeoDataFrame | None = None,
    value: str = "",
    unit: str = "",
    ramp: str = "need",
    zoom_to_hotspots: bool = True,
    zoom_margin_m: float = 0.0,
    size_cm: tuple[float, float] = (17.0, 13.0),
    dots_per_inch: int = 160,
    name_round_hotspots: bool = False,
) -> bytes:
    """Draw a map and return it as PNG bytes; safe to call from several threads.

    All layers and the `route` (x, y pairs in order of travel) are in one projected CRS in metres.
    `hotspots` are labelled with their column `rank`, and coloured by the column `value` in `unit`
    on the `ramp` "need" or "patrol" where it is named. The view holds the hot spots, route and
    bases with `zoom_margin_m` round them; the whole boundary with `zoom_to_hotspots` False. With
    `name_round_hotspots` the streets at the hot spots are named first, and there. Raises
    ValueError when every layer is empty.
    """
    figure = Figure(
        figsize=tuple(side / _CM_PER_INCH for side in size_cm), dpi=dots_per_inch, facecolor=PAPER
    )
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    near = [hotspots, bases, _route_frame(route)] if zoom_to_hotspots else []
    view = _view(near, [boundary, streets, hotspots], size_cm, zoom_margin_m)
    if _has_rows(streets):
        streets = streets.iloc[streets.sindex.query(shapely.box(*view), predicate="intersects")]
    axes.set_xlim(view[0], view[2])
    axes.set_ylim(view[1], view[3])
    axes.set_aspect("equal")
    axes.set_axis_off()
    if _has_rows(boundary):
        boundary.boundary.plot(ax=axes, color=QUIET, linewidth=1.2, linestyle="--", zorder=1)
    if _has_rows(streets):
        streets.plot(ax=axes, color=LINE, linewidth=0.9, zorder=2)
    if _has_rows(hotspots):
        _draw_hotspots(figure, axes, hotspots, value, unit, ramp)
    if route:
        xs, ys = zip(*route, strict=True)
        axes.plot(xs, ys, color=PRIMARY, linewidth=1.8, zorder=5)
    if _has_rows(bases):
        points = bases.geometry.centroid
        axes.scatter(points.x, points.y, marker="s", s=40, color=PRIMARY, zorder=7)
    taken: list[Bbox] = []
    if _has_rows(hotspots):
        taken = _draw_ranks(figure, axes, hotspots)
        if name_round_hotspots and _has_rows(streets):
            taken = name_near(figure, axes, streets, view, taken, hotspots)
        taken = [*_outlines(axes, hotspots), *taken]
    if _has_rows(streets):
        name_streets(figure, axes, streets, view, taken)
    _draw_scale(axes, view)
    return as_png(figure)


def as_png(figure: Figure) -> bytes:
    """Return a drawn figure as PNG of few colours: a quarter of the bytes, and printed the same."""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    image = Image.fromarray(pixels).quantize(
        COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    picture = io.BytesIO()
    image.save(picture, "PNG")
    return picture.getvalue()


def _has_rows(layer: gpd.GeoDataFrame | None) -> bool:
    return layer is not None and not layer.empty


def _route_frame(route: list[tuple[float, float]] | None) -> gpd.GeoDataFrame | None:
    return gpd.GeoDataFrame(geometry=shapely.points(route)) if route else None


def _view(
    near: list[gpd.GeoDataFrame | None],
    whole: list[gpd.GeoDataFrame | None],
    size_cm: tuple[float, float],
    margin_m: float = 0.0,
) -> tuple[float, float, float, float]:
    """Return the smallest view of the paper's proportions that holds the layers, with a margin."""
    layers = [layer for layer in near if _has_rows(layer)]
    layers = layers or [layer for layer in whole if _has_rows(layer)][:1]
    if not layers:
        raise ValueError("A map needs at least one layer with rows.")
    bounds = np.array([layer.total_bounds for layer in layers])
    west, south = bounds[:, 0].min(), bounds[:, 1].min()
    east, north = bounds[:, 2].max(), bounds[:, 3].max()
    wide, tall = (span + 2 * margin_m for span in (east - west, north - south))
    width, height = max(wide, 300.0) * 1.12, max(tall, 300.0) * 1.12
    width = max(width, height * size_cm[0] / size_cm[1])
    height = width * size_cm[1] / size_cm[0]
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _draw_hotspots(
    figure: Figure, axes: Axes, hotspots: gpd.GeoDataFrame, value: str, unit: str, ramp: str
) -> None:
    if not value:
        hotspots.plot(ax=axes, color="#F5841F", alpha=0.55, edgecolor=INK, linewidth=0.8, zorder=3)
        return
    colours = LinearSegmentedColormap.from_list(ramp, RAMPS[ramp])
    legend = figure.add_axes((0.70, 0.055, 0.26, 0.018))
    hotspots.plot(
        ax=axes,
        column=value,
        cmap=colours,
        alpha=0.8,
        edgecolor=INK,
        linewidth=0.6,
        zorder=3,
        legend=True,
        cax=legend,
        legend_kwds={"orientation": "horizontal"},
        missing_kwds={"color": "none", "edgecolor": INK, "hatch": "///"},
    )
    legend.tick_params(labelsize=6.5, colors=INK)
    legend.set_title(unit, fontsize=7, color=INK, pad=3)


def _draw_ranks(figure: Figure, axes: Axes, hotspots: gpd.GeoDataFrame) -> list[Bbox]:
    """Label each hot spot with its rank, above it where it is drawn too small to hold it.

    Returns the room that the labels take, in pixels.
    """
    if "rank" not in hotspots:
        return []
    metres_per_point = np.ptp(axes.get_xlim()) / (figure.get_figwidth() * 72)
    height_m = (hotspots.bounds["maxy"] - hotspots.bounds["miny"]).median()
    is_small = height_m < SMALLEST_LABELLED_POINTS * metres_per_point
    lift = height_m / 2 + 5 * metres_per_point if is_small else 0.0
    points = hotspots.geometry.representative_point()
    if is_small:
        axes.scatter(points.x, points.y, s=9, color=DOT, edgecolor=PAPER, linewidth=0.4, zorder=7)
    renderer = figure.canvas.get_renderer()
    boxes: list[Bbox] = []
    for x, y, rank in zip(points.x, points.y, hotspots["rank"], strict=True):
        drawn = label(axes, x, y + lift, str(rank), size=7.5, weight="bold", zorder=8)
        box = drawn.get_window_extent(renderer)
        # Where places crowd, the better ranks stay readable; a closer map names the others.
        if is_small and any(box.overlaps(other) for other in boxes):
            drawn.remove()
            continue
        boxes.append(box)
    return boxes


def _outlines(axes: Axes, hotspots: gpd.GeoDataFrame) -> list[Bbox]:
    """Return the room that the hot spots themselves take, in pixels."""
    corners = hotspots.bounds.to_numpy().reshape(-1, 2, 2)
    return [Bbox(axes.transData.transform(pair)) for pair in corners]


def _draw_scale(axes: Axes, view: tuple[float, float, float, float]) -> None:
    """Draw a bar of a round length, about a fifth of the width, and an arrow to grid north."""
    width = view[2] - view[0]
    wanted = width / 5
    power = 10 ** math.floor(math.log10(wanted))
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    x, y = view[0] + width * 0.03, view[1] + width * 0.025
    axes.plot([x, x + length], [y, y], color=INK, linewidth=2.5, zorder=9, solid_capstyle="butt")
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    label(axes, x + length / 2, y + width * 0.014, words, size=7, zorder=9)
    north = view[3] - width * 0.03
    axes.annotate(
        "N",
        xy=(x, north),
        xytext=(x, north - width * 0.045),
        ha="center",
        fontsize=8,
        color=INK,
        arrowprops={"arrowstyle": "-|>", "color": INK},
        zorder=9,
    )
