"""How concentrated crime is over places.

Gini and the Lorenz curve on counts or harm; the generalised Gini (Bernasco and Steenbeek 2017)
on counts only, which is 0 when crimes are spread as evenly as whole numbers allow. With fewer
crimes than places the plain Gini is high by arithmetic alone, so read the generalised one.
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Concentration:
    """Concentration of crimes over all cells of the study area, empty ones included."""

    gini: float
    generalised_gini: float
    places_for_half: int
    places: int

    def as_json(self) -> dict[str, float | int]:
        """Return the values under their public names."""
        return asdict(self)


def gini(values: ArrayLike) -> float:
    """Return the Gini coefficient of `values` over places: 0 even, towards 1 all in one place.

    Raises ValueError when there are no places, nothing to share out, or a negative value.
    """
    shares, places = _ascending_shares(values)
    return float((2.0 * np.dot(np.arange(1, places + 1), shares) - places - 1.0) / places)


def generalised_gini(counts: ArrayLike) -> float:
    """Return the generalised Gini of whole `counts` (Bernasco and Steenbeek 2017).

    Equals the Gini when there are at least as many crimes as places. Raises ValueError as `gini`.
    """
    shares, places = _ascending_shares(counts)
    crimes = float(np.sum(np.asarray(counts, dtype=float)))
    ranked = 2.0 * np.dot(np.arange(1, places + 1), shares) - places - 1.0
    return float(max(1.0 / crimes, 1.0 / places) * ranked - max(places / crimes, 1.0) + 1.0)


def cumulative_shares(values: ArrayLike) -> np.ndarray:
    """Return the share that the 1, 2, 3 ... highest places hold together (the Lorenz curve)."""
    shares, _ = _ascending_shares(values)
    return np.cumsum(shares[::-1])


def places_for_share(values: ArrayLike, share: float) -> int:
    """Return the fewest places that hold at least `share` (0 to 1) of the total."""
    held = cumulative_shares(values)
    # Rounding in the running sum must not ask for one place more than whole counts would.
    return int(np.searchsorted(held, share - 1e-12)) + 1


def summarise(counts: ArrayLike) -> Concentration:
    """Return all measures of whole `counts` over places."""
    counts = np.asarray(counts)
    return Concentration(
        gini=gini(counts),
        generalised_gini=generalised_gini(counts),
        places_for_half=places_for_share(counts, 0.5),
        places=len(counts),
    )


def _ascending_shares(values: ArrayLike) -> tuple[np.ndarray, int]:
    held = np.sort(np.asarray(values, dtype=float))
    if len(held) == 0 or held[-1] <= 0:
        raise ValueError("Concentration needs at least one place and one crime.")
    if held[0] < 0:
        raise ValueError("Concentration is not defined for negative values.")
    return held / held.sum(), len(held)
