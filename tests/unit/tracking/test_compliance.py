"""Delivered against planned, with published examples (domain reference 10.8)."""

import pandas as pd
import pytest

from analytics.tracking import Delivery, wilson
from analytics.tracking.compliance import delivery, planned_by_place_day


@pytest.mark.parametrize(("delivered", "percent"), [(24, 53.33), (26, 57.78)])
def test_delivered_of_planned(delivered, percent):
    assert Delivery(45, delivered).compliance * 100 == pytest.approx(percent, abs=0.005)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(706, 720, 96.76, 98.84), (45, 60, 62.77, 84.22)],
)
def test_wilson_interval(successes, trials, low, high):
    found = wilson(successes, trials)
    assert [value * 100 for value in found] == pytest.approx([low, high], abs=0.005)


def test_wilson_refuses_no_trials():
    with pytest.raises(ValueError, match="at least one trial"):
        wilson(0, 0)


def test_over_delivery_in_one_place_hides_no_miss():
    days = pd.DataFrame({"qualifying": [5, 0, 3], "planned": [2, 2, 0]})
    found = delivery(days)
    assert (found.planned, found.delivered, found.compliance) == (4, 2, 0.5)


def test_nothing_planned_has_no_compliance():
    assert Delivery(0, 0).compliance is None
    assert Delivery(0, 0).interval() is None


def test_planned_visits_are_counted_by_place_and_day():
    plan = pd.DataFrame(
        {
            "hotspot_id": ["x", "x", "y"],
            "day": pd.to_datetime(["2026-06-08", "2026-06-08", "2026-06-09"]),
        }
    )
    found = planned_by_place_day(plan)
    assert found["planned"].tolist() == [2, 1]
