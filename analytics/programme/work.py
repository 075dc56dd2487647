"""The kinds of job and the folders that the worker of a running server watches."""

import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from analytics import targeting, tasking, technology, testing, tracking
from analytics.programme.bounds import KIND, ask_for_bound, bound_plan
from analytics.workspace import User, Workspace, backup, jobs, make_settings, queue, tidy

INBOX_USER = User("service:inbox", "Inbox", frozenset(), every_right=True)
SETTLED_S = 2.0
"""A file in an inbox is taken once it has not changed for this long."""

RunCommand = Callable[[list[str], Workspace, TextIO, TextIO, User], int]


def start_worker(workspace: Workspace, run_command: RunCommand) -> jobs.Worker:
    """Start the worker of an open workspace; `run_command` does what another process hands over."""
    kinds: dict[str, jobs.Work] = {
        "load": _load,
        "backtest": _backtest,
        "stability": _stability,
        "plan": make_plan,
        KIND: bound_plan,
        "track": _track,
        "evaluate": _evaluate,
        "backup": _backup,
        "inbox": _inbox,
        "permute": _permute,
        "command": partial(_command, run_command),
    }
    desk = queue.Desk(workspace)
    worker = jobs.Worker(workspace, kinds, watchers=(desk, _look_into_inboxes, _hourly(tidy.tidy)))
    worker.start()
    return worker


def _hourly(act: Callable[[Workspace], object]) -> Callable[[Workspace], None]:
    """Make a watcher that acts at its first look and then once an hour."""
    due = 0.0

    def look(workspace: Workspace) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + 3600.0
            act(workspace)

    return look


def _load(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    files = [Path(file) for file in arguments["files"]]
    report = technology.load(
        workspace,
        user,
        arguments["feed"],
        files,
        columns=arguments.get("columns"),
        crs=arguments.get("crs"),
        timezone=arguments.get("timezone"),
        progress=progress,
        mode=arguments.get("mode", "add"),
    )
    # The names of the files stay out of the table of jobs: some name a device.
    return {name: value for name, value in report.as_json().items() if name != "files"}


def _backtest(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    settings = make_settings(targeting.TargetingSettings, arguments["settings"])
    choices = make_settings(targeting.BacktestSettings, arguments["choices"])
    return {"run_id": targeting.save_backtest(workspace, user, settings, choices, progress).run_id}


def _stability(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    settings = make_settings(targeting.TargetingSettings, arguments["settings"])
    choices = make_settings(targeting.StabilitySettings, arguments["choices"])
    return {"run_id": targeting.save_stability(workspace, user, settings, choices, progress).run_id}


def make_plan(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    """Make a plan, and queue the work on its bound."""
    # A person looks at the plan before it is issued, which is then quick.
    settings = make_settings(tasking.TaskingSettings, arguments["settings"])
    plan = tasking.preview_plan(workspace, user, settings, progress)
    ask_for_bound(workspace, user, plan)
    return plan.as_json()


def _track(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    progress(0.1, "Finding the visits")
    settings = make_settings(tracking.TrackingSettings, arguments["settings"])
    return tracking.save_dosage(workspace, user, settings).as_json()


def _evaluate(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    progress(0.1, "Estimating the effect")
    settings = make_settings(testing.TestingSettings, arguments["settings"])
    return testing.save_evaluation(workspace, user, settings).as_json()


def _backup(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    progress(0.1, "Copying the workspace")
    made = backup.backup(workspace, user, arguments["file"])
    return {"file": made.file, "bytes": made.bytes, "sha256": made.sha256}


def _permute(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    settings = make_settings(targeting.TargetingSettings, arguments["settings"])
    methods = make_settings(targeting.MethodSettings, arguments["methods"])
    return targeting.shuffle_tests(workspace, user, settings, methods, progress).as_json()


def _inbox(
    workspace: Workspace, user: User, arguments: dict[str, Any], progress: jobs.Progress
) -> dict[str, Any]:
    progress(0.1, "Loading what lies in the inboxes")
    technology.watch_inbox(workspace, user)
    return {}


def _command(
    run: RunCommand,
    workspace: Workspace,
    user: User,
    arguments: dict[str, Any],
    progress: jobs.Progress,
) -> dict[str, Any]:
    """Run a command that another process of the same machine waits for."""
    out, err = io.StringIO(), io.StringIO()
    code = run(arguments["arguments"], workspace, out, err, user)
    answer = queue.Answer(out.getvalue(), err.getvalue(), code)
    queue.answer_request(workspace, arguments["request_id"], answer)
    return {"exit": code}


def _look_into_inboxes(workspace: Workspace) -> None:
    settled = time.time() - SETTLED_S
    waiting = any(
        file.stat().st_mtime < settled for _, file in technology.files_in_inboxes(workspace)
    )
    if waiting and not workspace.value(
        "SELECT count(*) FROM jobs WHERE kind = 'inbox' AND state IN ('waiting', 'running')"
    ):
        jobs.submit(workspace, INBOX_USER, "inbox", {})
