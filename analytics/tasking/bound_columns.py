"""A tight upper bound on the worth of a day's plan: column generation over whole routes.

The plan of a day picks at most one route per stretch so that no visit is made twice. Let every
visit have a price p >= 0 that its route is paid and its place pays. Whatever the prices, no plan is
worth more than

    sum over places of the most that any of its visits are worth above their prices
    + sum over stretches of the best route's sum of prices (or none: 0),

because a plan's worth is what its visits are worth above their prices, place by place at most the
best of any visits, plus the prices on its routes, each at most its stretch's best. `bound_routes`
finds a best route among all real ones and some that come back to a visit, which can only raise the
bound. So every bound here is valid, however early the work stops; a longer search only lowers it.
The first prices are those of the plain relaxation (`bound.py`), whose bound this one never exceeds.
The next ones come from a linear programme over the routes found so far, smoothed towards the best
prices yet (Wentges 1997; Pessoa and others 2018, doi 10.1287/ijoc.2017.0784).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

from analytics.tasking.bound import Turns, relaxation
from analytics.tasking.bound_routes import Memory, RouteFinder, Tour
from analytics.tasking.problem import DayProblem

ROUNDS = 60
"""Rounds of prices at most (a convention)."""

CLOSE = 0.001
"""Share of the bound within which it is as good as this method gets."""

SAME = 1e-9
"""Share by which two worths may differ and be the same."""

ROUTES_A_ROUND = 15
SHARED_A_ROUND = 3
SMOOTH = 0.6


@dataclass(frozen=True)
class Bound:
    """An upper bound, the plain relaxation's beside it, and how it was reached.

    `rounds` of prices were tried; `is_settled` when more would not lower it by much.
    """

    value: float
    plain: float
    rounds: int
    is_settled: bool


def tight_bound(
    problem: DayProblem,
    spacing_minutes: int,
    *,
    rounds: int = ROUNDS,
    routes: list[list[int]] | None = None,
    enough: float = 0.0,
    progress: Callable[[float], None] | None = None,
) -> Bound:
    """Return a worth that no plan of this day can exceed, in the unit of `worth`.

    `routes` (visits per stretch) of a known plan spare work; they do not change what is valid.
    The work ends after `rounds`, or once the bound is down to `enough`.
    """
    plain, prices = relaxation(problem, spacing_minutes)
    enough *= 1 + SAME
    if plain <= enough or not rounds:
        return Bound(max(plain, 0.0), max(plain, 0.0), 0, plain <= enough)
    master = _Master(problem, routes)
    best, centre, settled, turn = plain, prices, False, 0
    for turn in range(1, rounds + 1):
        if progress:
            progress(turn / rounds)
        value, is_new = master.price(prices)
        if value < best:
            best, centre = value, prices
        if best <= enough:
            settled = True
            break
        ceiling, duals = master.solve()
        if best - ceiling <= CLOSE * best:
            settled = not master.learn()
            if settled:
                break
        smooth = SMOOTH if is_new or turn == 1 else 0.0
        prices = smooth * centre + (1 - smooth) * duals
    return Bound(best, plain, turn, settled)


class _Master:
    """The routes found so far and the linear programme over them."""

    def __init__(self, problem: DayProblem, routes: list[list[int]] | None):
        self._places = problem.places
        self._turns = Turns(problem)
        self._visits = len(problem.wanted)
        self._kinds = alike(problem)
        self._families = families(problem, [kind[0] for kind in self._kinds])
        self._finders = [
            RouteFinder(problem, [self._kinds[kind][0] for kind in family])
            for family in self._families
        ]
        self._memory = Memory(self._visits)
        self._held: dict[tuple[int, tuple[int, ...]], None] = {}
        self._used: list[tuple[int, ...]] = []
        kind_of = {member: number for number, kind in enumerate(self._kinds) for member in kind}
        # A visit on no route at all would have no price that means anything.
        can = problem.can_serve()
        for visit in np.flatnonzero(can.any(axis=0)):
            self._held[kind_of[int(can[:, visit].argmax())], (int(visit),)] = None
        for stretch, route in enumerate(routes or []):
            if route:
                self._held[kind_of[stretch], tuple(route)] = None

    def price(self, prices: np.ndarray) -> tuple[float, bool]:
        """Find the best routes at these prices; return the bound they prove and if any is new."""
        value = sum(place.above(prices[place.visits]) for place in self._places)
        is_new = False
        for family, finder in zip(self._families, self._finders, strict=True):
            found = finder.best(prices, self._memory, ROUTES_A_ROUND)
            for kind, tours in zip(family, found, strict=True):
                if tours:
                    value += len(self._kinds[kind]) * tours[0].price
                is_new |= self._hold(kind, tours)
        return value, is_new

    def _hold(self, kind: int, tours: list[Tour]) -> bool:
        before = len(self._held)
        for tour in tours:
            self._held[kind, tour.visits] = None
        # A good route is good for other stretches too, where it fits.
        for tour in tours[:SHARED_A_ROUND]:
            for family, finder in zip(self._families, self._finders, strict=True):
                for member, other in enumerate(family):
                    if finder.is_possible(member, tour.visits):
                        self._held[other, tour.visits] = None
        return len(self._held) > before

    def solve(self) -> tuple[float, np.ndarray]:
        """Return the worth of the best mix of routes held, and the price of each visit in it."""
        held = list(self._held)
        if not held:
            return 0.0, np.zeros(self._visits)
        visits = np.concatenate([np.array(route) for _, route in held])
        column = np.repeat(np.arange(len(held)), [len(route) for _, route in held])
        # A route that comes back to a visit makes it twice: the sparse sum counts that.
        made = coo_array((np.ones(len(visits)), (visits, column)), (self._visits, len(held)))
        kinds = np.array([kind for kind, _ in held])
        of_kind = coo_array(
            (np.ones(len(held)), (kinds, np.arange(len(held)))), (len(self._kinds), len(held))
        )
        most = np.array([len(kind) for kind in self._kinds], dtype=float)
        value, prices, used = self._turns.solve(made, of_kind, most)
        self._used = [held[number][1] for number in np.flatnonzero(used > 1e-7)]
        return value, prices

    def learn(self) -> bool:
        """Forbid the returns of the routes in use; say whether there were any to forbid."""
        learnt = [self._memory.learn(route) for route in self._used if len(set(route)) < len(route)]
        if any(learnt):
            self._held = {key: None for key in self._held if len(set(key[1])) == len(key[1])}
        return any(learnt)


def alike(problem: DayProblem) -> list[list[int]]:
    """Return the stretches in groups that can make the same routes."""
    groups: dict[tuple, list[int]] = {}
    fits, count = problem.can_serve(), len(problem.stretches)
    for number, part in enumerate(problem.stretches):
        travel = problem.travel[part.mode]
        way = travel[number, count:].tobytes() + travel[count:, number].tobytes()
        key = (part.mode, part.early, part.late, way, fits[number].tobytes())
        groups.setdefault(key, []).append(number)
    return list(groups.values())


def searches_a_round(problem: DayProblem) -> int:
    """Return how many searches for routes one round of prices takes."""
    return len(families(problem, [kind[0] for kind in alike(problem)]))


def families(problem: DayProblem, stretches: list[int]) -> list[list[int]]:
    """Return positions in `stretches` in groups for which one search serves: largest first.

    The stretches of a group move alike, from one base, may serve the same visits, and all begin
    or all end at one minute.
    """
    groups: dict[tuple, list[int]] = {}
    count = len(problem.stretches)
    for number, stretch in enumerate(stretches):
        part = problem.stretches[stretch]
        travel = problem.travel[part.mode]
        way = travel[stretch, count:].tobytes() + travel[count:, stretch].tobytes()
        alike = part.mode, way, problem.may_serve[stretch].tobytes()
        groups.setdefault((*alike, "begin", part.early), []).append(number)
        groups.setdefault((*alike, "end", part.late), []).append(number)
    found, left = [], set(range(len(stretches)))
    while left:
        best = max(groups.values(), key=lambda group: len(left.intersection(group)))
        found.append([number for number in best if number in left])
        left.difference_update(best)
    return found
