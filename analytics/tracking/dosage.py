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
from analytics.tracking.contamination import Contamination
from analytics.tracking.settings import TrackingSettings

MINUTES = {
    "patrol_ms": "patrol_minutes",
    "officer_ms": "officer_minutes",
    "lower_ms": "lower_minutes",
    "upper_ms": "upper_minutes",
    "crew_ms": "crew_minutes",
    "vehicle_ms": "vehicle_minutes",
    "drive_through_ms": "drive_through_minutes",
    "excluded_ms": "excluded_minutes",
    "incident_ms": "incident_minutes",
    "background_ms": "background_minutes",
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
    7 weekdays (Monday first, of the patrol day) by 24 local hours of patrol minutes. `visits` has
    a row per visit outside exclusions and incidents: place_id, device, unit, team, crew, agency,
    funding, is_project, day, first_ms, last_ms, lower_ms, headline_ms, upper_ms, vehicle_ms,
    is_drive_through, qualifies. `units` says the same of every device and day with a fix.
    `cleaning` has a row per reason for which fixes are left out, with their number.
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
    units: pd.DataFrame
    cleaning: pd.DataFrame
    contamination: Contamination
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
        """Places without one visit that was more than a drive-through, best ranked first.

        Places that the trial left alone on every day are not among them.
        """
        is_control = self.hotspots["place_id"].isin(self.contamination.left_alone)
        return self.hotspots[self.hotspots["last_visit"].isna() & ~is_control]

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
            "left_out": dict(
                zip(self.cleaning["reason"], map(int, self.cleaning["fixes"]), strict=True)
            ),
            "control_place_days": self.contamination.place_days,
            "contaminated_place_days": self.contamination.contaminated,
            "hotspots": [_hotspot_json(row) for row in self.hotspots.itertuples()],
            "warnings": list(self.warnings),
        }


def gaps_between_visits(visits: pd.DataFrame) -> pd.DataFrame:
    """Return place_id, median_gap_hours, longest_gap_hours: time without anybody there.

    From the end of one visit (of whichever device) to the start of the next; drive-throughs do not
    interrupt a gap. Missing with fewer than two visits apart from each other.
    """
    seen = visits[visits["is_drive_through"] == 0].sort_values(["place_id", "first_ms"])
    ends = seen["last_ms"].groupby(seen["place_id"]).cummax()
    before = ends.groupby(seen["place_id"]).shift()
    hours = ((seen["first_ms"] - before) / 3_600_000).where(seen["first_ms"] > before)
    grouped = hours.dropna().groupby(seen["place_id"])
    return pd.DataFrame(
        {"median_gap_hours": grouped.median(), "longest_gap_hours": grouped.max()}
    ).reset_index()


def summed_by_place(
    places: gpd.GeoDataFrame, place_days: pd.DataFrame, visits: pd.DataFrame, last: date
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
    table = table.merge(gaps_between_visits(visits), on="place_id", how="left")
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
        "median_gap_hours": None if pd.isna(row.median_gap_hours) else row.median_gap_hours,
        "longest_gap_hours": None if pd.isna(row.longest_gap_hours) else row.longest_gap_hours,
    }
