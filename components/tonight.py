"""Tonight's units, entered with a thumb: name, foot or car, until when."""

import secrets
from datetime import datetime, time, timedelta

import streamlit as st

from analytics import tasking
from analytics.tasking import Plan, TonightUnit
from analytics.workspace import User, Workspace, make_settings
from analytics.workspace.drafts import load_draft, save_draft
from components import patrol, steps

DRAFT = "tonight"
MODE_NAMES = {"foot": "On foot", "cycle": "Cycle", "car": "Car"}


def draw(workspace: Workspace, user: User) -> None:
    """Draw the units, the button that makes the sheet, and the sheet once it is made."""
    draft = load_draft(workspace, user, DRAFT) or {}
    entered, since = _enter_units(workspace, draft)
    units = entered if since is None else tasking.units_still_on(workspace, entered, since)
    if off := [unit.name for unit in entered if unit.name not in {one.name for one in units}]:
        st.caption(f":material/info: Off by {since:%H:%M} and left out: {', '.join(off)}.")
    if st.button(
        "Make tonight's sheet",
        type="secondary" if draft.get("seed") is not None else "primary",
        icon=":material/bolt:",
        key="tonight-make",
        width="stretch",
    ):
        kept = [unit.model_dump(mode="json") for unit in entered]
        made = [unit.model_dump(mode="json") for unit in units]
        draft = {"units": kept, "made_for": made, "seed": secrets.randbelow(2**31)}
        save_draft(workspace, user, DRAFT, draft)
        st.rerun()
    if draft.get("seed") is None:
        return
    made_for = [TonightUnit.model_validate(unit) for unit in draft.get("made_for", draft["units"])]
    chosen = make_settings(tasking.TaskingSettings, {"seed": draft["seed"]})
    with steps.action(), st.spinner("Planning tonight ..."):
        plan = tasking.tonight(workspace, user, made_for, settings=chosen)
    if units != made_for:
        st.warning("The units have changed since this sheet was made. Make it again.")
    _draw_sheet(workspace, user, plan)


def _enter_units(workspace: Workspace, draft: dict) -> tuple[list[TonightUnit], time | None]:
    """Draw one row of controls per unit; return the units as entered and when the plan begins."""
    if "tonight-units" not in st.session_state:
        known = [TonightUnit.model_validate(unit) for unit in draft.get("units", [])]
        known = known or tasking.units_on_roster(workspace)
        st.session_state["tonight-units"] = known or [_new_unit(1)]
    known = st.session_state["tonight-units"]
    bases = ["", *tasking.base_names(workspace)]
    with st.container(border=True, key="tonight-panel"):
        st.subheader("Who is on tonight?", anchor=False)
        since = st.time_input(
            "Plan from",
            value=_next_five_minutes(workspace),
            step=300,
            key="tonight-since",
            width=160,
            help="Units still on are planned from this time. Empty: from the start of each shift.",
        )
        entered = [_enter_unit(number, unit, bases) for number, unit in enumerate(known)]
        with st.container(horizontal=True):
            if st.button("Add a unit", icon=":material/add:", key="tonight-add"):
                st.session_state["tonight-units"] = [*entered, _new_unit(len(entered) + 1)]
                st.rerun()
            if len(entered) > 1 and st.button(
                "Take off the last", icon=":material/remove:", key="tonight-remove"
            ):
                st.session_state["tonight-units"] = entered[:-1]
                st.rerun()
    return entered, since


def _next_five_minutes(workspace: Workspace) -> time | None:
    """The local time, rounded up; None in the sample, whose day is not today."""
    if workspace.is_sample:
        return None
    now = datetime.now(workspace.timezone)
    return (now + timedelta(minutes=-now.minute % 5)).time().replace(second=0, microsecond=0)


def _enter_unit(number: int, unit: TonightUnit, bases: list[str]) -> TonightUnit:
    columns = st.columns([2, 3, 2, 2, 3])
    name = columns[0].text_input("Unit", unit.name, key=f"tonight-name-{number}")
    with columns[1]:
        mode = st.segmented_control(
            "How",
            list(MODE_NAMES),
            default=unit.mode,
            required=True,
            format_func=MODE_NAMES.get,
            key=f"tonight-mode-{number}",
        )
    starts = columns[2].time_input("From", unit.starts, key=f"tonight-from-{number}")
    until = columns[3].time_input("Until", unit.until, key=f"tonight-until-{number}")
    at = bases.index(unit.base) if unit.base in bases else 0
    base = columns[4].selectbox(
        "Base",
        bases,
        index=at,
        format_func=lambda name: name or "None",
        key=f"tonight-base-{number}",
    )
    return TonightUnit(name=name, mode=mode, starts=starts, until=until, base=base)


def _new_unit(number: int) -> TonightUnit:
    return TonightUnit(name=f"Unit {number}", mode="foot", starts=time(22), until=time(2))


def _draw_sheet(workspace: Workspace, user: User, plan: Plan) -> None:
    steps.answer(tasking.answer(plan))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button(
            "Issue tonight's plan", type="primary", icon=":material/send:", key="tonight-issue"
        ):
            with steps.action(stop=False):
                plan_id = tasking.issue_plan(workspace, user, plan)
                st.toast(f"Issued as {plan_id}.")
        patrol.offer_files(workspace, user, plan, "tonight")
    patrol.draw_plan(workspace, plan, "tonight", *st.columns([3, 2], gap="medium"))
