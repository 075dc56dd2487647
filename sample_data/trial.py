"""The crossover trial: which places are treated on which days, and what was to be expected."""

from functools import cache

import numpy as np
import pandas as pd
from shapely import contains_xy

from sample_data.addresses import Addresses
from sample_data.crime import UNPLACED_SHARE, background_expected, place_hours
from sample_data.network import Network
from sample_data.offences import CHARACTERS, OFFENCES, PUBLIC_IN_PLACES
from sample_data.places import Area, Place, place_points
from sample_data.timing import FIRST_DAY, hour_weights, patrol_day_sums

TRIAL_DAYS = pd.date_range("2026-06-01", "2026-08-29")
TREATED_PER_DAY = 7


def assign(rng: np.random.Generator, place_ids: list[str]) -> pd.DataFrame:
    """Assign exactly seven places a day to treatment, each day anew; columns as the file's."""
    rows = []
    for day in TRIAL_DAYS:
        treated = set(rng.choice(len(place_ids), TREATED_PER_DAY, replace=False).tolist())
        rows += [
            (day.strftime("%Y-%m-%d"), place, "treatment" if i in treated else "control")
            for i, place in enumerate(place_ids)
        ]
    return pd.DataFrame(rows, columns=["date", "place_id", "assigned"])


@cache
def _profile_days(profile: str) -> np.ndarray:
    """Return the share of a profile's crimes that falls on each trial day (06:00 to 06:00)."""
    hourly = hour_weights(profile)
    return _trial_part(patrol_day_sums(hourly)) / hourly.sum()


def _trial_part(daily: np.ndarray) -> np.ndarray:
    start = (TRIAL_DAYS[0] - FIRST_DAY).days
    return daily[start : start + len(TRIAL_DAYS)]


def expected_occurrences(
    streets: Network, addresses: Addresses, places: list[Place], areas: list[Area]
) -> dict[str, np.ndarray]:
    """Return, per trial place, the expected placed public occurrences of each untreated trial day.

    What the background and the place's own corner would bring, by the numbers that the town is
    drawn from; the share of a corner's crimes that lies in the polygon is found by 20,000 points.
    """
    by_id = {place.polygon_ref: place for place in places if place.polygon_ref}
    total = background_expected(places) / sum(offence.share for offence in OFFENCES)
    expected = {}
    for area in areas:
        if area.kind != "trial":
            continue
        inside = contains_xy(area.polygon, addresses.x, addresses.y)
        days = np.zeros(len(TRIAL_DAYS))
        for offence in OFFENCES:
            here = addresses.weights[offence.zone][inside].sum()
            days += total * offence.share * offence.public * here * _profile_days(offence.profile)
        place = by_id[area.place_id]
        x, y = place_points(np.random.default_rng(0), streets, place, 20_000)
        within = contains_xy(area.polygon, x, y).mean()
        for share, profile in CHARACTERS[place.character].values():
            hourly = place_hours(place, profile)
            daily = _trial_part(patrol_day_sums(hourly)) / hourly.sum()
            days += place.occurrences * share * PUBLIC_IN_PLACES * within * daily
        expected[area.place_id] = days * (1 - UNPLACED_SHARE)
    return expected
