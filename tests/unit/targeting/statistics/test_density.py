"""Quartic kernel density against the domain reference, section 10.6, and a plain double loop."""

import numpy as np
import pytest

from analytics.geography import Grid
from analytics.targeting.statistics.density import bandwidth_nrd, kernel_density, quartic


def test_one_event_by_distance_and_three_events():
    assert quartic(np.array([0, 75, 100, 150, 400]), 150) == pytest.approx(
        [42.4413, 23.8732, 13.0992, 0, 0], abs=5e-5
    )
    x, zero = np.array([0.0, 75.0, 100.0]), np.zeros(3)
    at = kernel_density(x, zero, np.zeros(1), np.zeros(1), 150)
    assert at == pytest.approx([79.4137], abs=5e-5)


def test_the_kernel_holds_one_event():
    q, r = (part.ravel() for part in np.meshgrid(np.arange(-60, 60), np.arange(-60, 60)))
    grid = Grid("square", 5.0)
    density = kernel_density(np.array([3.0]), np.array([-4.0]), *grid.centres(q, r), 150)
    assert (density * grid.area_m2 / 1e6).sum() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("has_weights", [False, True])
def test_equals_a_double_loop_over_events_and_centres(has_weights):
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 1_000, (2, 200))
    x[:40], y[:40] = 500.0, 500.0  # Many events on one map point.
    at_x, at_y = rng.uniform(-200, 1_200, (2, 150))
    weights = rng.uniform(0, 9, 200) if has_weights else None
    times = np.ones(200) if weights is None else weights
    expected = [
        sum(
            k * 3e6 / (np.pi * 170**2) * max(0.0, 1 - ((a - c) ** 2 + (b - d) ** 2) / 170**2) ** 2
            for a, b, k in zip(x, y, times, strict=True)
        )
        for c, d in zip(at_x, at_y, strict=True)
    ]
    assert kernel_density(x, y, at_x, at_y, 170, weights) == pytest.approx(expected, rel=1e-9)
    order = rng.permutation(200)
    again = kernel_density(
        x[order], y[order], at_x, at_y, 170, None if weights is None else weights[order]
    )
    assert again == pytest.approx(expected, rel=1e-9)


def test_nothing_near_and_a_bandwidth_that_is_none():
    far = kernel_density(np.array([0.0]), np.array([0.0]), np.array([900.0]), np.array([0.0]), 150)
    none = kernel_density(np.zeros(0), np.zeros(0), np.array([900.0]), np.array([0.0]), 150)
    assert far.tolist() == none.tolist() == [0.0]
    with pytest.raises(ValueError, match="positive bandwidth"):
        kernel_density(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), 0)


def test_bandwidth_nrd_of_ten_values():
    assert bandwidth_nrd(np.arange(0, 100, 10)) == pytest.approx(80.9975, abs=5e-5)
