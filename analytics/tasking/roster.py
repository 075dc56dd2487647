"""Who is out: unit-shifts from the roster, and the stretches between briefing, break and return."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from analytics.tasking.abstractions import away_times
from analytics.tasking.clock import DayClock, patrol_day
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import FOOT, mode_of
from analytics.workspace import Workspace

BREAK_FROM_MINUTES = 360
"""Shifts longer than six hours have a meal break (Working Time Regulations 1998, regulation 12)."""


@dataclass(frozen=True)
class Duty:
    """One unit on one shift; `starts` and `ends` are naive local times, x and y metres or NaN.

    `away` are the times at which it is taken off its patrol.
    """

    day: date
    shift: str
    unit: str
    starts: datetime
    ends: datetime
    mode: str
    base: str
    x: float
    y: float
    officers: int
    away: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Stretch:
    """Time in which a unit may travel and patrol, from its base and back to it.

    `early` and `late` are minutes of the patrol day; `duty` is an index into the day's duties;
    `is_after_break` says that the meal break comes right before it.
    """

    duty: int
    early: int
    late: int
    mode: str
    x: float
    y: float
    is_after_break: bool = False


def read_duties(workspace: Workspace, first: date, last: date) -> tuple[list[Duty], list[str]]:
    """Return the unit-shifts that start on the patrol days from `first` to `last`, and warnings."""
    day_starts = timedelta(minutes=workspace.day_starts_minutes)
    frame = workspace.frame(
        "SELECT any_value(shift) AS shift, unit, max(starts) AS starts, min(ends) AS ends, "
        "min(mode) AS mode, "
        "min(base) AS base, coalesce(max(crew), count(DISTINCT officer)) AS officers, "
        "count(DISTINCT starts) + count(DISTINCT ends) > 2 AS is_mixed "
        "FROM roster WHERE starts >= ? AND starts < ? AND ends > starts "
        "GROUP BY day, coalesce(nullif(trim(shift), ''), strftime(starts, '%H:%M')), unit "
        "ORDER BY 3, 1, 2",
        [
            datetime.combine(first, time()) + day_starts,
            datetime.combine(last, time()) + day_starts + timedelta(days=1),
        ],
    )
    bases = base_places(workspace)
    is_joint = frame["ends"] > frame["starts"]
    apart, frame = frame[~is_joint], frame[is_joint]
    away = away_times(workspace, first, last)
    duties = [
        with_away(_duty(row, bases, workspace.day_starts_minutes), away)
        for row in frame.itertuples()
    ]
    warnings = _warnings(frame, bases)
    if len(apart):
        units = ", ".join(sorted(set(apart["unit"])))
        warnings.append(
            f"{len(apart)} unit-shifts have officers who are never on together ({units}); nothing "
            "is planned for them. Give them shifts of their own in the roster."
        )
    return duties, warnings


def with_away(duty: Duty, away: dict[str, list[tuple[datetime, datetime]]]) -> Duty:
    """Return a duty with the times off patrol of its unit that touch it."""
    touching = tuple(
        (max(starts, duty.starts), min(ends, duty.ends))
        for starts, ends in away.get(duty.unit, [])
        if starts < duty.ends and duty.starts < ends
    )
    return replace(duty, away=touching)


def has_roster(workspace: Workspace) -> bool:
    """Whether any roster is held."""
    return bool(workspace.value("SELECT count(*) > 0 FROM roster"))


def base_names(workspace: Workspace) -> list[str]:
    """Return the names of the bases."""
    return [name for (name,) in workspace.rows("SELECT DISTINCT name FROM bases ORDER BY name")]


def unit_names(workspace: Workspace) -> list[str]:
    """Return the names of the units that were ever on the roster."""
    return [
        name
        for (name,) in workspace.rows(
            "SELECT DISTINCT unit FROM roster WHERE unit IS NOT NULL ORDER BY unit"
        )
    ]


def base_places(workspace: Workspace) -> dict[str, tuple[float, float]]:
    """Return the bases by name in small letters, as metres in the workspace's CRS."""
    rows = workspace.rows("SELECT name, x, y FROM bases WHERE x IS NOT NULL ORDER BY name")
    return {_key(name): (x, y) for name, x, y in rows}


def stretches(
    duties: list[Duty],
    clock: DayClock,
    settings: TaskingSettings,
    rng: np.random.Generator,
    busy: dict[str, list[tuple[int, int]]] | None = None,
) -> list[Stretch]:
    """Return the time that each duty leaves for patrol: a shift with a break has two stretches.

    Briefing comes first, paperwork last, the break near the middle at a drawn moment (units do
    not all vanish at once); all three are at the base. Time off patrol is cut out. Time too short
    for one visit is left out. `busy` are minutes of the day, by unit, that the break keeps clear
    of where it can.
    """
    found = []
    for number, duty in enumerate(duties):
        begin, end = clock.minute(duty.starts), clock.minute(duty.ends)
        early = begin + (settings.admin_minutes + 1) // 2
        late = end - settings.admin_minutes // 2
        parts = [(early, late, False)]
        if end - begin > BREAK_FROM_MINUTES and settings.break_minutes:
            middle = (early + late - settings.break_minutes) // 2
            pause = middle + int(rng.integers(-30, 31))
            pause = _clear_pause(pause, (busy or {}).get(duty.unit, []), settings.break_minutes)
            parts = [(early, pause, False), (pause + settings.break_minutes, late, True)]
        found += [
            Stretch(number, first, last, duty.mode, duty.x, duty.y, is_after_break)
            for first, last, is_after_break in _without(parts, duty, clock)
            if last - first >= settings.visit_minutes
        ]
    return found


def _clear_pause(pause: int, busy: list[tuple[int, int]], minutes: int) -> int:
    """Return the break's nearest begin, up to two hours away, that keeps clear of `busy`."""
    for shift in sorted(range(-120, 121), key=abs):
        begins = pause + shift
        if all(begins + minutes <= first or begins >= last for first, last in busy):
            return begins
    return pause


def off_minutes(duty: Duty, clock: DayClock, settings: TaskingSettings) -> int:
    """Return the minutes of a duty that are breaks, paperwork and time off patrol."""
    minutes = clock.minute(duty.ends) - clock.minute(duty.starts)
    pause = settings.break_minutes if minutes > BREAK_FROM_MINUTES else 0
    is_away = np.zeros(minutes, dtype=bool)
    begin = clock.minute(duty.starts)
    for starts, ends in duty.away:
        is_away[clock.minute(starts) - begin : clock.minute(ends) - begin] = True
    return min(minutes, settings.admin_minutes + pause + int(is_away.sum()))


def _without(
    parts: list[tuple[int, int, bool]], duty: Duty, clock: DayClock
) -> list[tuple[int, int, bool]]:
    """Cut a duty's times off patrol out of its stretches."""
    for starts, ends in duty.away:
        first, last = clock.minute(starts), clock.minute(ends)
        cut = []
        for early, late, is_after_break in parts:
            if last <= early or late <= first:
                cut.append((early, late, is_after_break))
                continue
            if early < first:
                cut.append((early, first, is_after_break))
            if last < late:
                cut.append((last, late, False))
        parts = cut
    return parts


def _duty(row: object, bases: dict[str, tuple[float, float]], day_starts_minutes: int) -> Duty:
    starts, ends = row.starts.to_pydatetime(), row.ends.to_pydatetime()
    base = row.base if isinstance(row.base, str) else ""
    x, y = bases.get(_key(base), (np.nan, np.nan))
    mode = mode_of(row.mode if isinstance(row.mode, str) else "") or FOOT
    shift = row.shift if isinstance(row.shift, str) and row.shift else f"{starts:%H:%M}"
    day = patrol_day(starts, day_starts_minutes)
    return Duty(day, shift, str(row.unit), starts, ends, mode, base, x, y, int(row.officers))


def _warnings(frame: pd.DataFrame, bases: dict[str, tuple[float, float]]) -> list[str]:
    texts = []
    modes = frame["mode"].fillna("")
    unknown = sorted(set(modes[modes.map(mode_of).isna()]))
    if unknown:
        words = ", ".join(f"'{word}'" if word else "nothing" for word in unknown)
        texts.append(
            f"The roster's mode says {words}; those units are planned on foot. "
            "Use foot, cycle or car."
        )
    names = frame["base"].fillna("")
    missing = sorted(set(names[~names.map(_key).isin(bases)]))
    if missing:
        words = ", ".join(f"'{word}'" if word else "no base" for word in missing)
        texts.append(
            f"The roster names {words}, which the bases do not hold; those units are planned "
            "without travel from and to their base. Load the base."
        )
    if frame["is_mixed"].any():
        texts.append(
            f"{int(frame['is_mixed'].sum())} unit-shifts have officers with different times; "
            "they are planned for the time when all of them are on."
        )
    return texts


def _key(name: str) -> str:
    return name.strip().lower()
