"""Simple ways to plan a day's patrols, to compare the plan with, besides greedy insertion."""

from dataclasses import replace

from analytics.tasking import TaskingSettings
from analytics.tasking.order import earliest_starts
from analytics.tasking.problem import DayProblem
from analytics.tasking.solve import solve_day


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
    wanted = equal.wanted[["place", "early", "late", "minutes"]]
    alike = replace(equal, wanted=wanted.assign(worth=10.0 ** -turn.clip(upper=4), is_pinned=False))
    return solve_day(alike, settings, seed).visits
