"""What speaks against a visit put somewhere by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from analytics import tasking
from analytics.tasking import Visit
from analytics.tasking.settings import TaskingSettings
from tests.unit.tasking.conftest import MONDAY

QUICK = TaskingSettings.model_validate({"from": MONDAY, "to": MONDAY, "seed": 3, "iterations": 60})


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, minute)


@pytest.fixture
def planned(patrol_workspace, acting):
    tasking.save_plan(patrol_workspace, acting, QUICK)
    return patrol_workspace


def visits(workspace) -> list[Visit]:
    held = tasking.plan_in_force(workspace, MONDAY, MONDAY)
    return [
        Visit(MONDAY, row.shift, row.unit, row.hotspot_id, row.starts.to_pydatetime(), row.minutes)
        for row in held.itertuples()
    ]


def test_a_plan_as_made_has_nothing_against_it(planned, acting):
    for visit in visits(planned):
        assert tasking.doubts(planned, acting, visit, visit) == []


def test_times_and_ways_are_told(planned, acting):
    one = visits(planned)[0]
    early = replace(one, starts=at(9))
    assert any("on duty" in text for text in tasking.doubts(planned, acting, early, one))
    twice = replace(one, starts=one.starts + timedelta(minutes=5), hotspot_id="H12")
    assert any("at another place" in text for text in tasking.doubts(planned, acting, twice))
    mine = [visit for visit in visits(planned) if visit.unit == one.unit]
    spot = next(f"H{n:02d}" for n in range(12, 0, -1) if f"H{n:02d}" != mine[0].hotspot_id)
    close = replace(mine[0], hotspot_id=spot, starts=mine[0].ends, minutes=1)
    assert any("late there" in text for text in tasking.doubts(planned, acting, close))


def test_rules_and_time_off_are_told(planned, acting):
    one = visits(planned)[0]
    rules = {"partner": "wardens", "not_units": [one.unit], "hours": [["03:00", "04:00"]]}
    tasking.save_briefing(planned, acting, one.hotspot_id, tasking.make_briefing(rules))
    tasking.log_abstraction(
        planned, acting, one.unit, one.starts, one.starts + timedelta(hours=1), "court"
    )
    told = " ".join(tasking.doubts(planned, acting, one, one))
    for words in ("wardens patrol", "not to be sent", "03:00 to 04:00 only", "off patrol"):
        assert words in told
