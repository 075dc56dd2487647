"""One list per way of finding hot spots, each of as many cells as the list it is compared with.

Cells come from the same counts and obey the same fewest crimes; equal values rank alike (selection).
Each function says what its list means, with its parameters, or why it has none.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analytics.targeting.compare import gi_star_of
from analytics.targeting.method_settings import MethodSettings
from analytics.targeting.points import crime_points
from analytics.targeting.result import HotspotResult
from analytics.targeting.selection import rank_cells, require_harm
from analytics.targeting.statistics.clusters import (
    CrowdedAreas,
    cells_of_areas,
    dbscan_areas,
    fewest_within,
    hdbscan_areas,
)
from analytics.targeting.statistics.density import kernel_density
from analytics.targeting.statistics.shrinkage import expected_level, neighbour_prior
from analytics.workspace import NotMeasurable, Workspace


@dataclass(frozen=True, eq=False)
class Method:
    """A way of finding hot spots and the cells it names, best first (positions in the counts).

    `definition` names its parameters with their units; `note` what its list says beyond the cells;
    `reason` why it has no list, empty when it has one.
    """

    key: str
    name: str
    definition: str
    positions: np.ndarray
    note: str = ""
    reason: str = ""
    areas: CrowdedAreas | None = None

    @property
    def is_measurable(self) -> bool:
        """Whether the method has a list."""
        return not self.reason


@dataclass(frozen=True, eq=False)
class Question:
    """What every method is asked: the list it stands beside, and how many cells to name."""

    workspace: Workspace
    result: HotspotResult
    methods: MethodSettings
    number: int

    @property
    def bandwidth_m(self) -> float:
        """Bandwidth chosen, or twice the cell width."""
        return self.methods.bandwidth_m or 2.0 * self.result.settings.cell_width_m

    @property
    def eps_m(self) -> float:
        """Reach of DBSCAN chosen, or half the cell width."""
        return self.methods.eps_m or 0.5 * self.result.settings.cell_width_m

    @property
    def min_samples(self) -> int:
        """Crimes within reach chosen, or as many as the list's emptiest place has on that ground."""
        if self.methods.min_samples:
            return self.methods.min_samples
        counts, listed = self.result.counts, self.result.positions
        return fewest_within(counts.count[listed], counts.areas_m2[listed], self.eps_m)

    def best(self, values: np.ndarray) -> np.ndarray:
        """Return the cells with the highest values, as many as are asked for."""
        counts, settings = self.result.counts, self.result.settings
        return rank_cells(counts, values, settings.minimum_count)[: self.number]


def every_method(question: Question) -> tuple[Method, ...]:
    """Return all methods with their lists, or the reason for having none."""
    return tuple(_answered(question, method, find) for method, find in _METHODS)


def _answered(
    question: Question, method: Method, find: Callable[[Question, Method], Method]
) -> Method:
    try:
        return find(question, method)
    except (NotMeasurable, ValueError) as reason:
        return replace(method, reason=str(reason))


def _count(question: Question, method: Method) -> Method:
    return replace(method, positions=question.best(question.result.counts.count.astype(float)))


def _harm(question: Question, method: Method) -> Method:
    counts, settings = question.result.counts, question.result.settings
    return replace(
        method,
        definition=f"{method.definition} Weights: {counts.weights.label or 'none'}.",
        positions=question.best(require_harm(counts, settings)),
    )


def _last_year(question: Question, method: Method) -> Method:
    counts = question.result.counts
    if not counts.last_year.any():
        raise NotMeasurable("No crime is held for the year before the ranking period's end.")
    return replace(
        method,
        definition=f"{method.definition} {counts.scope.last_year}.",
        positions=question.best(counts.last_year.astype(float)),
    )


def _gi_star(question: Question, method: Method) -> Method:
    result = question.result
    found = gi_star_of(result.counts, result.settings)
    level = result.settings.significance_level
    positions = question.best(np.nan_to_num(found.z, nan=-1.0))
    if len(positions) == 0:
        raise NotMeasurable("Gi* is not measurable: the values do not vary.")
    hot, raw = found.hot(level)[positions].sum(), (found.p[positions] < level).sum()
    return replace(
        method,
        definition=f"{method.definition} Hot at {level:g}.",
        positions=positions,
        note=f"{hot:,} hot after the correction, {raw:,} by raw p.",
    )


def _density(question: Question, method: Method) -> Method:
    counts, bandwidth = question.result.counts, question.bandwidth_m

    def densities() -> np.ndarray:
        points = crime_points(question.workspace, question.result.settings, counts)
        return kernel_density(
            points["x"].to_numpy(), points["y"].to_numpy(), *counts.centres(), bandwidth
        )

    values = counts.details.get(("density", bandwidth), densities)
    positions = question.best(values)
    return replace(
        method,
        definition=f"{method.definition} Bandwidth {bandwidth:,.0f} m. No correction at the edge: "
        f"within {bandwidth:,.0f} m of it densities are too low.",
        positions=positions,
        note=f"{values[positions].min():,.0f} to {values[positions].max():,.0f} crimes a km².",
    )


def _empirical_bayes(question: Question, method: Method) -> Method:
    counts = question.result.counts
    days = (counts.scope.train.last - counts.scope.train.first).days + 1
    years = days / 365.25

    def levels() -> tuple[np.ndarray, float]:
        prior = neighbour_prior(counts.count, years, counts.neighbour_matrix())
        return expected_level(counts.count, years, prior), prior.shape

    values, shape = counts.details.get("neighbour levels", levels)
    positions = question.best(values)
    seen, expected = counts.count[positions].sum() / years, values[positions].sum()
    return replace(
        method,
        definition=f"{method.definition} Shape {shape:.3g} over {len(counts.count):,} cells and "
        f"{years:.2f} years.",
        positions=positions,
        note=f"{seen:,.0f} a year seen, {expected:,.0f} expected.",
    )


def _dbscan(question: Question, method: Method) -> Method:
    counts, eps, fewest = question.result.counts, question.eps_m, question.min_samples
    points = crime_points(question.workspace, question.result.settings, counts)
    areas = counts.details.get(
        ("dbscan", eps, fewest),
        lambda: dbscan_areas(points["x"].to_numpy(), points["y"].to_numpy(), eps, fewest),
    )
    return _from_areas(
        question,
        replace(
            method,
            definition=f"{method.definition} At least {fewest:,} crimes within {eps:,.0f} m, the "
            "crime itself included.",
        ),
        areas,
    )


def _hdbscan(question: Question, method: Method) -> Method:
    counts, fewest = question.result.counts, question.min_samples
    points = crime_points(question.workspace, question.result.settings, counts)
    areas = counts.details.get(
        ("hdbscan", fewest, question.eps_m),
        lambda: hdbscan_areas(
            points["x"].to_numpy(), points["y"].to_numpy(), fewest, margin_m=question.eps_m / 2
        ),
    )
    definition = f"{method.definition} Areas of at least {fewest:,} crimes."
    return _from_areas(question, replace(method, definition=definition), areas)


def _from_areas(question: Question, method: Method, found: CrowdedAreas) -> Method:
    """Name the cells of the most crowded areas: area by area, the fullest cell first."""
    counts, settings = question.result.counts, question.result.settings
    if len(found.areas) == 0:
        raise NotMeasurable("No area is as crowded as asked for. Lower the fewest crimes.")
    cell = crime_points(question.workspace, settings, counts)["cell"].to_numpy()
    cells = cells_of_areas(found, cell, counts.count >= settings.minimum_count)
    areas = found.areas
    return replace(
        method,
        positions=cells[: question.number],
        areas=found,
        note=f"{len(areas):,} areas hold {1 - found.noise_share:.0%} of the crimes; "
        f"{found.noise_share:.0%} are noise.",
    )


_NONE = np.zeros(0, dtype=np.int64)
_METHODS: tuple[tuple[Method, Callable[[Question, Method], Method]], ...] = (
    (
        Method("count", "Ranked count", "Cells in order of their crimes.", _NONE),
        _count,
    ),
    (
        Method("harm", "Ranked harm", "Cells in order of days of harm.", _NONE),
        _harm,
    ),
    (
        Method(
            "gi_star",
            "Gi*",
            "Cells in order of z of Gi* (Getis and Ord 1992): the cell and its neighbours beside "
            "the mean of all cells, binary weights; two-sided p, Benjamini-Hochberg over all "
            "cells of the study area.",
            _NONE,
        ),
        _gi_star,
    ),
    (
        Method(
            "density",
            "Kernel density",
            "Cells in order of crimes a km² round their centre, quartic kernel (Silverman 1986).",
            _NONE,
        ),
        _density,
    ),
    (
        Method(
            "empirical_bayes",
            "Empirical Bayes",
            "Cells in order of the crimes a year to be expected: the cell's own count drawn "
            "towards its neighbours' by a Poisson-Gamma model (Clayton and Kaldor 1987), fitted "
            "by likelihood.",
            _NONE,
        ),
        _empirical_bayes,
    ),
    (
        Method(
            "dbscan",
            "DBSCAN areas",
            "Cells of the areas with most crimes a hectare, the fullest cell first (Ester, "
            "Kriegel, Sander and Xu 1996).",
            _NONE,
        ),
        _dbscan,
    ),
    (
        Method(
            "hdbscan",
            "HDBSCAN areas",
            "Cells of the areas with most crimes a hectare, the fullest cell first (Campello, "
            "Moulavi and Sander 2013).",
            _NONE,
        ),
        _hdbscan,
    ),
    (
        Method("last_year", "Last year", "Cells in order of the crimes of one year:", _NONE),
        _last_year,
    ),
)
