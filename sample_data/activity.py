"""What units report of their patrol, incidents they were sent to, and stop and search.

Rates are invented and alike for everyone: whether a person is searched does not depend on
ethnicity, so that any ratio found in the sample is chance. Incidents lie between two stays, never
in one: the true minutes of patrol stay what the paths say.
"""

import numpy as np
import pandas as pd

from sample_data.places import Area
from sample_data.streams import stream

PER_STAY = {
    "engagement": 0.9,
    "search": 0.05,
    "arrest": 0.015,
    "weapon": 0.006,
    "disruption": 0.03,
}
"""Expected number in a stay on foot of ten minutes."""
INCIDENT_GAP_S = 600
INCIDENT_SHARE = 0.35
STOPS_ELSEWHERE = 900
ETHNICITIES = {
    "White": 0.80,
    "Asian or Asian British": 0.08,
    "Black or Black British": 0.04,
    "Mixed": 0.02,
    "Other ethnic group": 0.01,
    "Not stated": 0.05,
}
SEEN_AS = {
    "White": "White",
    "Asian or Asian British": "Asian",
    "Black or Black British": "Black",
    "Mixed": "Black",
    "Other ethnic group": "Other",
    "Not stated": "White",
}
"""What an officer writes down of what was seen; one in 20 leaves it blank."""
NOT_SEEN = 0.05
FOUND_WITHOUT_ACTION = 0.03
FOUND_WITH_ACTION = 0.7
OBJECTS = ("Offensive weapons", "Controlled drugs", "Stolen goods", "Going equipped")
OUTCOMES = ("A no further action disposal", "Arrest", "Community resolution", "Penalty notice")


def make_activity(seed: int, stays: pd.DataFrame, areas: list[Area]) -> pd.DataFrame:
    """Return one row per report: at, until, kind, quantity, unit, place_id, easting, northing.

    Times are local, to the minute; `until` is that of incidents only.
    """
    rng = stream(seed, "activity")
    spots = {area.place_id: (area.polygon.centroid.x, area.polygon.centroid.y) for area in areas}
    patrol = stays[stays["kind"] == "patrol"]
    rows = []
    for stay in patrol.itertuples():
        for kind, rate in PER_STAY.items():
            for _ in range(rng.poisson(rate * stay.minutes / 10)):
                second = rng.uniform(stay.enter_s, stay.leave_s)
                rows.append((_moment(stay.day, second), "", kind, 1, stay.unit, stay.place_id,
                             *spots[stay.place_id]))  # fmt: skip
    rows += _incidents(rng, stays, spots)
    columns = ["at", "until", "kind", "quantity", "unit", "place_id", "easting", "northing"]
    frame = pd.DataFrame(rows, columns=columns).round({"easting": 0, "northing": 0})
    frame = frame.sort_values(["at", "unit", "kind"], ignore_index=True)
    return frame.astype({"easting": int, "northing": int})


def make_stops(
    seed: int, activity: pd.DataFrame, addresses: np.ndarray, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return stop and search records: those of the patrols, and others at addresses in the town."""
    rng = stream(seed, "stops")
    searches = activity[activity["kind"] == "search"]
    at = pd.to_datetime(searches["at"])
    x, y = searches["easting"].to_numpy(float), searches["northing"].to_numpy(float)
    elsewhere = addresses[rng.integers(0, len(addresses), STOPS_ELSEWHERE)]
    minutes = rng.integers(0, len(days) * 1_440, STOPS_ELSEWHERE)
    when = pd.concat([at, pd.Series(days[0] + pd.to_timedelta(minutes, unit="min"))])
    count = len(when)
    frame = pd.DataFrame(
        {
            "date": when.dt.strftime("%Y-%m-%d %H:%M").to_numpy(),
            "object_of_search": rng.choice(OBJECTS, count, p=[0.3, 0.5, 0.1, 0.1]),
            "self_defined_ethnicity": rng.choice(
                list(ETHNICITIES), count, p=list(ETHNICITIES.values())
            ),
            "outcome": rng.choice(OUTCOMES, count, p=[0.72, 0.13, 0.1, 0.05]),
            "easting": np.rint(np.concatenate([x, elsewhere[:, 0]])).astype(int),
            "northing": np.rint(np.concatenate([y, elsewhere[:, 1]])).astype(int),
        }
    )
    frame = _with_records(stream(seed, "stops", 1), frame)
    return frame.sort_values(["date", "easting", "northing"], ignore_index=True)


def _with_records(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Add what the officer saw, and whether the outcome is linked to the object of the search."""
    seen = frame["self_defined_ethnicity"].map(SEEN_AS)
    is_acted_on = frame["outcome"] != OUTCOMES[0]
    chance = np.where(is_acted_on, FOUND_WITH_ACTION, FOUND_WITHOUT_ACTION)
    return frame.assign(
        officer_defined_ethnicity=seen.where(rng.random(len(frame)) >= NOT_SEEN, ""),
        outcome_linked_to_object_of_search=rng.random(len(frame)) < chance,
    )


def _incidents(rng: np.random.Generator, stays: pd.DataFrame, spots: dict) -> list[tuple]:
    """Send units to incidents in the time between two of their stays."""
    rows = []
    for (day, unit), mine in stays.sort_values("enter_s").groupby(["day", "unit"], sort=True):
        leave = np.maximum.accumulate(mine["leave_s"].to_numpy())
        enter, place = mine["enter_s"].to_numpy(), mine["place_id"].to_numpy()
        for number in range(len(mine) - 1):
            gap = enter[number + 1] - leave[number]
            if gap < INCIDENT_GAP_S or rng.uniform() > INCIDENT_SHARE:
                continue
            first = np.ceil((leave[number] + 60) / 60) * 60
            last = np.floor((enter[number + 1] - 60) / 60) * 60
            near = np.array(spots[place[number]]) + rng.uniform(-400, 400, 2)
            rows.append((_moment(day, first), _moment(day, last), "incident", 1, unit, "", *near))
    return rows


def _moment(day: pd.Timestamp, second: float) -> str:
    return (day + pd.Timedelta(seconds=int(second // 60) * 60)).strftime("%Y-%m-%d %H:%M")
