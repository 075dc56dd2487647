"""One independent stream of random numbers per part of the town.

A part draws only from its own stream, so that a change in one (say, the roster) leaves the bytes
of all others as they were.
"""

import numpy as np

DEFAULT_SEED = 1

PARTS = (
    "ground",
    "streets",
    "names",
    "places",
    "addresses",
    "crime",
    "records",
    "assignment",
    "people",
    "training",
    "patrol",
    "gps",
    "trial",
    "activity",
    "stops",
)


def stream(seed: int, part: str, *numbers: int) -> np.random.Generator:
    """Return the generator of one part, or of one numbered piece of it (a shift, a day).

    Raises ValueError when the part is not in `PARTS`.
    """
    return np.random.default_rng([seed, PARTS.index(part), *numbers])
