"""Maps on the force's own ground: need in orange, patrol in blue, no tiles from elsewhere.

`map_provider=None` without a map style is what keeps a map from asking a public tile server.
Every map has the same content as a table on its page, and text for those who cannot see it.
"""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from components import ground, theme

MOST_SHAPES = 15_000
_PALE = "#E6EAEF"
_PALE_DARK = "#1C2938"


def hotspots(
    places: gpd.GeoDataFrame,
    *,
    key: str,
    alt: str,
    value: str = "count",
    value_label: str = "crimes",
    background_cells: pd.DataFrame | None = None,
    cell_width_m: float = 150.0,
    cell_shape: str = "hexagon",
    patrol: pd.DataFrame | None = None,
    patrol_cells: pd.DataFrame | None = None,
    patrol_cell_width_m: float = 50.0,
    points: pd.DataFrame | None = None,
    height: int = 560,
) -> None:
    """Draw hot spots (hotspot_id, name, rank, `value`, geometry in any CRS) by their value.

    `background_cells` (lon, lat) are other places with crime, drawn pale; `patrol`
    (hotspot_id, minutes) adds a second layer and a switch, `patrol_cells` (lon, lat, minutes) the
    patrol time anywhere, in squares; `points` (lon, lat, name) mark bases.
    Streets, street names and boundary come from the workspace.
    """
    shapes = _shapes(places, value, value_label, patrol)
    show_need, show_patrol = _switch(key, patrol is not None)
    cells = _cells(background_cells, cell_width_m, cell_shape)
    drawn = [*cells, *ground.layers(), *ground.names()]
    if show_need:
        drawn.append(_polygons(shapes, "need"))
    elif not show_patrol:
        drawn.append(_polygons(shapes, ""))
    if show_patrol:
        drawn += _heat(patrol_cells, patrol_cell_width_m)
        drawn += [] if show_need else [_polygons(shapes, "")]
        drawn.append(_circles(shapes, alone=not show_need))
    drawn += [*_ranks(shapes, "patrol_ink" if show_patrol else "need_ink"), *_marks(points)]
    tooltip = {"html": "<b>{label}</b><br>{detail}", "style": _tooltip_style()}
    _draw(drawn, _view(places), tooltip, key, alt, height)
    _legend(shapes, value, value_label, show_need, show_patrol, background_cells is not None)


def points(
    frame: pd.DataFrame,
    *,
    key: str,
    alt: str,
    label: str = "name",
    height: int = 420,
    colour: str = theme.BLUE,
    radius_m: float = 12.0,
) -> None:
    """Draw points (lon, lat and an optional `label` column); says so when it cannot show all."""
    placed = frame.dropna(subset=["lon", "lat"])
    shown = placed[:MOST_SHAPES]
    data = [
        {"at": [round(lon, 6), round(lat, 6)], "label": str(name), "detail": ""}
        for lon, lat, name in zip(
            shown["lon"],
            shown["lat"],
            shown[label] if label in shown.columns else [""] * len(shown),
            strict=True,
        )
    ]
    layer = pdk.Layer(
        "ScatterplotLayer",
        id="points",
        data=data,
        get_position="at",
        get_radius=radius_m,
        radius_min_pixels=2.5,
        radius_max_pixels=12,
        get_fill_color=theme.rgb(colour, 150),
        pickable=True,
    )
    tooltip = {"html": "{label}", "style": _tooltip_style()} if label in shown.columns else False
    view = _view_of(shown["lon"].to_numpy(float), shown["lat"].to_numpy(float))
    _draw([*ground.layers(), layer, *ground.names()], view, tooltip, key, alt, height)
    if len(shown) < len(placed):
        st.caption(f"The first {len(shown):,} of {len(placed):,} points are drawn.")


def route(
    stops: pd.DataFrame,
    *,
    key: str,
    alt: str,
    places: gpd.GeoDataFrame | None = None,
    base: tuple[float, float] | None = None,
    height: int = 460,
) -> None:
    """Draw one unit's round: `stops` (lon, lat, name, start) in order, from `base` and back.

    Lines are drawn straight from stop to stop: they show the order, not the streets driven.
    """
    at = [[float(lon), float(lat)] for lon, lat in zip(stops["lon"], stops["lat"], strict=True)]
    path = [list(base), *at, list(base)] if base else at
    drawn = ground.layers()
    if places is not None and len(places):
        drawn.append(_polygons(_shapes(places, "", "", None), ""))
    drawn.append(
        pdk.Layer(
            "PathLayer",
            id="route",
            data=[{"path": path}],
            get_path="path",
            get_color=theme.rgb(theme.shade("patrol", 0.6), 200),
            get_width=3,
            width_units=pdk.types.String("pixels"),
        )
    )
    marks = [
        {
            "at": place,
            "text": str(order),
            "label": f"{order}. {row.get('name', '')}",
            "detail": str(row.get("start", "")),
        }
        for order, (place, row) in enumerate(
            zip(at, stops.to_dict("records"), strict=True), start=1
        )
    ]
    drawn += [*ground.names(), *_numbered(marks)]
    if base:
        drawn += _marks(pd.DataFrame([{"lon": base[0], "lat": base[1], "name": "Base"}]))
    lon, lat = np.array([place[0] for place in path]), np.array([place[1] for place in path])
    tooltip = {"html": "<b>{label}</b><br>{detail}", "style": _tooltip_style()}
    _draw(drawn, _view_of(lon, lat), tooltip, key, alt, height)
    st.caption("Lines show the order of visits, not the streets driven.")


def _shapes(
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
                "rank": str(record.get("rank", "")),
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


def _polygons(shapes: list[dict], colour: str) -> pdk.Layer:
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


def _circles(shapes: list[dict], *, alone: bool) -> pdk.Layer:
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


def _cells(frame: pd.DataFrame | None, width_m: float, shape: str) -> list[pdk.Layer]:
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
            get_fill_color=theme.rgb(_PALE_DARK if theme.is_dark() else _PALE, 190),
        )
    ]


def _readable_on(colour: str) -> list[int]:
    """White or dark, whichever stands out more from `colour` (relative luminance, WCAG 2)."""
    parts = [part / 255 for part in theme.rgb(colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return theme.rgb(theme.INK) if luminance > 0.2 else [255, 255, 255, 255]


def _heat(frame: pd.DataFrame | None, width_m: float) -> list[pdk.Layer]:
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


def _ranks(shapes: list[dict], ink: str) -> list[pdk.Layer]:
    return [
        pdk.Layer(
            "TextLayer",
            id="ranks",
            data=shapes,
            get_position="at",
            get_text="rank",
            get_size=72,
            size_units=pdk.types.String("meters"),
            size_min_pixels=8,
            size_max_pixels=18,
            get_color=ink,
            font_family=pdk.types.String(theme.FONT),
            font_weight=600,
        )
    ]


def _numbered(marks: list[dict]) -> list[pdk.Layer]:
    return [
        pdk.Layer(
            "ScatterplotLayer",
            id="stops",
            data=marks,
            get_position="at",
            get_radius=10,
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


def _marks(points: pd.DataFrame | None) -> list[pdk.Layer]:
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


def _view(places: gpd.GeoDataFrame) -> pdk.ViewState:
    if not len(places):
        return pdk.ViewState(longitude=-1.5, latitude=53.0, zoom=6)
    west, south, east, north = places.to_crs(4326).total_bounds
    return _view_of(np.array([west, east]), np.array([south, north]))


def _view_of(lon: np.ndarray, lat: np.ndarray, width_px: int = 620, height_px: int = 460) -> Any:
    """A view that holds all the points, for a map of about 620 x 460 pixels."""
    if not len(lon):
        return pdk.ViewState(longitude=-1.5, latitude=53.0, zoom=6)
    middle_lon, middle_lat = (lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2
    wide = max(lon.max() - lon.min(), 0.002)
    tall = max(lat.max() - lat.min(), 0.0015) / math.cos(math.radians(middle_lat))
    zoom = min(math.log2(width_px * 360 / (512 * wide)), math.log2(height_px * 360 / (512 * tall)))
    return pdk.ViewState(
        longitude=float(middle_lon), latitude=float(middle_lat), zoom=round(min(zoom, 16.5), 2)
    )


def _draw(
    layers: list[pdk.Layer], view: pdk.ViewState, tooltip: Any, key: str, alt: str, height: int
) -> None:
    deck = pdk.Deck(layers=layers, initial_view_state=view, map_provider=None, tooltip=tooltip)
    st.pydeck_chart(deck, height=height, key=key, alt=alt)


def _switch(key: str, has_patrol: bool) -> tuple[bool, bool]:
    if not has_patrol:
        return True, False
    chosen = st.segmented_control(
        "Show", ["Need", "Patrol", "Both"], default="Both", required=True, key=f"{key}-layers"
    )
    return chosen != "Patrol", chosen != "Need"


def _legend(
    shapes: list[dict], value: str, label: str, need: bool, patrol: bool, cells: bool
) -> None:
    parts = []
    if need and value:
        swatches = "".join(
            f'<i style="background:{theme.shade("need", 0.35 + 0.65 * share)}"></i>'
            for share in (0, 0.5, 1)
        )
        parts.append(f"<span>{swatches} fewer to more {label}</span>")
    if patrol:
        swatches = "".join(
            f'<i class="round" style="background:{theme.shade("patrol", 0.25 + 0.75 * share)}"></i>'
            for share in (0, 0.5, 1)
        )
        parts.append(f"<span>{swatches} fewer to more patrol minutes</span>")
    if shapes:
        parts.append("<span>Numbers are ranks</span>")
    if cells:
        parts.append(f'<span><i style="background:{_PALE}"></i> other places with crime</span>')
    st.html(f'<div class="legend">{"".join(parts)}</div>')


def _tooltip_style() -> dict[str, str]:
    return {
        "backgroundColor": theme.INK,
        "color": "#FFFFFF",
        "fontFamily": theme.FONT,
        "fontSize": "13px",
        "borderRadius": "6px",
        "padding": "6px 10px",
    }
