"""Intervals for harm by resampling places or place-days.

Harm days are not counts: one homicide outweighs a year of assaults, so no Poisson variance fits.
Whole places (before/after) or place-days (crossover) are drawn again with replacement within each
arm; the interval is the middle share of the results (Efron 1979, percentile bootstrap).
"""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Resampled:
    """A value with its percentile interval; the ends are None where they cannot be known."""

    value: float | None
    low: float | None
    high: float | None
    level: float


def harm_difference(
    treated_changes: np.ndarray,
    control_changes: np.ndarray,
    *,
    level: float = 0.95,
    resamples: int = 1999,
    seed: int = 1,
) -> Resampled:
    """Sum of the changes of treated places minus that of control places, in harm days.

    One change (after minus before) per place. With a single place in an arm there is nothing to
    resample, so the interval has no ends.
    """
    value = float(treated_changes.sum() - control_changes.sum())
    if min(len(treated_changes), len(control_changes)) < 2:
        return Resampled(value, None, None, level)
    rng = np.random.default_rng(seed)
    draws = _sums(treated_changes, resamples, rng) - _sums(control_changes, resamples, rng)
    return Resampled(value, *_ends(draws, level), level)


def harm_rate_ratio(
    treated: np.ndarray,
    control: np.ndarray,
    *,
    level: float = 0.95,
    resamples: int = 1999,
    seed: int = 1,
) -> Resampled:
    """Harm days per treated place-day over harm days per control place-day.

    One value per place-day. None where an arm has no place-days or no harm at all.
    """
    if not len(treated) or not len(control) or control.sum() == 0:
        return Resampled(None, None, None, level)
    scale = len(control) / len(treated)
    rng = np.random.default_rng(seed)
    above, below = _sums(treated, resamples, rng), _sums(control, resamples, rng)
    draws = np.divide(above * scale, below, out=np.full(resamples, math.inf), where=below > 0)
    value = float(treated.sum() * scale / control.sum())
    return Resampled(value, *_ends(draws, level), level)


def _sums(values: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Sum as many values as there are, drawn with replacement, many times."""
    # Most place-days hold nothing: only how often each of the others is drawn matters.
    something = values[values != 0]
    chances = np.full(len(something) + 1, 1 / len(values))
    chances[-1] = 1 - len(something) / len(values)
    times = rng.multinomial(len(values), np.clip(chances, 0, 1), size=resamples)
    return times[:, :-1] @ something


def _ends(draws: np.ndarray, level: float) -> tuple[float | None, float | None]:
    outside = (1 - level) / 2
    ends = np.quantile(draws, [outside, 1 - outside], method="higher")
    low, high = (float(end) if math.isfinite(end) else None for end in ends)
    return low, high
