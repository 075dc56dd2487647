"""Redrawn lists against planted intensities, and redrawn differences against brute force."""

import numpy as np
import pytest

from analytics.targeting.statistics.bootstrap import list_membership, resampled_sum


def planted(rng, places=1_500, blocks=80):
    """Levels per place drawn from a Gamma, and counts per place and block around them."""
    level = rng.gamma(0.4, 8.0, places)
    return level, rng.poisson((level / blocks)[:, None], (places, blocks))


def test_a_share_says_how_often_a_place_truly_is_among_the_worst():
    rng, number = np.random.default_rng(3), 40
    stated, truly, covered = [], [], []
    for seed in range(12):
        level, table = planted(rng)
        found = list_membership(table, number, draws=200, seed=seed)
        true_rank = np.empty(len(level))
        true_rank[np.argsort(-level)] = np.arange(1, len(level) + 1)
        listed = np.argsort(-table.sum(axis=1), kind="stable")[:number]
        stated.append(found.share[listed])
        truly.append(true_rank[listed] <= number)
        within = (found.rank_low <= true_rank) & (true_rank <= found.rank_high)
        covered.append(within[listed].mean())
    stated, truly = np.concatenate(stated), np.concatenate(truly)
    for low, high in ((0.3, 0.7), (0.7, 0.95), (0.95, 1.01)):
        group = (stated >= low) & (stated < high)
        assert group.sum() > 40
        assert truly[group].mean() == pytest.approx(stated[group].mean(), abs=0.12)
    assert 0.88 <= np.mean(covered) <= 1.0


def test_crimes_that_come_in_series_make_places_less_sure():
    rng = np.random.default_rng(5)
    level, single = planted(rng)
    series = 5 * rng.poisson((level / 5 / single.shape[1])[:, None], single.shape)
    number = 40

    def firm(table):
        listed = np.argsort(-table.sum(axis=1), kind="stable")[:number]
        return list_membership(table, number, draws=200, seed=1).share[listed].mean()

    assert firm(series) < firm(single) - 0.1


def test_ranks_equal_those_of_drawing_by_hand():
    rng = np.random.default_rng(0)
    table = rng.poisson(3.0, (7, 20)) + np.arange(7)[:, None]
    found = list_membership(table, 2, draws=50, seed=9)
    again = np.random.default_rng(9).multinomial(20, np.full(20, 1 / 20), size=50)
    inside = np.zeros(7)
    for times in again:
        drawn = table @ times
        # The lot decides between equal values only; draws without ties suffice here.
        if len(np.unique(drawn)) == 7:
            inside[np.argsort(-drawn)[:2]] += 1
    ties = sum(len(np.unique(table @ times)) < 7 for times in again)
    assert np.all(found.share * 50 >= inside - 1e-9)
    assert np.all(found.share * 50 <= inside + ties + 1e-9)
    assert found.share.sum() == pytest.approx(2)


def test_equal_places_are_ordered_by_lot_and_empty_ones_never_listed():
    table = np.zeros((6, 30))
    table[:4] = 1
    found = list_membership(table, 2, draws=400, seed=2)
    assert found.share[:4] == pytest.approx([0.5] * 4, abs=0.09)
    assert found.share[4:].tolist() == [0, 0]
    assert np.isnan(found.rank_low[4:]).all()


def test_a_place_with_one_crime_drops_out_when_its_week_is_not_drawn():
    table = np.zeros((2, 25))
    table[0] = 1
    table[1, 3] = 1
    share = list_membership(table, 2, draws=2_000, seed=4).share
    assert share[0] == 1
    assert share[1] == pytest.approx(1 - (1 - 1 / 25) ** 25, abs=0.04)


def test_the_seed_decides_and_bad_input_is_refused():
    table = np.random.default_rng(1).poisson(1.0, (30, 20))
    one, two = (list_membership(table, 5, draws=100, seed=7).share for _ in range(2))
    assert one.tolist() == two.tolist()
    with pytest.raises(ValueError, match="two blocks"):
        list_membership(table[:, :1], 5)


def test_a_difference_is_resampled_over_places():
    adds = np.array([4.0, -1.0, 2.0, 0.0, 0.5, -3.0])
    found = resampled_sum(adds, draws=20_000, seed=1)
    assert found.value == pytest.approx(2.5)
    # The variance of a Poisson-weighted sum is the sum of squares.
    half = 1.96 * np.sqrt((adds**2).sum())
    assert found.high - found.low == pytest.approx(2 * half, rel=0.08)
    assert found.is_within_noise
    assert not resampled_sum(np.full(40, 0.1), seed=1).is_within_noise
    assert resampled_sum(np.zeros(5)).is_within_noise
