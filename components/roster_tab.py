"""The roster of a week, edited on the page: units, shifts, how they move, from which base."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from analytics import tasking
from analytics.workspace import User, Workspace
from components import steps

_ORDER = ["day", "unit", "starts", "ends", "mode", "officers", "base", "shift", "team"]
_ORDER += ["trained", "agency", "funding"]
MODE_NAMES = {"foot": "On foot", "cycle": "Bicycle", "car": "Car"}


def draw(workspace: Workspace, user: User) -> None:
    """Draw the week that is chosen as a table, with what is worth knowing of it."""
    today = workspace.today()
    this_week = today - timedelta(days=today.weekday())
    weeks = [this_week + timedelta(weeks=number) for number in range(-1, 6)]
    first = st.selectbox("Week of", weeks, index=1, format_func=_week, key="roster-week", width=260)
    is_copied = st.session_state.get("roster-copied") == first
    source = first - timedelta(days=7) if is_copied else None
    with steps.action():
        frame = tasking.roster_week(workspace, user, first, source)
        trained = tasking.trained_words(workspace, user, source or first)
    frame["trained"] = frame["key"].map(trained).fillna("")
    _tell(frame, first, is_copied)
    edits = tasking.week_edits(workspace, user, first)
    if edits:
        st.caption(f":material/history: {_newest(workspace, edits)}")
    rows = _edit(workspace, frame, first, is_copied)
    for note in tasking.week_notes(workspace, first, rows):
        st.caption(f":material/info: {note}")
    is_changed = is_copied or rows != frame.drop(columns="trained").to_dict("records")
    _draw_buttons(workspace, user, first, rows, is_changed)
    st.caption(
        "Officers stay under their pseudonyms and go with their shift; a new row has none until a "
        "roster is loaded. 1 officer is a single, 2 a paired unit. Time off within a shift is "
        "logged under Changes. To the right: trained, agency and funding line. Trained is "
        "as of step 4: every course needed in date and passed."
    )
    _draw_edits(workspace, user, edits)


def _draw_buttons(
    workspace: Workspace, user: User, first: date, rows: list[dict[str, Any]], is_changed: bool
) -> None:
    """Draw what may be done with the table: save it, fill it from the week before, reset it."""
    with st.container(horizontal=True):
        if st.button("Save the week", type="primary", icon=":material/save:", key="roster-save"):
            _save(workspace, user, first, rows, is_changed)
        if st.button("Copy the week before", icon=":material/content_copy:", key="roster-copy"):
            st.session_state["roster-copied"] = first
            _new_table()
            st.rerun()
        if st.button("Start again from what is saved", key="roster-reset"):
            st.session_state.pop("roster-copied", None)
            _new_table()
            st.rerun()


def _save(
    workspace: Workspace, user: User, first: date, rows: list[dict[str, Any]], is_changed: bool
) -> None:
    if not is_changed:
        st.toast("Nothing was changed, so nothing was saved.")
        return
    with steps.action(stop=False):
        tasking.save_week(workspace, user, first, rows)
        st.session_state.pop("roster-copied", None)
        _new_table()
        st.toast("Saved. The next plan uses it.")
        st.rerun()


def _tell(frame: pd.DataFrame, first: date, is_copied: bool) -> None:
    hours = sum(_hours(row) for row in frame.itertuples())
    head = "Copied from the week before, not saved yet: " if is_copied else ""
    st.markdown(
        f"**{head}{steps.counted(len(frame), 'shift')} by "
        f"{steps.counted(frame['unit'].nunique(), 'unit')}, {hours:,.0f} unit-hours** in the week "
        f"of {_week(first)}."
    )


def _newest(workspace: Workspace, edits: list[tasking.WeekEdit]) -> str:
    """Say what happened last to this week on the page: a save, or one taken back."""
    back = [edit for edit in edits if edit.undone_ms]
    last = max(back, key=lambda edit: edit.undone_ms, default=None)
    if last is not None and last.undone_ms >= edits[0].saved_ms:
        return (
            f"Taken back by {last.undone_by}, {steps.moment(workspace, last.undone_ms)}: what "
            f"{last.saved_by} saved {steps.moment(workspace, last.saved_ms)} ({last.sentence()})."
        )
    return (
        f"Last saved by {edits[0].saved_by}, {steps.moment(workspace, edits[0].saved_ms)}: "
        f"{edits[0].sentence()}."
    )


def _draw_edits(workspace: Workspace, user: User, edits: list[tasking.WeekEdit]) -> None:
    """List the saves of this week; the last that stands can be taken back."""
    if not edits:
        return
    standing = [edit for edit in edits if not edit.is_undone]
    st.markdown(f"##### What was saved here ({len(standing)})")
    for edit in edits[:12]:
        words, act = st.columns([5, 1], vertical_alignment="center")
        line = f"{edit.sentence()} · {edit.saved_by}, {steps.moment(workspace, edit.saved_ms)}"
        if edit.is_undone:
            by = f" by {edit.undone_by}, {steps.moment(workspace, edit.undone_ms)}"
            words.markdown(f"~~{line}~~ taken back{by if edit.undone_ms else ''}")
            continue
        words.markdown(line)
        if edit is not standing[0]:
            continue
        if edit.blocked:
            words.caption(edit.blocked)
        elif act.button("Take back", icon=":material/undo:", key=f"roster-undo-{edit.load_id}"):
            with steps.action(stop=False):
                tasking.undo_week(workspace, user, edit.first, edit.load_id)
                st.session_state.pop("roster-copied", None)
                _new_table()
                st.toast("Taken back. The week stands as before that save.")
                st.rerun()


def _hours(row: Any) -> float:
    minutes = (row.ends.hour - row.starts.hour) * 60 + row.ends.minute - row.starts.minute
    return (minutes % 1440) / 60


def _edit(
    workspace: Workspace, frame: pd.DataFrame, first: date, is_copied: bool
) -> list[dict[str, Any]]:
    """Return the rows as they stand in the table."""
    days = st.column_config.DateColumn
    clock = st.column_config.TimeColumn
    bases = sorted({*tasking.base_names(workspace), *frame["base"]} - {""})
    last = first + timedelta(days=6)
    edited = st.data_editor(
        frame,
        column_order=_ORDER,
        column_config={
            "key": None,
            "day": days(
                "Day", min_value=first, max_value=last, format="ddd D MMM", required=True, width=92
            ),
            "unit": st.column_config.TextColumn("Unit", required=True, width=62),
            "team": st.column_config.TextColumn("Team", width=94),
            "shift": st.column_config.TextColumn("Shift", help="Empty: its start.", width=68),
            "starts": clock("Starts", format="HH:mm", step=300, required=True, width=70),
            "ends": clock("Ends", format="HH:mm", step=300, required=True, width=66),
            "mode": st.column_config.SelectboxColumn(
                "How", options=list(MODE_NAMES), format_func=MODE_NAMES.get, required=True, width=76
            ),
            "officers": st.column_config.NumberColumn(
                "Officers", min_value=1, max_value=12, step=1, default=2, required=True, width=84
            ),
            "base": st.column_config.SelectboxColumn("Base", options=bases, width=205),
            "agency": "Agency",
            "funding": "Funding line",
            "trained": st.column_config.TextColumn("Trained", disabled=True, width=70),
        },
        num_rows="dynamic",
        hide_index=True,
        height=520,
        key=f"roster-{first}-{is_copied}-{st.session_state.get('roster-turn', 0)}",
    )
    return edited.drop(columns="trained").to_dict("records")


def _new_table() -> None:
    """Give the table a new key, so that what was typed into the old one is gone."""
    st.session_state["roster-turn"] = st.session_state.get("roster-turn", 0) + 1


def _week(first: date) -> str:
    last = first + timedelta(days=6)
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"
