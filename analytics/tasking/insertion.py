"""The simple way to plan a day: visit after visit, each time the one of most worth per minute.

The search is never worse than this, and the benchmarks compare with it.
"""

import numpy as np

from analytics.tasking.order import earliest_starts
from analytics.tasking.problem import DayProblem

Option = tuple[int, int]
"""Minutes that a visit adds to a route, and where it is put."""


def by_worth_per_minute(problem: DayProblem) -> list[list[int]]:
    """Return routes made by inserting, each time, the visit of most worth per minute that it takes.

    The minutes are the visit's own and the travel that it adds at its best place in a route; its
    worth is what it adds to the visits made so far.
    """
    routes: list[list[int]] = [[] for _ in problem.stretches]
    fits, adds = problem.can_serve(), problem.each(routes)
    options = {
        (stretch, int(visit)): _best_place(problem, stretch, [], int(visit))
        for stretch in range(len(routes))
        for visit in np.flatnonzero(fits[stretch])
    }
    options = {key: option for key, option in options.items() if option}
    while options:
        rates = {key: adds[key[1]] / minutes for key, (minutes, _) in options.items()}
        stretch, visit = max(rates, key=lambda key: (rates[key], -key[0], -key[1]))
        if rates[stretch, visit] <= 0:
            return routes
        routes[stretch].insert(options[stretch, visit][1], visit)
        adds = problem.each(routes)
        del options[stretch, visit]
        for key in list(options):
            if key[1] == visit:
                del options[key]
            elif key[0] == stretch:
                option = _best_place(problem, stretch, routes[stretch], key[1])
                if option:
                    options[key] = option
                else:
                    del options[key]
    return routes


def _best_place(problem: DayProblem, stretch: int, route: list[int], visit: int) -> Option | None:
    """Return the fewest extra minutes and where; None where the visit never fits."""
    legs = problem.legs[problem.stretches[stretch].mode]
    nodes = [stretch, *(problem.node(made) for made in route), stretch]
    node, best = problem.node(visit), None
    for place in range(len(route) + 1):
        before, after = nodes[place], nodes[place + 1]
        extra = legs[before][node] + legs[node][after] - legs[before][after]
        minutes = problem.minutes[visit] + extra
        if best is None or minutes < best[0]:
            trial = [*route[:place], visit, *route[place:]]
            if earliest_starts(problem, stretch, trial) is not None:
                best = minutes, place
    return best


def inserted(problem: DayProblem, stretch: int, order: list[int], visit: int) -> list[int]:
    """Put a visit where the route stays feasible; without such a place it stays out."""
    for place in range(len(order) + 1):
        trial = [*order[:place], visit, *order[place:]]
        if earliest_starts(problem, stretch, trial) is not None:
            return trial
    return order
