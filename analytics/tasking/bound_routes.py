"""The best routes of stretches under given prices, by dynamic programming over minutes.

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
    """Finds the best routes for any prices of visits, of stretches that set out or end together.

    The stretches move alike, from one base, and may serve the same visits. Where all begin at one
    minute, one run serves them: what is reached by a stretch's last minutes is known at the end.
    Where all end at one minute, the same is done from the end of the day backwards.
    """

    def __init__(self, problem: DayProblem, stretches: list[int]):
        count, parts = len(problem.stretches), [problem.stretches[one] for one in stretches]
        fits = problem.can_serve()[stretches]
        self.visits = np.flatnonzero(fits.any(axis=0))
        travel = _shortest(problem.travel[parts[0].mode])
        first, last = (
            problem.wanted[name].to_numpy()[self.visits].astype(np.int64)
            for name in ("early", "late")
        )
        stay = problem.wanted["minutes"].to_numpy()[self.visits].astype(np.int64)
        begins, ends = [part.early for part in parts], [part.late for part in parts]
        self._is_mirrored = len(set(begins)) > 1
        if self._is_mirrored:
            # Minutes before the end: a visit then begins where it ends by the clock.
            travel, origin = travel.T, ends[0]
            first, last = origin - last - stay, origin - first - stay
            spans = [origin - begin for begin in begins]
        else:
            first, last = first - begins[0], last - begins[0]
            spans = [end - begins[0] for end in ends]
        nodes = count + self.visits
        out, back = travel[stretches[0], nodes], travel[nodes, stretches[0]]
        self._early = np.maximum(first, out)
        self._limits = [
            np.where(can, np.minimum(last, span - stay - back), -1)
            for can, span in zip(fits[:, self.visits], spans, strict=True)
        ]
        self._late = np.max(self._limits, axis=0)
        self._delay = stay[:, None] + travel[np.ix_(nodes, nodes)]
        self._place = {int(visit): here for here, visit in enumerate(self.visits)}

    def is_possible(self, member: int, visits: tuple[int, ...]) -> bool:
        """Say whether one of the stretches can make these visits in this order."""
        now, before = 0, -1
        for visit in reversed(visits) if self._is_mirrored else visits:
            here = self._place.get(visit, -1)
            if here < 0:
                return False
            now = max(self._early[here], now + (self._delay[before, here] if before >= 0 else 0))
            if now > self._limits[member][here]:
                return False
            before = here
        return True

    def best(self, prices: np.ndarray, memory: Memory, most: int = 1) -> list[list[Tour]]:
        """Return for each stretch its best routes, best first: one per last visit, at most `most`.

        `prices` are per visit of the day; a visit with a price of zero or less is never made,
        which no best route needs since going straight on is never longer.
        """
        mine = np.flatnonzero((prices[self.visits] > TINY) & (self._late >= self._early))
        if not len(mine):
            return [[] for _ in self._limits]
        search = _Search(self, prices, memory, mine)
        search.run()
        found = [search.tours(limit[mine], most) for limit in self._limits]
        if not self._is_mirrored:
            return found
        return [[Tour(tour.visits[::-1], tour.price) for tour in tours] for tours in found]


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

    def run(self) -> None:
        """Go through the minutes: afterwards `arrived` holds the best of each label by then."""
        labels = len(self.visit)
        early, late = self.early[self.visit], self.late[self.visit]
        sent = np.full(labels, -np.inf)
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
                sent[going] = row[going]
                self._send(minute, going)

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

    def tours(self, limit: np.ndarray, most: int) -> list[Tour]:
        """Return the best routes whose last visit begins by its minute of `limit`."""
        labels = np.arange(len(self.visit))
        by = limit[self.visit]
        is_open = by >= self.early[self.visit]
        total = np.where(is_open, self.arrived[by, labels] + self.price[self.visit], -np.inf)
        tours: list[Tour] = []
        ends: set[int] = set()
        for label in np.argsort(-total, kind="stable"):
            last = int(self.visit[label])
            if len(tours) == most or total[label] <= TINY:
                break
            if last not in ends:
                ends.add(last)
                tours.append(Tour(self._visits_to(int(by[label]), label), float(total[label])))
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
