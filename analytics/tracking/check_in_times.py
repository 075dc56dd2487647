"""Local times of check-ins: the moments at which a clock shows a time, the ends of shifts."""

from datetime import date, datetime, time, timedelta

from analytics.tracking.days import day_table, patrol_day
from analytics.workspace import Workspace

MINUTE_MS = 60_000


def moment_after(workspace: Workspace, in_ms: int, clock: time) -> int:
    """The first moment from a check-in's minute on at which the local clock shows `clock`."""
    minute = in_ms // MINUTE_MS * MINUTE_MS
    after = [ms for ms in moments(workspace, in_ms, clock) if ms >= minute]
    return max(min(after), in_ms)


def moments(workspace: Workspace, ms: int, clock: time) -> list[int]:
    """Every moment of the day before, of the day and of the day after at which it shows `clock`.

    In the night in which the clock goes back an hour comes twice: both its moments are there.
    """
    day = datetime.fromtimestamp(ms / 1000, workspace.timezone).date()
    shown = [
        datetime.combine(day + timedelta(days=away), clock.replace(fold=fold), workspace.timezone)
        for away in (-1, 0, 1)
        for fold in (0, 1)
    ]
    return sorted({round(moment.timestamp() * 1000) for moment in shown})


def range_ms(workspace: Workspace, first: date, last: date) -> tuple[int, int]:
    """Return the first instant of a patrol day and that after another, in epoch ms."""
    days = day_table(first, last, workspace.timezone, workspace.day_starts_minutes)
    return int(days["start_ms"].iloc[0]), int(days["end_ms"].iloc[-1])


def shift_end_ms(workspace: Workspace, unit: str, ms: int) -> int:
    """Return when the unit's shift at a moment ends; without one on the roster, its patrol day."""
    local = datetime.fromtimestamp(ms / 1000, workspace.timezone).replace(tzinfo=None)
    ends = workspace.value(
        "SELECT max(ends) FROM roster WHERE unit = ? AND starts <= ? AND ends > ?",
        [unit, local, local],
    )
    if ends is None:
        day = patrol_day(ms, workspace.timezone, workspace.day_starts_minutes)
        return range_ms(workspace, day, day)[1]
    return round(ends.replace(tzinfo=workspace.timezone).timestamp() * 1000)
