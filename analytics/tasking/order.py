"""Unpredictable order: the same visits in a drawn order, at drawn moments, still feasible.

The search gives the shortest routes, and the shortest route is the same every day. So each route
takes a random walk over the orders that keep every window and cost at most a stated share of extra
travel, and the free time is then spread between the visits at random (Sacramento's random order:
Telep, Mitchell and Weisburd 2014).
"""

import itertools

import numpy as np

from analytics.tasking.problem import DayProblem

TRIES_PER_VISIT = 40


def earliest_starts(problem: DayProblem, stretch: int, order: list[int]) -> list[int] | None:
    """Return the earliest start of each visit in minutes of the day; None when it cannot be done.

    The unit leaves its base when the stretch begins and must be back before it ends.
    """
    unit = problem.stretches[stretch]
    legs, early, late = problem.legs[unit.mode], problem.early, problem.late
    minutes = problem.minutes
    here, now, starts = stretch, unit.early, []
    for visit in order:
        node = problem.node(visit)
        now = max(now + legs[here][node], early[visit])
        if now > late[visit]:
            return None
        starts.append(now)
        now, here = now + minutes[visit], node
    return starts if now + legs[here][stretch] <= unit.late else None


def travel_of(problem: DayProblem, stretch: int, order: list[int]) -> list[int]:
    """Return the minutes of travel before each visit and, last, back to the base."""
    legs = problem.legs[problem.stretches[stretch].mode]
    nodes = [stretch, *(problem.node(visit) for visit in order), stretch]
    return [legs[a][b] for a, b in itertools.pairwise(nodes)]


def keep_feasible(problem: DayProblem, stretch: int, order: list[int]) -> list[int]:
    """Return the order without the visits that do not fit, the least worth left out first.

    Pinned visits stay.
    """
    order = list(order)
    while order and earliest_starts(problem, stretch, order) is None:
        free = [visit for visit in order if not problem.is_pinned[visit]]
        order.remove(min(free or order, key=lambda visit: problem.worth[visit]))
    return order


def shuffle_order(
    problem: DayProblem,
    stretch: int,
    order: list[int],
    most_extra: float,
    rng: np.random.Generator,
) -> list[int]:
    """Draw another feasible order of the same visits, at most `most_extra` longer to travel."""
    order = list(order)
    most_travel = sum(travel_of(problem, stretch, order)) * (1 + most_extra)
    for _ in range(TRIES_PER_VISIT * len(order) if len(order) > 1 else 0):
        take, put = rng.integers(len(order)), rng.integers(len(order))
        trial = list(order)
        trial.insert(int(put), trial.pop(int(take)))
        if sum(travel_of(problem, stretch, trial)) > most_travel:
            continue
        if earliest_starts(problem, stretch, trial) is not None:
            order = trial
    return order


def draw_starts(
    problem: DayProblem, stretch: int, order: list[int], rng: np.random.Generator
) -> list[int]:
    """Draw a start for each visit between its earliest and latest feasible minute."""
    legs = travel_of(problem, stretch, order)
    latest = _latest_starts(problem, stretch, order, legs)
    starts: list[int] = []
    now = problem.stretches[stretch].early
    for place, visit in enumerate(order):
        first = max(now + legs[place], problem.early[visit])
        # Twice the even part of the free time on average spends all of it over the route.
        part = 2 * rng.random() * (latest[place] - first) / (len(order) - place + 1)
        start = min(latest[place], first + int(part))
        starts.append(start)
        now = start + problem.minutes[visit]
    return starts


def _latest_starts(
    problem: DayProblem, stretch: int, order: list[int], legs: list[int]
) -> list[int]:
    """Return the latest start of each visit that leaves the rest of the route feasible."""
    then = problem.stretches[stretch].late
    latest = []
    for place in range(len(order) - 1, -1, -1):
        then = then - legs[place + 1] - problem.minutes[order[place]]
        then = min(then, problem.late[order[place]])
        latest.append(then)
    return latest[::-1]
