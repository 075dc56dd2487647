"""Drawing the boundary of a place: by moving it, by its corners, or from a file."""

import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely.geometry import Polygon

from analytics import targeting
from analytics.geography import drawn, read_polygon, sound_polygon
from analytics.workspace import InputError, Workspace
from components import steps, uploads

_WAYS = {"move": "Move it", "corners": "Edit corners", "file": "Upload a file"}
_FEWEST_CORNERS = 3


def boundary(workspace: Workspace, before: Polygon | None, key: str) -> tuple[Polygon, str] | None:
    """Ask for a boundary in metres; returns it with the way it was made, None while incomplete.

    `before` is the boundary to start from, None for a new place.
    """
    ways = _WAYS if before is not None else {k: v for k, v in _WAYS.items() if k != "move"}
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
        if way == "corners":
            return _corners(workspace, before, key)
        return _uploaded(workspace, key)
    return None


def as_layer(shape: Polygon, crs: object, name: str) -> gpd.GeoDataFrame:
    """Return one boundary as a layer that a map draws."""
    return gpd.GeoDataFrame({"name": [name]}, geometry=[shape], crs=crs)


def _moved(before: Polygon, key: str) -> tuple[Polygon, str] | None:
    left, right = st.columns(2)
    east = left.number_input(
        "East (m)", -1000, 1000, 0, 5, key=f"east-{key}", help="Below 0: to the west."
    )
    north = right.number_input(
        "North (m)", -1000, 1000, 0, 5, key=f"north-{key}", help="Below 0: to the south."
    )
    if not east and not north:
        st.caption("Say how far; the map shows the new boundary before it is used.")
        return None
    return targeting.moved(before, east, north)


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
