"""How a list did on the test period: hit rate, PAI, PEI, RRI, and the range that ties allow."""

import numpy as np

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.statistics.accuracy import (
    Accuracy,
    hit_rate,
    prediction_accuracy_index,
    prediction_efficiency_index,
    recapture_rate_index,
    tie_range,
)


def score_list(
    counts: CellCounts, values: np.ndarray, chosen: np.ndarray, is_unmerged: bool
) -> tuple[Accuracy | None, tuple[float, float] | None]:
    """Score the chosen cells on the test period; also the range that ties at the end allow."""
    if counts.scope.test is None or counts.test_crimes == 0:
        return None, None
    score = score_parts([(counts, chosen, 1.0)])
    ties = tie_range(values, counts.test, len(chosen)) if is_unmerged else None
    events = counts.test_crimes
    return score, ties and (ties[0] / events, ties[1] / events)


def score_parts(parts: list[tuple[CellCounts, np.ndarray, float]]) -> Accuracy | None:
    """Score a list made of parts of the day: (counts of the part, chosen cells, share of the day).

    Hits, events and the lists compared with are summed over the parts; the area share counts each
    place for its share of the day. None without crimes in the test period.
    """
    scope = parts[0][0].scope
    events = sum(counts.test_crimes for counts, _, _ in parts)
    if scope.test is None or events == 0:
        return None
    hits = sum(int(counts.test[chosen].sum()) for counts, chosen, _ in parts)
    best = sum(int(np.sort(counts.test)[::-1][: len(chosen)].sum()) for counts, chosen, _ in parts)
    last_year = [_last_year_hits(counts, len(chosen)) for counts, chosen, _ in parts]
    crimes = sum(counts.crimes for counts, _, _ in parts)
    held = sum(int(counts.count[chosen].sum()) for counts, chosen, _ in parts)
    area = sum(share * counts.share_of_area(chosen) for counts, chosen, share in parts)
    whole = sum(share for _, _, share in parts)
    known = [value for value in last_year if value is not None]
    return Accuracy(
        train_from=scope.train.first,
        train_to=scope.train.last,
        test_from=scope.test.first,
        test_to=scope.test.last,
        test_crimes=events,
        hits=hits,
        hit_rate=hit_rate(hits, events),
        best_hit_rate=hit_rate(best, events),
        last_year_hit_rate=hit_rate(sum(known), events) if known else None,
        pai=prediction_accuracy_index(hits, events, area, whole),
        pei=prediction_efficiency_index(hits, best),
        rri=recapture_rate_index(held / crimes * events, hits) if hits else None,
    )


def _last_year_hits(counts: CellCounts, number: int) -> int | None:
    if not counts.last_year.any():
        return None
    ranking = np.argsort(-counts.last_year, kind="stable")[:number]
    ranking = ranking[counts.last_year[ranking] > 0]
    return int(counts.test[ranking].sum())
