"""Can a visit be done where a person puts it? Doubts are told before it is saved, never refused."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from analytics.tasking.abstractions import away_times
from analytics.tasking.in_force import plan_in_force
from analytics.tasking.inputs import clock_of, ways_between
from analytics.tasking.need import control_hotspots, list_places, read_shares
from analytics.tasking.plan_edits import Visit
from analytics.tasking.roster import read_duties
from analytics.tasking.rules import NO_RULES, read_rules
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import FOOT, MODES
from analytics.workspace import User, Workspace, make_settings


def doubts(
    workspace: Workspace,
    user: User,
    visit: Visit,
    was: Visit | None = None,
    settings: TaskingSettings | None = None,
) -> list[str]:
    """Return what speaks against a visit, a sentence each; none when it can be done.

    `was` is the visit as it stands, which does not count against it. Travel is as in the plan in
    force: its settings, along the streets where they are loaded.
    """
    workspace.require(user, "see:tasking")
    settings = settings or _settings_in_force(workspace, visit.day)
    held = plan_in_force(workspace, visit.day, visit.day)
    if was is not None:
        gone = (
            (held["unit"] == was.unit)
            & (held["hotspot_id"] == was.hotspot_id)
            & (held["starts"] == was.starts)
        )
        held = held[~gone]
    mine = held[held["unit"] == visit.unit].sort_values("starts")
    places = list_places(workspace, visit.day)
    way = _ways(workspace, visit, settings) if places is not None and len(mine) else None
    return [
        *_duty_doubts(workspace, visit, mine),
        *_way_doubts(visit, mine, way),
        *_spacing_doubts(visit, held, settings),
        *_rule_doubts(workspace, visit, places),
    ]


def _duty_doubts(workspace: Workspace, visit: Visit, mine: pd.DataFrame) -> list[str]:
    found = []
    own = [
        duty for duty in read_duties(workspace, visit.day, visit.day)[0] if duty.unit == visit.unit
    ]
    if not own and mine.empty:
        found.append(f"{visit.unit} is not on the roster that day.")
    elif own and not any(d.starts <= visit.starts and visit.ends <= d.ends for d in own):
        times = ", ".join(f"{duty.starts:%H:%M} to {duty.ends:%H:%M}" for duty in own)
        found.append(f"{visit.unit} is on duty {times}, not at {visit.starts:%H:%M}.")
    for starts, ends in away_times(workspace, visit.day, visit.day).get(visit.unit, []):
        if starts < visit.ends and visit.starts < ends:
            found.append(f"{visit.unit} is logged as off patrol {starts:%H:%M} to {ends:%H:%M}.")
    return found


def _settings_in_force(workspace: Workspace, day: date) -> TaskingSettings:
    """Return how the plan in force that day travels and spaces its visits; else the defaults."""
    held = workspace.rows(
        "SELECT r.settings FROM plans p JOIN runs r USING (run_id) "
        "WHERE ? BETWEEN p.first_day AND p.last_day ORDER BY p.issued_ms DESC LIMIT 1",
        [day],
    )
    given = json.loads(held[0][0]) if held else {}
    known = {field.alias or name for name, field in TaskingSettings.model_fields.items()}
    return make_settings(TaskingSettings, {k: v for k, v in given.items() if k in known})


def _ways(
    workspace: Workspace, visit: Visit, settings: TaskingSettings
) -> Callable[[str, str, str], int]:
    """Return the minutes between two hot spots by a mode, 0 where one is not on the list."""
    need = read_shares(workspace, [visit.day], settings)
    duties = read_duties(workspace, visit.day, visit.day)[0]
    ways, _ = ways_between(workspace, need, duties, settings)
    at = need[visit.day].places.set_index("hotspot_id")

    def minutes(one: str, other: str, mode: str) -> int:
        if not {one, other} <= set(at.index):
            return 0
        x, y = (at.loc[[one, other], axis].to_numpy(float) for axis in ("x", "y"))
        return int(ways.minutes(x, y, mode if mode in MODES else FOOT)[0, 1])

    return minutes


def _way_doubts(
    visit: Visit, mine: pd.DataFrame, minutes: Callable[[str, str, str], int] | None
) -> list[str]:
    """Compare the visit with those before and after it of the same unit."""
    found = []
    ends = mine["starts"] + pd.to_timedelta(mine["minutes"], unit="min")
    for row, end in zip(mine.itertuples(), ends, strict=True):
        if row.starts < visit.ends and visit.starts < end:
            found.append(
                f"{visit.unit} is at another place from {row.starts:%H:%M} to {end:%H:%M}."
            )
    before, after = mine[ends <= visit.starts], mine[mine["starts"] >= visit.ends]
    if minutes is None:
        return found
    if len(before):
        free = ends[before.index].iloc[-1].to_pydatetime()
        stop = before.iloc[-1]
        way = minutes(stop["hotspot_id"], visit.hotspot_id, stop["mode"])
        found += _late(f"{visit.unit} leaves the stop before at", free, way, visit.starts, "there")
    if len(after):
        stop = after.iloc[0]
        way = minutes(visit.hotspot_id, stop["hotspot_id"], stop["mode"])
        next_at = after["starts"].iloc[0].to_pydatetime()
        found += _late("It ends at", visit.ends, way, next_at, "at the next stop")
    return found


def _late(head: str, free: datetime, way: int, wanted: datetime, where: str) -> list[str]:
    arrives = free + timedelta(minutes=way)
    if arrives <= wanted:
        return []
    late = round((arrives - wanted).total_seconds() / 60)
    return [f"{head} {free:%H:%M} and needs {way} minutes: {late} minutes late {where}."]


def _spacing_doubts(visit: Visit, held: pd.DataFrame, settings: TaskingSettings) -> list[str]:
    same = held[held["hotspot_id"] == visit.hotspot_id]
    gaps = np.abs((same["starts"] - pd.Timestamp(visit.starts)).dt.total_seconds() / 60)
    if len(gaps) and gaps.min() < settings.spacing_minutes:
        near = same.loc[gaps.idxmin()]
        return [
            f"{near['unit']} is planned there at {near['starts']:%H:%M}; visits of one place are "
            f"kept {settings.spacing_minutes} minutes apart."
        ]
    return []


def _rule_doubts(workspace: Workspace, visit: Visit, places: pd.DataFrame | None) -> list[str]:
    found = []
    if places is not None:
        controls = control_hotspots(workspace, places, [visit.day]).get(visit.day, set())
        if visit.hotspot_id in controls:
            found.append("It is a control day of the trial there: only calls are answered.")
    rules = read_rules(workspace).get(visit.hotspot_id, NO_RULES)
    if rules.partner:
        found.append(f"{rules.partner} patrol this place instead of officers.")
    if visit.unit in rules.not_units:
        found.append(f"{visit.unit} is not to be sent there.")
    clock = clock_of(workspace, visit.day)
    if not rules.is_open(clock)[clock.minute(visit.starts)]:
        hours = ", ".join(f"{first:%H:%M} to {last:%H:%M}" for first, last in rules.hours)
        found.append(f"The place is patrolled {hours} only.")
    return found
