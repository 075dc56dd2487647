"""Visits that officers report themselves, by checking in and out of hot spots on a phone.

Self-reported minutes stand apart from those of GPS and are never added to them. A check-in that
nobody closed counts no minutes until its person says when the visit ended; at the end of the
unit's shift it is closed without an end, and waits no longer. What is entered afterwards stays
marked. The audit log says that a person wrote, and not where that person was.
"""

import secrets
from dataclasses import dataclass
from datetime import date, time, timedelta

import pandas as pd

from analytics import tasking
from analytics.tracking.check_in_times import (
    MINUTE_MS,
    moment_after,
    moments,
    range_ms,
    shift_end_ms,
)
from analytics.tracking.days import DAY_MS, patrol_day
from analytics.tracking.links import own_unit
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    InputError,
    Transaction,
    User,
    Workspace,
    now_ms,
)

LONGEST_MIN = 120
"""A visit open for longer counts as forgotten (convention: a planned visit is 10-16 minutes)."""
LATE_MIN = 5
MODES = ("foot", "cycle", "car")


@dataclass(frozen=True)
class CheckIn:
    """One self-reported visit; `out_ms` is None while it is open or when it was forgotten.

    `is_forgotten`: open for too long. `is_past_shift`: forgotten, and the shift is over, so that
    it is closed without an end. `is_late`: entered after the visit was over.
    """

    check_in_id: str
    hotspot_id: str
    unit: str
    in_ms: int
    out_ms: int | None
    crew: int
    mode: str
    note: str
    is_forgotten: bool
    is_past_shift: bool
    is_late: bool

    @property
    def minutes(self) -> float | None:
        """Minutes from check-in to check-out; None without a check-out."""
        return None if self.out_ms is None else (self.out_ms - self.in_ms) / MINUTE_MS


def present_ms(workspace: Workspace) -> int:
    """Return the present moment; in the sample town, the same time of day on its own date."""
    real = now_ms()
    day = patrol_day(real, workspace.timezone, workspace.day_starts_minutes)
    return real + (workspace.today() - day).days * DAY_MS


def check_in(
    workspace: Workspace, user: User, hotspot_id: str, *, crew: int = 1, mode: str = "foot"
) -> str:
    """Begin a visit of the user's own unit now; a visit still open elsewhere ends now.

    Returns the id. Raises InputError for an unknown place, crew or way, without a unit linked to
    the account, or while a forgotten visit waits to be closed.
    """
    workspace.require(user, "check_in")
    unit = own_unit(workspace, user)
    _check_what(workspace, hotspot_id, crew, mode)
    check_in_id = secrets.token_hex(8)
    with workspace.write(user, "create", "check_in", check_in_id) as kept:
        # Read again under the lock: two tabs may press at the same moment.
        now, before = present_ms(workspace), open_check_in(workspace, user)
        if before and before.is_forgotten:
            raise InputError("An earlier visit was not closed. Say first when it ended.")
        if before and before.hotspot_id == hotspot_id:
            raise InputError("You are checked in here already.")
        if before:
            _close(kept, before.check_in_id, now, now, before.note)
        _insert(kept, user, check_in_id, unit, hotspot_id, (now, None), crew, mode, now)
    return check_in_id


def add_visit(
    workspace: Workspace,
    user: User,
    hotspot_id: str,
    came: time,
    left: time,
    *,
    crew: int = 1,
    mode: str = "foot",
) -> str:
    """Keep a visit of the last 24 hours that could not be checked in to, such as without network.

    Entered more than 5 minutes after it ended it stays marked. Raises InputError as `check_in`
    does, and for a visit that overlaps another of the user's own or has not ended yet.
    """
    workspace.require(user, "check_in")
    unit = own_unit(workspace, user)
    _check_what(workspace, hotspot_id, crew, mode)
    now, check_in_id = present_ms(workspace), secrets.token_hex(8)
    begins = [ms for ms in moments(workspace, now, came) if ms <= now]
    _check(bool(begins), "Enter times of the last 24 hours.")
    start = max(begins)
    end = moment_after(workspace, start, left)
    _check(end > start, "The visit ended when it began. Enter the time at which you left.")
    _check(end <= now, "The visit cannot have ended in the future.")
    _check_length(start, end)
    with workspace.write(user, "create", "check_in", check_in_id) as kept:
        for one in _read(workspace, user):
            until = now if one.out_ms is None and not one.is_past_shift else one.out_ms or one.in_ms
            _check(
                end <= one.in_ms or start >= until,
                "You reported another visit for that time. Take it back first, or change the times.",
            )
        _insert(kept, user, check_in_id, unit, hotspot_id, (start, end), crew, mode, now)
    return check_in_id


def check_out(
    workspace: Workspace, user: User, check_in_id: str, *, note: str = "", ended: time | None = None
) -> None:
    """End the user's own visit: now, or at the local time `ended` of a forgotten one.

    Raises InputError for another's visit, one already closed, or an end before its beginning.
    """
    workspace.require(user, "check_in")
    _check(len(note) <= 500, "Keep the note under 500 characters.")
    with workspace.write(user, "alter", "check_in", check_in_id) as kept:
        mine = {one.check_in_id: one for one in _read(workspace, user)}
        _check(check_in_id in mine, "This check-in is not yours, or is no longer there.")
        one, now = mine[check_in_id], present_ms(workspace)
        _check(one.out_ms is None, "This visit is closed already.")
        if ended is None and one.is_forgotten:
            raise InputError(
                f"This visit is open for over {LONGEST_MIN} minutes. Say when it ended."
            )
        out = now if ended is None else moment_after(workspace, one.in_ms, ended)
        _check(out <= now, "The visit cannot have ended in the future.")
        _check_length(one.in_ms, out)
        _close(kept, check_in_id, out, now, note.strip())


def remove_check_in(workspace: Workspace, user: User, check_in_id: str) -> None:
    """Take the user's own check-in back, such as one pressed by mistake."""
    workspace.require(user, "check_in")
    mine = {one.check_in_id for one in _read(workspace, user)}
    _check(check_in_id in mine, "This check-in is not yours, or is no longer there.")
    with workspace.write(user, "delete", "check_in", check_in_id) as kept:
        kept.execute("UPDATE check_ins SET is_removed = true WHERE check_in_id = ?", [check_in_id])


def open_check_in(workspace: Workspace, user: User) -> CheckIn | None:
    """Return the user's visit that is still open, if any; the end of a shift closes it."""
    workspace.require(user, "check_in")
    held = reversed(_read(workspace, user))
    return next((one for one in held if one.out_ms is None and not one.is_past_shift), None)


def without_end(workspace: Workspace, user: User) -> list[CheckIn]:
    """Return the user's visits of the last week that a shift's end closed, the newest first."""
    workspace.require(user, "check_in")
    since = present_ms(workspace) - 7 * DAY_MS
    held = reversed(_read(workspace, user))
    return [one for one in held if one.is_past_shift and one.in_ms >= since]


def own_check_ins(workspace: Workspace, user: User, day: date) -> list[CheckIn]:
    """Return the user's own visits of a patrol day, in order."""
    workspace.require(user, "check_in")
    start, end = range_ms(workspace, day, day)
    return [one for one in _read(workspace, user) if start <= one.in_ms < end]


def reported_for(workspace: Workspace, user: User, unit: str, at_ms: int) -> bool:
    """Whether the user checked in for a unit within the 24 hours before a moment."""
    return bool(
        workspace.value(
            "SELECT count(*) > 0 FROM check_ins WHERE username = ? AND unit = ? "
            "AND NOT is_removed AND in_ms BETWEEN ? AND ?",
            [user.username, unit, at_ms - DAY_MS, at_ms],
        )
    )


def self_reported(workspace: Workspace, first: date, last: date) -> pd.DataFrame:
    """Return unit, day, place_id, in_ms, out_ms, minutes, crew of the closed visits of a period.

    Persons are not named. Two officers of a unit who both checked in there are one visit.
    """
    start, end = range_ms(workspace, first, last)
    rows = workspace.frame(
        "SELECT unit, hotspot_id AS place_id, in_ms, out_ms, crew FROM check_ins "
        "WHERE NOT is_removed AND out_ms IS NOT NULL AND in_ms >= ? AND in_ms < ? "
        "ORDER BY unit, place_id, in_ms",
        [start, end],
    )
    reach = rows.groupby(["unit", "place_id"])["out_ms"].cummax()
    before = reach.groupby([rows["unit"], rows["place_id"]]).shift()
    visit = (rows["in_ms"] > before.fillna(-1)).cumsum()
    merged = rows.groupby(visit, sort=False).agg(
        unit=("unit", "first"), place_id=("place_id", "first"), in_ms=("in_ms", "min"),
        out_ms=("out_ms", "max"), crew=("crew", "max"),
    )  # fmt: skip
    local = pd.to_datetime(merged["in_ms"], unit="ms", utc=True).dt.tz_convert(workspace.timezone)
    shifted = local.dt.tz_localize(None) - timedelta(minutes=workspace.day_starts_minutes)
    minutes = (merged["out_ms"] - merged["in_ms"]) / MINUTE_MS
    return merged.assign(day=shifted.dt.date, minutes=minutes).reset_index(drop=True)


def _read(workspace: Workspace, user: User) -> list[CheckIn]:
    rows = workspace.rows(
        "SELECT check_in_id, hotspot_id, unit, in_ms, out_ms, crew, mode, note, entered_ms "
        "FROM check_ins WHERE username = ? AND NOT is_removed ORDER BY in_ms",
        [user.username],
    )
    now = present_ms(workspace)
    return [_as_read(workspace, row, now) for row in rows]


def _as_read(workspace: Workspace, row: tuple, now: int) -> CheckIn:
    check_in_id, hotspot_id, unit, in_ms, out_ms, crew, mode, note, entered_ms = row
    is_forgotten = out_ms is None and now - in_ms > LONGEST_MIN * MINUTE_MS
    return CheckIn(
        *(check_in_id, hotspot_id, unit, in_ms, out_ms, crew, mode, note or ""),
        is_forgotten=is_forgotten,
        is_past_shift=is_forgotten and now >= shift_end_ms(workspace, unit, in_ms),
        is_late=out_ms is not None and entered_ms - out_ms > LATE_MIN * MINUTE_MS,
    )


def _insert(
    kept: Transaction,
    user: User,
    check_in_id: str,
    unit: str,
    hotspot_id: str,
    times: tuple[int, int | None],
    crew: int,
    mode: str,
    now: int,
) -> None:
    kept.execute(
        "INSERT INTO check_ins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, false)",
        [check_in_id, DEFAULT_PROGRAMME, user.username, unit, hotspot_id, *times, crew, mode, now],
    )


def _close(
    kept: Transaction, check_in_id: str, out_ms: int, entered_ms: int, note: str = ""
) -> None:
    kept.execute(
        "UPDATE check_ins SET out_ms = ?, entered_ms = ?, note = ? WHERE check_in_id = ?",
        [out_ms, entered_ms, note, check_in_id],
    )


def _check_what(workspace: Workspace, hotspot_id: str, crew: int, mode: str) -> None:
    _check(hotspot_id in tasking.place_names(workspace), "This hot spot is not on a list.")
    _check(1 <= crew <= 20, "Enter between 1 and 20 officers.")
    _check(mode in MODES, f"The way must be one of: {', '.join(MODES)}.")


def _check_length(in_ms: int, out_ms: int) -> None:
    _check(
        out_ms - in_ms <= LONGEST_MIN * MINUTE_MS,
        f"A visit longer than {LONGEST_MIN} minutes, or one that ended before it began, is not "
        "kept. Check the time.",
    )


def _check(is_right: bool, sentence: str) -> None:
    if not is_right:
        raise InputError(sentence)
