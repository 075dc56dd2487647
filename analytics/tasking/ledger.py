"""Capacity arithmetic: does the time wanted fit into the time there is?"""

import math
from dataclasses import asdict, dataclass


def visits_possible(
    shift_minutes: float, off_minutes: float, visit_minutes: float, travel_minutes: float
) -> int:
    """Return the whole visits that fit one unit's shift: floor((shift - off) / (visit + travel)).

    `off_minutes` are breaks and paperwork. Raises ValueError when a visit takes no time.
    """
    cycle = visit_minutes + travel_minutes
    if cycle <= 0:
        raise ValueError("A visit and its travel must take some time.")
    return max(0, math.floor((shift_minutes - off_minutes) / cycle))


def visits_in_stretch(
    minutes: float, visit_minutes: float, travel_minutes: float, from_base_minutes: float
) -> int:
    """Return the whole visits that fit between leaving the base and being back.

    n visits take n visit times, n - 1 ways between them and two from and to the base. Raises
    ValueError when a visit takes no time.
    """
    cycle = visit_minutes + travel_minutes
    if cycle <= 0:
        raise ValueError("A visit and its travel must take some time.")
    return max(0, math.floor((minutes + travel_minutes - 2 * from_base_minutes) / cycle))


def patrol_hours(hotspots: int, visits_per_day: float, visit_minutes: float, days: int) -> float:
    """Return the hours that units spend inside hot spots, travel not included.

    Officer-hours are these times the officers of a unit.
    """
    return hotspots * visits_per_day * visit_minutes * days / 60


@dataclass(frozen=True)
class Ledger:
    """The sum of a plan: hours of units, visits, and the share of need that units are out for."""

    unit_shifts: int
    shift_hours: float
    off_hours: float
    travel_hours: float
    visit_hours: float
    visits_possible: int
    visits_wanted: int
    visits_planned: int
    need_share_on_duty: float

    @property
    def unserved(self) -> int:
        """Visits wanted that the plan could not place."""
        return self.visits_wanted - self.visits_planned

    @property
    def free_hours(self) -> float:
        """Hours left between visits: slack for calls, engagement and the unforeseen."""
        return self.shift_hours - self.off_hours - self.travel_hours - self.visit_hours

    def as_json(self) -> dict[str, float]:
        """Return the figures under their names."""
        return {**asdict(self), "unserved": self.unserved, "free_hours": self.free_hours}
