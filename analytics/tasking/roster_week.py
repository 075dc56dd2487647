"""One week of the roster as a table to be edited: a row per unit and shift, saved as a load."""

import hashlib
import json
import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

import holidays
import pandas as pd

from analytics import training
from analytics.tasking.roster import base_places
from analytics.tasking.roster_edits import WEEK, changes_between, set_aside
from analytics.tasking.travel import MODES, mode_of
from analytics.workspace import (
    InputError,
    NotMeasurable,
    User,
    Workspace,
    make_settings,
    now_ms,
)

COLUMNS = ["key", "day", "unit", "team", "shift", "starts", "ends", "mode", "officers", "base"]
COLUMNS += ["agency", "funding"]
MOST_OFFICERS = 12
_LONGEST = timedelta(hours=16)
_SEPARATOR = "\x1f"


def roster_week(
    workspace: Workspace, user: User, first: date, copied_from: date | None = None
) -> pd.DataFrame:
    """Return the week that begins on `first` as a frame, a row per unit and shift.

    Columns `COLUMNS`: `key` names the row's officers as they are stored, times are clock times.
    With `copied_from`, another week's first day, its rows are moved to this week.
    """
    workspace.require(user, "plan")
    source = copied_from or first
    frame = workspace.frame(
        "SELECT day, unit, shift, min(team) AS team, max(starts) AS starts, min(ends) AS ends, "
        "min(mode) AS mode, min(base) AS base, min(agency) AS agency, min(funding) AS funding, "
        "coalesce(max(crew), greatest(count(DISTINCT officer), 1)) AS officers FROM roster "
        "WHERE day BETWEEN ? AND ? AND ends > starts GROUP BY day, unit, shift "
        "ORDER BY day, starts, unit",
        [source, source + WEEK - timedelta(days=1)],
    )
    days = pd.to_datetime(frame["day"]).dt.date
    frame["key"] = [
        _SEPARATOR.join((day.isoformat(), shift or "", unit))
        for day, shift, unit in zip(days, frame["shift"].fillna(""), frame["unit"], strict=True)
    ]
    frame["day"] = [day + (first - source) for day in days]
    frame["starts"] = frame["starts"].dt.time
    frame["ends"] = frame["ends"].dt.time
    frame["mode"] = [mode_of(mode) or "foot" for mode in frame["mode"].fillna("")]
    texts = ["unit", "team", "shift", "base", "agency", "funding"]
    frame[texts] = frame[texts].fillna("")
    frame["officers"] = frame["officers"].astype(int)
    return frame[COLUMNS]


def save_week(workspace: Workspace, user: User, first: date, rows: list[dict[str, Any]]) -> str:
    """Replace the roster of a week by these rows (`COLUMNS`), audited, and return the load's id.

    What stood there is set aside, so that `undo_week` can bring it back. The officers of a row stay
    as they were under its key. Raises InputError with a sentence on the first row that cannot be.
    """
    workspace.require(user, "plan")
    shifts = [_checked(workspace, first, number, row) for number, row in enumerate(rows, 1)]
    _check_overlaps(shifts)
    stored = _stored(workspace, shifts)
    before = roster_week(workspace, user, first).to_dict("records")
    what = changes_between(before, [{**shift, "officers": shift["crew"]} for shift in shifts])
    load_id = f"L{uuid.uuid4().hex[:12]}"
    last = first + WEEK - timedelta(days=1)
    detail = {"week": first.isoformat(), "shifts": len(shifts), "rows": len(stored)}
    with workspace.write(user, "alter", "roster", first.isoformat(), detail) as transaction:
        changes = set_aside(transaction, first, what)
        transaction.execute("DELETE FROM roster WHERE day BETWEEN ? AND ?", [first, last])
        transaction.insert("roster", pd.DataFrame(stored).assign(load_id=load_id))
        transaction.execute(
            "INSERT INTO loads (load_id, feed, at_ms, username, files, file_hashes, columns, "
            "rows_read, rows_stored, rows_quarantined, rows_already_held, reasons, warnings, "
            "first, last, seconds, fingerprint, is_undone, mode, changes) "
            "VALUES (?, 'roster', ?, ?, ?, '[]', '{}', ?, ?, 0, 0, '{}', '[]', ?, ?, 0.0, ?, "
            "false, 'edit', ?)",
            [
                load_id,
                now_ms(),
                user.username,
                json.dumps([f"edited on the page, week of {first:%d %b %Y}"]),
                len(stored),
                len(stored),
                first.isoformat(),
                last.isoformat(),
                hashlib.sha256(repr(stored).encode()).hexdigest()[:16],
                changes,
            ],
        )
    return load_id


def bank_holidays(first: date, last: date) -> dict[date, str]:
    """Return the bank holidays of England and Wales between two days, by the package holidays."""
    held = holidays.country_holidays(
        "GB", subdiv="ENG", years=range(first.year, last.year + 1), categories=("public",)
    )
    return {day: name for day, name in sorted(held.items()) if first <= day <= last}


def trained_words(workspace: Workspace, user: User, first: date) -> dict[str, str]:
    """Say for each row's key how many of its officers are trained; empty where not measurable.

    Trained as step 4 has it: every course needed is in date and passed on each rostered day.
    """
    if not user.may("train"):
        return {}
    last = first + WEEK - timedelta(days=1)
    chosen = {"from": first.isoformat(), "to": last.isoformat()}
    try:
        found = training.coverage(workspace, user, make_settings(training.TrainingSettings, chosen))
    except NotMeasurable:
        return {}
    missing = set(found.gaps["officer"])
    rows = workspace.rows(
        "SELECT day, coalesce(shift, ''), unit, officer FROM roster "
        "WHERE day BETWEEN ? AND ? AND officer IS NOT NULL",
        [first, last],
    )
    officers: dict[str, set[str]] = {}
    for day, shift, unit, officer in rows:
        officers.setdefault(_SEPARATOR.join((day.isoformat(), shift, unit)), set()).add(officer)
    return {key: f"{len(held - missing)} of {len(held)}" for key, held in officers.items()}


def week_notes(workspace: Workspace, first: date, rows: list[dict[str, Any]]) -> list[str]:
    """Return what is worth knowing of a week, a sentence each: holidays, bases, days with nobody."""
    last = first + WEEK - timedelta(days=1)
    notes = [
        f"{day:%A} {day.day} {day:%b} is a bank holiday: {name}."
        for day, name in bank_holidays(first, last).items()
    ]
    known = base_places(workspace)
    unknown = sorted(
        {row["base"] for row in rows if row["base"] and row["base"].strip().lower() not in known}
    )
    if unknown:
        notes.append(
            f"Bases that are not loaded: {', '.join(unknown)}; no travel is planned there."
        )
    idle = [
        f"{day:%a} {day.day}"
        for day in (first + timedelta(days=number) for number in range(7))
        if not any(row["day"] == day for row in rows)
    ]
    if idle and rows:
        notes.append(f"Nobody is on: {', '.join(idle)}.")
    return notes


def _checked(workspace: Workspace, first: date, number: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return one row with its moments, or say in a sentence what is wrong with it."""
    unit = str(row.get("unit") or "").strip()
    where = f"Row {number}" + (f" ({unit})" if unit else "")
    day, starts, ends = row.get("day"), row.get("starts"), row.get("ends")
    if not unit:
        raise InputError(f"{where} names no unit. Give it a call sign.")
    if day is None or pd.isna(day):
        raise InputError(f"{where} has no day.")
    day = pd.Timestamp(day).date()
    if not first <= day < first + WEEK:
        raise InputError(f"{where}: {day:%d %b %Y} is not in this week.")
    if not isinstance(starts, time) or not isinstance(ends, time):
        raise InputError(f"{where} needs a start and an end.")
    if starts == ends:
        raise InputError(f"{where} starts and ends at {starts:%H:%M}.")
    begin = datetime.combine(day, starts)
    if starts.hour * 60 + starts.minute < workspace.day_starts_minutes:
        begin += timedelta(days=1)
    end = datetime.combine(begin.date(), ends)
    end += timedelta(days=1) if end <= begin else timedelta()
    if end - begin > _LONGEST:
        raise InputError(
            f"{where} is on for {(end - begin).total_seconds() / 3600:.0f} hours "
            f"({starts:%H:%M} to {ends:%H:%M}); at most 16 are accepted. Correct one of the times."
        )
    mode = row.get("mode")
    if mode not in MODES:
        raise InputError(f"{where} moves by '{mode}'. Use one of: {', '.join(MODES)}.")
    officers = row.get("officers")
    if officers is None or pd.isna(officers) or not 1 <= int(officers) <= MOST_OFFICERS:
        raise InputError(f"{where} needs 1 to {MOST_OFFICERS} officers.")
    text = {name: str(row.get(name) or "").strip() for name in ("team", "base", "agency")}
    text |= {name: str(row.get(name) or "").strip() for name in ("funding", "shift")}
    text["shift"] = text["shift"] or f"{starts:%H:%M}"
    key = row.get("key")
    key = key if isinstance(key, str) else ""
    moments = {"day": day, "starts": begin, "ends": end}
    return {"key": key, "unit": unit, "mode": mode, "crew": int(officers), **moments, **text}


def _check_overlaps(shifts: list[dict[str, Any]]) -> None:
    by_unit: dict[str, list[dict[str, Any]]] = {}
    for shift in sorted(shifts, key=lambda one: one["starts"]):
        before = by_unit.setdefault(shift["unit"], [])
        if before and shift["starts"] < before[-1]["ends"]:
            raise InputError(
                f"{shift['unit']} is on twice at {shift['starts']:%H:%M} on "
                f"{shift['starts']:%d %b %Y}. Give the second its own call sign or other times."
            )
        before.append(shift)


def _stored(workspace: Workspace, shifts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the table: one per known officer, or one without where none is known."""
    rows = []
    for shift in shifts:
        day, _, rest = shift["key"].partition(_SEPARATOR)
        name, _, unit = rest.partition(_SEPARATOR)
        officers: list[str | None] = []
        if shift["key"]:
            officers = [
                officer
                for (officer,) in workspace.rows(
                    "SELECT DISTINCT officer FROM roster WHERE day = ? AND unit = ? "
                    "AND coalesce(shift, '') = ? AND officer IS NOT NULL ORDER BY officer",
                    [day, unit, name],
                )
            ]
        plain = {name: value for name, value in shift.items() if name != "key"}
        for officer in officers or [None]:
            mark = hashlib.sha256(repr((sorted(plain.items()), officer)).encode()).digest()
            rows.append({**plain, "officer": officer, "row_hash": int.from_bytes(mark[:8], "big")})
    return rows
