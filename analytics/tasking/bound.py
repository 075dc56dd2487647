"""How good could any plan be? An upper bound on its worth, by a linear relaxation."""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, hstack, sparray, vstack

from analytics.tasking.problem import DayProblem

BY_RELAXATION = "plain linear relaxation"
BY_ROUTES = "column generation over routes"


def upper_bound(problem: DayProblem, spacing_minutes: int) -> float:
    """Return a worth that no plan of this day can exceed, in the unit of `worth`."""
    return relaxation(problem, spacing_minutes)[0]


def relaxation(problem: DayProblem, spacing_minutes: int) -> tuple[float, np.ndarray]:
    """Return an upper bound on the worth of a day's plan and the price of each visit in it.

    Each visit is given, in parts if need be, to stretches that could serve it, and counts in a turn
    of its place. A visit takes at least its minutes and the shortest leg that can touch it, either
    way: half of its way in and half of its way out each cost that much. Order and windows beyond
    reach are left out, so the true best plan is worth no more.
    """
    count = len(problem.wanted)
    if not problem.stretches or problem.wanted.empty:
        return 0.0, np.zeros(count)
    stretch, visit = np.nonzero(problem.can_serve())
    if len(stretch) == 0:
        return 0.0, np.zeros(count)
    turns = Turns(problem)
    cost = _least_minutes(problem, spacing_minutes)[stretch, visit]
    cells = np.arange(len(stretch))
    made = coo_array((np.ones(len(cells)), (visit, cells)), shape=(count, len(cells)))
    time = coo_array((cost, (stretch, cells)), shape=(len(problem.stretches), len(cells)))
    length = np.array([part.late - part.early for part in problem.stretches])
    value, prices, _ = turns.solve(made, time, length)
    return value, prices


class Turns:
    """The part of a linear programme in which visits that are made count in the turns of places.

    Its cells are visits in turns: each has a worth, a visit counts at most once and only as far as
    it is made, and a turn counts one visit.
    """

    def __init__(self, problem: DayProblem):
        self._visits = len(problem.wanted)
        visit, turn, worth, first = [], [], [], 0
        for place in problem.places:
            size, turns = place.by_turn.shape
            visit.append(np.repeat(place.visits, turns))
            turn.append(first + np.tile(np.arange(turns), size))
            worth.append(place.by_turn.ravel())
            first += turns
        self.worth = np.concatenate(worth)
        cells, shape = np.arange(len(self.worth)), len(self.worth)
        ones = np.ones(shape)
        self._counts = coo_array((ones, (np.concatenate(visit), cells)), (self._visits, shape))
        self._once = vstack(
            [self._counts, coo_array((ones, (np.concatenate(turn), cells)), (first, shape))]
        )

    def solve(
        self, made: sparray, limits: sparray, most: np.ndarray
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the greatest worth, the price of each visit in it, and how far each column is used.

        `made` says how often the columns of the programme make each visit; `limits` (rows x
        columns) are kept at `most`.
        """
        columns, cells = made.shape[1], len(self.worth)
        found = linprog(
            np.concatenate([np.zeros(columns), -self.worth]),
            A_ub=vstack(
                [
                    hstack([-made, self._counts]),
                    hstack([coo_array((self._once.shape[0], columns)), self._once]),
                    hstack([limits, coo_array((limits.shape[0], cells))]),
                ]
            ).tocsr(),
            b_ub=np.concatenate([np.zeros(self._visits), np.ones(self._once.shape[0]), most]),
            bounds=(0, None),
            method="highs",
        )
        prices = np.maximum(-found.ineqlin.marginals[: self._visits], 0.0)
        return float(-found.fun), prices, found.x[:columns]


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
