"""Taking a load back whole: what it takes out, what it brings back, and when it cannot."""

from dataclasses import dataclass
from datetime import datetime

from analytics.technology import commit, readiness
from analytics.workspace import InputError, User, Workspace, retention
from analytics.workspace.schema import EVENT_FEEDS


@dataclass(frozen=True)
class UndoEffect:
    """What taking back a load does (rows); `blocked` is the sentence that says why it cannot be."""

    feed: str
    taken_out: int
    brought_back: int
    kept_aside_dropped: int
    blocked: str = ""

    def sentence(self) -> str:
        """Say in one sentence what happens to the data."""
        text = f"{_rows(self.taken_out)} taken out"
        if self.brought_back:
            comes = "comes" if self.brought_back == 1 else "come"
            text += f" and {self.brought_back:,} that it had replaced {comes} back"
        if self.kept_aside_dropped:
            text += f"; {_rows(self.kept_aside_dropped)} no longer kept aside"
        return f"{text}."


def _rows(number: int) -> str:
    return "1 row is" if number == 1 else f"{number:,} rows are"


def undo_effect(workspace: Workspace, user: User, load_id: str) -> UndoEffect:
    """Return what `undo_load` would do; raises InputError when there is no such load."""
    workspace.require(user, "load")
    found = workspace.rows(
        "SELECT feed, mode FROM loads WHERE load_id = ? AND NOT is_undone", [load_id]
    )
    if not found:
        raise InputError(f"There is no load '{load_id}' to undo. See the register of feeds.")
    feed, mode = found[0]
    counted = "ping_files" if feed == "pings" else feed
    rows = "coalesce(sum(rows), 0)" if feed == "pings" else "count(*)"
    removed = workspace.value(
        f"SELECT CAST({rows} AS BIGINT) FROM {counted} WHERE load_id = ?", [load_id]
    )
    back = "SELECT count(*) FROM superseded WHERE feed = ? AND replaced_by = ?"
    aside = "SELECT count(*) FROM quarantine WHERE load_id = ? AND fixed_by IS NULL"
    return UndoEffect(
        feed,
        removed,
        workspace.value(back, [feed, load_id]),
        workspace.value(aside, [load_id]),
        _why_not(workspace, feed, mode, load_id),
    )


def undo_load(workspace: Workspace, user: User, load_id: str) -> int:
    """Take back a load whole, with its rows kept aside; returns the rows removed.

    What the load had replaced comes back. Raises InputError when there is no such load, it was
    taken back before, or a later load rests on it.
    """
    effect = undo_effect(workspace, user, load_id)
    if effect.blocked:
        raise InputError(effect.blocked)
    names = workspace.rows("SELECT file FROM ping_files WHERE load_id = ?", [load_id])
    detail = {"feed": effect.feed, "rows_brought_back": effect.brought_back}
    with workspace.write(user, "erase", "load", load_id, detail) as transaction:
        retention.undo(transaction, user, effect.feed, load_id)
        readiness.note(transaction, workspace, load_id)
    commit.remove_ping_files(workspace.pings_folder, [name for (name,) in names])
    return effect.taken_out


def _why_not(workspace: Workspace, feed: str, mode: str | None, load_id: str) -> str:
    if mode == "edit":
        return (
            "This week was edited on the page, in place of what stood there before. It is taken "
            "back there: Tasking, Roster, below the table."
        )
    return _blocked(workspace, feed, load_id) if feed in EVENT_FEEDS else ""


def _blocked(workspace: Workspace, feed: str, load_id: str) -> str:
    """Say which later load must be undone first; blank when none must.

    A load that replaced rows holds together with the loads of its period before and after it:
    what it left unchanged is part of it, and what it set aside may stand in a later load again.
    """
    rows = workspace.rows(
        """WITH periods AS (
            SELECT l.load_id, l.at_ms, l.username, l.mode,
                least(CAST(l.first AS DATE), min(CAST(s.occurred_from AS DATE))) AS first,
                greatest(CAST(l.last AS DATE), max(CAST(s.occurred_from AS DATE))) AS last
            FROM loads l LEFT JOIN superseded s ON s.replaced_by = l.load_id
            WHERE l.feed = ? AND NOT l.is_undone
            GROUP BY l.load_id, l.at_ms, l.username, l.mode, l.first, l.last)
        SELECT b.load_id, b.at_ms, b.username, b.mode = 'replace' FROM periods a JOIN periods b
            ON (b.at_ms, b.load_id) > (a.at_ms, a.load_id)
            AND (a.mode = 'replace' OR b.mode = 'replace')
            AND (b.first <= a.last AND b.last >= a.first OR EXISTS (SELECT 1 FROM superseded
                WHERE replaced_by = b.load_id AND load_id = a.load_id))
        WHERE a.load_id = ? ORDER BY b.at_ms DESC LIMIT 1""",
        [feed, load_id],
    )
    if not rows:
        return ""
    later, at_ms, username, is_replacing = rows[0]
    when = datetime.fromtimestamp(at_ms / 1000, workspace.timezone)
    what = (
        "stands in place of the same period" if is_replacing else "loaded rows of the same period"
    )
    return f"The later load {later} ({when.day} {when:%b %Y, %H:%M}, by {username}) {what}. Undo that one first."
