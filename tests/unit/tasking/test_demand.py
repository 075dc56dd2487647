"""Visits wanted: in proportion to concentration, drawn from the hours of need."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.tasking import TaskingSettings
from analytics.tasking.demand import (
    Held,
    draw_windows,
    visit_quotas,
    visits_by_day,
    wanted_visits,
)


def test_quotas_follow_the_share():
    quotas = visit_quotas(np.array([0.4, 0.3, 0.2, 0.1]), 2.0, np.zeros(4), np.full(4, 12.0))
    assert quotas == pytest.approx([3.2, 2.4, 1.6, 0.8])


def test_quotas_keep_their_mean_within_the_limits():
    quotas = visit_quotas(np.array([0.9, 0.05, 0.03, 0.02]), 2.0, np.full(4, 0.5), np.full(4, 4.0))
    assert quotas.mean() == pytest.approx(2.0)
    assert quotas.max() <= 4.0 + 1e-9
    assert quotas.min() >= 0.5 - 1e-9
    # What the top place may not have is shared by the others in proportion.
    assert quotas[1] / quotas[2] == pytest.approx(5 / 3)


def test_equal_shares_give_every_place_the_mean():
    assert visit_quotas(np.ones(7), 1.0, np.full(7, 0.5), np.full(7, 6.0)) == pytest.approx(
        np.ones(7)
    )


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
        for early, late in draw_windows(3, need, TaskingSettings(), np.random.default_rng(seed)):
            assert early >= 480
            assert late + 15 <= 960


def test_visits_follow_the_hours_of_need():
    need = np.concatenate([np.full(360, 1.0), np.full(360, 3.0)])
    choices = TaskingSettings(window_minutes=30)
    rng = np.random.default_rng(1)
    middles = [
        (early + late) / 2
        for _ in range(2000)
        for early, late in draw_windows(1, need, choices, rng)
    ]
    assert np.mean(np.array(middles) >= 360) == pytest.approx(0.75, abs=0.03)


def test_a_visit_is_worth_the_violence_it_covers_and_further_ones_less():
    need = np.full((1, 720), 0.01)
    choices = TaskingSettings(visit_minutes=15, spacing_minutes=30)
    wanted = wanted_visits([3], need, choices, np.random.default_rng(2))
    covers = 0.01 * (15 + 30)
    assert wanted["covers"].to_numpy() == pytest.approx([covers] * 3)
    assert sorted(wanted["worth"], reverse=True) == pytest.approx([covers, covers / 2, covers / 3])


def test_the_visit_at_the_time_of_greatest_need_is_worth_most():
    need = np.concatenate([np.full(360, 1.0), np.full(360, 5.0)])[None, :]
    choices = TaskingSettings(window_minutes=60)
    wanted = wanted_visits([3], need, choices, np.random.default_rng(2))
    assert wanted.loc[wanted["worth"].idxmax(), "late"] >= 360
    assert wanted.loc[wanted["turn"] == 1, "worth"].item() == wanted["worth"].max()


@given(st.integers(1, 6), st.integers(0, 700), st.integers(0, 2**31 - 1))
@settings(max_examples=60, deadline=None)
def test_windows_keep_the_spacing_from_visits_that_stand(visits, begins, seed):
    choices = TaskingSettings(visit_minutes=15, spacing_minutes=30)
    held = Held(0, begins, 15, is_pinned=True)
    rng = np.random.default_rng(seed)
    for early, late in draw_windows(visits, np.ones(720), choices, rng, [held]):
        for start in range(early, late + 1):
            assert start + 15 + 30 <= begins or start >= begins + 15 + 30


def test_a_visit_ends_before_its_place_closes():
    need = np.ones(1440)
    need[600:] = 0.0
    need[:500] = 0.0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        for early, late in draw_windows(2, need, TaskingSettings(spacing_minutes=0), rng):
            assert early >= 500
            assert late + 15 <= 600


def test_the_least_visits_of_a_place_are_worth_as_much_as_the_best_of_the_day():
    need = np.vstack([np.full(720, 1.0), np.full(720, 0.01)])
    wanted = wanted_visits(
        [1, 2], need, TaskingSettings(), np.random.default_rng(1), least=np.array([0.0, 1.0])
    )
    promised = wanted[(wanted["place"] == 1) & (wanted["turn"] == 1)]
    assert promised["worth"].item() == wanted["worth"].max()
    assert wanted.loc[wanted["turn"] == 2, "worth"].item() < 0.1 * wanted["worth"].max()


def test_no_unit_out_gives_no_windows():
    assert draw_windows(3, np.zeros(1440), TaskingSettings(), np.random.default_rng(0)) == []
