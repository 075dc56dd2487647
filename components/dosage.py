"""What step 6 draws: places on the map, their table, days, hours and the quality of the GPS."""

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import charts, maps, steps, tables, theme


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
    """Hours of patrol beside hours of need."""
    left, right = st.columns(2)
    with left:
        said = "Patrol minutes by local hour; the hours after midnight belong to the night before."
        title = "When the places were patrolled"
        charts.hour_weekday(
            dosage.hours,
            title=title,
            unit="minutes",
            ramp="patrol",
            first_hour=workspace.day_starts_minutes // 60,
            key="hours-patrol",
            conclusion=said,
        )
    with right, steps.action(stop=False):
        need = tracking.need_hours(workspace, user, dosage)
        said = " ".join([tracking.overlap_sentence(dosage.hours, need.matrix), *need.warnings])
        title = "When crime happened there"
        charts.hour_weekday(
            need.matrix,
            title=title,
            unit="crimes",
            first_hour=workspace.day_starts_minutes // 60,
            key="hours-need",
            conclusion=said,
        )


def draw_quality(dosage: tracking.Dosage) -> None:
    """How far the GPS can be trusted: remarks, coverage, interval per device."""
    st.markdown(dosage.coverage.sentence())
    for remark in dosage.warnings:
        st.markdown(f"- {remark}")
    tables.show(tracking.device_table(dosage), key="devices", alt="GPS devices and their intervals")


def draw_places(dosage: tracking.Dosage) -> None:
    """The places, missed ones first."""
    tables.show(
        tracking.place_table(dosage),
        {
            "rank": "Rank",
            "name": "Place",
            "remark": tables.text("What was missed"),
            "days_since_last_visit": tables.number("Days since", why="Days since the last visit."),
            "planned": "Planned",
            "delivered": tables.number("Delivered", why="Of the plan, capped at it on each day."),
            "compliance": st.column_config.ProgressColumn(
                "Compliance", min_value=0.0, max_value=1.0, format="percent", width=110
            ),
            "qualifying_visits": tables.number("Qualifying", why="Visits, planned or not."),
            "patrol_minutes": tables.number("Patrol", unit="min"),
            "officer_minutes": tables.number("Officers", unit="min"),
            "drive_throughs": "Drive-throughs",
            "excluded_minutes": tables.number("Station, hospital", unit="min"),
        },
        key="tracking-places",
        alt="Places with visits and minutes, missed ones first",
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
