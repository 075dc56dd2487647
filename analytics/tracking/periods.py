"""The periods an inspector asks for: this shift, yesterday, a week, four weeks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from analytics.tracking.planned import PlannedVisits
from analytics.workspace import Workspace

PERIODS: dict[str, int | None] = {
    "This shift": 1,
    "Yesterday": 1,
    "7 days": 7,
    "28 days": 28,
    "All GPS": None,
    "Dates": 0,
}
"""Names of periods and their length in patrol days; None is all, 0 is chosen by dates."""


@dataclass(frozen=True)
class Period:
    """First and last patrol day (None: all), the shift it is limited to, and what is absent.

    `is_chosen`: the days are left to two dates.
    """

    first: date | None
    last: date | None
    shift: str = ""
    missing: str = ""
    is_chosen: bool = False


def period_named(workspace: Workspace, name: str) -> Period:
    """Return the days of a period of `PERIODS`.

    This shift and yesterday are those of the workspace's today; the others end with the latest
    day of GPS. `missing` says so where there is no GPS of the period.
    """
    last = workspace.value("SELECT max(day) FROM ping_files")
    if name in ("This shift", "Yesterday"):
        day = workspace.today() - timedelta(days=int(name == "Yesterday"))
        shift = shift_of(workspace, day) if name == "This shift" else ""
        held = workspace.value("SELECT count(*) FROM ping_files WHERE day = ?", [day])
        text = (
            f"No GPS has come in for {day.day} {day:%b %Y}; the latest is of {last.day} {last:%b %Y}. "
            "That is unknown, and not zero. Choose a longer period, or load the patrol GPS."
        )
        return Period(day, day, shift, "" if held else text)
    days = PERIODS[name]
    if days:
        return Period(last - timedelta(days=days - 1), last)
    return Period(None, None, is_chosen=days == 0)


def shift_of(workspace: Workspace, day: date, now: datetime | None = None) -> str:
    """Return the shift on duty now, else the last of the day that has begun; empty without roster.

    `now` is a naive local time; where the workspace stands at a date, its clock of day is real.
    """
    shifts = workspace.rows(
        "SELECT shift, min(starts), max(ends) FROM roster WHERE day = ? AND shift IS NOT NULL "
        "GROUP BY shift ORDER BY min(starts)",
        [day],
    )
    clock = datetime.now(workspace.timezone).time()
    starts = timedelta(minutes=workspace.day_starts_minutes)
    moment = now or datetime.combine(day, clock)
    if now is None and timedelta(hours=clock.hour, minutes=clock.minute) < starts:
        moment += timedelta(days=1)
    on = [shift for shift, first, last in shifts if first <= moment < last]
    begun = [shift for shift, first, _ in shifts if first <= moment]
    return on[-1] if on else begun[-1] if begun else ""


def of_shift(planned: PlannedVisits, shift: str) -> PlannedVisits:
    """Return the planned visits of one shift; of all where `shift` is empty."""
    if not shift:
        return planned
    rows = planned.rows[planned.rows["shift"] == shift].reset_index(drop=True)
    return PlannedVisits(rows, pd.Series(dtype=int))
