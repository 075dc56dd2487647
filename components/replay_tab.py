"""Replay of one day's tracks: off until it is lawful, asks why, logged."""

from datetime import timedelta

import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import maps, steps, tables, tracking_policy

EVERY_UNIT = "Every unit"


def draw(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """Draw what is missing, or the day, the unit, the reason, and then the tracks by time."""
    if tracking.why_not(workspace):
        tracking_policy.draw(workspace, user)
        return
    tracking_policy.stated(workspace)
    st.caption("Every replay asks why and is logged.")
    if user.may("set_policy"):
        with st.expander("Change what allows replay"):
            tracking_policy.forms(workspace, user)
    if not user.may("replay"):
        st.markdown("Your role does not replay tracks.")
        return
    with st.form("replay"):
        day = st.date_input(
            "Patrol day",
            dosage.last_day,
            min_value=dosage.first_day,
            max_value=dosage.last_day,
            format="DD/MM/YYYY",
        )
        unit = st.selectbox("Unit", [EVERY_UNIT, *tracking.units_tracked(workspace, day)])
        reason = st.text_input("Why are these tracks looked at?", max_chars=300)
        if st.form_submit_button("Show the tracks", type="primary"):
            st.session_state["replay-asked"] = (day, unit, reason)
    if "replay-asked" not in st.session_state:
        return
    day, unit, reason = st.session_state["replay-asked"]
    with steps.action(stop=False):
        tracks = _tracks(workspace, user, day, unit, reason)
        _play(tracks)


def _tracks(workspace: Workspace, user: User, day: object, unit: str, reason: str):
    """Read once per question: moving the slider is not another view."""
    held = st.session_state.get("replay-tracks")
    if held is None or held[0] != (day, unit, reason):
        found = tracking.replay(workspace, user, day, reason, None if unit == EVERY_UNIT else unit)
        held = ((day, unit, reason), found)
        st.session_state["replay-tracks"] = held
    return held[1]


def _play(tracks: tracking.Tracks) -> None:
    first, last = tracks.fixes["at"].min(), tracks.fixes["at"].max()
    until = st.slider(
        "Until",
        first.to_pydatetime(),
        max(last, first + timedelta(minutes=1)).to_pydatetime(),
        last.to_pydatetime(),
        step=timedelta(minutes=5),
        format="HH:mm",
        key="replay-until",
    )
    shown = tracks.fixes[tracks.fixes["at"] <= until]
    maps.tracks(
        shown,
        key="replay-map",
        alt=f"Tracks of {shown['unit'].nunique()} units until {until:%H:%M}",
    )
    if tracks.every > 1:
        st.caption(f"One fix in {tracks.every} is drawn.")
    where = shown.groupby("unit")["at"].agg(["count", "max"]).reset_index()
    where["max"] = where["max"].dt.strftime("%H:%M")
    tables.show(
        where,
        {"unit": "Unit", "count": tables.number("Fixes drawn"), "max": tables.text("Last at")},
        key="replay-table",
        alt="Units with the fixes drawn and the time of the last one",
    )
