"""The permutation test of Gi* against every possible draw, the normal limit, and its own rules."""

from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from analytics.geography import Grid
from analytics.targeting.statistics.permutation import permutation_test
from analytics.targeting.statistics.significance import benjamini_hochberg, gi_star_test


def square(side):
    q, r = (part.ravel() for part in np.meshgrid(np.arange(side), np.arange(side)))
    return Grid("square", 1.0).neighbour_matrix(q, r, with_self=True)


def test_a_small_grid_equals_the_enumeration_of_all_draws():
    values = np.array([0, 1, 2, 5, 3, 9, 0, 2, 1, 4, 4, 0], dtype=float)
    q, r = np.tile(np.arange(4), 3), np.repeat(np.arange(3), 4)
    weights = Grid("hexagon", 1.0).neighbour_matrix(q, r, with_self=True)
    shuffles = 20_000
    found = permutation_test(values, weights, shuffles, seed=2)
    for cell in range(12):
        near = set(weights[cell].indices) - {cell}
        others = [k for k in range(12) if k != cell]
        sums = [values[list(draw)].sum() for draw in combinations(others, len(near))]
        exact = np.mean(np.array(sums) >= values[list(near)].sum())
        error = 4.5 * np.sqrt(exact * (1 - exact) / shuffles) + 1e-12
        assert found.as_many[cell] / shuffles == pytest.approx(exact, abs=error)


def test_the_rule_of_the_p_values():
    rng = np.random.default_rng(5)
    values = rng.poisson(1.0, 400).astype(float)
    values[[41, 42, 61, 62]] += 9
    found = permutation_test(values, square(20), 999, seed=8)
    rarer = np.minimum(found.as_many, 999 - found.as_many)
    assert found.p_folded == pytest.approx((rarer + 1) / 1_000)
    assert found.p == pytest.approx(np.minimum(2 * found.p_folded, 1))
    assert found.p_adjusted == pytest.approx(benjamini_hochberg(found.p))
    assert found.p_folded[41] == 0.001
    assert found.hot(0.5)[41]
    again = permutation_test(values, square(20), 999, seed=8)
    assert again.as_many.tolist() == found.as_many.tolist()
    other = permutation_test(values, square(20), 999, seed=9)
    assert other.as_many.tolist() != found.as_many.tolist()


def test_the_diagonal_and_the_size_of_a_batch_change_nothing(monkeypatch):
    values = np.random.default_rng(1).poisson(2.0, 100).astype(float)
    near = square(10)
    without = near.copy().tolil()
    without.setdiag(0)
    whole = permutation_test(values, near, 500, seed=3)
    bare = permutation_test(values, csr_matrix(without), 500, seed=3)
    assert bare.as_many.tolist() == whole.as_many.tolist()
    monkeypatch.setattr("analytics.targeting.statistics.permutation._BATCH", 900)
    parts = permutation_test(values, near, 500, seed=3)
    assert abs(parts.as_many - whole.as_many).max() < 130


def test_agrees_with_the_analytical_z_where_values_are_normal():
    values = np.random.default_rng(7).normal(10, 2, 900)
    weights = square(30)
    found = permutation_test(values, weights, 4_999, seed=1)
    others = weights.copy().tolil()
    others.setdiag(0)
    z = gi_star_test(values, csr_matrix(others)).z
    # Gi without the cell itself is what conditional permutation judges.
    assert np.corrcoef(found.as_many, z)[0, 1] < -0.95
    assert (found.p < 0.05).mean() == pytest.approx((abs(z) > 1.96).mean(), abs=0.02)


def test_cells_alone_are_unknown_and_other_weights_refused():
    apart = csr_matrix(np.eye(5))
    found = permutation_test(np.arange(5.0), apart, 99)
    assert np.isnan(found.p).all()
    with pytest.raises(ValueError, match="binary"):
        permutation_test(np.arange(5.0), apart * 0.5, 99)
    with pytest.raises(ValueError, match="too few cells"):
        permutation_test(np.arange(5.0), csr_matrix(np.ones((5, 5))), 99)
