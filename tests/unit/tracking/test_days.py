"""Patrol days begin at 06:00 local time, also when the clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from analytics.tracking.days import HOUR_MS, day_table, hour_table, patrol_day

LONDON = ZoneInfo("Europe/London")


def ms(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (date(2026, 6, 8), 24)],
)
def test_clock_change_days_have_23_and_25_hours(day, hours):
    (row,) = day_table(day, day, LONDON, 360).itertuples()
    assert row.end_ms - row.start_ms == hours * HOUR_MS
    table = hour_table(day, day, LONDON, 360)
    assert len(table) == hours
    assert (table["end_ms"] - table["start_ms"]).sum() == hours * HOUR_MS


def test_repeated_hour_appears_twice_and_skipped_hour_not_at_all():
    autumn = hour_table(date(2026, 10, 24), date(2026, 10, 24), LONDON, 360)
    assert autumn["hour"].tolist().count(1) == 2
    spring = hour_table(date(2026, 3, 28), date(2026, 3, 28), LONDON, 360)
    assert 1 not in spring["hour"].tolist()


def test_saturday_night_belongs_to_saturday():
    # 02:30 on Sunday in British Summer Time is 01:30 UTC.
    assert patrol_day(ms(2026, 6, 14, 1, 30), LONDON, 360) == date(2026, 6, 13)
    assert patrol_day(ms(2026, 6, 14, 5, 0), LONDON, 360) == date(2026, 6, 14)
    table = hour_table(date(2026, 6, 13), date(2026, 6, 13), LONDON, 360)
    assert set(table["weekday"]) == {5}


def test_days_follow_without_gap_or_overlap():
    table = day_table(date(2026, 1, 1), date(2026, 12, 31), LONDON, 360)
    assert len(table) == 365
    assert (table["start_ms"].to_numpy()[1:] == table["end_ms"].to_numpy()[:-1]).all()


def test_hours_of_a_half_hour_zone_end_on_full_local_hours():
    table = hour_table(date(2026, 1, 1), date(2026, 1, 1), ZoneInfo("Asia/Kolkata"), 360)
    assert table["hour"].tolist() == [*range(6, 24), *range(6)]
