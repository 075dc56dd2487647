"""Whether a place has been hot all along, lately, or no more.

The documented rule of sfhotspot (Ashby 2023) on months: hot in at least 80% of months is
persistent; hot in at least 10% of the recent fifth of months but not before is emerging; hot in at
least 10% of the older months but not recently is former; hot in at least 10% of all months
otherwise is intermittent. The recent window has exactly its stated length. A month is hot where
Gi* is high after Benjamini-Hochberg over the cells of that month.
"""

import numpy as np
from scipy.sparse import csr_matrix

from analytics.targeting.statistics.significance import gi_star_test

HOT_SHARE = 0.1
PERSISTENT_SHARE = 0.8
RECENT_SHARE = 0.2
FEWEST_PERIODS = 10
# Below three crimes a period on average, whether a period counts as hot is mostly chance.
FEWEST_PER_PERIOD = 3

CLASSES = ("persistent", "emerging", "former", "intermittent", "no pattern")


def classify(is_hot: np.ndarray) -> np.ndarray:
    """Name the pattern of each row of `is_hot` (places x periods, oldest first).

    Raises ValueError with fewer than ten periods: the shares would rest on single periods.
    """
    is_hot = np.atleast_2d(np.asarray(is_hot, dtype=bool))
    periods = is_hot.shape[1]
    if periods < FEWEST_PERIODS:
        raise ValueError(f"A pattern over time needs at least {FEWEST_PERIODS} periods.")
    recent_length = max(1, round(RECENT_SHARE * periods))
    every = is_hot.mean(axis=1)
    older = is_hot[:, :-recent_length].mean(axis=1)
    recent = is_hot[:, -recent_length:].mean(axis=1)
    return np.select(
        [
            every >= PERSISTENT_SHARE,
            (recent >= HOT_SHARE) & (older < HOT_SHARE),
            (older >= HOT_SHARE) & (recent < HOT_SHARE),
            every >= HOT_SHARE,
        ],
        CLASSES[:4],
        default=CLASSES[4],
    )


def hot_periods(counts: np.ndarray, weights: csr_matrix, level: float) -> np.ndarray:
    """Tell in which periods each cell is hot; `counts` is cells x periods."""
    columns = [gi_star_test(counts[:, k], weights).hot(level) for k in range(counts.shape[1])]
    return np.column_stack(columns)
