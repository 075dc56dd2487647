"""Delivered against planned: qualifying visits, capped at planned, over planned."""

from dataclasses import dataclass

import pandas as pd
from statsmodels.stats.proportion import proportion_confint


@dataclass(frozen=True)
class Delivery:
    """`delivered` of `planned` qualifying visits; over-delivery in one place hides no miss."""

    planned: int
    delivered: int

    @property
    def compliance(self) -> float | None:
        """Delivered over planned (0 to 1), None where nothing was planned."""
        return self.delivered / self.planned if self.planned else None

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Wilson interval of the compliance (Wilson 1927), None where nothing was planned."""
        return wilson(self.delivered, self.planned, level) if self.planned else None


def wilson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval for a share (Wilson 1927).

    Raises ValueError without trials or with more successes than trials.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError("A share needs at least one trial and no more successes than trials.")
    low, high = proportion_confint(successes, trials, alpha=1 - level, method="wilson")
    return float(low), float(high)


def capped(visits: pd.Series, planned: pd.Series) -> int:
    """Sum over place-days of qualifying visits, each day capped at what was planned for it."""
    return int(visits.clip(upper=planned).sum())


def delivery(place_days: pd.DataFrame, column: str = "qualifying") -> Delivery:
    """Compare `column` with `planned` on the place-days that have a plan."""
    with_plan = place_days[place_days["planned"] > 0]
    return Delivery(
        planned=int(with_plan["planned"].sum()),
        delivered=capped(with_plan[column], with_plan["planned"]),
    )


def planned_by_place_day(plan: pd.DataFrame) -> pd.DataFrame:
    """Count planned visits: place_id, day, planned from rows of day and hotspot_id."""
    if plan.empty:
        return pd.DataFrame({"place_id": [], "day": [], "planned": []})
    days = plan.assign(day=pd.to_datetime(plan["day"]).dt.date)
    counted = days.groupby(["hotspot_id", "day"]).size().rename("planned").reset_index()
    return counted.rename(columns={"hotspot_id": "place_id"})
