"""Rates and ratios of small counts with their intervals."""

from math import exp, log, sqrt

from scipy import stats

LEAST_SHOWN = 5
"""A count below this could point to a person and is withheld (convention of UK statistics)."""


def poisson_rate(
    count: float, exposure: float, per: float = 1.0, level: float = 0.95
) -> tuple[float, float, float]:
    """Return rate, low and high per `per` units of exposure, by exact limits (Garwood 1936).

    Raises ValueError without exposure or with a negative count.
    """
    if exposure <= 0 or count < 0:
        raise ValueError("A rate needs a positive exposure and no negative count.")
    tail = (1 - level) / 2
    low = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(1 - tail, 2 * (count + 1)) / 2
    scale = per / exposure
    return count * scale, float(low) * scale, float(high) * scale


def ratio_of_odds(
    inside: int, inside_reference: int, outside: int, outside_reference: int, level: float = 0.95
) -> tuple[float, float, float]:
    """Return the odds ratio of two groups in two settings with Woolf's interval (Woolf 1955).

    Raises ValueError when a count is zero: the ratio has no interval then.
    """
    counts = (inside, inside_reference, outside, outside_reference)
    if min(counts) <= 0:
        raise ValueError("A ratio needs at least one event in each of its four counts.")
    ratio = inside * outside_reference / (inside_reference * outside)
    reach = stats.norm.ppf((1 + level) / 2) * sqrt(sum(1 / count for count in counts))
    return ratio, exp(log(ratio) - reach), exp(log(ratio) + reach)


def ratio_of_rates(
    count: int, exposure: float, reference: int, reference_exposure: float, level: float = 0.95
) -> tuple[float, float, float]:
    """Return the ratio of two Poisson rates, exact by conditioning on their sum.

    The limits are those of a binomial share (Clopper and Pearson 1934; Przyborowski and Wilenski
    1940). Raises ValueError without exposures or events.
    """
    if min(exposure, reference_exposure) <= 0 or min(count, reference) <= 0:
        raise ValueError("A ratio of rates needs events and exposure on both sides.")
    found = stats.binomtest(count, count + reference).proportion_ci(level, "exact")
    scale = reference_exposure / exposure
    ratio = count / reference * scale
    return ratio, found.low / (1 - found.low) * scale, found.high / (1 - found.high) * scale
