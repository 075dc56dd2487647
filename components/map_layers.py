"""The layers that maps are made of: each function turns a table into deck.gl layers."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck as pdk

from components import theme

MOST_SHAPES = 15_000
_RANKS_FROM_ZOOM = 11.5
_FILLS = 0.6
"""Places that span more than this share of the boundary are shown with the whole of it."""
PALE = "#E6EAEF"
PALE_DARK = "#1C2938"


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
                "need": theme.rgb(theme.shade("need", 0.35 + 0.65 * share), 225),
                "patrol": theme.rgb(theme.shade("patrol", 0.25 + 0.75 * patrolled), 215),
                "radius": 75 * math.sqrt(max(patrolled, 0.15)),
                "need_ink": _readable_on(theme.shade("need", 0.35 + 0.65 * share)),
                "patrol_ink": _readable_on(theme.shade("patrol", 0.25 + 0.75 * patrolled)),
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
    outline = shape.buffer(30).to_crs(4326).iloc[0]
    return [
        pdk.Layer(
            "PolygonLayer",
            id=name,
            data=[{"polygon": _rings(outline)}],
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
            get_fill_color=theme.rgb(PALE_DARK if theme.is_dark() else PALE, 190),
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


def cells(frame: pd.DataFrame | None, width_m: float, shape: str) -> list[pdk.Layer]:
    """Other cells as flat columns: centre points cost a seventh of the bytes of polygons."""
    if frame is None or not len(frame):
        return []
    sides, radius, angle = (
        (6, width_m / math.sqrt(3), 30) if shape == "hexagon" else (4, width_m / math.sqrt(2), 45)
    )
    shown = frame[:MOST_SHAPES]
    data = [
        {"at": [round(lon, 6), round(lat, 6)]}
        for lon, lat in zip(shown["lon"], shown["lat"], strict=True)
    ]
    return [
        pdk.Layer(
            "ColumnLayer",
            id="cells",
            data=data,
            get_position="at",
            disk_resolution=sides,
            radius=radius,
            angle=angle,
            coverage=0.97,
            extruded=False,
            get_fill_color=theme.rgb(PALE_DARK if theme.is_dark() else PALE, 190),
        )
    ]


def _readable_on(colour: str) -> list[int]:
    """White or dark, whichever stands out more from `colour` (relative luminance, WCAG 2)."""
    parts = [part / 255 for part in theme.rgb(colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return theme.rgb(theme.INK) if luminance > 0.2 else [255, 255, 255, 255]


def heat(frame: pd.DataFrame | None, width_m: float) -> list[pdk.Layer]:
    """Patrol time in squares, shaded by its square root so that quiet streets are seen too."""
    if frame is None or not len(frame):
        return []
    shown = frame[:MOST_SHAPES]
    shares = np.sqrt(shown["minutes"].to_numpy(float) / float(shown["minutes"].max()))
    steps = np.round(shares * 10) / 10
    data = [
        {"at": [round(lon, 6), round(lat, 6)], "fill": theme.rgb(theme.shade("patrol", share), 170)}
        for lon, lat, share in zip(shown["lon"], shown["lat"], steps, strict=True)
    ]
    return [
        pdk.Layer(
            "ColumnLayer",
            id="patrol-cells",
            data=data,
            get_position="at",
            disk_resolution=4,
            radius=width_m / math.sqrt(2),
            angle=45,
            extruded=False,
            get_fill_color="fill",
        )
    ]


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


def stop_marks(stops: pd.DataFrame) -> list[dict[str, Any]]:
    """One mark per place of a round (lon, lat, name, start in order), with the stops made there."""
    made: dict[tuple[float, float], dict[str, Any]] = {}
    for order, row in enumerate(stops.to_dict("records"), start=1):
        at = (float(row["lon"]), float(row["lat"]))
        mark = made.setdefault(
            at, {"at": list(at), "orders": [], "name": row.get("name", ""), "starts": []}
        )
        mark["orders"].append(str(order))
        mark["starts"].append(str(row.get("start", "")))
    return [
        {
            "at": mark["at"],
            "text": ", ".join(mark["orders"]),
            "label": f"{', '.join(mark['orders'])}. {mark['name']}",
            "detail": ", ".join(mark["starts"]),
            "radius": 10 + 2.8 * max(len(", ".join(mark["orders"])) - 2, 0),
        }
        for mark in made.values()
    ]


def numbered(marks: list[dict]) -> list[pdk.Layer]:
    return [
        pdk.Layer(
            "ScatterplotLayer",
            id="stops",
            data=marks,
            get_position="at",
            get_radius="radius",
            radius_units=pdk.types.String("pixels"),
            get_fill_color=theme.rgb(theme.shade("patrol", 0.85)),
            pickable=True,
        ),
        pdk.Layer(
            "TextLayer",
            id="stop-numbers",
            data=marks,
            get_position="at",
            get_text="text",
            get_size=12,
            size_units=pdk.types.String("pixels"),
            get_color=[255, 255, 255, 255],
            font_family=pdk.types.String(theme.FONT),
            font_weight=600,
        ),
    ]


def marks(points: pd.DataFrame | None) -> list[pdk.Layer]:
    if points is None or not len(points):
        return []
    data = [
        {"at": [float(row["lon"]), float(row["lat"])], "label": row["name"], "detail": ""}
        for row in points.to_dict("records")
    ]
    return [
        pdk.Layer(
            "ScatterplotLayer",
            id="marks",
            data=data,
            get_position="at",
            get_radius=6,
            radius_units=pdk.types.String("pixels"),
            get_fill_color=theme.rgb(theme.ink()),
            stroked=True,
            get_line_color=theme.rgb(theme.paper()),
            line_width_min_pixels=2,
            pickable=True,
        ),
        pdk.Layer(
            "TextLayer",
            id="mark-names",
            data=data,
            get_position="at",
            get_text="label",
            get_size=12,
            get_pixel_offset=[0, -14],
            get_color=theme.rgb(theme.ink()),
            font_family=pdk.types.String(theme.FONT),
            font_weight=600,
            character_set=pdk.types.String("auto"),
        ),
    ]


def view(
    places: gpd.GeoDataFrame,
    height_px: int = 560,
    around: tuple[float, float, float, float] | None = None,
    width_px: int = 450,
) -> pdk.ViewState:
    """A view of the places, and of what lies `around` them (degrees) where they fill most of it."""
    if not len(places):
        return pdk.ViewState(longitude=-1.5, latitude=53.0, zoom=6)
    west, south, east, north = places.to_crs(4326).total_bounds
    if around is not None:
        wide, tall = around[2] - around[0], around[3] - around[1]
        if east - west > _FILLS * wide or north - south > _FILLS * tall:
            west, south = min(west, around[0]), min(south, around[1])
            east, north = max(east, around[2]), max(north, around[3])
    lon, lat = np.array([west, east]), np.array([south, north])
    return view_of(lon, lat, width_px, height_px - 60)


def view_of(lon: np.ndarray, lat: np.ndarray, width_px: int = 450, height_px: int = 400) -> Any:
    """A view that holds all the points on `width_px` x `height_px` pixels."""
    if not len(lon):
        return pdk.ViewState(longitude=-1.5, latitude=53.0, zoom=6)
    middle_lon, middle_lat = (lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2
    wide = max(lon.max() - lon.min(), 0.002)
    tall = max(lat.max() - lat.min(), 0.0015) / math.cos(math.radians(middle_lat))
    zoom = min(math.log2(width_px * 360 / (512 * wide)), math.log2(height_px * 360 / (512 * tall)))
    return pdk.ViewState(
        longitude=float(middle_lon), latitude=float(middle_lat), zoom=round(min(zoom, 16.5), 2)
    )
