"""Trials drawn from the planted process: the ratio holds, and the rates are the town's."""

import numpy as np
import pandas as pd
import pytest

from sample_data import simulate
from sample_data.crime import Landmarks, draw_occurrences, treated_mask
from sample_data.generate import town
from sample_data.offences import MEAN_CRIMES


@pytest.fixture(scope="module")
def towns(marlbridge):
    return [marlbridge, town(8), town(9)]


def test_trial_is_determined_by_its_seed():
    pd.testing.assert_frame_equal(simulate.crossover_trial(3), simulate.crossover_trial(3))
    assert not simulate.crossover_trial(3).equals(simulate.crossover_trial(4))


def test_trial_treats_seven_of_twenty_each_day():
    drawn = simulate.crossover_trial(5)
    assert len(drawn) == 1_800
    assert set(drawn.groupby("day")["treated"].sum()) == {7}


@pytest.mark.parametrize("ratio", [0.75, 1.0])
def test_ratio_holds_in_expectation(ratio):
    drawn = pd.concat(simulate.crossover_trial(seed, ratio) for seed in range(200))
    means = drawn.groupby("treated")["count"].mean()
    # About 11,000 control and 4,000 treated crimes: a standard error of about 0.02.
    assert means[True] / means[False] == pytest.approx(ratio, abs=0.05)


def test_control_rate_is_the_expected_one():
    rates = simulate.expected_rates()
    drawn = pd.concat(simulate.crossover_trial(seed, 1.0) for seed in range(100))
    expected = rates.to_numpy().mean() * MEAN_CRIMES
    assert drawn["count"].mean() == pytest.approx(expected, rel=0.03)


def test_committed_rates_are_those_of_the_town(towns):
    committed, own = simulate.expected_rates(), simulate.expected_rates(towns[0])
    np.testing.assert_allclose(committed.to_numpy(), own.to_numpy(), atol=1e-6)


def test_counts_of_whole_towns_agree_with_the_expected_rates(towns):
    control, expected = 0, 0.0
    for drawn in towns:
        places = {a.place_id: a.polygon for a in drawn.areas if a.kind == "trial"}
        counts = simulate.trial_counts(drawn.crimes, places, drawn.assignment)
        rates = simulate.expected_rates(drawn).stack() * MEAN_CRIMES
        untreated = counts[~counts["treated"]]
        control += untreated["count"].sum()
        expected += rates.loc[list(zip(untreated["day"], untreated["place_id"], strict=True))].sum()
    assert abs(control - expected) < 3.5 * np.sqrt(1.2 * expected)


def test_thinning_touches_only_public_crimes_of_treated_place_days(towns):
    drawn = towns[0]
    hospital = drawn.points.query("kind == 'hospital'")[["easting", "northing"]].iloc[0]
    landmarks = Landmarks((drawn.station.x, drawn.station.y), tuple(hospital))
    parts = (7, drawn.streets, drawn.addresses, drawn.places, drawn.areas, landmarks)
    untouched = draw_occurrences(*parts, drawn.assignment, rate_ratio=1.0)
    none_left = draw_occurrences(*parts, drawn.assignment, rate_ratio=0.0)
    due = treated_mask(untouched, drawn.areas, drawn.assignment) & untouched["is_public"]
    assert due.sum() > 10
    pd.testing.assert_frame_equal(untouched[~due].reset_index(drop=True), none_left)
