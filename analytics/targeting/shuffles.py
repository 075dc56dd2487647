"""Two tests by shuffling, made on demand: near repeats (Knox) and the permutation p of Gi*."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.targeting.compare import gi_star_of
from analytics.targeting.hotspots import preview_hotspots
from analytics.targeting.method_settings import MethodSettings
from analytics.targeting.points import crime_points
from analytics.targeting.result import HotspotResult
from analytics.targeting.selection import ranking_values
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.near_repeat import NearRepeat, near_repeat
from analytics.targeting.statistics.permutation import permutation_test
from analytics.workspace import NotMeasurable, User, Workspace, make_run_id

SAME_SPOT_M = 1.0
Progress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class ShuffleTests:
    """Near repeats (or why there are none to tell) and Gi* of the listed places by permutation.

    `places`: hotspot_id, name, rank, z, p (analytical), p_folded, p_permuted, p_adjusted, of the
    place's best cell; `hot_cells` counts all cells of the study area that are hot after the
    correction, by permutation and by formula. `left_out`: crimes known to the month only.
    """

    run_id: str
    near_repeat: NearRepeat | None
    reason: str
    left_out: int
    places: pd.DataFrame
    hot_cells: tuple[int, int]
    permutations: int

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain values, as a job keeps it."""
        table = None if self.near_repeat is None else self.near_repeat.table()
        return {
            "run_id": self.run_id,
            "near_repeat": None if table is None else _records(table),
            "events": 0 if self.near_repeat is None else self.near_repeat.events,
            "reason": self.reason,
            "left_out": self.left_out,
            "places": _records(self.places),
            "hot_cells": list(self.hot_cells),
            "permutations": self.permutations,
        }


def shuffle_tests(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    methods: MethodSettings | None = None,
    progress: Progress | None = None,
) -> ShuffleTests:
    """Return near repeats among the crimes of the list's ranking period, and Gi* by permutation.

    Stores nothing. Raises what `preview_hotspots` raises.
    """
    workspace.require(user, "see:targeting")
    methods, tell = methods or MethodSettings(), progress or (lambda share, text: None)
    result = preview_hotspots(workspace, user, settings)
    tell(0.05, "Shuffling the values of the cells")
    places, hot = _places(result, methods)
    tell(0.2, "Shuffling the dates of the crimes")
    found, reason, left_out = None, "", 0
    try:
        found, left_out = _near_repeat(workspace, result, methods, tell)
    except (NotMeasurable, ValueError) as error:
        reason = str(error)
    return ShuffleTests(
        make_run_id("targeting-methods", methods, result.run_id),
        found,
        reason,
        left_out,
        places,
        hot,
        methods.permutations,
    )


def near_repeat_table(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    methods: MethodSettings | None = None,
) -> NearRepeat:
    """Return near repeats among the crimes of the list's ranking period; stores nothing.

    Days are those between the calendar dates of the crimes. Raises NotMeasurable where the crimes
    have a month only, ValueError with too few crimes or too many pairs.
    """
    workspace.require(user, "see:targeting")
    result = preview_hotspots(workspace, user, settings)
    return _near_repeat(workspace, result, methods or MethodSettings(), lambda share, text: None)[0]


def _near_repeat(
    workspace: Workspace, result: HotspotResult, methods: MethodSettings, tell: Progress
) -> tuple[NearRepeat, int]:
    points = crime_points(workspace, result.settings, result.counts)
    dated = points[points["time_precision"] != "month"]
    if dated.empty:
        raise NotMeasurable(
            "Near repeats are not measurable: these crimes have a month only, and near repeats "
            "come within days. Load an extract with dates."
        )
    days = dated["occurred_from"].dt.normalize().to_numpy().astype("datetime64[D]").astype(int)
    space = methods.near_repeat_band_m * np.arange(1, methods.near_repeat_bands + 1)
    time = methods.near_repeat_band_days * np.arange(methods.near_repeat_time_bands + 1)
    found = near_repeat(
        dated["x"].to_numpy(),
        dated["y"].to_numpy(),
        days,
        (0.0, SAME_SPOT_M, *map(float, space)),
        tuple(map(float, time)),
        metric=methods.near_repeat_metric,
        shuffles=methods.near_repeat_shuffles,
        seed=methods.seed,
        tell=lambda share: tell(0.2 + 0.8 * share, "Shuffling the dates of the crimes"),
    )
    return found, len(points) - len(dated)


def _places(result: HotspotResult, methods: MethodSettings) -> tuple[pd.DataFrame, tuple[int, int]]:
    """Return Gi* of every place's best cell by formula and by permutation, and all hot cells."""
    counts, settings = result.counts, result.settings
    plain = gi_star_of(counts, settings)
    found = permutation_test(
        ranking_values(counts, settings),
        counts.neighbour_matrix(),
        methods.permutations,
        methods.seed,
    )
    sizes = result.hotspots["cells"].map(len).to_numpy()
    best = result.positions[np.cumsum(sizes) - sizes]
    level = settings.significance_level
    frame = result.hotspots[["hotspot_id", "name", "rank"]].reset_index(drop=True)
    frame = pd.DataFrame(frame).assign(
        z=plain.z[best],
        p=plain.p[best],
        p_folded=found.p_folded[best],
        p_permuted=found.p[best],
        p_adjusted=found.p_adjusted[best],
    )
    return frame, (int(found.hot(level).sum()), int(plain.hot(level).sum()))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows of plain values; what is not a finite number is None."""
    rows = frame.astype(object).to_dict("records")
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
