"""The queue folder: how a second process hands a command to the one that holds the workspace."""

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

    Raises WorkspaceBusy when no one picks it up within `pickup_s` or answers within `wait_s`.
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
            if (request.exists() and waited > pickup_s) or waited > wait_s:
                raise WorkspaceBusy(
                    f"The workspace '{folder}' is open in another process that did not answer. "
                    "Close that process and try again."
                )
            time.sleep(0.1)
        return Answer(**json.loads(answer.read_text(encoding="utf-8")))
    finally:
        request.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)


def take_requests(workspace: Workspace) -> None:
    """Turn each request in the queue folder into a job of kind "command".

    It acts as the owner of the file, not as whoever the file names.
    """
    for request in sorted((workspace.path / FOLDER).glob("*.json")):
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
        request.unlink()


def answer_request(workspace: Workspace, request_id: str, answer: Answer) -> None:
    """Leave the answer where the waiting process looks for it."""
    _write_whole(workspace.path / FOLDER / f"{request_id}.answer", answer.__dict__)


def _write_whole(file: Path, value: dict) -> None:
    # An answer may hold a new password, so no one else on the machine may read it.
    part = file.with_name(file.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(value, out)
    part.replace(file)
