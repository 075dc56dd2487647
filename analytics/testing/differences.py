"""Weighted displacement difference: crimes more or fewer than the comparison places lead one to
expect, in the treated places, in the rings round them, and together.

Wheeler and Ratcliffe (2018), "A simple weighted displacement difference test to evaluate place
based crime interventions", Crime Science 7:11. Counts are taken as Poisson; where they vary more
than that the interval is too narrow, which `dispersion` mends. The weighted displacement quotient
of `quotients` has no standard error and is shown beside this one, never instead of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import norm

Pair = tuple[float, float]
"""A count before and a count after."""


@dataclass(frozen=True)
class Difference:
    """A difference in crimes (or harm days) with its interval; negative means fewer."""

    value: float
    variance: float
    low: float
    high: float
    level: float

    @property
    def standard_error(self) -> float:
        """Square root of the variance."""
        return math.sqrt(self.variance)

    @property
    def z(self) -> float:
        """The difference in standard errors; not a number when the variance is 0."""
        return self.value / self.standard_error if self.variance else math.nan

    @property
    def p_value(self) -> float:
        """Two-sided p-value of no difference."""
        return float(2 * norm.sf(abs(self.z)))


@dataclass(frozen=True)
class Displacement:
    """The difference in the places, in their rings (None: no rings given), and in total."""

    local: Difference
    displacement: Difference | None
    total: Difference


def weighted_displacement_difference(
    control: Pair,
    treated: Pair,
    control_ring: Pair | None = None,
    treated_ring: Pair | None = None,
    *,
    time_weights: tuple[float, float] = (1.0, 1.0),
    area_weights: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
    level: float = 0.95,
    dispersion: float = 1.0,
) -> Displacement:
    """Difference in differences of counts with a normal interval (Wheeler and Ratcliffe 2018).

    Each pair is (before, after) in events. Every count is divided by its time weight (before,
    after) and its area weight (control, treated, control ring, treated ring). `dispersion`
    multiplies the variance. Raises ValueError for negative counts, weights that are not positive,
    a level outside 0 to 1, or one ring without the other.
    """
    if (control_ring is None) != (treated_ring is None):
        raise ValueError("Give the rings of both, treated and control places, or of neither.")
    if min(*time_weights, *area_weights, dispersion) <= 0 or not 0 < level < 1:
        raise ValueError("Weights must be positive and the level between 0 and 1.")
    given = [control, treated, control_ring or (0, 0), treated_ring or (0, 0)]
    if min(count for pair in given for count in pair) < 0:
        raise ValueError("Counts cannot be negative.")
    changes, variances = zip(
        *(
            _change(pair, time_weights, area)
            for pair, area in zip(given, area_weights, strict=True)
        ),
        strict=True,
    )
    local = changes[1] - changes[0], variances[1] + variances[0]
    ring = changes[3] - changes[2], variances[3] + variances[2]
    total = local[0] + ring[0], local[1] + ring[1]
    parts = [difference(value, dispersion * var, level) for value, var in (local, ring, total)]
    return Displacement(parts[0], parts[1] if treated_ring is not None else None, parts[2])


def weighted_harm_difference(
    differences: Sequence[Difference], weights: Sequence[float], level: float = 0.95
) -> Difference:
    """Sum of differences by kind of crime, each times its weight in harm days.

    This interval treats the weights as known and the counts as Poisson (Wheeler and Ratcliffe
    2018); harm measured crime by crime takes its interval from `resampling` instead.
    """
    pairs = list(zip(differences, weights, strict=True))
    value = sum(weight * part.value for part, weight in pairs)
    return difference(value, sum(weight**2 * part.variance for part, weight in pairs), level)


def difference(value: float, variance: float, level: float) -> Difference:
    """Attach the normal interval of a level to a value and its variance."""
    reach = float(norm.ppf(0.5 + level / 2)) * math.sqrt(variance)
    return Difference(value, variance, value - reach, value + reach, level)


def _change(pair: Pair, time_weights: tuple[float, float], area: float) -> tuple[float, float]:
    before, after = (count / (time * area) for count, time in zip(pair, time_weights, strict=True))
    variance = before / (time_weights[0] * area) + after / (time_weights[1] * area)
    return after - before, variance
