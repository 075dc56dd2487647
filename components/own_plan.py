"""The plan in force for those who do not plan: an officer's own round, the lead's whole week."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from analytics import tasking
from analytics.workspace import User, Workspace
from components import exports, patrol, steps, stops


def draw(workspace: Workspace, user: User) -> None:
    """Draw the coming week of the units that this person may see."""
    today = workspace.today()
    sees_all = tasking.sees_every_unit(user)
    if not sees_all and tasking.unit_on(workspace, user, today) is None:
        steps.answer("**No unit is linked to your account, so no plan can be shown.**")
        st.caption("Ask an administrator to link your account to your unit of the roster.")
        return
    rounds = tasking.rounds_in_force(workspace, user, today, today + timedelta(days=6))
    if not rounds:
        steps.answer("**No plan has been issued for the coming week.**")
        return
    if sees_all:
        _draw_week(workspace, user, rounds)
    else:
        _draw_own(workspace, user, rounds)


def _draw_week(workspace: Workspace, user: User, rounds: list[tasking.Round]) -> None:
    visits = pd.concat([one.visits for one in rounds])
    first, last = rounds[0].day, max(one.day for one in rounds)
    steps.answer(
        f"**{len(visits):,} visits by {visits['unit'].nunique():,} units are planned from "
        f"{first.day} {first:%b} to {last.day} {last:%b %Y}.**"
    )
    shown = patrol.draw_week(visits, "in-force")
    days = sorted({pd.Timestamp(day).date() for day in shown["day"]})
    if len(days) == 1:
        offer_sheets(workspace, user, days[0], key="in-force-sheets")
    patrol.draw_rounds(workspace, shown, "in-force")


def offer_sheets(workspace: Workspace, user: User, day: date, key: str) -> None:
    """Offer the sheets of the plan in force on a day, with the changes made by hand."""
    exports.offer(
        f"Shift sheets, {day:%a} {day.day} {day:%b} (PDF)",
        lambda: tasking.sheet_in_force(workspace, user, day),
        f"{day}_shift-sheets.pdf",
        user,
        "plan",
        str(day),
        key=key,
        icon=":material/print:",
    )


def _draw_own(workspace: Workspace, user: User, rounds: list[tasking.Round]) -> None:
    """Draw one shift of the own unit: stops first, then the map and the sheet to print."""
    if len(rounds) > 1:
        number = st.selectbox(
            "Shift",
            range(len(rounds)),
            format_func=lambda place: _name(rounds[place]),
            key="own-shift",
        )
    else:
        number = 0
    one = rounds[number]
    minutes = int(one.visits["minutes"].sum())
    steps.answer(
        f"**{one.unit}: {steps.counted(len(one.visits), 'visit')}, {minutes} minutes in hot spots, "
        f"{_name(one)}.**"
    )
    draw_control_days(workspace, user, one.day)
    exports.offer(
        "My shift sheet (PDF)",
        lambda: tasking.sheet_in_force(workspace, user, one.day, one.unit),
        f"{one.day}_{exports.plain_name(one.unit)}_shift-sheet.pdf",
        user,
        "plan",
        f"{one.day} {one.unit}",
        key="own-sheet",
        icon=":material/print:",
        needs="see:tasking",
    )
    with steps.action():
        recent = tasking.recent_violence(workspace, user)
    stops.draw(workspace, one.visits, recent, "own")


def draw_control_days(workspace: Workspace, user: User, day: date) -> None:
    """Say which places are left alone on a day; nothing more than one shift ahead."""
    controls = tasking.control_places(workspace, user, day)
    if controls:
        names = tasking.place_names(workspace)
        st.warning(
            "Control day, answer calls only: " + ", ".join(names[spot] for spot in controls) + ".",
            icon=":material/block:",
        )


def _name(one: tasking.Round) -> str:
    return f"{one.day:%A} {one.day.day} {one.day:%b}, {one.starts:%H:%M} to {one.ends:%H:%M}"
