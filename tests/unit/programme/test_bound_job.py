"""A plan that is made asks for its bound; a newer one takes the place of one that still waits."""

from datetime import timedelta

from analytics import tasking
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
