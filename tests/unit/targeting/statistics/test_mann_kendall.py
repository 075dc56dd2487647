"""Mann-Kendall: the example of the domain reference, section 10.6, and brute force with ties."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import kendalltau

from analytics.targeting.statistics.mann_kendall import mann_kendall


def test_ten_rising_values():
    found = mann_kendall(np.arange(1, 11))
    assert found.s.tolist() == [45]
    assert found.variance.tolist() == [125]
    assert found.z == pytest.approx([3.93548], abs=5e-6)
    falling = mann_kendall(np.arange(10, 0, -1))
    assert falling.z == pytest.approx(-found.z)
    assert falling.p == pytest.approx(found.p)


def test_ties_against_pairs_counted_one_by_one():
    rng = np.random.default_rng(5)
    series = rng.poisson(1.2, (40, 14))
    found = mann_kendall(series)
    for row, s, variance in zip(series, found.s, found.variance, strict=True):
        assert s == sum(np.sign(b - a) for a, b in combinations(row.tolist(), 2))
        n = len(row)
        ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(row.tolist()).values())
        assert variance == pytest.approx((n * (n - 1) * (2 * n + 5) - ties) / 18)


def test_s_is_kendalls_tau_with_time():
    series = np.random.default_rng(6).normal(size=12)
    found = mann_kendall(series)
    assert found.s[0] / (12 * 11 / 2) == pytest.approx(kendalltau(np.arange(12), series).statistic)


def test_nothing_varies_and_gaps():
    flat = mann_kendall(np.ones((1, 6)))
    assert (flat.z[0], flat.p[0]) == (0, 1)
    with pytest.raises(ValueError, match="every period"):
        mann_kendall(np.array([1.0, np.nan, 2.0, 3.0]))
    with pytest.raises(ValueError, match="four periods"):
        mann_kendall(np.arange(3))
