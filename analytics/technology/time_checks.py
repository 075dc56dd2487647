"""Checks of the times of events: unknown ones at midnight, rounding, long spans, zone marks.

All read table `checked` of the staging database, as `event_checks` does.
"""

from analytics.technology.checks import REPORTED, STORED, Check
from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading

ROUNDED_SHARE = 0.2
"""Times on the full or half hour beyond this share are called rounded (chance: 2 of 60)."""

_TIMED = "rule IS NULL AND occurred_from_precision = 'minute'"


def midnight(staging: Staging) -> Check:
    """Tell whether far more times are exactly 00:00 than other full hours."""
    counts = dict(
        staging.rows(
            f"""SELECT hour(occurred_from), count(*) FROM checked
            WHERE {_TIMED} AND minute(occurred_from) = 0 GROUP BY 1"""
        )
    )
    timed = staging.value(f"SELECT count(*) FROM checked WHERE {_TIMED}")
    others = sorted(count for hour, count in counts.items() if hour != 0)
    usual = others[len(others) // 2] if others else 0
    midnight = counts.get(0, 0)
    is_artefact = timed and midnight >= 20 and midnight > 2 * usual and midnight / timed >= 0.02
    note = ""
    if is_artefact:
        note = (
            f"{midnight:,} of {timed:,} times are exactly 00:00 ({midnight / timed:.0%}), far more "
            "than other full hours: most stand for an unknown time."
        )
    return Check(
        "midnight",
        "Exactly 00:00",
        "Far more rows at 00:00 than at other full hours: the time was not known.",
        midnight if is_artefact else (0 if timed else None),
        STORED,
        note or ("" if timed else "No times of day are given, so this is not measurable."),
        warns=bool(is_artefact),
        rows_sql=f"SELECT n FROM checked WHERE {_TIMED} AND hour(occurred_from) = 0 "
        "AND minute(occurred_from) = 0",
    )


def rounded(staging: Staging) -> Check:
    """Tell whether far more times end in :00 or :30 than chance gives."""
    timed, rounded = staging.rows(
        f"""SELECT count(*), count(*) FILTER (minute(occurred_from) IN (0, 30)) FROM checked
        WHERE {_TIMED}"""
    )[0]
    is_heaped = timed and rounded / timed > ROUNDED_SHARE
    note = (
        f"{rounded:,} of {timed:,} times ({rounded / timed:.0%}) stand on the full or half hour; "
        "3% would by chance. They are rounded: do not read differences of minutes."
        if is_heaped
        else ("" if timed else "No times of day are given, so this is not measurable.")
    )
    return Check(
        "rounded_times",
        "Times on the full or half hour",
        f"More than {ROUNDED_SHARE:.0%} of the times end in :00 or :30.",
        rounded if is_heaped else (0 if timed else None),
        REPORTED,
        note,
    )


def long_spans(staging: Staging) -> Check:
    """Count the spans that last longer than a day."""
    condition = f"{_TIMED} AND occurred_to > occurred_from + INTERVAL 24 HOUR"
    spans, long = staging.rows(
        f"SELECT count(occurred_to), count(*) FILTER ({condition}) FROM checked WHERE {_TIMED}"
    )[0]
    note = (
        f"{long:,} of {spans:,} spans last longer than 24 hours; hour profiles leave them out and "
        "say so."
        if long
        else ("" if spans else "No end times are given, so this is not measurable.")
    )
    return Check(
        "long_span",
        "Span over 24 hours",
        "From and to lie more than a day apart, so that the hour is not known.",
        long if spans else None,
        REPORTED,
        note,
        rows_sql=f"SELECT n FROM checked WHERE {condition}",
    )


def zones(staging: Staging, reading: Reading) -> Check:
    """Count the times with a zone mark, and say how they are read."""
    marked = staging.value("SELECT count(*) FROM checked WHERE occurred_from_is_zoned")
    is_open = bool(marked and reading.matching.timezone is None)
    note = (
        f"A zone mark (Z or an offset) stands on {marked:,} times. They are kept as local time as "
        "written, because such marks are often wrong; give --timezone UTC if they are truly UTC."
    )
    read_as = f"The {marked:,} marked times are read as {reading.matching.timezone}."
    return Check(
        "zone_mark",
        "Time zone marks",
        "Z or an offset such as +00:00 after the time.",
        marked,
        STORED if is_open else REPORTED,
        note if is_open else (read_as if marked else ""),
        unit="time",
        warns=is_open,
    )


def month_only(staging: Staging) -> Check:
    """Count the dates that name the month only."""
    rows = staging.value(
        "SELECT count(*) FROM checked WHERE rule IS NULL AND occurred_from_precision = 'month'"
    )
    note = f"{rows:,} dates name the month only, so that days and hours cannot be analysed."
    return Check(
        "month_only",
        "Month only",
        "The date says the month but not the day.",
        rows,
        REPORTED,
        note if rows else "",
    )
