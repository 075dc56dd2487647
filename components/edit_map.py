"""Step 3, tab Edit the list: its map, on which places are ticked and cells added or taken off."""

from dataclasses import dataclass

import geopandas as gpd
import streamlit as st

from components import maps, theme

_NEAR_M = 250
_PICKS = "edit-picks"


@dataclass(frozen=True)
class Preview:
    """What an edit would make: the new `boundary`, or None, and `cells` to choose from.

    `chosen_key` names the list of chosen cells' numbers in the session.
    """

    boundary: gpd.GeoDataFrame | None = None
    cells: gpd.GeoDataFrame | None = None
    chosen_key: str = ""


def turn() -> int:
    """Return how often a place was picked on a map: table and map are drawn afresh each time."""
    return st.session_state.get(_PICKS, (0, []))[0]


def picked() -> list[str]:
    """Return the ids of the places picked on a map."""
    return st.session_state.get(_PICKS, (0, []))[1]


def pick(ids: list[str]) -> None:
    """Pick places by their ids, in table and map alike."""
    st.session_state[_PICKS] = (turn() + 1, ids)


def draw(places: gpd.GeoDataFrame, ticked: gpd.GeoDataFrame, preview: Preview) -> None:
    """Draw the list, the ticked places, and the boundary or the cells that an edit is about."""
    groups = [("on the list", places, theme.shade("need", 0.6), True)]
    if preview.cells is not None:
        chosen = preview.cells["number"].isin(st.session_state[preview.chosen_key])
        others = preview.cells[~chosen]
        groups.append(("cells to add", others, theme.QUIET, True))
        groups.append(("cells of the place", preview.cells[chosen], theme.RED, True))
    if len(ticked):
        groups.append(("ticked", ticked, theme.BLUE, False))
    if preview.boundary is not None and preview.cells is None:
        groups.append(("new boundary", preview.boundary, theme.RED, False))
    focus = next(each for each in (preview.cells, preview.boundary, ticked) if each is not None)
    near = focus.assign(geometry=focus.geometry.buffer(_NEAR_M)) if len(focus) else None
    key = f"edit-map-{turn()}-{st.session_state.get('edit-clicks', 0)}"
    maps.outlines(
        groups,
        key=key,
        alt="Map of the list as edited; the table below lists the same places.",
        focus=near,
        height=380,
        numbered=preview.cells,
        on_pick=lambda: _clicked(key, ticked["hotspot_id"].tolist(), preview),
    )
    st.caption(
        "Press a cell to add it or to take it off."
        if preview.cells is not None
        else "Press a place to tick it, and again to let go of it."
    )


def _clicked(key: str, ticked: list[str], preview: Preview) -> None:
    """Tick the place that was pressed, or put the cell in or out; the next map starts unpressed."""
    identity = maps.pressed(key)
    if identity is None:
        return
    st.session_state["edit-clicks"] = st.session_state.get("edit-clicks", 0) + 1
    if preview.cells is None:
        pick(_toggled(ticked, identity))
        return
    found = preview.cells.loc[preview.cells["hotspot_id"] == identity, "number"]
    if len(found):
        chosen = st.session_state[preview.chosen_key]
        st.session_state[preview.chosen_key] = sorted(_toggled(chosen, int(found.iloc[0])))


def _toggled(held: list, one: object) -> list:
    return [each for each in held if each != one] if one in held else [*held, one]
