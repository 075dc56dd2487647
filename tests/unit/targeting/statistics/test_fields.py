"""What each method says of a cell, by hand on a row of squares."""

import numpy as np
import pytest

from analytics.geography import Grid
from analytics.targeting.statistics import fields
from analytics.targeting.statistics.density import quartic


@pytest.fixture
def row():
    """Twelve squares of 100 m in a row."""
    grid, q, r = Grid("square", 100.0), np.arange(12), np.zeros(12, dtype=int)
    xs, ys = grid.centres(q, r)
    return fields.Places(xs, ys, np.full(12, 1e4), grid.neighbour_matrix(q, r, with_self=True))


def made(row, months, harm=None):
    return fields.method_fields(months, harm, row, half_life_months=6.0, bandwidth_m=150.0)


def test_count_last_year_and_recent_weights(row):
    months = np.zeros((12, 24), dtype=int)
    months[2, 0], months[3, 23], months[4, 17] = 8, 3, 5
    found = made(row, months)
    assert found[fields.COUNT].values[2:5].tolist() == [8, 3, 5]
    assert found[fields.LAST_YEAR].values[2:5].tolist() == [0, 3, 5]
    recent = found[fields.RECENT].values
    assert recent[2:5] == pytest.approx([8 * 0.5 ** (23 / 6), 3, 5 * 0.5])
    assert fields.HARM not in found


def test_density_is_the_kernel_over_centres_times_the_area(row):
    months = np.zeros((12, 12), dtype=int)
    months[5, 3] = 2
    density = made(row, months)[fields.DENSITY].values
    by_hand = 2 * quartic(np.abs(row.xs - row.xs[5]), 150.0) * 1e4
    assert density == pytest.approx(by_hand)
    assert density[5] > density[6] > 0 == density[7]


def test_harm_ranks_but_predicts_no_number(row):
    months = np.ones((12, 12), dtype=int)
    months[4] += 9
    found = made(row, months, np.arange(12.0))
    assert found[fields.HARM].values.tolist() == list(range(12))
    assert not found[fields.HARM].predicts
    assert not found[fields.GI_STAR].predicts


def test_without_a_spread_beyond_chance_there_is_no_bayes(row):
    found = made(row, np.ones((12, 12), dtype=int))
    assert fields.BAYES not in found
    assert np.isnan(found[fields.GI_STAR].values).all()
