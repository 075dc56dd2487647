"""Two counts over two exposures: the ratio of their rates with exact limits.

Given their sum, the later count is binomial (Przyborowski and Wilenski 1940). Limits are those of
Clopper and Pearson (1934) turned into ratios; p is twice the smaller tail, so that p and limits
always agree. Events are taken to be independent; repeats of one quarrel make the limits too narrow.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, binom, gamma


@dataclass(frozen=True)
class RateChange:
    """Later rate over earlier rate, its limits and two-sided p, one value per pair of counts.

    `ratio` is NaN where both counts are 0 and infinite where only the earlier one is.
    """

    ratio: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def rate_change(
    before: np.ndarray,
    after: np.ndarray,
    exposure_before: np.ndarray | float,
    exposure_after: np.ndarray | float,
    level: float = 0.95,
) -> RateChange:
    """Compare counts `after` with `before`; exposures in any one unit (days), `level` as 0.95.

    Raises ValueError for a negative count or an exposure that is not above 0.
    """
    before, after = np.broadcast_arrays(np.asarray(before, float), np.asarray(after, float))
    first, second = np.asarray(exposure_before, float), np.asarray(exposure_after, float)
    if np.any(before < 0) or np.any(after < 0):
        raise ValueError("Counts cannot be negative.")
    if np.any(first <= 0) or np.any(second <= 0):
        raise ValueError("Both periods need an exposure above 0.")
    total, tail = before + after, (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (after / second) / (before / first)
        least = np.where(after > 0, beta.ppf(tail, after, before + 1), 0.0)
        most = np.where(before > 0, beta.ppf(1 - tail, after + 1, before), 1.0)
        low, high = (odds / (1 - odds) * first / second for odds in (least, most))
    chance = second / (first + second)
    p = 2 * np.minimum(binom.cdf(after, total, chance), binom.sf(after - 1, total, chance))
    nothing = total == 0
    return RateChange(
        np.where(nothing, np.nan, ratio),
        np.where(nothing, np.nan, low),
        np.where(nothing, np.nan, high),
        np.where(nothing, np.nan, np.minimum(p, 1.0)),
    )


def weighted_limits(
    total: np.ndarray, squares: np.ndarray, heaviest: float = 1.0, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return limits of sums of weighted Poisson events (Fay and Feuer 1997, gamma method).

    `total`: sums of the weights, `squares`: sums of the squared weights, `heaviest`: the largest
    weight an event can have. With all weights 1 these are the exact limits of a Poisson count.
    """
    total, squares = np.asarray(total, float), np.asarray(squares, float)
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        low = gamma.ppf(tail, total**2 / squares, scale=squares / total)
    wider, variance = total + heaviest, squares + heaviest**2
    high = gamma.ppf(1 - tail, wider**2 / variance, scale=variance / wider)
    return np.where(total > 0, np.nan_to_num(low), 0.0), high
