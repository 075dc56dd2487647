"""What else happened: dated events that every chart over time shows as marked bands.

A change of recording, another operation or a lockdown moves counts as much as patrol does. The
register ships empty; school holidays are events too, because no calendar of them is at hand.
"""

import csv
import secrets
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

EVENT_KINDS = (
    "recording change",
    "operation",
    "lockdown",
    "event",
    "school holiday",
    "other",
)
SCHOOL_HOLIDAY = "school holiday"
EVENT_COLUMNS = ("name", "kind", "first_day", "last_day", "note")
_DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d %B %Y")


def time_events(
    workspace: Workspace,
    first: date | None = None,
    last: date | None = None,
    *,
    programme_id: str = DEFAULT_PROGRAMME,
) -> pd.DataFrame:
    """Return the events that touch the days `first` to `last` (open: all), the earliest first.

    Columns: event_id, name, kind, first_day, last_day (dates, both included), note, added_by.
    """
    frame = workspace.frame(
        "SELECT event_id, name, kind, first_day, last_day, note, added_by FROM time_events "
        "WHERE NOT is_removed AND programme_id = ? AND last_day >= coalesce(?, last_day) "
        "AND first_day <= coalesce(?, first_day) ORDER BY first_day, last_day, name, event_id",
        [programme_id, first, last],
    )
    for column in ("first_day", "last_day"):
        frame[column] = pd.to_datetime(frame[column]).dt.date
    return frame


def add_event(
    workspace: Workspace,
    user: User,
    name: str,
    kind: str,
    first_day: date,
    last_day: date,
    note: str = "",
    *,
    programme_id: str = DEFAULT_PROGRAMME,
) -> str:
    """Add one event and return its id; InputError when it has no name or ends before it begins."""
    workspace.require(user, "tune")
    rows = pd.DataFrame([_checked(name, kind, first_day, last_day, note)], columns=EVENT_COLUMNS)
    return add_events(workspace, user, rows, programme_id=programme_id)[0]


def add_events(
    workspace: Workspace,
    user: User,
    rows: pd.DataFrame,
    *,
    programme_id: str = DEFAULT_PROGRAMME,
) -> list[str]:
    """Add events of the columns `EVENT_COLUMNS`, all or none; returns their ids.

    Events that the register already holds are not added again.
    """
    workspace.require(user, "tune")
    held = set(
        time_events(workspace, programme_id=programme_id)[
            ["name", "kind", "first_day", "last_day"]
        ].itertuples(index=False, name=None)
    )
    rows = [_checked(*row) for row in rows[list(EVENT_COLUMNS)].itertuples(index=False)]
    fresh = pd.DataFrame(
        [row for row in dict.fromkeys(rows) if row[:4] not in held], columns=EVENT_COLUMNS
    )
    if fresh.empty:
        return []
    ids = [secrets.token_hex(8) for _ in range(len(fresh))]
    added = fresh.assign(
        event_id=ids,
        programme_id=programme_id,
        added_by=user.username,
        added_ms=now_ms(),
        is_removed=False,
    )
    detail = {"events": len(fresh), "names": fresh["name"].tolist()[:20]}
    with workspace.write(user, "create", "time event", ids[0], detail) as transaction:
        transaction.insert("time_events", added)
    return ids


def change_event(
    workspace: Workspace,
    user: User,
    event_id: str,
    *,
    name: str,
    kind: str,
    first_day: date,
    last_day: date,
    note: str = "",
) -> None:
    """Replace what an event says; InputError when there is no such event."""
    workspace.require(user, "tune")
    before = _held(workspace, event_id)
    values = _checked(name, kind, first_day, last_day, note)
    detail = {"before": before, "after": [str(value) for value in values]}
    with workspace.write(user, "alter", "time event", event_id, detail) as transaction:
        transaction.execute(
            "UPDATE time_events SET name = ?, kind = ?, first_day = ?, last_day = ?, note = ? "
            "WHERE event_id = ?",
            [*values, event_id],
        )


def remove_event(workspace: Workspace, user: User, event_id: str) -> None:
    """Take an event out of the register; the audit log keeps what it said."""
    workspace.require(user, "tune")
    detail = {"before": _held(workspace, event_id)}
    with workspace.write(user, "delete", "time event", event_id, detail) as transaction:
        transaction.execute(
            "UPDATE time_events SET is_removed = true WHERE event_id = ?", [event_id]
        )


def read_events(path: str | Path) -> pd.DataFrame:
    """Read a CSV of name, first_day, last_day and, if given, kind and note (kind: school holiday).

    Dates as 2026-03-03 or 03/03/2026. Raises InputError naming the first line that cannot be read.
    """
    path = Path(path)
    try:
        lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"'{path.name}' is not a CSV file in UTF-8. Save it as one.") from error
    missing = {"name", "first_day", "last_day"} - set(lines[0] if lines else ())
    if missing:
        raise InputError(
            f"'{path.name}' has no rows or lacks the column {', '.join(sorted(missing))}. The "
            "first line must read: name,first_day,last_day,kind,note."
        )
    rows = []
    for number, line in enumerate(lines, start=2):
        try:
            days = [_read_day(line[column]) for column in ("first_day", "last_day")]
            kind = (line.get("kind") or SCHOOL_HOLIDAY).strip().lower()
            rows.append(_checked(line["name"], kind, *days, line.get("note")))
        except InputError as error:
            raise InputError(f"Line {number} of '{path.name}': {error}") from error
    return pd.DataFrame(rows, columns=EVENT_COLUMNS)


def _read_day(text: str | None) -> date:
    for form in _DATE_FORMS:
        try:
            return datetime.strptime((text or "").strip(), form).date()
        except ValueError:
            continue
    raise InputError(f"'{text or ''}' is not a date. Write it as 2026-03-03 or 03/03/2026.")


def _checked(
    name: str, kind: str, first_day: date, last_day: date, note: str | None
) -> tuple[str, str, date, date, str]:
    if not (name or "").strip():
        raise InputError("An event needs a name.")
    if kind not in EVENT_KINDS:
        raise InputError(f"'{kind}' is not a kind of event. Use one of: {', '.join(EVENT_KINDS)}.")
    if first_day is None or last_day is None or first_day > last_day:
        raise InputError(f"'{name}' needs a first and a last day, in this order.")
    return name.strip(), kind, first_day, last_day, (note or "").strip()


def _held(workspace: Workspace, event_id: str) -> list[str]:
    rows = workspace.rows(
        "SELECT name, kind, first_day, last_day, note FROM time_events "
        "WHERE event_id = ? AND NOT is_removed",
        [event_id],
    )
    if not rows:
        raise InputError("This event is no longer in the register. Reload the page.")
    return [str(value) for value in rows[0]]
