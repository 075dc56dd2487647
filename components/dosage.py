"""What step 6 draws: the week, places, hours, teams and the quality of the GPS."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import charts, hours_chart, patrol_day, steps, tables, theme


@dataclass(frozen=True)
class Found:
    """What the tabs draw from: dosage, the plan visit by visit, the visits missed, the day shown."""

    workspace: Workspace
    user: User
    dosage: tracking.Dosage
    planned: tracking.PlannedVisits
    missed: pd.DataFrame
    one_day: tracking.PatrolDay | None = None


def draw_week(found: Found) -> None:
    """Which places were missed and why, then planned against delivered by day."""
    why = tracking.why_by_place(found.missed)
    st.subheader("Places with missed visits, and why", anchor=False)
    st.markdown(tracking.misses_sentence(found.missed, found.planned))
    if len(why):
        tables.show(
            why,
            {
                "name": tables.text("Place"),
                "missed": tables.number("Missed", why="Planned visits due and not delivered."),
                "gps": tables.text("What the GPS shows"),
                "why": tables.text("Why", wide=True, why="Reasons entered, or what the log says."),
                "open": tables.number("Open", why="Of these, not closed yet."),
                "rank": "Rank",
            },
            key="tracking-why",
            most_rows=8,
            alt="Places with missed visits and the reasons recorded, most missed first",
            caption="Reasons are entered and closed under Planned against delivered.",
        )
    _draw_days(found.dosage)


def draw_places(found: Found) -> None:
    """The places by unmet need, with what was missed and how long they have waited."""
    if found.one_day is not None:
        patrol_day.draw_table(found.workspace, found.user, found.dosage, found.one_day)
        return
    unmet = tracking.unmet_need(found.dosage)
    st.markdown(tracking.unmet_sentence(unmet))
    tables.show(
        tracking.place_table(found.dosage)
        .merge(unmet[["place_id", "need_share", "patrol_share", "unmet"]], on="place_id")
        .sort_values("unmet", ascending=False, kind="stable", ignore_index=True)
        .round({"need_share": 3, "patrol_share": 3, "unmet": 3, "compliance": 2})
        .round({"longest_gap_hours": 0}),
        {
            "rank": "Rank",
            "name": tables.text("Place"),
            "unmet": _points("Unmet need", "Share of need less share of patrol."),
            "need_share": _points("Need", "Share of the crimes behind the list."),
            "patrol_share": _points("Patrol", "Share of the patrol minutes in all places."),
            "remark": tables.text("What was missed"),
            "days_since_last_visit": tables.number("Days since", why="Days since the last visit."),
            "planned": "Planned",
            "delivered": tables.number("Delivered", why="Of the plan, capped at it on each day."),
            "compliance": tables.bar("Compliance"),
            "qualifying_visits": tables.number("Qualifying", why="Visits, planned or not."),
            "patrol_minutes": tables.number("Patrol", unit="min"),
            "crew_minutes": tables.number("Officers", unit="min", why="By crew size."),
            "background_minutes": tables.number("Not rostered", unit="min"),
            "vehicle_minutes": tables.number("At vehicle speed", unit="min"),
            "longest_gap_hours": tables.number("Longest gap", unit="h"),
            "drive_throughs": "Drive-throughs",
            "excluded_minutes": tables.number("Station, hospital", unit="min"),
            "incident_minutes": tables.number("At incidents", unit="min"),
        },
        key="tracking-places",
        caption="Unmet need is a place's share of need less its share of patrol. Its sum is nil: it "
        "says where patrol would have been better spent, not whether there was enough.",
        alt="Places with visits and minutes, most unmet need first",
    )
    _draw_alerts(found)


def draw_hours(found: Found) -> None:
    """Hours of patrol beside hours of need, and where they part."""
    first_hour = found.workspace.day_starts_minutes // 60
    hours = found.dosage.hours
    with steps.action(stop=False):
        need = tracking.need_hours(found.workspace, found.user, found.dosage)
        period = tracking.need_period(found.workspace, found.dosage)
        apart = tracking.hours_apart(hours, need.matrix)
        if apart is not None:
            hours_chart.apart(
                apart,
                first_hour=first_hour,
                key="hours-apart",
                conclusion="Share of need less share of patrol, in points. Orange: more need than "
                f"patrol; blue: more patrol than need. {tracking.apart_sentence(apart)}",
            )
        left, right = st.columns(2)
        with left:
            hours_chart.hour_weekday(
                need.matrix,
                title="When crime happened there",
                unit="crimes",
                first_hour=first_hour,
                key="hours-need",
                conclusion=f"Crimes behind the list, {period}, by patrol day. "
                f"{' '.join(need.warnings)}".strip(),
            )
        with right:
            _draw_patrol_hours(hours, first_hour, tracking.overlap_sentence(hours, need.matrix))
        return
    _draw_patrol_hours(hours, first_hour, "")


def draw_teams(found: Found) -> None:
    """Each team week by week; small teams together, nobody by name."""
    table = tracking.team_weeks(found.workspace, found.user, found.dosage, found.planned)
    st.markdown(tracking.teams_sentence(table))
    if table.empty:
        return
    weeks = table.pivot(index="week", columns="team", values="compliance") * 100
    if len(weeks) > 1 and weeks.notna().any(axis=None):
        shown = weeks.rename(columns=str).reset_index()
        teams = list(shown.columns[1:])
        shown["week"] = [f"{day.day} {day:%b}" for day in shown["week"]]
        charts.line(
            shown,
            x="week",
            values=teams,
            names=teams,
            title="Planned visits delivered, by team and week",
            unit="% of planned visits",
            x_title="Week from Monday",
            key="teams-trend",
        )
    else:
        st.caption("Choose 28 days to see a trend; these days lie within one week of plans.")
    tables.show(
        table.sort_values(["team", "week"], ignore_index=True).round(
            {"compliance": 2, "minutes": 0}
        ),
        {
            "team": tables.text("Team"),
            "week": tables.date("Week from"),
            "planned": tables.number("Planned", why="Due, and the unit's device was heard."),
            "delivered": tables.number("Delivered"),
            "compliance": tables.bar("Compliance"),
            "qualifying": tables.number("Qualifying visits"),
            "minutes": tables.number("Time in places", unit="min"),
        },
        key="teams-table",
        alt="Teams by week: planned, delivered, qualifying visits and minutes",
    )


def draw_quality(found: Found) -> None:
    """How far the GPS can be trusted: coverage, what was left out and why, what the definition does."""
    workspace, user, dosage = found.workspace, found.user, found.dosage
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
        bounds = tracking.presence_bounds(workspace, user, dosage.settings)
    st.markdown(tracking.sensitivity_sentence(table, dosage))
    st.markdown(tracking.presence_sentence(bounds))
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


def _draw_days(dosage: tracking.Dosage) -> None:
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


def _draw_alerts(found: Found) -> None:
    alerts = tracking.unvisited(found.workspace, found.dosage)
    st.subheader(f"Without a visit for {alerts.hours} hours", anchor=False)
    st.markdown(alerts.sentence())
    if len(alerts.places):
        tables.show(
            alerts.places.round({"hours": 0}),
            {
                "rank": "Rank",
                "name": tables.text("Place"),
                "hours": tables.number("Hours since", why="Empty: no visit in the period."),
                "planned": tables.number("Planned in the period"),
            },
            key="tracking-alerts",
            most_rows=8,
            alt="Places without a visit for too long, longest first",
        )
    if found.user.may("explain"):
        with st.popover("Change the hours", icon=":material/notifications:"):
            hours = st.number_input("Tell of places not visited for, hours", 1, 720, alerts.hours)
            if st.button("Set", key="alert-set"):
                with steps.action(stop=False):
                    tracking.set_alert_hours(found.workspace, found.user, int(hours))
                    st.rerun()


def _draw_patrol_hours(hours, first_hour: int, overlap: str) -> None:
    said = "Patrol minutes by local hour; the hours after midnight belong to the night before."
    hours_chart.hour_weekday(
        hours,
        title="When the places were patrolled",
        unit="minutes",
        ramp="patrol",
        first_hour=first_hour,
        key="hours-patrol",
        conclusion=f"{said} {overlap}".strip(),
    )


def _points(label: str, why: str):
    return st.column_config.NumberColumn(label, format="percent", help=why)
