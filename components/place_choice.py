"""Step 3: which kind of place, how large, and of which hours; and how places look on the map."""

from typing import Any

import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import settings, steps, tables

_GRIDS = ("hexagon", "square")
_LABELS = {
    "cell_shape": {
        "hexagon": "Hexagons",
        "square": "Squares",
        "street": "Street segments",
        "polygon": "Own polygons",
        "given": "Cells given from outside",
    },
    "part_of_day": {"all": "All", "day": "Day", "night": "Night", "both": "Day + night"},
}
_CONSEQUENCES = {
    "street": "Each crime goes to the nearest street; shares of ground are of the street length.",
    "polygon": "Polygons of different size do not compare: a larger one collects more.",
    "given": "Loaded cells, such as a national grid, compared with the grid built here.",
}
# Settings that only one kind of place has.
_ONLY_STREETS = ("snap_limit_m", "longest_street_m", "street_width_m")
_ONLY_GRIDS = ("cell_width_m", "grid_origin")
_ONLY_POLYGONS = ("places_kind",)
_ONLY_HOURS = ("night_from_hour", "night_to_hour")


def controls(workspace: Workspace, user: User, so_far: dict[str, Any]) -> dict[str, Any]:
    """Draw the choice of places and hours; returns `so_far` with what is chosen or not asked."""
    first = _part("place", ["cell_shape", "part_of_day"], so_far, labels=_LABELS)
    so_far = so_far | first.model_dump(include={"cell_shape", "part_of_day"})
    shape = first.cell_shape
    if shape in _CONSEQUENCES:
        st.caption(_CONSEQUENCES[shape])
    if first.part_of_day != "all":
        st.caption(
            "A crime counts where most of its known span falls. Night is 18:00 to 06:00 unless "
            "changed under More settings (a convention)."
        )
    if shape in _GRIDS:
        width = _part("width", ["cell_width_m"], so_far, limits={"cell_width_m": (50, 500, 10)})
        so_far["cell_width_m"] = width.cell_width_m
        _size(workspace, user, width)
    elif shape in ("polygon", "given"):
        kinds = {"places_kind": ["", *targeting.place_kinds(workspace)]}
        words = {"places_kind": {"": "All kinds"}}
        chosen = _part("kind", ["places_kind"], so_far, options=kinds, labels=words)
        so_far["places_kind"] = chosen.places_kind
    return _unasked(shape, first.part_of_day) | so_far


def background(result: targeting.HotspotResult) -> dict[str, Any]:
    """Return what the map draws behind the list: other cells, or outlines of other polygons."""
    grid = result.counts.grid
    if result.counts.is_grid:
        return {
            "background_cells": result.other_cells(5_000),
            "cell_width_m": grid.width_m,
            "cell_shape": grid.shape,
        }
    return {} if grid.shape == "street" else {"background_places": result.other_places()}


def comparison(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Say under the map how given cells agree with the grid built here."""
    if result.settings.cell_shape == "given":
        with steps.action(stop=False):
            st.caption(targeting.compare_cells(workspace, user, result).sentence())


def _size(workspace: Workspace, user: User, chosen: targeting.TargetingSettings) -> None:
    expected = targeting.expected_cells(workspace, user, chosen)
    if expected.is_too_many:
        st.warning(expected.sentence())
    else:
        st.caption(expected.sentence())
    more = st.expander("Which width suits the data?", on_change="rerun", key="size-advice")
    if not more.open:
        return
    with more, steps.action(stop=False):
        advice = targeting.size_advice(workspace, user, chosen)
        st.markdown(advice.sentence())
        tables.show(
            advice.table.assign(share_enough=100 * advice.table["share_enough"]),
            {
                "width_m": tables.number("Width", unit="m"),
                "cells": tables.number("Cells", why="Estimated for the study area."),
                "crimes_per_cell": tables.number(
                    "Crimes a cell", digits=1, why="Mean of the cells with crime."
                ),
                "share_enough": tables.number(
                    f"In cells of {advice.enough}+", unit="% of crimes", why="Enough to rank."
                ),
                "walk_round_m": tables.number("Walk round", unit="m"),
            },
            key="size-table",
            alt="What each cell width would give.",
        )


def _unasked(shape: str, hours: str) -> dict[str, Any]:
    """Defaults of the settings that the chosen kind of place and hours have no use for."""
    names: tuple[str, ...] = ()
    if shape != "street":
        names += _ONLY_STREETS
    if shape not in _GRIDS:
        names += _ONLY_GRIDS
    if shape not in ("polygon", "given"):
        names += _ONLY_POLYGONS
    if hours == "all":
        names += _ONLY_HOURS
    fields = targeting.TargetingSettings.model_fields
    return {name: fields[name].default for name in names}


def _part(
    name: str, only: list[str], fixed: dict[str, Any], **more: Any
) -> targeting.TargetingSettings:
    return settings.form(
        targeting.TargetingSettings,
        key=f"targeting-{name}",
        title="",
        only=only,
        fixed=fixed,
        bordered=False,
        **more,
    )
