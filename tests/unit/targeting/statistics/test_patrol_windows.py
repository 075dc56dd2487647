"""The fewest hours in whole blocks, against every possible set of a small circle."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.targeting.statistics.patrol_windows import blocks, fewest_hours


def _runs(taken) -> list[int]:
    return [length for _, length in blocks(np.array(taken))]


def _every_set(hours: int, block: int) -> np.ndarray:
    sets = [np.array(bits) for bits in product([False, True], repeat=hours) if any(bits)]
    return np.array([bits for bits in sets if min(_runs(bits)) >= block or bits.all()])


EVERY = {block: _every_set(11, block) for block in (1, 2, 3, 4)}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=11, max_size=11).filter(any),
    st.sampled_from([0.2, 0.5, 0.8, 1.0]),
    st.sampled_from([1, 2, 3, 4]),
)
def test_as_good_as_the_best_of_all_sets(values, share, block):
    values = np.array(values, dtype=float)
    taken = fewest_hours(values, share, block)
    assert values[taken].sum() >= share * values.sum() - 1e-9
    assert taken.all() or min(_runs(taken)) >= block
    sums, sizes = EVERY[block] @ values, EVERY[block].sum(axis=1)
    able = sums >= share * values.sum() - 1e-9
    assert taken.sum() == sizes[able].min()
    assert values[taken].sum() == pytest.approx(sums[able & (sizes == taken.sum())].max())


def test_the_greedy_choice_is_beaten():
    # The single busiest hour is a trap: a block around it holds less than the one beside it.
    values = np.zeros(168)
    values[10] = 10
    values[100:103] = 6
    taken = fewest_hours(values, 0.6, block=3)
    assert np.flatnonzero(taken).tolist() == [100, 101, 102]


def test_a_block_may_run_over_the_end_of_the_week():
    values = np.zeros(168)
    values[[166, 167, 0, 1]] = 1
    taken = fewest_hours(values, 1.0, block=4)
    assert blocks(taken) == [(166, 4)]


def test_an_even_week_takes_the_share_of_the_hours():
    taken = fewest_hours(np.ones(168), 0.5, block=2)
    assert taken.sum() == 84


def test_what_cannot_be_answered():
    with pytest.raises(ValueError, match="Nothing happened"):
        fewest_hours(np.zeros(168), 0.5)
    with pytest.raises(ValueError, match="share"):
        fewest_hours(np.ones(168), 1.5)
    with pytest.raises(ValueError, match="shorter than the week"):
        fewest_hours(np.ones(5), 0.5, block=5)
