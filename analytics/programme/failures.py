"""What did not work and waits for a person: files in the inboxes, and jobs that did not end."""

from dataclasses import dataclass
from pathlib import Path

from analytics import technology
from analytics.workspace import User, Workspace, jobs
from analytics.workspace.times import now_ms

SHOWN_MS = 2 * 86_400_000
"""A job that stopped longer ago is no longer asked about."""
_WORDS = {
    "load": "Load",
    "plan": "Patrol plan",
    "track": "Dosage",
    "evaluate": "Evaluation",
    "backup": "Backup",
}


@dataclass(frozen=True)
class Failure:
    """One thing that failed: a file of an inbox (`feed`, `file`) or a job (`job_id`)."""

    title: str
    sentence: str
    at_ms: int
    feed: str = ""
    file: str = ""
    job_id: str = ""


def failures(workspace: Workspace, user: User) -> list[Failure]:
    """Return what failed, newest first: inbox files for those who load, jobs for who gave them.

    A job given again since, with the same arguments, is not listed.
    """
    found = _jobs(workspace, user)
    if user.may("load"):
        found += [
            Failure(
                f"{technology.TITLES[row.feed]}: {row.file}",
                row.sentence,
                row.at_ms,
                feed=row.feed,
                file=row.file,
            )
            for row in technology.inbox_failures(workspace).itertuples()
        ]
    return sorted(found, key=lambda failure: -failure.at_ms)


def _jobs(workspace: Workspace, user: User) -> list[Failure]:
    found, given = [], []
    for job in jobs.recent(workspace, 100):
        if job.username != user.username or job.kind not in _WORDS:
            continue
        asked = (job.kind, job.arguments)
        ended_ms = job.finished_ms or 0
        if (
            job.state in ("failed", "interrupted")
            and asked not in given
            and ended_ms > now_ms() - SHOWN_MS
        ):
            sentence = job.error or "It stopped before its end."
            found.append(Failure(_title(job), sentence, ended_ms, job_id=job.job_id))
        given.append(asked)
    return found


def _title(job: jobs.Job) -> str:
    names = ", ".join(Path(file).name for file in job.arguments.get("files", []))
    return f"{_WORDS[job.kind]}: {names}" if names else _WORDS[job.kind]
