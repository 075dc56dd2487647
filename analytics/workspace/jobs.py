"""Jobs: work over about five seconds, kept in a table and done by a worker in two lanes."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.workspace.errors import InputError, JobCancelled, SevenStepsError
from analytics.workspace.rights import as_of_now
from analytics.workspace.roles import User
from analytics.workspace.store import Workspace
from analytics.workspace.times import now_ms

QUICK, LONG = "quick", "long"
LANES = (QUICK, LONG)
QUICK_KINDS = frozenset({"plan", "tonight"})
"""Kinds that someone waits for before a shift; they are never held up by the long lane."""
OPEN_STATES = ("waiting", "running")
COMMAND = "command"
"""Kind of a command that another process handed over; only that process reads its answer."""

Progress = Callable[[float, str], None]
Work = Callable[[Workspace, User, dict[str, Any], Progress], dict[str, Any]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One job as the table knows it; `progress` runs from 0 to 1."""

    job_id: str
    lane: str
    kind: str
    arguments: dict[str, Any]
    state: str
    progress: float
    message: str
    username: str
    created_ms: int
    finished_ms: int | None
    result: dict[str, Any] | None
    error: str | None

    @property
    def is_open(self) -> bool:
        """Whether the job still waits or runs."""
        return self.state in OPEN_STATES


_COLUMNS = (
    "job_id, lane, kind, arguments, state, progress, message, username, created_ms, finished_ms, "
    "result, error"
)


def submit(
    workspace: Workspace,
    user: User,
    kind: str,
    arguments: dict[str, Any],
    *,
    lane: str | None = None,
) -> str:
    """Put a job in its lane's queue (by its kind unless given) and return its id."""
    lane = lane or (QUICK if kind in QUICK_KINDS else LONG)
    job_id = secrets.token_hex(6)
    roles = "*" if user.every_right else ",".join(sorted(user.roles))
    with workspace.bookkeeping() as transaction:
        transaction.execute(
            f"INSERT INTO jobs ({_COLUMNS}, roles, is_cancel_wanted) "
            "VALUES (?, ?, ?, ?, 'waiting', 0, '', ?, ?, NULL, NULL, NULL, ?, false)",
            [job_id, lane, kind, json.dumps(arguments), user.username, now_ms(), roles],
        )
    return job_id


def state(workspace: Workspace, job_id: str) -> Job:
    """Return a job; raises InputError when there is no such job."""
    rows = workspace.rows(f"SELECT {_COLUMNS} FROM jobs WHERE job_id = ?", [job_id])
    if not rows:
        raise InputError(f"There is no job '{job_id}'.")
    return _job(rows[0])


def recent(workspace: Workspace, count: int = 20) -> list[Job]:
    """Return the newest jobs, newest first."""
    rows = workspace.rows(
        f"SELECT {_COLUMNS} FROM jobs ORDER BY created_ms DESC, job_id LIMIT ?", [count]
    )
    return [_job(row) for row in rows]


def cancel(workspace: Workspace, user: User, job_id: str) -> None:
    """Ask a job to stop: one that waits is cancelled, one that runs stops at its next report."""
    if state(workspace, job_id).username != user.username:
        workspace.require(user, "run_jobs")
    with workspace.write(user, "alter", "job", job_id, "cancel") as transaction:
        transaction.execute("UPDATE jobs SET is_cancel_wanted = true WHERE job_id = ?", [job_id])
        transaction.execute(
            "UPDATE jobs SET state = 'cancelled', finished_ms = ? "
            "WHERE job_id = ? AND state = 'waiting'",
            [now_ms(), job_id],
        )


def run_again(workspace: Workspace, user: User, job_id: str) -> str:
    """Submit a finished, failed or interrupted job anew and return the new id."""
    job = state(workspace, job_id)
    if job.username != user.username:
        workspace.require(user, "run_jobs")
    if job.is_open:
        raise InputError("The job is still under way.")
    if job.kind == COMMAND:
        raise InputError("This command was typed elsewhere and no one waits for it. Type it again.")
    return submit(workspace, user, job.kind, job.arguments, lane=job.lane)


def interrupt(workspace: Workspace, kind: str) -> None:
    """Mark every open job of a kind as interrupted: no one is left who waits for it."""
    with workspace.bookkeeping() as transaction:
        transaction.execute(
            "UPDATE jobs SET state = 'interrupted', finished_ms = ?, "
            "error = 'The server stopped before this was done.' "
            "WHERE kind = ? AND state IN ('waiting', 'running')",
            [now_ms(), kind],
        )


class Worker:
    """Threads that do the jobs of one open workspace: one per lane, and one that watches."""

    def __init__(
        self,
        workspace: Workspace,
        kinds: Mapping[str, Work],
        watchers: tuple[Callable[[Workspace], None], ...] = (),
        pause_s: float = 0.5,
    ):
        self._workspace = workspace
        self._kinds = dict(kinds)
        self._watchers = watchers
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Mark what a crash cut off, then start the lanes and the watcher."""
        self._mark_interrupted()
        targets = [(f"lane-{lane}", self._work_lane, (lane,)) for lane in LANES]
        targets.append(("watch", self._watch, ()))
        for name, target, arguments in targets:
            thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, wait_s: float = 10.0) -> None:
        """Ask every thread to stop and wait for them."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(wait_s)

    def _mark_interrupted(self) -> None:
        with self._workspace.bookkeeping() as transaction:
            transaction.execute(
                "UPDATE jobs SET state = 'interrupted', finished_ms = ?, "
                "error = 'The server stopped while this job ran; run it again. A load stores "
                "nothing twice.' WHERE state = 'running'",
                [now_ms()],
            )

    def _work_lane(self, lane: str) -> None:
        while not self._stopping.is_set():
            job = self._take(lane)
            if job is None:
                self._stopping.wait(self._pause_s)
            else:
                self._do(*job)

    def _watch(self) -> None:
        while not self._stopping.wait(self._pause_s):
            for watcher in self._watchers:
                try:
                    watcher(self._workspace)
                except SevenStepsError as error:
                    log.warning("%s", error)
                except Exception:  # one bad file must not end the watch over all the others
                    log.exception("A watched folder could not be read.")

    def _take(self, lane: str) -> tuple[Job, User] | None:
        rows = self._workspace.rows(
            f"SELECT {_COLUMNS}, roles FROM jobs WHERE state = 'waiting' AND lane = ? "
            "ORDER BY created_ms, job_id LIMIT 1",
            [lane],
        )
        if not rows:
            return None
        *columns, roles = rows[0]
        job = _job(tuple(columns))
        with self._workspace.bookkeeping() as transaction:
            taken = transaction.execute(
                "UPDATE jobs SET state = 'running', started_ms = ? "
                "WHERE job_id = ? AND state = 'waiting' RETURNING job_id",
                [now_ms(), job.job_id],
            ).fetchall()
        if not taken:
            return None
        held = frozenset() if roles == "*" else frozenset(filter(None, roles.split(",")))
        asked = User(job.username, job.username, held, every_right=roles == "*")
        # What was taken away from the person since the job was asked for counts no more.
        return job, as_of_now(self._workspace, asked)

    def _do(self, job: Job, user: User) -> None:
        work = self._kinds.get(job.kind)
        if work is None:
            self._finish(job, "failed", error=f"There is no kind of job called '{job.kind}'.")
            return
        try:
            result = work(self._workspace, user, job.arguments, self._reporter(job))
        except JobCancelled:
            self._finish(job, "cancelled")
        except SevenStepsError as error:
            self._finish(job, "failed", error=str(error))
        except Exception:  # the lane must outlive any fault of a job; the fault goes to the log
            incident = secrets.token_hex(4)
            log.exception("Incident %s in job %s (%s).", incident, job.job_id, job.kind)
            self._finish(
                job, "failed", error=f"Something unexpected went wrong (incident {incident})."
            )
        else:
            self._finish(job, "done", result=result)

    def _reporter(self, job: Job) -> Progress:
        last = 0.0

        def report(fraction: float, message: str = "") -> None:
            nonlocal last
            if time.monotonic() - last < 0.4:
                return
            last = time.monotonic()
            if self._workspace.value(
                "SELECT is_cancel_wanted FROM jobs WHERE job_id = ?", [job.job_id]
            ):
                raise JobCancelled("The job was cancelled.")
            with self._workspace.bookkeeping() as transaction:
                transaction.execute(
                    "UPDATE jobs SET progress = ?, message = ? WHERE job_id = ?",
                    [fraction, message, job.job_id],
                )

        return report

    def _finish(
        self, job: Job, final: str, result: dict[str, Any] | None = None, error: str | None = None
    ) -> None:
        with self._workspace.bookkeeping() as transaction:
            transaction.execute(
                "UPDATE jobs SET state = ?, progress = CASE WHEN ? = 'done' THEN 1 "
                "ELSE progress END, finished_ms = ?, result = ?, error = ? WHERE job_id = ?",
                [
                    final,
                    final,
                    now_ms(),
                    None if result is None else json.dumps(result, default=str),
                    error,
                    job.job_id,
                ],
            )


def _job(row: tuple) -> Job:
    values = list(row)
    values[3] = json.loads(values[3])
    values[10] = None if values[10] is None else json.loads(values[10])
    return Job(*values)
