"""Visits that officers report themselves, by checking in and out of hot spots on a phone.

Self-reported minutes stand apart from those of GPS and are never added to them; where both exist
they are compared. A check-in that nobody closed counts no minutes until its person says when the
visit ended, and stays marked as closed afterwards.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from analytics import tasking
from analytics.tracking.days import DAY_MS, day_table, patrol_day
from analytics.tracking.dosage import Dosage
from analytics.tracking.links import own_unit
from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

LONGEST_MIN = 120
"""A visit open for longer counts as forgotten (convention: a planned visit is 10-16 minutes)."""
LATE_MIN = 5
NEAR_MIN = 10
MODES = ("foot", "cycle", "car")
MINUTE_MS = 60_000


@dataclass(frozen=True)
class CheckIn:
    """One self-reported visit; `out_ms` is None while it is open or when it was forgotten."""

    check_in_id: str
    hotspot_id: str
    unit: str
    in_ms: int
    out_ms: int | None
    crew: int
    mode: str
    note: str
    is_forgotten: bool
    is_closed_late: bool

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
    _check(hotspot_id in tasking.place_names(workspace), "This hot spot is not on a list.")
    _check(1 <= crew <= 20, "Enter between 1 and 20 officers.")
    _check(mode in MODES, f"The way must be one of: {', '.join(MODES)}.")
    now, before = present_ms(workspace), open_check_in(workspace, user)
    if before and before.is_forgotten:
        raise InputError("An earlier visit was not closed. Say first when it ended.")
    if before and before.hotspot_id == hotspot_id:
        raise InputError("You are checked in here already.")
    check_in_id = secrets.token_hex(8)
    with workspace.write(user, "create", "check_in", check_in_id, {"place": hotspot_id}) as kept:
        if before:
            _close(kept, before.check_in_id, now, now)
        kept.execute(
            "INSERT INTO check_ins VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, '', ?, false)",
            [check_in_id, DEFAULT_PROGRAMME, user.username, unit, hotspot_id, now, crew, mode, now],
        )
    return check_in_id


def check_out(
    workspace: Workspace, user: User, check_in_id: str, *, note: str = "", ended: time | None = None
) -> None:
    """End the user's own visit: now, or at the local time `ended` of a forgotten one.

    Raises InputError for another's visit, one already closed, or an end before its beginning.
    """
    workspace.require(user, "check_in")
    mine = {one.check_in_id: one for one in _read(workspace, user)}
    _check(check_in_id in mine, "This check-in is not yours, or is no longer there.")
    one, now = mine[check_in_id], present_ms(workspace)
    _check(one.out_ms is None, "This visit is closed already.")
    if ended is None and one.is_forgotten:
        raise InputError(f"This visit is open for over {LONGEST_MIN} minutes. Say when it ended.")
    out = now if ended is None else _moment_after(workspace, one.in_ms, ended)
    _check(out <= now, "The visit cannot have ended in the future.")
    _check(
        out - one.in_ms <= LONGEST_MIN * MINUTE_MS,
        f"A visit longer than {LONGEST_MIN} minutes, or one that ended before it began, is not "
        "kept. Check the time.",
    )
    _check(len(note) <= 500, "Keep the note under 500 characters.")
    with workspace.write(user, "alter", "check_in", check_in_id, {"out_ms": out}) as kept:
        _close(kept, check_in_id, out, now, note.strip())


def remove_check_in(workspace: Workspace, user: User, check_in_id: str) -> None:
    """Take the user's own check-in back, such as one pressed by mistake."""
    workspace.require(user, "check_in")
    mine = {one.check_in_id for one in _read(workspace, user)}
    _check(check_in_id in mine, "This check-in is not yours, or is no longer there.")
    with workspace.write(user, "delete", "check_in", check_in_id) as kept:
        kept.execute("UPDATE check_ins SET is_removed = true WHERE check_in_id = ?", [check_in_id])


def open_check_in(workspace: Workspace, user: User) -> CheckIn | None:
    """Return the user's visit that is still open, if any."""
    return next((one for one in reversed(_read(workspace, user)) if one.out_ms is None), None)


def own_check_ins(workspace: Workspace, user: User, day: date) -> list[CheckIn]:
    """Return the user's own visits of a patrol day, in order."""
    workspace.require(user, "check_in")
    start, end = _range(workspace, day, day)
    return [one for one in _read(workspace, user) if start <= one.in_ms < end]


def self_reported(workspace: Workspace, first: date, last: date) -> pd.DataFrame:
    """Return unit, day, place_id, in_ms, out_ms, minutes, crew of the closed visits of a period.

    Persons are not named. Two officers of a unit who both checked in there are one visit.
    """
    start, end = _range(workspace, first, last)
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


@dataclass(frozen=True)
class Agreement:
    """Visits that GPS and officers both tell of, or only one does, on unit-days with both."""

    both: int
    gps_only: int
    self_only: int
    without_gps: int
    median_difference_min: float | None

    def sentence(self) -> str:
        """Say how far the two agree."""
        if not self.both + self.gps_only + self.self_only:
            return "No unit has both GPS and check-ins on one day, so they cannot be compared."
        text = (
            f"On days with both, {self.both:,} visits are told by GPS and by officers, "
            f"{self.gps_only:,} by GPS only and {self.self_only:,} by officers only."
        )
        if self.median_difference_min is not None:
            text += (
                f" Of those told by both, officers report {self.median_difference_min:+.1f} "
                "minutes against GPS (median)."
            )
        return text


def agreement(workspace: Workspace, user: User, dosage: Dosage) -> Agreement:
    """Compare check-ins with the GPS visits of a dosage, unit by unit.

    A check-in and a visit of the same unit and place are one when they overlap or lie within
    `NEAR_MIN` minutes; each is used once, the longest overlap first.
    """
    workspace.require(user, "track")
    told = self_reported(workspace, dosage.first_day, dosage.last_day)
    gps = dosage.visits[dosage.visits["is_drive_through"] == 0].dropna(subset=["unit"])
    heard = set(zip(dosage.units["unit"], dosage.units["day"], strict=True))
    has_gps = _are_in(told, heard)
    told, silent = told[has_gps].reset_index(drop=True), int((~has_gps).sum())
    days = set(zip(told["unit"], told["day"], strict=True))
    gps = gps[_are_in(gps, days)].astype({"unit": object}).reset_index(drop=True)
    pairs = _pairs(told, gps)
    differences = [told["minutes"][i] - gps["headline_ms"].iloc[j] / MINUTE_MS for i, j in pairs]
    median = float(pd.Series(differences).median()) if differences else None
    return Agreement(len(pairs), len(gps) - len(pairs), len(told) - len(pairs), silent, median)


def _are_in(rows: pd.DataFrame, unit_days: set) -> np.ndarray:
    pairs = zip(rows["unit"], rows["day"], strict=True)
    return np.array([pair in unit_days for pair in pairs], dtype=bool)


def _pairs(told: pd.DataFrame, gps: pd.DataFrame) -> list[tuple[int, int]]:
    near = NEAR_MIN * MINUTE_MS
    merged = told.reset_index(names="i").merge(
        gps.reset_index(names="j")[["j", "unit", "place_id", "first_ms", "last_ms"]],
        on=["unit", "place_id"],
    )
    overlap = merged[["out_ms", "last_ms"]].min(axis=1) - merged[["in_ms", "first_ms"]].max(axis=1)
    merged = merged.assign(overlap=overlap)
    merged = merged[merged["overlap"] >= -near].sort_values("overlap", ascending=False)
    used_i, used_j, pairs = set(), set(), []
    for i, j in zip(merged["i"], merged["j"], strict=True):
        if i not in used_i and j not in used_j:
            pairs.append((int(i), int(j)))
            used_i.add(i)
            used_j.add(j)
    return pairs


def _read(workspace: Workspace, user: User) -> list[CheckIn]:
    rows = workspace.rows(
        "SELECT check_in_id, hotspot_id, unit, in_ms, out_ms, crew, mode, note, entered_ms "
        "FROM check_ins WHERE username = ? AND NOT is_removed ORDER BY in_ms",
        [user.username],
    )
    now = present_ms(workspace)
    return [
        CheckIn(
            *row[:5],
            crew=row[5],
            mode=row[6],
            note=row[7] or "",
            is_forgotten=row[4] is None and now - row[3] > LONGEST_MIN * MINUTE_MS,
            is_closed_late=row[4] is not None and row[8] - row[4] > LATE_MIN * MINUTE_MS,
        )
        for row in rows
    ]


def _close(kept, check_in_id: str, out_ms: int, entered_ms: int, note: str = "") -> None:
    kept.execute(
        "UPDATE check_ins SET out_ms = ?, entered_ms = ?, note = ? WHERE check_in_id = ?",
        [out_ms, entered_ms, note, check_in_id],
    )


def _moment_after(workspace: Workspace, in_ms: int, ended: time) -> int:
    """The first time after a check-in at which the local clock shows `ended`."""
    began = datetime.fromtimestamp(in_ms / 1000, workspace.timezone)
    end = datetime.combine(began.date(), ended, workspace.timezone)
    if end < began.replace(second=0, microsecond=0):
        end = datetime.combine(began.date() + timedelta(days=1), ended, workspace.timezone)
    return max(round(end.timestamp() * 1000), in_ms)


def _range(workspace: Workspace, first: date, last: date) -> tuple[int, int]:
    days = day_table(first, last, workspace.timezone, workspace.day_starts_minutes)
    return int(days["start_ms"].iloc[0]), int(days["end_ms"].iloc[-1])


def _check(is_right: bool, sentence: str) -> None:
    if not is_right:
        raise InputError(sentence)
