"""Whether control place-days of a trial stayed without patrol."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from analytics import tasking
from analytics.tracking.compliance import wilson
from analytics.workspace import Workspace


@dataclass(frozen=True)
class Contamination:
    """Control place-days with GPS, and those with a qualifying visit of a project unit.

    `left_alone` are the places that were control places on every day with GPS.
    """

    place_days: int
    contaminated: int
    left_alone: frozenset[str] = frozenset()

    @property
    def share(self) -> float | None:
        """Contaminated over all (0 to 1), None without a control place-day."""
        return self.contaminated / self.place_days if self.place_days else None

    def sentence(self) -> str:
        """Say how far control days were kept, with Wilson's 95% interval."""
        if not self.place_days:
            return "No control place-day of a trial falls into these days."
        low, high = wilson(self.contaminated, self.place_days)
        return (
            f"{self.contaminated:,} of {self.place_days:,} control place-days had a qualifying "
            f"visit of a project unit ({self.share:.1%}; 95% interval {low:.1%} to {high:.1%})."
        )


def contamination(
    workspace: Workspace, places: gpd.GeoDataFrame, place_days: pd.DataFrame, visits: pd.DataFrame
) -> Contamination:
    """Count control place-days; a place that overlaps a control place of the day is one itself.

    `places` has place_id and geometry, `place_days` place_id and day, `visits` those of `Dosage`.
    """
    if place_days.empty:
        return Contamination(0, 0)
    days = sorted(place_days["day"].unique())
    shapes = places.drop_duplicates("place_id").rename(columns={"place_id": "hotspot_id"})
    controls = tasking.control_hotspots(workspace, shapes, days)
    judged = set(zip(place_days["place_id"], place_days["day"], strict=True))
    keys = {(place_id, day) for place_id, day in judged if place_id in controls.get(day, set())}
    left_alone = {place_id for place_id, _ in keys} - {place_id for place_id, _ in judged - keys}
    patrolled = visits[(visits["qualifies"] == 1) & visits["is_project"]]
    visited: set[tuple[str, date]] = set(zip(patrolled["place_id"], patrolled["day"], strict=True))
    return Contamination(len(keys), len(keys & visited), frozenset(left_alone))
