"""From typed arguments to an exit code: 0 done, 1 the input is wrong, 2 usage."""

import sys
import types
from pathlib import Path
from typing import TextIO

from analytics.cli.arguments import UsageError, parse
from analytics.cli.call import Call
from analytics.workspace import SevenStepsError, User, Workspace, WorkspaceBusy, queue
from analytics.workspace.roles import operating_system_user

DONE, WRONG_INPUT, USAGE = 0, 1, 2
LONGEST_WAIT_S = 6 * 3600.0
"""A command handed to the running app is waited for this long."""


def main(arguments: list[str] | None = None) -> int:
    """Run the typed command, or the given one, on the process's own streams; return its code."""
    sys.excepthook = _report_unexpected
    given = sys.argv[1:] if arguments is None else arguments
    return run(given, None, sys.stdout, sys.stderr)


def run(
    arguments: list[str],
    workspace: Workspace | None,
    out: TextIO,
    err: TextIO,
    user: User | None = None,
) -> int:
    """Do one command and return its exit code.

    With an open `workspace` the command acts on it; otherwise it opens the one it names, and hands
    itself to the running app where that holds it. `user` is the operating system's unless given.
    """
    try:
        asked = parse(arguments)
    except UsageError as error:
        err.write(f"{error}\n")
        return USAGE
    except SystemExit as leaving:
        return int(leaving.code or DONE)
    call = Call(asked, user or operating_system_user(), out, err)
    try:
        return _do(call, arguments, workspace)
    except SevenStepsError as error:
        err.write(f"{' '.join(str(error).split())}\n")
        return WRONG_INPUT
    except KeyboardInterrupt:
        err.write("Stopped. Nothing of it was stored.\n")
        return WRONG_INPUT


def _do(call: Call, arguments: list[str], workspace: Workspace | None) -> int:
    from analytics.cli import places

    command = call.asked.command
    if command in places.WITHOUT_WORKSPACE:
        return places.WITHOUT_WORKSPACE[command](call)
    if workspace is not None:
        return _act(call, workspace)
    folder = call.path(call.asked.workspace)
    try:
        opened = Workspace.open(folder)
    except WorkspaceBusy:
        return _hand_over(call, arguments, folder)
    with opened:
        return _act(call, opened)


def _act(call: Call, workspace: Workspace) -> int:
    """Look the command up where it lives, so that only its own step is imported."""
    command = call.asked.command
    if command in ("target", "task", "track", "test", "ready"):
        from analytics.cli import steps

        return steps.COMMANDS[command](call, workspace)
    from analytics.cli import places

    return places.WITH_WORKSPACE[command](call, workspace)


def _hand_over(call: Call, arguments: list[str], folder: Path) -> int:
    """Let the running app do it and print what it answers."""
    call.err.write("The app holds this workspace; it does the work.\n")
    call.err.flush()
    anchored = [*arguments, "--relative-to", str(Path.cwd())]
    answer = queue.hand_over(folder, anchored, LONGEST_WAIT_S)
    call.out.write(answer.stdout)
    call.err.write(answer.stderr)
    return answer.exit


def _report_unexpected(
    kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
) -> None:
    """Write an unexpected error to the log file and give the person its incident number."""
    from analytics.cli.incidents import record

    sys.stderr.write(record(kind, error, trace) + "\n")
