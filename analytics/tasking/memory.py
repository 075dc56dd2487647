"""What a day remembers of the days before: visits close to its begin, and need left unserved.

A place whose visits of a day were not planned carries the part missed to the next day, where its
visits are worth that much more; missed again, it carries more, up to three times its own worth. A
day that serves it whole clears it (a convention).
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.tasking.day import Day, held_visits
from analytics.tasking.in_force import part_missed, plan_in_force
from analytics.workspace import Workspace

MOST_CARRIED = 2.0
"""The most that a place carries, in parts of its own worth (a convention)."""


@dataclass
class Memory:
    """Parts of worth carried by hot spot, and the visits of the day before."""

    carried: dict[str, float] = field(default_factory=dict)
    visits: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["hotspot_id", "starts", "minutes"])
    )

    def copy(self) -> "Memory":
        """Return a memory that can go on by itself."""
        return Memory(dict(self.carried), self.visits)

    def mark(self) -> str:
        """Name what is remembered: another text when it changes."""
        text = repr(sorted(self.carried.items()))
        return mark_of_visits(self.visits) + hashlib.sha256(text.encode()).hexdigest()[:8]

    def into(self, day: Day) -> Day:
        """Return the day with what it must remember."""
        weights = np.array([1 + self.carried.get(hotspot_id, 0.0) for hotspot_id in day.ids])
        before = held_visits(day, self.visits)
        near = tuple(visit for visit in before if -1440 < visit.begins < 0)
        return replace(day, carried=weights, earlier=(*near, *day.earlier))

    def note(self, day: Day, wanted: np.ndarray, planned: np.ndarray, visits: pd.DataFrame) -> None:
        """Remember a planned day: visits wanted and planned per hot spot, and the visits."""
        for hotspot_id, asked, made in zip(day.ids, wanted, planned, strict=True):
            if asked:
                missed = max(0.0, 1 - made / asked)
                held = self.carried.get(hotspot_id, 0.0)
                self.carried[hotspot_id] = carried_on(held, missed)
        self.visits = visits


def mark_of_visits(visits: pd.DataFrame) -> str:
    """Name the planned visits that a plan keeps clear of: another text when they change."""
    text = visits[["hotspot_id", "starts", "minutes"]].to_csv(index=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def carried_on(held: float, missed: float) -> float:
    """Return what a place carries to the next day: 1 missed whole is once its worth more a day."""
    return min(MOST_CARRIED, (1 + held) * missed)


def remembered(workspace: Workspace, first: date) -> Memory:
    """Return what the plan in force on the day before `first` leaves to remember."""
    before = first - timedelta(days=1)
    held = plan_in_force(workspace, before, before)
    missed = part_missed(workspace, before)
    carried = {place: carried_on(0.0, part) for place, part in missed.items()}
    return Memory(carried, held[["hotspot_id", "starts", "minutes"]])
