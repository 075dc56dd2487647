"""Three simple ways to plan a day's patrols, to compare the plan with."""

from dataclasses import replace

import numpy as np

from analytics.tasking import TaskingSettings
from analytics.tasking.order import earliest_starts
from analytics.tasking.problem import DayProblem
from analytics.tasking.solve import solve_day


def greedy_by_value_per_minute(problem: DayProblem) -> list[list[int]]:
    """Insert visit after visit, each time the one of most worth per minute that it takes.

    The minutes are the visit's own and the travel that it adds at its best place in a route.
    """
    routes: list[list[int]] = [[] for _ in problem.stretches]
    fits = problem.can_serve()
    options = {
        (stretch, int(visit)): _best_place(problem, stretch, [], int(visit))
        for stretch in range(len(routes))
        for visit in np.flatnonzero(fits[stretch])
    }
    while options:
        key = max(options, key=lambda key: (options[key][0], -key[0], -key[1]))
        rate, place = options[key]
        if rate <= 0:
            return routes
        stretch, visit = key
        routes[stretch].insert(place, visit)
        options = {key: option for key, option in options.items() if key[1] != visit}
        for other in [other for at, other in options if at == stretch]:
            options[stretch, other] = _best_place(problem, stretch, routes[stretch], other)
    return routes


def _best_place(
    problem: DayProblem, stretch: int, route: list[int], visit: int
) -> tuple[float, int]:
    """Return worth per extra minute and where to insert; nothing per minute where it never fits."""
    legs = problem.legs[problem.stretches[stretch].mode]
    nodes = [stretch, *(problem.node(made) for made in route), stretch]
    node, best = problem.node(visit), (0.0, 0)
    for place in range(len(route) + 1):
        before, after = nodes[place], nodes[place + 1]
        extra = legs[before][node] + legs[node][after] - legs[before][after]
        rate = problem.worth[visit] / (problem.minutes[visit] + extra)
        trial = [*route[:place], visit, *route[place:]]
        if rate > best[0] and earliest_starts(problem, stretch, trial) is not None:
            best = rate, place
    return best


def nearest_next(problem: DayProblem) -> list[list[int]]:
    """Send the unit that is free first to the visit that it can begin soonest, until none is left.

    Of visits that it can begin equally soon it takes the nearest.
    """
    fits, left = problem.can_serve(), set(range(len(problem.wanted)))
    routes: list[list[int]] = [[] for _ in problem.stretches]
    free = {stretch: part.early for stretch, part in enumerate(problem.stretches)}
    while free:
        stretch = min(free, key=lambda stretch: (free[stretch], stretch))
        legs = problem.legs[problem.stretches[stretch].mode]
        route = routes[stretch]
        here = problem.node(route[-1]) if route else stretch
        choices = []
        for visit in left:
            starts = earliest_starts(problem, stretch, [*route, visit])
            if fits[stretch, visit] and starts is not None:
                choices.append((starts[-1], legs[here][problem.node(visit)], visit))
        if not choices:
            del free[stretch]
            continue
        begins, _, visit = min(choices)
        route.append(visit)
        left.remove(visit)
        free[stretch] = begins + problem.minutes[visit]
    return routes


def equal_visits(equal: DayProblem, settings: TaskingSettings, seed: int) -> list[list[int]]:
    """Plan the visits dealt in equal parts: no hot spot a second visit before each has its first.

    `equal` wants as many visits as the plan does, every hot spot as often as the next.
    """
    by_worth = equal.wanted.sort_values("worth", ascending=False, kind="stable")
    turn = by_worth.groupby("place").cumcount().reindex(equal.wanted.index)
    alike = replace(equal, wanted=equal.wanted.assign(worth=10.0 ** -turn.clip(upper=4)))
    return solve_day(alike, settings, seed).visits


def worth_of(problem: DayProblem, routes: list[list[int]]) -> float:
    """Return the worth of the visits in these routes."""
    return float(problem.worth[[visit for route in routes for visit in route]].sum())
