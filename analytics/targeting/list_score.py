"""What a list of any boundaries holds and catches: the same measures before and after an edit."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from analytics.targeting.recount import crimes_inside
from analytics.targeting.result import HotspotResult
from analytics.targeting.statistics.accuracy import hit_rate, prediction_accuracy_index
from analytics.workspace import Workspace


@dataclass(frozen=True)
class ListScore:
    """Measures of one list; `hit_rate` and `pai` are None without a test period, and for a list of
    day and night together, whose places are judged by different hours.

    Ground and crimes in two places count once. The prediction efficiency index is left out: it
    needs places of equal size.
    """

    places: int
    area_km2: float
    share_of_area: float | None
    count: int
    share_of_count: float
    hit_rate: float | None
    pai: float | None
    patrol_hours_per_week: float


def score_list(
    workspace: Workspace, result: HotspotResult, layer: gpd.GeoDataFrame | None
) -> ListScore:
    """Score a list of places (None: the list as computed) on the drawn boundaries."""
    counts, settings = result.counts, result.settings
    places = len(result.hotspots) if layer is None else len(layer)
    hours = places * settings.visits_per_day * 7 * settings.visit_min / 60
    if layer is None or not layer["is_drawn"].astype(bool).any():
        held = result.hotspots if layer is None else layer
        count = int(held["count"].sum())
        hits = int(held["test_count"].sum()) if counts.scope.test else 0
        area_m2 = float(held["area_m2"].sum())
    else:
        count, hits = _totals(workspace, result, layer)
        area_m2 = shapely.union_all(layer.geometry.to_numpy()).area
    area_share = area_m2 / counts.ground_m2 if counts.ground_m2 > 0 else None
    is_tested = (
        counts.scope.test is not None
        and counts.test_crimes > 0
        and area_share
        and settings.part_of_day != "both"
    )
    return ListScore(
        places=places,
        area_km2=area_m2 / 1e6,
        share_of_area=area_share,
        count=count,
        share_of_count=count / counts.crimes,
        hit_rate=hit_rate(hits, counts.test_crimes) if is_tested else None,
        pai=prediction_accuracy_index(hits, counts.test_crimes, area_share, 1.0)
        if is_tested
        else None,
        patrol_hours_per_week=hours,
    )


def _totals(
    workspace: Workspace, result: HotspotResult, layer: gpd.GeoDataFrame
) -> tuple[int, int]:
    """Return the crimes of the ranking and test period in a list, each crime once.

    Places made of whole cells have their counts added up; to these come the crimes of drawn places
    that lie in none of them.
    """
    is_drawn = layer["is_drawn"].to_numpy(dtype=bool)
    whole, drawn = layer[~is_drawn], layer[is_drawn]
    count = int(whole["count"].sum())
    hits = int(whole["test_count"].fillna(0).sum()) if result.counts.scope.test else 0
    rows = crimes_inside(workspace, result.settings, result.counts, drawn.geometry.tolist())
    rows = rows.drop_duplicates("crime")
    keys = {key for cells in whole["cells"] for key in cells}
    held = result.counts.keys_at(np.maximum(rows["cell"].to_numpy(), 0))
    is_held = np.array([key in keys for key in held], dtype=bool) & (rows["cell"] >= 0).to_numpy()
    rows = rows[~is_held]
    return count + int(rows["is_train"].sum()), hits + int(rows["is_test"].sum())
