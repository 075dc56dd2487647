"""Planned against delivered, visit by visit, with reasons entered and closed in place."""

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import steps, tables
from components.dosage import Found

SHOWN = ("To explain or close", "All missed", "All planned")
COLUMNS = {
    "starts": tables.moment("Planned start"),
    "name": tables.text("Place"),
    "rank": "Rank",
    "unit": tables.text("Unit"),
    "status": tables.text("What became of it"),
    "off_minutes": tables.number("Against plan", unit="min", why="Below 0: before the plan."),
    "stayed_minutes": tables.number("Stayed", unit="min"),
    "by_unit": tables.text("Visited by"),
}
REASON_COLUMNS = {
    "why": tables.text("Reason"),
    "hint": tables.text("Suggested", why="From the log of units off patrol."),
    "note": tables.text("Note"),
    "explained_by": tables.text("Explained by"),
    "closed_by": tables.text("Closed by"),
}


def draw(found: Found) -> None:
    """Draw the planned visits, those to explain first, and the panel that explains them."""
    st.markdown(f"{found.planned.sentence()} {tracking.misses_sentence(found.missed)}")
    if found.planned.rows.empty:
        return
    chosen = st.segmented_control(
        "Show", SHOWN, default=SHOWN[0], required=True, key="missed-shown"
    )
    if chosen == SHOWN[2]:
        tables.show(found.planned.rows, COLUMNS, key="planned-all", alt="All planned visits")
        _draw_rule()
        return
    rows = found.missed
    rows = rows[rows["is_open"]] if chosen == SHOWN[0] and len(rows) else rows
    if rows.empty:
        st.success("No missed visit waits to be explained or closed.", icon=":material/check:")
        return
    _draw_missed(found, rows.reset_index(drop=True))
    _draw_rule()


def _draw_missed(found: Found, rows: pd.DataFrame) -> None:
    shown = rows.assign(
        why=rows["reason"].map(tracking.REASONS).fillna(""),
        hint=rows["suggested"].map(tracking.REASONS).fillna(""),
    )
    mark = f"{found.dosage.run_id}-{len(rows)}-{int((rows['reason'] != '').sum())}"
    if not found.user.may("explain"):
        tables.show(shown, COLUMNS | REASON_COLUMNS, key=f"missed-{mark}", alt="Missed visits")
        return
    ticked = tables.pick(
        shown,
        COLUMNS | REASON_COLUMNS,
        key=f"missed-{mark}",
        alt="Missed visits, to be ticked and explained",
    )
    if not ticked:
        st.caption("Tick one or more visits to record why they were missed, or to close them.")
        return
    with st.container(border=True, key="missed-panel"):
        _panel(found.workspace, found.user, rows.iloc[ticked])


def _panel(workspace: Workspace, user: User, rows: pd.DataFrame) -> None:
    """Record one reason for the ticked visits, or close them."""
    codes = list(tracking.REASONS)
    hinted = next((code for code in [*rows["reason"], *rows["suggested"]] if code), None)
    first, second = st.columns([2, 3])
    reason = first.selectbox(
        "Why were they missed?",
        codes,
        index=None if hinted is None else codes.index(hinted),
        format_func=tracking.REASONS.get,
        placeholder="Choose a reason",
        key=f"miss-reason-{hinted}",
    )
    note = second.text_input("Note", key="miss-note", placeholder="Needed for another reason")
    visits = [
        tracking.MissedVisit(row.day, row.shift, row.unit, row.hotspot_id, row.starts)
        for row in rows.itertuples()
    ]
    with st.container(horizontal=True):
        told = steps.counted(len(visits), "visit")
        if st.button(f"Record for {told}", type="primary", disabled=reason is None):
            with steps.action(stop=False):
                for visit in visits:
                    tracking.explain_miss(workspace, user, visit, reason, note)
                st.toast(f"Recorded for {told}.")
                st.rerun()
        is_explained = bool((rows["reason"] != "").all())
        if st.button(f"Close {told}", disabled=not is_explained, key="miss-close"):
            with steps.action(stop=False):
                for visit in visits:
                    tracking.close_miss(workspace, user, visit)
                st.toast(f"Closed {told}.")
                st.rerun()


def _draw_rule() -> None:
    st.caption(
        "Each planned visit is matched to at most one visit of the same place and patrol day: "
        "qualifying visits first, then those too short, then drive-throughs; the planned unit is "
        "preferred, then the nearest start. On time is within 30 minutes of the plan (convention). "
        "A unit whose device sent nothing that day is unknown, not missed."
    )
