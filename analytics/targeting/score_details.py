"""Further measures of a list's score, for readers who compare with the literature."""

from dataclasses import dataclass

import numpy as np

from analytics.targeting.result import HotspotResult
from analytics.targeting.statistics.accuracy import (
    f1_score,
    precision,
    search_efficiency_rate,
)
from analytics.workspace import NotMeasurable


@dataclass(frozen=True)
class ScoreDetails:
    """`per_km2`: crimes of the test period per km2 of the list's places (search efficiency rate).

    Over cells: `with_crime` of the list's `cells` had a crime of the test period; `precision` is
    their share, `recall` their share of all cells that had one, `f1` the harmonic mean of both.
    """

    per_km2: float
    cells: int
    with_crime: int
    precision: float
    recall: float
    f1: float


def score_details(result: HotspotResult) -> ScoreDetails:
    """Return the further measures; NotMeasurable without crimes in a test period."""
    counts, chosen = result.counts, np.unique(result.positions)
    if result.accuracy is None:
        raise NotMeasurable("Without a test period nothing can be said of later crime.")
    had_crime = int(np.count_nonzero(counts.test))
    hit = int(np.count_nonzero(counts.test[chosen]))
    return ScoreDetails(
        per_km2=search_efficiency_rate(result.accuracy.hits, result.area_km2),
        cells=len(chosen),
        with_crime=hit,
        precision=precision(hit, len(chosen) - hit),
        recall=hit / had_crime,
        f1=f1_score(hit, len(chosen) - hit, had_crime - hit),
    )
