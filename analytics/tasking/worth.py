"""What a day's visits are worth together: of one place's visits that are made, the best counts whole.

The second best counts a half, the third a third: a visit is worth what it covers over the turn in
which it counts among those made, not among those wanted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True)
class PlaceWorth:
    """The candidate visits of one place (rows of `wanted`) and their worth by turn (visits x turns).

    Worth does not rise with the turn.
    """

    visits: np.ndarray
    by_turn: np.ndarray

    def of(self, here: Iterable[int]) -> float:
        """Return the worth of some of the visits, by their number here, each in its best turn."""
        made = self.by_turn[list(here), :]
        return float(made[linear_sum_assignment(made, maximize=True)].sum())

    def each(self, here: set[int]) -> np.ndarray:
        """Return what each visit adds to the others of `here`: lost without it, or gained with it."""
        whole = self.of(sorted(here))
        return np.array(
            [abs(whole - self.of(sorted(here ^ {visit}))) for visit in range(len(self.visits))]
        )

    def above(self, prices: np.ndarray) -> float:
        """Return the most that any of the visits are worth above their prices (one per visit)."""
        gain = np.maximum(self.by_turn - prices[:, None], 0.0)
        return float(gain[linear_sum_assignment(gain, maximize=True)].sum())


def place_worths(wanted: pd.DataFrame) -> list[PlaceWorth]:
    """Return the worth of a day's candidate visits by place.

    `wanted` has place, first (worth as the only visit of its place that day), begun (visits to the
    place that stand already) and promised (how many of them are worth as much as the day's best);
    without `first` each visit is worth `worth` whatever else is made.
    """
    if "first" not in wanted:
        worth = wanted["worth"].to_numpy(dtype=float)
        return [
            PlaceWorth(np.array([row]), worth[row : row + 1, None]) for row in range(len(worth))
        ]
    if wanted.empty:
        return []
    first, begun = wanted["first"].to_numpy(dtype=float), wanted["begun"].to_numpy()
    promised = wanted["promised"].to_numpy()
    most = float((first / (begun + 1)).max(initial=0.0))
    order = np.argsort(wanted["place"].to_numpy(), kind="stable")
    edges = np.flatnonzero(np.diff(wanted["place"].to_numpy()[order])) + 1
    found = []
    for start, stop in pairwise([0, *edges, len(order)]):
        rows = order[start:stop]
        turns = begun[rows[0]] + 1 + np.arange(len(rows))
        by_turn = first[rows, None] / turns
        by_turn[:, turns <= promised[rows[0]]] = most
        found.append(PlaceWorth(rows, by_turn))
    return found
