"""What is known of the cells at the head of a ranking: names, heaps and patterns over time.

Looked up once for a generous head of the ranking, so that a moving slider asks for nothing new.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.geography import nearest_street_names
from analytics.targeting import heaping
from analytics.targeting.cells import CellCounts, counts_by_period
from analytics.targeting.scope import Period, crime_filter
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics import persistence
from analytics.workspace import Workspace

HEAD = 500


@dataclass(frozen=True, eq=False)
class HeadDetails:
    """`names`: cell position to name; `spots`: coordinates of the head's cells with records."""

    names: dict[int, str]
    spots: pd.DataFrame
    is_snapped: bool


def head_details(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, ranked: np.ndarray
) -> HeadDetails:
    """Return names and record spots of the head of a ranking (`ranked`: positions, best first)."""
    size = HEAD
    while size < len(ranked) and size < 2 * settings.select:
        size *= 2
    head = np.sort(ranked[:size])
    key = ("head", head.tobytes(), workspace.fingerprint("streets"))
    return counts.details.get(key, lambda: _look_up(workspace, settings, counts, head))


def patterns(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts
) -> np.ndarray | None:
    """Return the pattern over the months of every cell, None with fewer than ten whole months.

    Cells with fewer than three crimes a month are None: too few to tell.
    """
    key = ("patterns", settings.significance_level)
    return counts.details.get(key, lambda: _patterns(workspace, settings, counts))


def _look_up(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, head: np.ndarray
) -> HeadDetails:
    spots = _spots(workspace, settings, counts, head)
    xs, ys = counts.grid.centres(counts.q[head], counts.r[head])
    names = nearest_street_names(workspace, xs, ys)
    commonest = _commonest_location(spots)
    return HeadDetails(
        names={
            int(cell): name or commonest.get(int(cell)) or f"{x:,.0f} E {y:,.0f} N"
            for cell, name, x, y in zip(head, names, xs, ys, strict=True)
        },
        spots=spots,
        is_snapped=_is_snapped(workspace, settings, counts),
    )


def _spots(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, head: np.ndarray
) -> pd.DataFrame:
    """Return place (cell position), x, y, location and records of the head's coordinates."""
    where, values = crime_filter(settings, counts.excluded)
    q_sql, r_sql = counts.grid.cell_numbers_sql("x", "y")
    wanted = pd.DataFrame({"q": counts.q[head], "r": counts.r[head], "place": head})
    train = counts.scope.train
    with workspace.cursor() as cursor:
        cursor.register("wanted_cells", wanted)
        return cursor.execute(
            f"WITH placed AS (SELECT {q_sql} AS q, {r_sql} AS r, x, y, location FROM crimes "
            f"WHERE {where} AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1) "
            "SELECT place, x, y, mode(location) AS location, count(*) AS records "
            "FROM placed JOIN wanted_cells USING (q, r) GROUP BY place, x, y "
            "ORDER BY place, records DESC, x, y",
            [*values, train.first, train.last],
        ).df()


def _commonest_location(spots: pd.DataFrame) -> dict[int, str]:
    named = spots.assign(location=heaping.plain_location(spots["location"]))
    named = named[named["location"] != ""]
    totals = named.groupby(["place", "location"], as_index=False)["records"].sum()
    best = totals.sort_values(["place", "records", "location"], ascending=[True, False, True])
    best = best.drop_duplicates("place")
    return dict(zip(best["place"].astype(int), best["location"], strict=True))


def _is_snapped(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> bool:
    where, values = crime_filter(settings, counts.excluded)
    crimes, spots = workspace.rows(
        f"SELECT sum(n), count(*) FROM (SELECT count(*) AS n FROM crimes WHERE {where} GROUP BY x, y)",
        values,
    )[0]
    return bool(spots) and crimes / spots > heaping.SNAPPED_RATIO


def _patterns(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts
) -> np.ndarray | None:
    months = _whole_months(counts.scope.train)
    if len(months) < persistence.FEWEST_PERIODS:
        return None
    table = _month_counts(workspace, settings, counts, months)
    held = table.sum(axis=0) > 0
    # A month without a single crime anywhere is a gap in the extract, not a quiet month.
    if held.sum() < persistence.FEWEST_PERIODS:
        return None
    hot = persistence.hot_periods(
        table[:, held], counts.neighbour_matrix(), settings.significance_level
    )
    found = persistence.classify(hot).astype(object)
    found[table.sum(axis=1) < persistence.FEWEST_PER_PERIOD * held.sum()] = None
    return found


def _whole_months(period: Period) -> list[str]:
    months = pd.period_range(str(period.first), str(period.last), freq="M")
    first, last = pd.Timestamp(period.first), pd.Timestamp(period.last)
    return [
        str(month)
        for month in months
        if month.start_time >= first and month.end_time.normalize() <= last
    ]


def _month_counts(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, months: list[str]
) -> np.ndarray:
    starts = [pd.Period(month).start_time.date() for month in months]
    end = (pd.Period(months[-1]) + 1).start_time.date()
    return counts_by_period(workspace, settings, counts, starts, end)
