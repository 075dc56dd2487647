"""How good could any plan be? An upper bound on its worth, by a linear relaxation."""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from analytics.tasking.problem import DayProblem

BY_RELAXATION = "plain linear relaxation"
BY_ROUTES = "column generation over routes"


def upper_bound(problem: DayProblem, spacing_minutes: int) -> float:
    """Return a worth that no plan of this day can exceed, in the unit of `worth`."""
    return relaxation(problem, spacing_minutes)[0]


def relaxation(problem: DayProblem, spacing_minutes: int) -> tuple[float, np.ndarray]:
    """Return an upper bound on the worth of a day's plan and the price of each visit in it.

    Each visit is given, in parts if need be, to stretches that could serve it. A visit takes at
    least its minutes and the shortest leg that can touch it, either way: half of its way in and half
    of its way out each cost that much. Order and windows beyond reach are left
    out, so the true best plan is worth no more.
    """
    prices = np.zeros(len(problem.wanted))
    if not problem.stretches or problem.wanted.empty:
        return 0.0, prices
    stretch, visit = np.nonzero(problem.can_serve())
    if len(stretch) == 0:
        return 0.0, prices
    worth = problem.wanted["worth"].to_numpy()
    cost = _least_minutes(problem, spacing_minutes)[stretch, visit]
    cells = np.arange(len(stretch))
    once = coo_array((np.ones(len(cells)), (visit, cells)), shape=(len(worth), len(cells)))
    time = coo_array((cost, (stretch, cells)), shape=(len(problem.stretches), len(cells)))
    length = np.array([part.late - part.early for part in problem.stretches])
    found = linprog(
        -worth[visit],
        A_ub=vstack([once, time]).tocsr(),
        b_ub=np.concatenate([np.ones(len(worth)), length]),
        bounds=(0, None),
        method="highs",
    )
    prices = np.maximum(-found.ineqlin.marginals[: len(worth)], 0.0)
    return float(-found.fun), prices


def _least_minutes(problem: DayProblem, spacing_minutes: int) -> np.ndarray:
    """Return the least time that a visit takes of a stretch (stretches x visits)."""
    count = len(problem.stretches)
    is_same = problem.is_same_place[count:, count:]
    least = np.empty((count, len(is_same)))
    for number, stretch in enumerate(problem.stretches):
        travel = problem.travel[stretch.mode]
        travel = np.minimum(travel, travel.T)
        others = travel[count:, count:].astype(float)
        others[is_same] = spacing_minutes
        np.fill_diagonal(others, np.inf)
        nearest = np.minimum(others.min(axis=1), travel[count:, number])
        least[number] = problem.wanted["minutes"].to_numpy() + nearest
    return least
