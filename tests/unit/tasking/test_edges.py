"""Days at the edge: clock changes, shifts too short, nobody on, breaks, streets that do not join."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import tasking
from analytics.geography.routing import street_network
from analytics.tasking import TaskingSettings, TonightUnit
from analytics.tasking.travel import FOOT, Ways
from analytics.workspace import make_settings

from .checker import faults
from .conftest import MONDAY, add_list, add_roster

QUICK = TaskingSettings(seed=3, iterations=80, visits_per_day=6)


def night(workspace, user, day, starts=22, until=4):
    unit = TonightUnit(name="A", mode="foot", starts=time(starts), until=time(until), base="Base")
    return tasking.tonight(workspace, user, [unit], day=day, settings=QUICK)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 24), 7), (date(2027, 3, 27), 5), (date(2026, 10, 17), 6)]
)
def test_a_night_of_a_clock_change_has_the_hours_that_pass(empty_workspace, acting, day, hours):
    add_list(empty_workspace, acting)
    plan = night(empty_workspace, acting, day)
    assert plan.ledger.shift_hours == hours
    problem, routes = plan.days[0].problem, plan.days[0].routes
    assert sum(map(len, routes)) == len(plan.visits) > 0
    spent = plan.visits["minutes"].sum() + plan.visits["travel_minutes"].sum()
    assert spent <= hours * 60
    for stretch, part in enumerate(problem.stretches):
        assert part.late - part.early == hours * 60
        assert len(routes[stretch]) <= hours * 60 / QUICK.visit_minutes
    if hours == 5:
        # From 01:00 the clock goes to 02:00: nobody can be anywhere in between.
        assert not plan.visits["starts"].dt.hour.eq(1).any()
    assert plan.visits["starts"].max() < datetime.combine(day, time(4)) + timedelta(days=1)


def test_a_shift_shorter_than_one_visit_is_planned_without_a_visit(empty_workspace, acting):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, units=1, days=1, hours=1)
    chosen = make_settings(
        TaskingSettings,
        {"from": MONDAY, "to": MONDAY, "admin_minutes": 50, "seed": 1, "iterations": 80},
    )
    plan = tasking.preview_plan(empty_workspace, acting, chosen)
    assert plan.visits.empty
    assert plan.value == 0
    assert plan.upper_bound == 0
    assert plan.served_at_least is None
    assert plan.ledger.visits_possible == 0
    assert plan.unmet["visits_wanted"].sum() == plan.ledger.visits_wanted > 0
    assert "not measurable" in tasking.ledger_table(plan)["Amount"].tolist()
    assert "none of the need" in tasking.answer(plan)
    assert tasking.save_bound(empty_workspace, acting, plan).upper_bound == 0


def test_with_every_unit_off_patrol_the_plan_is_empty(patrol_workspace, acting):
    for name in ("U1", "U2", "U3"):
        begins = datetime.combine(MONDAY, time(14))
        tasking.log_abstraction(
            patrol_workspace, acting, name, begins, begins + timedelta(hours=8), "sick"
        )
    chosen = make_settings(
        TaskingSettings, {"from": MONDAY, "to": MONDAY, "seed": 1, "iterations": 80}
    )
    plan = tasking.preview_plan(patrol_workspace, acting, chosen)
    assert plan.visits.empty
    assert set(plan.unmet["reason"]) == {"No unit is on duty that day"}


def test_hours_off_in_the_middle_of_a_shift_are_kept_free(patrol_workspace, acting):
    begins = datetime.combine(MONDAY, time(15))
    tasking.log_abstraction(
        patrol_workspace, acting, "U1", begins, begins + timedelta(hours=1), "court"
    )
    chosen = make_settings(
        TaskingSettings,
        {"from": MONDAY, "to": MONDAY, "seed": 1, "iterations": 80, "visits_per_day": 5},
    )
    plan = tasking.preview_plan(patrol_workspace, acting, chosen)
    assert faults(plan) == []
    mine = plan.visits[plan.visits["unit"] == "U1"]
    ends = mine["starts"] + pd.to_timedelta(mine["minutes"], unit="min")
    assert ((ends <= begins) | (mine["starts"] >= begins + timedelta(hours=1))).all()


def test_streets_that_do_not_join_are_crossed_in_a_straight_line():
    lines = [
        shapely.LineString([(0, 0), (1000, 0)]),
        shapely.LineString([(0, 2000), (1000, 2000)]),
    ]
    at = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 2000.0]])
    choices = TaskingSettings()
    ways = Ways(choices, street_network(np.array(lines, dtype=object), ["road"] * 2), "t", at)
    minutes = ways.minutes(at[:, 0], at[:, 1], FOOT)
    straight = Ways(choices).minutes(at[:, 0], at[:, 1], FOOT)
    assert np.isfinite(minutes).all()
    assert minutes[1, 2] == straight[1, 2]
    assert minutes[0, 1] < straight[0, 1]


@pytest.mark.parametrize("visits_per_day", [1, 4, 10])
@pytest.mark.parametrize("units", [1, 3])
def test_a_plan_never_holds_more_than_its_hours(empty_workspace, acting, visits_per_day, units):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, days=1, units=units)
    chosen = make_settings(
        TaskingSettings,
        {
            "from": MONDAY,
            "to": MONDAY,
            "seed": 2,
            "iterations": 80,
            "visits_per_day": visits_per_day,
        },
    )
    plan = tasking.preview_plan(empty_workspace, acting, chosen)
    sums = plan.ledger
    assert faults(plan) == []
    assert sums.visit_hours + sums.travel_hours + sums.off_hours <= sums.shift_hours
    assert sums.free_hours >= 0
    assert sums.visits_planned <= sums.visits_wanted
    by_place = plan.unmet.set_index("hotspot_id")
    planned = plan.visits.groupby("hotspot_id").size()
    missed = (by_place["visits_wanted"] - by_place["visits_planned"]).sum()
    assert sums.visits_planned + missed == sums.visits_wanted
    assert (by_place["visits_planned"] == planned.reindex(by_place.index).fillna(0)).all()
