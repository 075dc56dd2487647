"""Capacity before any plan is made: do the visits wanted fit into the hours there are?"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analytics.tasking.build import wanted_by_day
from analytics.tasking.day import Day
from analytics.tasking.inputs import day_inputs, ways_between
from analytics.tasking.ledger import visits_in_stretch
from analytics.tasking.need import read_shares
from analytics.tasking.plan import no_roster, plan_days
from analytics.tasking.roster import off_minutes, read_duties, stretches
from analytics.tasking.rules import read_rules
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import Ways
from analytics.workspace import InputError, User, Workspace

NEAR_PART = 0.25
"""Part of the other hot spots that a unit is taken to go on to: the nearest quarter, at least two
(a convention, as units go round nearby places)."""


@dataclass(frozen=True)
class Capacity:
    """What the hours hold and what is wanted, over all days; `travel_minutes` is an estimate.

    `visits_possible` is what units could make if they did nothing else, `visits_expected` no more
    than that or than is wanted. `control_visits` and `partner_visits` are not asked of officers.
    """

    days: int
    unit_shifts: int
    shift_hours: float
    off_hours: float
    travel_minutes: float
    visit_minutes: int
    visits_possible: int
    visits_wanted: int
    control_visits: int
    partner_visits: int
    travel: str

    @property
    def hours_available(self) -> float:
        """Hours on patrol, travel included."""
        return self.shift_hours - self.off_hours

    @property
    def visits_expected(self) -> int:
        """The most visits that a plan could hold."""
        return min(self.visits_possible, self.visits_wanted)

    @property
    def unserved(self) -> int:
        """Visits wanted for which there is no time."""
        return self.visits_wanted - self.visits_expected

    @property
    def travel_hours(self) -> float:
        """Hours on the way, as far as visits are expected."""
        return self.visits_expected * self.travel_minutes / 60

    def as_json(self) -> dict[str, Any]:
        """Return the figures under their names."""
        names = ("hours_available", "visits_expected", "unserved", "travel_hours")
        return {**asdict(self), **{name: getattr(self, name) for name in names}}


def capacity(workspace: Workspace, user: User, settings: TaskingSettings) -> Capacity:
    """Return the capacity arithmetic of the days of a plan, before it is made; stores nothing.

    Raises InputError when there is no list or no roster for the days, Refused when the user may
    not plan.
    """
    workspace.require(user, "plan")
    first, last, days = plan_days(workspace, settings)
    duties, _ = read_duties(workspace, first, last)
    if not duties:
        raise InputError(no_roster(workspace, first, last))
    need = read_shares(workspace, days, settings)
    rules = read_rules(workspace)
    ways, words = ways_between(workspace, need, duties, settings)
    wanted = wanted_by_day(days, need, settings, 0, rules)
    asked = sum(int(counts.sum()) for counts in wanted.values())
    inputs, partners, _ = day_inputs(workspace, need, duties, wanted, rules, ways)
    left = sum(int(counts.sum()) for counts in wanted.values())
    by_partners = sum(row[-1] for row in partners)
    sums = [_day_sum(day, ways, settings) for day in inputs]
    possible = sum(one[2] for one in sums)
    return Capacity(
        days=len(days),
        unit_shifts=len(duties),
        shift_hours=sum(one[0] for one in sums) / 60,
        off_hours=sum(one[1] for one in sums) / 60,
        travel_minutes=sum(one[3] for one in sums) / possible if possible else 0.0,
        visit_minutes=settings.visit_minutes,
        visits_possible=possible,
        visits_wanted=left,
        control_visits=asked - left - by_partners,
        partner_visits=by_partners,
        travel=words,
    )


def near_minutes(minutes: np.ndarray, wanted: np.ndarray) -> float:
    """Return the travel from a visit to the next: to the nearest quarter of the other places.

    `minutes` (n x 2 or more n) between the places, weighed by the visits `wanted` of each.
    """
    count = len(minutes)
    if count < 2 or not wanted.any():
        return 0.0
    near = max(2, round(NEAR_PART * (count - 1)))
    legs = np.sort(minutes.astype(float), axis=1)[:, 1 : 1 + near]
    return float(np.average(legs.mean(axis=1), weights=wanted))


def _day_sum(day: Day, ways: Ways, settings: TaskingSettings) -> tuple[int, int, int, float]:
    """Return minutes on shift and off patrol, visits possible, and minutes of travel for them."""
    shift = sum(day.clock.minute(duty.ends) - day.clock.minute(duty.starts) for duty in day.duties)
    off = sum(off_minutes(duty, day.clock, settings) for duty in day.duties)
    is_wanted = day.wanted > 0
    x = day.need.places["x"].to_numpy()[is_wanted]
    y = day.need.places["y"].to_numpy()[is_wanted]
    weights = day.wanted[is_wanted]
    visits, travel = 0, 0.0
    for part in stretches(day.duties, day.clock, settings, np.random.default_rng(0)):
        if not len(x):
            break
        minutes = ways.minutes(np.append(x, part.x), np.append(y, part.y), part.mode)
        between = near_minutes(minutes[:-1, :-1], weights)
        from_base = float(np.average(minutes[-1, :-1], weights=weights))
        number = visits_in_stretch(
            part.late - part.early, settings.visit_minutes, between, from_base
        )
        visits += number
        travel += 2 * from_base + (number - 1) * between if number else 0.0
    return shift, off, visits, travel
