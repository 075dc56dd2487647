"""What can be measured with a device depends on how often it reports."""

import numpy as np
import pandas as pd
import pytest

from analytics.technology.intervals import DeviceInterval, device_intervals, weighted_quantile


def device(median_s, p95_s=None, *, regular=True, triggered=False):
    return DeviceInterval("d", 100, median_s, p95_s or median_s, regular, triggered)


@pytest.mark.parametrize(
    ("interval_s", "measure"),
    [
        (15, "headline"),
        (120, "headline"),
        (121, "bounds"),
        (300, "bounds"),
        (301, "not measurable"),
    ],
)
def test_a_fifth_and_a_half_of_the_minimum(interval_s, measure):
    assert device(interval_s).measure(10) == measure


def test_distance_triggered_is_not_measurable_at_any_interval():
    assert device(5, regular=False, triggered=True).measure(10) == "not measurable"


def test_irregular_device_is_judged_on_its_slow_end():
    assert device(10, 200, regular=False).measure(10) == "bounds"


def test_device_with_one_fix_is_not_measurable():
    (found,) = device_intervals(
        pd.DataFrame({"device": ["d"], "gap_ms": [None], "fixes": [1]}),
        pd.DataFrame({"device": [], "step": [], "fixes": []}),
    )
    assert found.measure(10) == "not measurable"


def counted(values, name):
    values, fixes = np.unique(values, return_counts=True)
    return pd.DataFrame({"device": "d", name: values, "fixes": fixes})


def test_clock_device_is_regular_and_distance_device_is_found():
    random = np.random.default_rng(7)
    by_clock = np.full(500, 15_000)
    steps_of_clock = np.floor(random.exponential(8, 500)).astype(int)
    (found,) = device_intervals(counted(by_clock, "gap_ms"), counted(steps_of_clock, "step"))
    assert (found.median_s, found.is_regular, found.is_distance_triggered) == (15, True, False)

    by_distance = (random.lognormal(2.5, 1.2, 500) * 1000).astype(int)
    steps_of_distance = np.full(500, 10)
    (found,) = device_intervals(counted(by_distance, "gap_ms"), counted(steps_of_distance, "step"))
    assert (found.is_regular, found.is_distance_triggered) == (False, True)


def test_weighted_quantile_counts_weights():
    values, weights = np.array([30.0, 10.0, 20.0]), np.array([1, 5, 4])
    assert weighted_quantile(values, weights, 0.5) == 10
    assert weighted_quantile(values, weights, 0.51) == 20
    assert weighted_quantile(values, weights, 0.95) == 30
