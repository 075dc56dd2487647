"""Getis-Ord Gi* and what many tests at once require.

Gi* with binary weights, the cell itself included (Getis and Ord 1992; Ord and Getis 1995), as one
sparse product over the cells of the study area. p is two-sided and analytical. Benjamini-Hochberg
(1995) bounds the share of false discoveries; Bonferroni the chance of a single one. Over a large
empty surround the mean is near nothing and a whole town turns hot: significance supports a
ranking, it does not replace it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import ndtr


@dataclass(frozen=True)
class Significance:
    """z of Gi*, two-sided p, and p after Benjamini-Hochberg, one value per cell (NaN: undefined)."""

    z: np.ndarray
    p: np.ndarray
    p_adjusted: np.ndarray

    def hot(self, level: float) -> np.ndarray:
        """Tell which cells are hot (never cold) at `level` after the correction."""
        return (self.z > 0) & (self.p_adjusted < level)


def gi_star(values: np.ndarray, weights: csr_matrix) -> np.ndarray:
    """Return z of Gi* (or of Gi, when `weights` leaves out the diagonal and `values` allow it).

    `values`: n counts; `weights`: n x n, 1 where cells are neighbours, diagonal 1 for Gi*.
    Values that do not vary have no z: NaN everywhere.
    """
    values = np.asarray(values, dtype=float)
    n = len(values)
    spread = np.sqrt(max((values**2).mean() - values.mean() ** 2, 0.0))
    if n < 2 or spread <= 1e-12 * max(1.0, abs(values.mean())):
        return np.full(n, np.nan)
    neighbours = np.asarray(weights.sum(axis=1)).ravel()
    is_binary = bool((weights.data == 1).all())
    squares = neighbours if is_binary else np.asarray(weights.power(2).sum(axis=1)).ravel()
    difference = weights @ values - values.mean() * neighbours
    variance = np.maximum((n * squares - neighbours**2) / (n - 1), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, difference / (spread * np.sqrt(variance)), np.nan)


def two_sided_p(z: np.ndarray) -> np.ndarray:
    """Return the two-sided p-values of z scores."""
    return 2.0 * ndtr(-np.abs(z))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Return p adjusted for the false discovery rate over all cells; NaN stays NaN."""
    p = np.asarray(p, dtype=float)
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    if len(known) == 0:
        return adjusted
    order = known[np.argsort(p[known], kind="stable")[::-1]]
    ranks = np.arange(len(known), 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * len(known) / ranks), 1.0)
    return adjusted


def bonferroni(p: np.ndarray) -> np.ndarray:
    """Return p times the number of cells tested, at most 1."""
    p = np.asarray(p, dtype=float)
    return np.minimum(p * np.count_nonzero(~np.isnan(p)), 1.0)


def gi_star_test(values: np.ndarray, weights: csr_matrix) -> Significance:
    """Return Gi* with its p-values for every cell."""
    z = gi_star(values, weights)
    p = two_sided_p(z)
    return Significance(z, p, benjamini_hochberg(p))
