"""How many visits each unit should carry at most, and work for a unit that would have none."""

from collections import Counter

import numpy as np

from analytics.tasking.insertion import inserted
from analytics.tasking.order import earliest_starts
from analytics.tasking.problem import DayProblem

FAIR_PART = 1.2
"""How far one unit's visits may exceed its fair part of them (a convention)."""


def fair_loads(problem: DayProblem, fits: np.ndarray, visits: int) -> list[int]:
    """Return the most visits for each stretch: `FAIR_PART` times its part of those possible."""
    possible = np.zeros(len(problem.stretches))
    for number, stretch in enumerate(problem.stretches):
        nodes = len(problem.stretches) + np.flatnonzero(fits[number])
        if len(nodes):
            legs = np.sort(problem.travel[stretch.mode][np.ix_(nodes, nodes)], axis=1)
            cycle = problem.visit_minutes + np.median(legs[:, : max(2, len(nodes) // 4)])
            possible[number] = (stretch.late - stretch.early) / cycle
    loads = np.ceil(FAIR_PART * visits * possible / possible.sum())
    pins = fits[:, problem.is_pinned].sum(axis=1)
    return np.maximum(loads, np.maximum(pins, 1)).astype(int).tolist()


def share_out(problem: DayProblem, fits: np.ndarray, routes: list[list[int]]) -> list[list[int]]:
    """Hand visits of the fullest units to one that has none, until it has as many as the least.

    The same visits are made, so that nothing of the worth is lost; pinned ones stay where they are.
    """
    routes = [list(route) for route in routes]
    able = {s.duty for s, fit in zip(problem.stretches, fits, strict=True) if fit.any()}
    for duty in sorted(able - set(_loads(problem, routes))):
        others = [load for other, load in _loads(problem, routes).items() if other != duty]
        for _ in range(min(others, default=0)):
            if not _hand_over(problem, fits, routes, duty):
                break
    return routes


def _loads(problem: DayProblem, routes: list[list[int]]) -> Counter[int]:
    """Return the visits of each duty that has any."""
    return Counter(
        s.duty for s, route in zip(problem.stretches, routes, strict=True) for _ in route
    )


def _hand_over(problem: DayProblem, fits: np.ndarray, routes: list[list[int]], duty: int) -> bool:
    """Move one visit to a duty, from the fullest that can spare one; say whether there was one."""
    loads = _loads(problem, routes)
    mine = [n for n, stretch in enumerate(problem.stretches) if stretch.duty == duty]
    givers = [n for n, s in enumerate(problem.stretches) if loads[s.duty] > loads[duty] + 1]
    for giver in sorted(givers, key=lambda n: (-loads[problem.stretches[n].duty], n)):
        for visit in routes[giver]:
            left = [other for other in routes[giver] if other != visit]
            if problem.is_pinned[visit] or earliest_starts(problem, giver, left) is None:
                continue
            for stretch in mine:
                longer = inserted(problem, stretch, routes[stretch], visit)
                if fits[stretch, visit] and len(longer) > len(routes[stretch]):
                    routes[giver], routes[stretch] = left, longer
                    return True
    return False
