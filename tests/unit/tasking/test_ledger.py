"""The arithmetic of domain 4.5, with its published values."""

import pytest

from analytics.tasking import patrol_hours, visits_possible


def test_ten_hour_shift_with_two_hours_off_fits_nineteen_visits():
    assert visits_possible(600, 120, 15, 10) == 19


def test_six_productive_hours_fit_fourteen_visits():
    assert visits_possible(360, 0, 15, 10) == 14


def test_twenty_spots_once_a_day_take_thirty_five_patrol_hours_a_week():
    assert patrol_hours(20, 1, 15, 7) == 35


def test_a_shift_that_is_all_off_duty_fits_nothing():
    assert visits_possible(60, 90, 15, 10) == 0


def test_a_visit_without_time_is_refused():
    with pytest.raises(ValueError, match="some time"):
        visits_possible(600, 120, 0, 0)
