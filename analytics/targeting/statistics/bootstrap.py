"""How much of a list is chance: ranks and differences under resampling.

Ranks: whole blocks of time (weeks) are drawn again with replacement, for all places together
(Efron 1979; blocks after Künsch 1989). Crimes of one night, one series or one event stay together,
so that the intervals are wider, and more honest, than those of crimes drawn one by one, which
would treat them as independent. Harm is resampled the same way, by place-weeks: its days are not
counts and have no Poisson variance. In towns with planted intensities (tests/unit/targeting/
statistics/test_bootstrap.py) a share of 0.9 means that the place truly is among the worst in about
nine of ten cases; a fresh period's list, as noisy again as this one, holds it less often.

Differences between two methods: whole places are drawn again, each with all its cut dates, because
the cut dates share crimes and are too few to stand for themselves.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

_BATCH = 50
_LOT = 1e-6


@dataclass(frozen=True)
class Membership:
    """Per place: share of redraws in the list (0 to 1), and the interval of its rank (1 = first).

    Ranks are NaN for places without any value, which are never in the list.
    """

    share: np.ndarray
    rank_low: np.ndarray
    rank_high: np.ndarray


@dataclass(frozen=True)
class Difference:
    """A difference with its percentile interval."""

    value: float
    low: float
    high: float

    @property
    def is_within_noise(self) -> bool:
        """Whether the interval holds 0."""
        return self.low <= 0 <= self.high


def list_membership(
    table: np.ndarray, number: int, *, draws: int = 500, level: float = 0.95, seed: int = 1
) -> Membership:
    """Redraw the blocks and rank the places each time; equal values are ordered by lot.

    `table`: places x blocks, counts or harm days; `number`: length of the list. Raises ValueError
    with fewer than two blocks or a list of no place.
    """
    table = np.asarray(table, dtype=float)
    places, blocks = table.shape
    if blocks < 2 or number < 1:
        raise ValueError("Redrawing needs at least two blocks and a list of at least one place.")
    held = np.flatnonzero(table.any(axis=1))
    sparse = csr_matrix(table[held])
    rng = np.random.default_rng(seed)
    ranks = np.empty((len(held), draws), dtype=np.int32)
    for first in range(0, draws, _BATCH):
        size = min(_BATCH, draws - first)
        times = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=size)
        values = sparse @ times.T.astype(float)
        # Too small to reorder anything but equal values.
        order = np.argsort(-values + rng.random(values.shape) * _LOT, axis=0)
        np.put_along_axis(
            ranks[:, first : first + size], order, np.arange(1, len(held) + 1)[:, None], axis=0
        )
        # A redraw can leave a place without any crime: it is then in no list.
        ranks[:, first : first + size][values <= 0] = max(len(held), number) + 1
    return _membership(ranks, held, places, number, level)


def _membership(
    ranks: np.ndarray, held: np.ndarray, places: int, number: int, level: float
) -> Membership:
    share, low, high = np.zeros(places), np.full(places, np.nan), np.full(places, np.nan)
    share[held] = (ranks <= number).mean(axis=1)
    outside = (1 - level) / 2
    low[held] = np.quantile(ranks, outside, axis=1, method="lower")
    high[held] = np.quantile(ranks, 1 - outside, axis=1, method="higher")
    return Membership(share, low, high)


def resampled_sum(
    contributions: np.ndarray, *, draws: int = 2000, level: float = 0.95, seed: int = 1
) -> Difference:
    """Return the sum of the places' contributions with an interval from redrawing places.

    `contributions`: what each place adds to the difference; places that add nothing only dilute
    the draws and may be left out by the caller or not, which changes nothing.
    """
    adds = np.asarray(contributions, dtype=float)
    adds = adds[adds != 0]
    if len(adds) == 0:
        return Difference(0.0, 0.0, 0.0)
    # Among very many places that add nothing, how often each other place is drawn is Poisson.
    times = np.random.default_rng(seed).poisson(1.0, size=(draws, len(adds)))
    outside = (1 - level) / 2
    low, high = np.quantile(times @ adds, [outside, 1 - outside])
    return Difference(float(adds.sum()), float(low), float(high))
