"""What step 6 draws: places on the map, their table, days, hours and the quality of the GPS."""

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import charts, hours_chart, maps, steps, tables, theme


def draw_map(dosage: tracking.Dosage, heat: tracking.PatrolHeat) -> None:
    """Need and patrol as two layers of one map."""
    places = dosage.hotspots.rename(columns={"place_id": "hotspot_id"})
    has_need = bool(places["count"].notna().any())
    minutes = places[["hotspot_id", "patrol_minutes"]]
    maps.hotspots(
        places,
        key="tracking-map",
        alt=f"Map of {len(places):,} places by crimes behind the ranking and by patrol minutes.",
        value="count" if has_need else "",
        value_label="crimes",
        patrol=pd.DataFrame(minutes.rename(columns={"patrol_minutes": "minutes"})),
        patrol_cells=heat.cells,
        patrol_cell_width_m=heat.cell_width_m,
    )
    st.caption(heat.sentence())


def draw_hours(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """Hours of patrol beside hours of need, and where they part."""
    first_hour = workspace.day_starts_minutes // 60
    with steps.action(stop=False):
        need = tracking.need_hours(workspace, user, dosage)
        said = " ".join([tracking.overlap_sentence(dosage.hours, need.matrix), *need.warnings])
        apart = tracking.hours_apart(dosage.hours, need.matrix)
        if apart is not None:
            hours_chart.draw(apart, first_hour=first_hour, key="hours-apart", conclusion=said)
        left, right = st.columns(2)
        with left:
            charts.hour_weekday(
                dosage.hours,
                title="When the places were patrolled",
                unit="minutes",
                ramp="patrol",
                first_hour=first_hour,
                key="hours-patrol",
                conclusion="Patrol minutes by local hour; the hours after midnight belong to the "
                "night before.",
            )
        with right:
            charts.hour_weekday(
                need.matrix,
                title="When crime happened there",
                unit="crimes",
                first_hour=first_hour,
                key="hours-need",
                conclusion="Crimes behind the list, by the same days and hours.",
            )


def draw_teams(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """Visits, minutes and compliance by team and week; small teams together, nobody by name."""
    planned = tracking.planned_visits(workspace, user, dosage)
    table = tracking.team_weeks(workspace, user, dosage, planned)
    st.markdown(tracking.teams_sentence(table))
    if table.empty:
        return
    weeks = table.pivot_table(index="week", columns="team", values="minutes", aggfunc="sum")
    hours = (weeks / 60).reset_index()
    hours["week"] = [f"{week.day} {week:%b}" for week in hours["week"]]
    charts.line(
        hours,
        x="week",
        values=[str(team) for team in weeks.columns],
        title="Hours in hot spots, by team and week",
        unit="Officer hours, one per device",
        x_title="Week from Monday",
        key="team-hours",
    )
    tables.show(
        table.sort_values(["week", "team"], ascending=[False, True]),
        {
            "week": tables.date("Week from"),
            "team": "Team",
            "visits": "Visits",
            "qualifying": "Qualifying",
            "minutes": tables.number("Officer minutes", unit="min"),
            "planned": tables.number("Planned"),
            "delivered": tables.number("Delivered"),
            "compliance": tables.bar("Compliance"),
        },
        key="team-table",
        alt="Visits, minutes and compliance by team and week",
    )


def draw_quality(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """How far the GPS can be trusted: coverage, what was left out and why, what the definition does."""
    st.markdown(dosage.coverage.sentence())
    for remark in dosage.warnings:
        st.markdown(f"- {remark}")
    if user.may("evaluate"):
        st.markdown(f"- {dosage.contamination.sentence()}")
    st.subheader("Fixes left out", anchor=False)
    cleaned = tracking.cleaning_table(dosage)
    cleaned["Share"] = 100 * cleaned["Share"]
    tables.show(
        cleaned,
        {
            "What": tables.text("What", wide=True),
            "Fixes": tables.number("Fixes"),
            "Share": tables.number("Share", unit="%", digits=2),
            "Left out": "Left out",
        },
        key="cleaning",
        alt="Reasons for which fixes are left out, with their numbers",
    )
    _draw_sensitivity(workspace, user, dosage)
    st.subheader("Devices", anchor=False)
    tables.show(tracking.device_table(dosage), key="devices", alt="GPS devices and their intervals")


def _draw_sensitivity(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    st.subheader("How much of the result is the definition?", anchor=False)
    asked = st.session_state.get("sensitivity") == dosage.run_id
    if not asked and not st.button("Try other definitions", key="sensitivity-start"):
        st.caption("The same fixes under other buffers, gaps, minima and thinner reporting.")
        return
    st.session_state["sensitivity"] = dosage.run_id
    with st.spinner("Counting under nine other definitions ..."):
        table = tracking.sensitivity(workspace, user, dosage.settings)
    st.markdown(tracking.sensitivity_sentence(table, dosage))
    tables.show(
        table,
        {
            "what": "What",
            "value": "Value",
            "is_set": "As set",
            "visits": "Visits",
            "qualifying": tables.number("Qualifying"),
            "low": tables.number("Fewest"),
            "high": tables.number("Most"),
            "minutes": tables.number("Patrol", unit="min"),
        },
        key="sensitivity-table",
        alt="Visits and minutes under other definitions",
    )


def draw_places(dosage: tracking.Dosage) -> None:
    """The places by unmet need, with what was missed."""
    table = tracking.unmet_need(dosage)
    remarks = tracking.place_table(dosage).set_index("place_id")["remark"]
    table = table.assign(remark=table["place_id"].map(remarks))
    table[["need_pct", "patrol_pct", "unmet_pct"]] = (
        100 * table[["need_share", "patrol_share", "unmet"]]
    )
    st.markdown(tracking.unmet_sentence(table))
    tables.show(
        table,
        {
            "rank": "Rank",
            "name": "Place",
            "unmet_pct": tables.number(
                "Unmet need", unit="points", digits=1, why="Share of need less share of patrol."
            ),
            "need_pct": tables.number("Need", unit="%", digits=1),
            "patrol_pct": tables.number("Patrol", unit="%", digits=1),
            "remark": tables.text("What was missed"),
            "days_since_last_visit": tables.number("Days since", why="Days since the last visit."),
            "planned": "Planned",
            "delivered": tables.number("Delivered", why="Of the plan, capped at it on each day."),
            "compliance": tables.bar("Compliance"),
            "qualifying_visits": tables.number("Qualifying", why="Visits, planned or not."),
            "longest_gap_hours": tables.number("Longest gap", unit="h", digits=0),
            "patrol_minutes": tables.number("Patrol", unit="min"),
            "crew_minutes": tables.number("Officers", unit="min", why="By crew size."),
            "background_minutes": tables.number("Not rostered", unit="min"),
            "vehicle_minutes": tables.number("At vehicle speed", unit="min"),
            "drive_throughs": "Drive-throughs",
            "excluded_minutes": tables.number("Station, hospital", unit="min"),
            "incident_minutes": tables.number("Incidents", unit="min"),
        },
        key="tracking-places",
        alt="Places by unmet need, with visits and minutes",
    )


def draw_days(dosage: tracking.Dosage) -> None:
    """Planned against delivered by day."""
    days = tracking.day_totals(dosage)
    charts.bars(
        days.assign(day=days["day"].map(lambda day: f"{day.day} {day:%b}")),
        label="day",
        values=["planned", "delivered_low", "other_low"],
        names=["Planned", "Delivered of the plan", "Other qualifying visits"],
        colours=["#9DB2CC", theme.BLUE, theme.FAINT],
        title="Planned visits delivered, by day",
        unit="visits",
        stacked=False,
        horizontal=False,
        key="tracking-days",
        conclusion=tracking.days_sentence(dosage),
    )
