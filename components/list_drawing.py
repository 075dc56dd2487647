"""Drawing the boundary of a place: by moving it, by its corners, or from a file."""

import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely.geometry import Polygon

from analytics import targeting
from analytics.geography import drawn, read_polygon, sound_polygon
from analytics.workspace import InputError, Workspace
from components import steps, uploads

_WAYS = {
    "move": "Move it",
    "cells": "By cells",
    "corners": "Edit corners",
    "file": "Upload a file",
}
_STEPS_M = (5, 10, 25, 50, 100)
_TOWARDS = {"North": (0, 1), "East": (1, 0), "South": (0, -1), "West": (-1, 0)}
_FURTHEST_M = 1000
_FEWEST_CORNERS = 3


def boundary(
    workspace: Workspace,
    before: Polygon | None,
    key: str,
    cells: gpd.GeoDataFrame | None = None,
) -> tuple[Polygon, str] | None:
    """Ask for a boundary in metres; returns it with the way it was made, None while incomplete.

    `before` is the boundary to start from, None for a new place; `cells` those it can be put
    together from.
    """
    missing = ({"move"} if before is None else set()) | ({"cells"} if cells is None else set())
    ways = {way: words for way, words in _WAYS.items() if way not in missing}
    way = st.segmented_control(
        "How",
        list(ways),
        format_func=ways.get,
        default=next(iter(ways)),
        required=True,
        key=f"way-{key}",
    )
    with steps.action(stop=False):
        if way == "move":
            return _moved(before, key)
        if way == "cells":
            return _of_cells(cells, key)
        if way == "corners":
            return _corners(workspace, before, key)
        return _uploaded(workspace, key)
    return None


def shows_cells(key: str) -> bool:
    """Whether the boundary is being put together from cells."""
    return st.session_state.get(f"way-{key}") == "cells"


def cells_key(key: str) -> str:
    """Name the list of chosen cells in the session."""
    return f"cells-{key}"


def as_layer(shape: Polygon, crs: object, name: str) -> gpd.GeoDataFrame:
    """Return one boundary as a layer that a map draws."""
    return gpd.GeoDataFrame({"name": [name]}, geometry=[shape], crs=crs)


def _moved(before: Polygon, key: str) -> tuple[Polygon, str] | None:
    step = st.segmented_control("Step (m)", _STEPS_M, default=25, required=True, key=f"step-{key}")
    with st.container(horizontal=True):
        for name, (east, north) in _TOWARDS.items():
            st.button(
                name,
                key=f"{name}-{key}",
                help=f"{step} m to the {name.lower()}",
                on_click=_push,
                args=(key, east * step, north * step),
            )
    entered = {}
    for column, name, back in zip(st.columns(2), ("east", "north"), ("west", "south"), strict=True):
        # Held in the state from the first, because the buttons above change it there.
        st.session_state.setdefault(f"{name}-{key}", 0)
        entered[name] = column.number_input(
            f"{name.capitalize()} (m)",
            -_FURTHEST_M,
            _FURTHEST_M,
            step=5,
            key=f"{name}-{key}",
            help=f"Below 0: to the {back}.",
        )
    east, north = entered["east"], entered["north"]
    if not east and not north:
        st.caption("Say how far; the map shows the new boundary before it is used.")
        return None
    return targeting.moved(before, east, north)


def _push(key: str, east_m: int, north_m: int) -> None:
    for name, far in (("east", east_m), ("north", north_m)):
        state = f"{name}-{key}"
        there = st.session_state.get(state, 0) + far
        st.session_state[state] = max(-_FURTHEST_M, min(_FURTHEST_M, there))


def _of_cells(cells: gpd.GeoDataFrame, key: str) -> tuple[Polygon, str] | None:
    own = cells.loc[cells["is_in"], "number"].tolist()
    counts = dict(zip(cells["number"], cells["count"], strict=True))
    state = cells_key(key)
    st.session_state.setdefault(state, own)
    chosen = st.multiselect(
        "Cells of the place",
        list(counts),
        format_func=lambda number: f"{number}: {steps.counted(counts[number], 'crime')}",
        key=state,
        help="The numbers are those on the map, where a press adds a cell or takes it off.",
    )
    if sorted(chosen) == own:
        st.caption("Add or take off cells here or on the map.")
        return None
    return targeting.of_cells(cells, chosen)


def _corners(workspace: Workspace, before: Polygon | None, key: str) -> tuple[Polygon, str] | None:
    at = [] if before is None else list(before.exterior.coords)[:-1]
    start = pd.DataFrame([(round(x, 1), round(y, 1)) for x, y, *_ in at], columns=["x", "y"])
    edited = st.data_editor(
        start.astype(float),
        num_rows="dynamic",
        hide_index=True,
        key=f"corners-{key}",
        height=240,
        column_config={
            "x": st.column_config.NumberColumn("x (m)", format="%.1f", required=True),
            "y": st.column_config.NumberColumn("y (m)", format="%.1f", required=True),
        },
    ).dropna()
    st.caption(f"Corners in order round the place, in metres of {workspace.crs}.")
    if len(edited) < _FEWEST_CORNERS or edited.equals(start.astype(float)):
        return None
    shape = sound_polygon(Polygon(edited.to_numpy()))
    return shape, "corners edited"


def _uploaded(workspace: Workspace, key: str) -> tuple[Polygon, str] | None:
    given = uploads.files(
        "One polygon", drawn.ENDINGS, f"boundary-{key}", help="GeoJSON, GeoPackage or KML."
    )
    if not given:
        return None
    if len(given) > 1:
        raise InputError("Give one file at a time. Remove the others.")
    return read_polygon(given[0], workspace.crs), f"from {given[0].name}"
