"""Tonight, without any roster: who is on, foot or car, until when, and a sheet in seconds."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

import numpy as np
import pandas as pd

from analytics.tasking.abstractions import log_abstraction
from analytics.tasking.build import VISIT_COLUMNS, build_plan, quotas_of
from analytics.tasking.day import Day, held_visits, on_duty
from analytics.tasking.in_force import plan_in_force
from analytics.tasking.inputs import clock_of, day_inputs, ways_between
from analytics.tasking.memory import Memory, mark_of_visits, remembered
from analytics.tasking.need import Need, read_need
from analytics.tasking.pins import Pins
from analytics.tasking.plan import (
    Plan,
    assemble,
    fingerprint_of,
    recent_plan,
    resolved,
)
from analytics.tasking.roster import Duty, stretches
from analytics.tasking.rules import PlaceRules, read_rules
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.tonight_units import (
    SHIFT,
    BegunVisit,
    TonightSettings,
    TonightUnit,
    duties_of,
    moment_of,
    span,
    under_way,
    units_still_on,
)
from analytics.tasking.travel import Ways
from analytics.workspace import InputError, User, Workspace, make_run_id


def tonight(
    workspace: Workspace,
    user: User,
    units: list[TonightUnit],
    *,
    day: date | None = None,
    settings: TaskingSettings | None = None,
    begun: list[BegunVisit] | None = None,
    since: datetime | None = None,
) -> Plan:
    """Plan one night for the named units; needs a list in force but no roster. Stores nothing.

    Visits `begun` before `since` stay in the plan; their units go on from there when they end.

    `day` is the patrol day, today when absent. Each hot spot wants the part of its daily visits
    that falls in tonight's hours, rounded up; those of greatest need come first. Raises InputError
    when there are no units, two of one name, or one that ends before it starts.
    """
    workspace.require(user, "plan")
    day = day or workspace.today()
    chosen = (settings or TaskingSettings()).model_dump(exclude={"units", "begun", "since"})
    chosen |= {"break_minutes": 0, "admin_minutes": 0}
    made = TonightSettings(**chosen, units=units, begun=begun or [], since=since)
    plain = resolved(made, day, day)
    read = _read(workspace, user, plain, day)
    run_id = make_run_id("tasking", plain, read.fingerprint)

    def make() -> Plan:
        need, duties, rules = read.need, read.duties, read_rules(workspace)
        wanted = {day: _wanted(workspace, need[day], duties, plain, day, rules)}
        inputs, partners, notes = day_inputs(workspace, need, duties, wanted, rules, read.ways)
        days = _after_earlier(inputs, read.earlier)
        built = build_plan(days, plain, plain.seed, memory=read.memory.copy())
        built.visits = with_begun(built.visits, plain.begun, day)
        plan = assemble(run_id, read.fingerprint, plain, need, duties, built, partners, notes)
        return replace(plan, travel=read.words)

    return recent_plan(workspace, run_id, make)


def tonight_is_current(workspace: Workspace, user: User, plan: Plan) -> bool:
    """Whether what tonight's plan read is still as it was: it would be made the same again."""
    workspace.require(user, "plan")
    read = _read(workspace, user, plan.settings, plan.first_day)
    return plan.fingerprint == read.fingerprint


@dataclass(frozen=True)
class _Read:
    """What a plan for tonight rests on, and the mark of all of it."""

    need: dict[date, Need]
    duties: list[Duty]
    ways: Ways
    words: str
    earlier: pd.DataFrame
    memory: Memory
    fingerprint: str


def _read(workspace: Workspace, user: User, settings: TonightSettings, day: date) -> _Read:
    need = read_need(workspace, user, [day], settings)
    on_duty_tonight = duties_of(workspace, settings.units, day)
    ways, words = ways_between(workspace, need, on_duty_tonight, settings)
    duties = under_way(on_duty_tonight, need[day].places, settings, ways)
    earlier = _earlier(workspace, day, duties, settings)
    memory = remembered(workspace, day)
    fingerprint = fingerprint_of(workspace, need) + mark_of_visits(earlier) + memory.mark()
    return _Read(need, duties, ways, words, earlier, memory, fingerprint)


def tonight_again(workspace: Workspace, user: User, settings: TonightSettings) -> Plan:
    """Return tonight's plan of these settings: as it was made where it is still in memory."""
    workspace.require(user, "plan")
    return tonight(
        workspace,
        user,
        list(settings.units),
        day=settings.from_date,
        settings=settings,
        begun=list(settings.begun),
        since=settings.since,
    )


def replan_without(
    workspace: Workspace, user: User, plan: Plan, lost: str, since: time, reason: str = "incident"
) -> Plan:
    """Take a unit off from a local time on, logged, and plan the rest of tonight without it.

    Visits that began before then are kept. Raises InputError when the plan is not tonight's, the
    unit is not in it, or no other unit has time left.
    """
    workspace.require(user, "plan")
    units = getattr(plan.settings, "units", [])
    gone = next((unit for unit in units if unit.name == lost), None)
    if gone is None:
        raise InputError(f"The unit '{lost}' is not on tonight's sheet.")
    others = units_still_on(workspace, [unit for unit in units if unit != gone], since)
    if not others:
        raise InputError(f"No other unit has time left after {since:%H:%M}: nothing can be moved.")
    day = plan.first_day
    now = moment_of(workspace, day, since)
    starts, ends = span(workspace, gone, day)
    if ends > now:
        log_abstraction(workspace, user, lost, max(now, starts), ends, reason, shift=SHIFT)
    before = plan.visits[plan.visits["starts"] < now]
    begun = [
        BegunVisit(
            unit=row.unit,
            hotspot_id=row.hotspot_id,
            starts=row.starts.to_pydatetime(),
            minutes=int(row.minutes),
            travel_minutes=int(row.travel_minutes),
            mode=row.mode,
        )
        for row in before.itertuples()
    ]
    settings = plan.settings.model_copy(update={"seed": None})
    return tonight(workspace, user, others, day=day, settings=settings, begun=begun, since=now)


def with_begun(visits: pd.DataFrame, begun: list[BegunVisit], day: date) -> pd.DataFrame:
    """Return tonight's visits with those begun before, in their units' order."""
    if not begun:
        return visits
    rows = [{**one.model_dump(), "day": day, "shift": SHIFT, "visit_order": 0} for one in begun]
    before = pd.DataFrame(rows)[VISIT_COLUMNS]
    found = pd.concat([before, visits], ignore_index=True) if len(visits) else before
    found["starts"] = pd.to_datetime(found["starts"])
    found = found.sort_values(["unit", "starts"], ignore_index=True)
    found["visit_order"] = found.groupby("unit").cumcount() + 1
    return found


def _earlier(
    workspace: Workspace, day: date, duties: list[Duty], settings: TonightSettings
) -> pd.DataFrame:
    """Return the visits that stand before tonight's first unit sets out, changed by hand or not.

    Those begun, where the shift is planned anew; else those of the plan in force.
    """
    if settings.begun:
        return pd.DataFrame([one.model_dump() for one in settings.begun])
    held = plan_in_force(workspace, day, day)
    return held[held["starts"] < min((duty.starts for duty in duties), default=datetime.min)]


def _after_earlier(days: list[Day], earlier: pd.DataFrame) -> list[Day]:
    """Return the night with the day's earlier visits, which count among its visits to a place."""
    day = days[0]
    sets_out = min((duty.starts for duty in day.duties), default=datetime.min)
    kept = tuple(pin for pin in day.pins.kept if pin.starts >= sets_out)
    stands = held_visits(day, earlier)
    return [replace(day, earlier=stands, pins=Pins(kept, day.pins.cancelled))]


def _wanted(
    workspace: Workspace,
    need: Need,
    duties: list[Duty],
    settings: TonightSettings,
    day: date,
    rules: dict[str, PlaceRules],
) -> np.ndarray:
    """Return tonight's part of each hot spot's daily visits, rounded up.

    Where the shift is planned anew, tonight began with the first visit begun, and those begun are
    taken off: what is left is wanted of the rest.
    """
    clock = clock_of(workspace, day)
    by_minute = clock.need(need.profile)
    is_out = on_duty(stretches(duties, clock, settings, np.random.default_rng(0)), clock)
    begun = [one.hotspot_id for one in settings.begun]
    if begun and settings.since is not None:
        first = clock.minute(min(one.starts for one in settings.begun))
        is_out[first : max(first, clock.minute(settings.since))] = True
    share = by_minute[is_out].sum() / by_minute.sum() if by_minute.sum() else is_out.mean()
    tonight_in_all = np.ceil(quotas_of(need, settings, rules) * share - 1e-9).astype(int)
    served = np.array([begun.count(spot) for spot in need.places["hotspot_id"]], dtype=int)
    return np.maximum(tonight_in_all - served, 0)
