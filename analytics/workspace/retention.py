"""Purging: what is older than a feed's retention goes, daily aggregates and the ledger stay.

Check-ins say where a person was, as GPS does: they go with the feed `pings`.
"""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

from analytics.workspace.errors import InputError
from analytics.workspace.roles import User
from analytics.workspace.schema import EVENT_FEEDS
from analytics.workspace.store import Workspace
from analytics.workspace.transaction import Transaction
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
DATED = (*_DAY_COLUMN, "pings")
"""Feeds whose rows have a date to count the retention from."""

# Rows of the roster that a week saved on the page has replaced, kept with its record.
_IS_WEEK = "feed = 'roster' AND mode = 'edit'"
_SET_ASIDE = "json_array_length(changes, '$.before')"


def retention(workspace: Workspace) -> dict[str, int | None]:
    """Return each feed's retention in days; None keeps the rows until someone removes them."""
    return dict(workspace.rows("SELECT feed, retention_days FROM feeds ORDER BY feed"))


def set_retention(workspace: Workspace, user: User, feed: str, days: int | None) -> None:
    """Change a feed's retention; raises InputError for a feed that is not dated."""
    workspace.require(user, "manage_workspace")
    if feed not in DATED:
        raise InputError(f"The feed '{feed}' has no dates, so it has no retention period.")
    if days is not None and days < 1:
        raise InputError("Keep rows for at least one day, or without an end.")
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
    return removed


def purge(workspace: Workspace, user: User, feed: str, before: date) -> int:
    """Remove a feed's rows from before a day, with a line in the ledger; return the rows removed.

    Ping files are unregistered in the transaction and deleted after it. Raises InputError for a
    feed without dates.
    """
    workspace.require(user, "manage_workspace")
    if feed not in DATED:
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


def undo(transaction: Transaction, user: User, feed: str, load_id: str) -> None:
    """Take a load's rows out and note it in the ledger, so that no restore brings them back."""
    _remove_load(transaction, feed, load_id)
    transaction.execute(
        "INSERT INTO purges VALUES (?, ?, ?, NULL, ?)",
        [now_ms(), user.username, feed, json.dumps({"load_id": load_id})],
    )


def replay(transaction: Transaction, pings_folder: Path) -> None:
    """Apply every purge of the ledger again, to data that came back from a backup."""
    ledger = transaction.execute("SELECT feed, what FROM purges ORDER BY at_ms").fetchall()
    for feed, text in ledger:
        what = json.loads(text)
        if "load_id" in what:
            files = _remove_load(transaction, feed, what["load_id"])
        else:
            _, files = _remove(transaction, feed, date.fromisoformat(what["before"]))
        for file in files:
            (pings_folder / file).unlink(missing_ok=True)


def _count(workspace: Workspace, feed: str, before: date) -> int:
    if feed == "pings":
        return workspace.value(
            "SELECT (SELECT count(*) FROM ping_files WHERE day < ?) + "
            "(SELECT count(*) FROM check_ins WHERE in_ms < ?)",
            [before, _midnight_ms(before)],
        )
    held = workspace.value(f"SELECT count(*) FROM {feed} WHERE {_DAY_COLUMN[feed]} < ?", [before])
    if feed == "roster":
        return held + workspace.value(
            f"SELECT coalesce(sum({_SET_ASIDE}), 0) FROM loads WHERE {_IS_WEEK} AND first < ?",
            [before.isoformat()],
        )
    if feed not in EVENT_FEEDS:
        return held
    set_aside = "SELECT count(*) FROM superseded WHERE feed = ? AND occurred_from < ?"
    return held + workspace.value(set_aside, [feed, before])


def _remove_load(transaction: Transaction, feed: str, load_id: str) -> list[str]:
    """Delete what a load stored and kept aside and bring back what it replaced.

    Returns the ping files that are then in no use.
    """
    files = transaction.execute("SELECT file FROM ping_files WHERE load_id = ?", [load_id])
    names = [name for (name,) in files.fetchall()]
    tables = ("ping_files", "devices") if feed == "pings" else (feed,)
    for table in (*tables, "quarantine"):
        transaction.execute(f"DELETE FROM {table} WHERE load_id = ?", [load_id])
    if feed in EVENT_FEEDS:
        transaction.execute(
            f"""INSERT INTO {feed} BY NAME SELECT * EXCLUDE (feed, replaced_by) FROM superseded
            WHERE feed = ? AND replaced_by = ?""",
            [feed, load_id],
        )
        transaction.execute(
            "DELETE FROM superseded WHERE feed = ? AND ? IN (replaced_by, load_id)", [feed, load_id]
        )
    if feed == "roster":
        transaction.execute(
            f"UPDATE loads SET changes = NULL WHERE {_IS_WEEK} AND "
            "list_contains(json_extract_string(changes, '$.before[*].load_id'), ?)",
            [load_id],
        )
    transaction.execute("UPDATE quarantine SET fixed_by = NULL WHERE fixed_by = ?", [load_id])
    transaction.execute("UPDATE loads SET is_undone = true WHERE load_id = ?", [load_id])
    return names


def _remove(transaction: Transaction, feed: str, before: date) -> tuple[int, list[str]]:
    if feed == "pings":
        gone = transaction.execute(
            "DELETE FROM ping_files WHERE day < ? RETURNING file, rows", [before]
        ).fetchall()
        transaction.execute(
            "DELETE FROM devices WHERE load_id NOT IN (SELECT load_id FROM ping_files)"
        )
        told = transaction.execute(
            "DELETE FROM check_ins WHERE in_ms < ? RETURNING 1", [_midnight_ms(before)]
        ).fetchall()
        return sum(rows for _, rows in gone) + len(told), [file for file, _ in gone]
    gone = transaction.execute(
        f"DELETE FROM {feed} WHERE {_DAY_COLUMN[feed]} < ? RETURNING 1", [before]
    ).fetchall()
    if feed in EVENT_FEEDS:
        gone += transaction.execute(
            "DELETE FROM superseded WHERE feed = ? AND occurred_from < ? RETURNING 1",
            [feed, before],
        ).fetchall()
    removed = len(gone)
    if feed == "roster":
        removed += _forget_weeks(transaction, before)
    return removed, []


def _forget_weeks(transaction: Transaction, before: date) -> int:
    """Remove what saved weeks that begin before a day had replaced; returns the rows."""
    chosen = f"{_IS_WEEK} AND {_SET_ASIDE} > 0 AND first < ?"
    day = [before.isoformat()]
    (rows,) = transaction.execute(
        f"SELECT coalesce(sum({_SET_ASIDE}), 0) FROM loads WHERE {chosen}", day
    ).fetchone()
    transaction.execute(f"UPDATE loads SET changes = NULL WHERE {chosen}", day)
    return int(rows)


def _midnight_ms(day: date) -> int:
    return int((datetime.combine(day, time()) - datetime(1970, 1, 1)).total_seconds() * 1000)
