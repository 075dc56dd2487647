"""The same places ranked by count and by harm: how far the two lists agree."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, rankdata, spearmanr

from analytics.targeting.result import HotspotResult
from analytics.targeting.selection import rank_cells, require_harm


@dataclass(frozen=True, eq=False)
class RankComparison:
    """Ranks by count and by harm over all cells with a crime (1 = highest, equal values share).

    `cells`: those among the first `number` of either ranking, with key, name ("" where it is not
    on the list), count, harm (days), count_rank, harm_rank, worst_event_share (of the harm) and
    on ("both", "count", "harm"). `spearman` and Kendall's tau-b over all cells with a crime; None
    with fewer than three. `shared`: cells on both lists.
    """

    cells: pd.DataFrame
    number: int
    shared: int
    ranked: int
    spearman: float | None
    kendall: float | None


def compare_count_and_harm(result: HotspotResult) -> RankComparison:
    """Rank the cells by count and by harm; NotMeasurable where harm cannot rank."""
    counts = result.counts
    harm = require_harm(counts, result.settings)
    number = len(np.unique(result.positions))
    return counts.details.get(
        ("count-harm", number, result.run_id), lambda: _compare(result, harm, number)
    )


def _compare(result: HotspotResult, harm: np.ndarray, number: int) -> RankComparison:
    counts = result.counts
    held = np.flatnonzero(counts.count > 0)
    by_count = rank_cells(counts, counts.count.astype(float), 1)[:number]
    by_harm = rank_cells(counts, harm, 1)[:number]
    either = np.union1d(by_count, by_harm)
    at = np.searchsorted(held, either)
    count_rank = rankdata(-counts.count[held], method="min")[at]
    harm_rank = rankdata(-harm[held], method="min")[at]
    on_count, on_harm = np.isin(either, by_count), np.isin(either, by_harm)
    names = dict(_names(result))
    keys = counts.keys_at(either)
    worst = np.divide(
        counts.worst_harm[either], harm[either], out=np.full(len(either), np.nan),
        where=harm[either] > 0,
    )  # fmt: skip
    cells = pd.DataFrame(
        {
            "key": keys,
            "name": [names.get(key, "") for key in keys],
            "count": counts.count[either],
            "harm": harm[either],
            "count_rank": count_rank.astype(int),
            "harm_rank": harm_rank.astype(int),
            "worst_event_share": worst,
            "on": np.select([on_count & on_harm, on_count], ["both", "count"], "harm"),
        }
    ).sort_values(["count_rank", "harm_rank", "key"], ignore_index=True)
    enough = len(held) > 2 and np.ptp(counts.count[held]) > 0 and np.ptp(harm[held]) > 0
    return RankComparison(
        cells=cells,
        number=number,
        shared=int((on_count & on_harm).sum()),
        ranked=len(held),
        spearman=float(spearmanr(counts.count[held], harm[held])[0]) if enough else None,
        kendall=float(kendalltau(counts.count[held], harm[held])[0]) if enough else None,
    )


def _names(result: HotspotResult):
    for cells, name in zip(result.hotspots["cells"], result.hotspots["name"], strict=True):
        for key in cells:
            yield key, name
