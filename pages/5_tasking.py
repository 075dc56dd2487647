"""Step 5. Who goes where, when?"""

from datetime import timedelta

import streamlit as st

from analytics import targeting, tasking
from analytics.workspace import make_settings
from components import access, patrol, settings, steps, tonight

user = access.require_role(*access.roles_that_see("tasking"))
workspace = steps.header("tasking", user)

FIELDS = ["from", "to", "visit_minutes", "visits_per_day", "share_out", "weigh_by"]
RARE = ["seed", "break_minutes", "admin_minutes", "walking_kmh", "driving_kmh", "detour_factor"]
RARE += ["window_minutes", "spacing_minutes", "least_visits_per_day", "most_visits_per_day"]
METHOD = (
    "Visits are shared out in proportion to each hot spot's share of the list, and drawn from the "
    "hours of need. A search chooses the visits of greatest worth that fit shifts, breaks and "
    "travel (straight line times a detour factor); then order and starts are drawn by seed. The "
    "bound is what no plan could exceed."
)

if targeting.list_in_force(workspace) is None:
    steps.nothing_yet(
        "No hot spot list is in force, so there is nowhere to send anyone.",
        "pages/3_targeting.py",
        "Choose hot spots",
    )


def draw_in_force() -> None:
    """The plan that holds in the coming week, for those who do not plan."""
    today = workspace.today()
    held = tasking.plan_in_force(workspace, today, today + timedelta(days=6))
    if held.empty:
        steps.answer("**No plan has been issued for the coming week.**")
        return
    units, last = held["unit"].nunique(), held["day"].max()
    steps.answer(
        f"**{len(held):,} visits by {units:,} units are planned from "
        f"{today.day} {today:%b} to {last.day} {last:%b %Y}.**"
    )
    visits = tasking.with_places(workspace, held)
    patrol.draw_rounds(workspace, patrol.draw_week(visits, "in-force"), "in-force")


def first_tab() -> str:
    """An inspector whose week is planned comes for tonight; everyone else for the week."""
    today = workspace.today()
    is_planned = len(tasking.plan_in_force(workspace, today, today + timedelta(days=6)))
    return "Tonight" if "inspector" in user.roles and is_planned else "Week"


def draw_week() -> None:
    """Settings and the job that makes a plan; the plan to look at and issue."""
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
        with main:
            draw_in_force()
        return
    st.session_state["plan-made"] = True
    with top, steps.action(), st.spinner("Fetching the plan ..."):
        plan = tasking.preview_plan(
            workspace, user, make_settings(tasking.TaskingSettings, result["settings"])
        )
        steps.answer(tasking.answer(plan))
        if not plan.is_made_with(choices, workspace.today()):
            st.caption(":material/info: The settings have changed since. Make the plan again.")
    patrol.draw_plan(workspace, plan, "week", main, main)
    steps.method(
        definition=METHOD,
        period=f"{plan.first_day} to {plan.last_day}",
        unit=f"visits of {plan.settings.visit_minutes} minutes; seed {plan.seed}",
        run_id=plan.run_id,
        source="Koper 1995; conventions as stated in the settings",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Issue the plan", type="primary", icon=":material/send:"):
            with steps.action(stop=False):
                plan_id = tasking.issue_plan(workspace, user, plan)
                st.toast(f"Issued as {plan_id}; it holds from now on.")
        patrol.offer_files(workspace, user, plan, "week")


if not user.may("plan"):
    draw_in_force()
    st.stop()
week, night = st.tabs(
    ["Week", "Tonight"], default=first_tab(), key="tasking-tabs", on_change="rerun"
)
if week.open:
    with week:
        if tasking.has_roster(workspace):
            draw_week()
        else:
            st.info("There is no roster, so no week can be planned. Tonight needs none.")
            steps.link("pages/2_technology.py", "Load a roster")
if night.open:
    with night:
        tonight.draw(workspace, user)
