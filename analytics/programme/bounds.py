"""The work on a plan's bound: asked for when a plan is made, done by a job of the long lane."""

from typing import Any

from analytics import tasking
from analytics.workspace import User, Workspace, jobs, make_settings

KIND = "bound"
LOOKED_AT = 200
"""Newest jobs among which that of a plan is looked for."""


def ask_for_bound(workspace: Workspace, user: User, plan: tasking.Plan) -> bool:
    """See that a plan's bound is worked out; whether it is under way.

    Nothing is asked where it is kept, under way, failed or was cancelled. Work that waits for an
    earlier plan of the same kind and person is cancelled: its plan has been followed by this one.
    """
    if tasking.bound_of(workspace, plan) is not None:
        return False
    held = [job for job in jobs.recent(workspace, LOOKED_AT) if job.kind == KIND]
    mine = [job.state for job in held if job.arguments["run_id"] == plan.run_id]
    if mine and mine[0] != "interrupted":
        return mine[0] in jobs.OPEN_STATES
    settings = plan.settings.as_json()
    for job in held:
        is_alike = _is_tonight(job.arguments["settings"]) == _is_tonight(settings)
        if job.state == "waiting" and job.username == user.username and is_alike:
            jobs.cancel(workspace, user, job.job_id)
    jobs.submit(workspace, user, KIND, {"run_id": plan.run_id, "settings": settings})
    return True


def bound_plan(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    """Work out the bound of a plan and keep it.

    A plan that is no longer in memory is made again; where its data have changed since, it is
    another plan, and there is nothing to bound.
    """
    if _is_tonight(arguments["settings"]):
        settings = make_settings(tasking.TonightSettings, arguments["settings"])
        plan = tasking.tonight_again(workspace, user, settings)
    else:
        plan = tasking.made_plan(workspace, user, arguments)
    if plan.run_id != arguments["run_id"]:
        return {"run_id": None}
    return {"run_id": tasking.save_bound(workspace, user, plan, progress).run_id}


def _is_tonight(settings: dict[str, Any]) -> bool:
    return "units" in settings
