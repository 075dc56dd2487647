"""Accuracy examples of the domain reference, section 10.4, and the worst-case tie rule."""

import numpy as np
import pytest

from analytics.targeting.statistics import accuracy


@pytest.mark.parametrize(
    ("hits", "area", "pai"), [(25, 0.05, 5.0), (20, 0.10, 2.0), (25, 0.50, 0.5)]
)
def test_prediction_accuracy_index(hits, area, pai):
    assert accuracy.prediction_accuracy_index(hits, 100, area, 1.0) == pytest.approx(pai)


def test_every_list_length_of_a_ranking():
    scores = accuracy.score_ranking([3, 2, 1], [6, 3, 0])
    assert scores["pai"].tolist() == pytest.approx([2, 1.5, 1])
    assert scores["pei"].tolist() == pytest.approx([1, 1, 1])
    assert scores["rri"].tolist() == pytest.approx([0.5, 0.5556, 0.6667], abs=5e-5)


def test_ties_are_taken_worst_first_whatever_the_order_of_rows():
    predicted, observed = np.array([1, 1, 1, 5]), np.array([4, 0, 2, 1])
    first = accuracy.score_ranking(predicted, observed)
    again = accuracy.score_ranking(predicted[[2, 3, 0, 1]], observed[[2, 3, 0, 1]])
    assert first["hits"].tolist() == again["hits"].tolist() == [1, 1, 3, 7]


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
