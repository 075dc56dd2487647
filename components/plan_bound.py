"""How a plan was computed, and how good any plan could be: the bound, shown once it is known."""

from datetime import date

import streamlit as st

from analytics import programme, tasking
from analytics.tasking import Plan
from analytics.workspace import User, Workspace
from components import steps

METHOD = (
    "Visits are shared out in proportion to each hot spot's share of the list, and drawn from the "
    "hours of need. A search chooses the visits of greatest worth that fit shifts, breaks and "
    "travel (along the streets where they are loaded); then order and starts are drawn by seed."
)
LOOK_EVERY_S = 3.0


def closest(workspace: Workspace, user: User, plan: Plan) -> tuple[Plan, bool]:
    """Return the plan with the closest bound there is, and whether a closer one is under way."""
    is_under_way = programme.ask_for_bound(workspace, user, plan)
    return tasking.with_bound(workspace, plan), is_under_way


def draw_method(workspace: Workspace, plan: Plan, is_under_way: bool) -> None:
    """Fold away how the plan was computed; redraw the page when a closer bound is known."""
    bound = tasking.bound_of(workspace, plan)
    steps.method(
        definition=f"{METHOD} {tasking.bound_sentence(plan, bound, is_under_way)}",
        period=f"{_day(plan.first_day)} to {_day(plan.last_day)}",
        unit=f"visits of {plan.settings.visit_minutes} minutes; seed {plan.seed}",
        run_id=plan.run_id,
        source="Koper 1995; conventions as stated in the settings",
    )
    if is_under_way and bound is None:
        _watch(workspace, plan)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


@st.fragment(run_every=LOOK_EVERY_S)
def _watch(workspace: Workspace, plan: Plan) -> None:
    if tasking.bound_of(workspace, plan) is not None:
        st.rerun()
