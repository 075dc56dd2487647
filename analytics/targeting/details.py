"""What is known of the cells at the head of a ranking: names, heaps and patterns over time.

Looked up once for a generous head of the ranking, so that a moving slider asks for nothing new.
"""

from dataclasses import dataclass
from threading import Lock

import numpy as np
import pandas as pd

from analytics.geography import nearest_street_names
from analytics.targeting import heaping
from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.cells import counts_by_period
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


class _Known:
    """What has been looked up so far of one choice of crimes and places."""

    def __init__(self):
        self.lock = Lock()
        self.details: HeadDetails | None = None


def head_details(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    ranked: np.ndarray,
    needed: int,
) -> HeadDetails:
    """Return names and record spots of the head of a ranking (`ranked`: positions, best first).

    The first `needed` are sure to be held; what is not yet is looked up with a generous head.
    """
    known = counts.details.get(("head", workspace.fingerprint("streets")), _Known)
    with known.lock:
        held = known.details.names if known.details else {}
        if known.details is None or any(cell not in held for cell in ranked[:needed].tolist()):
            head = np.sort(ranked[: max(HEAD, 2 * needed)])
            missing = np.array([cell for cell in head.tolist() if cell not in held], dtype=np.int64)
            known.details = _look_up(workspace, settings, counts, missing, known.details)
        return known.details


def patterns(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts
) -> np.ndarray | None:
    """Return the pattern over the months of every cell, None with fewer than ten whole months.

    Cells with fewer than three crimes a month are None: too few to tell.
    """
    key = ("patterns", settings.significance_level)
    return counts.details.get(key, lambda: _patterns(workspace, settings, counts))


def _look_up(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    head: np.ndarray,
    held: HeadDetails | None,
) -> HeadDetails:
    spots = _spots(workspace, settings, counts, head)
    found = _names(workspace, counts, head, _commonest_location(spots))
    if held is None:
        return HeadDetails(found, spots, _is_snapped(workspace, settings, counts))
    return HeadDetails(
        held.names | found, pd.concat([held.spots, spots], ignore_index=True), held.is_snapped
    )


def _names(
    workspace: Workspace, counts: CellCounts, head: np.ndarray, commonest: dict[int, str]
) -> dict[int, str]:
    """Name cells by their own name, else the nearest street, the location text or coordinates."""
    xs, ys = counts.grid.centres(counts.q[head], counts.r[head])
    own = [""] * len(head) if counts.is_grid else counts.grid.names[counts.q[head]]
    nearest = nearest_street_names(workspace, xs, ys)
    return {
        int(cell): name or street or commonest.get(int(cell)) or f"{x:,.0f} E {y:,.0f} N"
        for cell, name, street, x, y in zip(head, own, nearest, xs, ys, strict=True)
    }


def _spots(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, head: np.ndarray
) -> pd.DataFrame:
    """Return place (cell position), x, y, location and records of the head's coordinates."""
    where, values = crime_filter(settings, counts.excluded)
    wanted = pd.DataFrame({"q": counts.q[head], "r": counts.r[head], "place": head})
    train = counts.scope.train
    with workspace.cursor() as cursor:
        q_sql, r_sql = counts.cell_sql(cursor)
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
