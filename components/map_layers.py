"""The layers of places: each function turns hot spots or other places into deck.gl layers."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck as pdk

from components import map_cells, theme

_RANKS_FROM_ZOOM = 11.5
_RANK_PX = (15, 10)
"""Ranks nearer to each other than this, across and up, would cover each other."""


def shapes(
    places: gpd.GeoDataFrame, value: str, value_label: str, patrol: pd.DataFrame | None
) -> list[dict[str, Any]]:
    """One record per hot spot, with colours by rank order within the list."""
    wide = places.to_crs(4326)
    centres = places.geometry.centroid.to_crs(4326)
    minutes = (
        dict(zip(patrol["hotspot_id"], patrol["minutes"], strict=True))
        if patrol is not None
        else {}
    )
    values = places[value].astype(float).to_numpy() if value else np.zeros(len(places))
    shares = _shares(values)
    most = max([float(m) for m in minutes.values() if pd.notna(m)], default=0.0)
    made = []
    for position, (record, shape, centre) in enumerate(
        zip(places.drop(columns="geometry").to_dict("records"), wide.geometry, centres, strict=True)
    ):
        spent = minutes.get(record.get("hotspot_id"))
        detail = [f"{values[position]:,.0f} {value_label}"] if value else []
        if patrol is not None:
            detail.append("no GPS" if pd.isna(spent) else f"{spent:,.0f} patrol minutes")
        share = float(shares[position])
        patrolled = 0.0 if not most or pd.isna(spent) else float(spent) / most
        made.append(
            {
                "polygon": _rings(shape),
                "at": [round(centre.x, 6), round(centre.y, 6)],
                "id": record.get("hotspot_id"),
                "rank": str(record.get("rank", record.get("number", ""))),
                "label": f"{record.get('rank', '')} {record.get('name') or ''}".strip(),
                "detail": " · ".join(detail),
                "is_known": patrol is None or not pd.isna(spent),
                "need": theme.rgb(theme.shade("need", 0.35 + 0.65 * share), 225),
                "patrol": theme.rgb(theme.shade("patrol", 0.25 + 0.75 * patrolled), 215),
                "radius": 75 * math.sqrt(max(patrolled, 0.15)),
                "need_ink": _readable_on(theme.shade("need", 0.35 + 0.65 * share)),
            }
        )
    return made


def _shares(values: np.ndarray) -> np.ndarray:
    """Each value between the lowest (0) and the highest (1), on a square-root scale."""
    roots = np.sqrt(np.clip(np.nan_to_num(values), 0, None))
    span = roots.max() - roots.min() if len(roots) else 0.0
    return (roots - roots.min()) / span if span else np.full(len(roots), 0.5)


def _rings(shape: Any) -> list:
    parts = getattr(shape, "geoms", [shape])
    biggest = max(parts, key=lambda part: part.area)
    return [[round(x, 6), round(y, 6)] for x, y, *_ in biggest.exterior.coords]


def polygons(shapes: list[dict], colour: str) -> pdk.Layer:
    return pdk.Layer(
        "PolygonLayer",
        id=f"hotspots-{colour or 'outline'}",
        data=shapes,
        get_polygon="polygon",
        get_fill_color=colour or theme.rgb("#9AA6B3", 60),
        get_line_color=theme.rgb(theme.ink(), 200),
        line_width_min_pixels=1,
        get_line_width=4,
        pickable=True,
        auto_highlight=True,
    )


def outline(shapes: list[dict], name: str, colour: str, is_filled: bool) -> pdk.Layer:
    """Places in one colour, for telling groups of them apart."""
    return pdk.Layer(
        "PolygonLayer",
        id=name,
        data=shapes,
        get_polygon="polygon",
        get_fill_color=theme.rgb(colour, 110 if is_filled else 12),
        get_line_color=theme.rgb(colour),
        line_width_min_pixels=2,
        get_line_width=4,
        pickable=True,
        auto_highlight=True,
    )


def ring(shape: gpd.GeoSeries, name: str = "ringed", colour: str = theme.RED) -> list[pdk.Layer]:
    """A ring round one place, such as the last one on the list."""
    return rings(shape.head(1), name, colour)


def rings(shapes: gpd.GeoSeries, name: str, colour: str) -> list[pdk.Layer]:
    """A ring round each of some places."""
    return [
        pdk.Layer(
            "PolygonLayer",
            id=name,
            data=[{"polygon": _rings(shape)} for shape in shapes.buffer(30).to_crs(4326)],
            get_polygon="polygon",
            filled=False,
            get_line_color=theme.rgb(colour),
            get_line_width=3,
            line_width_units=pdk.types.String("pixels"),
        )
    ]


def outlines(places: gpd.GeoDataFrame | None) -> list[pdk.Layer]:
    """Other places with crime that no grid gives, drawn pale by their own outlines."""
    if places is None or not len(places):
        return []
    drawn = places.geometry.simplify(2).to_crs(4326)
    return [
        pdk.Layer(
            "PolygonLayer",
            id="cells",
            data=[{"polygon": _rings(shape)} for shape in drawn],
            get_polygon="polygon",
            get_fill_color=theme.rgb(
                map_cells.PALE_DARK if theme.is_dark() else map_cells.PALE, 190
            ),
            get_line_color=theme.rgb(theme.paper(), 255),
            line_width_min_pixels=1,
        )
    ]


def dots(shapes: list[dict]) -> pdk.Layer:
    """A dot of at least 4 pixels on each place, so that none is lost on the map of a whole force.

    Closer in it lies within its place, in the same colour.
    """
    return pdk.Layer(
        "ScatterplotLayer",
        id="hotspot-dots",
        data=shapes,
        get_position="at",
        get_radius=25,
        radius_min_pixels=4,
        get_fill_color="need",
        pickable=True,
    )


def circles(shapes: list[dict], *, alone: bool) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        id="patrol",
        data=shapes,
        get_position="at",
        get_radius="radius",
        radius_min_pixels=3,
        get_fill_color="patrol",
        stroked=True,
        get_line_color=[255, 255, 255, 255],
        line_width_min_pixels=1,
        pickable=alone,
    )


def _readable_on(colour: str) -> list[int]:
    """White or dark, whichever stands out more from `colour` (relative luminance, WCAG 2)."""
    parts = [part / 255 for part in theme.rgb(colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return theme.rgb(theme.INK) if luminance > 0.2 else [255, 255, 255, 255]


def ranks(shapes: list[dict], ink: str | list[int], view: pdk.ViewState) -> list[pdk.Layer]:
    """Ranks, kept readable on a town; on the map of a force they appear on coming closer."""
    least_px = 8 if view.zoom >= _RANKS_FROM_ZOOM else 0
    return [
        pdk.Layer(
            "TextLayer",
            id="ranks",
            data=shapes,
            get_position="at",
            get_text="rank",
            get_size=72,
            size_units=pdk.types.String("meters"),
            size_min_pixels=least_px,
            size_max_pixels=18,
            get_color=ink,
            font_family=pdk.types.String(theme.FONT),
            font_weight=600,
        )
    ]


def rank_marks(shapes: list[dict], view: pdk.ViewState) -> list[pdk.Layer]:
    """Ranks above their places; those that would lie on a better one appear on coming closer."""
    clear, covered = _apart([shape for shape in shapes if shape["rank"].isdigit()], view)
    nearer = {"size_units": pdk.types.String("meters"), "get_size": 60, "size_max_pixels": 13}
    return [
        words(covered, "ranks-nearer", "rank", theme.ink(), above_px=13, **nearer),
        words(clear, "ranks", "rank", theme.ink(), above_px=13),
    ]


def _apart(shapes: list[dict], view: pdk.ViewState) -> tuple[list[dict], list[dict]]:
    """Split places into those whose ranks stand clear of a better one in a view, and the rest."""
    px_a_degree = 512 * 2**view.zoom / 360
    tall = px_a_degree / math.cos(math.radians(view.latitude))
    clear, covered, taken = [], [], []
    for shape in sorted(shapes, key=lambda shape: int(shape["rank"])):
        x, y = shape["at"][0] * px_a_degree, shape["at"][1] * tall
        is_met = any(abs(x - a) < _RANK_PX[0] and abs(y - b) < _RANK_PX[1] for a, b in taken)
        (covered if is_met else clear).append(shape)
        if not is_met:
            taken.append((x, y))
    return clear, covered


def words(
    shapes: list[dict],
    name: str,
    text: str,
    colour: str,
    *,
    above_px: int = 0,
    below_px: int = 0,
    **more: Any,
) -> pdk.Layer:
    """The field `text` of each place, in ink with a rim of paper so that it reads on any ground."""
    size = {"get_size": 13, "size_units": pdk.types.String("pixels")}
    return pdk.Layer(
        "TextLayer",
        id=name,
        data=shapes,
        get_position="at",
        get_text=text,
        get_pixel_offset=[0, below_px - above_px],
        get_color=theme.rgb(colour),
        font_family=pdk.types.String(theme.FONT),
        font_weight=700,
        outline_width=4,
        outline_color=theme.rgb(theme.paper()),
        font_settings={"sdf": True, "fontSize": 40, "buffer": 8},
        character_set=pdk.types.String("auto"),
        **size | more,
    )
