"""Which places are listed: one ranking, or those of the day and of the night made one list."""

from dataclasses import dataclass

import numpy as np

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.cells import count_cells
from analytics.targeting.hours import share_of_day
from analytics.targeting.scoring import score_list, score_parts
from analytics.targeting.selection import cut_off, group_cells, rank_cells, ranking_values
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.accuracy import Accuracy
from analytics.targeting.tuning import is_persistent
from analytics.workspace import InputError, Workspace


@dataclass(frozen=True, eq=False)
class Picked:
    """The listed places (`groups` of positions, best first) and the `hours` of each.

    `ranked` are all cells that may be listed, the listed ones first. `ties` is the range of the
    hit rate that breaking ties at the end could give.
    """

    groups: list[list[int]]
    hours: list[str]
    ranked: np.ndarray
    score: Accuracy | None
    ties: tuple[float, float] | None

    @property
    def chosen(self) -> np.ndarray:
        """The cells of all listed places, in order of the places."""
        return np.array([cell for group in self.groups for cell in group], dtype=np.int64)


def pick(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> Picked:
    """Rank the cells and cut the list off as the settings say.

    Raises InputError when no cell qualifies, NotMeasurable when harm, hours or persistence are
    asked for and cannot be known.
    """
    if settings.part_of_day == "both":
        return _day_and_night(workspace, settings, counts)
    values = ranking_values(counts, settings)
    ranked = eligible(workspace, settings, counts, values)
    groups = group_cells(counts, ranked, settings)
    chosen = np.array([cell for group in groups for cell in group], dtype=np.int64)
    score, ties = score_list(
        counts, values, chosen, len(groups) == len(chosen) and not settings.persistent_years
    )
    if settings.merge_touching:
        ranked = np.concatenate([chosen, ranked[~np.isin(ranked, chosen)]])
    return Picked(groups, [settings.part_of_day] * len(groups), ranked, score, ties)


def eligible(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, values: np.ndarray
) -> np.ndarray:
    """Return the positions that may be listed, best first: enough crimes, enough years."""
    ranked = rank_cells(counts, values, settings.minimum_count)
    if len(ranked) == 0:
        raise InputError(
            f"No cell has {settings.minimum_count} crimes in the period. Lower 'minimum_count'."
        )
    if not settings.persistent_years:
        return ranked
    number = cut_off(counts, ranked, settings)
    kept = ranked[is_persistent(workspace, settings, counts, number)[ranked]]
    if len(kept) == 0:
        raise InputError(
            f"No place was among the top {number:,} in at least {settings.persistent_years} of the "
            f"last {settings.persistence_window_years} years. Ask for fewer years or more places."
        )
    return kept


def _day_and_night(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> Picked:
    """Join the list of the day and that of the night; a place takes its better rank."""
    best = np.full(len(counts.count), np.iinfo(np.int64).max)
    listed: dict[str, np.ndarray] = {}
    parts = []
    for part in ("day", "night"):
        own = settings.model_copy(update={"part_of_day": part})
        held = count_cells(workspace, own, counts.excluded)
        ranked = eligible(workspace, own, held, ranking_values(held, own))
        best[ranked] = np.minimum(best[ranked], np.arange(len(ranked)))
        listed[part] = ranked[: cut_off(held, ranked, own)]
        parts.append((held, listed[part], share_of_day(settings, part)))
    chosen = np.union1d(listed["day"], listed["night"])
    chosen = chosen[np.lexsort((-counts.count[chosen], best[chosen]))]
    others = np.setdiff1d(np.flatnonzero(best < np.iinfo(np.int64).max), chosen)
    others = others[np.lexsort((-counts.count[others], best[others]))]
    at_day, at_night = np.isin(chosen, listed["day"]), np.isin(chosen, listed["night"])
    hours = np.where(at_day & at_night, "all", np.where(at_day, "day", "night"))
    return Picked(
        [[cell] for cell in chosen.tolist()],
        hours.tolist(),
        np.concatenate([chosen, others]),
        score_parts(parts),
        None,
    )
