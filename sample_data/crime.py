"""The planted process: occurrences in time and place, before anything is recorded.

Every stream of occurrences is Poisson: the background of each offence over the addresses, and
each planted place's mixture over the streets at its corner. On treated place-days each public
occurrence in the trial place happens with the planted rate ratio, and none moves elsewhere.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from shapely import contains_xy

from sample_data.addresses import Addresses
from sample_data.network import Network
from sample_data.offences import BY_CODE, CHARACTERS, MEAN_CRIMES, OFFENCES, PUBLIC_IN_PLACES
from sample_data.places import Area, Place, place_points
from sample_data.streams import stream
from sample_data.timing import DAYS, FIRST_DAY, draw_hours, hour_weights, patrol_day_number

RATE_RATIO = 0.75
CRIMES_EXPECTED = 29_850.0
AT_STATION, AT_HOSPITAL = 44.0, 40.0
UNPLACED_SHARE = 0.04
HEAPED_CODES = {"station": ("8L", "8Q", "3B", "105A", "49"), "hospital": ("105A", "9A", "8N", "49")}


@dataclass(frozen=True)
class Landmarks:
    """The two points that records heap on, as (easting, northing)."""

    station: tuple[float, float]
    hospital: tuple[float, float]


def background_expected(places: list[Place]) -> float:
    """Return how many occurrences the background holds, so that the town holds its total."""
    planted = sum(place.occurrences for place in places)
    return CRIMES_EXPECTED / MEAN_CRIMES - planted - AT_STATION - AT_HOSPITAL


def draw_occurrences(
    seed: int,
    streets: Network,
    addresses: Addresses,
    places: list[Place],
    areas: list[Area],
    landmarks: Landmarks,
    assignment: pd.DataFrame,
    rate_ratio: float = RATE_RATIO,
) -> pd.DataFrame:
    """Draw the town's occurrences: code, hour (since the first midnight), x, y, is_public, source.

    `hour` is the true moment in local time; `source` is "background", a place's id or a landmark.
    """
    rng = stream(seed, "crime")
    parts = [_background(rng, addresses, background_expected(places))]
    parts += [_planted(rng, streets, place) for place in places]
    parts.append(_heap(rng, "station", landmarks.station, AT_STATION))
    parts.append(_heap(rng, "hospital", landmarks.hospital, AT_HOSPITAL))
    town = pd.concat(parts, ignore_index=True)
    town = town[town["hour"] < DAYS * 24].reset_index(drop=True)
    return thin(rng, town, areas, assignment, rate_ratio)


def thin(
    rng: np.random.Generator,
    occurrences: pd.DataFrame,
    areas: list[Area],
    assignment: pd.DataFrame,
    rate_ratio: float,
) -> pd.DataFrame:
    """Remove each public occurrence of a treated place-day with chance 1 - `rate_ratio`."""
    treated = treated_mask(occurrences, areas, assignment)
    public = occurrences["is_public"].to_numpy()
    prevented = treated & public & (rng.uniform(0, 1, len(occurrences)) >= rate_ratio)
    return occurrences[~prevented].reset_index(drop=True)


def treated_mask(
    occurrences: pd.DataFrame, areas: list[Area], assignment: pd.DataFrame
) -> np.ndarray:
    """Say of each occurrence whether it fell in a trial place on a day assigned to treatment."""
    treatment = assignment[assignment["assigned"] == "treatment"]
    day = patrol_day_number(occurrences["hour"].to_numpy())
    x, y = occurrences["x"].to_numpy(), occurrences["y"].to_numpy()
    mask = np.zeros(len(occurrences), dtype=bool)
    for area in areas:
        days = treatment.loc[treatment["place_id"] == area.place_id, "date"]
        numbers = [(pd.Timestamp(d) - FIRST_DAY).days for d in days]
        due = np.isin(day, numbers)
        mask[due] |= contains_xy(area.polygon, x[due], y[due])
    return mask


def place_hours(place: Place, profile: str) -> np.ndarray:
    """Return the hourly weights of a profile, nil where the place is not active."""
    weights = hour_weights(profile).copy()
    weights[: place.first_day * 24] = 0
    weights[(place.last_day + 1) * 24 :] = 0
    return weights


def _frame(code: str, hour: np.ndarray, x, y, is_public: np.ndarray, source: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"code": code, "hour": hour, "x": x, "y": y, "is_public": is_public, "source": source}
    )


def _background(rng: np.random.Generator, addresses: Addresses, total: float) -> pd.DataFrame:
    shares = sum(offence.share for offence in OFFENCES)
    parts = []
    for offence in OFFENCES:
        count = rng.poisson(total * offence.share / shares)
        hour = draw_hours(rng, hour_weights(offence.profile), count)
        cumulative = np.cumsum(addresses.weights[offence.zone])
        at = np.searchsorted(cumulative, rng.uniform(0, cumulative[-1], count), side="right")
        x, y = addresses.x[at], addresses.y[at]
        public = rng.uniform(0, 1, count) < offence.public
        # Outdoors is somewhere in the street; at home is the address.
        beside = rng.normal(0, 6.0, (2, count)) * public
        parts.append(_frame(offence.code, hour, x + beside[0], y + beside[1], public, "background"))
    return pd.concat(parts, ignore_index=True)


def _planted(rng: np.random.Generator, streets: Network, place: Place) -> pd.DataFrame:
    parts = []
    for code, (share, profile) in CHARACTERS[place.character].items():
        count = rng.poisson(place.occurrences * share)
        hour = draw_hours(rng, place_hours(place, profile), count)
        x, y = place_points(rng, streets, place, count)
        public = rng.uniform(0, 1, count) < PUBLIC_IN_PLACES
        parts.append(_frame(code, hour, x, y, public, place.place_id))
    return pd.concat(parts, ignore_index=True)


def _heap(
    rng: np.random.Generator, source: str, point: tuple[float, float], expected: float
) -> pd.DataFrame:
    """Draw records that carry the point of the building where they were reported."""
    parts = []
    for code in HEAPED_CODES[source]:
        count = rng.poisson(expected / len(HEAPED_CODES[source]))
        hour = draw_hours(rng, hour_weights(BY_CODE[code].profile), count)
        parts.append(_frame(code, hour, point[0], point[1], np.zeros(count, dtype=bool), source))
    return pd.concat(parts, ignore_index=True)
