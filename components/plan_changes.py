"""The plan in force changed by hand: move, add, cancel; units off patrol; each with its reason."""

from datetime import date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from analytics import targeting, tasking
from analytics.tasking import Visit
from analytics.workspace import User, Workspace
from components import own_plan, steps, tables

DAYS_AHEAD = 27
COLUMNS = {
    "clock": tables.text("Start"),
    "unit": tables.text("Unit"),
    "name": tables.text("Place"),
    "rank": tables.number("Rank"),
    "minutes": tables.number("Stay", unit="min"),
    "shift": tables.text("Shift"),
}


def draw(workspace: Workspace, user: User) -> None:
    """Draw the visits of a day with what may be changed, then what was, then who is off patrol."""
    today = workspace.today()
    last = today + timedelta(days=DAYS_AHEAD)
    days = [
        pd.Timestamp(day).date() for day in tasking.days_with_plan(workspace, today, last)["day"]
    ]
    if not days:
        st.info("No plan is in force, so there is none to change. Issue one under Week or Tonight.")
    else:
        day = st.selectbox("Day", days, format_func=_day, key="change-day", width=240)
        visits = tasking.with_places(workspace, tasking.plan_in_force(workspace, day, day))
        _tell(workspace, user, day, visits)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            chosen = _table(visits)
        with right, st.container(border=True, key="change-panel"):
            _panel(workspace, user, day, visits, chosen)
        _draw_history(workspace, user, today, last)
    _draw_abstractions(workspace, user, today)


def _tell(workspace: Workspace, user: User, day: date, visits: pd.DataFrame) -> None:
    """Say what is planned that day and what of it was changed; offer the sheets as they stand."""
    if visits.empty:
        return
    edits = tasking.plan_edits(workspace, day, day)
    changed = steps.counted(sum(not edit.is_undone for edit in edits), "change")
    steps.answer(
        f"**{steps.counted(len(visits), 'visit')} by "
        f"{steps.counted(visits['unit'].nunique(), 'unit')} are planned on {_day(day)}**, "
        f"{changed} by hand among them. Sheets printed now have every change."
    )
    own_plan.offer_sheets(workspace, user, day, key="change-sheets")


def _table(visits: pd.DataFrame) -> pd.Series | None:
    frame = visits.assign(clock=visits["starts"].dt.strftime("%H:%M")) if len(visits) else visits
    if frame.empty:
        st.info("No visit is planned that day; one may be added.")
        return None
    frame = frame.sort_values(["starts", "unit"], ignore_index=True)
    row = tables.show(
        frame,
        COLUMNS,
        key=f"change-visits-{len(frame)}",
        select=True,
        caption="Choose a visit to move or cancel it.",
    )
    return None if row is None else frame.iloc[row]


def _panel(
    workspace: Workspace, user: User, day: date, visits: pd.DataFrame, chosen: pd.Series | None
) -> None:
    """Draw one change: the visit that is chosen moved or cancelled, or one added."""
    kind = "Add"
    if chosen is None:
        st.markdown("**Add a visit**")
    else:
        kind = st.segmented_control(
            "Change",
            ["Move", "Cancel", "Add"],
            default="Move",
            required=True,
            key="change-kind",
        )
    was = None if chosen is None or kind == "Add" else _visit(day, chosen)
    if was is not None:
        st.markdown(f"**{chosen['name']}** at {was.starts:%H:%M}, {was.unit}")
    if kind == "Cancel":
        to = was
    else:
        to = _target(workspace, day, visits, was)
        if to is None:
            return
        found = tasking.doubts(workspace, user, to, was)
        for text in found:
            st.warning(text, icon=":material/warning:")
        if not found:
            st.caption(":material/check: It fits the shift, the travel and the rules.")
    reason = st.text_input("Reason", key="change-reason", placeholder="Kept with the change")
    label = {"Move": "Move the visit", "Cancel": "Cancel the visit", "Add": "Add the visit"}[kind]
    if st.button(label, type="primary", key=f"change-save-{kind}", width="stretch"):
        with steps.action(stop=False):
            if kind == "Move":
                tasking.move_visit(workspace, user, was, to, reason)
            elif kind == "Cancel":
                tasking.cancel_visit(workspace, user, was, reason)
            else:
                tasking.add_visit(workspace, user, to, reason)
            st.toast("Changed. It stands in the plan, and in the next one.")
            st.rerun()


def _target(
    workspace: Workspace, day: date, visits: pd.DataFrame, was: Visit | None
) -> Visit | None:
    """Return the visit as entered: place (for a new one), unit, time and minutes."""
    hotspot_id = was.hotspot_id if was else _choose_place(workspace, day)
    if hotspot_id is None:
        st.caption("Choose a place, or a visit of the table to move or cancel it.")
        return None
    on = sorted(set(visits["unit"]))
    units = [*on, *(name for name in tasking.unit_names(workspace) if name not in on)]
    if not units:
        st.caption("There is no unit to choose: enter a roster first.")
        return None
    mark = f"{was.unit}-{was.starts:%H%M}-{was.hotspot_id}" if was else "new"
    at = units.index(was.unit) if was else 0
    unit = st.selectbox("Unit", units, index=at, key=f"change-unit-{mark}")
    first, second = st.columns(2)
    start = was.starts.time() if was else time(20)
    clock = first.time_input("Start", start, step=300, key=f"change-start-{mark}")
    stay = int(was.minutes) if was else 15
    minutes = second.number_input("Minutes", 1, 120, stay, key=f"change-minutes-{mark}")
    shifts = visits.loc[visits["unit"] == unit, "shift"]
    shift = shifts.iloc[0] if len(shifts) else was.shift if was else ""
    return Visit(day, str(shift), unit, hotspot_id, _moment(workspace, day, clock), minutes)


def _choose_place(workspace: Workspace, day: date) -> str | None:
    held = targeting.list_in_force(workspace, day)
    if held is None:
        return None
    places = held.hotspots.sort_values("rank")
    names = {
        row.hotspot_id: f"{row.rank} {row.name}" for row in places.itertuples(index=False, name="P")
    }
    return st.selectbox(
        "Place",
        list(names),
        index=None,
        placeholder="Rank and name",
        format_func=names.get,
        key="change-place",
    )


def _draw_history(workspace: Workspace, user: User, first: date, last: date) -> None:
    edits = tasking.plan_edits(workspace, first, last)[::-1]
    st.markdown(f"##### What was changed ({sum(not edit.is_undone for edit in edits)})")
    if not edits:
        st.caption("Nothing has been changed by hand.")
        return
    names = tasking.place_names(workspace)
    for edit in edits[:20]:
        words, act = st.columns([5, 1], vertical_alignment="center")
        line = f"{edit.sentence(names)} · {edit.reason} · {edit.edited_by}"
        line += f", {steps.moment(workspace, edit.edited_ms)}"
        words.markdown(f"~~{line}~~ undone" if edit.is_undone else line)
        if not edit.is_undone and act.button("Undo", key=f"undo-{edit.edit_id}"):
            with steps.action(stop=False):
                tasking.undo_plan_edit(workspace, user, edit.edit_id)
                st.rerun()


def _draw_abstractions(workspace: Workspace, user: User, today: date) -> None:
    """Draw the log of units off patrol and the form that adds to it."""
    held = tasking.abstractions(
        workspace, today - timedelta(days=6), today + timedelta(days=DAYS_AHEAD), with_removed=True
    )
    standing = [one for one in held if not one.is_removed]
    st.markdown(f"##### Units off patrol ({len(standing)})")
    for one in held[::-1][:20]:
        words, act = st.columns([5, 1], vertical_alignment="center")
        line = f"{one.unit}, {_day(one.day)} {one.starts:%H:%M} to {one.ends:%H:%M}: "
        line += tasking.REASONS[one.reason] + (f", {one.note}" if one.note else "")
        line += f" · {one.logged_by}"
        words.markdown(f"~~{line}~~ removed" if one.is_removed else line)
        if not one.is_removed and act.button("Remove", key=f"remove-{one.abstraction_id}"):
            with steps.action(stop=False):
                tasking.remove_abstraction(workspace, user, one.abstraction_id)
                st.rerun()
    with st.form("abstraction", clear_on_submit=True):
        st.caption("Time off patrol is taken out of the shift; the next plan leaves it free.")
        first, second, third, fourth = st.columns([2, 2, 2, 2])
        unit = first.selectbox("Unit", tasking.unit_names(workspace))
        day = second.date_input("Day", today, format="DD/MM/YYYY")
        starts = third.time_input("From", time(18), step=300)
        ends = fourth.time_input("Until", time(20), step=300)
        reason = st.selectbox("Because of", list(tasking.REASONS), format_func=tasking.REASONS.get)
        note = st.text_input("Note", placeholder="No names of persons")
        if st.form_submit_button("Log it", icon=":material/add:"):
            with steps.action(stop=False):
                begin, end = (_moment(workspace, day, clock) for clock in (starts, ends))
                tasking.log_abstraction(workspace, user, unit or "", begin, end, reason, note)
                st.rerun()


def _visit(day: date, row: pd.Series) -> Visit:
    starts = row["starts"].to_pydatetime()
    return Visit(day, row["shift"], row["unit"], row["hotspot_id"], starts, float(row["minutes"]))


def _moment(workspace: Workspace, day: date, clock: time) -> datetime:
    """Return the local time of a clock reading on a patrol day."""
    minutes = clock.hour * 60 + clock.minute
    is_next = minutes < workspace.day_starts_minutes
    return datetime.combine(day, clock) + timedelta(days=1 if is_next else 0)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
