"""Empirical Bayes against the domain reference, section 10.10, and a simulated next period."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import gamma, nbinom

from analytics.targeting.statistics.shrinkage import (
    GammaPrior,
    expected_fall,
    expected_level,
    fit_prior,
    neighbour_prior,
    shrink,
)


def drawn(seed=1, cells=4_000, shape=0.5, mean=2.0):
    """Return true levels per year of many cells and the generator that drew them."""
    rng = np.random.default_rng(seed)
    return rng.gamma(shape, mean / shape, cells), rng


def test_ten_events_under_gamma_two_one():
    found = shrink(np.array([10, 0]), 1.0, GammaPrior(2.0, 2.0))
    assert found.mean == pytest.approx([6.0, 1.0])
    assert found.low[0] == pytest.approx(gamma.ppf(0.025, 12, scale=0.5))
    assert found.high[0] == pytest.approx(gamma.ppf(0.975, 12, scale=0.5))


@pytest.mark.parametrize("by", ["likelihood", "moments"])
@pytest.mark.parametrize("years", [1.0, 2.5])
def test_the_prior_is_found_again(by, years):
    levels, rng = drawn(cells=40_000)
    prior = fit_prior(rng.poisson(levels * years), years, by=by)
    assert prior.mean == pytest.approx(2.0, rel=0.03)
    assert prior.shape == pytest.approx(0.5, rel=0.08)
    assert prior.rate == pytest.approx(0.25, rel=0.1)


def test_the_likelihood_is_that_of_the_negative_binomial():
    levels, rng = drawn(seed=4, cells=500)
    counts = rng.poisson(levels * 2)
    shapes = np.geomspace(0.2, 2, 400)
    mean = counts.mean()
    best = [nbinom.logpmf(counts, a, a / (a + mean)).sum() for a in shapes]
    assert fit_prior(counts, 2.0).shape == pytest.approx(shapes[np.argmax(best)], rel=0.01)


def test_cells_that_differ_by_chance_only_have_no_prior():
    counts = np.array([3, 4, 3, 4, 3, 4])
    for by in ("likelihood", "moments"):
        with pytest.raises(ValueError, match="no more than chance"):
            fit_prior(counts, 1.0, by=by)
    with pytest.raises(ValueError, match="at least one event"):
        fit_prior(np.zeros(5), 1.0)


def test_drawn_levels_lie_in_their_intervals_and_predict_the_next_period_better():
    levels, rng = drawn(seed=9)
    counts = rng.poisson(levels * 0.5)
    later = rng.poisson(levels)
    prior = fit_prior(counts, 0.5)
    found = shrink(counts, 0.5, prior, 0.9)
    assert ((found.low <= levels) & (levels <= found.high)).mean() == pytest.approx(0.9, abs=0.02)
    assert found.mean == pytest.approx(expected_level(counts, 0.5, prior))
    assert ((found.mean - later) ** 2).mean() < 0.85 * ((counts / 0.5 - later) ** 2).mean()


def test_a_top_list_falls_as_foretold():
    inside = 0
    for seed in range(40):
        levels, rng = drawn(seed=100 + seed)
        counts = rng.poisson(levels)
        top = np.argsort(-counts, kind="stable")[:100]
        found = expected_fall(counts, top, 1.0)
        inside += found.low <= rng.poisson(levels[top]).sum() <= found.high
        assert found.seen_per_year == counts[top].sum()
        assert 0.1 < found.fall < 0.5
    assert inside >= 34
    with pytest.raises(ValueError, match="held no event"):
        expected_fall(counts, np.flatnonzero(counts == 0)[:3], 1.0)


def test_neighbours_tell_two_equal_counts_apart():
    # A busy street of 60 cells and a quiet one of 600; the same count stands in each.
    rng = np.random.default_rng(3)
    counts = np.concatenate([rng.poisson(8, 60), rng.poisson(0.3, 600)])
    counts[[30, 300]] = 4
    near = abs(np.subtract.outer(np.arange(660), np.arange(660))) <= 1
    prior = neighbour_prior(counts, 1.0, csr_matrix(near.astype(float)))
    level = expected_level(counts, 1.0, prior)
    assert level[30] > 1.5 * level[300]
    plain = expected_level(counts, 1.0, fit_prior(counts, 1.0))
    assert plain[30] == plain[300]
    without = csr_matrix((near & ~np.eye(660, dtype=bool)).astype(float))
    assert neighbour_prior(counts, 1.0, without).mean == pytest.approx(prior.mean)
