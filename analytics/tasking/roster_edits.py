"""Weeks of the roster saved on the page: what each save changed, and taking the last one back.

A save keeps the rows that it replaced until it is taken back. A purge of the roster, and taking
back the load that they came from, remove them too.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from analytics.workspace import InputError, Transaction, User, Workspace, now_ms

WEEK = timedelta(days=7)
_KINDS = ("added", "removed")
_FIELDS = {"starts": "start", "ends": "end", "mode": "how", "officers": "officers"}
_FIELDS |= {"base": "base", "team": "team", "agency": "agency", "funding": "funding line"}


@dataclass(frozen=True)
class WeekEdit:
    """One save of a week: `what` it changed in sentences; `blocked` says why it must stand."""

    load_id: str
    first: date
    saved_by: str
    saved_ms: int
    what: tuple[str, ...]
    is_undone: bool
    undone_by: str
    undone_ms: int | None
    blocked: str

    def sentence(self, most: int = 3) -> str:
        """Say what was changed, the first few changes in words and the number of the others."""
        if not self.what:
            return "What it changed is no longer held"
        more = len(self.what) - most
        if more <= 0:
            return "; ".join(self.what)
        kinds = {kind: sum(text.endswith(kind) for text in self.what) for kind in _KINDS}
        kinds["changed"] = len(self.what) - sum(kinds.values())
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
        return f"{counts}: {'; '.join(self.what[:most])}; and {more} more"


def week_edits(workspace: Workspace, user: User, first: date) -> list[WeekEdit]:
    """Return the saves of the week that begins on `first`, the newest first."""
    workspace.require(user, "plan")
    rows = workspace.rows(
        "SELECT load_id, username, at_ms, CAST(changes AS VARCHAR), is_undone FROM loads "
        "WHERE feed = 'roster' AND mode = 'edit' AND first = ? ORDER BY at_ms DESC, load_id",
        [first.isoformat()],
    )
    last_standing = next((load_id for load_id, *_, is_undone in rows if not is_undone), None)
    found = []
    for load_id, username, at_ms, text, is_undone in rows:
        kept = json.loads(text) if text else {}
        blocked = ""
        if load_id != last_standing:
            blocked = "A later save of this week stands. Take that one back first."
        elif "before" not in kept:
            blocked = "What stood there before is no longer held."
        elif _has_other_rows(workspace, load_id, first):
            blocked = "Rows of this week were loaded after it. Take that load back first."
        what, undone = tuple(kept.get("what", ())), kept.get("undone_by", "")
        at = kept.get("undone_ms")
        found.append(
            WeekEdit(load_id, first, username, at_ms, what, is_undone, undone, at, blocked)
        )
    return found


def undo_week(workspace: Workspace, user: User, first: date, load_id: str) -> WeekEdit:
    """Take back the last save of a week, audited: what it had replaced stands again.

    Raises InputError when it was taken back before, or must stand, with the reason.
    """
    workspace.require(user, "plan")
    detail = {"taken_back": load_id}
    with workspace.write(user, "alter", "roster", first.isoformat(), detail) as transaction:
        held = {edit.load_id: edit for edit in week_edits(workspace, user, first)}
        edit = held.get(load_id)
        if edit is None or edit.is_undone:
            raise InputError("This save was taken back already.")
        if edit.blocked:
            raise InputError(edit.blocked)
        text = "SELECT CAST(changes AS VARCHAR) FROM loads WHERE load_id = ?"
        kept = json.loads(transaction.execute(text, [load_id]).fetchone()[0])
        transaction.execute("DELETE FROM roster WHERE load_id = ?", [load_id])
        if kept["before"]:
            transaction.insert("roster", _as_frame(kept.pop("before")))
        done = {"what": list(edit.what), "undone_by": user.username, "undone_ms": now_ms()}
        transaction.execute(
            "UPDATE loads SET is_undone = true, changes = ? WHERE load_id = ?",
            [json.dumps(done), load_id],
        )
    return next(one for one in week_edits(workspace, user, first) if one.load_id == load_id)


def set_aside(transaction: Transaction, first: date, what: list[str]) -> str:
    """Return as JSON, for the record of a save, its changes and the rows that it replaces."""
    found = transaction.execute(
        "SELECT * FROM roster WHERE day BETWEEN ? AND ? ORDER BY ALL", [first, _last(first)]
    )
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return json.dumps({"what": what, "before": rows}, default=str)


def changes_between(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    """Say in sentences what distinguishes two lists of unit-shifts, by day, shift and unit.

    A unit-shift has the columns of `roster_week`; starts and ends are times or moments.
    """
    was = {_known_by(row): row for row in before}
    now = {_known_by(row): row for row in after}
    said = []
    for key in sorted({*was, *now}):
        if key not in was:
            said.append(f"{_named(now[key])} added")
        elif key not in now:
            said.append(f"{_named(was[key])} removed")
        elif parts := [
            f"{label} {_shown(was[key][name])}, now {_shown(now[key][name])}"
            for name, label in _FIELDS.items()
            if _shown(was[key][name]) != _shown(now[key][name])
        ]:
            said.append(f"{_named(was[key])}: {', '.join(parts)}")
    return said or ["Nothing changed"]


def _known_by(row: dict[str, Any]) -> tuple[date, str, str]:
    return row["day"], str(row["unit"]).strip(), str(row["shift"] or f"{row['starts']:%H:%M}")


def _named(row: dict[str, Any]) -> str:
    day = row["day"]
    return (
        f"{row['unit']} on {day:%a} {day.day} {day:%b}, {row['starts']:%H:%M}-{row['ends']:%H:%M}"
    )


def _shown(value: Any) -> str:
    return f"{value:%H:%M}" if hasattr(value, "strftime") else str(value) or "none"


def _has_other_rows(workspace: Workspace, load_id: str, first: date) -> bool:
    return bool(
        workspace.value(
            "SELECT count(*) > 0 FROM roster WHERE day BETWEEN ? AND ? AND load_id <> ?",
            [first, _last(first), load_id],
        )
    )


def _as_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    moments = {name: pd.to_datetime(frame[name]) for name in ("day", "starts", "ends")}
    return frame.assign(**moments)


def _last(first: date) -> date:
    return first + WEEK - timedelta(days=1)
