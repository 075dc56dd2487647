"""Capacity before a plan, a unit more or fewer, and what equal shares would cost."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import tasking
from analytics.tasking import TaskingSettings
from analytics.tasking.arithmetic import near_minutes
from analytics.tasking.briefings import make_briefing, save_briefing
from analytics.tasking.comparison import equal_comparison, turns
from analytics.tasking.demand import visit_quotas
from analytics.tasking.ledger import visits_in_stretch
from analytics.tasking.what_if import changed_duties
from analytics.workspace import InputError, Refused, User, make_settings

from .conftest import COUNTS, MONDAY, add_list, add_roster


def chosen(**values) -> TaskingSettings:
    week = {"from": MONDAY, "to": MONDAY + timedelta(days=6), "iterations": 60, "seed": 1}
    return make_settings(TaskingSettings, {**week, **values})


@given(st.integers(30, 720), st.integers(10, 16), st.integers(0, 30), st.integers(0, 30))
@settings(deadline=None)
def test_the_visits_of_a_stretch_fit_and_one_more_does_not(minutes, visit, travel, base):
    def takes(number: int) -> int:
        return number * visit + (number - 1) * travel + 2 * base if number else 0

    number = visits_in_stretch(minutes, visit, travel, base)
    assert takes(number) <= minutes
    assert takes(number + 1) > minutes


def test_near_minutes_are_the_mean_way_to_the_nearest_places():
    x = np.array([0.0, 1.0, 3.0, 100.0])
    minutes = np.abs(x[:, None] - x[None, :])
    # To the two nearest: (1 + 3) / 2, (1 + 2) / 2, (2 + 3) / 2; the far one is not wanted.
    assert near_minutes(minutes, np.array([1, 1, 2, 0])) == pytest.approx((2 + 1.5 + 2 * 2.5) / 4)


def test_capacity_is_known_before_the_plan_and_agrees_with_it(patrol_workspace, acting):
    for visits_per_day in (1, 8):
        asked = chosen(visits_per_day=visits_per_day)
        before = tasking.capacity(patrol_workspace, acting, asked)
        plan = tasking.preview_plan(patrol_workspace, acting, asked)
        assert before.unit_shifts == plan.ledger.unit_shifts == 21
        assert before.shift_hours == plan.ledger.shift_hours == 21 * 8
        assert before.off_hours == plan.ledger.off_hours == pytest.approx(21 * 1.25)
        assert before.visits_wanted == pytest.approx(plan.ledger.visits_wanted, abs=1)
        assert before.visits_expected == pytest.approx(plan.ledger.visits_planned, rel=0.2)
        assert before.visits_expected + before.unserved == before.visits_wanted


def test_capacity_leaves_partners_places_out(patrol_workspace, acting):
    save_briefing(patrol_workspace, acting, "H01", make_briefing({"partner": "wardens"}))
    before = tasking.capacity(patrol_workspace, acting, chosen())
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    assert before.partner_visits == pytest.approx(plan.partners["visits_wanted"].sum(), abs=1)
    assert before.visits_wanted + before.partner_visits == pytest.approx(2 * 12 * 7, abs=1)
    assert before.as_json()["unserved"] == before.unserved


def test_capacity_needs_a_roster_and_the_right(empty_workspace, acting):
    add_list(empty_workspace, acting)
    with pytest.raises(InputError, match="Load a roster"):
        tasking.capacity(empty_workspace, acting, chosen())
    with pytest.raises(Refused):
        tasking.capacity(empty_workspace, User("pc", "PC", frozenset({"officer"})), chosen())


def test_a_unit_fewer_serves_less_and_one_more_serves_more(empty_workspace, acting):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, units=2, hours=6)
    fewer, same, more = tasking.what_if(empty_workspace, acting, chosen(visits_per_day=8))
    assert [each.change for each in (fewer, same, more)] == [
        "1 fewer on foot",
        "As rostered",
        "1 more on foot",
    ]
    assert [each.ledger.unit_shifts for each in (fewer, same, more)] == [3, 6, 9]
    planned = [each.ledger.visits_planned for each in (fewer, same, more)]
    assert planned[0] < planned[1] < planned[2]
    assert fewer.violence_covered < same.violence_covered < more.violence_covered
    again = tasking.what_if(empty_workspace, acting, chosen(visits_per_day=8))
    assert again == [fewer, same, more]
    _, cars = tasking.what_if(empty_workspace, acting, chosen(visits_per_day=8), {"car": 2})
    assert (cars.change, cars.ledger.unit_shifts) == ("2 more by car", 12)


def test_units_are_added_to_and_taken_from_every_shift(patrol_workspace):
    duties, _ = tasking.roster.read_duties(patrol_workspace, MONDAY, MONDAY)
    assert len(changed_duties(duties, {"foot": -5})) == 0
    assert changed_duties(duties, {"car": -1}) == duties
    more = changed_duties(duties, {"foot": 1, "car": 1})
    assert [duty.unit for duty in more[3:]] == ["foot +1", "car +1"]
    assert more[4].mode == "car"
    assert more[4].starts == duties[0].starts


def test_turns_are_sums_of_the_parts_straight_between():
    assert turns(np.array([0, 1, 2, 3])) == pytest.approx([0, 1, 1.5, 1.5 + 1 / 3])
    assert turns(np.array([0.5, 1.5])) == pytest.approx([0.5, 1.25])


def test_equal_shares_of_the_same_visits_cover_less(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen(visits_per_day=3))
    table = equal_comparison(plan).set_index("shared_out")
    ours, equal = table.loc["As in this plan"], table.loc["Equal to all"]
    assert ours["visits"] == equal["visits"] == len(plan.visits)
    assert equal["part_of_plan"] < 0.95
    # By hand: with even need every visit of a place covers the same, its share of the list.
    per_visit = plan.place_days.groupby("hotspot_id")["covers"].first()
    share = np.array(COUNTS) / sum(COUNTS)
    assert per_visit.to_numpy() / per_visit.sum() == pytest.approx(share, rel=0.02)


def test_an_equal_plan_compares_with_itself(patrol_workspace, acting):
    plan = tasking.preview_plan(
        patrol_workspace, acting, chosen(share_out="equal", visits_per_day=1)
    )
    assert equal_comparison(plan)["part_of_plan"].iat[1] == pytest.approx(1.0)


def test_places_under_control_are_in_neither(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    shut = plan.place_days.assign(is_open=plan.place_days["hotspot_id"] != "H01")
    table = equal_comparison(replace(plan, place_days=shut))
    assert table["visits"].iat[1] == (plan.visits["hotspot_id"] != "H01").sum()


@given(st.lists(st.floats(0.5, 50), min_size=2, max_size=6), st.integers(1, 20))
@settings(max_examples=50, deadline=None)
def test_shares_in_proportion_cover_the_most(needs, visits):
    """No other sharing out of as many visits does better than proportion, whole visits apart."""
    need = np.array(needs)
    held = np.zeros(len(need))
    for _ in range(visits * len(need)):
        held[np.argmax(need / (held + 1))] += 1
    best = float((need * turns(held)).sum())
    ours = visit_quotas(need, visits, np.zeros(len(need)), np.full(len(need), 1e9))
    assert float((need * turns(ours)).sum()) <= best + 1e-9
    assert np.abs(held - ours).max() <= len(need)


def test_the_frame_of_place_days_has_every_place_on_every_day(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    assert len(plan.place_days) == 7 * len(COUNTS)
    planned = plan.place_days[plan.place_days["planned"] > 0]
    counted = plan.visits.groupby(["day", "hotspot_id"]).size()
    assert isinstance(counted, pd.Series)
    assert planned["planned"].sum() == counted.sum()
