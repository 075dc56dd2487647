"""Checks of events that are stored all the same: repeats, gaps, heaping, places, recording lag.

All read table `checked` of the staging database. What counts as many is a convention unless a
source is named, and every note says the count itself.
"""

from datetime import date, timedelta

from analytics.technology import place_checks, time_checks
from analytics.technology.checks import STORED, Check
from analytics.technology.lag import check_lag
from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading
from analytics.workspace import Workspace

LAST_LSOA_OF_2011 = {"E01": 33_768, "W01": 1_958}
"""Highest LSOA codes of the census of 2011, England and Wales; higher ones came in 2021."""


def check_events(staging: Staging, reading: Reading, workspace: Workspace) -> list[Check]:
    """Run every check of stored events in the order in which a person should read them.

    Where no row is usable only the share of usable places is stated.
    """
    if not staging.value("SELECT count(*) FROM checked WHERE rule IS NULL"):
        return [place_checks.geocoded(staging, reading.feed)]
    return [
        _missing_months(staging),
        place_checks.geocoded(staging, reading.feed),
        *_repeated_ids(staging),
        _rows_per_occurrence(staging),
        _identical_rows(staging),
        time_checks.midnight(staging),
        time_checks.rounded(staging),
        time_checks.long_spans(staging),
        time_checks.zones(staging, reading),
        *_unreadable_extras(staging),
        time_checks.month_only(staging),
        check_lag(staging, workspace, reading.feed),
        place_checks.outside_area(staging, workspace),
        place_checks.heaped_points(staging),
        _area_vintages(staging),
    ]


def next_month(day: date) -> date:
    """Return the first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _missing_months(staging: Staging) -> Check:
    held = {
        month
        for (month,) in staging.rows(
            """SELECT DISTINCT CAST(date_trunc('month', occurred_from) AS DATE) FROM checked
            WHERE rule IS NULL"""
        )
    }
    missing: list[str] = []
    if len(held) >= 3:
        month = min(held)
        while (month := next_month(month)) < max(held):
            if month not in held:
                missing.append(month.strftime("%Y-%m"))
    note = ""
    # More gaps than months is no series with holes but a sparse set of events.
    if missing and len(missing) <= len(held):
        verb = "is" if len(missing) == 1 else "are"
        named = ", ".join(missing[:12])
        if len(missing) > 12:
            named += f" and {len(missing) - 12} more"
        note = f"{named} {verb} missing between the first and the last month."
    return Check(
        "missing_months",
        "Missing months",
        "A month without a single row between the first and the last one of these files.",
        len(missing),
        STORED,
        note,
        unit="month",
        warns=bool(note),
    )


def _repeated_ids(staging: Staging) -> list[Check]:
    staging.database.execute(
        """CREATE OR REPLACE TEMP TABLE repeated AS SELECT crime_id, count(*) AS copies FROM checked
        WHERE rule IS NULL AND crime_id IN (SELECT crime_id FROM shared_ids)
        GROUP BY crime_id HAVING count(*) > 1"""
    )
    ids, rows, places, kinds, moments, outcomes = staging.rows(
        """SELECT count(*), coalesce(sum(copies), 0), count(*) FILTER (places > 1),
            count(*) FILTER (kinds > 1), count(*) FILTER (moments > 1),
            count(*) FILTER (outcomes > 1)
        FROM (SELECT count(*) AS copies,
                count(DISTINCT concat_ws('|', given_x, given_y)) AS places,
                count(DISTINCT concat_ws('|', offence_code, '/', offence)) AS kinds,
                count(DISTINCT concat_ws('|', occurred_from, '/', occurred_to)) AS moments,
                count(DISTINCT concat_ws('|', outcome, '/', status)) AS outcomes
            FROM checked JOIN repeated USING (crime_id) WHERE rule IS NULL GROUP BY crime_id)"""
    )[0]
    note = ""
    if ids:
        note = (
            f"{ids:,} record numbers stand on more than one row ({rows:,} rows that differ): "
            f"{places:,} differ in place, {kinds:,} in kind, {moments:,} in time, {outcomes:,} in "
            "outcome or status. All are stored; decide which is right."
        )
    return [
        Check(
            "repeated_id",
            "Repeated record number",
            "The same record number on rows that are not exact repeats.",
            ids,
            STORED,
            note,
            unit="record number",
            warns=bool(ids),
            rows_sql="SELECT n FROM checked WHERE rule IS NULL AND crime_id IN "
            "(SELECT crime_id FROM repeated ORDER BY crime_id LIMIT 2)",
        )
    ]


def _rows_per_occurrence(staging: Staging) -> Check:
    filled, occurrences, rows = staging.rows(
        """SELECT coalesce(sum(copies), 0), count(*) FILTER (copies > 1),
            coalesce(sum(copies) FILTER (copies > 1), 0)
        FROM (SELECT count(*) AS copies FROM checked
            WHERE rule IS NULL AND occurrence_number IS NOT NULL GROUP BY occurrence_number)"""
    )[0]
    note = (
        f"{occurrences:,} occurrences stand on {rows:,} rows, one for each victim or offence. "
        "Counting rows is not counting occurrences."
        if occurrences
        else ("" if filled else "No column holds occurrence numbers, so this is not measurable.")
    )
    return Check(
        "rows_per_occurrence",
        "Several rows per occurrence",
        "One occurrence number on several rows: victims or offences of one event.",
        occurrences if filled else None,
        STORED,
        note,
        unit="occurrence",
        warns=bool(occurrences),
        rows_sql="""SELECT n FROM checked WHERE rule IS NULL AND occurrence_number IN (
            SELECT occurrence_number FROM checked
            WHERE rule IS NULL AND occurrence_number IS NOT NULL
            GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 2)""",
    )


def _identical_rows(staging: Staging) -> Check:
    repeated = """SELECT row_hash FROM checked WHERE rule IS NULL AND crime_id IS NULL
        GROUP BY row_hash HAVING count(*) > 1"""
    rows = staging.value(
        f"""SELECT count(*) - count(DISTINCT row_hash) FROM checked
        WHERE rule IS NULL AND crime_id IS NULL AND row_hash IN ({repeated})"""
    )
    note = (
        f"{rows:,} rows without a record number are identical to another row. They may be separate "
        "events and are stored."
    )
    return Check(
        "identical_rows",
        "Identical rows without a record number",
        "Rows alike in every matched column that nothing tells apart.",
        rows,
        STORED,
        note if rows else "",
        warns=bool(rows),
        rows_sql="SELECT n FROM checked WHERE rule IS NULL AND crime_id IS NULL AND row_hash IN "
        f"(SELECT min(row_hash) FROM ({repeated}))",
    )


def _unreadable_extras(staging: Staging) -> list[Check]:
    to, recorded = staging.rows(
        """SELECT count(*) FILTER (occurred_to IS NULL AND NOT occurred_to_is_blank),
            count(*) FILTER (recorded_on IS NULL AND NOT recorded_on_is_blank)
        FROM checked WHERE rule IS NULL"""
    )[0]
    named = (("occurred_to", "end time", to), ("recorded_on", "recorded date", recorded))
    return [
        Check(
            f"unreadable_{column}",
            f"Unreadable {name}",
            f"The {name} is not blank but cannot be read; the row is stored without it.",
            count,
            STORED,
            f"{count:,} rows have an unreadable {name}; the rows are stored without it."
            if count
            else "",
            warns=bool(count),
            rows_sql=f"SELECT n FROM checked WHERE rule IS NULL AND {column} IS NULL "
            f"AND NOT {column}_is_blank",
        )
        for column, name, count in named
    ]


def _area_vintages(staging: Staging) -> Check:
    codes = r"regexp_matches(area_code, '^[EW]01\d{6}$')"
    newer = " OR ".join(
        f"(starts_with(area_code, '{prefix}') AND CAST(substr(area_code, 4) AS INTEGER) > {last})"
        for prefix, last in LAST_LSOA_OF_2011.items()
    )
    condition = f"{codes} AND CASE WHEN {codes} THEN {newer} END"
    coded, of_2021 = staging.rows(
        f"""SELECT coalesce(sum(rows) FILTER ({codes}), 0),
            coalesce(sum(rows) FILTER ({condition}), 0)
        FROM (SELECT area_code, count(*) AS rows FROM checked WHERE rule IS NULL GROUP BY 1)"""
    )[0]
    note = (
        f"{of_2021:,} of {coded:,} rows carry LSOA codes that exist only since 2021. Join them to "
        "boundaries of 2021: those of 2011 would lose them without a word."
        if of_2021
        else ("" if coded else "No LSOA codes are given, so this is not measurable.")
    )
    return Check(
        "lsoa_vintage",
        "LSOA codes of 2021",
        "Codes that the lists of 2011 do not have, beside codes that both may have.",
        of_2021 if coded else None,
        STORED,
        note,
        warns=bool(of_2021),
        rows_sql=f"SELECT n FROM checked WHERE {condition}",
    )
