"""Visits by the design's definitions, against the worked examples of the domain reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.tracking import visits

EXAMPLE = [*range(1, 6), *range(7, 15), 40, 41, 70]
"""Minutes with a fix inside (domain reference 10.8); the interval is a minute."""


def visit_rows(cursor):
    return cursor.execute(
        "SELECT first_ms // 60000, last_ms // 60000, fixes, lower_ms, headline_ms, upper_ms, "
        "is_drive_through, qualifies FROM judged WHERE is_excluded = 0 ORDER BY place, first_ms"
    ).fetchall()


def place_day(cursor):
    return cursor.execute(visits.PLACE_DAYS).df().iloc[0]


def test_gap_of_five_minutes_gives_one_qualifying_visit_of_fourteen(visits_of, minutes_inside):
    cursor = visits_of(minutes_inside(EXAMPLE), interval_s=60, gap_minutes=5)
    found = visit_rows(cursor)
    assert [(first, last) for first, last, *_ in found] == [(1, 14), (40, 41), (70, 70)]
    assert [headline / 60_000 for *_, headline, _, _, _ in found] == [14, 2, 1]
    assert [qualifies for *_, qualifies in found] == [1, 0, 0]


def test_gap_of_one_minute_gives_none(visits_of, minutes_inside):
    cursor = visits_of(minutes_inside(EXAMPLE), interval_s=60, gap_minutes=1)
    found = visit_rows(cursor)
    assert [(first, last) for first, last, *_ in found] == [(1, 5), (7, 14), (40, 41), (70, 70)]
    assert [headline / 60_000 for *_, headline, _, _, _ in found] == [5, 8, 2, 1]
    assert sum(qualifies for *_, qualifies in found) == 0


def test_simple_ping_count_is_sixteen_minutes(visits_of, minutes_inside):
    cursor = visits_of(minutes_inside(EXAMPLE), interval_s=60, gap_minutes=5)
    assert sum(fixes for _, _, fixes, *_ in visit_rows(cursor)) == 16


def test_last_fix_inside_ends_the_visit(visits_of):
    # y = 0, 10, 20, 21, 22, 30, 40, 50 at 0, 1, 2, 4, 6, 8, 10, 15 s; inside is within 1.5 of 21.
    fixes = [
        ("a", 2000, 1000, 36.0, 0, 0),
        ("a", 4000, 2000, 1.8, 0, 0),
        ("a", 6000, 2000, 1.8, 0, 0),
    ]
    row = visits_of(fixes, interval_s=2).execute("SELECT * FROM judged").df().iloc[0]
    assert (row["first_ms"], row["last_ms"]) == (2000, 6000)
    assert (row["lower_ms"], row["headline_ms"], row["upper_ms"]) == (4000, 6000, 8000)
    assert row["is_drive_through"] == 0
    assert row["speed_kmh"] == pytest.approx(1.8)


def test_single_fix_and_vehicle_speed_are_drive_throughs_and_never_qualify(visits_of):
    crossing = [("car", minute * 60_000, 60_000, 40.0, 0, 0) for minute in range(20)]
    single = [("foot", 0, 60_000, 2.0, 0, 0)]
    cursor = visits_of(crossing + single, interval_s=60, dwell_minutes=1)
    day = place_day(cursor)
    assert (day["visits"], day["drive_throughs"], day["qualifying"]) == (2, 2, 0)
    assert (day["patrol_ms"], day["officer_ms"], day["lower_ms"]) == (0, 0, 0)
    assert day["drive_through_ms"] == (20 + 1) * 60_000


def test_union_is_patrol_and_sum_is_officer_minutes(visits_of, minutes_inside):
    fixes = minutes_inside(range(11), "a") + minutes_inside(range(5, 21), "b")
    day = place_day(visits_of(fixes, interval_s=60))
    assert day["patrol_ms"] == 21 * 60_000
    assert day["officer_ms"] == (11 + 16) * 60_000
    assert day["lower_ms"] == (10 + 15) * 60_000
    assert day["upper_ms"] == (12 + 17) * 60_000


def test_minutes_in_an_exclusion_place_are_a_hole_in_the_visit(visits_of, minutes_inside):
    fixes = minutes_inside(range(21), excluded=range(6, 10))
    cursor = visits_of(fixes, interval_s=60, gap_minutes=5)
    day = place_day(cursor)
    assert day["visits"] == 1
    assert day["lower_ms"] == (5 + 10) * 60_000
    assert day["officer_ms"] == day["patrol_ms"] == 16 * 60_000
    assert day["excluded_ms"] == 4 * 60_000


def test_waiting_only_at_the_station_is_no_visit(visits_of, minutes_inside):
    day = place_day(visits_of(minutes_inside(range(30), excluded=range(30)), interval_s=60))
    assert (day["visits"], day["officer_ms"]) == (0, 0)
    assert day["excluded_ms"] == 30 * 60_000


@pytest.mark.parametrize(
    ("measure", "low", "headline", "high", "unjudged"),
    [("headline", 1, 1, 1, 0), ("bounds", 0, 0, 1, 1), ("not measurable", 0, 0, 1, 1)],
)
def test_what_qualifies_depends_on_the_interval(
    visits_of, minutes_inside, measure, low, headline, high, unjudged
):
    # Last minus first is 9 minutes, the headline 10, the upper bound 11.
    fixes = minutes_inside(range(10))
    day = place_day(visits_of(fixes, interval_s=60, measure=measure, dwell_minutes=10))
    found = (day["qualifying_low"], day["qualifying"], day["qualifying_high"], day["unjudged"])
    assert found == (low, headline, high, unjudged)


def test_hours_share_a_stay_between_local_hours(visits_of, minutes_inside):
    cursor = visits_of(minutes_inside(range(50, 70)), interval_s=60)
    cursor.execute(
        "CREATE TEMP TABLE hour_ranges AS SELECT 0 AS weekday, h AS hour, "
        "h * 3600000 AS start_ms, (h + 1) * 3600000 AS end_ms FROM range(24) AS r(h)"
    )
    hours = {hour: ms / 60_000 for _, hour, ms in cursor.execute(visits.HOURS).fetchall()}
    assert hours == {0: 10, 1: 10}


def brute_force(minutes, gap):
    """Visits as (first, last) by the rule in words."""
    found = []
    for minute in sorted(minutes):
        if found and minute - found[-1][1] <= gap:
            found[-1][1] = minute
        else:
            found.append([minute, minute])
    return [tuple(visit) for visit in found]


@settings(max_examples=25, deadline=None)
@given(
    minutes=st.sets(st.integers(0, 300), min_size=1, max_size=60),
    gap=st.integers(1, 20),
    seed=st.integers(0, 2**16),
)
def test_visits_equal_brute_force_in_any_order(visits_of, minutes_inside, minutes, gap, seed):
    shuffled = np.random.default_rng(seed).permutation(sorted(minutes)).tolist()
    cursor = visits_of(minutes_inside(shuffled), interval_s=60, gap_minutes=gap)
    assert [(first, last) for first, last, *_ in visit_rows(cursor)] == brute_force(minutes, gap)


@settings(max_examples=25, deadline=None)
@given(
    fixes=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 200), st.booleans()),
        min_size=1,
        max_size=80,
        unique_by=lambda fix: fix[:2],
    )
)
def test_minutes_keep_their_order(visits_of, fixes):
    rows = [(d, m * 60_000, 60_000, 0.0, 0, int(x)) for d, m, x in fixes]
    days = visits_of(rows, interval_s=60).execute(visits.PLACE_DAYS).df()
    for day in days.itertuples():
        assert day.lower_ms <= day.officer_ms <= day.upper_ms
        assert day.patrol_ms <= day.officer_ms
        assert day.qualifying_low <= day.qualifying <= day.qualifying_high <= day.visits


def test_one_fix_is_a_visit_without_minutes_that_never_qualifies(visits_of, minutes_inside):
    ((first, last, fixes, lower, headline, _, is_drive_through, qualifies),) = visit_rows(
        visits_of(minutes_inside([7]), interval_s=60)
    )
    assert (first, last, fixes, lower, headline) == (7, 7, 1, 0, 60_000)
    assert (is_drive_through, qualifies) == (1, 0)


@pytest.mark.parametrize(("apart", "visits_made"), [(300_000, 1), (300_001, 2)])
def test_a_gap_of_exactly_the_limit_is_one_visit(visits_of, apart, visits_made):
    fixes = [
        ("a", 0, None, None, 0, 0),
        ("a", 60_000, 60_000, 0.0, 0, 0),
        ("a", 60_000 + apart, apart, 0.0, 0, 0),
        ("a", 120_000 + apart, 60_000, 0.0, 0, 0),
    ]
    assert len(visit_rows(visits_of(fixes, interval_s=60, gap_minutes=5))) == visits_made


def test_a_track_that_ends_inside_loses_nothing(visits_of, minutes_inside):
    (row,) = visit_rows(visits_of(minutes_inside(range(100, 113)), interval_s=60))
    assert row[:2] == (100, 112)
    assert (row[3], row[4]) == (12 * 60_000, 13 * 60_000)
