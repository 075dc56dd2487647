"""The best route of one stretch under given prices, by dynamic programming over minutes.

A label is a visit that begins at a minute, with a short memory of the visits made before it; all
visits of one minute are extended at once. With the memory of Baldacci, Mingozzi and Roberti (2011,
doi 10.1287/opre.1110.0975) a route may come back to a visit only where that visit has been
forgotten: every real route is among those looked at, so the best of them is worth at least as much
as the best real one. The memory grows only where a route came back (Roberti and Mingozzi
2014, Transportation Science 48).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.tasking.problem import DayProblem

MOST_REMEMBERED = 7
"""Visits that one visit may remember: each doubles its labels."""

TINY = 1e-12


@dataclass(frozen=True)
class Tour:
    """A route as its visits in order, which may repeat one, and its sum of prices."""

    visits: tuple[int, ...]
    price: float


class Memory:
    """Which visits are remembered at which, and the labels that follow from it."""

    def __init__(self, visits: int):
        self._at: list[list[int]] = [[] for _ in range(visits)]

    def learn(self, visits: tuple[int, ...]) -> bool:
        """Remember a visit all along the way on which a route came back to it; say if any is new."""
        is_new = False
        last: dict[int, int] = {}
        for position, visit in enumerate(visits):
            if visit in last:
                between = visits[last[visit] + 1 : position]
                is_new |= self._remember(visit, between)
            last[visit] = position
        if is_new:
            for name in ("first", "visit", "follows", "without"):
                self.__dict__.pop(name, None)
        return is_new

    def _remember(self, visit: int, between: tuple[int, ...]) -> bool:
        lacking = [at for at in set(between) - {visit} if visit not in self._at[at]]
        # A gap anywhere on the way would let the visit be forgotten, so all or nothing.
        if any(len(self._at[at]) >= MOST_REMEMBERED for at in lacking):
            return False
        for at in lacking:
            self._at[at].append(visit)
        return bool(lacking)

    @cached_property
    def first(self) -> np.ndarray:
        """The label of each visit that remembers nothing; its others follow it by bit mask."""
        sizes = [2 ** len(held) for held in self._at]
        return np.concatenate([[0], np.cumsum(sizes)])

    @cached_property
    def visit(self) -> np.ndarray:
        """The visit of each label."""
        return np.repeat(np.arange(len(self._at)), np.diff(self.first))

    @cached_property
    def follows(self) -> np.ndarray:
        """The label reached from each label by going on to each visit; -1 where it is forbidden."""
        first, count = self.first, len(self._at)
        table = np.empty((first[-1], count), dtype=np.int64)
        table[:] = first[:-1]
        place = [{held: bit for bit, held in enumerate(at)} for at in self._at]
        for here, held in enumerate(self._at):
            rows = slice(first[here], first[here + 1])
            masks = np.arange(2 ** len(held))
            for then in range(count):
                if here in place[then]:
                    table[rows, then] += 1 << place[then][here]
            for bit, other in enumerate(held):
                is_set = masks >> bit & 1
                for then in range(count):
                    if other in place[then]:
                        table[rows, then] += is_set << place[then][other]
            # Only now: what is forbidden must not be added to by a further remembered visit.
            for bit, other in enumerate(held):
                table[rows, other][(masks >> bit & 1) == 1] = -1
            table[rows, here] = -1
        return table

    @cached_property
    def without(self) -> np.ndarray:
        """Each label with one remembered visit taken out (bits x labels); itself where not set."""
        bits = max(map(len, self._at), default=0)
        labels = np.arange(self.first[-1])
        masks = labels - self.first[self.visit]
        return np.array(
            [np.where(masks >> bit & 1, labels - (1 << bit), labels) for bit in range(bits)],
            dtype=np.int64,
        ).reshape(bits, len(labels))


class RouteFinder:
    """Finds the best routes of one stretch for any prices of visits."""

    def __init__(self, problem: DayProblem, stretch: int):
        count, unit = len(problem.stretches), problem.stretches[stretch]
        travel = _shortest(problem.travel[unit.mode])
        minutes = problem.wanted["minutes"].to_numpy()
        self.visits = np.flatnonzero(problem.can_serve()[stretch])
        self._place = {int(visit): here for here, visit in enumerate(self.visits)}
        nodes = count + self.visits
        out, back = travel[stretch, nodes], travel[nodes, stretch]
        begin = unit.early
        self._early = np.maximum(problem.wanted["early"].to_numpy()[self.visits] - begin, out)
        self._late = np.minimum(
            problem.wanted["late"].to_numpy()[self.visits] - begin,
            unit.late - begin - minutes[self.visits] - back,
        )
        self._delay = minutes[self.visits][:, None] + travel[np.ix_(nodes, nodes)]

    def is_possible(self, visits: tuple[int, ...]) -> bool:
        """Say whether the stretch can make these visits in this order."""
        now, before = 0, -1
        for visit in visits:
            here = self._place.get(visit, -1)
            if here < 0:
                return False
            now = max(self._early[here], now + (self._delay[before, here] if before >= 0 else 0))
            if now > self._late[here]:
                return False
            before = here
        return True

    def best(self, prices: np.ndarray, memory: Memory, most: int = 1) -> list[Tour]:
        """Return the best routes, best first: one per last visit, at most `most`.

        `prices` are per visit of the day; a visit with a price of zero or less is never made,
        which no best route needs since going straight on is never longer.
        """
        is_worth = prices[self.visits] > TINY
        if not is_worth.any():
            return []
        return _Search(self, prices, memory, np.flatnonzero(is_worth)).run(most)


class _Search:
    """One run of the programme: labels by minute, each the best sum of prices on arriving there."""

    def __init__(self, finder: RouteFinder, prices: np.ndarray, memory: Memory, mine: np.ndarray):
        visits = finder.visits[mine]
        self.early, self.late = finder._early[mine], finder._late[mine]
        self.delay = finder._delay[np.ix_(mine, mine)]
        # Labels of the day are numbered anew for the visits looked at, which are fewer.
        first = memory.first
        labels = np.concatenate([np.arange(first[v], first[v + 1]) for v in visits])
        new = np.full(first[-1] + 1, -1)
        new[labels] = np.arange(len(labels))
        self.follows = new[memory.follows[np.ix_(labels, visits)]]
        self.without = new[memory.without[:, labels]]
        local = np.full(len(prices), -1)
        local[visits] = np.arange(len(visits))
        self.visit = local[memory.visit[labels]]
        self.start = new[first[visits]]
        self.visits, self.price = visits, prices[visits]
        self.minutes = int(self.late.max()) + 1
        self.arrived = np.full((self.minutes, len(labels)), -np.inf)
        self.parent = np.full((self.minutes, len(labels)), -1, dtype=np.int64)
        self.arrived[self.early, self.start] = 0.0

    def run(self, most: int) -> list[Tour]:
        """Go through the minutes and return the best routes by their last visit."""
        labels = len(self.visit)
        early, late = self.early[self.visit], self.late[self.visit]
        sent = np.full(labels, -np.inf)
        at = np.zeros(labels, dtype=np.int64)
        arrived, parent = self.arrived, self.parent
        for minute in range(int(self.early.min()), self.minutes):
            row = arrived[minute]
            if minute:
                waited = arrived[minute - 1] > row
                row[waited] = arrived[minute - 1][waited]
                parent[minute][waited] = parent[minute - 1][waited]
            ready = (minute >= early) & (minute <= late) & (row > sent)
            if ready.any():
                ready &= row > self._best_that_forgot(row)
                going = np.flatnonzero(ready)
                sent[going], at[going] = row[going], minute
                self._send(minute, going)
        return self._tours(sent, at, most)

    def _best_that_forgot(self, row: np.ndarray) -> np.ndarray:
        """Return the best of the same visit that remembers less: it can do all that this can."""
        best, less = row.copy(), np.full(len(row), -np.inf)
        own = np.arange(len(row))
        for other in self.without:
            is_set = other != own
            less[is_set] = np.maximum(less[is_set], best[other[is_set]])
            best = np.maximum(best, less)
        return less

    def _send(self, minute: int, going: np.ndarray) -> None:
        """Extend labels to every visit that they may make next and reach in time."""
        labels = len(self.visit)
        here = self.visit[going]
        when = np.maximum(minute + self.delay[here], self.early)
        then = self.follows[going]
        which, visit = np.nonzero((then >= 0) & (when <= self.late))
        target = when[which, visit] * labels + then[which, visit]
        value = (self.arrived[minute, going] + self.price[here])[which]
        arrived, parent = self.arrived.reshape(-1), self.parent.reshape(-1)
        np.maximum.at(arrived, target, value)
        won = arrived[target] == value
        parent[target[won]] = minute * labels + going[which[won]]

    def _tours(self, sent: np.ndarray, at: np.ndarray, most: int) -> list[Tour]:
        total = sent + self.price[self.visit]
        tours: list[Tour] = []
        ends: set[int] = set()
        for label in np.argsort(-total, kind="stable"):
            last = int(self.visit[label])
            if len(tours) == most or total[label] <= TINY or not np.isfinite(total[label]):
                break
            if last not in ends:
                ends.add(last)
                tours.append(Tour(self._visits_to(int(at[label]), label), float(total[label])))
        return tours

    def _visits_to(self, minute: int, label: int) -> tuple[int, ...]:
        labels, made = len(self.visit), []
        while True:
            made.append(int(self.visits[self.visit[label]]))
            before = self.parent[minute, label]
            if before < 0:
                return tuple(reversed(made))
            minute, label = divmod(int(before), labels)


def _shortest(travel: np.ndarray) -> np.ndarray:
    """Return the travel with no way longer than one over another node, as a bound requires."""
    travel = travel.copy()
    for over in range(len(travel)):
        np.minimum(travel, travel[:, over, None] + travel[None, over, :], out=travel)
    return travel
