"""Relative incident rate ratio, and exact tests for small counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson_means_test
from scipy.stats import t as student_t

from analytics.testing.differences import Pair

MOST_EXACT_PAIRS = 20


@dataclass(frozen=True)
class RateRatio:
    """A ratio of rates with its interval; below 1 means fewer."""

    value: float
    log_standard_error: float
    low: float
    high: float
    level: float
    degrees: float = math.inf

    @property
    def p_value(self) -> float:
        """Two-sided p-value of a ratio of 1."""
        size = abs(math.log(self.value)) / self.log_standard_error
        return float(2 * student_t.sf(size, self.degrees))


def rate_ratio(
    log_value: float, log_standard_error: float, level: float, degrees: float = math.inf
) -> RateRatio:
    """Attach the interval on the log scale: normal, or Student's with `degrees` of freedom."""
    reach = float(student_t.ppf(0.5 + level / 2, degrees)) * log_standard_error
    low, high = math.exp(log_value - reach), math.exp(log_value + reach)
    return RateRatio(math.exp(log_value), log_standard_error, low, high, level, degrees)


def relative_incident_rate_ratio(
    treated: Pair, control: Pair, *, level: float = 0.95, dispersion: float = 1.0
) -> RateRatio:
    """Change in treated over change in control places, (T1/T0)/(C1/C0).

    Pairs are (before, after) counts; the standard error of the log is the root of the sum of the
    four reciprocals, times the root of `dispersion`. Raises ValueError when a count is zero: the
    ratio has no interval then.
    """
    if min(*treated, *control) <= 0:
        raise ValueError("The rate ratio needs at least one event in every place and period.")
    log_value = math.log(treated[1] / treated[0]) - math.log(control[1] / control[0])
    variance = sum(1 / count for count in (*treated, *control))
    return rate_ratio(log_value, math.sqrt(dispersion * variance), level)


def poisson_e_test(first: int, second: int) -> float:
    """Two-sided p-value that two Poisson counts over equal exposure have one mean.

    Krishnamoorthy and Thomson (2004); keeps its level where counts are small.
    """
    return float(poisson_means_test(first, 1, second, 1).pvalue)


def sign_flip_test(differences: Sequence[float]) -> float:
    """Exact two-sided p-value of paired differences, by flipping every sign.

    At most 20 pairs (a million sign patterns); raises ValueError beyond or when there are none.
    """
    values = np.asarray(differences, dtype=float)
    if not 0 < len(values) <= MOST_EXACT_PAIRS:
        raise ValueError(f"The exact test takes 1 to {MOST_EXACT_PAIRS} pairs.")
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    observed = abs(values.sum())
    return float(np.mean(np.abs(sums) >= observed - 1e-9 * max(1.0, observed)))
