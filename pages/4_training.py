"""Step 4. Who on the roster is trained?"""

import streamlit as st

from analytics import training
from components import access, charts, exports, settings, steps, tables, theme

user = access.require_role(*access.roles_that_see("training"))
workspace = steps.header("training", user)

if not training.has_roster(workspace):
    steps.nothing_yet(
        "Training coverage is not measurable: there is no roster.",
        "pages/2_technology.py",
        "Load a roster",
    )
courses = training.courses_held(workspace)
if not courses:
    steps.nothing_yet(
        "Training coverage is not measurable: there are no training records.",
        "pages/2_technology.py",
        "Load training records",
    )

top = st.container()
main, side = st.columns([3, 2], gap="medium")
with side:
    choices = settings.form(
        training.TrainingSettings,
        key="training",
        title="Whom and what",
        only=["from", "to", "courses", "warn_days", "pass_mark", "valid_months"],
        options={"courses": courses},
    )
with top, steps.action():
    found = training.coverage(workspace, user, choices)
    steps.answer(training.answer(found))
with main:
    charts.bars(
        found.teams.assign(gap=found.teams["rostered"] - found.teams["trained"]),
        label="team",
        values=["trained", "gap"],
        names=["Trained, in date and passed", "Gap"],
        colours=[theme.BLUE, theme.RED],
        title="Rostered officers by team",
        unit="officers",
        key="training-teams",
        conclusion="The team with the largest gap in share stands first.",
    )

tables.show(
    found.teams,
    {
        "team": "Team",
        "rostered": tables.number("Rostered", unit="officers"),
        "trained": tables.number("Trained", unit="officers"),
        "share": tables.bar("Share trained"),
    },
    key="training-table",
)
if found.gaps is not None:
    st.subheader("Who lacks what", anchor=False)
    tables.show(
        found.gaps,
        {
            "officer": "Officer (pseudonym)",
            "team": "Team",
            "course": "Course",
            "state": "State",
            "expires_on": tables.date("Expires"),
            "first_day": tables.date("First day lacking"),
        },
        key="training-gaps",
        caption="Pseudonyms are keyed hashes; the force's own records say who they are.",
    )
    st.subheader(f"Expires within {choices.warn_days} days", anchor=False)
    tables.show(
        found.expiries,
        {
            "officer": "Officer (pseudonym)",
            "team": "Team",
            "course": "Course",
            "expires_on": tables.date("Expires"),
            "days_left": tables.number("Left", unit="days"),
        },
        key="training-expiries",
    )

steps.method(
    definition="An officer counts as trained when every course needed is completed, in date and "
    "passed on each day that the officer is rostered. A record without a score does not show that "
    "the officer passed. Only officers on the roster count.",
    period=f"{found.first_day} to {found.last_day}",
    unit=f"officers; courses: {', '.join(found.courses)}",
    run_id=found.run_id,
    source="convention (pass 80%, valid 12 months where the record says nothing)",
)
if user.may("train"):
    with st.container(horizontal=True):
        if st.button("Save this coverage", type="primary", icon=":material/save:"):
            with steps.action(stop=False):
                training.save_coverage(workspace, user, choices)
                st.success(f"Saved as run {found.run_id}, with evidence for the checklist.")
        exports.offer(
            "Gaps and expiries (Excel)",
            lambda: training.workbook(workspace, user, found),
            "training.xlsx",
            user,
            "training",
            found.run_id,
            key="training-excel",
            records=True,
        )
