"""Losing a unit tonight: logged, what has begun kept, the rest planned without it."""

from datetime import datetime, time, timedelta

import numpy as np
import pytest

from analytics import tasking
from analytics.tasking import TonightUnit
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import InputError
from tests.unit.tasking.conftest import MONDAY

UNITS = [
    TonightUnit(name=name, mode=mode, starts=time(18), until=time(2), base="Base")
    for name, mode in (("U1", "foot"), ("U2", "foot"), ("U3", "car"))
]
SETTINGS = TaskingSettings.model_validate({"seed": 4, "iterations": 80, "visits_per_day": 4})
NOW = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 21)


@pytest.fixture
def sheet(patrol_workspace, acting, monkeypatch):
    monkeypatch.setattr(type(patrol_workspace), "today", lambda _: MONDAY)
    return tasking.tonight(patrol_workspace, acting, UNITS, settings=SETTINGS)


def rows(frame):
    return {(row.unit, row.hotspot_id, row.starts) for row in frame.itertuples()}


def test_the_rest_is_planned_without_the_lost_unit(patrol_workspace, acting, sheet):
    again = tasking.replan_without(patrol_workspace, acting, sheet, "U2", time(21), "custody")
    before = sheet.visits[sheet.visits["starts"] < NOW]
    assert rows(again.visits[again.visits["starts"] < NOW]) == rows(before)
    after = again.visits[again.visits["starts"] >= NOW]
    assert len(after) and "U2" not in set(after["unit"])
    off = tasking.abstractions(patrol_workspace, MONDAY, MONDAY)[0]
    assert (off.unit, off.starts, off.ends, off.reason) == (
        "U2",
        NOW,
        datetime(2026, 9, 8, 2),
        "custody",
    )


def test_what_was_begun_is_not_wanted_again(patrol_workspace, acting, sheet):
    """With the same units on, the whole night wants no more after the replan than before."""
    wanted = sheet.ledger.visits_wanted
    begun = sheet.visits[sheet.visits["starts"] < NOW]
    assert len(begun)
    again = tasking.replan_without(patrol_workspace, acting, sheet, "U2", time(21))
    assert len(begun) + again.ledger.visits_wanted <= wanted
    assert again.ledger.visits_wanted > 0
    late = tasking.replan_without(patrol_workspace, acting, again, "U3", time(23, 30))
    assert late.ledger.visits_wanted <= again.ledger.visits_wanted


def test_a_change_by_hand_makes_the_sheet_no_longer_current(patrol_workspace, acting, sheet):
    tasking.issue_plan(patrol_workspace, acting, sheet)
    assert tasking.tonight_is_current(patrol_workspace, acting, sheet)
    row = sheet.visits.iloc[-1]
    visit = tasking.Visit(MONDAY, "Tonight", row["unit"], row["hotspot_id"], row["starts"], 15.0)
    tasking.cancel_visit(patrol_workspace, acting, visit, "Asked for")
    assert not tasking.tonight_is_current(patrol_workspace, acting, sheet)
    assert tasking.held_plan(patrol_workspace, acting, sheet.run_id) is sheet
    assert tasking.held_plan(patrol_workspace, acting, "") is None


def test_the_sheets_of_the_rest_show_the_base_and_only_what_is_to_come(
    patrol_workspace, acting, sheet
):
    home = {(one.x, one.y) for one in tasking.rounds_of(patrol_workspace, sheet)}
    again = tasking.replan_without(patrol_workspace, acting, sheet, "U2", time(21))
    rounds = tasking.rounds_of(patrol_workspace, again)
    assert rounds and {(one.x, one.y) for one in rounds} == home and len(home) == 1
    assert all((one.visits["starts"] >= NOW).all() for one in rounds)


def test_nobody_is_in_two_places_across_the_replan(patrol_workspace, acting, sheet):
    again = tasking.replan_without(patrol_workspace, acting, sheet, "U3", time(20, 50))
    for _, mine in again.visits.groupby("unit"):
        mine = mine.sort_values("starts")
        ends = mine["starts"] + mine["minutes"].map(lambda stay: timedelta(minutes=int(stay)))
        arrives = mine["starts"] - mine["travel_minutes"].map(
            lambda way: timedelta(minutes=int(way))
        )
        assert np.all(arrives.to_numpy()[1:] >= ends.to_numpy()[:-1])
        assert mine["visit_order"].tolist() == list(range(1, len(mine) + 1))


def test_what_is_issued_keeps_the_visits_begun_once(patrol_workspace, acting, sheet):
    tasking.issue_plan(patrol_workspace, acting, sheet)
    again = tasking.replan_without(patrol_workspace, acting, sheet, "U2", time(21))
    tasking.issue_plan(patrol_workspace, acting, again)
    held = tasking.plan_in_force(patrol_workspace, MONDAY, MONDAY)
    assert rows(held) == rows(again.visits)
    assert len(held) == len(again.visits)


def test_the_same_draft_gives_the_same_rest(patrol_workspace, acting, sheet):
    again = tasking.replan_without(patrol_workspace, acting, sheet, "U2", time(21))
    made = tasking.tonight(
        patrol_workspace,
        acting,
        again.settings.units,
        settings=again.settings,
        begun=again.settings.begun,
        since=again.settings.since,
    )
    assert rows(made.visits) == rows(again.visits)


def test_the_last_unit_cannot_be_replaced_by_nobody(patrol_workspace, acting, monkeypatch):
    monkeypatch.setattr(type(patrol_workspace), "today", lambda _: MONDAY)
    alone = tasking.tonight(patrol_workspace, acting, UNITS[:1], settings=SETTINGS)
    with pytest.raises(InputError, match="No other unit"):
        tasking.replan_without(patrol_workspace, acting, alone, "U1", time(21))
    assert not tasking.abstractions(patrol_workspace, MONDAY, MONDAY)
