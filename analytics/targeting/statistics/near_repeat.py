"""Near repeats: are events that are close in space also close in time? (Knox 1964)

Pairs of events are counted by distance and by days between them, in half-open bands [from, to),
the last of each without end. What chance would give comes from shuffling the dates over the
places, as in Ratcliffe's Near Repeat Calculator, whose counts these are (its labels are off by
one: its "0 to 7 days" is [0, 7)). Only pairs nearer than the last edge are ever listed; the far
band is what is left of each time band, because shuffling changes no number of days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

Metric = Literal["euclidean", "manhattan"]
MOST_PAIRS = 20_000_000
_POWER = {"euclidean": 2, "manhattan": 1}


@dataclass(frozen=True, eq=False)
class NearRepeat:
    """Pairs per band of distance (rows) and of days (columns), beside what chance gives.

    `space_edges_m` and `time_edges_days` begin at 0; the last band of each has no end.
    `observed`: pairs; `expected`: mean over the shuffles; `p`: one-sided, (shuffles with as many
    pairs or more + 1) / (shuffles + 1), not corrected for the number of bands.
    """

    space_edges_m: tuple[float, ...]
    time_edges_days: tuple[float, ...]
    observed: np.ndarray
    expected: np.ndarray
    p: np.ndarray
    events: int
    shuffles: int
    seed: int
    metric: Metric

    @property
    def ratio(self) -> np.ndarray:
        """Observed over expected pairs; NaN where no pair is expected."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.expected > 0, self.observed / self.expected, np.nan)

    def table(self) -> pd.DataFrame:
        """Return a row per pair of bands: metres and days from and to, and the four results."""
        space, time = (_bounds(edges) for edges in (self.space_edges_m, self.time_edges_days))
        rows = [(*near, *soon) for near in space for soon in time]
        frame = pd.DataFrame(rows, columns=["from_m", "to_m", "from_days", "to_days"])
        for name in ("observed", "expected", "ratio", "p"):
            frame[name] = getattr(self, name).ravel()
        return frame


def near_repeat(
    x: np.ndarray,
    y: np.ndarray,
    days: np.ndarray,
    space_edges_m: tuple[float, ...],
    time_edges_days: tuple[float, ...],
    *,
    metric: Metric = "euclidean",
    shuffles: int = 999,
    seed: int = 1,
    tell: Callable[[float], None] | None = None,
) -> NearRepeat:
    """Return the table of near repeats of events at `x`, `y` (m) and `days` (any origin).

    Edges begin at 0 and rise; (0, 1, 100) makes the bands [0, 1), [1, 100) and [100, infinity).
    `tell` is called with the share of the shuffles done.
    Raises ValueError when edges do not rise from 0, with fewer than two events, or when more than
    `MOST_PAIRS` pairs are nearer than the last edge.
    """
    _check(space_edges_m, time_edges_days, len(x))
    first, second, starts = _close_pairs(x, y, space_edges_m, metric)
    days = _compact(days)
    totals = _pairs_by_time(days, time_edges_days)
    apart, later = (np.empty(len(first), dtype=days.dtype) for _ in range(2))

    def count(moments: np.ndarray) -> np.ndarray:
        np.take(moments, first, out=apart, mode="clip")
        np.take(moments, second, out=later, mode="clip")
        np.abs(np.subtract(apart, later, out=apart), out=apart)
        close = np.empty((len(starts) - 1, len(totals)), dtype=np.int64)
        for column, edge in enumerate(time_edges_days[1:]):
            is_within = apart < edge
            for row in range(len(starts) - 1):
                close[row, column] = np.count_nonzero(is_within[starts[row] : starts[row + 1]])
        close[:, -1] = np.diff(starts)
        close[:, 1:] -= close[:, :-1].copy()
        return np.vstack([close, totals - close.sum(axis=0)])

    observed = count(days)
    rng = np.random.default_rng(seed)
    total, as_many = np.zeros(observed.shape), np.zeros(observed.shape)
    for done in range(shuffles):
        if tell and done % 20 == 0:
            tell(done / shuffles)
        drawn = count(rng.permutation(days))
        total += drawn
        as_many += drawn >= observed
    return NearRepeat(
        tuple(space_edges_m),
        tuple(time_edges_days),
        observed,
        total / shuffles,
        (as_many + 1) / (shuffles + 1),
        len(days),
        shuffles,
        seed,
        metric,
    )


def _check(space: tuple[float, ...], time: tuple[float, ...], events: int) -> None:
    for edges in (space, time):
        if len(edges) < 2 or edges[0] != 0 or (np.diff(edges) <= 0).any():
            raise ValueError("Band edges begin at 0 and rise, and there are at least two.")
    if events < 2:
        raise ValueError("Near repeats need at least two events.")


def _close_pairs(
    x: np.ndarray, y: np.ndarray, edges: tuple[float, ...], metric: Metric
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both ends of every pair nearer than the last edge, in order of their bands.

    The third array tells where each space band begins, and at last where the pairs end.
    """
    points = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    tree, power = cKDTree(points), _POWER[metric]
    # A hair further than the last edge: what counts is the distance computed below.
    reach = edges[-1] * (1 + 1e-9)
    found = (int(tree.count_neighbors(tree, reach, p=power)) - len(points)) // 2
    if found > MOST_PAIRS:
        raise ValueError(
            f"{found:,} pairs of events lie within {edges[-1]:,.0f} m of each other; at most "
            f"{MOST_PAIRS:,} can be compared. Choose shorter distances or fewer crimes."
        )
    pairs = tree.query_pairs(reach, p=power, output_type="ndarray").astype(np.int32)
    apart = np.abs(points[pairs[:, 0]] - points[pairs[:, 1]])
    distance = apart.sum(axis=1) if metric == "manhattan" else np.hypot(*apart.T)
    band = np.searchsorted(np.asarray(edges[1:], dtype=float), distance, side="right")
    # Within a band in order of the first event: shuffled dates are then read from nearby memory.
    order = np.lexsort((pairs[:, 0], band))
    order = order[: np.count_nonzero(band < len(edges) - 1)]
    starts = np.searchsorted(band[order], np.arange(len(edges)))
    return pairs[order, 0], pairs[order, 1], starts


def _compact(days: np.ndarray) -> np.ndarray:
    """Return days from the first one on; whole ones in half the memory, which halves the time."""
    days = np.asarray(days, dtype=float)
    days = days - days.min()
    is_whole = days.max() < 2**24 and (days == np.rint(days)).all()
    return days.astype(np.float32) if is_whole else days


def _pairs_by_time(days: np.ndarray, edges: tuple[float, ...]) -> np.ndarray:
    """Count all pairs of events by the days between them, without listing any."""
    ordered = np.sort(days)
    places = np.arange(len(ordered))
    # Pairs less than `edge` apart: for each event, the later ones before its own time plus edge.
    within = [
        int((np.searchsorted(ordered, ordered + edge, side="left") - places - 1).clip(0).sum())
        for edge in edges[1:]
    ]
    return np.diff([0, *within, len(ordered) * (len(ordered) - 1) // 2])


def _bounds(edges: tuple[float, ...]) -> list[tuple[float, float]]:
    return list(zip(edges, [*edges[1:], np.inf], strict=True))
