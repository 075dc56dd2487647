"""Briefings, abstractions and changes of a plan: kept, audited, applied and taken back."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from analytics import tasking
from analytics.tasking import Briefing, Pop, Visit
from analytics.tasking.clock import DayClock
from analytics.tasking.plan_edits import standing_edits
from analytics.tasking.roster import off_minutes, read_duties, stretches
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import InputError, Refused, User
from tests.unit.tasking.conftest import MONDAY

OFFICER = User("one", "One", frozenset({"officer"}))
QUICK = TaskingSettings.model_validate({"from": MONDAY, "to": MONDAY, "seed": 3, "iterations": 60})


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, minute)


def keys(frame) -> set[tuple]:
    return {(row.unit, row.hotspot_id, row.starts.to_pydatetime()) for row in frame.itertuples()}


@pytest.fixture
def planned(patrol_workspace, acting):
    tasking.save_plan(patrol_workspace, acting, QUICK)
    return patrol_workspace


def first_visit(workspace) -> Visit:
    row = next(tasking.plan_in_force(workspace, MONDAY, MONDAY).itertuples())
    return Visit(
        MONDAY, row.shift, row.unit, row.hotspot_id, row.starts.to_pydatetime(), row.minutes
    )


def test_a_briefing_is_kept_by_version_and_comes_back_whole(patrol_workspace, acting):
    first = Briefing(why="Queues at closing time", hours=(("22:00", "03:00"),), not_units=("U1",))
    pop = Pop(scanning="Fights", owner="Licensing", due=date(2026, 10, 1))
    second = first.model_copy(update={"pop": pop, "what_to_do": ("Stand by the rank",)})
    assert tasking.save_briefing(patrol_workspace, acting, "H01", first) == 1
    assert tasking.save_briefing(patrol_workspace, acting, "H01", first) == 1
    assert tasking.save_briefing(patrol_workspace, acting, "H01", second) == 2
    held = tasking.briefings(patrol_workspace)["H01"]
    assert (held.version, held.briefing, held.saved_by) == (2, second, "os:test")
    versions = tasking.briefing_versions(patrol_workspace, "H01")
    assert [one.briefing for one in versions] == [second, first]
    assert (
        patrol_workspace.value(
            "SELECT count(*) FROM audit WHERE object_type = 'briefing' AND object_id = 'H01'"
        )
        == 2
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"least_visits_per_day": 3, "most_visits_per_day": 2}, "exceed the most"),
        ({"hours": [["25:00", "02:00"]]}, "hours"),
        ({"hours": [["18:00", "18:00"]]}, "two different times"),
        ({"why": "x" * 601}, "why"),
    ],
)
def test_a_wrong_briefing_is_a_sentence(values, words):
    with pytest.raises(InputError, match=words):
        tasking.make_briefing(values)


def test_a_briefing_needs_its_place_and_the_right(patrol_workspace, acting):
    with pytest.raises(InputError, match="no hot spot"):
        tasking.save_briefing(patrol_workspace, acting, "nowhere", Briefing())
    with pytest.raises(Refused):
        tasking.save_briefing(patrol_workspace, OFFICER, "H01", Briefing())


def test_time_off_patrol_is_cut_out_of_the_shift(patrol_workspace, acting):
    one = tasking.log_abstraction(patrol_workspace, acting, "U1", at(15), at(16, 30), "custody")
    tasking.log_abstraction(patrol_workspace, acting, "U1", at(16), at(17), "event")
    duties, _ = read_duties(patrol_workspace, MONDAY, MONDAY)
    clock = DayClock(MONDAY, patrol_workspace.timezone, patrol_workspace.day_starts_minutes)
    settings = TaskingSettings()
    parts = stretches(duties, clock, settings, np.random.default_rng(1))
    mine = [part for part in parts if duties[part.duty].unit == "U1"]
    away = range(clock.minute(at(15)), clock.minute(at(17)))
    assert mine and not any(part.early < minute < part.late for part in mine for minute in away)
    by_unit = {duty.unit: off_minutes(duty, clock, settings) for duty in duties}
    assert by_unit["U1"] == by_unit["U2"] + 120
    tasking.remove_abstraction(patrol_workspace, acting, one)
    duties, _ = read_duties(patrol_workspace, MONDAY, MONDAY)
    assert off_minutes(duties[0], clock, settings) == by_unit["U2"] + 60


def test_nobody_is_planned_while_off_patrol(patrol_workspace, acting):
    tasking.log_abstraction(patrol_workspace, acting, "U1", at(20), at(22), "sick")
    plan = tasking.save_plan(patrol_workspace, acting, QUICK)
    mine = plan.visits[plan.visits["unit"] == "U1"]
    assert len(mine) and (mine["starts"] + timedelta(minutes=15)).max() <= at(20)


@pytest.mark.parametrize(
    ("starts", "ends", "reason", "words"),
    [
        (at(18), at(17), "sick", "before it begins"),
        (at(18), at(18) + timedelta(days=2), "sick", "24 hours"),
        (at(18), at(19), "lunch", "no reason"),
    ],
)
def test_a_wrong_abstraction_is_a_sentence(patrol_workspace, acting, starts, ends, reason, words):
    with pytest.raises(InputError, match=words):
        tasking.log_abstraction(patrol_workspace, acting, "U1", starts, ends, reason)


def test_changes_show_in_the_plan_and_are_undone_one_by_one(planned, acting):
    before = keys(tasking.plan_in_force(planned, MONDAY, MONDAY))
    was = first_visit(planned)
    to = Visit(MONDAY, was.shift, "U3", was.hotspot_id, at(21, 30), 15)
    extra = Visit(MONDAY, "late", "U2", "H12", at(21, 40), 10)
    added = tasking.add_visit(planned, acting, extra, "Asked for by the ward")
    moved = tasking.move_visit(planned, acting, was, to, "Football ends")
    after = keys(tasking.plan_in_force(planned, MONDAY, MONDAY))
    assert after == (before - {was.key[1:]}) | {to.key[1:], extra.key[1:]}
    cancelled = tasking.cancel_visit(planned, acting, to, "Match called off")
    assert to.key[1:] not in keys(tasking.plan_in_force(planned, MONDAY, MONDAY))
    with pytest.raises(InputError, match="Undo the later change"):
        tasking.undo_plan_edit(planned, acting, moved)
    for edit_id in (cancelled, moved, added):
        tasking.undo_plan_edit(planned, acting, edit_id)
    assert keys(tasking.plan_in_force(planned, MONDAY, MONDAY)) == before
    listed = tasking.plan_edits(planned, MONDAY, MONDAY)
    assert [edit.kind for edit in listed] == ["add", "move", "cancel"]
    assert all(edit.is_undone and edit.reason for edit in listed)


def test_orders_are_renewed_by_time(planned, acting):
    visit = Visit(MONDAY, "late", "U1", "H12", at(14, 1), 15)
    tasking.add_visit(planned, acting, visit, "First of all")
    held = tasking.plan_in_force(planned, MONDAY, MONDAY)
    for _, mine in held.groupby(["shift", "unit"]):
        assert mine["visit_order"].tolist() == list(range(1, len(mine) + 1))
        assert mine["starts"].is_monotonic_increasing
    assert held[held["unit"] == "U1"]["hotspot_id"].iloc[0] == "H12"


def test_a_pin_waits_while_its_unit_is_off(planned, acting):
    visit = Visit(MONDAY, "late", "U1", "H12", at(18), 15)
    tasking.add_visit(planned, acting, visit, "Asked for")
    off = tasking.log_abstraction(planned, acting, "U1", at(17), at(19), "incident")
    assert not standing_edits(planned, MONDAY, MONDAY).pinned
    tasking.remove_abstraction(planned, acting, off)
    assert standing_edits(planned, MONDAY, MONDAY).pinned == (visit,)


def test_changes_need_a_plan_a_reason_and_the_right(planned, acting):
    visit = first_visit(planned)
    with pytest.raises(InputError, match="reason"):
        tasking.cancel_visit(planned, acting, visit, "  ")
    with pytest.raises(Refused):
        tasking.cancel_visit(planned, OFFICER, visit, "No time")
    later = MONDAY + timedelta(days=3)
    with pytest.raises(InputError, match="No plan is issued"):
        tasking.add_visit(
            planned,
            acting,
            Visit(later, "late", "U1", "H01", at(18) + timedelta(days=3), 15),
            "Why not",
        )
