"""The map of the period or of one patrol day of it, chosen by a slider, and the table behind it."""

from datetime import date

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import patrol_map, tables

WHOLE = "Whole period"


def choose(dosage: tracking.Dosage) -> date | None:
    """Draw the slider of patrol days; None is the whole period."""
    days = tracking.days_of(dosage)
    if len(days) < 2:
        return None
    return st.select_slider(
        "Patrol day on the map",
        [None, *days],
        value=None,
        format_func=lambda day: f"{day:%a} {day.day} {day:%b}" if day else WHOLE,
        key=f"patrol-day-{days[0]}-{days[-1]}",
        help="The map and the table under Hot spots show this patrol day; the answer above stays "
        "that of the period. Arrow keys move it.",
    )


def draw_map(
    workspace: Workspace,
    user: User,
    dosage: tracking.Dosage,
    heat: tracking.PatrolHeat,
    one_day: tracking.PatrolDay | None,
) -> None:
    """Draw patrol minutes over need, of the period or of one day, and say what is drawn."""
    held = dosage.hotspots if one_day is None else one_day.hotspots
    cells = heat if one_day is None else heat.of_day(one_day.day)
    places = held.rename(columns={"place_id": "hotspot_id"})
    minutes = places.get("patrol_minutes", pd.Series(float("nan"), index=places.index))
    day = one_day.day if one_day else None
    controls = tracking.control_places_on(workspace, user, dosage, day) if day else set()
    patrol_map.draw(
        places,
        patrol_map.Patrol(
            pd.DataFrame({"hotspot_id": places["hotspot_id"], "minutes": minutes}),
            cells.cells,
            cells.cell_width_m,
            tracking.exclusions(workspace, user, dosage.settings),
            controls,
        ),
        has_need=bool(places["count"].notna().any()),
        key="tracking-map",
        alt=_alt(dosage, one_day, len(places)),
    )
    with st.container(key="map-told"):
        st.markdown(one_day.sentence() if one_day else tracking.period_sentence(dosage))
        st.caption(cells.sentence())


def draw_table(
    workspace: Workspace, user: User, dosage: tracking.Dosage, one_day: tracking.PatrolDay
) -> None:
    """Draw the places of one patrol day, the table behind its map."""
    controls = tracking.control_places_on(workspace, user, dosage, one_day.day)
    table = tracking.day_table_of(one_day)
    st.subheader(f"Places on {one_day.day:%A} {one_day.day.day} {one_day.day:%b %Y}", anchor=False)
    tables.show(
        table.assign(control=["yes" if place in controls else None for place in table["place_id"]]),
        {
            "rank": "Rank",
            "name": tables.text("Place"),
            "count": tables.number("Crimes", why="Those behind the ranking of the list."),
            "planned": tables.number("Planned"),
            "control": tables.text("Control day", why="The trial left it without patrol."),
            "delivered": tables.number("Delivered", why="Of the plan, capped at it."),
            "qualifying_visits": tables.number("Qualifying", why="Visits, planned or not."),
            "patrol_minutes": tables.number("Patrol", unit="min", why="Union of the devices."),
            "officer_minutes": tables.number("Devices", unit="min", why="Sum over the devices."),
            "drive_throughs": tables.number("Drive-throughs", why="Not patrol."),
            "excluded_minutes": tables.number("Station, hospital", unit="min", why="Not patrol."),
        },
        key=f"tracking-day-{one_day.day}",
        alt="Places of one patrol day with planned, delivered and minutes, by rank",
        caption=f"{one_day.coverage.sentence()} Empty is unknown or not measurable, never 0.",
    )


def _alt(dosage: tracking.Dosage, one_day: tracking.PatrolDay | None, places: int) -> str:
    days = f"{dosage.first_day:%d %B %Y} to {dosage.last_day:%d %B %Y}"
    if one_day is not None:
        days = f"{one_day.day:%d %B %Y}"
        if not one_day.has_gps:
            return f"Map of {places:,} places by crimes behind the ranking; no GPS on {days}."
    return f"Map of {places:,} places by crimes behind the ranking and by patrol minutes, {days}."
