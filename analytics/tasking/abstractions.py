"""Units taken off their patrol: from when until when, why, and by whom it was logged."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analytics.tasking.clock import patrol_day
from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

REASONS: dict[str, str] = {
    "incident": "Serious incident",
    "custody": "Custody, hospital or scene guard",
    "event": "Event or public order",
    "court": "Court or interview",
    "vehicle": "Vehicle or equipment",
    "sick": "Sick or injured",
    "other": "Other reason",
}
"""Reason codes and their words (a convention)."""

_LONGEST_NOTE = 300
_LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Abstraction:
    """One unit off its patrol from `starts` to `ends` (naive local times)."""

    abstraction_id: str
    day: date
    shift: str
    unit: str
    starts: datetime
    ends: datetime
    reason: str
    note: str
    logged_by: str
    logged_ms: int
    is_removed: bool


def log_abstraction(
    workspace: Workspace,
    user: User,
    unit: str,
    starts: datetime,
    ends: datetime,
    reason: str,
    note: str = "",
    *,
    shift: str = "",
    programme_id: str = DEFAULT_PROGRAMME,
) -> str:
    """Log that a unit is off its patrol, audited, and return the id.

    `shift` may be empty: it is the whole unit that is off in that time. Raises InputError for no
    unit, times out of order or longer than a day, an unknown reason, or a note that is too long.
    """
    workspace.require(user, "plan")
    unit, note = unit.strip(), note.strip()
    _check(unit, starts, ends, reason, note)
    abstraction_id = uuid.uuid4().hex[:12]
    day = patrol_day(starts, workspace.day_starts_minutes)
    told = {"unit": unit, "from": str(starts), "until": str(ends), "reason": reason, "note": note}
    with workspace.write(user, "create", "abstraction", abstraction_id, told) as transaction:
        transaction.execute(
            "INSERT INTO abstractions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false)",
            [
                abstraction_id,
                programme_id,
                day,
                shift,
                unit,
                starts,
                ends,
                reason,
                note,
                user.username,
                now_ms(),
            ],
        )
    return abstraction_id


def remove_abstraction(workspace: Workspace, user: User, abstraction_id: str) -> None:
    """Mark an abstraction as removed, audited; the unit is on patrol again in that time."""
    workspace.require(user, "plan")
    with workspace.write(user, "alter", "abstraction", abstraction_id, "removed") as transaction:
        transaction.execute(
            "UPDATE abstractions SET is_removed = true WHERE abstraction_id = ?", [abstraction_id]
        )


def abstractions(
    workspace: Workspace,
    first: date,
    last: date,
    *,
    with_removed: bool = False,
    programme_id: str = DEFAULT_PROGRAMME,
) -> list[Abstraction]:
    """Return the abstractions that begin on the patrol days from `first` to `last`, in time."""
    rows = workspace.rows(
        "SELECT abstraction_id, day, shift, unit, starts, ends, reason, note, logged_by, "
        "logged_ms, is_removed FROM abstractions WHERE programme_id = ? AND day BETWEEN ? AND ? "
        "AND (? OR NOT is_removed) ORDER BY starts, unit, abstraction_id",
        [programme_id, first, last, with_removed],
    )
    return [Abstraction(*row) for row in rows]


def away_times(
    workspace: Workspace, first: date, last: date
) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return when each unit is off, by its name; one begun the day before counts until its end."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in abstractions(workspace, first - timedelta(days=1), last):
        found.setdefault(one.unit, []).append((one.starts, one.ends))
    return found


def mark_of(workspace: Workspace, first: date, last: date) -> str:
    """Name the abstractions of the days: changes with each one logged or removed."""
    text = repr(sorted(away_times(workspace, first, last).items()))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _check(unit: str, starts: datetime, ends: datetime, reason: str, note: str) -> None:
    if not unit:
        raise InputError("Choose the unit that is taken off its patrol.")
    if reason not in REASONS:
        raise InputError(f"'{reason}' is no reason of the list: {', '.join(REASONS)}.")
    if ends <= starts:
        raise InputError(f"The time off ends at {ends:%H:%M}, before it begins ({starts:%H:%M}).")
    if ends - starts > _LONGEST:
        raise InputError("A unit is taken off for at most 24 hours at a time. Log each day.")
    if len(note) > _LONGEST_NOTE:
        raise InputError(f"The note has {len(note)} signs; at most {_LONGEST_NOTE} are kept.")
