"""What the tasking page draws: the week as blocks in time, the capacity sum, a unit's round."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics import targeting, tasking
from analytics.tasking import Plan
from analytics.workspace import User, Workspace
from components import charts, exports, maps, tables, theme

ALL_DAYS = "All days"
COLUMNS = {
    "unit": "Unit",
    "clock": "Start",
    "name": "Place",
    "rank": "Rank",
    "minutes": tables.number("Stay", unit="min"),
    "travel_minutes": tables.number("Travel", unit="min", why="From the stop before."),
    "shift": "Shift",
    "day": tables.date("Day"),
}


def draw_plan(
    workspace: Workspace, plan: Plan, key: str, main: DeltaGenerator, side: DeltaGenerator
) -> None:
    """Draw the plan as blocks in time (main) and its capacity sum (side), then table and map."""
    visits = tasking.with_places(workspace, plan.visits)
    with main:
        shown = draw_week(visits, key, duties=plan.duties)
        draw_rounds(workspace, shown, key)
    with side:
        draw_ledger(plan, key)
    draw_unmet(plan, key)


def _needless(table: pd.DataFrame) -> set[str]:
    """Return the columns that tell nothing: one day only, or each unit on one shift only."""
    alone = {"day"} if table["day"].nunique() == 1 else set()
    by_unit = table.groupby("unit")["shift"].nunique()
    return alone | ({"shift"} if by_unit.max() == 1 else set())


def draw_ledger(plan: Plan, key: str) -> None:
    """Show the capacity sum of a plan, and what it warns of."""
    st.markdown("##### Does the time fit?")
    sums = tasking.ledger_table(plan)
    # By which bound is said above the table, in the answer.
    sums = sums[sums["Line"] != "Most possible, by"]
    tables.show(sums, key=f"{key}-ledger", most_rows=13)
    for text in plan.warnings:
        st.caption(f":material/info: {text}")


def draw_unmet(plan: Plan, key: str) -> None:
    """Fold away what could not be served, where there is any."""
    unmet = tasking.unmet_table(plan)
    if len(unmet):
        with st.expander(f"What could not be served ({plan.ledger.unserved:,} visits)"):
            tables.show(unmet, key=f"{key}-unmet")


def draw_week(
    visits: pd.DataFrame, key: str, duties: list[tasking.Duty] | None = None
) -> pd.DataFrame:
    """Draw visits as blocks, one row per unit and shift, and return those of the day chosen."""
    days = sorted({_day(day) for day in visits["day"]})
    if not days:
        st.info("No visit is planned.")
        return visits
    if len(days) > 1:
        names = {day: f"{day:%a} {day.day}" for day in days}
        chosen = st.pills(
            "Day",
            [*days, ALL_DAYS],
            default=days[0],
            required=True,
            format_func=lambda day: names.get(day, ALL_DAYS),
            key=f"{key}-day",
        )
        if chosen != ALL_DAYS:
            visits = visits[visits["day"].map(_day) == chosen]
            duties = [duty for duty in duties or [] if duty.day == chosen]
    rows = visits.assign(
        row=[
            f"{_day(day):%a} {unit} {shift}"
            for day, unit, shift in zip(visits["day"], visits["unit"], visits["shift"], strict=True)
        ]
    )
    on_duty = [(f"{duty.day:%a} {duty.unit} {duty.shift}", duty) for duty in duties or []]
    _draw_blocks(rows, on_duty, key)
    return visits


def draw_rounds(workspace: Workspace, visits: pd.DataFrame, key: str) -> None:
    """Show the visits as a table; choosing a row draws that unit's round on the map."""
    if visits.empty:
        return
    table = visits.assign(clock=visits["starts"].dt.strftime("%H:%M")).reset_index(drop=True)
    chosen = tables.show(
        table,
        {name: how for name, how in COLUMNS.items() if name not in _needless(table)},
        key=f"{key}-visits",
        select=True,
        caption="Choose a row to see its round.",
    )
    row = table.iloc[chosen or 0]
    same = (table["day"] == row["day"]) & (table["shift"] == row["shift"])
    mine = table[same & (table["unit"] == row["unit"])]
    held = targeting.list_in_force(workspace, _day(row["day"]))
    places = held.hotspots if held else None
    if places is not None:
        places = places[places["hotspot_id"].isin(mine["hotspot_id"])]
    st.markdown(f"##### {row['unit']}, {row['shift']}, {_day(row['day']):%A}")
    maps.route(
        mine.assign(start=mine["clock"]),
        key=f"{key}-route",
        alt=f"Round of {row['unit']}: {len(mine)} visits in order; the table above lists them.",
        places=places,
    )


def offer_files(workspace: Workspace, user: User, plan: Plan, key: str) -> None:
    """Offer the shift sheets as PDF, and the plan in the other forms."""
    days = sorted({_day(day) for day in plan.visits["day"]})
    if not days:
        return
    day: date | None = days[0]
    if len(days) > 1:
        day = st.selectbox(
            "Sheets for",
            [*days, None],
            format_func=lambda one: f"{one:%a} {one.day} {one:%b}" if one else "All days",
            key=f"{key}-sheet-day",
            width=180,
        )
    offer_sheets(workspace, user, plan, day, f"{key}-pdf", "Shift sheets (PDF)")
    with st.popover("Other files", icon=":material/download:"):
        _offer_other_files(workspace, user, plan, day, key)


def offer_sheets(
    workspace: Workspace, user: User, plan: Plan, day: date | None, key: str, label: str
) -> None:
    """Offer the shift sheets of a plan that was made, of one day or of all."""
    exports.offer(
        label,
        lambda: tasking.shift_sheet(workspace, user, plan, day),
        _file_name(plan, day, "shift-sheets.pdf"),
        user,
        "plan",
        plan.run_id,
        key=key,
        icon=":material/print:",
    )


def _offer_other_files(
    workspace: Workspace, user: User, plan: Plan, day: date | None, key: str
) -> None:
    """Offer the workbook of the plan, and calendar, GPX and CSV of all units or of one."""
    units = sorted(plan.visits["unit"].unique())
    unit = st.selectbox(
        "For", [None, *units], format_func=lambda name: name or "All units", key=f"{key}-file-unit"
    )
    forms = {
        "Calendar (.ics)": (tasking.calendar, "ics"),
        "GPX for a navigator": (tasking.gpx, "gpx"),
        "CSV": (tasking.csv, "csv"),
    }
    for label, (form, ending) in forms.items():
        exports.offer(
            label,
            partial(_made, workspace, plan, day, unit, form),
            _file_name(plan, day, f"plan.{ending}", unit),
            user,
            "plan",
            plan.run_id,
            key=f"{key}-plan.{ending}",
        )
    exports.offer(
        "Excel, whole plan",
        lambda: tasking.workbook(workspace, user, plan),
        _file_name(plan, None, "plan.xlsx"),
        user,
        "plan",
        plan.run_id,
        key=f"{key}-excel",
    )


def _file_name(plan: Plan, day: date | None, name: str, unit: str | None = None) -> str:
    """Return a name that sorts by day and unit: 2026-08-31_U02_plan.gpx."""
    days = exports.days_named(day or plan.first_day, day or plan.last_day)
    return "_".join(filter(None, [days, exports.plain_name(unit or ""), name]))


def _made(
    workspace: Workspace,
    plan: Plan,
    day: date | None,
    unit: str | None,
    form: Callable[[Workspace, list[tasking.Round]], bytes],
) -> bytes:
    return form(workspace, tasking.rounds_of(workspace, plan, day, unit))


def _draw_blocks(rows: pd.DataFrame, on_duty: list[tuple[str, tasking.Duty]], key: str) -> None:
    """Draw one bar per visit; darker means a place of greater need, the number is its rank."""
    starts = _hours(rows["starts"], rows["day"])
    order = list(dict.fromkeys([*(row for row, _ in on_duty), *rows["row"]]))
    figure = go.Figure()
    if on_duty:
        begins = [_hour(duty.starts, duty.day) for _, duty in on_duty]
        ends = [_hour(duty.ends, duty.day) for _, duty in on_duty]
        figure.add_bar(
            y=[row for row, _ in on_duty],
            x=np.subtract(ends, begins),
            base=begins,
            orientation="h",
            marker_color="rgba(107,119,133,0.18)",
            hoverinfo="skip",
        )
    lowest = max(float(rows["rank"].max()), 2.0)
    strength = 1 - (rows["rank"].fillna(lowest) - 1) / (lowest - 1) * 0.85
    colours = [theme.shade("need", share) for share in strength]
    figure.add_bar(
        y=rows["row"],
        x=rows["minutes"] / 60,
        base=starts,
        orientation="h",
        marker={"color": colours, "line": {"color": theme.INK, "width": 0.5}},
        customdata=np.stack([rows["name"], rows["starts"].dt.strftime("%H:%M")], axis=-1),
        hovertemplate="%{customdata[1]} %{customdata[0]}<extra>%{y}</extra>",
    )
    low, high = int(np.floor(min(starts))), int(np.ceil(max(starts) + 0.5))
    if on_duty:
        low, high = min(low, int(min(begins))), max(high, int(np.ceil(max(ends))))
    ticks = list(range(low, high + 1, 1 if high - low <= 10 else 2))
    figure.update_layout(barmode="overlay", showlegend=False, bargap=0.25)
    figure.update_xaxes(
        title="Local time",
        range=[low, high],
        tickvals=ticks,
        ticktext=[f"{hour % 24:02d}:00" for hour in ticks],
        showgrid=True,
    )
    figure.update_yaxes(categoryorder="array", categoryarray=order[::-1], showgrid=False)
    charts.show(
        figure,
        title="Who is where, when",
        key=f"{key}-blocks",
        conclusion="Each block is a visit; the darker, the greater the need of the place."
        + (" Grey is the shift, with briefing, travel and break in the gaps." if on_duty else ""),
        height=90 + 26 * len(order),
    )


def _hours(moments: pd.Series, days: pd.Series) -> list[float]:
    return [_hour(moment, _day(day)) for moment, day in zip(moments, days, strict=True)]


def _hour(moment: datetime, day: date) -> float:
    """Hours after midnight of the patrol day: 26 is 02:00 of the night."""
    return (moment - datetime(day.year, day.month, day.day)).total_seconds() / 3600


def _day(day: date | datetime) -> date:
    return day.date() if isinstance(day, datetime) else day
