"""Checked events (crimes, incidents, stops, activity) into the rows to store, with warnings."""

from datetime import date, timedelta

from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading, add_utc
from analytics.workspace import Workspace

GOOD_GEOCODED_SHARE = 0.85
"""Least share of records with a usable place (Ratcliffe 2004)."""

_STORED = """row_hash, crime_id, occurrence_number, offence_code, offence, occurred_from, occurred_to,
    from_utc_ms, to_utc_ms, time_precision, is_ambiguous_time, recorded_on, x, y, lon, lat,
    location, area_code, is_public_place, is_domestic, is_knife, is_proactive, status, outcome,
    source"""


def make_events(staging: Staging, reading: Reading, workspace: Workspace) -> str:
    """Make view `ready` of the events to store and return its column list."""
    add_utc(staging, reading, workspace, "occurred_from")
    staging.database.execute("ALTER TABLE clock RENAME TO clock_from")
    add_utc(staging, reading, workspace, "occurred_to")
    staging.database.execute(
        f"""CREATE VIEW ready AS SELECT n, file_no, {_STORED} FROM (
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
    reading.warnings += _warnings(staging, reading)
    return _STORED


def make_activity(staging: Staging, reading: Reading, workspace: Workspace) -> str:
    """Make view `ready` of the activity to store and return its column list."""
    add_utc(staging, reading, workspace, "at_local")
    staging.database.execute(
        """CREATE VIEW ready AS SELECT n, file_no, row_hash,
            epoch_ms(c.at_local) - k.offset_ms AS at_utc_ms, at_local, kind, quantity, unit,
            x, y, lon, lat
        FROM checked c LEFT JOIN clock k ON date_trunc('hour', c.at_local) = k.hour
        WHERE c.rule IS NULL"""
    )
    return "row_hash, at_utc_ms, at_local, kind, quantity, unit, x, y, lon, lat"


def event_period(staging: Staging) -> tuple[str | None, str | None]:
    """Return the first and last day covered by the rows to store, as ISO dates."""
    first, last, precision = staging.rows(
        """SELECT CAST(min(occurred_from) AS DATE), CAST(max(occurred_from) AS DATE),
            arg_max(occurred_from_precision, occurred_from) FROM checked WHERE rule IS NULL"""
    )[0]
    if first is None:
        return None, None
    if precision == "month":
        last = _next_month(last) - timedelta(days=1)
    return first.isoformat(), last.isoformat()


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _warnings(staging: Staging, reading: Reading) -> list[str]:
    found = [
        _missing_months(staging),
        _geocoded_share(staging, reading.feed),
        _repeated_ids(staging),
        _identical_rows(staging),
        _midnight(staging),
        _zones(staging, reading),
        *_unreadable_extras(staging),
    ]
    return [warning for warning in found if warning]


def _missing_months(staging: Staging) -> str:
    held = {
        month
        for (month,) in staging.rows(
            """SELECT DISTINCT CAST(date_trunc('month', occurred_from) AS DATE) FROM checked
            WHERE rule IS NULL"""
        )
    }
    if len(held) < 3:
        return ""
    month, missing = min(held), []
    while (month := _next_month(month)) < max(held):
        if month not in held:
            missing.append(month.strftime("%Y-%m"))
    if not missing or len(missing) > len(held):
        return ""
    verb = "is" if len(missing) == 1 else "are"
    named = ", ".join(missing[:12])
    if len(missing) > 12:
        named += f" and {len(missing) - 12} more"
    return f"{named} {verb} missing between the first and the last month."


def _geocoded_share(staging: Staging, feed: str) -> str:
    read, placed = staging.rows(
        """SELECT count(*), count(*) FILTER (rule IS NULL OR rule NOT IN
            ('no_place', 'suppressed_place', 'impossible_place', 'unreadable_number'))
        FROM checked WHERE rule IS DISTINCT FROM 'already_held'"""
    )[0]
    if not read or placed / read >= GOOD_GEOCODED_SHARE:
        return ""
    return (
        f"Only {placed / read:.1%} of the {read:,} rows have a usable place; below 85% a map of "
        f"{feed} misleads (Ratcliffe 2004)."
    )


def _repeated_ids(staging: Staging) -> str:
    ids, rows = staging.rows(
        """SELECT count(*), sum(copies) FROM (SELECT count(*) AS copies FROM checked
        WHERE rule IS NULL AND crime_id IS NOT NULL GROUP BY crime_id HAVING count(*) > 1)"""
    )[0]
    if not ids:
        return ""
    return (
        f"{ids:,} record numbers stand on more than one row ({rows:,} rows that differ in place, "
        "kind or outcome). All are stored; decide which is right."
    )


def _identical_rows(staging: Staging) -> str:
    rows = staging.value(
        """SELECT coalesce(sum(copies - 1), 0) FROM (SELECT count(*) AS copies FROM checked
        WHERE rule IS NULL AND crime_id IS NULL GROUP BY row_hash HAVING count(*) > 1)"""
    )
    if not rows:
        return ""
    return (
        f"{rows:,} rows without a record number are identical to another row. They may be separate "
        "events and are stored."
    )


def _midnight(staging: Staging) -> str:
    counts = dict(
        staging.rows(
            """SELECT hour(occurred_from), count(*) FROM checked
            WHERE rule IS NULL AND occurred_from_precision = 'minute' AND minute(occurred_from) = 0
            GROUP BY 1"""
        )
    )
    timed = staging.value(
        "SELECT count(*) FROM checked WHERE rule IS NULL AND occurred_from_precision = 'minute'"
    )
    others = sorted(count for hour, count in counts.items() if hour != 0)
    usual = others[len(others) // 2] if others else 0
    midnight = counts.get(0, 0)
    if not timed or midnight < 20 or midnight <= 2 * usual or midnight / timed < 0.02:
        return ""
    return (
        f"{midnight:,} of {timed:,} times are exactly 00:00 ({midnight / timed:.0%}), far more than "
        "other full hours: most stand for an unknown time."
    )


def _zones(staging: Staging, reading: Reading) -> str:
    if reading.matching.timezone is not None:
        return ""
    marked = staging.value("SELECT count(*) FROM checked WHERE occurred_from_is_zoned")
    if not marked:
        return ""
    return (
        f"A zone mark (Z or an offset) stands on {marked:,} times. They are kept as local time as "
        "written, because such marks are often wrong; give --timezone UTC if they are truly UTC."
    )


def _unreadable_extras(staging: Staging) -> list[str]:
    to, recorded = staging.rows(
        """SELECT count(*) FILTER (occurred_to IS NULL AND NOT occurred_to_is_blank),
            count(*) FILTER (recorded_on IS NULL AND NOT recorded_on_is_blank)
        FROM checked WHERE rule IS NULL"""
    )[0]
    names = (("end time", to), ("recorded date", recorded))
    return [
        f"{count:,} rows have an unreadable {name}; the rows are stored without it."
        for name, count in names
        if count
    ]
