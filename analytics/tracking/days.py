"""Patrol days and local hours of UTC instants, by tables made from zoneinfo.

Engines differ in their time zone data and in what AT TIME ZONE means, so SQL never converts: it
joins instants to half-open ranges [start_ms, end_ms) computed here. Days of a clock change have 23
or 25 hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def day_start_ms(day: date, timezone: ZoneInfo, day_starts_minutes: int) -> int:
    """Return the instant (epoch ms UTC) at which a patrol day begins.

    A start that the clock change skips is the instant of the change; one that it repeats is the
    first of the two.
    """
    local = datetime.combine(day, time()) + timedelta(minutes=day_starts_minutes)
    return round(local.replace(tzinfo=timezone).timestamp() * 1000)


def patrol_day(ms: int, timezone: ZoneInfo, day_starts_minutes: int) -> date:
    """Return the patrol day of an instant (epoch ms UTC)."""
    local = datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone(timezone).replace(tzinfo=None)
    return (local - timedelta(minutes=day_starts_minutes)).date()


def day_table(first: date, last: date, timezone: ZoneInfo, day_starts_minutes: int) -> pd.DataFrame:
    """Return one row per patrol day from `first` to `last`: day, start_ms, end_ms."""
    days = pd.date_range(first, last + timedelta(days=1), freq="D").date
    starts = [day_start_ms(day, timezone, day_starts_minutes) for day in days]
    return pd.DataFrame({"day": days[:-1], "start_ms": starts[:-1], "end_ms": starts[1:]}).astype(
        {"start_ms": "int64", "end_ms": "int64"}
    )


def hour_table(
    first: date, last: date, timezone: ZoneInfo, day_starts_minutes: int
) -> pd.DataFrame:
    """Return one row per hour of real time: weekday of its patrol day (0 Monday), local hour.

    Columns weekday, hour, start_ms, end_ms. Rows end at each local full hour, also where the
    offset is not a whole number of hours.
    """
    rows = []
    for day in day_table(first, last, timezone, day_starts_minutes).itertuples():
        start = day.start_ms
        while start < day.end_ms:
            local = datetime.fromtimestamp(start / 1000, tz=UTC).astimezone(timezone)
            past = local.minute * 60_000 + local.second * 1000
            end = min(start + HOUR_MS - past, day.end_ms)
            rows.append((day.day.weekday(), local.hour, start, end))
            start = end
    return pd.DataFrame(rows, columns=["weekday", "hour", "start_ms", "end_ms"])
