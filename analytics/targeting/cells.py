"""From crimes to counts per place: one scan in SQL per choice of crimes and places, then numpy.

A place is called a cell here, whether it is one of a grid, a street segment or a polygon.

Moving a slider changes which cells are chosen, not the counts, so that counts are kept for the
choices used last, named by the fingerprint of the data.
"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from analytics.geography import Recent
from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.harm import HarmWeights, harm_weights
from analytics.targeting.leftovers import check_times, leftovers
from analytics.targeting.places import GRIDS, Places, build_places
from analytics.targeting.scope import Scope, check_offences, crime_filter, resolve_scope
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import InputError, Workspace

FEEDS = ("crimes", "boundary", "harm", "points", "streets", "places")

# Whether the places are a grid: what the counts then depend on.
_COUNTED_FEEDS = {
    True: ("crimes", "boundary", "harm"),
    False: ("crimes", "boundary", "harm", "streets", "places"),
}

_recent = Recent(8)

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
    "places_kind",
    "snap_limit_m",
    "longest_street_m",
    "street_width_m",
    "area_tolerance",
    "rank_per_hectare",
    "part_of_day",
    "night_from_hour",
    "night_to_hour",
)


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
        workspace.fingerprint(*_COUNTED_FEEDS[settings.cell_shape in GRIDS]),
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
    return _by_period(workspace, settings, counts, starts, end)[0]


def harm_by_period(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    starts: list[date],
    end: date,
) -> tuple[np.ndarray, np.ndarray]:
    """Return crimes and harm in days per cell and period, as `counts_by_period`; one scan."""
    return _by_period(workspace, settings, counts, starts, end)


def spots_by_period(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    starts: list[date],
    end: date,
) -> pd.DataFrame:
    """Return the coordinates at which chosen crimes lie, by period: x, y (m), cell, period, n.

    Periods and choice as in `counts_by_period`; crimes outside every cell are left out.
    """
    with workspace.cursor() as cursor:
        q_sql, r_sql = counts.cell_sql(cursor)
        frame = _group_by_period(
            cursor,
            settings,
            counts,
            (starts, end),
            f"{q_sql} AS q, {r_sql} AS r, x, y",
            "q, r, x, y, period, sum(n) AS n",
        )
    frame["cell"] = counts.positions(frame["q"].to_numpy(), frame["r"].to_numpy())
    frame = frame[frame["cell"] >= 0].drop(columns=["q", "r"])
    return frame.astype({"n": np.int64}).sort_values(["x", "y", "period"], ignore_index=True)


def _by_period(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    starts: list[date],
    end: date,
) -> tuple[np.ndarray, np.ndarray]:
    with workspace.cursor() as cursor:
        q_sql, r_sql = counts.cell_sql(cursor)
        frame = _group_by_period(
            cursor,
            settings,
            counts,
            (starts, end),
            f"{q_sql} AS q, {r_sql} AS r",
            "q, r, period, sum(n) AS count, coalesce(sum(harm), 0) AS harm",
        )
    rows = counts.positions(frame["q"].to_numpy(), frame["r"].to_numpy())
    inside = rows >= 0
    at = rows[inside], frame["period"].to_numpy()[inside]
    table = np.zeros((len(counts.q), len(starts)), dtype=np.int32)
    table[at] = frame["count"].to_numpy()[inside]
    harm = np.zeros((len(counts.q), len(starts)))
    harm[at] = frame["harm"].to_numpy()[inside]
    return table, harm


def _count(
    workspace: Workspace,
    settings: TargetingSettings,
    excluded: tuple[tuple[float, float], ...],
    key: tuple,
) -> CellCounts:
    check_offences(workspace, settings)
    check_times(workspace, settings)
    scope = resolve_scope(workspace, settings)
    places = build_places(workspace, settings)
    weights = harm_weights(workspace, settings.harm_table)
    counts = _empty(places, scope, weights, excluded, key)
    found = _scan(workspace, settings, counts)
    _fill(counts, found)
    if counts.crimes == 0:
        raise InputError(
            f"No crime of the chosen offences lies in the study area from {scope.train}. "
            "Choose other offences or dates, or load a boundary that holds the crimes."
        )
    counts.notes = (*places.notes, *leftovers(workspace, settings, counts))
    return counts


def _empty(
    places: Places,
    scope: Scope,
    weights: HarmWeights,
    excluded: tuple[tuple[float, float], ...],
    key: tuple,
) -> CellCounts:
    number = len(places.q)
    return CellCounts(
        key=key,
        grid=places.grid,
        area=places.area,
        scope=scope,
        weights=weights,
        q=places.q,
        r=places.r,
        count=np.zeros(number, dtype=np.int64),
        test=np.zeros(number, dtype=np.int64),
        last_year=np.zeros(number, dtype=np.int64),
        harm=np.zeros(number) if weights.is_measurable else None,
        worst_harm=np.zeros(number) if weights.is_measurable else None,
        unscored=0,
        outside=0,
        outside_test=0,
        excluded=excluded,
        spots=places.spots,
    )


def _scan(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> pd.DataFrame:
    where, values = crime_filter(settings, counts.excluded)
    scope = counts.scope
    test = scope.test or scope.train
    windows = [scope.train, test, scope.last_year]
    first, last = min(w.first for w in windows), max(w.last for w in windows)
    days = [d for w in (*windows, scope.train, scope.train, scope.train) for d in (w.first, w.last)]
    scores = counts.weights.scores.astype({"offence_code": str, "harm_days": float})
    within = "WHERE day BETWEEN ? AND ?"
    with workspace.cursor() as cursor:
        q_sql, r_sql = counts.cell_sql(cursor)
        cursor.register("scores", scores)
        # The parameters stand in the order of the text: the filter, then the columns.
        return cursor.execute(
            f"WITH chosen AS (SELECT {q_sql} AS q, {r_sql} AS r, occurred_from::DATE AS day, "
            f"harm_days FROM crimes LEFT JOIN scores USING (offence_code) WHERE {where} "
            "AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1) "
            f"SELECT q, r, count(*) FILTER ({within}) AS count, "
            f"count(*) FILTER ({within}) AS test, count(*) FILTER ({within}) AS last_year, "
            f"sum(harm_days) FILTER ({within}) AS harm, max(harm_days) FILTER ({within}) AS worst, "
            f"count(*) FILTER ({within} AND harm_days IS NULL) AS unscored "
            "FROM chosen GROUP BY q, r",
            [*values, first, last, *days],
        ).df()


def _fill(counts: CellCounts, found: pd.DataFrame) -> None:
    """Write what was found into the arrays; what lies in no cell is counted outside."""
    at = counts.positions(found["q"].to_numpy(), found["r"].to_numpy())
    is_inside = at >= 0
    inside, outside = found[is_inside], found[~is_inside]
    at = at[is_inside]
    counts.count[at] = inside["count"]
    counts.last_year[at] = inside["last_year"]
    if counts.scope.test:
        counts.test[at] = inside["test"]
        counts.outside_test = int(outside["test"].sum())
    if counts.harm is not None:
        counts.harm[at] = inside["harm"].fillna(0)
        counts.worst_harm[at] = inside["worst"].fillna(0)
    counts.unscored = int(inside["unscored"].sum())
    counts.outside = int(outside["count"].sum())


def _group_by_period(
    cursor: duckdb.DuckDBPyConnection,
    settings: TargetingSettings,
    counts: CellCounts,
    periods: tuple[list[date], date],
    kept: str,
    wanted: str,
) -> pd.DataFrame:
    """Group the chosen crimes by `kept` and period in one scan; `wanted` is what is selected."""
    starts, end = periods
    where, values = crime_filter(settings, counts.excluded)
    edges = pd.DataFrame(
        {"first": [*starts], "last": [*starts[1:], end], "period": np.arange(len(starts))}
    )
    cursor.register("periods", edges.astype({"first": "datetime64[s]", "last": "datetime64[s]"}))
    cursor.register(
        "scores", counts.weights.scores.astype({"offence_code": str, "harm_days": float})
    )
    return cursor.execute(
        f"SELECT {wanted} FROM (SELECT {kept}, date_trunc('day', occurred_from) AS day, "
        "count(*) AS n, sum(harm_days) AS harm FROM crimes LEFT JOIN scores "
        f"USING (offence_code) WHERE {where} "
        "AND occurred_from >= ? AND occurred_from < ? GROUP BY ALL) "
        "JOIN periods ON day >= first AND day < last GROUP BY ALL",
        [*values, starts[0], end],
    ).df()
