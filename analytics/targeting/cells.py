"""From crimes to counts per cell: one scan in SQL per choice of crimes and grid, then numpy.

Moving a slider changes which cells are chosen, not the counts, so that counts are kept for the
choices used last, named by the fingerprint of the data.
"""

import math
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from analytics.geography import Grid, Recent, StudyArea, study_area, unproject
from analytics.targeting.harm import HarmWeights, harm_weights
from analytics.targeting.scope import Scope, check_offences, crime_filter, resolve_scope
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import InputError, Workspace

FEEDS = ("crimes", "boundary", "harm", "points", "streets")

_recent = Recent(8)
_recent_cells = Recent(8)

# What counting depends on; everything else in the settings only chooses among the cells.
_COUNTING = (
    "cell_shape",
    "cell_width_m",
    "study_area",
    "grid_origin",
    "offences",
    "from_date",
    "to_date",
    "test_from",
    "test_to",
    "is_domestic_excluded",
    "is_public_place_only",
    "is_proactive_excluded",
    "harm_table",
)


@dataclass(eq=False)
class CellCounts:
    """Counts per cell of the study area; all arrays run over the same cells (row, then column).

    `count` is of the ranking period, `test` of the test period (zeros without one), `last_year` of
    the year before the ranking's end. `harm` is None when not measurable. `outside` and
    `outside_test` count crimes in no cell that touches the study area. `details` holds what is
    added later and looked up by name.
    """

    key: tuple
    grid: Grid
    area: StudyArea
    scope: Scope
    weights: HarmWeights
    q: np.ndarray
    r: np.ndarray
    count: np.ndarray
    test: np.ndarray
    last_year: np.ndarray
    harm: np.ndarray | None
    worst_harm: np.ndarray | None
    unscored: int
    outside: int
    outside_test: int
    excluded: tuple[tuple[float, float], ...] = ()
    details: Recent = field(default_factory=lambda: Recent(8))

    @property
    def crimes(self) -> int:
        """Crimes of the ranking period inside the study area."""
        return int(self.count.sum())

    @property
    def test_crimes(self) -> int:
        """Crimes of the test period inside the study area."""
        return int(self.test.sum())

    @property
    def areas_m2(self) -> np.ndarray:
        """Area of every cell."""
        return np.full(len(self.q), self.grid.area_m2)

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the centres of all cells in metres."""
        return self.grid.centres(self.q, self.r)

    def keys_at(self, positions: np.ndarray) -> list[str]:
        """Return the names of the cells at these positions."""
        return self.grid.keys(self.q[positions], self.r[positions])

    def polygons_at(self, positions: np.ndarray) -> np.ndarray:
        """Return the outlines of the cells at these positions, in metres."""
        return self.grid.polygons(self.q[positions], self.r[positions])

    def neighbour_matrix(self) -> csr_matrix:
        """Return the cells' neighbours, themselves included, as a sparse matrix."""
        return self.details.get(
            "neighbours", lambda: self.grid.neighbour_matrix(self.q, self.r, with_self=True)
        )

    def positions(self, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Return where the given cells stand in the arrays, -1 for cells outside the area."""
        packed = _packed(self.q, self.r)
        wanted = _packed(np.asarray(q), np.asarray(r))
        at = np.minimum(np.searchsorted(packed, wanted), len(packed) - 1)
        return np.where(packed[at] == wanted, at, -1)


def count_cells(
    workspace: Workspace,
    settings: TargetingSettings,
    excluded: tuple[tuple[float, float], ...] = (),
) -> CellCounts:
    """Return the counts of the chosen crimes per cell, from the recent ones where held.

    Raises InputError when no crime is left or the grid would be too large.
    """
    chosen = settings.model_dump_json(include=set(_COUNTING))
    choices = workspace.value(
        "SELECT count(*) || '-' || coalesce(max(chosen_ms), 0) FROM harm_choices"
    )
    held = workspace.value("SELECT count(*) FROM crimes")
    key = (
        workspace.workspace_id,
        workspace.fingerprint("crimes", "boundary", "harm"),
        held,
        choices,
        excluded,
        chosen,
    )
    return _recent.get(key, lambda: _count(workspace, settings, excluded, key))


def counts_by_period(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    starts: list[date],
    end: date,
) -> np.ndarray:
    """Return the chosen crimes per cell and period: an array of cells x periods.

    Period k holds the days from `starts[k]` up to, not including, the next start, the last one up
    to, not including, `end`. The offences, flags and exclusions are those of `counts`; its dates
    are not looked at. One scan of the crimes.
    """
    where, values = crime_filter(settings, counts.excluded)
    q_sql, r_sql = counts.grid.cell_numbers_sql("x", "y")
    edges = pd.DataFrame(
        {"first": [*starts], "last": [*starts[1:], end], "period": np.arange(len(starts))}
    )
    with workspace.cursor() as cursor:
        cursor.register(
            "periods", edges.astype({"first": "datetime64[s]", "last": "datetime64[s]"})
        )
        frame = cursor.execute(
            f"SELECT q, r, period, sum(n) AS count FROM (SELECT {q_sql} AS q, {r_sql} AS r, "
            f"date_trunc('day', occurred_from) AS day, count(*) AS n FROM crimes WHERE {where} "
            "AND occurred_from >= ? AND occurred_from < ? GROUP BY ALL) "
            "JOIN periods ON day >= first AND day < last GROUP BY ALL",
            [*values, starts[0], end],
        ).df()
    rows = counts.positions(frame["q"].to_numpy(), frame["r"].to_numpy())
    inside = rows >= 0
    table = np.zeros((len(counts.q), len(starts)), dtype=np.int32)
    table[rows[inside], frame["period"].to_numpy()[inside]] = frame["count"].to_numpy()[inside]
    return table


def _count(
    workspace: Workspace,
    settings: TargetingSettings,
    excluded: tuple[tuple[float, float], ...],
    key: tuple,
) -> CellCounts:
    check_offences(workspace, settings)
    scope = resolve_scope(workspace, settings)
    # Half a cell, as the peer does whose results "hull" is there to be compared with.
    grow_m = settings.cell_width_m / 2 if settings.study_area == "hull" else 0.0
    area = study_area(workspace, settings.study_area, grow_m=grow_m)
    origin = (0.0, 0.0)
    if settings.grid_origin == "lower_left":
        # Whole centimetres, so that a cell's key names its grid exactly.
        origin = tuple(math.floor(part * 100) / 100 for part in area.polygon.bounds[:2])
    grid = Grid(settings.cell_shape, float(settings.cell_width_m), origin)
    q, r = _recent_cells.get(
        (workspace.workspace_id, grid, area.polygon.wkb), lambda: _cells(grid, area)
    )
    weights = harm_weights(workspace, settings.harm_table)
    found = _scan(workspace, settings, scope, grid, weights, excluded)
    return _arrange(found, q, r, grid, area, scope, weights, excluded, key)


def _cells(grid: Grid, area: StudyArea) -> tuple[np.ndarray, np.ndarray]:
    q, r = grid.cells_covering(area.polygon)
    order = np.lexsort((q, r))
    return q[order], r[order]


def _scan(
    workspace: Workspace,
    settings: TargetingSettings,
    scope: Scope,
    grid: Grid,
    weights: HarmWeights,
    excluded: tuple[tuple[float, float], ...],
) -> pd.DataFrame:
    where, values = crime_filter(settings, excluded)
    q_sql, r_sql = grid.cell_numbers_sql("x", "y")
    test = scope.test or scope.train
    windows = [scope.train, test, scope.last_year]
    first, last = min(w.first for w in windows), max(w.last for w in windows)
    within = "WHERE day BETWEEN ? AND ?"
    sql = (
        f"WITH chosen AS (SELECT x, y, occurred_from::DATE AS day, harm_days FROM crimes "
        f"LEFT JOIN scores USING (offence_code) WHERE {where} "
        "AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1) "
        f"SELECT {q_sql} AS q, {r_sql} AS r, count(*) FILTER ({within}) AS count, "
        f"count(*) FILTER ({within}) AS test, count(*) FILTER ({within}) AS last_year, "
        f"sum(harm_days) FILTER ({within}) AS harm, max(harm_days) FILTER ({within}) AS worst, "
        f"count(*) FILTER ({within} AND harm_days IS NULL) AS unscored "
        "FROM chosen GROUP BY q, r"
    )
    days = [d for w in (*windows, scope.train, scope.train, scope.train) for d in (w.first, w.last)]
    scores = weights.scores.astype({"offence_code": str, "harm_days": float})
    with workspace.cursor() as cursor:
        cursor.register("scores", scores)
        # The parameters stand in the order of the text: the filter, then the columns.
        return cursor.execute(sql, [*values, first, last, *days]).df()


def _arrange(
    found: pd.DataFrame,
    q: np.ndarray,
    r: np.ndarray,
    grid: Grid,
    area: StudyArea,
    scope: Scope,
    weights: HarmWeights,
    excluded: tuple[tuple[float, float], ...],
    key: tuple,
) -> CellCounts:
    packed, wanted = _packed(q, r), _packed(found["q"].to_numpy(), found["r"].to_numpy())
    at = np.minimum(np.searchsorted(packed, wanted), max(len(packed) - 1, 0))
    inside = packed[at] == wanted if len(packed) else np.zeros(len(found), dtype=bool)

    def spread(name: str, kind: type) -> np.ndarray:
        whole = np.zeros(len(q), dtype=kind)
        whole[at[inside]] = found[name].fillna(0).to_numpy()[inside]
        return whole

    outside = found[~inside]
    counts = CellCounts(
        key=key,
        grid=grid,
        area=area,
        scope=scope,
        weights=weights,
        q=q,
        r=r,
        count=spread("count", np.int64),
        test=spread("test", np.int64) if scope.test else np.zeros(len(q), dtype=np.int64),
        last_year=spread("last_year", np.int64),
        harm=spread("harm", float) if weights.is_measurable else None,
        worst_harm=spread("worst", float) if weights.is_measurable else None,
        unscored=int(found["unscored"][inside].sum()),
        outside=int(outside["count"].sum()),
        outside_test=int(outside["test"].sum()) if scope.test else 0,
        excluded=excluded,
    )
    if counts.crimes == 0:
        raise InputError(
            f"No crime of the chosen offences lies in the study area from {scope.train}. "
            "Choose other offences or dates, or load a boundary that holds the crimes."
        )
    return counts


def other_cells(counts: CellCounts, chosen: np.ndarray, crs: str, most: int) -> pd.DataFrame:
    """Return lon, lat and count of the fullest cells that are not chosen, at most `most`."""
    left = counts.count.copy()
    left[chosen] = 0
    order = np.argsort(-left, kind="stable")[: min(most, int((left > 0).sum()))]
    xs, ys = counts.grid.centres(counts.q[order], counts.r[order])
    lon, lat = unproject(xs, ys, crs)
    return pd.DataFrame({"lon": lon, "lat": lat, "count": left[order]})


def _packed(q: np.ndarray, r: np.ndarray) -> np.ndarray:
    return np.asarray(r, dtype=np.int64) * (1 << 31) + np.asarray(q, dtype=np.int64)
