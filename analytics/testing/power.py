"""How large an effect must be before the data can show it.

Normal approximations, two-sided. `dispersion` is the variance of the counts over their mean
(1: Poisson).
"""

import math

from scipy.optimize import brentq
from scipy.stats import norm

POWER = 0.8
LEVEL = 0.95
_SMALLEST_RATIO = 1e-6


def z_sum(level: float = LEVEL, power: float = POWER) -> float:
    """Sum of the normal quantiles for a two-sided level and a power (2.8016 by default)."""
    return float(norm.ppf(0.5 + level / 2) + norm.ppf(power))


def minimum_detectable_rate_ratio(
    control_events: float,
    exposure_ratio: float = 1.0,
    *,
    further_variance: float = 0.0,
    dispersion: float = 1.0,
    level: float = LEVEL,
    power: float = POWER,
) -> float | None:
    """Largest rate ratio below 1 that would be found with this power.

    `control_events` are expected without treatment, treated places or days have `exposure_ratio`
    times the exposure; `further_variance` adds the log variance of other counts (those before).
    None: with so few events no reduction, however large, would be found reliably.
    """
    if control_events <= 0 or exposure_ratio <= 0:
        return None
    factor = z_sum(level, power) ** 2 * dispersion

    def surplus(log_ratio: float) -> float:
        treated_events = control_events * exposure_ratio * math.exp(log_ratio)
        noise = 1 / control_events + 1 / treated_events + further_variance
        return log_ratio**2 - factor * noise

    # The surplus rises from "no effect", peaks, and falls again as treated events vanish.
    steps = [math.log(_SMALLEST_RATIO) * step / 400 for step in range(1, 401)]
    found = next((step for step in steps if surplus(step) >= 0), None)
    if found is None:
        return None
    nearer = found - math.log(_SMALLEST_RATIO) / 400
    return math.exp(brentq(surplus, found, nearer))


def minimum_detectable_difference(
    counts: list[float], *, dispersion: float = 1.0, level: float = LEVEL, power: float = POWER
) -> float:
    """Smallest weighted displacement difference, in events, that would be found with this power."""
    return z_sum(level, power) * math.sqrt(dispersion * sum(counts))


def means_sample_size(
    effect: float, *, correlation: float | None = None, level: float = LEVEL, power: float = POWER
) -> int:
    """Units per arm to find a standardised difference; pairs when a `correlation` is given."""
    units = z_sum(level, power) ** 2 / effect**2
    return math.ceil(2 * units * (1.0 if correlation is None else 1 - correlation))


def poisson_sample_size(
    rate: float,
    rate_ratio: float,
    *,
    dispersion: float = 1.0,
    level: float = LEVEL,
    power: float = POWER,
) -> int:
    """Units (place-days, places) per arm to find a rate ratio at `rate` events per control unit."""
    noise = 1 / rate + 1 / (rate * rate_ratio)
    units = z_sum(level, power) ** 2 * dispersion * noise / math.log(rate_ratio) ** 2
    return math.ceil(units - 1e-9)


def design_effect(cluster_size: float, intracluster_correlation: float) -> float:
    """How many times more units a clustered design needs."""
    return 1 + (cluster_size - 1) * intracluster_correlation
