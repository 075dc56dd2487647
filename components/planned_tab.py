"""Planned against delivered: what became of each visit, and why those missed were missed."""

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import steps, tables
from components.dosage import Found

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


def draw(found: Found) -> None:
    """Draw the missed visits with their reasons first, then every planned visit."""
    st.markdown(found.planned.sentence())
    if found.planned.rows.empty:
        steps.link("pages/5_tasking.py", "Make a plan")
        return
    _missed(found)
    _every_visit(found.planned)
    st.caption(
        "Each planned visit is matched to at most one visit of the same place and patrol day: "
        "qualifying visits first, then those too short, then drive-throughs; the planned unit is "
        "preferred, then the nearest start. On time is within 30 minutes of the plan (convention). "
        "A unit whose device sent nothing that day is unknown, not missed."
    )


def _missed(found: Found) -> None:
    st.subheader("What was missed, and why", anchor=False)
    st.caption(tracking.misses_sentence(found.missed, found.planned))
    if found.missed.empty:
        return
    rows = found.missed.sort_values(["is_open", "day", "rank"], ascending=[False, False, True])
    if not st.toggle("Show closed ones too", key="missed-closed"):
        rows = rows[rows["is_open"]]
    if rows.empty:
        st.success("No missed visit waits to be explained or closed.", icon=":material/check:")
        return
    rows = rows.reset_index(drop=True)
    shown = rows.assign(
        clock=rows["starts"].dt.strftime("%H:%M"),
        why=[_why(row) for row in rows.itertuples()],
        state=[f"closed by {name}" if name else "open" for name in rows["closed_by"]],
    )
    alt = "Planned visits that were not delivered, open ones first"
    # A new key after each entry: the ticks of the table before would stand at other visits.
    key = f"missed-{found.dosage.run_id}-{len(rows)}-{int((rows['reason'] != '').sum())}"
    if not found.user.may("explain"):
        tables.show(shown, MISSED_COLUMNS, key=key, alt=alt)
        return
    ticked = tables.pick(shown, MISSED_COLUMNS, key=key, alt=alt)
    if not ticked:
        st.caption("Tick one or more visits to say why they were missed, or to close them.")
        return
    with st.container(border=True, key="explain-miss"):
        _explain(found.workspace, found.user, rows.iloc[ticked])


def _why(row: tuple) -> str:
    if row.reason:
        return tracking.REASONS[row.reason]
    return f"perhaps: {tracking.REASONS[row.suggested].lower()}" if row.suggested else ""


def _explain(workspace: Workspace, user: User, rows: pd.DataFrame) -> None:
    """Record one reason for the ticked visits, or close them."""
    codes = list(tracking.REASONS)
    held = next((code for code in [*rows["reason"], *rows["suggested"]] if code), None)
    mark = "-".join(map(str, rows.index))
    left, right = st.columns([2, 3])
    reason = left.selectbox(
        "Why were they missed?",
        codes,
        index=None if held is None else codes.index(held),
        format_func=tracking.REASONS.get,
        placeholder="Choose a reason",
        key=f"miss-reason-{mark}",
    )
    note = right.text_input("Note", rows["note"].iloc[0], max_chars=300, key=f"miss-note-{mark}")
    visits = [
        tracking.MissedVisit(row.day, row.shift, row.unit, row.hotspot_id, row.starts)
        for row in rows.itertuples()
    ]
    told = steps.counted(len(visits), "visit")
    with st.container(horizontal=True):
        if st.button(f"Save the reason of {told}", type="primary", disabled=reason is None):
            with steps.action(stop=False):
                for visit in visits:
                    tracking.explain_miss(workspace, user, visit, reason, note)
                st.rerun()
        is_explained = bool((rows["reason"] != "").all())
        if st.button(f"Close {told}", disabled=not is_explained):
            with steps.action(stop=False):
                for visit in visits:
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
        stayed_minutes=pd.to_numeric(rows["stayed_minutes"]).round(),
        came=[f"{at:%H:%M}" if pd.notna(at) else "" for at in rows["at"]],
    )
    tables.show(
        shown, COLUMNS, key="tracking-planned", alt="Planned visits with what became of each"
    )
