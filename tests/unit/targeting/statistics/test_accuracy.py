"""Accuracy examples of the domain reference, section 10.4, and the rule for ties."""

from itertools import combinations

import numpy as np
import pytest

from analytics.targeting.statistics import accuracy


@pytest.mark.parametrize(
    ("hits", "area", "pai"), [(25, 0.05, 5.0), (20, 0.10, 2.0), (25, 0.50, 0.5)]
)
def test_prediction_accuracy_index(hits, area, pai):
    assert accuracy.prediction_accuracy_index(hits, 100, area, 1.0) == pytest.approx(pai)


@pytest.mark.parametrize(
    ("places", "pai", "pei", "rri"), [(1, 2, 1, 0.5), (2, 1.5, 1, 0.5556), (3, 1, 1, 0.6667)]
)
def test_every_list_length_of_a_published_ranking(places, pai, pei, rri):
    predicted, observed = np.array([3, 2, 1]), np.array([6, 3, 0])
    share = accuracy.list_share(predicted, places)
    hits, best = share @ observed, accuracy.list_share(observed, places) @ observed
    assert accuracy.prediction_accuracy_index(hits, 9, places, 3) == pytest.approx(pai)
    assert accuracy.prediction_efficiency_index(hits, best) == pytest.approx(pei)
    found = accuracy.recapture_rate_index(share @ predicted, hits)
    assert found == pytest.approx(rri, abs=5e-5)


def test_equal_values_share_the_last_places_as_a_lot_would_on_average():
    field, observed = np.array([5, 3, 3, 3, 1]), np.array([9, 1, 7, 4, 0])
    share = accuracy.list_share(field, 3)
    assert share.tolist() == pytest.approx([1, 2 / 3, 2 / 3, 2 / 3, 0])
    every = [9 + sum(observed[list(pair)]) for pair in combinations((1, 2, 3), 2)]
    assert share @ observed == pytest.approx(np.mean(every))
    order = np.array([3, 0, 4, 2, 1])
    shuffled = accuracy.list_share(field[order], 3)
    assert shuffled @ observed[order] == pytest.approx(share @ observed)


def test_nothing_and_the_unknown_are_never_listed():
    assert accuracy.list_share([0, 2, np.nan, 1, -3], 4).tolist() == [0, 1, 0, 1, 0]


def test_ties_at_the_end_of_a_list_give_a_range():
    predicted, observed = np.array([5, 3, 3, 3, 1]), np.array([9, 1, 7, 4, 0])
    assert accuracy.tie_range(predicted, observed, 2) == (10, 16)
    assert accuracy.tie_range(predicted, observed, 3) == (14, 20)
    assert accuracy.tie_range(predicted, observed, 4) is None
    assert accuracy.tie_range(predicted, observed, 1) is None


def test_other_indices():
    assert accuracy.search_efficiency_rate(30, 2.5) == 12.0
    assert accuracy.prediction_efficiency_index(18, 30) == pytest.approx(0.6)
    assert accuracy.hit_rate(12, 30) == 0.4
    assert accuracy.precision(12, 8) == 0.6
    assert accuracy.f1_score(12, 8, 18) == pytest.approx(0.48)


def test_no_events_have_no_score():
    with pytest.raises(ValueError, match="event"):
        accuracy.hit_rate(0, 0)
    with pytest.raises(ValueError, match="areas"):
        accuracy.prediction_accuracy_index(1, 2, 0, 1)
    with pytest.raises(ValueError, match="RRI"):
        accuracy.recapture_rate_index(3, 0)
