"""Planned against delivered: what became of each visit, and why those missed were missed."""

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import steps, tables

ANY = "All"
COLUMNS = {
    "day": tables.date("Day"),
    "clock": "Planned",
    "unit": "Unit",
    "name": "Place",
    "rank": "Rank",
    "status": tables.text("What became of it"),
    "came": "Came at",
    "by_unit": "By",
    "stayed_minutes": tables.number("Stayed", unit="min"),
}
MISSED_COLUMNS = {
    "day": tables.date("Day"),
    "clock": "Planned",
    "unit": "Unit",
    "name": "Place",
    "status": "What happened",
    "why": tables.text("Why"),
    "note": tables.text("Note"),
    "state": "State",
}


def draw(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """Draw the missed visits with their reasons first, then every planned visit."""
    with steps.action(stop=False), st.spinner("Matching visits with the plan ..."):
        planned = tracking.planned_visits(workspace, user, dosage)
        st.markdown(planned.sentence())
        if planned.rows.empty:
            steps.link("pages/5_tasking.py", "Make a plan")
            return
        _missed(workspace, user, planned)
        _every_visit(planned)


def _missed(workspace: Workspace, user: User, planned: tracking.PlannedVisits) -> None:
    rows = tracking.missed_visits(workspace, user, planned)
    st.subheader("What was missed, and why", anchor=False)
    st.caption(tracking.misses_sentence(rows))
    if rows.empty:
        return
    rows = rows.sort_values(["is_open", "day", "rank"], ascending=[False, False, True])
    rows = rows.reset_index(drop=True)
    shown = rows.assign(
        clock=rows["starts"].dt.strftime("%H:%M"),
        why=[_why(row) for row in rows.itertuples()],
        state=[f"closed by {name}" if name else "open" for name in rows["closed_by"]],
    )
    chosen = tables.show(
        shown,
        MISSED_COLUMNS,
        key="tracking-missed",
        select=user.may("explain"),
        alt="Planned visits that were not delivered, open ones first",
        caption="Choose a row to say why it was missed." if user.may("explain") else "",
    )
    if chosen is not None and chosen < len(rows):
        _explain(workspace, user, rows.iloc[chosen])


def _why(row: tuple) -> str:
    if row.reason:
        return tracking.REASONS[row.reason]
    return f"perhaps: {tracking.REASONS[row.suggested].lower()}" if row.suggested else ""


def _explain(workspace: Workspace, user: User, row: pd.Series) -> None:
    visit = tracking.MissedVisit(
        row["day"], row["shift"], row["unit"], row["hotspot_id"], row["starts"].to_pydatetime()
    )
    codes = list(tracking.REASONS)
    held = row["reason"] or row["suggested"] or codes[0]
    with st.container(border=True, key="explain-miss"):
        st.markdown(f"**{row['name']}**, {row['unit']}, {row['starts']:%A %H:%M}")
        reason = st.selectbox(
            "Why was it missed?",
            codes,
            index=codes.index(held),
            format_func=tracking.REASONS.get,
            key=f"miss-reason-{row.name}",
        )
        note = st.text_input("Note", row["note"], max_chars=300, key=f"miss-note-{row.name}")
        with st.container(horizontal=True):
            if st.button("Save the reason", type="primary", key="miss-save"):
                with steps.action(stop=False):
                    tracking.explain_miss(workspace, user, visit, reason, note)
                    st.rerun()
            if row["reason"] and row["is_open"] and st.button("Close it", key="miss-close"):
                with steps.action(stop=False):
                    tracking.close_miss(workspace, user, visit)
                    st.rerun()


def _every_visit(planned: tracking.PlannedVisits) -> None:
    st.subheader("Every planned visit", anchor=False)
    rows = planned.rows
    with st.container(horizontal=True):
        status = st.selectbox(
            "What became of it", [ANY, *planned.counts().index], key="planned-status", width=260
        )
        shift = st.selectbox(
            "Shift", [ANY, *sorted(rows["shift"].unique())], key="planned-shift", width=180
        )
    if status != ANY:
        rows = rows[rows["status"] == status]
    if shift != ANY:
        rows = rows[rows["shift"] == shift]
    shown = rows.assign(
        clock=rows["starts"].dt.strftime("%H:%M"),
        came=[f"{at:%H:%M}" if pd.notna(at) else "" for at in rows["at"]],
    )
    tables.show(
        shown, COLUMNS, key="tracking-planned", alt="Planned visits with what became of each"
    )
