"""What moves with the sliders: persistence over the years, the marginal place, the curve.

Everything rests on counts that are held already, so that a slider never reads the crimes again.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.cells import counts_by_period
from analytics.targeting.scope import Period
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import NotMeasurable, Workspace


@dataclass(frozen=True)
class Marginal:
    """The last place in and the first place left out, with their crimes of the ranking period.

    `hotspot_id`, `name`, `rank` and `count` are of the last place in; `next_name` and
    `next_count` and `next_share` (of all crimes) of the first left out, None when no other place
    qualifies.
    """

    hotspot_id: str
    name: str
    rank: int
    count: int
    next_name: str | None = None
    next_count: int | None = None
    next_share: float | None = None

    def sentence(self) -> str:
        """Return "Place 60, Mill Lane, has 14 crimes; place 61 would be Dock Street with 14."."""
        first = f"Place {self.rank:,}, {self.name}, has {_crimes(self.count)}"
        if self.next_name is None:
            return f"{first}; no further place qualifies."
        return (
            f"{first}; place {self.rank + 1:,} would be {self.next_name} with {self.next_count:,}."
        )


def _crimes(count: int) -> str:
    return "1 crime" if count == 1 else f"{count:,} crimes"


def years_back(train: Period, most: int) -> list[Period]:
    """Return the whole years that end with the ranking period, latest first, at most `most`."""
    found: list[Period] = []
    last = train.last
    while len(found) < most:
        first = (pd.Timestamp(last) + pd.Timedelta(days=1) - pd.DateOffset(years=1)).date()
        if first < train.first:
            break
        found.append(Period(first, last))
        last = first - timedelta(days=1)
    return found


def is_persistent(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, number: int
) -> np.ndarray:
    """Tell for each cell whether it was among the top `number` by count in enough years.

    Equal counts rank by the lower row and column. Raises NotMeasurable when the ranking period
    holds fewer whole years than are asked for.
    """
    window = settings.persistence_window_years
    years = years_back(counts.scope.train, window)
    if len(years) < settings.persistent_years:
        raise NotMeasurable(
            f"'At the top in at least {settings.persistent_years} years' needs as many whole years "
            f"of crimes; {counts.scope.train} holds {len(years)}. Begin the period earlier, or ask "
            "for fewer years."
        )
    ranks = counts.details.get(
        ("yearly ranks", len(years)), lambda: _yearly_ranks(workspace, settings, counts, years)
    )
    return (ranks < number).sum(axis=1) >= settings.persistent_years


def persistence_note(settings: TargetingSettings, counts: CellCounts) -> list[str]:
    """Say over which years persistence was asked for, where it was."""
    if not settings.persistent_years:
        return []
    years = years_back(counts.scope.train, settings.persistence_window_years)
    return [
        f"Only places are listed that were at the top by count in at least "
        f"{settings.persistent_years} of the {len(years)} whole years "
        f"{Period(years[-1].first, years[0].last)}."
    ]


def _yearly_ranks(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, years: list[Period]
) -> np.ndarray:
    """Return the rank by count (0 best) of every cell in every year; cells without crime last."""
    earliest_first = years[::-1]
    table = counts_by_period(
        workspace,
        settings,
        counts,
        [year.first for year in earliest_first],
        years[0].last + timedelta(days=1),
    )
    ranks = np.full(table.shape, len(table), dtype=np.int64)
    for year in range(table.shape[1]):
        order = np.argsort(-table[:, year], kind="stable")
        order = order[table[order, year] > 0]
        ranks[order, year] = np.arange(len(order))
    return ranks


def curve_table(counts: CellCounts, ranked: np.ndarray, length: int) -> pd.DataFrame:
    """Return what the 1, 2, 3 ... best cells hold: places and shares of count, harm and area."""
    head = ranked[:length]
    harm = np.full(len(head), np.nan)
    if counts.harm is not None and counts.harm.sum() > 0:
        harm = np.cumsum(counts.harm[head]) / counts.harm.sum()
    return pd.DataFrame(
        {
            "places": np.arange(1, len(head) + 1),
            "share_of_count": np.cumsum(counts.count[head]) / counts.crimes,
            "share_of_harm": harm,
            "share_of_area": np.cumsum(counts.sizes[head]) / (counts.whole_size or np.nan),
        }
    )
