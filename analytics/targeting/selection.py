"""Which cells make the list: ranked, cut off by number or share, merged where wanted.

Equal values rank by the lower r, then the lower q, so that a list does not depend on the order of
rows. A merged place takes the rank of its best cell, because ranks hold between equal cells only.
"""

import numpy as np

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import NotMeasurable


def ranking_values(counts: CellCounts, settings: TargetingSettings) -> np.ndarray:
    """Return the value per cell that the list ranks by; NotMeasurable for harm without weights.

    With `rank_per_hectare` it is divided by the cell's hectares, or by a street's length / 100 m.
    """
    if settings.rank_by == "count":
        values = counts.count.astype(float)
    else:
        values = require_harm(counts, settings)
    if not settings.rank_per_hectare:
        return values
    return values / (counts.sizes / (100.0 if counts.grid.shape == "street" else 1e4))


def require_harm(counts: CellCounts, settings: TargetingSettings) -> np.ndarray:
    """Return harm per cell in days; NotMeasurable with the reason when it cannot rank."""
    if counts.harm is None:
        raise NotMeasurable(f"{counts.weights.reason} Rank by count.")
    if counts.unscored > settings.unscored_harm_limit * counts.crimes:
        codes = ", ".join(counts.weights.ambiguous["offence_code"].unique()[:8])
        unclear = f" Codes with several weights, to be chosen: {codes}." if codes else ""
        raise NotMeasurable(
            f"Harm cannot rank: {counts.unscored:,} of {counts.crimes:,} crimes "
            f"({counts.unscored / counts.crimes:.0%}) have no weight.{unclear} Rank by count."
        )
    return counts.harm


def rank_cells(counts: CellCounts, values: np.ndarray, minimum_count: int) -> np.ndarray:
    """Return positions of the cells that may be chosen, best first."""
    able = np.flatnonzero((counts.count >= max(1, minimum_count)) & (values > 0))
    # The cells stand in order of r, then q, which a stable sort keeps among equal values.
    return able[np.lexsort((-counts.count[able], -values[able]))]


def cut_off(counts: CellCounts, ranked: np.ndarray, settings: TargetingSettings) -> int:
    """Return how many of the ranked cells the list takes, before any merging by number."""
    if settings.select_by == "number":
        return min(int(settings.select), len(ranked))
    if settings.select_by == "share_of_area":
        taken = np.cumsum(counts.sizes[ranked]) / (counts.whole_size or np.nan)
        return min(max(1, int(np.searchsorted(taken, settings.select + 1e-12))), len(ranked))
    if settings.select_by == "share_of_harm":
        values = require_harm(counts, settings)
    else:
        values = counts.count.astype(float)
    held = np.cumsum(values[ranked]) / values.sum()
    return min(int(np.searchsorted(held, settings.select - 1e-12)) + 1, len(ranked))


def group_cells(counts: CellCounts, ranked: np.ndarray, settings: TargetingSettings) -> list[list]:
    """Return the chosen cells as places, best first: lists of positions, best cell first.

    Merged by number, cells are taken from the top until the wanted number of places is reached.
    """
    taken = cut_off(counts, ranked, settings)
    if not settings.merge_touching:
        return [[cell] for cell in ranked[:taken].tolist()]
    by_number = settings.select_by == "number"
    wanted = int(settings.select) if by_number else len(ranked)
    most = len(ranked) if by_number else taken
    return _merged(counts, ranked[:most], wanted)


def _merged(counts: CellCounts, ranked: np.ndarray, wanted: int) -> list[list]:
    """Join cells that meet: cells that touch, or streets that share a junction."""
    links = counts.neighbour_matrix()
    place_of: dict[int, int] = {}
    places: dict[int, list] = {}
    for rank, position in enumerate(ranked.tolist()):
        meets = links.indices[links.indptr[position] : links.indptr[position + 1]].tolist()
        near = sorted({place_of[cell] for cell in meets if cell in place_of})
        home = near[0] if near else rank
        places.setdefault(home, []).append(position)
        place_of[position] = home
        for other in near[1:]:
            for moved in places.pop(other):
                places[home].append(moved)
                place_of[moved] = home
        if len(places) == wanted:
            break
    order = {position: rank for rank, position in enumerate(ranked.tolist())}
    return [sorted(cells, key=order.__getitem__) for _, cells in sorted(places.items())]
