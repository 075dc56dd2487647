"""One unit's stops as a list to be read at arm's length, its map beside or below it."""

from datetime import date, datetime
from html import escape

import pandas as pd
import streamlit as st

from analytics import targeting, tasking
from analytics.workspace import Workspace
from components import maps


def draw(
    workspace: Workspace, visits: pd.DataFrame, recent: tasking.Recent | None, key: str
) -> None:
    """Draw the stops of the unit that is chosen, and its round on the map.

    `visits` are those of one day, with their places (`tasking.with_places`).
    """
    units = sorted(visits["unit"].unique())
    if not units:
        return
    if st.session_state.get(f"{key}-unit") not in units:
        st.session_state.pop(f"{key}-unit", None)
    unit = units[0]
    if len(units) > 1:
        unit = st.pills("Unit", units, default=units[0], required=True, key=f"{key}-unit")
    mine = visits[visits["unit"] == unit].sort_values("starts")
    with st.container(key=f"{key}-stops"):
        left, right = st.columns([2, 3], gap="medium")
    with left:
        st.html(as_list(mine, recent, tasking.place_facts(workspace, [*mine["hotspot_id"]])))
    with right:
        _draw_map(workspace, mine, unit, key)
    if recent is not None:
        st.caption(recent.sentence)


def as_list(
    visits: pd.DataFrame,
    recent: tasking.Recent | None,
    places: dict[str, tasking.PlaceFacts] | None = None,
) -> str:
    """Return the stops as an HTML list: time, place, and what an officer asks first.

    With `places` each names its corner streets and why it is on the list; its briefing unfolds.
    """
    items = []
    for row in visits.itertuples():
        facts = [f"rank {int(row.rank)}" if pd.notna(row.rank) else ""]
        facts.append(f"{int(row.minutes)} min")
        if pd.notna(row.travel_minutes):
            facts.append(f"{int(row.travel_minutes)} min to get there")
        place = (places or {}).get(row.hotspot_id)
        where = place.where if place else ""
        if not where and row.street and row.street not in row.name:
            facts.append(f"near {row.street}")
        violence = recent.words(row.hotspot_id) if recent is not None else ""
        quiet = " · ".join(fact for fact in facts if fact)
        items.append(
            f"<li><b>{row.starts:%H:%M}</b><span><strong>{escape(str(row.name))}</strong>"
            + (f"<small>{escape(where)}</small>" if where else "")
            + f"<small>{escape(quiet)}</small>"
            + (f"<small>Violence: {escape(violence)}</small>" if violence else "")
            + (_briefing(place) if place else "")
            + "</span></li>"
        )
    return f'<ol class="stops">{"".join(items)}</ol>'


def _briefing(place: tasking.PlaceFacts) -> str:
    """Return what to know and do in a place, folded; why it is on the list comes first."""
    lines = [("On the list", place.why), *place.told]
    told = "".join(
        f"<small><b>{escape(label)}:</b> {escape(words)}</small>" for label, words in lines
    )
    name = "Why here, what to do" if place.told else "Why here"
    return f"<details><summary>{name}</summary>{told}</details>"


def _draw_map(workspace: Workspace, mine: pd.DataFrame, unit: str, key: str) -> None:
    day = mine["day"].iloc[0]
    held = targeting.list_in_force(workspace, _day(day))
    places = held.hotspots if held else None
    if places is not None:
        places = places[places["hotspot_id"].isin(mine["hotspot_id"])]
    maps.route(
        mine.assign(start=mine["starts"].dt.strftime("%H:%M")),
        key=f"{key}-stops-map",
        alt=f"Round of {unit}: {len(mine)} visits in order; the list beside it names them.",
        places=places,
        height=430,
    )


def _day(day: date | datetime) -> date:
    return day.date() if isinstance(day, datetime) else day
