"""Reading the workspace about itself: programmes, the audit log, what is kept for how long."""

from dataclasses import replace
from datetime import time

import pandas as pd

from analytics.workspace import audit
from analytics.workspace.errors import InputError
from analytics.workspace.roles import User
from analytics.workspace.schema import DEFAULT_PROGRAMME
from analytics.workspace.store import Workspace

NO_HEAD = (
    "No head of the log is recorded outside the workspace, so a log cut short at its end would not "
    "be noticed."
)


def programme_name(workspace: Workspace, programme_id: str = DEFAULT_PROGRAMME) -> str:
    """Return the name under which a programme is shown."""
    return workspace.value("SELECT name FROM programmes WHERE programme_id = ?", [programme_id])


def read_log(
    workspace: Workspace, user: User, *, newest: int = 200, username: str = "", action: str = ""
) -> pd.DataFrame:
    """Return the newest audit records (number, at_ms, username, roles, action, object, detail).

    Raises Refused without the right to read the log.
    """
    workspace.require(user, "see:log")
    return workspace.frame(
        "SELECT number, at_ms, username, roles, action, object_type, object_id, detail "
        "FROM audit WHERE (? = '' OR username = ?) AND (? = '' OR action = ?) "
        "ORDER BY number DESC LIMIT ?",
        [username, username, action, action, newest],
    )


def log_choices(workspace: Workspace, user: User) -> tuple[list[str], list[str]]:
    """Return the usernames and the actions that occur in the log, to filter by."""
    workspace.require(user, "see:log")
    return tuple(
        [value for (value,) in workspace.rows(f"SELECT DISTINCT {column} FROM audit ORDER BY 1")]
        for column in ("username", "action")
    )


def verify_log(workspace: Workspace, user: User) -> audit.Verification:
    """Recompute the whole chain against the head kept outside the workspace.

    Without that head the chain may be whole and yet cut short: the reason then says so.
    """
    workspace.require(user, "see:log")
    head = workspace.keys.read_head()
    with workspace.cursor() as cursor:
        found = audit.verify(cursor, head)
    return replace(found, reason=NO_HEAD) if found.verified and head is None else found


def feeds_kept(workspace: Workspace, user: User) -> pd.DataFrame:
    """Return per feed its retention in days, rows now held and when it was last loaded.

    Columns feed, retention_days, rows, last_load_ms. Raises Refused without sight of the admin page.
    """
    workspace.require(user, "see:admin")
    return workspace.frame(
        "SELECT f.feed, f.retention_days, coalesce(sum(l.rows_stored), 0)::BIGINT AS rows, "
        "max(l.at_ms) AS last_load_ms "
        "FROM feeds f LEFT JOIN loads l ON l.feed = f.feed AND NOT l.is_undone "
        "GROUP BY ALL ORDER BY f.feed"
    )


def change_force(workspace: Workspace, user: User, name: str, day_starts: str) -> None:
    """Change the force's name and the time (HH:MM) at which its patrol day begins."""
    if not name.strip():
        raise InputError("The force has no name. Enter the name that every page shows.")
    try:
        time.fromisoformat(day_starts)
    except ValueError as error:
        raise InputError(f"'{day_starts}' is not a time of day. Write it as 06:00.") from error
    minutes = workspace.day_starts_minutes
    if name.strip() != workspace.name:
        workspace.change_fact(user, "name", name.strip())
    if day_starts != f"{minutes // 60:02d}:{minutes % 60:02d}":
        workspace.change_fact(user, "day_starts", day_starts)
