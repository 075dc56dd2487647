"""The problem that is optimised: one day's stretches, candidate visits, their worth and the travel.

Search, bound and baselines are all of this problem. A plan serves each candidate visit at most
once, in a stretch that may serve it, beginning within its window; a stretch sets out from its base
and is back by its end. The worth of a plan is that of the visits it makes, by place (`worth.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from analytics.tasking.roster import Stretch
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import MODES, Ways
from analytics.tasking.worth import PlaceWorth, place_worths

NOT_FOR_THIS_UNIT = 3000
"""Minutes of travel that stand for 'may not be sent there': two days, longer than any stretch."""


@dataclass(frozen=True)
class DayProblem:
    """One day's candidate visits and stretches, with the travel between them.

    Nodes are the stretches' bases (one per stretch, in order), then the candidate visits. `travel`
    holds whole minutes between nodes per mode, `is_same_place` which nodes are visits of one hot
    spot, `may_serve` (stretches x visits) which stretch the rules allow to make which visit.
    `wanted` has one row per candidate visit: place, early and late (first and last minute of the
    day in which it may start), minutes (its length), worth, and is_pinned for one that a person
    fixed, whose early and late are equal.
    """

    wanted: pd.DataFrame
    stretches: list[Stretch]
    travel: dict[str, np.ndarray]
    is_same_place: np.ndarray
    visit_minutes: int
    may_serve: np.ndarray

    @classmethod
    def build(
        cls,
        x: np.ndarray,
        y: np.ndarray,
        wanted: pd.DataFrame,
        stretches: list[Stretch],
        settings: TaskingSettings,
        may_serve: np.ndarray | None = None,
        ways: Ways | None = None,
    ) -> "DayProblem":
        """Put together a day; `x` and `y` are the hot spots' metres, `ways` how units get about.

        Without `ways` travel is straight lines times the detour. Without `may_serve` every stretch may make every visit; `wanted` without minutes or
        is_pinned has visits of the settings' length that nobody fixed.
        """
        if "minutes" not in wanted:
            wanted = wanted.assign(minutes=settings.visit_minutes)
        if "is_pinned" not in wanted:
            wanted = wanted.assign(is_pinned=False)
        if may_serve is None:
            may_serve = np.ones((len(stretches), len(wanted)), dtype=bool)
        places = wanted["place"].to_numpy()
        all_x = np.concatenate([[stretch.x for stretch in stretches], x])
        all_y = np.concatenate([[stretch.y for stretch in stretches], y])
        nodes = np.concatenate([np.arange(len(stretches)), len(stretches) + places])
        ways = ways or Ways(settings)
        used = {stretch.mode for stretch in stretches}
        travel = {
            mode: ways.minutes(all_x, all_y, mode)[np.ix_(nodes, nodes)]
            for mode in MODES
            if mode in used
        }
        owner = np.concatenate([-1 - np.arange(len(stretches)), places])
        is_same = (owner[:, None] == owner[None, :]) & ~np.eye(len(owner), dtype=bool)
        return cls(wanted, stretches, travel, is_same, settings.visit_minutes, may_serve)

    @cached_property
    def legs(self) -> dict[str, list[list[int]]]:
        """The travel as plain lists: the drawing of orders asks for single legs very often."""
        return {mode: minutes.tolist() for mode, minutes in self.travel.items()}

    @cached_property
    def early(self) -> list[int]:
        """The earliest start of each candidate visit."""
        return self.wanted["early"].tolist()

    @cached_property
    def late(self) -> list[int]:
        """The latest start of each candidate visit."""
        return self.wanted["late"].tolist()

    @cached_property
    def minutes(self) -> list[int]:
        """The length of each candidate visit."""
        return self.wanted["minutes"].tolist()

    @cached_property
    def worth(self) -> np.ndarray:
        """The worth of each candidate visit were all of them made."""
        return self.wanted["worth"].to_numpy(dtype=float)

    @cached_property
    def places(self) -> list[PlaceWorth]:
        """What the candidate visits of each place are worth together."""
        return place_worths(self.wanted)

    def value(self, routes: Iterable[Iterable[int]]) -> float:
        """Return the worth of the visits in these routes, each in its turn among those made."""
        made = self._made_by_place(routes)
        return sum(place.of(here) for place, here in zip(self.places, made, strict=True) if here)

    def each(self, routes: Iterable[Iterable[int]]) -> np.ndarray:
        """Return what each candidate visit adds to the others in these routes."""
        added = np.zeros(len(self.wanted))
        for place, here in zip(self.places, self._made_by_place(routes), strict=True):
            added[place.visits] = place.each(here)
        return added

    def _made_by_place(self, routes: Iterable[Iterable[int]]) -> list[set[int]]:
        made = {int(visit) for route in routes for visit in route}
        return [
            {here for here, visit in enumerate(place.visits) if int(visit) in made}
            for place in self.places
        ]

    @cached_property
    def is_pinned(self) -> np.ndarray:
        """Which candidate visits a person fixed."""
        return self.wanted["is_pinned"].to_numpy(dtype=bool)

    def node(self, visit: int) -> int:
        """Return the node of a candidate visit (its row in `wanted`)."""
        return len(self.stretches) + visit

    def can_serve(self) -> np.ndarray:
        """Say which stretch could make which visit if it made no other (stretches x visits)."""
        return self.has_time_for() & self.may_serve

    def has_time_for(self) -> np.ndarray:
        """Say which stretch has the time for which visit, whatever the rules say."""
        early, late = self.wanted["early"].to_numpy(), self.wanted["late"].to_numpy()
        minutes = self.wanted["minutes"].to_numpy()
        count = len(self.stretches)
        fits = np.zeros((count, len(early)), dtype=bool)
        for number, stretch in enumerate(self.stretches):
            there = self.travel[stretch.mode][number, count:]
            back = self.travel[stretch.mode][count:, number]
            start = np.maximum(early, stretch.early + there)
            fits[number] = (start <= late) & (start + minutes + back <= stretch.late)
        return fits


@dataclass(frozen=True)
class PlannedDay:
    """One day as it was planned: its problem and the visits of each stretch's route."""

    day: date
    problem: DayProblem
    routes: list[list[int]]
