"""Aoristic hours: examples of the domain reference, section 10.6, and the patrol day."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.targeting.statistics.timing import (
    HourProfile,
    aoristic_hours,
    coarse,
    weekday_hour_matrix,
)


def _minute(text: str) -> int:
    return int((datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds() // 60)


def _by_hour(*spans: tuple[str, str]) -> dict[int, float]:
    starts = np.array([_minute(first) for first, _ in spans])
    ends = np.array([_minute(last) for _, last in spans])
    hours, weights = aoristic_hours(starts, ends)
    found = np.bincount(hours % 24, weights=weights, minlength=24)
    return {hour: value for hour, value in enumerate(found.tolist()) if value}


def test_published_and_recomputed_spans():
    day, night = "2026-03-02T08:00", "2026-03-02T16:00"
    assert _by_hour((day, night)) == dict.fromkeys(range(8, 16), 0.125)
    found = _by_hour(("2026-03-02T10:30", "2026-03-02T12:15"))
    assert found == pytest.approx({10: 0.285714, 11: 0.571429, 12: 0.142857}, abs=5e-7)
    found = _by_hour(("2026-03-02T23:30", "2026-03-03T01:00"))
    assert found == pytest.approx({23: 1 / 3, 0: 2 / 3})


def test_sum_of_several_events():
    found = _by_hour(
        ("2026-03-02T22:00", "2026-03-02T23:00"),
        ("2026-03-02T21:00", "2026-03-03T01:00"),
        ("2026-03-02T22:30", "2026-03-02T22:30"),
        ("2026-03-02T20:00", "2026-03-03T00:00"),
    )
    assert found == pytest.approx({20: 0.25, 21: 0.5, 22: 2.5, 23: 0.5, 0: 0.25})


def test_saturday_night_belongs_to_saturday():
    sunday_two = np.array([_minute("2026-03-08T02:00")])
    matrix = weekday_hour_matrix(sunday_two, sunday_two)
    assert matrix[5, 2] == 1 == matrix.sum()
    matrix = weekday_hour_matrix(sunday_two, sunday_two, day_starts_min=0)
    assert matrix[6, 2] == 1
    six = np.array([_minute("2026-03-08T06:00")])
    assert weekday_hour_matrix(six, six)[6, 6] == 1


def test_a_span_over_the_start_of_the_day_is_split_between_two_days():
    start, end = np.array([_minute("2026-03-08T05:00")]), np.array([_minute("2026-03-08T07:00")])
    matrix = weekday_hour_matrix(start, end, np.array([4]))
    assert matrix[5, 5] == 2
    assert matrix[6, 6] == 2


@given(st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 1_440)), min_size=1, max_size=30))
def test_every_event_adds_one(spans):
    starts = np.array([first for first, _ in spans])
    ends = starts + np.array([length for _, length in spans])
    assert weekday_hour_matrix(starts, ends).sum() == pytest.approx(len(spans))


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before it begins"):
        aoristic_hours(np.array([10]), np.array([9]))


def test_coarse_parts_keep_the_total_and_hours_follow_the_day():
    rng = np.random.default_rng(2)
    matrix = rng.poisson(1.0, (7, 24)).astype(float)
    smooth = coarse(matrix)
    assert smooth.sum() == pytest.approx(matrix.sum())
    assert len(np.unique(smooth.round(9))) <= 6
    profile = HourProfile(matrix, 168)
    assert profile.hours[:3] == [6, 7, 8]
    assert profile.shares.sum() == pytest.approx(1.0)
