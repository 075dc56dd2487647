"""Dates and times as they are written in extracts, and local time to UTC.

The reading is SQL macros of the staging database, so that it runs over millions of rows; local
time becomes UTC by zoneinfo over the distinct hours only.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd

HOUR_MS = 3_600_000
_ISO = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?"
_ISO_VALUE = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?"
_ZONE = r" ?(Z|[+-]\d{2}(:?\d{2})?)$"
_NAMED = r"^(\d{1,2})[ -]([A-Za-z]{3})[A-Za-z]*[ ,-]+(\d{2,4})(.*)$"
_MONTH = r"\d{4}[-/]\d{1,2}|\d{1,2}[-/]\d{4}"
_TIMED_NUMBER = r"\d{9,14}(\.\d+)?|[2-6]\d{4}\.\d*[1-9]\d*"
_SLASHED = r"^\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})(\D|$)"

MACROS = [
    r"""CREATE MACRO zone_minutes(t) AS CASE
        WHEN regexp_matches(t, '[+-]\d{2}(:?\d{2})?$') THEN
            (CASE WHEN regexp_extract(t, '([+-])\d{2}(:?\d{2})?$', 1) = '-' THEN -1 ELSE 1 END)
            * (regexp_extract(t, '[+-](\d{2})(:?\d{2})?$', 1)::INT * 60
                + coalesce(TRY_CAST(regexp_extract(t, '[+-]\d{2}:?(\d{2})$', 1) AS INT), 0))
        ELSE 0 END""",
    r"""CREATE MACRO seconds_of(r) AS CASE
        WHEN regexp_full_match(r, '([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?')
            THEN split_part(r, ':', 1)::INT * 3600 + split_part(r, ':', 2)::INT * 60
                + coalesce(TRY_CAST(split_part(r, ':', 3) AS DOUBLE), 0)
        WHEN regexp_full_match(upper(r), '(0?\d|1[0-2]):[0-5]\d(:[0-5]\d)? ?[AP]\.?M\.?')
            THEN (split_part(r, ':', 1)::INT % 12) * 3600
                + substr(split_part(r, ':', 2), 1, 2)::INT * 60
                + coalesce(TRY_CAST(substr(split_part(r, ':', 3), 1, 2) AS INT), 0)
                + CASE WHEN upper(r) LIKE '%P%' THEN 43200 ELSE 0 END
        WHEN regexp_full_match(r, '0?\.\d+') THEN round(r::DOUBLE * 1440) * 60
        WHEN regexp_full_match(r, '\d{1,4}') AND r::INT // 100 < 24 AND r::INT % 100 < 60
            THEN r::INT // 100 * 3600 + r::INT % 100 * 60
        END""",
    r"""CREATE MACRO day_of(d, day_first) AS CASE
        WHEN regexp_full_match(d, '\d{1,2}[-/.]\d{1,2}[-/.]\d{4}')
            THEN CASE WHEN day_first THEN try_strptime(translate(d, '-.', '//'), '%d/%m/%Y')
                ELSE try_strptime(translate(d, '-.', '//'), '%m/%d/%Y') END
        WHEN regexp_full_match(d, '\d{1,2}[-/.]\d{1,2}[-/.]\d{2}')
            THEN CASE WHEN day_first THEN try_strptime(translate(d, '-.', '//'), '%d/%m/%y')
                ELSE try_strptime(translate(d, '-.', '//'), '%m/%d/%y') END
        WHEN regexp_full_match(d, '\d{4}[-/.]\d{1,2}[-/.]\d{1,2}')
            THEN try_strptime(translate(d, '-.', '//'), '%Y/%m/%d')
        WHEN regexp_full_match(d, '\d{4}[-/]\d{1,2}')
            THEN try_strptime(replace(d, '-', '/') || '/01', '%Y/%m/%d')
        WHEN regexp_full_match(d, '\d{1,2}[-/]\d{4}')
            THEN try_strptime('01/' || replace(d, '-', '/'), '%d/%m/%Y')
        WHEN regexp_full_match(d, '\d{1,2}-[A-Za-z]{3}-\d{4}') THEN try_strptime(d, '%d-%b-%Y')
        WHEN regexp_full_match(d, '\d{1,2}-[A-Za-z]{3}-\d{2}') THEN try_strptime(d, '%d-%b-%y')
        WHEN regexp_full_match(d, '\d{8}') THEN try_strptime(d, '%Y%m%d')
        WHEN regexp_full_match(d, '\d{14}') THEN try_strptime(d, '%Y%m%d%H%M%S')
        WHEN regexp_full_match(d, '[2-6]\d{4}(\.\d+)?')
            THEN TIMESTAMP '1899-12-30' + to_seconds(round(d::DOUBLE * 86400))
        WHEN regexp_full_match(d, '\d{9,10}(\.\d+)?')
            THEN make_timestamp(CAST(d::DOUBLE * 1e6 AS BIGINT))
        WHEN regexp_full_match(d, '\d{12,13}') THEN make_timestamp(d::BIGINT * 1000)
        END""",
]


def read_moments(
    staging: duckdb.DuckDBPyConnection, columns: list[str], is_day_first: bool
) -> None:
    """Make table `moments` of the distinct date and time texts in `columns` of `picked`.

    Each has its local `value`, `precision`, whether it `is_zoned` (with `zone_minutes` east of
    UTC) and, for a bare time of day, its `clock_s` (seconds). What cannot be read is NULL.
    """
    texts = " UNION ".join(f"SELECT {column} AS text FROM picked" for column in columns)
    staging.execute(f"CREATE TABLE texts AS SELECT DISTINCT text FROM ({texts})")
    is_iso = f"regexp_full_match(text, '{_ISO}')"
    staging.execute(
        f"""CREATE TABLE moments AS SELECT text,
            TRY_CAST(regexp_extract(text, '{_ISO_VALUE}') AS TIMESTAMP) AS value,
            CASE WHEN length(text) > 10 THEN 'minute' ELSE 'day' END AS precision,
            length(text) > 16 AND regexp_matches(text, '{_ZONE}') AS is_zoned,
            CASE WHEN length(text) > 16 THEN zone_minutes(text) ELSE 0 END AS zone_minutes,
            CAST(NULL AS DOUBLE) AS clock_s
        FROM texts WHERE {is_iso}"""
    )
    staging.execute(
        f"""INSERT INTO moments SELECT text,
            CASE WHEN rest = '' THEN day_of(day, {is_day_first})
                ELSE day_of(day, {is_day_first}) + to_seconds(seconds_of(rest)) END,
            CASE WHEN regexp_full_match(text, '{_MONTH}') THEN 'month'
                WHEN rest <> '' OR regexp_full_match(text, '{_TIMED_NUMBER}') THEN 'minute'
                ELSE 'day' END,
            contains(text, ':') AND regexp_matches(text, '{_ZONE}'),
            CASE WHEN contains(text, ':') THEN zone_minutes(text) ELSE 0 END, seconds_of(text)
        FROM (SELECT *, trim(regexp_replace(substr(written, length(day) + 1), '{_ZONE}', '')) AS rest
            FROM (SELECT *, regexp_extract(written, '^[^ ]+') AS day
                FROM (SELECT text, CASE
                        WHEN regexp_matches(text, '^\\d{{1,2}}[ -][A-Za-z]{{3}}')
                            THEN regexp_replace(text, '{_NAMED}', '\\1-\\2-\\3\\4')
                        WHEN regexp_matches(text, '^\\d{{4}}[-/.]\\d{{1,2}}[-/.]\\d{{1,2}}T')
                            THEN replace(text, 'T', ' ')
                        ELSE text END AS written
                    FROM texts WHERE NOT {is_iso})))"""
    )


def date_order_counts(
    staging: duckdb.DuckDBPyConnection, columns: list[str]
) -> tuple[int, int, int]:
    """Count the slashed dates of `picked`: all, only possible day first, only month first."""
    total = day_first = month_first = 0
    for column in columns:
        counts = staging.execute(
            f"""SELECT count(*), count(*) FILTER (a > 12 AND b <= 12),
                count(*) FILTER (b > 12 AND a <= 12) FROM (
                SELECT TRY_CAST(regexp_extract({column}, '^(\\d+)', 1) AS INT) AS a,
                    TRY_CAST(regexp_extract({column}, '^\\d+[-/.](\\d+)', 1) AS INT) AS b
                FROM picked WHERE regexp_matches({column}, '{_SLASHED}'))"""
        ).fetchall()[0]
        total, day_first = total + counts[0], day_first + counts[1]
        month_first += counts[2]
    return total, day_first, month_first


def count_orders(values: list[str]) -> tuple[int, int, int]:
    """Count texts that are slashed dates: all, only possible day first, only month first."""
    total = day_first = month_first = 0
    for value in values:
        if not re.match(_SLASHED, value):
            continue
        first, second = (int(part) for part in re.split(r"[-/.]", value)[:2])
        total += 1
        day_first += first > 12 >= second
        month_first += second > 12 >= first
    return total, day_first, month_first


def order_of(counts: tuple[int, int, int]) -> str | None:
    """Decide day or month first; None when the dates allow both or contradict each other."""
    _, day_first, month_first = counts
    if day_first > 100 * month_first:
        return "day_first"
    if month_first > 100 * day_first:
        return "month_first"
    return None


def local_hours(hours: list[datetime], zone: ZoneInfo) -> pd.DataFrame:
    """Return for naive local hours their UTC offset (ms) and whether the clock shows them twice."""
    rows = []
    for hour in hours:
        early = hour.replace(tzinfo=zone, fold=0).utcoffset()
        late = hour.replace(tzinfo=zone, fold=1).utcoffset()
        is_twice = late < early
        rows.append((hour, int(early.total_seconds() * 1000), is_twice))
    return pd.DataFrame(rows, columns=["hour", "offset_ms", "is_twice"])


def utc_hours(hours_ms: list[int], zone: ZoneInfo) -> pd.DataFrame:
    """Return for hours in epoch ms UTC the zone's offset (ms) that holds in them."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    offsets = [
        int((epoch + timedelta(milliseconds=ms)).astimezone(zone).utcoffset().total_seconds())
        for ms in hours_ms
    ]
    return pd.DataFrame(
        {
            "hour_ms": np.array(hours_ms, dtype="int64"),
            "offset_ms": np.array(offsets, dtype="int64") * 1000,
        }
    )
