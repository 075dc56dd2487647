"""Is a plan feasible? Looked at visit by visit, by nothing that made the plan."""

import math
from datetime import timedelta
from itertools import pairwise

from analytics.tasking import Plan

SPEEDS = {"foot": "walking_kmh", "cycle": "cycling_kmh", "car": "driving_kmh"}


def minutes_between(a: tuple[float, float], b: tuple[float, float], mode: str, settings) -> int:
    """Travel by straight line times detour, as the methods page states it."""
    if any(math.isnan(value) for value in (*a, *b)):
        return 0
    metres = math.dist(a, b) * settings.detour_factor
    if metres == 0:
        return 0
    minutes = metres / (getattr(settings, SPEEDS[mode]) * 1000 / 60)
    return math.ceil(round(minutes + (settings.parking_minutes if mode == "car" else 0), 9))


def faults(
    plan: Plan, *, controls=frozenset(), pins=(), rules=None, travel=minutes_between
) -> list[str]:
    """Return what is wrong with a plan; `controls` are (day, hot spot), `pins` those that stand."""
    found = []
    settings, rules = plan.settings, rules or {}
    at = {row.hotspot_id: (row.x, row.y) for row in plan.places.itertuples()}
    duties = {(duty.day, duty.shift, duty.unit): duty for duty in plan.duties}
    pinned = {(pin.day, pin.unit, pin.hotspot_id, pin.starts) for pin in pins}
    visits = plan.visits.assign(
        ends=[row.starts + timedelta(minutes=int(row.minutes)) for row in plan.visits.itertuples()]
    )
    there = {(r.day, r.unit, r.hotspot_id, r.starts) for r in visits.itertuples()}
    found += [f"pin not kept: {pin}" for pin in pinned - there]
    for key, mine in visits.groupby(["day", "shift", "unit"]):
        found += _faults_of_unit(
            mine.sort_values("starts"), key, duties, plan, at, settings, travel
        )
    for place, mine in visits.sort_values("starts").groupby("hotspot_id"):
        rows = list(mine.itertuples())
        for before, after in pairwise(rows):
            both_pinned = all((r.day, r.unit, place, r.starts) in pinned for r in (before, after))
            gap = (after.starts - before.ends).total_seconds() / 60
            if gap < settings.spacing_minutes and not both_pinned:
                found.append(f"{place}: {gap} minutes between visits at {after.starts}")
    for row in visits.itertuples():
        rule = rules.get(row.hotspot_id)
        is_pin = (row.day, row.unit, row.hotspot_id, row.starts) in pinned
        if (row.day, row.hotspot_id) in controls:
            found.append(f"{row.hotspot_id} is under control on {row.day}")
        if not is_pin and not 10 <= row.minutes <= 16:
            found.append(f"a visit of {row.minutes} minutes")
        if rule and row.unit in rule.not_units:
            found.append(f"{row.unit} may not be sent to {row.hotspot_id}")
        if rule and rule.partner and not is_pin:
            found.append(f"{row.hotspot_id} is the partner's")
        if rule and rule.hours and not is_pin and not _is_open(row.starts, row.ends, rule.hours):
            found.append(f"{row.hotspot_id} is closed at {row.starts}")
    return found


def _faults_of_unit(mine, key, duties, plan, at, settings, travel) -> list[str]:
    duty, found = duties[key], []
    base = (duty.x, duty.y)
    rows = list(mine.itertuples())
    if [row.visit_order for row in rows] != list(range(1, len(rows) + 1)):
        found.append(f"{key}: order is not that of time")
    first = duty.starts + timedelta(minutes=settings.admin_minutes // 2)
    last = duty.ends - timedelta(minutes=settings.admin_minutes // 2)
    pauses = [*duty.away, *([plan.breaks[key]] if key in plan.breaks else [])]
    free, here = first, base
    for row in rows:
        for begins, ends in sorted(pauses):
            if free <= begins and begins <= row.starts:
                home = free + timedelta(minutes=travel(here, base, duty.mode, settings))
                if home > begins and here != base:
                    found.append(f"{key}: not back at the base by {begins}")
                free, here = ends, base
        way = timedelta(minutes=travel(here, at[row.hotspot_id], duty.mode, settings))
        if free + way > row.starts:
            found.append(f"{key}: cannot be at {row.hotspot_id} by {row.starts}")
        for begins, ends in pauses:
            if row.starts < ends and begins < row.ends:
                found.append(f"{key}: {row.hotspot_id} at {row.starts} in a pause")
        free, here = row.ends, at[row.hotspot_id]
    if rows:
        home = free + timedelta(minutes=travel(here, base, duty.mode, settings))
        later = [begins for begins, _ in pauses if begins >= free]
        if home > min([last, *later]):
            found.append(f"{key}: home at {home}, after {min([last, *later])}")
    return found


def _is_open(starts, ends, hours) -> bool:
    def minute(clock) -> int:
        return clock.hour * 60 + clock.minute

    length = (ends - starts).total_seconds() / 60
    for first, last in hours:
        span = (minute(last) - minute(first)) % 1440
        if (minute(starts) - minute(first)) % 1440 + length <= span:
            return True
    return False
