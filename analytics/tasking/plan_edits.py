"""Changes made to the plan by hand: kept in order, each with its reason, undone one by one.

A changed visit is pinned: it stands in the plan in force, and in every plan issued later, until
its change is undone. A pin waits while its unit is taken off patrol at that time.
"""

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import pandas as pd

from analytics.tasking.abstractions import away_times
from analytics.tasking.clock import patrol_day
from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

Kind = Literal["add", "move", "cancel"]
LONGEST_REASON = 300
_KEY = ["day", "unit", "hotspot_id", "starts"]


@dataclass(frozen=True)
class Visit:
    """One visit of a plan; `starts` is a naive local time."""

    day: date
    shift: str
    unit: str
    hotspot_id: str
    starts: datetime
    minutes: float

    @property
    def key(self) -> tuple[date, str, str, datetime]:
        """What a visit is known by, whichever shift a plan counts it to."""
        return self.day, self.unit, self.hotspot_id, self.starts

    @property
    def ends(self) -> datetime:
        """When the unit leaves."""
        return self.starts + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class PlanEdit:
    """One change: `visit` as it stands now (for a cancelled one, as it stood), `was` before a move."""

    edit_id: str
    number: int
    plan_id: str
    kind: Kind
    visit: Visit
    was: Visit | None
    reason: str
    edited_by: str
    edited_ms: int
    is_undone: bool

    def sentence(self, names: dict[str, str] | None = None) -> str:
        """Say in a few words what was done; `names` are the places' by id."""
        visit = self.visit
        place = (names or {}).get(visit.hotspot_id, visit.hotspot_id)
        when = f"{visit.day:%a} {visit.day.day} {visit.day:%b}"
        if self.kind == "add":
            return f"Added {place} at {visit.starts:%H:%M} for {visit.unit}, {when}"
        if self.kind == "cancel":
            return f"Cancelled {place} at {visit.starts:%H:%M} of {visit.unit}, {when}"
        return (
            f"Moved {place} from {self.was.starts:%H:%M} of {self.was.unit} to "
            f"{visit.starts:%H:%M} of {visit.unit}, {when}"
        )


@dataclass(frozen=True)
class Standing:
    """What the changes come to: visits that must stand and visits that must not."""

    pinned: tuple[Visit, ...]
    cancelled: tuple[Visit, ...]


def add_visit(workspace: Workspace, user: User, visit: Visit, reason: str) -> str:
    """Add a visit to the plan of its day, audited, and return the change's id."""
    workspace.require(user, "plan")
    if any(held.key == visit.key for held in _standing(workspace, visit.day).pinned):
        raise InputError("This visit is in the plan already.")
    return _store(workspace, user, "add", visit, None, reason)


def move_visit(workspace: Workspace, user: User, was: Visit, to: Visit, reason: str) -> str:
    """Move a planned visit to another time or unit of its day, audited; return the change's id.

    Raises InputError when nothing changes, or the day or the place would change.
    """
    workspace.require(user, "plan")
    if (was.day, was.hotspot_id) != (to.day, to.hotspot_id):
        raise InputError("A visit is moved within its day. For another day or place, add one.")
    if was == to:
        raise InputError("Nothing changes: choose another time or unit.")
    return _store(workspace, user, "move", to, was, reason)


def cancel_visit(workspace: Workspace, user: User, visit: Visit, reason: str) -> str:
    """Cancel a planned visit, audited, and return the change's id."""
    return _store(workspace, user, "cancel", visit, visit, reason)


def undo_plan_edit(workspace: Workspace, user: User, edit_id: str) -> None:
    """Take one change back, audited. Undoing twice changes nothing.

    Raises InputError when a later change of the same visit stands: that one is undone first.
    """
    workspace.require(user, "plan")
    held = _edits(workspace, "edit_id = ?", [edit_id])
    if not held:
        raise InputError("There is no such change.")
    one = held[0]
    later = [
        edit
        for edit in _edits(workspace, "day = ? AND NOT is_undone", [one.visit.day])
        if edit.number > one.number and edit.was and edit.was.key == one.visit.key
    ]
    if later and one.kind != "cancel":
        raise InputError(f"Undo the later change of this visit first: {later[0].sentence()}.")
    with workspace.write(user, "alter", "plan change", edit_id, "undone") as transaction:
        transaction.execute("UPDATE plan_edits SET is_undone = true WHERE edit_id = ?", [edit_id])


def plan_edits(
    workspace: Workspace, first: date, last: date, *, programme_id: str = DEFAULT_PROGRAMME
) -> list[PlanEdit]:
    """Return every change of visits on these patrol days in the order made, undone ones too."""
    return _edits(workspace, "day BETWEEN ? AND ?", [first, last], programme_id)


def standing_edits(workspace: Workspace, first: date, last: date) -> Standing:
    """Return what the changes that stand come to, later ones over earlier ones.

    A pin whose unit is off patrol at that time is left out until the unit is back.
    """
    pinned: dict[tuple, Visit] = {}
    cancelled: dict[tuple, Visit] = {}
    for edit in plan_edits(workspace, first, last):
        if edit.is_undone:
            continue
        if edit.was is not None:
            pinned.pop(edit.was.key, None)
            cancelled[edit.was.key] = edit.was
        if edit.kind != "cancel":
            cancelled.pop(edit.visit.key, None)
            pinned[edit.visit.key] = edit.visit
    away = away_times(workspace, first, last)
    held = [
        visit
        for visit in pinned.values()
        if not any(
            starts < visit.ends and visit.starts < ends for starts, ends in away.get(visit.unit, [])
        )
    ]
    return Standing(tuple(held), tuple(cancelled.values()))


def apply_edits(visits: pd.DataFrame, standing: Standing, modes: dict[str, str]) -> pd.DataFrame:
    """Return planned visits (columns of plan_visits) with the changes made and orders renewed.

    `modes` say how units move. The travel to a pinned visit is not known before a replan: NaN.
    """
    if not standing.pinned and not standing.cancelled:
        return visits
    keys = pd.Series(list(zip(*(_plain(visits[name]) for name in _KEY), strict=True)), dtype=object)
    gone = {visit.key for visit in standing.cancelled}
    kept = visits[[key not in gone for key in keys]]
    there = set(keys)
    rows = [
        {
            "day": pd.Timestamp(visit.day),
            "shift": _shift(kept, visit),
            "unit": visit.unit,
            "visit_order": 0,
            "hotspot_id": visit.hotspot_id,
            "starts": pd.Timestamp(visit.starts),
            "minutes": visit.minutes,
            "travel_minutes": float("nan"),
            "mode": modes.get(visit.unit, ""),
        }
        for visit in standing.pinned
        if visit.key not in there
    ]
    if rows:
        extra = pd.DataFrame(rows).astype({"day": visits["day"].dtype}, errors="ignore")
        kept = pd.concat([kept, extra], ignore_index=True) if len(kept) else extra
    kept = kept.sort_values(["day", "shift", "unit", "starts"], ignore_index=True)
    kept["visit_order"] = kept.groupby(["day", "shift", "unit"]).cumcount() + 1
    return kept


def edits_mark(workspace: Workspace, first: date, last: date) -> str:
    """Name the changes that stand on the days: another text with each change made or undone."""
    standing = standing_edits(workspace, first, last)
    return hashlib.sha256(repr(standing).encode()).hexdigest()[:8]


def _plain(column: pd.Series) -> list[Any]:
    """Return dates as dates and times as datetimes, so that they compare with a visit's."""
    if column.name == "day":
        return [pd.Timestamp(day).date() for day in column]
    if column.name == "starts":
        return [pd.Timestamp(moment).to_pydatetime() for moment in column]
    return list(column)


def _shift(visits: pd.DataFrame, visit: Visit) -> str:
    """Return the shift under which the plan has the unit that day, else the visit's own."""
    same = visits[
        (visits["unit"] == visit.unit) & (pd.to_datetime(visits["day"]).dt.date == visit.day)
    ]
    if same.empty or visit.shift in set(same["shift"]):
        return visit.shift
    return str(same["shift"].iloc[0])


def _standing(workspace: Workspace, day: date) -> Standing:
    return standing_edits(workspace, day, day)


def _store(
    workspace: Workspace, user: User, kind: Kind, visit: Visit, was: Visit | None, reason: str
) -> str:
    workspace.require(user, "plan")
    reason = _checked(workspace, visit, reason)
    edit_id = uuid.uuid4().hex[:12]
    plan_id = workspace.value(
        "SELECT plan_id FROM plans WHERE programme_id = ? AND ? BETWEEN first_day AND last_day "
        "ORDER BY issued_ms DESC, plan_id DESC LIMIT 1",
        [DEFAULT_PROGRAMME, visit.day],
    )
    if plan_id is None:
        raise InputError(f"No plan is issued for {visit.day:%d %b %Y}, so there is none to change.")
    before = None if was is None else json.dumps(asdict(was), default=str)
    told = {"kind": kind, "visit": asdict(visit), "was": before, "reason": reason}
    with workspace.write(user, "alter", "plan change", edit_id, told) as transaction:
        number = transaction.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM plan_edits WHERE programme_id = ?",
            [DEFAULT_PROGRAMME],
        ).fetchone()[0]
        transaction.execute(
            "INSERT INTO plan_edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false)",
            [
                edit_id,
                DEFAULT_PROGRAMME,
                number,
                plan_id,
                kind,
                visit.day,
                visit.shift,
                visit.unit,
                visit.hotspot_id,
                visit.starts,
                visit.minutes,
                before,
                reason,
                user.username,
                now_ms(),
            ],
        )
    return edit_id


def _checked(workspace: Workspace, visit: Visit, reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InputError("Give the reason in a few words; it is kept with the change.")
    if len(reason) > LONGEST_REASON:
        raise InputError(f"The reason has {len(reason)} signs; at most {LONGEST_REASON} are kept.")
    if not 1 <= visit.minutes <= 120:
        raise InputError("A visit lasts between 1 and 120 minutes.")
    if patrol_day(visit.starts, workspace.day_starts_minutes) != visit.day:
        raise InputError(f"{visit.starts:%H:%M} is not on the patrol day of {visit.day:%d %b}.")
    return reason


def _edits(
    workspace: Workspace, where: str, values: list[Any], programme_id: str = DEFAULT_PROGRAMME
) -> list[PlanEdit]:
    rows = workspace.rows(
        "SELECT edit_id, number, plan_id, kind, day, shift, unit, hotspot_id, starts, minutes, "
        f"was, reason, edited_by, edited_ms, is_undone FROM plan_edits "
        f"WHERE programme_id = ? AND {where} ORDER BY number",
        [programme_id, *values],
    )
    return [_edit(row) for row in rows]


def _edit(row: tuple) -> PlanEdit:
    edit_id, number, plan_id, kind, *visit, was, reason, edited_by, edited_ms, is_undone = row
    before = None
    if was:
        held = json.loads(was)
        held["day"] = date.fromisoformat(held["day"])
        held["starts"] = datetime.fromisoformat(held["starts"])
        before = Visit(**held)
    return PlanEdit(
        edit_id,
        number,
        plan_id or "",
        kind,
        Visit(*visit),
        before,
        reason,
        edited_by,
        edited_ms,
        is_undone,
    )
