"""Which windows? A day whose units are short is drawn several times, and the best draw is kept.

Each further visit wanted of a place narrows the windows of its others, whether it can be made or
not. So where visits are left over, the day is drawn again with at most so many of the visits wanted
of each place: first as equal parts of those that can be made would have it (no place a second
before each that wants one has its first), then one more each time. Each draw is planned with a part
of the effort and the best with all of it. A plan is thus never left behind by equal visits.
"""

import numpy as np

from analytics.tasking.day import Day, Ready, redrawn
from analytics.tasking.problem import DayProblem
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.solve import Routes, solve_day

FIRST_LOOK = 8
"""Each further draw is first planned with this part of the effort, at least `LEAST_LOOK`."""

LEAST_LOOK = 40

NEAR = 0.98
"""Part of the first draw's worth from which the best further one is planned with all effort."""


def plan_day(
    day: Day, ready: Ready, settings: TaskingSettings, rng: np.random.Generator
) -> tuple[DayProblem, Routes]:
    """Return the routes of a day and the problem that they solve, the best of its draws."""
    seed = int(rng.integers(2**31))
    first = ready.problem, solve_day(ready.problem, settings, seed)
    made = sum(map(len, first[1].visits))
    glance = max(settings.iterations // FIRST_LOOK, min(LEAST_LOOK, settings.iterations))
    quick = settings.model_copy(update={"iterations": glance})
    tried = [first]
    for level in range(level_of(ready.wanted, made), int(ready.wanted.max(initial=0))):
        again = redrawn(day, ready, np.minimum(ready.wanted, level), settings, rng)
        tried.append((again, solve_day(again, quick, seed)))
    if len(tried) > 1:
        near = max(tried[1:], key=_worth)
        if _worth(near) >= NEAR * _worth(first):
            tried.append((near[0], solve_day(near[0], settings, seed)))
    problem, found = max(tried, key=_worth)
    return problem, Routes(found.visits, any(each.is_cut_short for _, each in tried))


def _worth(tried: tuple[DayProblem, Routes]) -> float:
    return tried[0].value(tried[1].visits)


def level_of(wanted: np.ndarray, visits: int) -> int:
    """Return the most visits of any place when `visits` of those wanted are dealt in equal parts.

    No place has a second before each that wants one has its first. Where all are made, it is the
    most that any place wants.
    """
    most = int(wanted.max(initial=0))
    for level in range(1, most):
        if np.minimum(wanted, level).sum() >= visits:
            return level
    return most
