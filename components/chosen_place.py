"""Step 3: the one place chosen, by a press on the map or in the ranking, and shown in both."""

import geopandas as gpd
import pandas as pd
import streamlit as st

from analytics import targeting
from analytics.workspace import User
from components import edit_map, maps, steps

_STATE = "targeting-chosen"
TABS = "targeting-tabs"
EDIT, DECIDE = "Edit the list", "To decide"
_EDITED, _COMPUTED = "As edited", "As computed"


def of_list(listed: targeting.EditedList) -> gpd.GeoDataFrame:
    """Return the places that map and ranking show: as edited, or by the switch as computed."""
    if not listed.applied:
        return listed.result.hotspots
    shown = st.segmented_control(
        "Map and ranking show the list",
        [_EDITED, _COMPUTED],
        default=_EDITED,
        required=True,
        key="targeting-shown",
        help="The list as edited is what is signed off and written to files. The figures beside "
        "it, and the tabs When, How sure, Over time and Compare methods, are of the list as "
        "computed.",
    )
    return listed.hotspots if shown == _EDITED else listed.result.hotspots


def held(places: gpd.GeoDataFrame) -> str | None:
    """Return the id of the chosen place, None where none is chosen or it is not on the list."""
    chosen = st.session_state.get(_STATE)
    return chosen if chosen in set(places["hotspot_id"]) else None


def map_key() -> str:
    """Name the map; a new name lets go of what was pressed on it."""
    return f"targeting-map-{st.session_state.get(f'{_STATE}-map', 0)}"


def table_key() -> str:
    """Name the ranking; a new name ticks in it what was chosen elsewhere."""
    return f"targeting-ranking-{st.session_state.get(f'{_STATE}-table', 0)}"


def from_map() -> None:
    """Take what was pressed on the map as the chosen place."""
    _choose(maps.pressed(map_key()), "table")


def from_row(ids: list[str], row: int | None) -> None:
    """Take the chosen row of the ranking as the chosen place."""
    _choose(None if row is None else ids[row], "map")


def card(user: User, places: gpd.GeoDataFrame) -> None:
    """Say under the map what is known of the chosen place, and lead to changing it."""
    chosen = held(places)
    if chosen is None:
        st.caption("Press a place on the map, or its row in the ranking, to choose it.")
        return
    place = places[places["hotspot_id"] == chosen].iloc[0]
    count = steps.counted(int(place["count"]), "crime")
    told = f"**{place['rank']} {place['name']}.** {count}, {place['share_of_count']:.2%} of all"
    if pd.notna(place["test_count"]):
        told += f"; {int(place['test_count']):,} in the test period"
    if place["decision"]:
        told += f"; to decide: {place['decision']}"
    with st.container(horizontal=True, vertical_alignment="center", key="chosen-place"):
        st.markdown(f"{told}.", width="stretch")
        if user.may("decide"):
            st.button("Change it", icon=":material/edit:", on_click=_open_edits, args=(chosen,))
        st.button("Let go", on_click=_let_go)


def open_tab(name: str) -> None:
    """Open a tab of the page, from a button's `on_click`."""
    st.session_state[TABS] = name


def _choose(chosen: str | None, other: str) -> None:
    st.session_state[_STATE] = chosen
    st.session_state[f"{_STATE}-{other}"] = st.session_state.get(f"{_STATE}-{other}", 0) + 1
    edit_map.pick([] if chosen is None else [chosen])


def _let_go() -> None:
    _choose(None, "map")
    _choose(None, "table")


def _open_edits(chosen: str) -> None:
    edit_map.pick([chosen])
    open_tab(EDIT)
