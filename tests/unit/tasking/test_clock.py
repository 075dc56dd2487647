"""The minutes of a patrol day, through the clock change."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from analytics.tasking.clock import DayClock, patrol_day

LONDON = ZoneInfo("Europe/London")


def test_after_midnight_belongs_to_the_evening_before():
    assert patrol_day(datetime(2026, 9, 6, 2, 0), 360) == date(2026, 9, 5)
    assert patrol_day(datetime(2026, 9, 6, 6, 0), 360) == date(2026, 9, 6)


def test_clock_change_days_have_23_and_25_hours():
    assert DayClock(date(2026, 3, 28), LONDON, 360).minutes == 23 * 60
    assert DayClock(date(2026, 10, 24), LONDON, 360).minutes == 25 * 60
    assert DayClock(date(2026, 9, 7), LONDON, 360).minutes == 24 * 60


def test_minutes_and_local_times_are_inverse_over_the_clock_change():
    clock = DayClock(date(2026, 10, 24), LONDON, 360)
    assert clock.local(0) == datetime(2026, 10, 24, 6, 0)
    assert clock.minute(datetime(2026, 10, 25, 5, 0)) == 24 * 60
    assert clock.local(24 * 60) == datetime(2026, 10, 25, 5, 0)


def test_need_reads_the_evening_and_the_night_from_one_row():
    profile = np.zeros((7, 24))
    profile[4, 23] = 60.0
    profile[4, 1] = 120.0
    need = DayClock(date(2026, 9, 4), LONDON, 360).need(profile)
    assert need[17 * 60] == 1.0
    assert need[19 * 60] == 2.0
    assert need.sum() == 180.0
