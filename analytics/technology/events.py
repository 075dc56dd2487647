"""Checked events (crimes, incidents, stops, activity) into the rows to store, with warnings."""

from datetime import timedelta

from analytics.technology import event_checks
from analytics.technology.local_time import add_utc
from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading
from analytics.workspace import Workspace

_STORED = """row_hash, crime_id, occurrence_number, offence_code, offence, occurred_from, occurred_to,
    from_utc_ms, to_utc_ms, time_precision, is_ambiguous_time, recorded_on, x, y, lon, lat,
    location, area_code, is_public_place, is_domestic, is_knife, is_proactive, status, outcome,
    source"""
_STORED_OF_STOPS = f"{_STORED}, ethnicity, officer_ethnicity, is_object_found"


def make_events(staging: Staging, reading: Reading, workspace: Workspace) -> str:
    """Make view `ready` of the events to store and return its column list."""
    add_utc(staging, reading, workspace, "occurred_from")
    staging.database.execute("ALTER TABLE clock RENAME TO clock_from")
    add_utc(staging, reading, workspace, "occurred_to")
    stored = _STORED_OF_STOPS if reading.feed == "stops" else _STORED
    staging.database.execute(
        f"""CREATE VIEW ready AS SELECT n, file_no, {stored} FROM (
            SELECT c.* EXCLUDE (occurred_to),
                CASE WHEN occurred_from_precision <> 'month' THEN c.occurred_to END AS occurred_to,
                epoch_ms(c.occurred_from) - f.offset_ms AS from_utc_ms,
                CASE WHEN occurred_from_precision <> 'month'
                    THEN epoch_ms(c.occurred_to) - t.offset_ms END AS to_utc_ms,
                occurred_from_precision AS time_precision, f.is_twice AS is_ambiguous_time
            FROM checked c
            LEFT JOIN clock_from f ON date_trunc('hour', c.occurred_from) = f.hour
            LEFT JOIN clock t ON date_trunc('hour', c.occurred_to) = t.hour
            WHERE c.rule IS NULL)"""
    )
    reading.checks = event_checks.check_events(staging, reading, workspace)
    reading.warnings += [check.note for check in reading.checks if check.warns]
    return stored


def make_activity(staging: Staging, reading: Reading, workspace: Workspace) -> str:
    """Make view `ready` of the activity to store and return its column list."""
    add_utc(staging, reading, workspace, "at_local")
    staging.database.execute("ALTER TABLE clock RENAME TO clock_from")
    add_utc(staging, reading, workspace, "until_local")
    columns = (
        "row_hash, at_utc_ms, at_local, kind, quantity, unit, x, y, lon, lat, until_utc_ms, "
        "until_local, place_id"
    )
    staging.database.execute(
        f"""CREATE VIEW ready AS SELECT n, file_no, {columns} FROM (
            SELECT c.*, epoch_ms(c.at_local) - f.offset_ms AS at_utc_ms,
                epoch_ms(c.until_local) - t.offset_ms AS until_utc_ms
            FROM checked c
            LEFT JOIN clock_from f ON date_trunc('hour', c.at_local) = f.hour
            LEFT JOIN clock t ON date_trunc('hour', c.until_local) = t.hour
            WHERE c.rule IS NULL)"""
    )
    return columns


def event_period(staging: Staging) -> tuple[str | None, str | None]:
    """Return the first and last day covered by the rows to store, as ISO dates."""
    first, last, precision = staging.rows(
        """SELECT CAST(min(occurred_from) AS DATE), CAST(max(occurred_from) AS DATE),
            arg_max(occurred_from_precision, occurred_from) FROM checked WHERE rule IS NULL"""
    )[0]
    if first is None:
        return None, None
    if precision == "month":
        last = event_checks.next_month(last) - timedelta(days=1)
    return first.isoformat(), last.isoformat()
