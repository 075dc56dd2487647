"""One patrol day of a period, from the place-days that its dosage holds; no fix is read."""

from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import pandas as pd

from analytics.technology.coverage import GpsCoverage, gps_coverage
from analytics.tracking.dosage import Dosage, summed_by_place
from analytics.tracking.summary import day_text, days_text
from analytics.workspace import InputError, Workspace


@dataclass(frozen=True)
class PatrolDay:
    """What one patrol day delivered in the places in force on it.

    `hotspots` (GeoDataFrame, workspace CRS) has the columns of `Dosage.hotspots`. Where no fix came
    in (`has_gps` is false) it has the places alone: what was patrolled is unknown.
    """

    day: date
    hotspots: gpd.GeoDataFrame
    has_gps: bool
    coverage: GpsCoverage

    def sentence(self) -> str:
        """Say what was delivered on the day, and how complete its GPS is."""
        named = f"**{self.day:%A} {day_text(self.day)}:**"
        if not self.has_gps:
            return f"{named} no GPS came in. What was patrolled is unknown, and not zero."
        minutes = self.hotspots["patrol_minutes"]
        return (
            f"{named} {self._visits()}; {minutes.sum() / 60:,.1f} patrol hours in "
            f"{int((minutes > 0).sum()):,} of {len(minutes):,} places. {self.coverage.sentence()}"
        )

    def _visits(self) -> str:
        planned = int(self.hotspots["planned"].sum())
        if not planned:
            return "no visit was planned"
        if self.hotspots["unjudged"].sum():
            return f"how many of {planned:,} planned visits were delivered is not measurable"
        delivered = int(self.hotspots["delivered"].sum())
        return f"{delivered:,} of {planned:,} planned visits delivered"


def period_sentence(dosage: Dosage) -> str:
    """Say what the whole period delivered, and how complete its GPS is."""
    minutes = dosage.hotspots["patrol_minutes"]
    return (
        f"**{days_text(dosage.first_day, dosage.last_day)}:** "
        f"{minutes.sum() / 60:,.0f} patrol hours in {int((minutes > 0).sum()):,} of "
        f"{len(minutes):,} places. {dosage.coverage.sentence()}"
    )


def days_of(dosage: Dosage) -> list[date]:
    """Return every patrol day of the period, also those without GPS."""
    length = (dosage.last_day - dosage.first_day).days + 1
    return [dosage.first_day + timedelta(days=number) for number in range(length)]


def patrol_day_of(workspace: Workspace, dosage: Dosage, day: date) -> PatrolDay:
    """Return one day of the period of a dosage; raises InputError for a day outside it."""
    if not dosage.first_day <= day <= dosage.last_day:
        raise InputError(f"{day_text(day)} lies outside the period. Choose a day within it.")
    heard = dosage.units.loc[dosage.units["day"] == day, ["device", "day"]]
    place_days = dosage.place_days[dosage.place_days["day"] == day]
    places = dosage.hotspots[["place_id", "name", "rank", "count", "geometry"]]
    if len(place_days):
        visits = dosage.visits[dosage.visits["day"] == day]
        places = summed_by_place(places.assign(last_day=day), place_days, visits, day)
    return PatrolDay(day, places, len(heard) > 0, gps_coverage(workspace, day, day, heard))


def day_table_of(found: PatrolDay) -> pd.DataFrame:
    """Return the places of a day by rank: visits and minutes, missing where no GPS came in."""
    columns = ["place_id", "rank", "name", "count", "planned", "delivered", "qualifying_visits"]
    columns += ["patrol_minutes", "officer_minutes", "drive_throughs", "excluded_minutes"]
    table = pd.DataFrame(found.hotspots.drop(columns="geometry")).reindex(columns=columns)
    table["delivered"] = table["delivered"].where(table["planned"] > 0)
    minutes = ["patrol_minutes", "officer_minutes", "excluded_minutes"]
    table[minutes] = table[minutes].astype(float).round(0)
    return table.sort_values("rank", ignore_index=True)
