"""Why a planned visit was missed: a reason each, explained by one person and closed by one."""

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from analytics import tasking
from analytics.tracking.planned import MISSED, UNKNOWN, PlannedVisits
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    InputError,
    Transaction,
    User,
    Workspace,
    note_evidence,
    now_ms,
)

REASONS: dict[str, str] = {
    "abstracted": "Called away to other work",
    "not_on": "Unit not on duty",
    "no_time": "No time left on the shift",
    "device": "Device or GPS fault",
    "safety": "Weather or safety",
    "unclear": "Not known, or place unclear",
    "other": "Other reason",
}
"""Reason codes and their words (a convention)."""
LONGEST_NOTE = 300
KEYS = ["day", "shift", "unit", "hotspot_id", "starts"]


@dataclass(frozen=True)
class MissedVisit:
    """Which planned visit: the key of its row in the plan."""

    day: date
    shift: str
    unit: str
    hotspot_id: str
    starts: datetime


def missed_visits(workspace: Workspace, user: User, planned: PlannedVisits) -> pd.DataFrame:
    """Return the undelivered visits with reason, note, who explained and closed, and a suggestion.

    Adds reason (empty until explained), note, explained_by, closed_by, is_open, suggested (a reason
    code from the log of abstractions, empty where nothing is known).
    """
    workspace.require(user, "see:tracking")
    rows = planned.undelivered
    if rows.empty:
        return rows.assign(
            reason="", note="", explained_by="", closed_by="", suggested="", is_open=False
        )
    held = workspace.frame(
        f"SELECT {', '.join(KEYS)}, reason, note, explained_by, closed_by FROM misses "
        "WHERE programme_id = ? AND day BETWEEN ? AND ?",
        [DEFAULT_PROGRAMME, rows["day"].min(), rows["day"].max()],
    )
    held["day"] = pd.to_datetime(held["day"]).dt.date
    found = rows.merge(held, on=KEYS, how="left")
    texts = ["reason", "note", "explained_by", "closed_by"]
    found[texts] = found[texts].fillna("")
    away = tasking.away_times(workspace, rows["day"].min(), rows["day"].max())
    found["suggested"] = [
        _suggested(away.get(row.unit, []), row.starts) for row in found.itertuples()
    ]
    return found.assign(is_open=found["closed_by"] == "")


def explain_miss(
    workspace: Workspace, user: User, visit: MissedVisit, reason: str, note: str = ""
) -> None:
    """Record why a visit was missed, audited; a later reason replaces an earlier one.

    Raises InputError for an unknown reason, a note that is too long, or "other" without a note.
    """
    workspace.require(user, "explain")
    note = note.strip()
    if reason not in REASONS:
        raise InputError(f"'{reason}' is no reason of the list: {', '.join(REASONS)}.")
    if len(note) > LONGEST_NOTE:
        raise InputError(f"The note has {len(note)} signs; at most {LONGEST_NOTE} are kept.")
    if reason == "other" and not note:
        raise InputError("Say in the note what the other reason was.")
    told = {"place": visit.hotspot_id, "starts": str(visit.starts), "reason": reason}
    with workspace.write(user, "alter", "miss", _name(visit), told) as kept:
        kept.execute(f"DELETE FROM misses WHERE {_WHERE}", _values(visit))
        kept.execute(
            "INSERT INTO misses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            [*_values(visit), reason, note, user.username, now_ms()],
        )
        _note(kept)


def close_miss(workspace: Workspace, user: User, visit: MissedVisit) -> None:
    """Close an explained miss, audited; raises InputError when it has no reason yet."""
    workspace.require(user, "explain")
    with workspace.write(user, "alter", "miss", _name(visit), "closed") as kept:
        done = kept.execute(
            f"UPDATE misses SET closed_by = ?, closed_ms = ? WHERE {_WHERE}",
            [user.username, now_ms(), *_values(visit)],
        ).fetchall()
        if not done or not done[0][0]:
            raise InputError("Say first why the visit was missed, then close it.")
        _note(kept)


def misses_sentence(rows: pd.DataFrame, planned: PlannedVisits) -> str:
    """Say how many of the planned visits were missed, explained and closed; the commonest reason.

    `rows` are those of `missed_visits`.
    """
    if planned.rows.empty:
        return "No plan covers these days, so no visit could be missed."
    if rows.empty:
        unknown = int((planned.rows["status"] == UNKNOWN).sum())
        if not unknown:
            return "No planned visit was missed."
        return f"No planned visit is known to be missed; {unknown:,} are unknown without GPS."
    explained = rows[rows["reason"] != ""]
    were = "1 planned visit was" if len(rows) == 1 else f"{len(rows):,} planned visits were"
    if explained.empty:
        return f"{were} not delivered; none is explained yet."
    code, count = next(iter(explained["reason"].value_counts().items()))
    closed = int((rows["closed_by"] != "").sum())
    return (
        f"{were} not delivered; {len(explained):,} explained, {closed:,} closed. Most often: "
        f"{REASONS[code].lower()} ({count:,})."
    )


def why_by_place(rows: pd.DataFrame) -> pd.DataFrame:
    """Return hotspot_id, name, rank, missed, open, gps and why in words, most missed first.

    `gps` says what became of the visits: nobody came, too short, only driven through. `rows` are
    those of `missed_visits`; visits without a reason are counted as not explained, with the reason
    that the log of abstractions suggests.
    """
    made = []
    for hotspot_id, mine in rows.groupby("hotspot_id", sort=False):
        said = mine["reason"].map(REASONS).fillna("")
        hinted = mine["suggested"].map(REASONS).map(lambda text: f"not explained; log: {text}")
        words = said.where(said != "", hinted.where(mine["suggested"] != "", "not explained"))
        counts = words.value_counts()
        why = ", ".join(f"{text[:1].lower()}{text[1:]} ({count})" for text, count in counts.items())
        shown = mine["status"].replace(MISSED, "nobody came").value_counts()
        gps = ", ".join(f"{status} ({count})" for status, count in shown.items())
        first = mine.iloc[0]
        facts = (hotspot_id, first["name"], first["rank"])
        made.append((*facts, len(mine), int(mine["is_open"].sum()), gps, why))
    columns = ["hotspot_id", "name", "rank", "missed", "open", "gps", "why"]
    table = pd.DataFrame(made, columns=columns)
    return table.sort_values(["missed", "rank"], ascending=[False, True], ignore_index=True)


_WHERE = "programme_id = ? AND day = ? AND shift = ? AND unit = ? AND hotspot_id = ? AND starts = ?"


def _values(visit: MissedVisit) -> list[object]:
    return [DEFAULT_PROGRAMME, visit.day, visit.shift, visit.unit, visit.hotspot_id, visit.starts]


def _name(visit: MissedVisit) -> str:
    return f"{visit.day} {visit.unit} {visit.hotspot_id}"


def _suggested(away: list[tuple[datetime, datetime]], starts: datetime) -> str:
    return "abstracted" if any(first <= starts < last for first, last in away) else ""


def _note(kept: Transaction) -> None:
    held, closed = kept.execute(
        "SELECT count(*), count(closed_by) FROM misses WHERE programme_id = ?", [DEFAULT_PROGRAMME]
    ).fetchall()[0]
    note_evidence(
        kept, "T6-10", f"{held:,} missed visits explained, {closed:,} of them closed.", "misses"
    )
