"""Two counts over two exposures, against scipy's exact binomial test and textbook limits."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest, poisson

from analytics.targeting.statistics.rate_change import rate_change, weighted_limits


@pytest.mark.parametrize(
    ("before", "after", "first", "second"),
    [(100, 80, 365, 365), (50, 10, 365, 90), (0, 7, 100, 200), (9, 0, 30, 31), (3, 4, 10, 1)],
)
def test_limits_and_p_are_those_of_the_conditional_binomial(before, after, first, second):
    found = rate_change(before, after, first, second)
    interval = binomtest(after, before + after, 0.5).proportion_ci(0.95, method="exact")

    def as_ratio(share):
        return np.inf if share == 1 else share / (1 - share) * first / second

    assert float(found.low) == pytest.approx(as_ratio(interval.low))
    assert float(found.high) == pytest.approx(as_ratio(interval.high))
    chance, total = second / (first + second), before + after
    tails = (
        sum(binom.pmf(k, total, chance) for k in range(after + 1)),
        sum(binom.pmf(k, total, chance) for k in range(after, total + 1)),
    )
    assert float(found.p) == pytest.approx(min(1, 2 * min(tails)))
    # The limits leave out 1 exactly where the test is sure.
    assert (found.low > 1 or found.high < 1) == (found.p < 0.05)


def test_exposure_makes_equal_rates_equal():
    found = rate_change(36, 22, 36, 22)
    assert float(found.ratio) == pytest.approx(1)
    assert float(found.p) == pytest.approx(1)


def test_nothing_at_all_is_unknown_not_zero():
    found = rate_change(np.array([0, 5]), np.array([0, 0]), 1, 1)
    assert np.isnan([found.ratio[0], found.low[0], found.high[0], found.p[0]]).all()
    assert (found.ratio[1], found.low[1]) == (0, 0)
    with pytest.raises(ValueError, match="exposure"):
        rate_change(1, 1, 0, 1)
    with pytest.raises(ValueError, match="negative"):
        rate_change(-1, 1, 1, 1)


@pytest.mark.parametrize("count", [0, 1, 6, 40])
def test_limits_of_whole_weights_are_the_exact_ones_of_a_count(count):
    low, high = weighted_limits(np.array([count]), np.array([count]))
    assert poisson.sf(count - 1, low[0]) == pytest.approx(0.025 if count else 1)
    assert poisson.cdf(count, high[0]) == pytest.approx(0.025)


def test_limits_of_weighted_events_hold_the_truth_often_enough():
    rng = np.random.default_rng(12)
    weights = np.array([0.1, 0.5, 1.0])
    level, hits = np.array([30.0, 12.0, 8.0]), 0
    draws = rng.poisson(level, (2_000, 3))
    low, high = weighted_limits(draws @ weights, draws @ weights**2)
    truth = level @ weights
    hits = ((low <= truth) & (truth <= high)).mean()
    assert 0.945 <= hits <= 0.99
