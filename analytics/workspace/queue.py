"""The queue folder: how a second process hands a command to the one that holds the workspace."""

import fcntl
import json
import logging
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from analytics.workspace import jobs
from analytics.workspace.errors import WorkspaceBusy
from analytics.workspace.roles import operating_system_user
from analytics.workspace.store import Workspace

FOLDER = "queue"
HERE = ".app"
"""File that the app keeps locked while it takes requests; the lock ends with the process."""
ABANDONED_S = 60.0
"""A request that no one has touched for this long has no one who waits for it."""
QUICK_COMMANDS = frozenset({"feeds", "ready", "log", "task", "users", "jobs"})


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    stdout: str
    stderr: str
    exit: int


def hand_over(
    folder: Path, arguments: list[str], wait_s: float, *, pickup_s: float = 15.0
) -> Answer:
    """Leave a command for the running app and wait for its answer.

    Raises WorkspaceBusy when no one picks it up within `pickup_s` or answers within `wait_s`, or
    when the app stops before it has answered.
    """
    queue = folder / FOLDER
    request_id = secrets.token_hex(8)
    request = queue / f"{request_id}.json"
    answer = queue / f"{request_id}.answer"
    _write_whole(request, {"arguments": arguments})
    started = time.monotonic()
    try:
        while not answer.exists():
            waited = time.monotonic() - started
            is_taken = not _touch(request)
            if is_taken and _has_stopped(queue) and not answer.exists():
                raise WorkspaceBusy(
                    "The app stopped before it answered. See with 'feeds' and 'log' what it did, "
                    "or give the command again: a load adds nothing twice."
                )
            is_late = not is_taken and waited > pickup_s and not _is_watched(queue)
            if is_late or waited > wait_s:
                raise WorkspaceBusy(
                    f"The workspace '{folder}' is open in another process that did not answer. "
                    "Close that process and try again."
                )
            time.sleep(0.1)
        return Answer(**json.loads(answer.read_text(encoding="utf-8")))
    finally:
        request.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)


class Desk:
    """Takes requests for as long as it is kept; who waits can see that it is there.

    Made when the app starts: commands that an earlier process took are marked interrupted, since
    whoever typed them has been told so.
    """

    def __init__(self, workspace: Workspace):
        self._here = (workspace.path / FOLDER / HERE).open("w")
        fcntl.flock(self._here, fcntl.LOCK_EX)
        jobs.interrupt(workspace, jobs.COMMAND)

    def __call__(self, workspace: Workspace) -> None:
        """Take what lies in the queue folder."""
        take_requests(workspace)

    def close(self) -> None:
        """Take no more; whoever still waits is told."""
        self._here.close()


def _is_watched(queue: Path) -> bool:
    """Whether an app takes requests here now."""
    try:
        here = (queue / HERE).open()
    except FileNotFoundError:
        return False
    with here:
        try:
            fcntl.flock(here, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _has_stopped(queue: Path) -> bool:
    return (queue / HERE).exists() and not _is_watched(queue)


def _touch(request: Path) -> bool:
    """Show that someone waits for this request; returns False once it was taken."""
    try:
        os.utime(request)
    except FileNotFoundError:
        return False
    return True


def take_requests(workspace: Workspace) -> None:
    """Turn each request in the queue folder into a job of kind "command".

    It acts as the owner of the file, not as whoever the file names.
    """
    queue = workspace.path / FOLDER
    for left in (*queue.glob("*.answer"), *queue.glob("*.part")):
        if _is_abandoned(left):
            left.unlink(missing_ok=True)
    for request in sorted(queue.glob("*.json")):
        if _is_abandoned(request):
            log.warning("Removed the request %s, for which no one waits.", request.name)
            request.unlink(missing_ok=True)
            continue
        try:
            arguments = json.loads(request.read_text(encoding="utf-8"))["arguments"]
            user = operating_system_user(request.stat().st_uid)
        except (ValueError, KeyError, TypeError):
            log.warning("Removed the queue file %s, which is no request.", request.name)
            request.unlink()
            continue
        lane = jobs.QUICK if arguments[:1] and arguments[0] in QUICK_COMMANDS else jobs.LONG
        details = {"arguments": arguments, "request_id": request.stem}
        jobs.submit(workspace, user, jobs.COMMAND, details, lane=lane)
        request.unlink(missing_ok=True)


def _is_abandoned(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > ABANDONED_S
    except FileNotFoundError:
        return False


def answer_request(workspace: Workspace, request_id: str, answer: Answer) -> None:
    """Leave the answer where the waiting process looks for it."""
    _write_whole(workspace.path / FOLDER / f"{request_id}.answer", answer.__dict__)


def _write_whole(file: Path, value: dict) -> None:
    # An answer may hold a new password, so no one else on the machine may read it.
    part = file.with_name(file.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(value, out)
    part.replace(file)
