"""What lies about after work is done: above all raw files, which hold names of persons."""

import shutil
import time
from pathlib import Path

from analytics.workspace.roles import User
from analytics.workspace.schema import FEEDS, QUARANTINE_DAYS
from analytics.workspace.store import Workspace
from analytics.workspace.times import now_ms

UPLOADS = "uploads"
DAY_S = 86_400
UPLOADS_KEPT_S = DAY_S
LOADED_KEPT_S = 7 * DAY_S
"""A file loaded from an inbox stays this long: time to see that the load was right."""
FAILED_KEPT_S = QUARANTINE_DAYS * DAY_S
JOBS_KEPT_S = 30 * DAY_S
SERVICE = User("service:tidy", "Tidying", frozenset(), every_right=True)


def tidy(workspace: Workspace) -> dict[str, int]:
    """Delete what has outlived its use and return how much of each kind went.

    Uploads after a day and files of the inboxes after a week (90 days where they failed), because
    they name officers and devices as they came; rows kept aside after their expiry, audited; jobs
    after 30 days, and loads from the browser with their uploads.
    """
    removed = {
        "uploads": _remove_old(workspace.path / UPLOADS, UPLOADS_KEPT_S),
        "loaded": sum(_remove_old(_inbox(workspace, f, "done"), LOADED_KEPT_S) for f in FEEDS),
        "failed": sum(_remove_old(_inbox(workspace, f, "failed"), FAILED_KEPT_S) for f in FEEDS),
        "kept_aside": _expire_rows(workspace),
        "jobs": _remove_jobs(workspace),
    }
    return {what: count for what, count in removed.items() if count}


def _inbox(workspace: Workspace, feed: str, state: str) -> Path:
    return workspace.path / "inbox" / feed / state


def _remove_old(folder: Path, kept_s: int) -> int:
    if not folder.is_dir():
        return 0
    # By the time of change: a file moved here keeps the date of its content.
    limit = time.time() - kept_s
    old = [path for path in folder.iterdir() if path.stat().st_ctime < limit]
    for path in old:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(old)


def _expire_rows(workspace: Workspace) -> int:
    now = now_ms()
    count = workspace.value("SELECT count(*) FROM quarantine WHERE expires_ms < ?", [now])
    if count:
        detail = {"rows": count}
        with workspace.write(SERVICE, "erase", "kept_aside", "expired", detail) as transaction:
            transaction.execute("DELETE FROM quarantine WHERE expires_ms < ?", [now])
    return count


def _remove_jobs(workspace: Workspace) -> int:
    now = now_ms()
    with workspace.bookkeeping() as transaction:
        return len(
            transaction.execute(
                "DELETE FROM jobs WHERE state NOT IN ('waiting', 'running') AND "
                "(finished_ms < ? OR (kind = 'load' AND finished_ms < ?)) RETURNING 1",
                [now - JOBS_KEPT_S * 1000, now - UPLOADS_KEPT_S * 1000],
            ).fetchall()
        )
