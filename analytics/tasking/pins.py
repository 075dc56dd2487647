"""Visits fixed by hand: each stands in the new plan at its time and unit, if it can be done.

A visit that was cancelled or moved away is not offered again to that unit in that hour.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from analytics.tasking.clock import DayClock
from analytics.tasking.order import earliest_starts
from analytics.tasking.plan_edits import standing_edits
from analytics.tasking.problem import DayProblem
from analytics.tasking.roster import Duty, Stretch
from analytics.workspace import Workspace


@dataclass(frozen=True)
class Pin:
    """One visit that a person fixed; `starts` is a naive local time."""

    day: date
    shift: str
    unit: str
    hotspot_id: str
    starts: datetime
    minutes: int


@dataclass(frozen=True)
class Cancelled:
    """One visit that a person took off a unit."""

    day: date
    shift: str
    unit: str
    hotspot_id: str
    starts: datetime


@dataclass(frozen=True)
class Pins:
    """What was fixed and what was taken off, in the order in which it was done."""

    kept: tuple[Pin, ...] = ()
    cancelled: tuple[Cancelled, ...] = ()

    def on(self, day: date) -> "Pins":
        """Return those of one patrol day."""
        return Pins(
            tuple(pin for pin in self.kept if pin.day == day),
            tuple(gone for gone in self.cancelled if gone.day == day),
        )


def read_pins(workspace: Workspace, first: date, last: date) -> Pins:
    """Return the pins of the changes that stand on the patrol days from `first` to `last`."""
    standing = standing_edits(workspace, first, last)
    return Pins(
        tuple(
            Pin(v.day, v.shift, v.unit, v.hotspot_id, v.starts, round(v.minutes))
            for v in standing.pinned
        ),
        tuple(
            Cancelled(v.day, v.shift, v.unit, v.hotspot_id, v.starts) for v in standing.cancelled
        ),
    )


def stretch_of(pin: Pin, clock: DayClock, duties: list[Duty], parts: list[Stretch]) -> int | None:
    """Return the stretch of the pin's unit that holds all its minutes; None when there is none."""
    begins = clock.minute(pin.starts)
    for number, part in enumerate(parts):
        is_whole = part.early <= begins and begins + pin.minutes <= part.late
        if is_whole and duties[part.duty].unit == pin.unit:
            return number
    return None


def why_not(
    pin: Pin,
    clock: DayClock,
    duties: list[Duty],
    parts: list[Stretch],
    refused: dict[str, str],
) -> str:
    """Return why a pin cannot stand whatever else is done, as a clause; empty when it can.

    `refused` gives, by hot spot, why nobody is sent there that day.
    """
    if pin.hotspot_id in refused:
        return refused[pin.hotspot_id]
    if stretch_of(pin, clock, duties, parts) is not None:
        return ""
    mine = [duty for duty in duties if duty.unit == pin.unit]
    ends = pin.starts + timedelta(minutes=pin.minutes)
    if not mine:
        return f"{pin.unit} is not on duty that day"
    if any(duty.starts <= pin.starts and ends <= duty.ends for duty in mine):
        return f"{pin.unit} is at its briefing, on its break or off patrol then"
    return f"{pin.unit} is not on duty then"


def fitting(problem: DayProblem, stretches: list[int]) -> list[bool]:
    """Say which of the pinned visits can stand together, a later change before an earlier one.

    The pins are the first rows of `wanted`, in the order in which they were made; `stretches` has
    the stretch of each.
    """
    held: dict[int, list[int]] = {}
    stands = [False] * len(stretches)
    for visit in reversed(range(len(stretches))):
        stretch = stretches[visit]
        together = sorted([*held.get(stretch, []), visit], key=lambda each: problem.early[each])
        if earliest_starts(problem, stretch, together) is not None:
            held[stretch], stands[visit] = together, True
    return stands


def not_offered(
    cancelled: tuple[Cancelled, ...],
    clock: DayClock,
    unit: str,
    place_ids: np.ndarray,
    early: np.ndarray,
    late: np.ndarray,
) -> np.ndarray:
    """Say which candidate visits a unit is not offered: those that could begin in a cancelled hour.

    `place_ids`, `early` and `late` are those of the candidate visits.
    """
    is_gone = np.zeros(len(place_ids), dtype=bool)
    for gone in cancelled:
        if gone.unit != unit:
            continue
        hour = clock.minute(gone.starts.replace(minute=0, second=0, microsecond=0))
        is_gone |= (place_ids == gone.hotspot_id) & (early < hour + 60) & (late >= hour)
    return is_gone


def sentence(pin: Pin, name: str, reason: str) -> str:
    """Say that a fixed visit could not be kept, why, and what to do."""
    return (
        f"The visit to {name} at {pin.starts:%H:%M} on {pin.day.day} {pin.day:%b} by {pin.unit}, "
        f"fixed by hand, is not in this plan: {reason}. Move it, or undo the change."
    )
