"""What a person fixed stands, what a place's rules say is kept, and the rest is feasible."""

from datetime import datetime, time, timedelta

import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import tasking
from analytics.tasking import TaskingSettings
from analytics.tasking.briefings import make_briefing, save_briefing
from analytics.tasking.pins import Pin
from analytics.tasking.plan_edits import Visit, add_visit, cancel_visit, move_visit
from analytics.tasking.rules import read_rules
from analytics.workspace import make_settings

from .checker import faults
from .conftest import MONDAY, add_list, add_roster


def chosen(**values) -> TaskingSettings:
    base = {"from": MONDAY, "to": MONDAY, "iterations": 60, "seed": 1}
    return make_settings(TaskingSettings, {**base, **values})


def visit_at(hotspot_id: str, unit: str, hour: int, minute: int = 0, minutes: int = 15) -> Visit:
    starts = datetime(2026, 9, 7, hour, minute)
    return Visit(MONDAY, "late", unit, hotspot_id, starts, minutes)


def as_pin(visit: Visit) -> Pin:
    return Pin(visit.day, visit.shift, visit.unit, visit.hotspot_id, visit.starts, visit.minutes)


def test_a_whole_week_is_feasible_by_the_independent_checker(patrol_workspace, acting):
    week = chosen(to=MONDAY + timedelta(days=6), visits_per_day=5)
    plan = tasking.preview_plan(patrol_workspace, acting, week)
    assert len(plan.visits) > 250
    assert faults(plan) == []


def test_added_and_moved_visits_stand_in_the_next_plan(patrol_workspace, acting):
    tasking.save_plan(patrol_workspace, acting, chosen(visits_per_day=1))
    pins = [visit_at("H12", "U1", 15, 7), visit_at("H11", "U1", 20, 1), visit_at("H12", "U2", 17)]
    for pin in pins[:2]:
        add_visit(patrol_workspace, acting, pin, "asked for by the ward")
    add_visit(patrol_workspace, acting, visit_at("H12", "U2", 16), "asked for")
    move_visit(patrol_workspace, acting, visit_at("H12", "U2", 16), pins[2], "later is better")
    for seed in (2, 3, 4):
        plan = tasking.preview_plan(patrol_workspace, acting, chosen(seed=seed, visits_per_day=6))
        assert faults(plan, pins=[as_pin(pin) for pin in pins]) == []
        assert not any("fixed by hand" in text for text in plan.warnings)


def test_a_pin_in_the_usual_break_moves_the_break(patrol_workspace, acting):
    tasking.save_plan(patrol_workspace, acting, chosen())
    pin = visit_at("H01", "U1", 17, 50)
    add_visit(patrol_workspace, acting, pin, "match day")
    plan = tasking.preview_plan(patrol_workspace, acting, chosen(seed=5))
    assert faults(plan, pins=[as_pin(pin)]) == []


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        (visit_at("H01", "U1", 21, 40), "at its briefing, on its break or off patrol"),
        (visit_at("H01", "U1", 9), "U1 is not on duty then"),
        (visit_at("H01", "U9", 15), "U9 is not on duty that day"),
        (visit_at("H12", "U1", 14, 16), "cannot be there in time"),
        (visit_at("H99", "U1", 15), "not on the list in force"),
    ],
)
def test_a_pin_that_cannot_stand_is_told_in_one_sentence(patrol_workspace, acting, pin, reason):
    tasking.save_plan(patrol_workspace, acting, chosen())
    add_visit(patrol_workspace, acting, pin, "why not")
    plan = tasking.preview_plan(patrol_workspace, acting, chosen(seed=6))
    told = [text for text in plan.warnings if "fixed by hand" in text]
    assert len(told) == 1
    assert reason in told[0]
    assert faults(plan) == []


def test_of_two_pins_that_exclude_each_other_the_later_change_stands(patrol_workspace, acting):
    tasking.save_plan(patrol_workspace, acting, chosen())
    first, second = visit_at("H01", "U1", 15), visit_at("H12", "U1", 15, 16)
    add_visit(patrol_workspace, acting, first, "one")
    add_visit(patrol_workspace, acting, second, "two")
    plan = tasking.preview_plan(patrol_workspace, acting, chosen(seed=6))
    assert faults(plan, pins=[as_pin(second)]) == []
    assert any("Place 1 at 15:00" in text for text in plan.warnings)


def test_a_cancelled_visit_is_not_offered_again_to_that_unit_in_that_hour(patrol_workspace, acting):
    plan = tasking.save_plan(patrol_workspace, acting, chosen(visits_per_day=6))
    row = next(plan.visits.itertuples())
    gone = Visit(row.day, row.shift, row.unit, row.hotspot_id, row.starts.to_pydatetime(), 15)
    cancel_visit(patrol_workspace, acting, gone, "school event")
    for seed in range(1, 6):
        again = tasking.preview_plan(patrol_workspace, acting, chosen(seed=seed, visits_per_day=6))
        same = again.visits[
            (again.visits["unit"] == gone.unit)
            & (again.visits["hotspot_id"] == gone.hotspot_id)
            & (again.visits["starts"].dt.hour == gone.starts.hour)
        ]
        assert same.empty
        assert faults(again) == []


def test_rules_of_a_place_are_kept(patrol_workspace, acting):
    rules = {
        "H01": {"not_units": ["U1", "U2"]},
        "H02": {"hours": [["19:00", "21:00"]]},
        "H03": {"partner": "wardens"},
        "H04": {"most_visits_per_day": 1},
        "H12": {"least_visits_per_day": 2},
    }
    for hotspot_id, values in rules.items():
        save_briefing(patrol_workspace, acting, hotspot_id, make_briefing(values))
    week = chosen(to=MONDAY + timedelta(days=2), visits_per_day=4)
    plan = tasking.preview_plan(patrol_workspace, acting, week)
    assert faults(plan, rules=read_rules(patrol_workspace)) == []
    planned = plan.visits.groupby(["hotspot_id", "day"]).size().unstack(fill_value=0)
    assert planned.loc["H01"].sum() > 0
    assert planned.loc["H02"].sum() > 0
    assert planned.loc["H04"].max() == 1
    assert planned.loc["H12"].min() >= 2
    assert set(plan.partners["hotspot_id"]) == {"H03"}
    assert set(plan.partners["partner"]) == {"wardens"}
    assert (plan.partners["visits_wanted"] > 0).all()
    assert plan.as_json()["partners"][0]["partner"] == "wardens"


def test_where_no_unit_may_be_sent_the_plan_says_so(patrol_workspace, acting):
    save_briefing(patrol_workspace, acting, "H01", make_briefing({"not_units": ["U1", "U2", "U3"]}))
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    unmet = plan.unmet.set_index("hotspot_id")
    assert unmet.loc["H01", "reason"] == "No unit that may be sent is on duty at the hours wanted"


def test_tonight_keeps_clear_of_the_visits_before_it(patrol_workspace, acting):
    tasking.save_plan(patrol_workspace, acting, chosen(visits_per_day=6))
    unit = tasking.TonightUnit(name="Z", mode="foot", starts=time(17), until=time(22), base="Base")
    plan = tasking.tonight(patrol_workspace, acting, [unit], day=MONDAY)
    tasking.issue_plan(patrol_workspace, acting, plan)
    held = tasking.plan_in_force(patrol_workspace, MONDAY, MONDAY).sort_values("starts")
    assert {"U1", "Z"} <= set(held["unit"])
    for _, mine in held.groupby("hotspot_id"):
        ends = mine["starts"] + pd.to_timedelta(mine["minutes"], unit="min")
        gaps = mine["starts"].iloc[1:].to_numpy() - ends.iloc[:-1].to_numpy()
        assert (gaps >= pd.Timedelta(minutes=30)).all()


UNITS = st.lists(
    st.tuples(st.integers(6, 23), st.integers(1, 10), st.sampled_from(["foot", "cycle", "car"])),
    min_size=1,
    max_size=5,
)


@given(UNITS, st.floats(0.5, 8), st.integers(0, 1000))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_night_is_feasible(listed_workspace, acting, units, visits, seed):
    workspace = listed_workspace
    named = [
        tasking.TonightUnit(
            name=f"U{number}",
            mode=mode,
            starts=time(hour),
            until=time((hour + length) % 24),
            base="Base" if number % 2 else "",
        )
        for number, (hour, length, mode) in enumerate(units)
    ]
    asked = make_settings(
        TaskingSettings, {"seed": seed, "visits_per_day": visits, "iterations": 50}
    )
    plan = tasking.tonight(workspace, acting, named, day=MONDAY, settings=asked)
    assert faults(plan, controls={(MONDAY, "H02")}) == []


@pytest.fixture
def listed_workspace(empty_workspace, acting):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, days=1)
    control = shapely.box(430_400, 298_000, 430_500, 298_100)
    place = {"load_id": "p", "place_id": "TP01", "name": "Corner", "kind": "trial"}
    place |= {"geometry": shapely.to_wkb(control), "x": 0.0, "y": 0.0, "area_m2": 1e4}
    assignment = {"load_id": "a", "place_id": "TP01", "day": [MONDAY], "is_treatment": [False]}
    with empty_workspace.write(acting, "collect", "load", "trial") as transaction:
        transaction.insert("places", pd.DataFrame([place]))
        transaction.insert("assignment", pd.DataFrame(assignment))
        transaction.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) VALUES "
            "('p', 'places', 1, 'p', false), ('a', 'assignment', 2, 'a', false)"
        )
    return empty_workspace
