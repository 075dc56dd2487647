"""Maps on the force's own ground: need in orange, no tiles from elsewhere.

`map_provider=None` without a map style is what keeps a map from asking a public tile server.
Every map has the same content as a table on its page, and text for those who cannot see it.
"""

import html
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck as pdk
import streamlit as st

from components import ground, map_cells, map_layers, map_marks, map_views, theme

_HALF_PX, _TELEPHONE_PX = 450, 330
PHONE_PX = 300
"""A round is fitted to the narrowest screen: the width of a map is not known when it is made."""


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
    background_places: gpd.GeoDataFrame | None = None,
    ringed: str | None = None,
    chosen: str | None = None,
    on_pick: Callable[[], None] | None = None,
    height: int = 560,
) -> None:
    """Draw hot spots (hotspot_id, name, rank, `value`, geometry in any CRS) by their value.

    `background_cells` (lon, lat) or `background_places` (outlines) are other places with crime,
    drawn pale; `ringed` is the hotspot_id of the last place on the list, `chosen` of the one a
    person chose; `on_pick` is called when a place is pressed, see `pressed`.
    Streets, street names and boundary come from the workspace.
    """
    shapes = map_layers.shapes(places, value, value_label, None)
    cells = map_cells.cells(background_cells, cell_width_m, cell_shape)
    cells += map_layers.outlines(background_places)
    drawn = [*cells, *ground.layers(), *ground.names()]
    drawn += [map_layers.polygons(shapes, "need"), map_layers.dots(shapes)]
    last = places.loc[places["hotspot_id"] == ringed, "geometry"] if ringed else ()
    if len(last):
        drawn += map_layers.ring(last)
    if chosen is not None and len(one := places.loc[places["hotspot_id"] == chosen, "geometry"]):
        drawn += map_layers.ring(one, "chosen", theme.BLUE)
    view = map_views.view(places, height, ground.bounds(), width_px())
    drawn += map_layers.ranks(shapes, "need_ink", view)
    tooltip = {"html": "<b>{label}</b><br>{detail}", "style": tooltip_style()}
    draw(drawn, view, tooltip, key, alt, height, on_pick)
    has_others = background_cells is not None or background_places is not None
    _legend(shapes, value, value_label, has_others, len(last) > 0)


def outlines(
    groups: list[tuple[str, gpd.GeoDataFrame, str, bool]],
    *,
    key: str,
    alt: str,
    focus: gpd.GeoDataFrame | None = None,
    height: int = 420,
    numbered: gpd.GeoDataFrame | None = None,
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Draw groups of places as (label, places with name and geometry, colour, is filled).

    Later groups lie on top; the view holds `focus`, or every place. `numbered` places carry their
    number; `on_pick` is called when a place is pressed, see `pressed`. Streets and names come
    from the workspace.
    """
    groups = [group for group in groups if len(group[1])]
    drawn = ground.layers()
    for number, (_, places, colour, is_filled) in enumerate(groups):
        shapes = map_layers.shapes(places, "", "", None)
        drawn.append(map_layers.outline(shapes, f"outline-{number}", colour, is_filled))
    near = [focus] if focus is not None and len(focus) else [group[1] for group in groups]
    bounds = np.array([places.to_crs(4326).total_bounds for places in near])
    view = map_views.view_of(bounds[:, [0, 2]].ravel(), bounds[:, [1, 3]].ravel(), 460, height - 40)
    tooltip = {"html": "<b>{label}</b>", "style": tooltip_style()}
    marks = []
    if numbered is not None:
        marks = map_layers.ranks(
            map_layers.shapes(numbered, "", "", None), theme.rgb(theme.ink()), view
        )
    draw([*drawn, *ground.names(), *marks], view, tooltip, key, alt, height, on_pick)
    swatches = [
        f'<span><i style="background:{colour if is_filled else "transparent"};'
        f'border:2px solid {colour}"></i> {html.escape(label)}</span>'
        for label, _, colour, is_filled in groups
    ]
    st.html(f'<div class="legend">{"".join(swatches)}</div>')


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
    shown = placed[: map_cells.MOST_SHAPES]
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
    tooltip = {"html": "{label}", "style": tooltip_style()} if label in shown.columns else False
    lon, lat = shown["lon"].to_numpy(float), shown["lat"].to_numpy(float)
    view = map_views.view_of(lon, lat, height_px=height - 40)
    draw([*ground.layers(), layer, *ground.names()], view, tooltip, key, alt, height)
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
        drawn.append(map_layers.polygons(map_layers.shapes(places, "", "", None), ""))
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
    drawn += [*ground.names(), *map_marks.numbered(map_marks.stop_marks(stops))]
    if base:
        drawn += map_marks.marks(pd.DataFrame([{"lon": base[0], "lat": base[1], "name": "Base"}]))
    lon, lat = np.array([place[0] for place in path]), np.array([place[1] for place in path])
    tooltip = {"html": "<b>{label}</b><br>{detail}", "style": tooltip_style()}
    draw(drawn, map_views.view_of(lon, lat, PHONE_PX, height - 90), tooltip, key, alt, height)
    st.caption("Lines show the order of visits, not the streets driven.")


def tracks(fixes: pd.DataFrame, *, key: str, alt: str, height: int = 460) -> None:
    """Draw tracks: `fixes` (unit, at, lon, lat) in order of time, a line and a last dot per unit."""
    drawn = ground.layers()
    lines, dots = [], []
    for number, (unit, part) in enumerate(fixes.groupby("unit")):
        colour = theme.rgb(theme.CATEGORIES[number % len(theme.CATEGORIES)], 220)
        way = [[float(lon), float(lat)] for lon, lat in zip(part["lon"], part["lat"], strict=True)]
        said = {"label": unit, "detail": f"last drawn at {part['at'].iloc[-1]:%H:%M}"}
        lines.append({"path": way, "colour": colour, **said})
        dots.append({"at": way[-1], "colour": colour, **said})
    drawn.append(
        pdk.Layer(
            "PathLayer",
            id="tracks",
            data=lines,
            get_path="path",
            get_color="colour",
            get_width=2,
            width_units=pdk.types.String("pixels"),
            pickable=True,
        )
    )
    drawn.append(
        pdk.Layer(
            "ScatterplotLayer",
            id="track-ends",
            data=dots,
            get_position="at",
            get_fill_color="colour",
            get_radius=6,
            radius_units=pdk.types.String("pixels"),
            pickable=True,
        )
    )
    tooltip = {"html": "<b>{label}</b><br>{detail}", "style": tooltip_style()}
    view = map_views.view_of(
        fixes["lon"].to_numpy(), fixes["lat"].to_numpy(), width_px(), height - 40
    )
    units = map_layers.words(dots, "track-units", "label", theme.ink(), above_px=13)
    draw([*drawn, *ground.names(), units], view, tooltip, key, alt, height)
    swatches = "".join(
        f'<span><i style="background:{theme.CATEGORIES[number % len(theme.CATEGORIES)]}"></i> '
        f"{html.escape(line['label'])}</span>"
        for number, line in enumerate(lines)
    )
    st.html(f'<div class="legend">{swatches}</div>')


def pressed(key: str) -> str | None:
    """Return the hotspot_id of the place pressed on a map, None where none is or it was let go."""
    event = st.session_state.get(key)
    objects = event.selection.objects if event else {}
    return next((each.get("id") for held in objects.values() for each in held), None)


def width_px() -> int:
    """The width of a map of half a page, or of a telephone as its browser names itself."""
    return _TELEPHONE_PX if "Mobi" in (st.context.headers.get("User-Agent") or "") else _HALF_PX


def draw(
    layers: list[pdk.Layer],
    view: pdk.ViewState,
    tooltip: Any,
    key: str,
    alt: str,
    height: int,
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Draw layers as one map, with text for those who cannot see it."""
    deck = pdk.Deck(layers=layers, initial_view_state=view, map_provider=None, tooltip=tooltip)
    st.pydeck_chart(deck, height=height, key=key, alt=alt, on_select=on_pick or "ignore")


def ramp(name: str, said: str, is_round: bool = False) -> str:
    """Return the part of a legend for the ramp "need" or "patrol"."""
    start, mark = (0.25, ' class="round"') if is_round else (0.35, "")
    shades = [theme.shade(name, start + (1 - start) * share) for share in (0, 0.5, 1)]
    swatches = "".join(f'<i{mark} style="background:{shade}"></i>' for shade in shades)
    return f"<span>{swatches} {html.escape(said)}</span>"


def _legend(shapes: list[dict], value: str, label: str, cells: bool, ringed: bool) -> None:
    parts = [ramp("need", f"fewer to more {label}")] if value else []
    if shapes:
        parts.append("<span>Numbers are ranks</span>")
    if ringed:
        parts.append(f'<span><i style="border:2px solid {theme.RED}"></i> last place in</span>')
    if cells:
        pale = map_cells.PALE_DARK if theme.is_dark() else map_cells.PALE
        parts.append(f'<span><i style="background:{pale}"></i> other places with crime</span>')
    st.html(f'<div class="legend">{"".join(parts)}</div>')


def tooltip_style() -> dict[str, str]:
    """Return the look of what is told of a place under the pointer."""
    return {
        "backgroundColor": theme.INK,
        "color": "#FFFFFF",
        "fontFamily": theme.FONT,
        "fontSize": "13px",
        "borderRadius": "6px",
        "padding": "6px 10px",
    }
