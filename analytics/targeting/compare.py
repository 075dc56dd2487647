"""How a list compares: with other lengths, last year's ranking, the best possible, and chance."""

import numpy as np
import pandas as pd

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.result import HotspotResult
from analytics.targeting.selection import rank_cells, ranking_values
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.significance import Significance, gi_star_test
from analytics.workspace import NotMeasurable

CURVE_PLACES = 300


def score_curve(result: HotspotResult, most: int = CURVE_PLACES) -> pd.DataFrame:
    """Return shares of the test period's crime caught by lists of 1, 2, 3 ... cells.

    Columns places, this_list, last_year, best, chance. Raises NotMeasurable without a test.
    """
    counts = result.counts
    if result.accuracy is None:
        raise NotMeasurable("Without a test period nothing can be said of later crime.")
    ranked = rank_cells(counts, ranking_values(counts, result.settings), 1)
    length = min(max(most, int(1.5 * len(result.positions))), len(ranked))

    def caught(order: np.ndarray) -> np.ndarray:
        held = np.cumsum(counts.test[order[:length]]) / counts.test_crimes
        return np.pad(held, (0, length - len(held)), mode="edge")

    last_year = np.argsort(-counts.last_year, kind="stable")
    places = np.arange(1, length + 1)
    return pd.DataFrame(
        {
            "places": places,
            "this_list": caught(ranked),
            "last_year": caught(last_year),
            "best": caught(np.argsort(-counts.test, kind="stable")),
            "chance": places * counts.sizes.mean() / counts.whole_size,
        }
    )


def gi_star_of(counts: CellCounts, settings: TargetingSettings) -> Significance:
    """Return Gi* of the values that the list ranks by, for every cell of the study area."""
    return counts.details.get(
        ("gi", settings.rank_by, settings.rank_per_hectare),
        lambda: gi_star_test(ranking_values(counts, settings), counts.neighbour_matrix()),
    )


def significant_places(result: HotspotResult) -> pd.DataFrame:
    """Return Gi* of each listed place's best cell: hotspot_id, rank, z, p, p_adjusted, is_hot.

    p_adjusted is after Benjamini-Hochberg over all cells of the study area.
    """
    counts, settings = result.counts, result.settings
    found = gi_star_of(counts, settings)
    sizes = result.hotspots["cells"].map(len).to_numpy()
    best = result.positions[np.cumsum(sizes) - sizes]
    return pd.DataFrame(
        {
            "hotspot_id": result.hotspots["hotspot_id"].to_numpy(),
            "rank": result.hotspots["rank"].to_numpy(),
            "z": found.z[best],
            "p": found.p[best],
            "p_adjusted": found.p_adjusted[best],
            "is_hot": found.hot(settings.significance_level)[best],
        }
    )
