"""The crossover's interval and permutation test, on trials with the truth known."""

import numpy as np
import pandas as pd
import pytest

from analytics import testing
from benchmarks.crossover_coverage import coverage


def trial(counts_treated, counts_control, places=4):
    """One place-day per count, the same places and weekdays in both arms."""
    rows = [
        (f"P{n % places}", pd.Timestamp("2026-06-01") + pd.Timedelta(days=7 * (n // places)), t, c)
        for t, counts in ((True, counts_treated), (False, counts_control))
        for n, c in enumerate(counts)
    ]
    return pd.DataFrame(rows, columns=["place_id", "day", "treated", "count"])


def test_ratio_of_balanced_arms_is_the_ratio_of_their_means():
    found = testing.crossover_rate_ratio(trial([1, 1, 2, 2] * 10, [2, 2, 4, 4] * 10))
    assert found.ratio.value == pytest.approx(0.5)
    assert (found.treated_events, found.control_events) == (60, 120)
    # Counts that vary less than Poisson ones never narrow the interval.
    assert found.dispersion < 1
    assert found.ratio.log_standard_error == pytest.approx(np.sqrt(1 / 60 + 1 / 120), rel=1e-3)


def test_places_without_events_change_nothing():
    base = trial([1, 0, 2, 1] * 10, [2, 1, 1, 3] * 10)
    idle = base.assign(place_id="idle", count=0)
    with_idle = testing.crossover_rate_ratio(pd.concat([base, idle], ignore_index=True))
    alone = testing.crossover_rate_ratio(base)
    assert with_idle.ratio.value == pytest.approx(alone.ratio.value)
    assert with_idle.treated_place_days == 2 * alone.treated_place_days


def test_order_of_rows_changes_nothing():
    base = trial([1, 0, 2, 1] * 10, [2, 1, 1, 3] * 10)
    shuffled = base.sample(frac=1, random_state=3)
    one, two = testing.crossover_rate_ratio(base), testing.crossover_rate_ratio(shuffled)
    assert (one.ratio.low, one.ratio.high) == pytest.approx((two.ratio.low, two.ratio.high))


def test_an_arm_without_events_has_no_ratio():
    with pytest.raises(ValueError, match="no events"):
        testing.crossover_rate_ratio(trial([0] * 8, [1] * 8))
    with pytest.raises(ValueError, match="one arm"):
        testing.crossover_rate_ratio(trial([], [1] * 8))


def test_permutation_agrees_with_every_possible_allocation():
    day = pd.Timestamp("2026-06-01")
    frame = pd.DataFrame(
        {
            "place_id": ["A", "B", "C", "D"],
            "day": [day] * 4,
            "treated": [True, False, False, False],
            "count": [0, 3, 2, 5],
        }
    )
    several = pd.concat(
        [frame.assign(day=day + pd.Timedelta(days=n)) for n in range(3)], ignore_index=True
    )
    p, within = testing.permutation_p_value(several, permutations=19_999, seed=2)
    assert within == "day"
    # Surplus over place means is nil in every place-day here: every allocation is as extreme.
    assert p == 1.0
    changed = several.assign(count=[0, 3, 2, 5, 1, 2, 3, 4, 0, 4, 2, 6])
    p, _ = testing.permutation_p_value(changed, permutations=19_999, seed=2)
    surplus = changed["count"] - _expected(changed)
    values = surplus.to_numpy().reshape(3, 4)
    sums = [
        values[0, a] + values[1, b] + values[2, c]
        for a in range(4)
        for b in range(4)
        for c in range(4)
    ]
    exact = np.mean(np.abs(sums) >= abs(sums[0]) - 1e-9)
    assert p == pytest.approx(exact, abs=0.01)


def _expected(frame):
    """Place effect times weekday effect: the margins' product, as all days are different ones."""
    by_place = frame.groupby("place_id")["count"].transform("sum")
    by_day = frame.groupby("day")["count"].transform("sum")
    return by_place * by_day / frame["count"].sum()


def test_intervals_cover_the_planted_ratio_and_cry_no_wolf():
    """A short form of `python -m benchmarks.crossover_coverage`, with bounds to match."""
    with_effect = coverage(60, 0.75, permutations=99)
    assert with_effect["coverage"] >= 0.85
    assert with_effect["median_ratio"] == pytest.approx(0.75, abs=0.12)
    without = coverage(60, 1.0, permutations=99)
    assert without["effects_called_by_interval"] <= 0.15
    assert without["not_measurable"] == with_effect["not_measurable"] == 0


def test_carry_over_is_seen():
    rng = np.random.default_rng(1)
    days, places = 120, 20
    treated = rng.random((days, places)) < 0.35
    rate = np.full((days, places), 2.0)
    rate[1:][treated[:-1]] *= 0.5
    frame = pd.DataFrame(
        {
            "place_id": np.tile([f"P{n}" for n in range(places)], days),
            "day": np.repeat(pd.date_range("2026-01-01", periods=days), places),
            "treated": treated.ravel(),
            "count": rng.poisson(rate).ravel(),
        }
    )
    found = testing.carry_over_ratio(frame)
    assert found.low < 0.5 < found.high < 0.7


def test_harm_is_resampled_by_place_and_place_day():
    changes = np.array([-10.0, 4.0, -3.0, 0.0, -6.0]), np.array([1.0, 0.0, 2.0, -1.0])
    found = testing.harm_difference(*changes, seed=5)
    assert found.value == pytest.approx(-17.0)
    assert found.low < -17 < found.high
    assert found == testing.harm_difference(*changes, seed=5)
    alone = testing.harm_difference(np.array([-5.0]), np.array([1.0, 2.0]))
    assert (alone.value, alone.low) == (-8.0, None)
    ratio = testing.harm_rate_ratio(np.array([0.0] * 90 + [10.0] * 10), np.array([0.0, 2.0] * 100))
    assert ratio.value == pytest.approx(1.0)
    assert 0 < ratio.low < 1 < ratio.high
    assert testing.harm_rate_ratio(np.array([1.0]), np.zeros(5)).value is None
