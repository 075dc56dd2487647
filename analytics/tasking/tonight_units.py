"""Who is on tonight: units by name, from when until when, and where each one is."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, field_validator

from analytics.tasking.abstractions import away_times
from analytics.tasking.roster import Duty, base_places, read_duties, with_away
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import MODES, Ways
from analytics.workspace import InputError, Workspace, setting

SHIFT = "Tonight"
LONGEST_SHIFT = timedelta(hours=16)


class TonightUnit(BaseModel):
    """A unit that is out tonight: on foot, cycle or in a car, from when until when.

    Times are local; one before the day's start belongs to the night after midnight. A base that is
    empty or not loaded means that the unit sets out from its first place.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    mode: str
    starts: time
    until: time
    base: str = ""

    @field_validator("mode")
    @classmethod
    def _is_known(cls, mode: str) -> str:
        if mode not in MODES:
            raise ValueError(f"is not known. Use one of: {', '.join(MODES)}.")
        return mode


class BegunVisit(BaseModel):
    """A visit of tonight that began before the rest of the shift was planned anew."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str
    hotspot_id: str
    starts: datetime
    minutes: int
    travel_minutes: int
    mode: str


class TonightSettings(TaskingSettings):
    """The settings of a plan made for one night from named units."""

    units: list[TonightUnit] = setting(
        [],
        title="Units",
        why="Who is out tonight, how they move and until when.",
    )
    begun: list[BegunVisit] = setting(
        [],
        title="Visits begun",
        why="What was served before the rest of the shift was planned anew is kept.",
    )
    since: datetime | None = setting(
        None,
        title="Planned anew from",
        why="From this local time on the shift is planned again; empty for the whole of it.",
    )


def units_on_roster(workspace: Workspace, day: date | None = None) -> list[TonightUnit]:
    """Return the units that the roster has on a patrol day, to begin tonight's list with."""
    day = day or workspace.today()
    duties, _ = read_duties(workspace, day, day)
    latest: dict[str, Duty] = {duty.unit: duty for duty in duties}
    return [
        TonightUnit(
            name=duty.unit,
            mode=duty.mode,
            starts=duty.starts.time(),
            until=duty.ends.time(),
            base=duty.base,
        )
        for duty in latest.values()
    ]


def units_still_on(
    workspace: Workspace, units: list[TonightUnit], since: time
) -> list[TonightUnit]:
    """Return the units with time left after a local time, each from then or its later start.

    At 21:45 a shift of 14:00 to 22:00 has a quarter of an hour left, and one that ended at 21:00
    is off.
    """
    day = workspace.today()
    now = moment_of(workspace, day, since)
    found = []
    for unit in units:
        starts, ends = span(workspace, unit, day)
        if ends > now:
            found.append(unit if starts >= now else unit.model_copy(update={"starts": since}))
    return found


def span(workspace: Workspace, unit: TonightUnit, day: date) -> tuple[datetime, datetime]:
    """Return the local times at which a unit's shift of a patrol day begins and ends."""
    starts, ends = (moment_of(workspace, day, clock) for clock in (unit.starts, unit.until))
    return starts, ends + timedelta(days=1) if ends <= starts else ends


def duties_of(workspace: Workspace, units: list[TonightUnit], day: date) -> list[Duty]:
    """Return tonight's units as duties, without the times at which they are off patrol.

    Raises InputError without a unit, for one without a name or named twice, or a shift over 16 h.
    """
    if not units:
        raise InputError("There is no unit to plan for. Name at least one under Tonight.")
    names = [unit.name.strip() for unit in units]
    if "" in names:
        raise InputError("A unit has no name. Give each unit one, such as its call sign.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"The unit '{twice[0]}' is named twice. Give each unit its own name.")
    bases, away = base_places(workspace), away_times(workspace, day, day)
    found = []
    for unit, name in zip(units, names, strict=True):
        starts, ends = span(workspace, unit, day)
        if ends - starts > LONGEST_SHIFT:
            raise InputError(
                f"The unit '{name}' ends at {unit.until:%H:%M}, before it starts at "
                f"{unit.starts:%H:%M}. Correct one of the times."
            )
        x, y = bases.get(unit.base.strip().lower(), (np.nan, np.nan))
        duty = Duty(day, SHIFT, name, starts, ends, unit.mode, unit.base, x, y, 1)
        found.append(with_away(duty, away))
    return found


def under_way(
    duties: list[Duty], places: pd.DataFrame, settings: TonightSettings, ways: Ways
) -> list[Duty]:
    """Return the duties as they are when the rest is planned: each from where its unit is.

    A unit inside a visit goes on when that ends. Its round is planned from there and back, and
    the way from there to its base is taken from the end: it is home in time by any order.
    """
    at = places.set_index("hotspot_id")
    found = []
    for duty in duties:
        mine = [one for one in settings.begun if one.unit == duty.unit]
        last = max(mine, key=lambda one: one.starts, default=None)
        if last is None or last.hotspot_id not in at.index:
            found.append(duty)
            continue
        free = max(duty.starts, last.starts + timedelta(minutes=last.minutes))
        x, y = float(at.at[last.hotspot_id, "x"]), float(at.at[last.hotspot_id, "y"])
        way = ways.minutes(np.array([x, duty.x]), np.array([y, duty.y]), duty.mode)
        home = max(free, duty.ends - timedelta(minutes=int(way[0, 1])))
        away = (*duty.away, (home, duty.ends)) if home < duty.ends else duty.away
        if free < duty.ends:
            found.append(replace(duty, starts=free, x=x, y=y, away=away))
    return found


def moment_of(workspace: Workspace, day: date, clock: time) -> datetime:
    """Return the local time of a clock reading on a patrol day."""
    minutes = clock.hour * 60 + clock.minute
    after_midnight = timedelta(days=1 if minutes < workspace.day_starts_minutes else 0)
    return datetime.combine(day, clock) + after_midnight
