"""Step 5. Who goes where, when?"""

from datetime import timedelta

import streamlit as st

from analytics import targeting, tasking
from components import (
    access,
    briefings_tab,
    my_shift,
    own_plan,
    plan_changes,
    roster_tab,
    steps,
    tonight,
    week_plan,
)

user = access.require_role(*access.roles_that_see("tasking"))
workspace = steps.header("tasking", user)

if targeting.list_in_force(workspace) is None:
    steps.nothing_yet(
        "No hot spot list is in force, so there is nowhere to send anyone.",
        "pages/3_targeting.py",
        "Choose hot spots",
    )


def first_tab() -> str:
    """An inspector whose week is planned, or who has no roster, comes for tonight."""
    today = workspace.today()
    is_planned = len(tasking.plan_in_force(workspace, today, today + timedelta(days=6)))
    is_for_tonight = is_planned or not tasking.has_roster(workspace)
    return "Tonight" if "inspector" in user.roles and is_for_tonight else "Week"


if not user.may("plan"):
    if user.may("check_in"):
        shift, plan = st.tabs(["My shift", "My plan"], key="own-tabs", on_change="rerun")
        if shift.open:
            with shift:
                my_shift.draw(workspace, user)
        if plan.open:
            with plan:
                own_plan.draw(workspace, user)
    else:
        own_plan.draw(workspace, user)
    st.stop()
night, week, changes, briefing, roster = st.tabs(
    ["Tonight", "Week", "Changes", "Briefings", "Roster"],
    default=first_tab(),
    key="tasking-tabs",
    on_change="rerun",
)
if night.open:
    with night:
        tonight.draw(workspace, user)
if week.open:
    with week:
        if tasking.has_roster(workspace):
            week_plan.draw(workspace, user)
        else:
            st.info(
                "There is no roster, so no week can be planned. Tonight needs none; a week is "
                "entered under Roster."
            )
            if user.may("load"):
                steps.link("pages/2_technology.py", "Load a roster")
if changes.open:
    with changes:
        plan_changes.draw(workspace, user)
if briefing.open:
    with briefing:
        briefings_tab.draw(workspace, user)
if roster.open:
    with roster:
        roster_tab.draw(workspace, user)
