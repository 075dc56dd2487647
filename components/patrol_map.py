"""The map of patrol over need: two ramps as two layers, framed on the places that are judged."""

import html
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import pydeck as pdk
import streamlit as st

from components import ground, map_cells, map_layers, map_views, maps, theme

HEIGHT_PX = 540


@dataclass(frozen=True)
class Patrol:
    """What is drawn: patrol minutes per place and per square, and what stands beside the places.

    `minutes` has hotspot_id, minutes (missing: unknown); `cells` lon, lat, minutes in squares of
    `cell_width_m`; `exclusions` name, kind, geometry; `controls` the places on a control day.
    """

    minutes: pd.DataFrame
    cells: pd.DataFrame
    cell_width_m: float
    exclusions: gpd.GeoDataFrame
    controls: set[str] = field(default_factory=set)


def draw(places: gpd.GeoDataFrame, patrol: Patrol, *, has_need: bool, key: str, alt: str) -> None:
    """Draw places (hotspot_id, name, rank, count, geometry in any CRS) with `patrol` over them.

    A switch shows need, patrol or both.
    """
    shown = st.segmented_control(
        "Show", ["Need", "Patrol", "Both"], default="Both", required=True, key=f"{key}-layers"
    )
    shapes = map_layers.shapes(
        places, "count" if has_need else "", "crimes behind the ranking", patrol.minutes
    )
    show_need, show_patrol = shown != "Patrol" and has_need, shown != "Need"
    drawn = [*ground.layers()]
    if show_patrol:
        drawn += map_cells.heat(patrol.cells, patrol.cell_width_m)
    drawn += _exclusions(patrol.exclusions)
    drawn.append(map_layers.polygons(shapes, "need" if show_need else ""))
    drawn += [map_layers.dots(shapes)] if show_need else []
    known = [shape for shape in shapes if shape["is_known"]]
    if show_patrol:
        drawn.append(map_layers.circles(known, alone=not show_need))
    controls = places[places["hotspot_id"].isin(patrol.controls)]
    if len(controls):
        drawn += map_layers.rings(controls.geometry, "controls", theme.CATEGORIES[4])
    view = map_views.view(places, HEIGHT_PX, width_px=maps.width_px())
    drawn += [*ground.names(), *map_layers.rank_marks(shapes, view)]
    tooltip = {"html": "<b>{label}</b><br>{detail}", "style": maps.tooltip_style()}
    maps.draw(drawn, view, tooltip, key, alt, HEIGHT_PX)
    _legend(show_need, show_patrol, patrol, len(known) < len(shapes))


def _exclusions(areas: gpd.GeoDataFrame) -> list[pdk.Layer]:
    """Areas where presence is not patrol, grey, each with its name."""
    if not len(areas):
        return []
    shapes = map_layers.shapes(areas, "", "", None)
    for shape, kind in zip(shapes, areas["kind"], strict=True):
        shape["detail"] = "presence here is not patrol"
        shape["kind"] = str(kind).capitalize()
    return [
        map_layers.outline(shapes, "exclusions", theme.QUIET, is_filled=True),
        map_layers.words(shapes, "exclusion-names", "kind", theme.QUIET, below_px=14),
    ]


def _legend(need: bool, patrol: bool, drawn: Patrol, is_partly_unknown: bool) -> None:
    parts = ["<span>Numbers are ranks</span>"]
    if patrol:
        parts.insert(0, maps.ramp("patrol", "fewer to more patrol minutes", is_round=True))
    if need:
        parts.insert(0, maps.ramp("need", "fewer to more crimes"))
    if len(drawn.exclusions):
        kinds = html.escape(", ".join(sorted(set(drawn.exclusions["kind"].astype(str)))))
        parts.append(f'<span><i style="background:{theme.QUIET}"></i> not patrol: {kinds}</span>')
    if drawn.controls:
        parts.append(
            f'<span><i style="border:2px solid {theme.CATEGORIES[4]}"></i> control day</span>'
        )
    if is_partly_unknown:
        parts.append("<span>No disc: unknown</span>")
    st.html(f'<div class="legend">{"".join(parts)}</div>')
