"""What each day of a plan starts from: visits wanted, less control days and partners' places."""

from datetime import date

import numpy as np

from analytics.tasking.clock import DayClock
from analytics.tasking.day import Day
from analytics.tasking.need import Need, control_hotspots
from analytics.tasking.pins import read_pins
from analytics.tasking.roster import Duty
from analytics.tasking.rules import PlaceRules, hand_to_partners
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import Ways, read_ways, way_words
from analytics.workspace import Workspace

ON_CONTROL_DAY = "it is a control place of the trial that day"


def day_inputs(
    workspace: Workspace,
    need: dict[date, Need],
    duties: list[Duty],
    wanted: dict[date, np.ndarray],
    rules: dict[str, PlaceRules],
    ways: Ways,
) -> tuple[list[Day], list[tuple], list[str]]:
    """Return the days in order, the rows of partners' visits, and sentences to tell.

    `wanted` has visits per hot spot by day; control days and partners' places are taken out of it.
    """
    days = sorted(wanted)
    pins = read_pins(workspace, days[0], days[-1])
    controls: dict[date, set[str]] = {}
    for held in {held.list_id: held for held in need.values()}.values():
        under = [day for day in days if need[day].list_id == held.list_id]
        controls |= control_hotspots(workspace, held.places, under)
    notes = _control_note(_without_control_days(wanted, need, controls), controls)
    ids = {day: need[day].places["hotspot_id"].tolist() for day in days}
    partners = hand_to_partners(wanted, ids, rules)
    inputs = [
        Day(
            clock=clock_of(workspace, day),
            need=need[day],
            wanted=wanted[day],
            duties=[duty for duty in duties if duty.day == day],
            rules=rules,
            pins=pins.on(day),
            refused=dict.fromkeys(controls.get(day, set()), ON_CONTROL_DAY),
            ways=ways,
        )
        for day in days
    ]
    idle = [day.clock.day for day in inputs if not day.duties]
    if idle:
        words = ", ".join(f"{day.day} {day:%b}" for day in idle)
        notes.append(f"Nobody is on the roster on {words}; nothing is planned there.")
    return inputs, partners, notes


def ways_between(
    workspace: Workspace, need: dict[date, Need], duties: list[Duty], settings: TaskingSettings
) -> tuple[Ways, str]:
    """Return how units get about between bases and hot spots, and the sentence that says so."""
    lists = {held.list_id: held for held in need.values()}.values()
    x = np.concatenate([[duty.x for duty in duties], *(held.places["x"] for held in lists)])
    y = np.concatenate([[duty.y for duty in duties], *(held.places["y"] for held in lists)])
    ways = read_ways(workspace, settings, x, y)
    return ways, way_words(ways, x, y)


def clock_of(workspace: Workspace, day: date) -> DayClock:
    """Return the clock of a patrol day of this workspace."""
    return DayClock(day, workspace.timezone, workspace.day_starts_minutes)


def _without_control_days(
    wanted: dict[date, np.ndarray],
    need: dict[date, Need],
    controls: dict[date, set[str]],
) -> int:
    """Take the visits out of hot spots on their control days, in place; return how many."""
    removed = 0
    for day, counts in wanted.items():
        is_control = need[day].places["hotspot_id"].isin(controls.get(day, set())).to_numpy()
        removed += int(counts[is_control].sum())
        counts[is_control] = 0
    return removed


def _control_note(removed: int, controls: dict[date, set[str]]) -> list[str]:
    """Say how many visits a trial's control days took out of the plan."""
    place_days = sum(len(ids) for ids in controls.values())
    if not place_days:
        return []
    return [
        f"{place_days} hot spot days are control days of the trial: {removed} visits that would "
        "be due there are not planned. Patrol these places only to answer calls."
    ]
