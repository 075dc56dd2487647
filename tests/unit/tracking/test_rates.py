"""Rates and ratios beside published numbers."""

import pytest
from scipy.stats import binom

from analytics.tracking.rates import poisson_rate, ratio_of_odds, ratio_of_rates


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)]
)
def test_exact_poisson_limits_equal_garwoods_table(count, low, high):
    assert poisson_rate(count, 1.0) == pytest.approx((count, low, high), abs=0.005)
    assert poisson_rate(count, 50.0, 100)[2] == pytest.approx(2 * high, abs=0.01)


def test_odds_ratio_and_its_interval_as_by_hand():
    # ln OR = ln 4 = 1.3863, SE = sqrt(1/20 + 1/80 + 1/10 + 1/160) = 0.4108.
    assert ratio_of_odds(20, 80, 10, 160) == pytest.approx((4.0, 1.788, 8.949), abs=0.005)
    with pytest.raises(ValueError, match="at least one"):
        ratio_of_odds(0, 80, 10, 160)


def test_ratio_of_rates_is_one_for_equal_rates_and_holds_it():
    ratio, low, high = ratio_of_rates(10, 1_000, 100, 10_000)
    assert ratio == pytest.approx(1.0)
    assert low < 1 < high


def test_limits_of_a_ratio_of_rates_leave_a_fortieth_in_each_tail():
    # Given the sum of both counts, the first is binomial; the exposures are 2 and 3.
    count, reference = 5, 10
    ratio, low, high = ratio_of_rates(count, 2.0, reference, 3.0)
    assert ratio == pytest.approx(0.75)
    shares = [limit * 2 / (limit * 2 + 3) for limit in (low, high)]
    assert binom.sf(count - 1, count + reference, shares[0]) == pytest.approx(0.025)
    assert binom.cdf(count, count + reference, shares[1]) == pytest.approx(0.025)
