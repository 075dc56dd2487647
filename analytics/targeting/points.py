"""The single crimes behind the counts, for methods that work on points instead of cells."""

import pandas as pd

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.scope import crime_filter
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import Workspace


def crime_points(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts
) -> pd.DataFrame:
    """Return the crimes of the ranking period that lie in a cell of the study area.

    Columns x, y (m), occurred_from, time_precision, harm_days (NaN without a weight) and cell (its
    position in `counts`); in order of time and place, never of loading. One scan, then kept.
    """
    return counts.details.get("points", lambda: _read(workspace, settings, counts))


def _read(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> pd.DataFrame:
    where, values = crime_filter(settings, counts.excluded)
    train = counts.scope.train
    scores = counts.weights.scores.astype({"offence_code": str, "harm_days": float})
    with workspace.cursor() as cursor:
        q_sql, r_sql = counts.cell_sql(cursor)
        cursor.register("scores", scores)
        frame = cursor.execute(
            f"SELECT x, y, occurred_from, time_precision, harm_days, {q_sql} AS q, {r_sql} AS r "
            f"FROM crimes LEFT JOIN scores USING (offence_code) WHERE {where} "
            "AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1 "
            "ORDER BY occurred_from, x, y, harm_days, time_precision",
            [*values, train.first, train.last],
        ).df()
    cell = counts.positions(frame["q"].to_numpy(), frame["r"].to_numpy())
    return frame.drop(columns=["q", "r"]).assign(cell=cell)[cell >= 0].reset_index(drop=True)
