"""The sums of a week: does the time fit, what equal shares would cost, a unit more or fewer."""

import pandas as pd
import streamlit as st

from analytics import tasking
from analytics.tasking import Plan, TaskingSettings
from analytics.workspace import SevenStepsError, User, Workspace
from components import steps, tables


def draw_capacity(
    workspace: Workspace, user: User, choices: TaskingSettings, title: str = "Does the time fit?"
) -> None:
    """Show the capacity arithmetic of the settings as they stand, before any plan is made."""
    st.markdown(f"##### {title}")
    try:
        sums = tasking.capacity(workspace, user, choices)
    except SevenStepsError as error:
        st.info(str(error))
        return
    lines = {
        "Unit-shifts": f"{sums.unit_shifts:,}",
        "Hours on shift": f"{sums.shift_hours:,.0f} h",
        "Breaks, paperwork, off patrol": f"{sums.off_hours:,.0f} h",
        "Hours available": f"{sums.hours_available:,.0f} h",
        "A visit and its travel": f"{sums.visit_minutes} + {sums.travel_minutes:.1f} min",
        "Visits possible": f"{sums.visits_possible:,}",
        "Visits wanted": f"{sums.visits_wanted:,}",
        "No time for": f"{sums.unserved:,}",
    }
    if sums.control_visits:
        lines["Not on control days"] = f"{sums.control_visits:,}"
    if sums.partner_visits:
        lines["By partners instead"] = f"{sums.partner_visits:,}"
    frame = pd.DataFrame({"Line": list(lines), "Amount": list(lines.values())})
    tables.show(frame, key="week-capacity", most_rows=11)
    st.caption(_verdict(sums))


def _verdict(sums: tasking.Capacity) -> str:
    if not sums.visits_wanted:
        return "No visit is wanted of officers on these days."
    if sums.unserved:
        return (
            f"The hours hold {sums.visits_expected / sums.visits_wanted:.0%} of what is wanted: "
            "want fewer or shorter visits, or put more units on. The plan takes the places of "
            "greatest need first."
        )
    return (
        f"The hours hold all that is wanted; {sums.visits_wanted / sums.visits_possible:.0%} of "
        "the visits possible. An estimate: hours of need and windows can still leave some out."
    )


def draw_equal(plan: Plan) -> None:
    """Show what the same visits would cover if every place got as many."""
    frame = tasking.equal_comparison(plan)
    unit = "days of harm" if plan.settings.weigh_by == "harm" else "crimes"
    st.markdown("##### What equal shares would cost")
    tables.show(
        frame,
        {
            "shared_out": tables.text("Visits shared out"),
            "visits": tables.number("Visits"),
            "violence_covered": tables.number("Violence covered", digits=3, unit=unit),
            "part_of_plan": tables.bar("Of this plan"),
        },
        key="week-equal",
    )
    part = frame["part_of_plan"].iat[1]
    if pd.isna(part):
        st.caption("Not measurable: the plan has no visit.")
    elif part < 1:
        st.caption(
            f"Sent to all places alike, the same visits would cover {1 - part:.0%} less of the "
            "violence expected in their minutes. Equal spreading is the mistake the guide names."
        )
    else:
        st.caption("Here equal shares cover as much: the need is spread nearly evenly.")


def draw_what_if(workspace: Workspace, user: User, plan: Plan) -> None:
    """Offer the same days with one unit fewer and one more on every shift."""
    key = f"what-if-{plan.run_id}"
    st.markdown("##### One unit more or fewer?")
    if key not in st.session_state:
        if not st.button("Work it out", icon=":material/calculate:", key="what-if"):
            st.caption("Some seconds: up to three days are planned again with less effort.")
            return
        with steps.action(), st.spinner("Planning with one unit fewer and one more ..."):
            st.session_state[key] = tasking.what_if(workspace, user, plan.settings)
    found = st.session_state[key]
    frame = pd.DataFrame(
        {
            "change": [one.change for one in found],
            "planned": [one.ledger.visits_planned for one in found],
            "unserved": [one.ledger.unserved for one in found],
            "covered": [one.violence_covered for one in found],
        }
    )
    tables.show(
        frame,
        {
            "change": tables.text("Units on every shift"),
            "planned": tables.number("Visits planned"),
            "unserved": tables.number("Unserved"),
            "covered": tables.number("Violence covered", digits=3),
        },
        key="week-what-if",
    )
    days = found[0].days
    st.caption(
        f"The first {steps.counted(days, 'day')}, all with one seed and the same small effort, "
        "so that they compare with each other, not with the plan above."
    )
