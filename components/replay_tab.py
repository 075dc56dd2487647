"""Replay of one day's tracks: off until policy and DPIA are recorded; asks why; logged."""

from datetime import date, timedelta

import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import maps, steps
from components.dosage import Found

TAIL = timedelta(minutes=30)
STEP = timedelta(minutes=5)
KEPT = "replayed-tracks"


def draw(found: Found) -> None:
    """Draw what is missing, or the form that asks why, and the tracks that it opened."""
    workspace, user = found.workspace, found.user
    policy = tracking.tracking_policy(workspace)
    if policy is not None:
        st.caption(f"Policy of tracking: {policy.reference}, recorded by {policy.recorded_by}.")
    off = tracking.why_not(workspace)
    if off:
        st.info(off, icon=":material/lock:")
    if user.may("set_policy"):
        _draw_policy(workspace, user)
    if off or not user.may("replay"):
        st.session_state.pop(KEPT, None)
        return
    _ask(workspace, user, found.dosage.first_day, found.dosage.last_day)
    if KEPT in st.session_state:
        _draw_tracks(st.session_state[KEPT])


def _draw_policy(workspace: Workspace, user: User) -> None:
    with st.form("policy"):
        reference = st.text_input(
            "Policy of tracking", placeholder="Title or number, date, who approved it"
        )
        if st.form_submit_button("Record the policy"):
            with steps.action(stop=False):
                tracking.record_policy(workspace, user, reference)
                st.rerun()


def _ask(workspace: Workspace, user: User, first: date, last: date) -> None:
    with st.form("replay"):
        left, middle = st.columns(2)
        day = left.date_input("Day", last, min_value=first, max_value=last, format="DD/MM/YYYY")
        units = ["All units", *tracking.units_tracked(workspace, last)]
        unit = middle.selectbox("Unit", units)
        reason = st.text_input("Why are these tracks looked at?", placeholder="Kept in the log")
        if st.form_submit_button("Replay", type="primary"):
            st.session_state.pop(KEPT, None)
            with steps.action(stop=False):
                wanted = None if unit == units[0] else unit
                st.session_state[KEPT] = tracking.replay(workspace, user, day, reason, wanted)


def _draw_tracks(tracks: tracking.Tracks) -> None:
    """Draw where each unit was in the half hour before the chosen time."""
    times = tracks.fixes["at"]
    start, end = times.min().to_pydatetime(), times.max().to_pydatetime()
    if end - start < STEP:
        end = start + STEP
    at = st.slider("Time", start, end, start + (end - start) / 2, step=STEP, format="HH:mm")
    shown = tracks.fixes[(times > at - TAIL) & (times <= at)]
    maps.tracks(
        shown,
        tracks.fixes,
        key="replay-map",
        alt=f"Tracks of {shown['unit'].nunique()} units in the half hour before {at:%H:%M}.",
    )
    every = "" if tracks.every == 1 else f" One fix in {tracks.every} is drawn."
    if shown.empty:
        st.caption("No unit sent a fix in this half hour; that is unknown, and not zero." + every)
        return
    units = ", ".join(sorted(shown["unit"].unique()))
    st.caption(f"The half hour before {at:%H:%M} on the patrol day: {units}.{every}")
