"""Seventeen categories in space and time: each by its definition, and Gi* by brute force."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from analytics.targeting.statistics.emerging import (
    categories,
    emerging_hot_spots,
    space_time_gi_star,
)
from analytics.targeting.statistics.significance import gi_star

# H is hot, C cold, a point neither; then the trend of Gi* and the kind for hot spots.
EXAMPLES = [
    (".........H", 0, "new"),
    ("........HH", 0, "consecutive"),
    (".HHHHHHHHH", 1, "intensifying"),
    (".HHHHHHHHH", 0, "persistent"),
    ("HHHHHHHHHH", 0, "persistent"),
    ("HHHHHHHH.H", -1, "diminishing"),
    ("..HH..H..H", 0, "sporadic"),
    (".H......HH", 0, "sporadic"),
    ("C.......HH", 0, "oscillating"),
    ("..C..H...H", 1, "oscillating"),
    (".........H", 1, "new"),
    ("HHHHHHHHH.", 0, "historical"),
    ("CCCCCCCCCH", 1, "oscillating"),
    ("HHHHHHHH..", 0, ""),
    ("..........", 1, ""),
]
MIRROR = str.maketrans("HC", "CH")


@pytest.mark.parametrize(("steps", "trend", "kind"), EXAMPLES)
def test_hot_categories_and_their_cold_mirrors(steps, trend, kind):
    for text, direction, name in ((steps, trend, "hot"), (steps.translate(MIRROR), -trend, "cold")):
        hot = np.array([[step == "H" for step in text]])
        cold = np.array([[step == "C" for step in text]])
        expected = f"{kind} {name} spot" if kind else "no pattern"
        assert categories(hot, cold, np.array([direction])).tolist() == [expected]


def test_every_row_has_one_of_seventeen_categories():
    rng = np.random.default_rng(4)
    state = rng.choice([-1, 0, 1], p=[0.15, 0.2, 0.65], size=(4_000, 10))
    state[:1_000] = -state[:1_000]
    state[1_000:2_000] = np.abs(state[1_000:2_000])
    state[2_000:2_500] = -np.abs(state[2_000:2_500])
    found = categories(state > 0, state < 0, rng.integers(-1, 2, 4_000))
    examples = {f"{kind} hot spot" for _, _, kind in EXAMPLES if kind}
    allowed = examples | {name.replace("hot", "cold") for name in examples} | {"no pattern"}
    assert len(allowed) == 17
    assert set(found.tolist()) <= allowed
    assert not any("cold" in name for name in found[state[:, -1] > 0])


def _line(cells: int) -> csr_matrix:
    near = np.abs(np.subtract.outer(np.arange(cells), np.arange(cells))) <= 1
    return csr_matrix(near.astype(float))


@pytest.mark.parametrize("back", [0, 1, 2])
def test_gi_star_equals_gi_star_over_an_explicit_space_time_matrix(back):
    rng = np.random.default_rng(9)
    table = rng.poisson(2.0, (12, 6))
    weights = _line(12)
    found = space_time_gi_star(table, weights, back)
    for step in range(6):
        depth = min(back, step) + 1
        values = table[:, step - depth + 1 : step + 1].T.ravel()
        whole = csr_matrix(np.kron(np.ones((depth, depth)), weights.toarray()))
        assert found[:, step] == pytest.approx(gi_star(values, whole)[-12:])


def test_a_place_that_heats_up_and_one_that_is_always_hot():
    rng = np.random.default_rng(0)
    table = rng.poisson(1.0, (400, 12))
    table[100:103] += 40
    table[300:303, -1] += 12
    found = emerging_hot_spots(table, _line(400), steps_back=0)
    assert found[101] == "persistent hot spot"
    assert found[301] == "new hot spot"
    assert (found == "no pattern").mean() > 0.97
    with pytest.raises(ValueError, match="at least 10 steps"):
        emerging_hot_spots(table[:, :9], _line(400))


def test_steps_in_which_nothing_varies_have_no_z():
    table = np.ones((12, 3))
    assert np.isnan(space_time_gi_star(table, _line(12))).all()
