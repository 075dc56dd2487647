"""Seventeen space-time categories of places: eight of hot spots, eight of cold spots, and none.

The categories of Esri's emerging hot spot tool. Persistent, new, consecutive, intensifying,
diminishing and sporadic follow its published help; oscillating and historical, and that each has a
cold mirror, are written from memory of it. Two departures: "new" and "consecutive" ask that the
place was never cold before (else it is oscillating), and each step is judged against all places of
the same window in time, not of the whole series, so that a change of the whole town makes no place
hot.
"""

import numpy as np
from scipy.sparse import csr_matrix

from analytics.targeting.statistics.mann_kendall import mann_kendall
from analytics.targeting.statistics.significance import benjamini_hochberg, two_sided_p

ALWAYS_SHARE = 0.9
FEWEST_STEPS = 10

KINDS = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
NO_PATTERN = "no pattern"


def space_time_gi_star(table: np.ndarray, weights: csr_matrix, steps_back: int = 1) -> np.ndarray:
    """Return z of Gi* per cell and step over neighbours in space and in the steps just before.

    `table`: cells x steps of counts, oldest first; `weights`: cells x cells, 1 where neighbours,
    diagonal 1. The neighbours of a cell at a step are its own neighbours in that step and in the
    `steps_back` steps before it (fewer at the start); mean and spread are of all cells in those
    steps. NaN where the counts do not vary.
    """
    table = np.asarray(table, dtype=float)
    cells, steps = table.shape
    near = np.asarray(weights.sum(axis=1)).ravel()
    z = np.full((cells, steps), np.nan)
    for step in range(steps):
        window = table[:, max(step - steps_back, 0) : step + 1]
        depth = window.shape[1]
        n, mean = cells * depth, window.mean()
        spread = np.sqrt(max((window**2).mean() - mean**2, 0.0))
        if n < 2 or spread <= 1e-12 * max(1.0, abs(mean)):
            continue
        neighbours = near * depth
        variance = np.maximum((n * neighbours - neighbours**2) / (n - 1), 0.0)
        difference = weights @ window.sum(axis=1) - mean * neighbours
        with np.errstate(divide="ignore", invalid="ignore"):
            z[:, step] = np.where(variance > 0, difference / (spread * np.sqrt(variance)), np.nan)
    return z


def emerging_hot_spots(
    table: np.ndarray, weights: csr_matrix, level: float = 0.05, steps_back: int = 1
) -> np.ndarray:
    """Name the space-time category of every row of `table` (cells x steps, oldest first).

    Gi* per step is corrected by Benjamini-Hochberg over the cells of that step; the trend is
    Mann-Kendall on a cell's z, two-sided at `level`, uncorrected. Raises ValueError with fewer than
    ten steps.
    """
    z = space_time_gi_star(table, weights, steps_back)
    if z.shape[1] < FEWEST_STEPS:
        raise ValueError(f"Space-time categories need at least {FEWEST_STEPS} steps.")
    adjusted = np.column_stack([benjamini_hochberg(two_sided_p(column)) for column in z.T])
    is_sure = adjusted < level
    trend = mann_kendall(np.nan_to_num(z))
    direction = np.where(trend.p < level, np.sign(trend.z), 0).astype(int)
    return categories((z > 0) & is_sure, (z < 0) & is_sure, direction)


def categories(is_hot: np.ndarray, is_cold: np.ndarray, trend: np.ndarray) -> np.ndarray:
    """Name the category of each row from its hot and cold steps and its trend.

    `is_hot`, `is_cold`: cells x steps, oldest first; `trend`: 1 up, -1 down, 0 none. A hot name
    is "new hot spot" and so on, a cold one "new cold spot"; else "no pattern".
    """
    is_hot, is_cold = np.atleast_2d(is_hot), np.atleast_2d(is_cold)
    trend = np.asarray(trend)
    hot, cold = _kinds(is_hot, is_cold, trend), _kinds(is_cold, is_hot, -trend)
    # A place that was hot nearly always and is cold now is named by what it is now.
    return np.select(
        [is_cold[:, -1], hot != "", cold != ""],
        [
            np.char.add(cold, " cold spot"),
            np.char.add(hot, " hot spot"),
            np.char.add(cold, " cold spot"),
        ],
        default=NO_PATTERN,
    )


def _kinds(is_on: np.ndarray, is_opposite: np.ndarray, trend: np.ndarray) -> np.ndarray:
    """Name the kind of each row, "" for none; the mirror swaps hot and cold and turns the trend."""
    steps = is_on.shape[1]
    last, times = is_on[:, -1], is_on.sum(axis=1)
    is_always = times >= ALWAYS_SHARE * steps
    was_opposite = is_opposite[:, :-1].any(axis=1)
    # Length of the unbroken run that ends with the last step.
    run = np.cumprod(is_on[:, ::-1], axis=1).sum(axis=1)
    is_first = run == times
    return np.select(
        [
            is_always & ~last,
            is_always & (trend > 0),
            is_always & (trend < 0),
            is_always,
            last & was_opposite,
            last & is_first & (run == 1),
            last & is_first,
            last,
        ],
        [
            "historical",
            "intensifying",
            "diminishing",
            "persistent",
            "oscillating",
            "new",
            "consecutive",
            "sporadic",
        ],
        default="",
    )
