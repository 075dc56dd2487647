"""Crimes inside drawn boundaries, tested one by one: what the arithmetic of cells cannot answer.

A crime on the edge of a boundary counts as inside it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from analytics.geography import Recent
from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.scope import crime_filter
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import Workspace

_recent = Recent(8)


def crimes_inside(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    shapes: Sequence[shapely.Geometry],
) -> pd.DataFrame:
    """Return one row per boundary and crime of the ranking or test period inside it.

    `shapes` in metres. Columns: place (position in `shapes`), crime (its number), x, y, cell
    (position of the cell that holds it, -1 for none), is_train, is_test, day,
    from_min, to_min (minutes since 1970, local clock), time_precision, harm_days, offence and
    location. Offences, flags and left-out points are those of `counts`.
    """
    if len(shapes) == 0:
        return _within_boxes(workspace, settings, counts, [shapely.box(0, 0, 0, 0)]).iloc[:0]
    key = (counts.key, tuple(shapely.to_wkb(list(shapes))))
    return _recent.get(key, lambda: _inside(workspace, settings, counts, shapes))


def totals_inside(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    shapes: Sequence[shapely.Geometry],
) -> pd.DataFrame:
    """Return count, test_count, harm and worst (days; NaN unmeasurable) inside each boundary."""
    rows = crimes_inside(workspace, settings, counts, shapes)
    train = rows[rows["is_train"]]
    places = pd.RangeIndex(len(shapes))
    found = pd.DataFrame(
        {
            "count": train.groupby("place").size().reindex(places, fill_value=0),
            "test_count": rows[rows["is_test"]]
            .groupby("place")
            .size()
            .reindex(places, fill_value=0),
        }
    )
    if counts.harm is None:
        return found.assign(harm=np.nan, worst=np.nan)
    harm = train.groupby("place")["harm_days"]
    return found.assign(
        harm=harm.sum().reindex(places, fill_value=0.0),
        worst=harm.max().fillna(0.0).reindex(places, fill_value=0.0),
    )


def _inside(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    shapes: Sequence[shapely.Geometry],
) -> pd.DataFrame:
    rows = _within_boxes(workspace, settings, counts, shapes)
    place, xs, ys = (rows[name].to_numpy() for name in ("place", "x", "y"))
    is_inside = np.zeros(len(rows), dtype=bool)
    for number, shape in enumerate(shapes):
        shapely.prepare(shape)
        near = np.flatnonzero(place == number)
        is_inside[near] = shapely.intersects_xy(shape, xs[near], ys[near])
    return rows[is_inside].reset_index(drop=True)


def _within_boxes(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    shapes: Sequence[shapely.Geometry],
) -> pd.DataFrame:
    where, values = crime_filter(settings, counts.excluded)
    train, test = counts.scope.train, counts.scope.test or counts.scope.train
    west, south, east, north = shapely.bounds(np.asarray(shapes)).T
    boxes = pd.DataFrame(
        {
            "place": np.arange(len(shapes)),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
        }
    )
    scores = counts.weights.scores.astype({"offence_code": str, "harm_days": float})
    with workspace.cursor() as cursor:
        q_sql, r_sql = counts.cell_sql(cursor)
        cursor.register("boxes", boxes)
        cursor.register("scores", scores)
        rows = cursor.execute(
            "WITH chosen AS (SELECT rowid AS crime, x, y, occurred_from::DATE AS day, "
            "epoch_ms(occurred_from) // 60000 AS from_min, epoch_ms(greatest(occurred_from, "
            "coalesce(occurred_to, occurred_from))) // 60000 AS to_min, time_precision, harm_days, "
            "coalesce(offence, offence_code) AS offence, location, "
            f"{q_sql} AS q, {r_sql} AS r FROM crimes "
            f"LEFT JOIN scores USING (offence_code) WHERE {where} "
            "AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1) "
            "SELECT place, chosen.*, day BETWEEN ? AND ? AS is_train, "
            "(day BETWEEN ? AND ?) AND ? AS is_test FROM chosen "
            "JOIN boxes ON x BETWEEN west AND east AND y BETWEEN south AND north "
            "ORDER BY place, day, crime",
            [
                *values,
                min(train.first, test.first),
                max(train.last, test.last),
                train.first,
                train.last,
                test.first,
                test.last,
                counts.scope.test is not None,
            ],
        ).df()
    rows["cell"] = counts.positions(rows["q"].to_numpy(), rows["r"].to_numpy())
    return rows.drop(columns=["q", "r"])
