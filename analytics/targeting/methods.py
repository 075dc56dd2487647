"""The list beside those of other ways of finding hot spots: shared cells, and scores."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.targeting.hotspots import preview_hotspots
from analytics.targeting.method_lists import Method, Question, every_method
from analytics.targeting.method_settings import MethodSettings
from analytics.targeting.result import HotspotResult
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.accuracy import (
    hit_rate,
    prediction_accuracy_index,
    prediction_efficiency_index,
)
from analytics.workspace import User, Workspace, make_run_id

THIS_LIST = "list"


@dataclass(frozen=True, eq=False)
class MethodComparison:
    """Lists of as many cells each, this list first; `methods` also names those without one.

    `scores`: a row per list: key, name, cells, share_of_count (ranking period), share_of_area,
    hit_rate (share of the test period's crimes), pai, pei (the last three None without a test).
    `shared`: cells that two lists have in common, a square table by key. `best_hit_rate`: what the
    best possible list of this length would have caught, None without a test.
    """

    run_id: str
    result: HotspotResult
    methods: tuple[Method, ...]
    scores: pd.DataFrame
    shared: pd.DataFrame
    best_hit_rate: float | None

    @property
    def lists(self) -> dict[str, Method]:
        """The methods that have a list, by key."""
        return {method.key: method for method in self.methods if method.is_measurable}

    @property
    def jaccard(self) -> pd.DataFrame:
        """Cells shared by two lists over the cells of either: 1 is the same list."""
        sizes = np.diag(self.shared)
        either = np.add.outer(sizes, sizes) - self.shared.to_numpy()
        return pd.DataFrame(
            self.shared.to_numpy() / np.maximum(either, 1), self.shared.index, self.shared.columns
        )

    def only_in(self, first: str, second: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the cells of both lists, those of the first only, and of the second only."""
        one, two = (self.lists[key].positions for key in (first, second))
        in_both = np.isin(one, two)
        return one[in_both], one[~in_both], two[~np.isin(two, one)]


def compare_methods(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    methods: MethodSettings | None = None,
) -> MethodComparison:
    """Return the list of hot spots beside as many cells of every other method; stores nothing.

    Raises what `preview_hotspots` raises. A method that cannot be measured keeps its reason.
    """
    workspace.require(user, "see:targeting")
    methods = methods or MethodSettings()
    result = preview_hotspots(workspace, user, settings)
    # A place of the day and of the night is one cell.
    listed = result.positions[np.sort(np.unique(result.positions, return_index=True)[1])]
    every = _beside(listed, every_method(Question(workspace, result, methods, len(listed))))
    held = [method for method in every if method.is_measurable]
    keys = [method.key for method in held]
    shared = [[len(np.intersect1d(a.positions, b.positions)) for b in held] for a in held]
    counts = result.counts
    best = None
    if counts.test_crimes:
        most = np.sort(counts.test)[::-1][: len(listed)].sum()
        best = hit_rate(int(most), counts.test_crimes)
    return MethodComparison(
        run_id=make_run_id("targeting-methods", methods, result.run_id),
        result=result,
        methods=every,
        scores=pd.DataFrame([_score(result, method) for method in held]),
        shared=pd.DataFrame(shared, keys, keys),
        best_hit_rate=best,
    )


def _beside(listed: np.ndarray, others: tuple[Method, ...]) -> tuple[Method, ...]:
    """Put this list first; a plain ranking that names the same cells is not told twice."""
    this = Method(THIS_LIST, "This list", "The list as it is tuned above.", listed)
    for method in others:
        if method.key in ("count", "harm") and set(method.positions) == set(listed):
            name, text = f"This list ({method.name.lower()})", method.definition
            kept = tuple(other for other in others if other is not method)
            return replace(this, name=name, definition=text), *kept
    return this, *others


def _score(result: HotspotResult, method: Method) -> dict[str, object]:
    counts, chosen = result.counts, method.positions
    area = counts.share_of_area(chosen)
    row = {
        "key": method.key,
        "name": method.name,
        "cells": len(chosen),
        "share_of_count": float(counts.count[chosen].sum() / counts.crimes),
        "share_of_area": area,
        "hit_rate": None,
        "pai": None,
        "pei": None,
        "note": method.note,
    }
    if counts.test_crimes:
        hits = int(counts.test[chosen].sum())
        best = int(np.sort(counts.test)[::-1][: len(chosen)].sum())
        row["hit_rate"] = hit_rate(hits, counts.test_crimes)
        row["pai"] = prediction_accuracy_index(hits, counts.test_crimes, area, 1.0)
        row["pei"] = prediction_efficiency_index(hits, best)
    return row
