"""Issuing a plan: the button while it does not hold, and what is in force once it does."""

import streamlit as st

from analytics import tasking
from analytics.tasking import Plan
from analytics.workspace import User, Workspace
from components import steps


def draw_button(workspace: Workspace, user: User, plan: Plan, label: str, key: str) -> None:
    """Offer to issue a plan that holds on none of its days."""
    if tasking.issued_as(workspace, plan.run_id, plan.first_day, plan.last_day) is not None:
        return
    if st.button(label, type="primary", icon=":material/send:", key=key):
        with steps.action(stop=False):
            plan_id = tasking.issue_plan(workspace, user, plan)
            st.toast(f"Issued as {plan_id}; it holds from now on.")
            st.rerun()


def tell(workspace: Workspace, plan: Plan) -> None:
    """Say whether a plan is issued, by whom and when, and on which days a newer one holds."""
    held = tasking.issued_as(workspace, plan.run_id, plan.first_day, plan.last_day)
    if held is None:
        other = tasking.issued_plan(workspace, plan.first_day)
        until = (
            "" if other is None else f" Until then {other.plan_id} holds, {_by(workspace, other)}."
        )
        st.caption(
            ":material/info: Not issued yet: officers see it on their own page, and tracking "
            f"holds delivery against it, once it is.{until}"
        )
        return
    days = (plan.last_day - plan.first_day).days + 1
    part = "" if held.days == days else f" On {days - held.days} of its {days} days a newer holds."
    st.caption(f":material/check: In force: {held.plan_id}, {_by(workspace, held)}.{part}")


def _by(workspace: Workspace, held: tasking.IssuedPlan) -> str:
    return f"issued by {held.issued_by}, {steps.moment(workspace, held.issued_ms)}"
