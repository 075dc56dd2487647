"""The fall to expect in places that were picked for a high count, without any patrol.

Empirical Bayes: the counts of all places of that size are a gamma mixture of Poissons (a negative
binomial); given its own count, a place's next count is expected nearer to the mean of all
(Robbins 1956; Hauer 1997 for the same use with road accidents).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Gamma:
    """Gamma distribution of rates by its shape and rate, per period."""

    shape: float
    rate: float


def posterior_mean(prior: Gamma, events: float, periods: float = 1.0) -> float:
    """Rate per period to expect after `events` in `periods`."""
    return (prior.shape + events) / (prior.rate + periods)


def fit_gamma(counts: np.ndarray) -> Gamma | None:
    """Fit the gamma mixture to the counts of all places of one size, zeros included, by moments.

    None when the counts vary no more than Poisson counts do: all places then share one rate.
    """
    mean, variance = float(np.mean(counts)), float(np.var(counts, ddof=1))
    if variance <= mean or mean <= 0:
        return None
    rate = mean / (variance - mean)
    return Gamma(mean * rate, rate)


def expected_fall(
    all_counts: np.ndarray,
    chosen_counts: np.ndarray,
    *,
    before_total: float | None = None,
    before_share: float = 1.0,
) -> float:
    """Share (0 to 1) by which the chosen places' total is expected to fall by itself.

    `all_counts` are those of every place of that size in the ranking period, `chosen_counts` of
    the places picked. The period that the fall is measured from may be a part of it: then
    `before_total` is the chosen places' events in that part and `before_share` its share of the
    length. Negative: a rise is expected. Raises ValueError when there were no events to fall from.
    """
    total = float(np.sum(chosen_counts)) if before_total is None else before_total
    if total <= 0:
        raise ValueError("The chosen places had no events, so no fall can be expected.")
    prior = fit_gamma(all_counts)
    if prior is None:
        expected = len(chosen_counts) * float(np.mean(all_counts))
    else:
        expected = sum(posterior_mean(prior, float(count)) for count in chosen_counts)
    return 1 - expected * before_share / total
