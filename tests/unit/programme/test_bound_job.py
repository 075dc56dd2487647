"""A plan that is made asks for its bound; a newer one takes the place of one that still waits.

Tonight's plan asks for its own, beside that of the week.
"""

from datetime import time, timedelta

from analytics import programme, tasking
from analytics.programme import work
from analytics.workspace import User, Workspace, jobs
from tests.unit.tasking.conftest import MONDAY, add_list, add_roster


def _make_plan(workspace: Workspace, user: User, seed: int) -> dict:
    choices = tasking.TaskingSettings(
        from_date=MONDAY, to_date=MONDAY + timedelta(days=1), seed=seed, iterations=100
    )
    return work.make_plan(
        workspace, user, {"settings": choices.as_json()}, lambda share, text: None
    )


def _bounds(workspace: Workspace) -> list[jobs.Job]:
    return [job for job in jobs.recent(workspace) if job.kind == "bound"]


def test_the_bound_is_worked_out_after_the_plan(empty_workspace: Workspace, acting: User):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, days=2)
    first = _make_plan(empty_workspace, acting, seed=1)
    second = _make_plan(empty_workspace, acting, seed=2)
    state = {job.arguments["run_id"]: job.state for job in _bounds(empty_workspace)}
    assert state == {first["run_id"]: "cancelled", second["run_id"]: "waiting"}
    assert {job.lane for job in _bounds(empty_workspace)} == {jobs.LONG}

    waiting = next(job for job in _bounds(empty_workspace) if job.state == "waiting")
    made = work.bound_plan(empty_workspace, acting, waiting.arguments, lambda share, text: None)
    plan = tasking.made_plan(empty_workspace, acting, second)
    held = tasking.bound_of(empty_workspace, plan)
    assert held is not None
    assert made == {"run_id": held.run_id}
    assert held.plan_run_id == second["run_id"]

    count = len(_bounds(empty_workspace))
    _make_plan(empty_workspace, acting, seed=2)
    assert len(_bounds(empty_workspace)) == count


def _tonight(workspace: Workspace, user: User) -> tasking.Plan:
    unit = tasking.TonightUnit(name="A", mode="foot", starts=time(20), until=time(2), base="Base")
    choices = tasking.TaskingSettings(seed=4, iterations=100)
    return tasking.tonight(workspace, user, [unit], day=MONDAY, settings=choices)


def test_tonights_bound_is_worked_out_beside_the_weeks(empty_workspace: Workspace, acting: User):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, days=2)
    week = _make_plan(empty_workspace, acting, seed=1)
    night = _tonight(empty_workspace, acting)
    assert programme.ask_for_bound(empty_workspace, acting, night)
    assert programme.ask_for_bound(empty_workspace, acting, night)
    state = {job.arguments["run_id"]: job.state for job in _bounds(empty_workspace)}
    assert state == {week["run_id"]: "waiting", night.run_id: "waiting"}

    # The server is another when the job's turn comes: the plan is made again from its settings.
    tasking.plan._recent = type(tasking.plan._recent)(8)
    mine = next(j for j in _bounds(empty_workspace) if j.arguments["run_id"] == night.run_id)
    work.bound_plan(empty_workspace, acting, mine.arguments, lambda share, text: None)
    again = tasking.with_bound(empty_workspace, night)
    assert again.bound_by == "column generation over routes"
    assert night.value <= again.upper_bound <= night.upper_bound
    assert "any plan of these visits could serve" in tasking.answer(again) or again.unmet.empty
    assert not programme.ask_for_bound(empty_workspace, acting, night)


def test_a_plan_whose_data_have_changed_is_not_bounded(empty_workspace: Workspace, acting: User):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, days=2)
    _make_plan(empty_workspace, acting, seed=1)
    job = _bounds(empty_workspace)[0]
    gone = {**job.arguments, "run_id": "of-other-data"}
    made = work.bound_plan(empty_workspace, acting, gone, lambda share, text: None)
    assert made == {"run_id": None}
    assert empty_workspace.value("SELECT count(*) FROM runs WHERE step = 'tasking-bound'") == 0
