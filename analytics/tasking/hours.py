"""When violence is expected in each hot spot: its own hours where it has enough, else the list's.

A place with at least 100 timed crimes has a weekday x hour profile of its own, drawn towards that
of all hot spots together as if 100 crimes more had come at their hours; a place with fewer has the
profile of all. A list with fewer than 100 has day, evening and night of Friday-Saturday and of
other days (the shrinkage of Targeting). Bank holidays follow their weekday, or Sunday where the
settings say so (a convention).
"""

from dataclasses import dataclass
from datetime import date

import holidays
import numpy as np

from analytics import targeting
from analytics.workspace import (
    InputError,
    NotMeasurable,
    Run,
    User,
    Workspace,
    make_settings,
)

ENOUGH_EVENTS = 100
"""Timed crimes from which a place has hours of its own; also the weight of all places' hours."""

SUNDAY = 6


@dataclass(frozen=True)
class Hours:
    """Profiles (hot spots x 7 x 24, each sums to 1), that of all, and how many have their own."""

    profiles: np.ndarray
    pooled: np.ndarray
    own: int
    warnings: list[str]


def hours_of_need(
    workspace: Workspace, user: User, held: targeting.HotspotList, run: Run | None
) -> Hours:
    """Return the profiles of a list's hot spots, in the order of `held.hotspots`.

    Where hours cannot be known all are alike and even, and a warning says why.
    """
    ids = held.hotspots["hotspot_id"].astype(str).tolist()
    try:
        made_with = make_settings(targeting.TargetingSettings, run.settings if run else {})
        everywhere = targeting.hour_weekday(workspace, user, made_with, hotspot_ids=ids)
        if everywhere.matrix.sum() <= 0:
            raise NotMeasurable("No crime of the list has a time.")
    except (NotMeasurable, InputError) as error:
        even = np.full((7, 24), 1 / 168)
        return Hours(
            np.repeat(even[None], len(ids), axis=0),
            even,
            0,
            [
                "Visits are spread evenly over the rostered hours, because the hours of need are "
                f"not known. {str(error).rstrip('.')}."
            ],
        )
    pooled = everywhere.shares
    profiles = np.repeat(pooled[None], len(ids), axis=0)
    own = 0
    for place in np.flatnonzero(held.hotspots["count"].to_numpy(dtype=float) >= ENOUGH_EVENTS):
        try:
            mine = targeting.hour_weekday(workspace, user, made_with, hotspot_ids=[ids[place]])
        except InputError:
            # A place drawn by hand has no cell of the grid; it has the hours of all.
            continue
        if mine.basis == "own" and mine.events >= ENOUGH_EVENTS:
            profiles[place] = shrunk(mine.matrix, pooled)
            own += 1
    return Hours(profiles, pooled, own, list(everywhere.warnings))


def shrunk(matrix: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    """Return a profile that sums to 1: the events of one place and 100 at the hours of all."""
    return (matrix + ENOUGH_EVENTS * pooled) / (matrix.sum() + ENOUGH_EVENTS)


def bank_holidays(days: list[date], nation: str) -> dict[date, str]:
    """Return the bank holidays among the days, with their names."""
    if not days:
        return {}
    years = range(min(days).year, max(days).year + 1)
    known = holidays.country_holidays("GB", subdiv=nation, years=years)
    return {day: known[day] for day in days if day in known}
