"""The week: settings, the job that makes a plan, the plan to look at and to issue."""

import streamlit as st

from analytics import tasking
from analytics.workspace import User, Workspace
from components import issuing, own_plan, patrol, plan_bound, settings, steps, week_sums

FIELDS = ["from", "to", "visit_minutes", "visits_per_day", "share_out", "weigh_by"]
RARE = ["seed", "break_minutes", "admin_minutes", "walking_kmh", "driving_kmh", "detour_factor"]
RARE += ["window_minutes", "spacing_minutes", "least_visits_per_day", "most_visits_per_day"]


def draw(workspace: Workspace, user: User) -> None:
    """Draw settings and ledger beside the plan; without one, the plan in force."""
    top = st.container()
    main, side = st.columns([3, 2], gap="medium")
    with side:
        choices = settings.form(
            tasking.TaskingSettings,
            key="tasking",
            title="What the plan must do",
            only=[*FIELDS, *RARE],
            labels={"share_out": {"share": "By need", "equal": "Equal parts"}},
            limits={"visits_per_day": (0.5, 8.0, 0.5)},
        )
        result = steps.job(
            "plan",
            {"settings": choices.as_json()},
            user,
            key="plan",
            label="Make the plan",
            primary="plan-made" not in st.session_state,
        )
        if result is None:
            week_sums.draw_capacity(workspace, user, choices)
    if result is None:
        with main:
            own_plan.draw(workspace, user)
        return
    st.session_state["plan-made"] = True
    with top, steps.action(), st.spinner("Fetching the plan ..."):
        made = tasking.made_plan(workspace, user, result)
        plan, is_under_way = plan_bound.closest(workspace, user, made)
        steps.answer(tasking.answer(plan))
        issuing.tell(workspace, plan)
        if is_under_way:
            st.caption(":material/hourglass_empty: A closer bound is being worked out.")
        if not plan.is_made_with(choices, workspace.today()):
            st.caption(":material/info: The settings have changed since. Make the plan again.")
            with side:
                week_sums.draw_capacity(workspace, user, choices, "With the settings as now")
        elif not tasking.is_current(workspace, user, plan):
            st.caption(
                ":material/info: Roster, list, rules, changes or units off patrol are no longer "
                "as they were. Make the plan again."
            )
    patrol.draw_plan(workspace, plan, "week", main, side)
    first, second = st.columns(2, gap="medium")
    with first:
        week_sums.draw_equal(plan)
    with second:
        week_sums.draw_what_if(workspace, user, plan)
    plan_bound.draw_method(workspace, plan, is_under_way)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        issuing.draw_button(workspace, user, plan, "Issue the plan", "week-issue")
        patrol.offer_files(workspace, user, plan, "week")
