"""What a plan remembers of the days before it, and whose hours a place follows."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics import targeting, tasking
from analytics.tasking import TaskingSettings, hours, memory
from analytics.tasking.clock import DayClock
from analytics.tasking.demand import wanted_visits
from analytics.tasking.hours import bank_holidays, shrunk
from analytics.tasking.memory import carried_on, remembered
from analytics.workspace import make_settings

from .checker import faults
from .conftest import MONDAY, add_list, add_roster


def chosen(**values) -> TaskingSettings:
    week = {"from": MONDAY, "to": MONDAY + timedelta(days=6), "iterations": 60, "seed": 3}
    return make_settings(TaskingSettings, {**week, **values})


def test_a_place_missed_whole_is_worth_once_more_each_day_up_to_three_times():
    held, worth = 0.0, []
    for _ in range(4):
        held = carried_on(held, 1.0)
        worth.append(1 + held)
    assert worth == [2.0, 3.0, 3.0, 3.0]
    assert carried_on(held, 0.0) == 0.0
    assert carried_on(0.0, 0.5) == 0.5


def test_what_is_carried_multiplies_the_worth_of_the_places_visits():
    need = np.full((2, 720), 0.01)
    plain = wanted_visits([1, 1], need, TaskingSettings(), np.random.default_rng(1))
    carried = np.array([1.0, 2.0])
    weighed = wanted_visits(
        [1, 1], need, TaskingSettings(), np.random.default_rng(1), carried=carried
    )
    assert weighed["worth"].to_numpy() == pytest.approx(plain["worth"].to_numpy() * carried)


def test_with_memory_fewer_places_go_without_all_week(empty_workspace, acting, monkeypatch):
    add_list(empty_workspace, acting, [30, 28, 26, 24, 22, 20, 18, 17, 16, 15, 14, 13])
    add_roster(empty_workspace, acting, units=1, hours=3)
    asked = chosen(share_out="equal", visits_per_day=1)
    plan = tasking.preview_plan(empty_workspace, acting, asked)
    assert faults(plan) == []
    monkeypatch.setattr(memory, "MOST_CARRIED", 0.0)
    tasking.plan._recent = type(tasking.plan._recent)(8)
    forgetful = tasking.preview_plan(empty_workspace, acting, asked)
    assert plan.ledger.unserved > 0
    longest = longest_wait(plan.visits)
    assert longest < longest_wait(forgetful.visits)
    assert longest <= 4


def longest_wait(visits: pd.DataFrame) -> int:
    """The most days in a row that any of the twelve places goes without."""
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    longest = 0
    for number in range(1, 13):
        served = set(visits.loc[visits["hotspot_id"] == f"H{number:02d}", "day"])
        wait = 0
        for day in days:
            wait = 0 if day in served else wait + 1
            longest = max(longest, wait)
    return longest


def test_the_plan_in_force_on_the_day_before_is_remembered(empty_workspace, acting):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, units=1, hours=3)
    tuesday = MONDAY + timedelta(days=1)
    assert remembered(empty_workspace, tuesday).carried == {}
    monday = tasking.save_plan(
        empty_workspace, acting, chosen(to=MONDAY, share_out="equal", visits_per_day=1)
    )
    known = remembered(empty_workspace, tuesday)
    missed = set(monday.unmet["hotspot_id"])
    assert missed
    assert {place for place, part in known.carried.items() if part > 0} == missed
    assert len(known.visits) == len(monday.visits)


def test_a_visit_late_last_night_keeps_its_distance_in_the_morning(empty_workspace, acting):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, days=1)
    clock = DayClock(MONDAY, empty_workspace.timezone, empty_workspace.day_starts_minutes)
    before = pd.DataFrame(
        {"hotspot_id": ["H01"], "starts": [datetime(2026, 9, 7, 5, 50)], "minutes": [15.0]}
    )
    asked = chosen(to=MONDAY)
    need = tasking.need.read_need(empty_workspace, acting, [MONDAY], asked)[MONDAY]
    day = tasking.day.Day(clock, need, np.ones(12, dtype=int), [])
    held = memory.Memory(visits=before).into(day).earlier
    assert [(visit.begins, visit.ends) for visit in held] == [(-10, 5)]


def test_a_places_own_hours_are_drawn_towards_those_of_all():
    pooled = np.full((7, 24), 1 / 168)
    own = np.zeros((7, 24))
    own[5, 23] = 100.0
    mixed = shrunk(own, pooled)
    assert mixed.sum() == pytest.approx(1.0)
    assert mixed[5, 23] == pytest.approx(0.5 + 0.5 / 168)
    assert shrunk(own * 1000, pooled)[5, 23] > 0.99


def test_only_places_with_enough_timed_crimes_have_hours_of_their_own(
    empty_workspace, acting, monkeypatch
):
    add_list(empty_workspace, acting, [150, 120, 40])
    asked: list[list[str]] = []

    def profile(workspace, user, settings, hotspot_ids):
        asked.append(hotspot_ids)
        matrix = np.zeros((7, 24))
        matrix[4, 22] = 310.0
        if len(hotspot_ids) > 1:
            return targeting.HourProfile(matrix, 310)
        # The second place has the crimes, but too few of them have a time.
        events = 150 if hotspot_ids == ["H01"] else 60
        own = np.zeros((7, 24))
        own[0, 12] = events
        return targeting.HourProfile(own, events, "own" if events >= 100 else "pooled")

    monkeypatch.setattr(hours.targeting, "hour_weekday", profile)
    held = targeting.list_in_force(empty_workspace, MONDAY)
    found = hours.hours_of_need(empty_workspace, acting, held, None)
    assert asked[1:] == [["H01"], ["H02"]]
    assert found.own == 1
    assert found.profiles.sum(axis=(1, 2)) == pytest.approx(np.ones(3))
    assert found.profiles[0, 0, 12] == pytest.approx(150 / 250)
    assert found.profiles[1, 4, 22] == found.profiles[2, 4, 22] == 1.0


def test_expected_violence_adds_up_to_the_lists_crimes_a_week(patrol_workspace, acting):
    need = tasking.need.read_need(patrol_workspace, acting, [MONDAY], chosen())[MONDAY]
    assert need.rates.sum() == pytest.approx(need.per_week)
    share = need.rates.sum(axis=(1, 2)) / need.per_week
    assert share == pytest.approx(need.places["share"].to_numpy())


def test_bank_holidays_are_those_of_the_nation():
    days = [date(2026, 12, 24) + timedelta(days=number) for number in range(10)]
    england = bank_holidays(days, "ENG")
    # Boxing Day is a Saturday in 2026: the day itself and the Monday in its place.
    christmas = [date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 28)]
    assert set(england) == {*christmas, date(2027, 1, 1)}
    assert set(bank_holidays([date(2026, 11, 30)], "SCT")) == {date(2026, 11, 30)}
    assert bank_holidays([date(2026, 11, 30)], "ENG") == {}


def test_a_bank_holiday_is_flagged_and_follows_sunday_only_where_chosen(patrol_workspace, acting):
    day = date(2026, 8, 31)
    plain, sunday = (
        tasking.need.read_need(patrol_workspace, acting, [day], chosen(bank_holiday_need=follows))[
            day
        ]
        for follows in ("weekday", "sunday")
    )
    assert any("31 Aug" in text and "may not hold" in text for text in plain.warnings)
    assert any("follow Sunday's" in text for text in sunday.warnings)
    assert plain.weekday(day) == 0
    assert sunday.weekday(day) == 6
