"""Activity of the patrols: counts and rates per 100 patrol hours and visits, by kind and place."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics import tasking, tracking
from analytics.workspace import User, Workspace
from components import steps, tables

COLUMNS: dict[str, Any] = {
    "what": tables.text("Activity"),
    "count": tables.number("Number"),
    "hours": tables.number("Patrol hours", digits=1),
    "rate": tables.text("Per 100 hours (95%)"),
    "visits": tables.number("Visits"),
    "per_visits": tables.text("Per 100 visits (95%)"),
}


def draw(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """Rates with exact intervals; GPS and check-ins compared; what was done, entered by hand."""
    if tracking.has_activity(workspace):
        with steps.action(stop=False):
            _draw_rates(workspace, user, dosage)
    else:
        st.info("No activity is held yet. Load the feed Patrol activity, or enter it below.")
    _draw_agreement(workspace, user, dosage)
    if user.may("check_in"):
        with st.expander("Enter what was done", icon=":material/edit:"):
            _enter(workspace, user, dosage)


def _left_out(found: tracking.Activity) -> str:
    """Say what enters no rate and what was counted once; empty where that is nothing."""
    said = []
    if found.elsewhere:
        said.append(f"{found.elsewhere:,} outside the hot spots")
    if found.without_gps:
        said.append(f"{found.without_gps:,} by units without GPS that day")
    text = f"Left out of the rates: {' and '.join(said)}. " if said else ""
    if found.repeated:
        text += (
            f"{found.repeated:,} typed in are in a loaded file too (same unit, day, kind and hot "
            "spot) and count once. "
        )
    return text


def _draw_rates(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    found = tracking.preview_activity(workspace, user, dosage)
    st.markdown(tracking.activity_sentence(found))
    tables.show(_named(found.kinds), COLUMNS, key="activity-kinds", alt="Activity by kind")
    st.caption(
        f"{_left_out(found)}More activity is not better patrol: engagement is the aim, searches "
        "and arrests are what it may take."
    )
    kind = st.segmented_control(
        "Kind",
        list(tracking.ACTIVITY_KINDS),
        default="engagement",
        required=True,
        format_func=tracking.ACTIVITY_KINDS.get,
        key="activity-kind",
    )
    chosen = {name: COLUMNS[name] for name in COLUMNS if name != "what"}
    st.subheader("By place", anchor=False)
    places = _named(found.places[found.places["kind"] == kind])
    places = places.sort_values("count", ascending=False)
    names = {"name": tables.text("Hot spot")}
    tables.show(places, names | chosen, key="activity-places", alt="Activity by place")
    st.subheader("By team", anchor=False)
    names = {"name": tables.text("Team")}
    teams = _named(found.teams[found.teams["kind"] == kind])
    if len(teams):
        tables.show(teams, names | chosen, key="activity-teams", alt="Activity by team")
    if found.teams_withheld:
        st.caption(
            f"Withheld: {steps.counted(len(found.teams_withheld), 'team')}. With fewer than "
            f"{tracking.LEAST_OFFICERS} officers on patrol theirs would be figures of persons, or "
            "would give them away."
        )
    if st.button("Note as evidence", key="activity-note", icon=":material/fact_check:"):
        with steps.action(stop=False):
            tracking.save_activity(workspace, user, found, dosage.run_id)
            st.toast("Noted for T6-11 of the checklist.")
    steps.method(
        title="How the rates were computed",
        definition=(
            "Activity whose hot spot is named, or whose coordinates lie in one, by units with GPS "
            "on that patrol day, over the hours of visits that are no drive-through, summed over "
            "units, time at incidents left out, and over their number. Exact Poisson limits, 95% "
            "(Garwood 1936); no correction for looking at many places. What was typed counts only "
            "beyond what a loaded file tells of the same unit, day, kind and hot spot."
        ),
        unit="activities per 100 patrol hours of units, and per 100 visits",
        run_id=dosage.run_id,
    )


def _named(rates: pd.DataFrame) -> pd.DataFrame:
    """Name the kinds and write each rate with its interval."""
    texts = {
        "rate": ("rate", "low", "high"),
        "per_visits": ("per_visits", "visits_low", "visits_high"),
    }
    written = {
        name: [_interval(*row) for row in rates[list(columns)].itertuples(index=False)]
        for name, columns in texts.items()
    }
    return rates.assign(what=rates["kind"].map(tracking.ACTIVITY_KINDS), **written)


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if pd.isna(value):
        return "no patrol measured"
    return f"{value:,.1f} ({low:,.1f} to {high:,.1f})"


def _draw_agreement(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """Visits by GPS and by check-in, side by side and never added."""
    found = tracking.agreement(workspace, user, dosage)
    st.subheader("GPS and check-ins", anchor=False)
    if found.is_shown:
        names = {
            "told": tables.text("Told by"),
            "visits": tables.number("Visits"),
            "gps_minutes": tables.number("By GPS", unit="min"),
            "self_minutes": tables.number("Self-reported", unit="min"),
        }
        alt = "Visits told by GPS, by officers, by both"
        tables.show(found.table.round(0), names, key="agreement", alt=alt)
    rest = ""
    if found.without_gps:
        rest = f" {found.without_gps:,} self-reported visits are by units without GPS that day."
    st.caption(f"{found.sentence()}{rest} Self-reported minutes are never added to those of GPS.")


def _enter(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    names = dict(zip(dosage.hotspots["place_id"], dosage.hotspots["name"], strict=True))
    with st.form("enter-activity", border=False, clear_on_submit=True):
        place = st.selectbox("Hot spot", list(names), format_func=names.get)
        left, middle, right = st.columns(3)
        unit = left.selectbox("Unit", tasking.unit_names(workspace))
        day = middle.date_input("Day", value=dosage.last_day, format="DD/MM/YYYY")
        clock = right.time_input("Time", value=None)
        cells = st.columns(3)
        kinds = {
            kind: int(cells[number % 3].number_input(label, 0, 99, 0))
            for number, (kind, label) in enumerate(tracking.ACTIVITY_KINDS.items())
        }
        if st.form_submit_button("Keep", type="primary"):
            if clock is None or unit is None:
                st.error("Name the unit and the time.")
                return
            moment = pd.Timestamp.combine(day, clock).tz_localize(
                workspace.timezone, ambiguous=True, nonexistent="shift_forward"
            )
            with steps.action(stop=False):
                at_ms = int(moment.timestamp() * 1000)
                tracking.add_activity(workspace, user, place, unit, kinds, at_ms)
                st.rerun()
