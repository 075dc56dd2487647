"""What each method says of the next period: one value per cell, from crimes per cell and month.

Every method sees the same months before a cut date and nothing after it. A list is the cells with
the highest values. Only values that stand for numbers of crimes predict one (`predicts`).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from analytics.targeting.statistics.density import kernel_density
from analytics.targeting.statistics.shrinkage import expected_level, neighbour_prior
from analytics.targeting.statistics.significance import gi_star

COUNT, HARM, LAST_YEAR, RECENT = "Count", "Harm", "Last year's count", "Recent weighted"
BAYES, DENSITY, GI_STAR = "Empirical Bayes", "Kernel density", "Gi*"
METHODS = (COUNT, HARM, LAST_YEAR, RECENT, BAYES, DENSITY, GI_STAR)
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, eq=False)
class Places:
    """Where the cells lie: centres in metres, sizes (m2, or metres of street), and neighbours with
    the cell itself."""

    xs: np.ndarray
    ys: np.ndarray
    sizes: np.ndarray
    neighbours: csr_matrix


@dataclass(frozen=True, eq=False)
class Field:
    """One method's value per cell; `predicts` when they stand for numbers of crimes."""

    values: np.ndarray
    predicts: bool = True


def method_fields(
    months: np.ndarray,
    harm: np.ndarray | None,
    places: Places,
    *,
    half_life_months: float,
    bandwidth_m: float,
) -> dict[str, Field]:
    """Return the field of every method that can be had; `months`: cells x months, oldest first.

    `harm`: days per cell over the same months, None when not measurable. Empirical Bayes is left
    out where no prior can be fitted (no spread beyond chance).
    """
    count = months.sum(axis=1).astype(float)
    found = {COUNT: Field(count)}
    if harm is not None:
        found[HARM] = Field(harm, predicts=False)
    found[LAST_YEAR] = Field(months[:, -MONTHS_PER_YEAR:].sum(axis=1).astype(float))
    age = np.arange(months.shape[1])[::-1]
    found[RECENT] = Field(months @ 0.5 ** (age / half_life_months))
    years = months.shape[1] / MONTHS_PER_YEAR
    try:
        prior = neighbour_prior(count, years, places.neighbours)
        found[BAYES] = Field(expected_level(count, years, prior))
    except ValueError:
        pass  # cells that differ by chance alone give no prior, and the caller says so
    held = np.flatnonzero(count)
    density = kernel_density(
        places.xs[held], places.ys[held], places.xs, places.ys, bandwidth_m, count[held]
    )
    found[DENSITY] = Field(density * places.sizes)
    found[GI_STAR] = Field(gi_star(count, places.neighbours), predicts=False)
    return found
