"""Where the programme stands, and the one thing that needs this person now."""

import pandas as pd
import streamlit as st

from analytics import programme
from components import access, charts, failures, navigation, steps, theme

user = access.require_role(*access.roles_that_see("home"))
workspace = steps.header("home", user)

STATES = {
    "done": ":green-badge[:material/check: Done]",
    "in progress": ":blue-badge[:material/timelapse: In progress]",
    "stale": ":orange-badge[:material/history: Stale]",
    "not started": ":gray-badge[:material/radio_button_unchecked: Not started]",
}


def draw_row(row: programme.StepState) -> None:
    """One step: its name, state, fact and next action."""
    file, title, icon = navigation.PAGES[row.page]
    with st.container(key=f"row-{row.step}"):
        name, state, fact, action = st.columns([1.5, 1.4, 4.6, 2.1], vertical_alignment="center")
        name.markdown(f"**{icon} {title}**")
        state.markdown(STATES[row.state])
        fact.markdown(row.fact)
        label = row.action or "Open"
        action.page_link(file, label=label, icon=":material/arrow_forward:", width="stretch")


def draw_weeks(weeks: pd.DataFrame) -> None:
    """Four weeks of patrol against plan, and of violence in the hot spots."""
    st.subheader("The last four weeks", anchor=False)
    shown = weeks.assign(
        week=weeks["week"].map(lambda day: f"{day.day} {day:%b}"),
        other_visits=weeks["qualifying_visits"] - weeks["delivered_visits"].fillna(0),
    )
    left, right = st.columns(2)
    with left:
        charts.bars(
            shown,
            label="week",
            values=["planned_visits", "delivered_visits", "other_visits"],
            names=["Planned", "Delivered of the plan", "Other qualifying visits"],
            colours=["#9DB2CC", theme.BLUE, theme.FAINT],
            title="Planned visits delivered",
            unit="Visits a week",
            stacked=False,
            horizontal=False,
            key="weeks-visits",
            conclusion=delivery_sentence(weeks),
        )
    with right:
        charts.line(
            shown,
            x="week",
            values=["crimes"],
            names=["Crimes"],
            colours=[theme.shade("need", 0.75)],
            title="Crimes in the hot spots of the list in force",
            unit="Crimes a week",
            key="weeks-crimes",
            conclusion="Four weeks are too few to show an effect; step 7 tests for one.",
        )


def delivery_sentence(weeks: pd.DataFrame) -> str:
    """What the first chart shows, in words; says so where there is nothing to measure."""
    counted = weeks.dropna(subset=["planned_visits", "delivered_visits"])
    if counted.empty:
        return "Delivery is not measurable: no week has both a plan and computed dosage."
    done, planned = counted["delivered_visits"].sum(), counted["planned_visits"].sum()
    other = counted["qualifying_visits"].sum() - done
    weeks_with = steps.counted(len(counted), "week")
    return (
        f"{done:,.0f} of {planned:,.0f} planned visits were delivered ({done / planned:.0%}) in the "
        f"{weeks_with} with both a plan and GPS. {other:,.0f} other visits qualified, at a place or "
        "on a day that had no more planned; they do not make up for a missed one."
    )


with steps.action():
    rows = programme.status(workspace, user)
    needed = programme.next_action(workspace, user)

seen = [row for row in rows if user.may(f"see:{row.step}")]
done = sum(row.state == "done" for row in rows)
stale = [row.step for row in rows if row.state == "stale"]
words = f" {', '.join(stale).capitalize()} rests on data that has changed." if stale else ""
steps.answer(f"**{done} of 7 steps are done.**{words}")

if needed:
    with st.container(border=True, key="next-action", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**Next for you: {needed.action[:1].lower()}{needed.action[1:]}.** {needed.fact}"
        )
        st.page_link(
            navigation.PAGES[needed.page][0],
            label=f"Go to {needed.step}",
            icon=":material/arrow_forward:",
        )
elif seen:
    st.success("Nothing waits for you.", icon=":material/check:")

failures.draw(workspace, user)
with st.container(key="step-rows", gap=None):
    for row in seen:
        draw_row(row)
if others := [f"{row.step} ({row.state})" for row in rows if row not in seen]:
    st.caption(f"Steps that your role does not open: {', '.join(others)}.")

if user.may("see:tracking"):
    with steps.action():
        recent = programme.recent_weeks(workspace)
    if recent.drop(columns="week").isna().all(axis=None):
        st.caption("The last four weeks appear here once there is a list, and visits or crimes.")
    else:
        draw_weeks(recent)
