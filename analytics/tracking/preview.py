"""The step functions: compute dosage, and keep it."""

from datetime import date

import numpy as np
import pandas as pd

from analytics import tasking
from analytics.technology.coverage import gps_coverage
from analytics.tracking import engine
from analytics.tracking.assigned import assignments
from analytics.tracking.cleaning import REASONS
from analytics.tracking.compliance import planned_by_place_day
from analytics.tracking.contamination import contamination
from analytics.tracking.days import day_table, hour_table
from analytics.tracking.dosage import COUNTS, MINUTES, Dosage, summed_by_place
from analytics.tracking.places import JudgedPlaces, judged_places
from analytics.tracking.recent import recent
from analytics.tracking.remarks import remarks
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.spark import ping_cursor
from analytics.tracking.units import device_units, project_ranges
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    InputError,
    User,
    Workspace,
    make_run_id,
    note_evidence,
    store_run,
)

FEEDS = ("pings", "places", "points", "roster", "activity", "assignment")


def preview_dosage(workspace: Workspace, user: User, settings: TrackingSettings) -> Dosage:
    """Compute visits and minutes in every place, and compare them with the plan; stores nothing.

    Raises InputError when there are no GPS fixes, or no places to judge, in the period.
    """
    workspace.require(user, "track")
    run_id = make_run_id("tracking", settings, data_fingerprint(workspace))
    return recent.get(
        (workspace.workspace_id, run_id), lambda: _compute(workspace, settings, run_id)
    )


def save_dosage(workspace: Workspace, user: User, settings: TrackingSettings) -> Dosage:
    """Compute dosage, store the run, its evidence and the daily totals of the list in force.

    Daily totals replace those of the same days; saved places keep theirs in the run only, so
    that a minute is counted once on Home.
    """
    dosage = preview_dosage(workspace, user, settings)
    print_of_data = data_fingerprint(workspace)
    with workspace.write(user, "create", "dosage", dosage.run_id, settings.as_json()) as kept:
        store_run(kept, user, dosage.run_id, "tracking", settings, print_of_data, dosage.as_json())
        if settings.places == "hotspots":
            kept.execute(
                "DELETE FROM dosage_days WHERE programme_id = ? AND day BETWEEN ? AND ?",
                [DEFAULT_PROGRAMME, dosage.first_day, dosage.last_day],
            )
            kept.insert("dosage_days", _daily_rows(dosage))
        for item_id, text in _evidence(dosage).items():
            note_evidence(kept, item_id, text, dosage.run_id)
    return dosage


def data_fingerprint(workspace: Workspace) -> str:
    """Name everything that dosage reads: feeds, lists, plans with their edits, start of the day."""
    lists = workspace.rows("SELECT list_id, valid_from, valid_to FROM lists ORDER BY list_id")
    plans = workspace.rows("SELECT plan_id, issued_ms FROM plans ORDER BY plan_id")
    edits = workspace.rows("SELECT count(*), max(edited_ms), count_if(is_undone) FROM plan_edits")
    starts = workspace.day_starts_minutes
    return f"{workspace.fingerprint(*FEEDS)} {lists} {plans} {edits} {starts}"


def gps_period(workspace: Workspace, settings: TrackingSettings) -> tuple[date, date]:
    """Return the first and last patrol day to count; raises InputError without GPS fixes."""
    first, last = workspace.rows("SELECT min(day), max(day) FROM ping_files")[0]
    if first is None:
        raise InputError("There are no GPS fixes yet. Load the feed 'pings' first.")
    return settings.from_date or first, settings.to_date or last


def _compute(workspace: Workspace, settings: TrackingSettings, run_id: str) -> Dosage:
    first, last = gps_period(workspace, settings)
    days = day_table(first, last, workspace.timezone, workspace.day_starts_minutes)
    hours = hour_table(first, last, workspace.timezone, workspace.day_starts_minutes)
    places = judged_places(workspace, settings, first, last)
    start_ms, end_ms = int(days["start_ms"].iloc[0]), int(days["end_ms"].iloc[-1])
    files = files_between(workspace, start_ms, end_ms)
    if not files:
        raise InputError(
            f"There are no GPS fixes from {first.day} {first:%b %Y} to {last.day} {last:%b %Y}. "
            "Choose other dates, or load the feed 'pings'."
        )
    with ping_cursor(workspace) as cursor:
        left_out = engine.read_pings(cursor, files, start_ms, end_ms, settings)
        engine.read_days(cursor, days, hours)
        device_days = engine.device_days(cursor)
        units = device_units(workspace, device_days)
        apart = engine.Apart(
            assignments(workspace, start_ms, end_ms),
            project_ranges(units, days) if settings.project_only else None,
        )
        measured = engine.measure(cursor, places, settings, left_out, apart)
    visits = _visits(places, measured.visits, units)
    place_days = _place_days(workspace, places, measured.place_days, visits, device_days)
    coverage = gps_coverage(workspace, first, last, device_days)
    return Dosage(
        run_id=run_id,
        settings=settings,
        first_day=first,
        last_day=last,
        source=places.source,
        pings=measured.pings,
        pings_left_out=sum(fixes for _, fixes in measured.left_out),
        ping_interval_s=measured.interval_s,
        devices=tuple(measured.devices),
        visits=visits,
        units=units,
        cleaning=_cleaning(measured),
        contamination=contamination(workspace, places.frame, place_days, visits),
        place_days=place_days,
        hotspots=summed_by_place(places.frame, place_days, visits, last),
        hours=measured.hours,
        coverage=coverage,
        days_with_gps=device_days["day"].nunique(),
        warnings=tuple(
            places.warnings
            + [places.overlap] * bool(places.overlap)
            + remarks(workspace, settings, measured, place_days, days, coverage, units)
        ),
    )


def files_between(workspace: Workspace, start_ms: int, end_ms: int) -> list[str]:
    """Return the full paths of the registered ping files that hold fixes in [start_ms, end_ms)."""
    wanted = workspace.rows(
        "SELECT file FROM ping_files WHERE last_ms >= ? AND first_ms < ? ORDER BY day, file",
        [start_ms, end_ms],
    )
    return [str(workspace.pings_folder / name) for (name,) in wanted]


def _visits(places: JudgedPlaces, judged: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Name the places and units of the visits outside exclusions and incidents."""
    seen = judged[judged["is_excluded"] == 0].drop(columns=["is_excluded"])
    seen = seen.assign(day=pd.to_datetime(seen["day"]).dt.date)
    names = pd.DataFrame(places.frame[["place", "place_id", "list_id"]])
    return seen.merge(names, on="place").merge(units, on=["device", "day"], how="left")


def _cleaning(measured: engine.Measured) -> pd.DataFrame:
    rows = [(reason, REASONS[reason], fixes, True) for reason, fixes in measured.left_out]
    rows.append(
        (
            "silence",
            "Gaps longer than the longest gap inside a visit (kept)",
            measured.silences,
            False,
        )
    )
    return pd.DataFrame(rows, columns=["reason", "what", "fixes", "is_left_out"])


def _place_days(
    workspace: Workspace,
    places: JudgedPlaces,
    counted: pd.DataFrame,
    visits: pd.DataFrame,
    device_days: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row per place and day with GPS: no visit is then 0; a day without GPS has none."""
    days = pd.DataFrame({"day": sorted(device_days["day"].unique())})
    frame = pd.DataFrame(places.frame[["place", "place_id", "list_id", "first_day", "last_day"]])
    grid = frame.merge(days, how="cross")
    grid = grid[(grid["day"] >= grid["first_day"]) & (grid["day"] <= grid["last_day"])]
    counted = counted.assign(day=pd.to_datetime(counted["day"]).dt.date)
    grid = grid.merge(counted, on=["place", "day"], how="left")
    grid = grid.merge(_by_crew(visits), on=["place", "day"], how="left")
    plan = planned_by_place_day(
        tasking.plan_in_force(workspace, days["day"].min(), days["day"].max())
    )
    grid = grid.merge(plan, on=["place_id", "day"], how="left")
    grid[list(COUNTS)] = grid[list(COUNTS)].fillna(0).astype(np.int64)
    grid["planned"] = grid["planned"].fillna(0).astype(np.int64)
    for column, name in MINUTES.items():
        grid[name] = grid[column].astype(float).fillna(0) / 60_000
    return grid[["place_id", "list_id", "day", "planned", *COUNTS, *MINUTES.values()]]


def _by_crew(visits: pd.DataFrame) -> pd.DataFrame:
    """Sum headline time per place and day by crew size, and that of units not on the roster."""
    stays = visits[visits["is_drive_through"] == 0]
    crew = stays["crew"].astype(float).fillna(1.0)
    sums = stays.assign(
        crew_ms=stays["headline_ms"] * crew,
        background_ms=stays["headline_ms"].where(~stays["is_project"].astype(bool), 0),
    )
    return sums.groupby(["place", "day"], as_index=False)[["crew_ms", "background_ms"]].sum()


def _daily_rows(dosage: Dosage) -> pd.DataFrame:
    rows = dosage.place_days.rename(
        columns={"place_id": "hotspot_id", "qualifying": "qualifying_visits"}
    )
    judged = rows["unjudged"] == 0
    rows["qualifying_visits"] = rows["qualifying_visits"].astype("Int64").where(judged)
    rows = rows.assign(programme_id=DEFAULT_PROGRAMME, run_id=dosage.run_id)
    minutes = ["patrol_minutes", "officer_minutes", "lower_minutes", "upper_minutes"]
    keys = ["programme_id", "list_id", "hotspot_id", "day"]
    counts = ["visits", "qualifying_visits", "drive_throughs"]
    return pd.DataFrame(rows[[*keys, *counts, *minutes, "run_id"]])


def _evidence(dosage: Dosage) -> dict[str, str]:
    """Facts for the readiness checklist, by item."""
    chosen = dosage.settings
    facts = {
        "T6-01": f"Fixes inside a place at most {chosen.gap_minutes:g} minutes apart are one visit; "
        f"{chosen.dwell_minutes:g} minutes or more qualify.",
        "T6-03": f"{int(dosage.total('visits')):,} visits, {dosage.total('patrol_minutes'):,.0f} "
        f"patrol minutes and {dosage.total('officer_minutes'):,.0f} officer minutes kept by day.",
        "T6-06": f"{dosage.pings_left_out:,} of {dosage.pings:,} GPS fixes left out by three rules "
        "(accuracy, same moment, impossible jump); drive-throughs counted apart.",
        "T6-07": dosage.coverage.sentence(),
    }
    planned = dosage.delivery
    if planned.planned and dosage.qualifying_visits is not None:
        facts["T6-04"] = (
            f"{planned.delivered:,} of {planned.planned:,} planned visits delivered "
            f"({planned.compliance:.0%})."
        )
    return facts
