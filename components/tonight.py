"""Tonight: who is on, the sheet in seconds, and the rest of the shift when a unit is lost."""

import secrets
from datetime import datetime, time
from typing import Any

import streamlit as st

from analytics import tasking
from analytics.tasking import BegunVisit, Plan, TonightUnit
from analytics.workspace import User, Workspace, make_settings
from analytics.workspace.drafts import load_draft, save_draft
from components import own_plan, patrol, plan_bound, steps, stops, tonight_units

DRAFT = "tonight"
SAMPLE_NOW = time(20)


def draw(workspace: Workspace, user: User) -> None:
    """Draw the sheet once it is made, and the units with the button that makes it."""
    draft = load_draft(workspace, user, DRAFT) or {}
    if draft.get("seed") is None:
        _enter_and_make(workspace, user, draft)
        return
    with steps.action(), st.spinner("Planning tonight ..."):
        plan, is_under_way = plan_bound.closest(workspace, user, _plan(workspace, user, draft))
    _draw_head(workspace, user, plan, draft)
    visits = tasking.with_places(workspace, plan.visits)
    with steps.action():
        recent = tasking.recent_violence(workspace, user)
    # On a phone the stops come first: the theme puts the lost unit after them.
    with st.container(key="tonight-body"):
        names = [unit.name for unit in plan.settings.units]
        if len(names) > 1:
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


def _plan(workspace: Workspace, user: User, draft: dict[str, Any]) -> Plan:
    """Return the plan of the draft: the same seed gives the same plan."""
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
    entered, since = tonight_units.enter(workspace, draft)
    units = entered if since is None else tasking.units_still_on(workspace, entered, since)
    if off := [unit.name for unit in entered if unit.name not in {one.name for one in units}]:
        st.caption(f":material/info: Off by {since:%H:%M} and left out: {', '.join(off)}.")
    kept = [unit.model_dump(mode="json") for unit in entered]
    is_made = draft.get("seed") is not None
    if is_made and kept != draft["units"]:
        st.warning("The units have changed since this sheet was made. Make it again.")
    if not st.button(
        "Make tonight's sheet",
        type="secondary" if is_made else "primary",
        icon=":material/bolt:",
        key="tonight-make",
        width="stretch",
    ):
        return
    made = [unit.model_dump(mode="json") for unit in units]
    fresh = {"units": kept, "made_for": made, "seed": secrets.randbelow(2**31)}
    with steps.action(), st.spinner("Planning tonight ..."):
        _plan(workspace, user, fresh)
    save_draft(workspace, user, DRAFT, fresh)
    st.rerun()


def _draw_head(workspace: Workspace, user: User, plan: Plan, draft: dict[str, Any]) -> None:
    """Draw the answer, the sheet to print, and the unit that is lost."""
    lost = draft.get("lost", [])
    if lost:
        kept = len(plan.settings.begun)
        st.info(
            f"Planned anew from {plan.settings.since:%H:%M} without {', '.join(lost)}; "
            f"{steps.counted(kept, 'visit')} begun before {'is' if kept == 1 else 'are'} kept.",
            icon=":material/restart_alt:",
        )
    steps.answer(tasking.answer(plan))
    own_plan.draw_control_days(workspace, user, plan.first_day)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button(
            "Issue tonight's plan", type="primary", icon=":material/send:", key="tonight-issue"
        ):
            with steps.action(stop=False):
                plan_id = tasking.issue_plan(workspace, user, plan)
                st.toast(f"Issued as {plan_id}.")
        patrol.offer_files(workspace, user, plan, "tonight")


def _draw_lost(
    workspace: Workspace, user: User, plan: Plan, draft: dict[str, Any], names: list[str]
) -> None:
    """Offer one press per unit: it is off from now on, and the rest is planned again."""
    with st.container(border=True, key="tonight-lost"):
        st.markdown("**Lost a unit? Press it: the rest of the shift is planned without it.**")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            now = st.time_input(
                "Off from",
                value=tonight_units.next_five_minutes(workspace) or SAMPLE_NOW,
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
        with st.container(horizontal=True):
            pressed = [
                name
                for name in names
                if st.button(
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
    }
    save_draft(workspace, user, DRAFT, fresh)
    tonight_units.forget()
    st.rerun()
