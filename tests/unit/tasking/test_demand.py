"""Visits wanted: in proportion to concentration, drawn from the hours of need."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.tasking import TaskingSettings
from analytics.tasking.demand import draw_windows, visit_quotas, visits_by_day, wanted_visits


def test_quotas_follow_the_share():
    quotas = visit_quotas(np.array([0.4, 0.3, 0.2, 0.1]), 2.0, 0.0, 12.0)
    assert quotas == pytest.approx([3.2, 2.4, 1.6, 0.8])


def test_quotas_keep_their_mean_within_the_limits():
    quotas = visit_quotas(np.array([0.9, 0.05, 0.03, 0.02]), 2.0, 0.5, 4.0)
    assert quotas.mean() == pytest.approx(2.0)
    assert quotas.max() <= 4.0 + 1e-9
    assert quotas.min() >= 0.5 - 1e-9
    # What the top place may not have is shared by the others in proportion.
    assert quotas[1] / quotas[2] == pytest.approx(5 / 3)


def test_equal_shares_give_every_place_the_mean():
    assert visit_quotas(np.ones(7), 1.0, 0.5, 6.0) == pytest.approx(np.ones(7))


@given(
    st.lists(st.floats(0.01, 8), min_size=1, max_size=30),
    st.integers(1, 14),
    st.integers(0, 2**31 - 1),
)
@settings(max_examples=60, deadline=None)
def test_whole_visits_add_up_to_the_quotas(quotas, days, seed):
    rng = np.random.default_rng(seed)
    counts = visits_by_day(np.array(quotas), np.ones(days), rng)
    assert counts.min() >= 0
    assert abs(counts.sum() - sum(quotas) * days) <= 1
    assert np.abs(counts.sum(axis=0) - np.array(quotas) * days).max() < 1 + 1e-6


def test_whole_quotas_give_the_same_number_each_day():
    counts = visits_by_day(np.array([1.0, 1.0, 2.0]), np.ones(5), np.random.default_rng(3))
    assert (counts == [1, 1, 2]).all()


def test_windows_of_one_place_keep_visits_apart():
    need = np.ones(720)
    choices = TaskingSettings(visit_minutes=15, spacing_minutes=30)
    for seed in range(50):
        windows = draw_windows(4, need, choices, np.random.default_rng(seed))
        for before, after in itertools.pairwise(windows):
            assert after[0] - before[1] >= 15 + 30


def test_windows_lie_where_units_are_out():
    need = np.zeros(1440)
    need[480:960] = 1.0
    for seed in range(50):
        for early, late, _ in draw_windows(3, need, TaskingSettings(), np.random.default_rng(seed)):
            assert early >= 480
            assert late + 15 <= 960


def test_visits_follow_the_hours_of_need():
    need = np.concatenate([np.full(360, 1.0), np.full(360, 3.0)])
    choices = TaskingSettings(window_minutes=30)
    rng = np.random.default_rng(1)
    middles = [
        (early + late) / 2
        for _ in range(2000)
        for early, late, _ in draw_windows(1, need, choices, rng)
    ]
    assert np.mean(np.array(middles) >= 360) == pytest.approx(0.75, abs=0.03)


def test_the_visit_at_the_time_of_greatest_need_is_worth_the_full_share():
    need = np.concatenate([np.full(360, 1.0), np.full(360, 5.0)])
    wanted = wanted_visits([3], np.array([0.6]), need, TaskingSettings(), np.random.default_rng(2))
    assert sorted(wanted["worth"], reverse=True) == pytest.approx([0.6, 0.3, 0.2])
    assert wanted.loc[wanted["worth"].idxmax(), "late"] >= 360


def test_no_unit_out_gives_no_windows():
    assert draw_windows(3, np.zeros(1440), TaskingSettings(), np.random.default_rng(0)) == []
