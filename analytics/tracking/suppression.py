"""Which counts of a published table must be withheld so that no small one can be worked out.

A small count is withheld. Others go with it until whoever knows every shown count, and that no
count is negative, is left with a range at least as wide as the threshold, or as the total allows.
The range is found by linear programming; the counts that go are chosen one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from analytics.tracking.rates import LEAST_SHOWN


@dataclass(frozen=True)
class Published:
    """One count that a table would show: the sum of some cells.

    `row` and `column` say where it stands; totals (`is_total`) are always shown.
    """

    row: str
    column: str
    cells: frozenset[int]
    is_total: bool = False


def withhold(
    published: Sequence[Published], cells: np.ndarray, least: int = LEAST_SHOWN
) -> list[bool]:
    """Return which of the published counts to withhold; `cells` are the counts of single cells.

    A count below `least` is withheld, except one of a column whose total is nil: that is known.
    """
    members = np.array([[cell in each.cells for cell in range(len(cells))] for each in published])
    counts = members @ cells
    totals = {each.column: n for each, n in zip(published, counts, strict=True) if each.is_total}
    small = [
        number
        for number, each in enumerate(published)
        if counts[number] < least and not each.is_total and totals.get(each.column, least)
    ]
    hidden = np.zeros(len(published), dtype=bool)
    hidden[small] = True
    for number in sorted(small, key=lambda place: counts[place]):
        wanted = min(least, totals.get(published[number].column, least))
        while _width(number, members, counts, hidden) < wanted:
            moves = _moves(number, published, counts, hidden)
            if not moves:
                break
            safe = (m for m in moves if _width(number, members, counts, hidden | m) >= wanted)
            hidden |= next(safe, moves[0])
    return hidden.tolist()


def width(
    number: int, published: Sequence[Published], cells: np.ndarray, hidden: Sequence[bool]
) -> float:
    """Return how wide the range is in which a withheld count must lie, given those shown."""
    members = np.array([[cell in each.cells for cell in range(len(cells))] for each in published])
    return _width(number, members, members @ cells, np.array(hidden))


def _width(number: int, members: np.ndarray, counts: np.ndarray, hidden: np.ndarray) -> float:
    goal, shown = members[number].astype(float), ~hidden
    if not shown.any():
        return np.inf
    known = {"A_eq": members[shown].astype(float), "b_eq": counts[shown], "method": "highs"}
    low, high = linprog(goal, **known), linprog(-goal, **known)
    return np.inf if high.status == 3 else -high.fun - low.fun


def _moves(
    number: int, published: Sequence[Published], counts: np.ndarray, hidden: np.ndarray
) -> list[np.ndarray]:
    """Return what may go with a count, cheapest first: one of its row, one of its column, or three.

    The three complete a rectangle: without them a row or a column would give the count away.
    """
    nil = {each.column for n, each in enumerate(published) if each.is_total and not counts[n]}
    place = {
        (each.row, each.column): number
        for number, each in enumerate(published)
        if not each.is_total and each.column not in nil
    }
    mine = published[number]
    rows = list(dict.fromkeys(row for row, _ in place if row != mine.row))
    columns = list(dict.fromkeys(column for _, column in place if column != mine.column))
    sets = [[(mine.row, column)] for column in columns] + [[(row, mine.column)] for row in rows]
    sets += [
        [(mine.row, column), (row, mine.column), (row, column)]
        for row in rows
        for column in columns
    ]
    moves = []
    for corners in sets:
        new = [place[corner] for corner in corners if not hidden[place[corner]]]
        if new:
            mask = np.zeros(len(published), dtype=bool)
            mask[new] = True
            moves.append((len(new), counts[new].sum(), mask))
    return [mask for *_, mask in sorted(moves, key=lambda move: move[:2])]
