"""The list of hot spots with everything that is said about it."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.targeting.cell_counts import CellCounts, other_cells
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.accuracy import Accuracy
from analytics.targeting.statistics.concentration import Concentration
from analytics.targeting.tuning import Marginal

_JSON_COLUMNS = (
    "hotspot_id",
    "name",
    "rank",
    "count",
    "harm",
    "share_of_count",
    "share_of_harm",
    "lon",
    "lat",
    "area_m2",
    "class",
    "hours",
)


@dataclass(frozen=True, eq=False)
class HotspotResult:
    """One ranked list, computed from the crimes and settings that `run_id` names.

    `hotspots`: GeoDataFrame in the workspace's CRS with hotspot_id, name, rank, hours, count, harm
    (days), share_of_count, share_of_harm, class, test_count, per_hectare, worst_event_share,
    decision (kind of heap waiting for one, else None), x, y, lon, lat, area_m2, cells (keys) and
    geometry, for streets also length_m and per_100_m. `hours` ("all", "day", "night") says when a
    place is a hot spot. Shares are of the crimes inside the study area in the ranking period.
    `heaping`: one row per heap, decided or not. `curve`: what the 1, 2, 3 ... best cells hold
    (places, share_of_count, share_of_harm, share_of_area). `marginal`: the last place in.
    """

    run_id: str
    fingerprint: str
    settings: TargetingSettings
    counts: CellCounts
    hotspots: gpd.GeoDataFrame
    positions: np.ndarray
    concentration: Concentration
    accuracy: Accuracy | None
    heaping: pd.DataFrame
    curve: pd.DataFrame
    marginal: Marginal
    warnings: tuple[str, ...]
    crs: str

    @property
    def share_of_count(self) -> float:
        """Share of the ranking period's crimes that the list holds."""
        return float(self.counts.count[self.positions].sum() / self.counts.crimes)

    @property
    def area_km2(self) -> float:
        """Area of all places together."""
        return float(self.counts.areas_m2[self.positions].sum() / 1e6)

    @property
    def share_of_area(self) -> float:
        """Share of the study area, or of the length of all streets, that the list takes."""
        return self.counts.share_of_area(self.positions)

    @property
    def patrol_hours_per_week(self) -> float:
        """Hours on site that the list implies at the stated visits a day and minutes a visit."""
        visits = len(self.hotspots) * self.settings.visits_per_day * 7
        return visits * self.settings.visit_min / 60

    @property
    def undecided(self) -> pd.DataFrame:
        """Heaps that wait for a decision."""
        return self.heaping[self.heaping["decision"].isna()]

    def other_cells(self, most: int = 15_000) -> pd.DataFrame:
        """Return lon, lat and count of the fullest other cells with crime, at most `most`."""
        return other_cells(self.counts, self.positions, self.crs, most)

    def other_places(self, most: int = 3_000) -> gpd.GeoDataFrame:
        """Return outlines and count of the fullest other places with crime, at most `most`."""
        left = self.counts.count.copy()
        left[self.positions] = 0
        order = np.argsort(-left, kind="stable")[: min(most, int((left > 0).sum()))]
        return gpd.GeoDataFrame(
            {"count": left[order]}, geometry=self.counts.polygons_at(order), crs=self.crs
        )

    def answer(self) -> str:
        """Return the answer to "which places, how many, how sure?" in a few sentences."""
        places = _places(len(self.hotspots))
        scope = self.counts.scope
        text = f"**{places} held {self._share_held()} from {scope.train}"
        if self.accuracy is None:
            what = "street length" if self.counts.grid.shape == "street" else "area"
            known = np.isfinite(self.share_of_area)
            text += f", on {self.share_of_area:.2%} of the {what}.** " if known else ".** "
            text += "Without a test period nobody knows yet what they will catch. "
        else:
            text += f" and caught {self.accuracy.hit_rate:.1%} of the crimes from {scope.test}.** "
            best = "The best possible list of this size would have caught "
            text += f"{best}{self.accuracy.best_hit_rate:.1%}"
            if self.accuracy.last_year_hit_rate is not None:
                text += f"; last year's ranking alone, {self.accuracy.last_year_hit_rate:.1%}"
            text += ". "
        return text + self._call_for_decision()

    def _share_held(self) -> str:
        """Name the share that the list was ranked by first."""
        crimes = f"{self.share_of_count:.1%} of the crimes"
        harm = self.hotspots["share_of_harm"].sum(min_count=1)
        if self.settings.rank_by == "count" or pd.isna(harm):
            return crimes
        return f"{harm:.1%} of the harm and {crimes}"

    def _call_for_decision(self) -> str:
        waiting = self.undecided
        if waiting.empty:
            return ""
        count = waiting["hotspot_id"].nunique()
        kinds = ", ".join(dict.fromkeys(waiting["kind"]))
        verb = "place needs" if count == 1 else "places need"
        return f"**{count} {verb} a decision:** records heap on {kinds}."

    def as_json(self) -> dict[str, Any]:
        """Return the result under the names of the command line."""
        rows = self.hotspots[list(_JSON_COLUMNS)].to_dict("records")
        return {
            "run_id": self.run_id,
            "settings": self.settings.as_json(),
            "crimes": self.counts.crimes,
            "cells": len(self.counts.q),
            "cell_area_m2": self.counts.grid.area_m2,
            "study_area_km2": self.counts.area.area_km2,
            "crs": self.crs,
            "period": {
                "from": self.counts.scope.train.first.isoformat(),
                "to": self.counts.scope.train.last.isoformat(),
            },
            "hotspots": [{k: _plain(v) for k, v in row.items()} for row in rows],
            "concentration": self.concentration.as_json(),
            "accuracy": self.accuracy.as_json() if self.accuracy else None,
            "heaping": [
                {k: _plain(v) for k, v in row.items()} for row in self.heaping.to_dict("records")
            ],
            "warnings": list(self.warnings),
        }


def _places(count: int) -> str:
    return "This place" if count == 1 else f"These {count:,} places"


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value
