"""Mann-Kendall: whether a series rises or falls more steadily than chance would have it.

Mann (1945) and Kendall (1975), with the variance corrected for ties and the correction for
continuity; p is two-sided and normal. Periods are taken to be independent: a series whose
neighbouring values share data (as a window over several periods makes them) gives too small a p.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm


@dataclass(frozen=True)
class MannKendall:
    """One value per series: S, its variance, z and two-sided p (z 0, p 1 where nothing varies)."""

    s: np.ndarray
    variance: np.ndarray
    z: np.ndarray
    p: np.ndarray


def mann_kendall(series: np.ndarray) -> MannKendall:
    """Test each row of `series` (series x periods, oldest first, no gaps) for a trend.

    Raises ValueError with fewer than four periods or with a missing value.
    """
    series = np.atleast_2d(np.asarray(series, dtype=float))
    periods = series.shape[1]
    if periods < 4:
        raise ValueError("A trend needs at least four periods.")
    if np.isnan(series).any():
        raise ValueError("A trend needs a value in every period.")
    s = np.zeros(len(series))
    # How many periods hold the same value, the period itself included.
    alike = np.ones(series.shape)
    for late in range(1, periods):
        difference = series[:, late, None] - series[:, :late]
        s += np.sign(difference).sum(axis=1)
        tied = difference == 0
        alike[:, :late] += tied
        alike[:, late] += tied.sum(axis=1)
    # A group of t tied values adds t (t - 1) (2t + 5): each of its t members an equal part.
    ties = ((alike - 1) * (2 * alike + 5)).sum(axis=1)
    variance = (periods * (periods - 1) * (2 * periods + 5) - ties) / 18
    z = np.divide(s - np.sign(s), np.sqrt(variance), out=np.zeros(len(s)), where=variance > 0)
    return MannKendall(s, variance, z, 2 * norm.sf(np.abs(z)))
