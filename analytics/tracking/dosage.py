"""The result of step 6: what was delivered, where, and what cannot be said."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.technology.coverage import GpsCoverage
from analytics.technology.intervals import DeviceInterval
from analytics.tracking.compliance import Delivery, delivery
from analytics.tracking.settings import TrackingSettings

MINUTES = {
    "patrol_ms": "patrol_minutes",
    "officer_ms": "officer_minutes",
    "lower_ms": "lower_minutes",
    "upper_ms": "upper_minutes",
    "drive_through_ms": "drive_through_minutes",
    "excluded_ms": "excluded_minutes",
}
COUNTS = (
    "visits",
    "drive_throughs",
    "qualifying_low",
    "qualifying",
    "qualifying_high",
    "unjudged",
)


@dataclass(frozen=True)
class Dosage:
    """Patrol delivered in every place between two patrol days (both included).

    `place_days` has one row per place and day with GPS: place_id, list_id, day, planned, the
    counts and minutes. `hotspots` (GeoDataFrame, workspace CRS) sums them per place. `hours` is
    7 weekdays (Monday first, of the patrol day) by 24 local hours of patrol minutes.
    """

    run_id: str
    settings: TrackingSettings
    first_day: date
    last_day: date
    source: str
    pings: int
    pings_left_out: int
    ping_interval_s: float | None
    devices: tuple[DeviceInterval, ...]
    visits: pd.DataFrame
    place_days: pd.DataFrame
    hotspots: gpd.GeoDataFrame
    hours: np.ndarray
    coverage: GpsCoverage
    days_with_gps: int
    warnings: tuple[str, ...]

    def total(self, column: str) -> float:
        """Sum one column of the place-days."""
        return float(self.place_days[column].sum())

    @property
    def qualifying_visits(self) -> int | None:
        """Qualifying visits on the headline, None where a device reports too seldom for it."""
        return None if self.total("unjudged") else int(self.total("qualifying"))

    @property
    def qualifying_range(self) -> tuple[int, int]:
        """Fewest and most qualifying visits that the fixes allow."""
        return int(self.total("qualifying_low")), int(self.total("qualifying_high"))

    @property
    def delivery(self) -> Delivery:
        """Planned and delivered visits on the headline over all place-days with a plan."""
        return delivery(self.place_days)

    @property
    def missed(self) -> gpd.GeoDataFrame:
        """Places without one visit that was more than a drive-through, best ranked first."""
        return self.hotspots[self.hotspots["last_visit"].isna()]

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain values, the keys of the command line."""
        low, high = self.qualifying_range
        planned = self.delivery
        return {
            "run_id": self.run_id,
            "settings": self.settings.as_json(),
            "from": self.first_day.isoformat(),
            "to": self.last_day.isoformat(),
            "places": self.source,
            "pings": self.pings,
            "pings_left_out": self.pings_left_out,
            "ping_interval_s": self.ping_interval_s,
            "devices": len(self.devices),
            "visits": int(self.total("visits")),
            "drive_throughs": int(self.total("drive_throughs")),
            "qualifying_visits": self.qualifying_visits,
            "qualifying_lower": low,
            "qualifying_upper": high,
            **{name: round(self.total(name), 3) for name in MINUTES.values()},
            "planned_visits": planned.planned,
            "compliance": None if self.qualifying_visits is None else planned.compliance,
            "gps_coverage": self.coverage.share,
            "hotspots": [_hotspot_json(row) for row in self.hotspots.itertuples()],
            "warnings": list(self.warnings),
        }


def summed_by_place(
    places: gpd.GeoDataFrame, place_days: pd.DataFrame, last: date
) -> gpd.GeoDataFrame:
    """Sum the place-days per place_id over all list versions, with the newest boundary.

    Adds last_visit (day of the last visit that was more than a drive-through),
    days_since_last_visit, planned, delivered, compliance and whether all visits could be judged.
    """
    newest = places.sort_values("last_day").drop_duplicates("place_id", keep="last")
    totals = place_days.groupby("place_id")[[*COUNTS, *MINUTES.values(), "planned"]].sum()
    patrolled = place_days[place_days["visits"] > place_days["drive_throughs"]]
    last_visit = patrolled.groupby("place_id")["day"].max()
    table = newest[["place_id", "name", "rank", "count", "geometry"]].merge(
        totals, left_on="place_id", right_index=True
    )
    table["last_visit"] = table["place_id"].map(last_visit).astype(object)
    table["days_since_last_visit"] = [
        None if pd.isna(day) else (last - day).days for day in table["last_visit"]
    ]
    groups = dict(iter(place_days.groupby("place_id")))
    results = [delivery(groups[place_id]) for place_id in table["place_id"]]
    judged = table["unjudged"] == 0
    table["qualifying_visits"] = table["qualifying"].astype("Int64").where(judged)
    table["delivered"] = pd.array([result.delivered for result in results], "Int64")
    table["delivered"] = table["delivered"].where(judged)
    table["compliance"] = pd.Series(
        [result.compliance for result in results], index=table.index, dtype=float
    ).where(judged)
    return table.sort_values(["rank", "place_id"]).reset_index(drop=True)


def _hotspot_json(row: Any) -> dict[str, Any]:
    since = row.days_since_last_visit
    return {
        "hotspot_id": row.place_id,
        "name": row.name,
        "rank": int(row.rank),
        "visits": int(row.visits),
        "drive_throughs": int(row.drive_throughs),
        "qualifying_visits": None if pd.isna(row.qualifying_visits) else int(row.qualifying_visits),
        "qualifying_lower": int(row.qualifying_low),
        "qualifying_upper": int(row.qualifying_high),
        **{name: round(float(getattr(row, name)), 3) for name in MINUTES.values()},
        "planned_visits": int(row.planned),
        "compliance": None if pd.isna(row.compliance) else float(row.compliance),
        "days_since_last_visit": None if pd.isna(since) else int(since),
    }
