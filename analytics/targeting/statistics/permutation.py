"""Gi* judged by shuffling: how often would a cell's neighbours hold as much by chance?

Conditional permutation (Anselin 1995; as in esda): the cell keeps its own value, and the values of
its neighbours are drawn without replacement from all other cells. As in esda, all cells meet the
same draws: a cell that turns up in its own draw is replaced by the next value drawn, which leaves
every choice of other cells equally likely. So one sorted list of sums answers for all cells with
as many neighbours, and 999 shuffles cost hardly more than one. Shuffling the cell's own value, or
drawing with replacement, would answer another question.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from analytics.targeting.statistics.significance import benjamini_hochberg

_BATCH = 4_000_000
"""Numbers drawn at a time."""


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """Per cell, NaN without neighbours. `as_many`: shuffles with as high a sum or a higher one.

    `p_folded`: (the rarer side + 1) / (permutations + 1), the rarer side being `as_many` or the
    rest, as esda gives it: the chance on the side where the cell lies. `p`: both sides, twice
    that and at most 1, to stand beside the analytical p. `p_adjusted`: `p` after
    Benjamini-Hochberg over all cells. No p is below 1 / (permutations + 1).
    """

    as_many: np.ndarray
    p_folded: np.ndarray
    p: np.ndarray
    p_adjusted: np.ndarray
    permutations: int
    seed: int

    def hot(self, level: float) -> np.ndarray:
        """Tell which cells are hot (never cold) at `level` after the correction."""
        return (2 * self.as_many < self.permutations) & (self.p_adjusted < level)


def permutation_test(
    values: np.ndarray, weights: csr_matrix, permutations: int = 999, seed: int = 1
) -> PermutationTest:
    """Return the permutation p-values of Gi* for every cell.

    `values`: n numbers; `weights`: n x n, 1 where cells are neighbours, with or without the
    diagonal, which does not matter here. Raises ValueError when other weights than 0 and 1 are
    given, or a cell has all others as neighbours: then there is nothing to draw.
    """
    values = np.asarray(values, dtype=float)
    own = weights.diagonal()
    around = np.asarray(weights @ values).ravel() - own * values
    number = np.rint(np.asarray(weights.sum(axis=1)).ravel() - own).astype(np.int64)
    if (weights.data != 1).any():
        raise ValueError("The permutation test is for binary weights.")
    most = int(number.max(initial=0))
    if len(values) < most + 2:
        raise ValueError("There are too few cells to draw neighbours from.")
    rng = np.random.default_rng(seed)
    as_many = np.zeros(len(values))
    step = max(1, _BATCH // (most + 1))
    for start in range(0, permutations, step):
        draws = _draw(rng, len(values), most + 1, min(step, permutations - start))
        for size in np.unique(number[number > 0]):
            as_many += _count(values, around, draws[:, : size + 1], number == size)
    as_many[number == 0] = np.nan
    rarer = np.minimum(as_many, permutations - as_many)
    folded = (rarer + 1) / (permutations + 1)
    p = np.minimum(2 * folded, 1.0)
    return PermutationTest(as_many, folded, p, benjamini_hochberg(p), permutations, seed)


def _count(
    values: np.ndarray, around: np.ndarray, draws: np.ndarray, asked: np.ndarray
) -> np.ndarray:
    """Count, for the cells `asked`, the draws whose sum is as high as that of the neighbours.

    `draws`: cells drawn, a row per shuffle: as many as there are neighbours, and one to spare.
    """
    sums = values[draws[:, :-1]].sum(axis=1)
    counted = np.zeros(len(values))
    below = np.searchsorted(np.sort(sums), around[asked], side="left")
    counted[asked] = len(sums) - below
    # Where a cell turns up in its own draw, the spare one stands in for it.
    shuffle, place = np.nonzero(asked[draws[:, :-1]])
    cell, spare = draws[shuffle, place], draws[shuffle, -1]
    with_itself = sums[shuffle]
    without = with_itself - values[cell] + values[spare]
    change = (without >= around[cell]).astype(float) - (with_itself >= around[cell])
    return counted + np.bincount(cell, weights=change, minlength=len(values))


def _draw(rng: np.random.Generator, cells: int, size: int, times: int) -> np.ndarray:
    """Draw `size` different cells in random order, `times` over: an array of times x size."""
    drawn = rng.integers(0, cells, (times, size))
    again = np.arange(times)
    while len(again):
        ordered = np.sort(drawn[again], axis=1)
        again = again[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
        if size * size < cells:
            # A row with a repeated cell is drawn afresh, so that all rows stay equally likely.
            drawn[again] = rng.integers(0, cells, (len(again), size))
        else:
            for row in again:
                drawn[row] = rng.permutation(cells)[:size]
    return drawn
