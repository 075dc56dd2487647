"""Tonight: who is on, the sheet in seconds, and the rest of the shift when a unit is lost."""

import secrets
from datetime import datetime, time
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics import tasking
from analytics.tasking import BegunVisit, Plan, TonightUnit
from analytics.workspace import User, Workspace, make_settings
from analytics.workspace.drafts import load_draft, save_draft
from components import issuing, own_plan, patrol, plan_bound, steps, stops, tonight_units
from components.tonight_units import MODE_WORDS

DRAFT = "tonight"
SAMPLE_NOW = time(20)


def draw(workspace: Workspace, user: User) -> None:
    """Draw the sheet once it is made, and the units with the button that makes it."""
    draft = load_draft(workspace, user, DRAFT) or {}
    if draft.get("day") != workspace.today().isoformat():
        draft = {}
    if draft.get("seed") is None:
        _draw_standing(workspace, user)
        _enter_and_make(workspace, user, draft)
        return
    with steps.action(), st.spinner("Planning tonight ..."):
        plan, is_under_way = plan_bound.closest(workspace, user, _plan(workspace, user, draft))
    _draw_head(workspace, user, plan)
    _tell_changes(workspace, user, plan, draft)
    visits = tasking.with_places(workspace, plan.visits)
    with steps.action():
        recent = tasking.recent_violence(workspace, user)
    # On a phone the stops come first: the theme puts the lost unit after them.
    with st.container(key="tonight-body"):
        names = [unit.name for unit in plan.settings.units]
        if len(names) > 1 or draft.get("lost"):
            _draw_lost(workspace, user, plan, draft, names)
        rest = visits
        if (since := plan.settings.since) is not None:
            rest = visits[visits["starts"] >= since]
        stops.draw(workspace, rest, recent, "tonight")
    with st.expander(f"Who is on tonight ({len(draft['units'])} units)", icon=":material/groups:"):
        _enter_and_make(workspace, user, draft)
    main, side = st.columns([3, 2], gap="medium")
    with main:
        patrol.draw_week(visits, "tonight", duties=plan.duties)
    with side:
        patrol.draw_ledger(plan, "tonight")
    patrol.draw_unmet(plan, "tonight")
    plan_bound.draw_method(workspace, plan, is_under_way)


def _draw_standing(workspace: Workspace, user: User) -> None:
    """Offer the sheets of the plan that holds today, where one was issued."""
    today = workspace.today()
    held = tasking.issued_plan(workspace, today)
    visits = tasking.plan_in_force(workspace, today, today) if held else ()
    if not len(visits):
        return
    with st.container(border=True, key="tonight-standing-panel"):
        st.markdown(
            f"**A plan holds today: {steps.counted(len(visits), 'visit')} by "
            f"{steps.counted(visits['unit'].nunique(), 'unit')}**, issued by {held.issued_by}, "
            f"{steps.moment(workspace, held.issued_ms)}. Print its sheets, or plan tonight anew "
            "below: other units, other times, or from now on."
        )
        own_plan.offer_sheets(workspace, user, today, key="tonight-standing")


def _plan(workspace: Workspace, user: User, draft: dict[str, Any]) -> Plan:
    """Return the plan of the draft as it was made; else made again, with the same seed."""
    if (held := tasking.held_plan(workspace, user, draft.get("run_id", ""))) is not None:
        return held
    units = [TonightUnit.model_validate(unit) for unit in draft.get("made_for", draft["units"])]
    begun = [BegunVisit.model_validate(visit) for visit in draft.get("begun", [])]
    since = draft.get("since")
    return tasking.tonight(
        workspace,
        user,
        units,
        settings=make_settings(tasking.TaskingSettings, {"seed": draft["seed"]}),
        begun=begun,
        since=datetime.fromisoformat(since) if since else None,
    )


def _enter_and_make(workspace: Workspace, user: User, draft: dict[str, Any]) -> None:
    top = st.container(key="tonight-go")
    entered, since = tonight_units.enter(workspace, draft)
    units = entered if since is None else tasking.units_still_on(workspace, entered, since)
    _tell_units(workspace, top, units)
    if off := [unit.name for unit in entered if unit.name not in {one.name for one in units}]:
        top.caption(f":material/info: Off by {since:%H:%M} and left out: {', '.join(off)}.")
    kept = [unit.model_dump(mode="json") for unit in entered]
    is_made = draft.get("seed") is not None
    if is_made and kept != draft["units"]:
        top.warning("The units have changed since this sheet was made. Make it again.")
    if not top.button(
        "Make tonight's sheet",
        type="secondary" if is_made else "primary",
        icon=":material/bolt:",
        key="tonight-make",
        width="stretch",
    ):
        return
    made = [unit.model_dump(mode="json") for unit in units]
    fresh = {"units": kept, "made_for": made, "seed": secrets.randbelow(2**31)}
    fresh["day"] = workspace.today().isoformat()
    with top, steps.action(), st.spinner("Planning tonight ..."):
        fresh["run_id"] = _plan(workspace, user, fresh).run_id
    save_draft(workspace, user, DRAFT, fresh)
    st.rerun()


def _tell_units(workspace: Workspace, top: DeltaGenerator, units: list[TonightUnit]) -> None:
    """Say above the button who will be planned for, and where the names come from."""
    ways = [unit.mode for unit in units]
    modes = [f"{ways.count(mode)} {words}" for mode, words in MODE_WORDS.items() if mode in ways]
    source = "As the roster has them; correct below what is not so."
    if not tasking.units_on_roster(workspace):
        source = "The roster has nobody on today; name the units below."
    said = f": {', '.join(modes)}" if modes else ""
    top.markdown(f"**{steps.counted(len(units), 'unit')} tonight{said}.** {source}")


def _draw_head(workspace: Workspace, user: User, plan: Plan) -> None:
    """Draw the answer, whether it is issued, and the sheets to print."""
    steps.answer(tasking.answer(plan))
    busy = set(plan.visits["unit"])
    if idle := [duty.unit for duty in plan.duties if duty.unit not in busy]:
        st.caption(
            f":material/info: No visit for {', '.join(idle)}: the others serve what is wanted."
            if plan.unmet.empty
            else f":material/info: No visit could be placed for {', '.join(idle)}."
        )
    own_plan.draw_control_days(workspace, user, plan.first_day)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if plan.settings.since is None:
            issuing.draw_button(workspace, user, plan, "Issue tonight's plan", "tonight-issue")
        patrol.offer_files(workspace, user, plan, "tonight")
    issuing.tell(workspace, plan)


def _tell_changes(workspace: Workspace, user: User, plan: Plan, draft: dict[str, Any]) -> None:
    """Say where the data are no longer those that the sheet was made from."""
    if plan.run_id != draft.get("run_id"):
        st.warning(
            "This sheet was made again from the data as they are now: its visits may differ from "
            "those printed before. Print it again, and issue it.",
            icon=":material/print:",
        )
        return
    with steps.action():
        is_current = tasking.tonight_is_current(workspace, user, plan)
    if is_current:
        return
    st.info(
        "Roster, list, rules, changes by hand or units off patrol have changed since this sheet "
        "was made; it stands as it was made. Make it again below, or print what is in force, with "
        "every change by hand:",
        icon=":material/edit_note:",
    )
    own_plan.offer_sheets(workspace, user, plan.first_day, key="tonight-in-force")


def _now_in_sample(plan: Plan) -> time:
    """The sample's evening stands at 20:00, or where the plan begins when that is later."""
    begins = plan.settings.since or min(duty.starts for duty in plan.duties)
    return max(begins, datetime.combine(plan.first_day, SAMPLE_NOW)).time()


def _tell_lost(workspace: Workspace, user: User, plan: Plan, lost: list[str]) -> None:
    """Say from when the shift was planned anew, and offer the new sheets beside it."""
    kept = len(plan.settings.begun)
    st.info(
        f"Planned anew from {plan.settings.since:%H:%M} without {', '.join(lost)}; "
        f"{steps.counted(kept, 'visit')} begun before {'is' if kept == 1 else 'are'} kept. "
        "Print the new sheets, and issue the plan so that it holds.",
        icon=":material/restart_alt:",
    )
    with st.container(horizontal=True):
        issuing.draw_button(workspace, user, plan, "Issue the new plan", "tonight-issue-anew")
        patrol.offer_sheets(
            workspace, user, plan, plan.first_day, "tonight-anew", "New shift sheets (PDF)"
        )


def _draw_lost(
    workspace: Workspace, user: User, plan: Plan, draft: dict[str, Any], names: list[str]
) -> None:
    """Offer one press per unit: it is off from now on, and the rest is planned again."""
    with st.container(border=True, key="tonight-lost"):
        if lost := draft.get("lost", []):
            _tell_lost(workspace, user, plan, lost)
        st.markdown("**Lost a unit? Press it: the rest of the shift is planned without it.**")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            now = st.time_input(
                "Off from",
                value=tonight_units.next_five_minutes(workspace) or _now_in_sample(plan),
                step=300,
                key="tonight-lost-from",
                width=130,
            )
            reason = st.selectbox(
                "Because of",
                list(tasking.REASONS),
                format_func=tasking.REASONS.get,
                key="tonight-lost-reason",
                width=260,
            )
        if len(names) == 1:
            st.caption(f"{names[0]} is the last unit on; nobody could take over its visits.")
        with st.container(horizontal=True):
            pressed = [
                name
                for name in names
                if len(names) > 1
                and st.button(
                    f"{name} is off", icon=":material/person_remove:", key=f"tonight-lose-{name}"
                )
            ]
    if not pressed:
        return
    with steps.action(), st.spinner("Planning the rest of the shift ..."):
        again = tasking.replan_without(workspace, user, plan, pressed[0], now, reason)
    gone = {*draft.get("lost", []), pressed[0]}
    fresh = {
        "units": [unit for unit in draft["units"] if unit["name"] != pressed[0]],
        "made_for": [unit.model_dump(mode="json") for unit in again.settings.units],
        "begun": [visit.model_dump(mode="json") for visit in again.settings.begun],
        "since": again.settings.since.isoformat(),
        "seed": again.seed,
        "lost": sorted(gone),
        "day": plan.first_day.isoformat(),
        "run_id": again.run_id,
    }
    save_draft(workspace, user, DRAFT, fresh)
    tonight_units.forget()
    st.toast(f"Planned anew without {pressed[0]}. The new sheets are where you pressed.")
    st.rerun()
