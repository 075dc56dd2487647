"""Purging: what is older than a feed's retention goes, daily aggregates and the ledger stay."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

from analytics.workspace.errors import InputError
from analytics.workspace.roles import User
from analytics.workspace.store import Transaction, Workspace
from analytics.workspace.times import now_ms

_DAY_COLUMN = {
    "crimes": "CAST(occurred_from AS DATE)",
    "incidents": "CAST(occurred_from AS DATE)",
    "stops": "CAST(occurred_from AS DATE)",
    "activity": "CAST(at_local AS DATE)",
    "roster": "day",
    "training": "coalesce(expires_on, completed_on)",
    "assignment": "day",
}


def retention(workspace: Workspace) -> dict[str, int | None]:
    """Return each feed's retention in days; None keeps the rows until someone removes them."""
    return dict(workspace.rows("SELECT feed, retention_days FROM feeds ORDER BY feed"))


def set_retention(workspace: Workspace, user: User, feed: str, days: int | None) -> None:
    """Change a feed's retention; raises InputError for a feed that is not dated."""
    workspace.require(user, "manage_workspace")
    if feed not in _DAY_COLUMN and feed != "pings":
        raise InputError(f"The feed '{feed}' has no dates, so it has no retention period.")
    with workspace.write(user, "alter", "retention", feed, {"days": days}) as transaction:
        transaction.execute("UPDATE feeds SET retention_days = ? WHERE feed = ?", [days, feed])


def purge_expired(workspace: Workspace, user: User) -> dict[str, int]:
    """Purge every feed by its retention and return the rows removed per feed."""
    workspace.require(user, "manage_workspace")
    removed = {}
    for feed, days in retention(workspace).items():
        if days is not None:
            count = purge(workspace, user, feed, workspace.today() - timedelta(days=days))
            if count:
                removed[feed] = count
    with workspace.bookkeeping() as transaction:
        transaction.execute("DELETE FROM quarantine WHERE expires_ms < ?", [now_ms()])
    return removed


def purge(workspace: Workspace, user: User, feed: str, before: date) -> int:
    """Remove a feed's rows from before a day, with a line in the ledger; return the rows removed.

    Ping files are unregistered in the transaction and deleted after it. Raises InputError for a
    feed without dates.
    """
    workspace.require(user, "manage_workspace")
    if feed != "pings" and feed not in _DAY_COLUMN:
        raise InputError(f"The feed '{feed}' has no dates to purge by.")
    if not _count(workspace, feed, before):
        return 0
    detail = {"before": before.isoformat()}
    with workspace.write(user, "erase", "feed", feed, detail) as transaction:
        removed, files = _remove(transaction, feed, before)
        transaction.execute(
            "INSERT INTO purges VALUES (?, ?, ?, ?, ?)",
            [now_ms(), user.username, feed, _midnight_ms(before), json.dumps(detail)],
        )
    for file in files:
        (workspace.pings_folder / file).unlink(missing_ok=True)
    return removed


def replay(transaction: Transaction, pings_folder: Path) -> None:
    """Apply every purge of the ledger again, to data that came back from a backup."""
    ledger = transaction.execute("SELECT feed, what FROM purges ORDER BY at_ms").fetchall()
    for feed, what in ledger:
        before = date.fromisoformat(json.loads(what)["before"])
        _, files = _remove(transaction, feed, before)
        for file in files:
            (pings_folder / file).unlink(missing_ok=True)


def _count(workspace: Workspace, feed: str, before: date) -> int:
    if feed == "pings":
        return workspace.value("SELECT count(*) FROM ping_files WHERE day < ?", [before])
    return workspace.value(f"SELECT count(*) FROM {feed} WHERE {_DAY_COLUMN[feed]} < ?", [before])


def _remove(transaction: Transaction, feed: str, before: date) -> tuple[int, list[str]]:
    if feed == "pings":
        gone = transaction.execute(
            "DELETE FROM ping_files WHERE day < ? RETURNING file, rows", [before]
        ).fetchall()
        return sum(rows for _, rows in gone), [file for file, _ in gone]
    gone = transaction.execute(
        f"DELETE FROM {feed} WHERE {_DAY_COLUMN[feed]} < ? RETURNING 1", [before]
    ).fetchall()
    return len(gone), []


def _midnight_ms(day: date) -> int:
    return int((datetime.combine(day, time()) - datetime(1970, 1, 1)).total_seconds() * 1000)
