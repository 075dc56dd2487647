"""Aoristic hours: examples of the domain reference, section 10.6, and the patrol day."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from analytics.targeting.statistics.timing import (
    HourProfile,
    aoristic_hours,
    aoristic_pieces,
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


def test_pieces_name_their_events():
    start, end = np.array([630, 100]), np.array([735, 100])
    event, hour, weight = aoristic_pieces(start, end)
    assert event.tolist() == [0, 0, 0, 1]
    assert hour.tolist() == [10, 11, 12, 1]
    assert weight == pytest.approx([30 / 105, 60 / 105, 15 / 105, 1])


@pytest.mark.real
def test_wheelers_spreadsheet(real_data):
    """Eleven incidents of Aoristic_HourWeekday.xlsx, hour by weekday.

    The spreadsheet spreads a span over a week evenly over 168 hours (incident 7), which we leave
    out, and starts its week on Sunday.
    """
    book = CalamineWorkbook.from_path(
        real_data / "eval_worked_examples" / "Aoristic_HourWeekday.xlsx"
    )
    rows = book.get_sheet_by_name("OriginalData").to_python()[1:12]
    epoch = datetime(1970, 1, 1)
    spans = [
        [
            int((datetime(*moment.timetuple()[:5]) - epoch).total_seconds() // 60)
            for moment in row[1:3]
        ]
        for row in rows
        if row[0] != 7
    ]
    starts, ends = np.array(spans).T
    ours = weekday_hour_matrix(starts, ends, day_starts_min=0) + 1 / 168
    table = book.get_sheet_by_name("NiceTables_Graphs").to_python()[1:169]
    theirs = np.array([row[11] for row in table]).reshape(7, 24)
    assert np.roll(ours, 1, axis=0) == pytest.approx(theirs, abs=1e-5)
    assert ours.sum() == pytest.approx(11)


@pytest.mark.real
def test_new_york_spans_minute_by_minute(real_data):
    folder = real_data / "nyc_vehicle_thefts_aoristic"
    frame = pd.read_csv(next(folder.glob("*.csv.gz"))).dropna(subset=["date_start", "date_end"])
    starts, ends = (
        pd.to_datetime(frame[column], format="ISO8601")
        .to_numpy()
        .astype("datetime64[m]")
        .astype(int)
        for column in ("date_start", "date_end")
    )
    short = (ends >= starts) & (ends - starts <= 1_440)
    starts, ends = starts[short][:400], ends[short][:400]
    by_minute = np.zeros((7, 24))
    for start, end in zip(starts, ends, strict=True):
        minutes = np.arange(start, max(end, start + 1))
        weekday = ((minutes - 360) // 1_440 + 3) % 7
        np.add.at(by_minute, (weekday, minutes // 60 % 24), 1 / len(minutes))
    assert weekday_hour_matrix(starts, ends) == pytest.approx(by_minute)
