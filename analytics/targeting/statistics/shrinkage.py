"""Small counts drawn towards what such places usually have (Poisson-Gamma empirical Bayes).

A cell's count is Poisson around its own level times the years seen; levels follow a Gamma
distribution over all cells, fitted to the counts themselves (Clayton and Kaldor 1987). A cell's
expected level is then (shape + count) / (rate + years): a high count was in part luck, and this
says how large a part. With one prior for all, equal cells keep the order of their counts; only
the levels change. With a mean per cell (its neighbours'), the order changes too.

The prior's mean is that of the data; its shape is fitted by maximum likelihood, or by moments
(Marshall 1991) where asked for.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags_array
from scipy.special import gammaln
from scipy.stats import gamma, norm

_SHAPES = (1e-4, 1e4)
"""Above the upper end the levels vary so little that counts differ by chance alone."""


@dataclass(frozen=True, eq=False)
class GammaPrior:
    """Levels per year before a cell's count is seen: Gamma(shape, rate), `mean` = shape / rate.

    `mean` is one number, or one per cell.
    """

    shape: float
    mean: float | np.ndarray

    @property
    def rate(self) -> float | np.ndarray:
        """Rate of the Gamma distribution, in years."""
        return self.shape / self.mean


@dataclass(frozen=True, eq=False)
class Levels:
    """What each cell's count says of its level per year: mean and interval of the posterior."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    confidence: float


@dataclass(frozen=True)
class ExpectedFall:
    """What regression to the mean alone does to a list: events a year, seen and to be expected.

    `fall` is the share by which the count drops without any patrol; `low` and `high` bound the
    events of one further year at `confidence`, chance of that year included.
    """

    seen_per_year: float
    expected_per_year: float
    low: float
    high: float
    confidence: float

    @property
    def fall(self) -> float:
        """Share of the seen level that is expected to go by itself."""
        return 1.0 - self.expected_per_year / self.seen_per_year


def fit_prior(
    counts: np.ndarray,
    years: float,
    *,
    by: Literal["likelihood", "moments"] = "likelihood",
    means: np.ndarray | None = None,
) -> GammaPrior:
    """Return the Gamma prior of levels per year over all cells (empty ones included).

    `counts`: events per cell in `years`; `means`: a prior mean per cell and year, by likelihood
    only. Raises ValueError when there are no events or the cells differ no more than by chance.
    """
    counts = np.asarray(counts, dtype=float)
    if years <= 0 or counts.sum() <= 0:
        raise ValueError("A prior needs at least one event and a positive period.")
    mean = counts.mean() / years if means is None else np.asarray(means, dtype=float)
    if by == "moments":
        spare = counts.var() / years**2 - counts.mean() / years**2
        shape = (counts.mean() / years) ** 2 / spare if spare > 0 else np.inf
    else:
        shape = _likeliest_shape(counts, mean * years)
    if shape >= _SHAPES[1]:
        raise ValueError("The cells differ no more than chance alone would make them differ.")
    return GammaPrior(float(shape), mean)


def neighbour_prior(counts: np.ndarray, years: float, neighbours: csr_matrix) -> GammaPrior:
    """Return a prior whose mean, cell by cell, is the level of the cell's neighbours.

    `neighbours`: n x n, 1 where two cells touch, the diagonal 1 or 0 (it is left out: a cell is
    not evidence for its own prior). The neighbours' mean is itself drawn towards that of all cells
    by `fit_prior`; the shape is then fitted again around these means.
    """
    counts = np.asarray(counts, dtype=float)
    overall = fit_prior(counts, years)
    others = neighbours - diags_array(neighbours.diagonal())
    around = np.asarray(others @ counts).ravel()
    number = np.asarray(others.sum(axis=1)).ravel()
    means = (overall.shape + around) / (overall.rate + number * years)
    return fit_prior(counts, years, means=means)


def shrink(counts: np.ndarray, years: float, prior: GammaPrior, confidence: float = 0.95) -> Levels:
    """Return each cell's level per year given its count: mean and equal-tailed interval."""
    shape = prior.shape + np.asarray(counts, dtype=float)
    rate = prior.rate + years
    tail = (1 - confidence) / 2
    # Most cells share their count with thousands of others.
    pairs, which = np.unique(
        np.column_stack([shape, np.broadcast_to(rate, shape.shape)]), axis=0, return_inverse=True
    )
    low, high = (gamma.ppf(q, pairs[:, 0], scale=1 / pairs[:, 1]) for q in (tail, 1 - tail))
    which = which.ravel()
    return Levels(shape / rate, low[which], high[which], confidence)


def expected_level(counts: np.ndarray, years: float, prior: GammaPrior) -> np.ndarray:
    """Return each cell's expected level per year given its count, without an interval."""
    return (prior.shape + np.asarray(counts, dtype=float)) / (prior.rate + years)


def expected_fall(
    counts: np.ndarray, chosen: np.ndarray, years: float, confidence: float = 0.95
) -> ExpectedFall:
    """Return how far the cells at positions `chosen` fall in the next year by themselves.

    `counts`: events per cell in `years`, all cells of the study area; the prior is theirs. Raises
    ValueError when the chosen cells held no event, or when no prior can be fitted.
    """
    held = np.asarray(counts, dtype=float)[chosen]
    if held.sum() <= 0:
        raise ValueError("The chosen places held no event.")
    prior = fit_prior(counts, years)
    level = expected_level(held, years, prior)
    # One year's count: Poisson around a level that is itself uncertain.
    spread = np.sqrt((level + level / (prior.rate + years)).sum())
    half = float(norm.ppf((1 + confidence) / 2) * spread)
    total = float(level.sum())
    return ExpectedFall(
        float(held.sum() / years), total, max(total - half, 0.0), total + half, confidence
    )


def _likeliest_shape(counts: np.ndarray, expected: np.ndarray | float) -> float:
    """Return the Gamma shape under which the counts are likeliest (negative binomial)."""
    values, times = _tallied(counts, expected)
    count, mean = values

    def surprise(log_shape: float) -> float:
        shape = np.exp(log_shape)
        gain = gammaln(shape + count) - gammaln(shape) - shape * np.log1p(mean / shape)
        gain += count * (np.log(mean) - np.log(shape + mean))
        return -float((times * gain).sum())

    found = minimize_scalar(surprise, bounds=np.log(_SHAPES), method="bounded")
    shape = float(np.exp(found.x))
    return shape if shape < 0.99 * _SHAPES[1] else _SHAPES[1]


def _tallied(
    counts: np.ndarray, expected: np.ndarray | float
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return the distinct pairs of count and expected count, and how often each occurs."""
    pairs = np.column_stack([counts, np.broadcast_to(expected, counts.shape)])
    distinct, times = np.unique(pairs, axis=0, return_counts=True)
    return (distinct[:, 0], distinct[:, 1]), times
