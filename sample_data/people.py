"""Units, officers and their roster, training records, bases and the points records heap on."""

import numpy as np
import pandas as pd
from shapely import Point

from sample_data.ground import CENTRE, Ground
from sample_data.network import Network
from sample_data.places import Area
from sample_data.streams import stream

ROSTER_DAYS = pd.date_range("2026-06-01", "2026-09-13")
SHIFTS = {"late": ("14:00", "22:00"), "night": ("18:00", "02:00")}
UNITS = tuple(f"U{number:02d}" for number in range(1, 11))
FOOT_UNITS = UNITS[:4]
WARDEN_UNITS = UNITS[9:]
FUNDING = ("Serious violence fund", "Hotspot response fund")
TEAMS = ("Town Centre", "Town Centre", "North", "South")
COURSES = {
    "Hot spot patrol": ("2.1", 80),
    "Procedural justice": ("1.0", 75),
    "Stop and search": ("3.2", 80),
}


def make_bases(ground: Ground, streets: Network, areas: list[Area], station: Point) -> pd.DataFrame:
    """Return name, easting, northing, node of the police station and two outlying offices."""
    rows = [("Marlbridge Police Station", station.x, station.y, _nearest(streets, station))]
    for name, x, y in (ground.estates[0], ground.estates[2]):
        node = _clear_node(streets, areas, x, y)
        easting, northing = np.round(streets.nodes[node])
        rows.append((f"{name} Neighbourhood Office", easting, northing, node))
    return pd.DataFrame(rows, columns=["name", "easting", "northing", "node"])


def make_points(
    ground: Ground, streets: Network, areas: list[Area], station: Point
) -> pd.DataFrame:
    """Return name, kind, easting, northing of the places that records are known to heap on."""
    hospital = streets.nodes[_clear_node(streets, areas, CENTRE[0] + 1_250, CENTRE[1] + 1_150)]
    custody = streets.nodes[_clear_node(streets, areas, CENTRE[0] + 1_600, CENTRE[1] - 1_250)]
    rail = ground.rail_station
    rows = [
        ("Marlbridge Police Station", "station", station.x, station.y),
        ("Marlbridge General Hospital", "hospital", hospital[0] + 25, hospital[1] + 18),
        ("Marlshire Custody Centre", "custody", custody[0] + 20, custody[1] - 22),
        ("Marlbridge railway station", "other", rail.x, rail.y),
    ]
    points = pd.DataFrame(rows, columns=["name", "kind", "easting", "northing"])
    return points.round({"easting": 0, "northing": 0})


def make_roster(seed: int) -> pd.DataFrame:
    """Return one row per officer and shift; late and night turn about by the week."""
    officers, rows = officers_of(seed), []
    for day in ROSTER_DAYS:
        for number, unit in enumerate(UNITS):
            shift = shift_of(unit, day)
            if shift is None:
                continue
            start, end = SHIFTS[shift]
            for officer in officers[unit]:
                rows.append(
                    (day.strftime("%Y-%m-%d"), shift, start, end, unit, officer,
                     TEAMS[number % 4], mode_of(unit), base_of(unit), agency_of(unit),
                     FUNDING[number >= 6])
                )  # fmt: skip
    columns = ["date", "shift", "start", "end", "unit", "officer", "team", "mode", "base"]
    columns += ["agency", "funding"]
    return pd.DataFrame(rows, columns=columns)


def shift_of(unit: str, day: pd.Timestamp) -> str | None:
    """Return "late", "night" or None (a rest day: two running in each week, staggered)."""
    number = UNITS.index(unit)
    rest = (3 * number) % 7
    if day.day_of_week in (rest, (rest + 1) % 7):
        return None
    week = (day - ROSTER_DAYS[0]).days // 7
    return ("late", "night")[(number // 2 + number + week) % 2]


def mode_of(unit: str) -> str:
    return "foot" if unit in FOOT_UNITS else "car"


def agency_of(unit: str) -> str:
    return "Marlbridge Council wardens" if unit in WARDEN_UNITS else "Marlshire Police"


def base_of(unit: str) -> str:
    number = UNITS.index(unit)
    if unit in FOOT_UNITS or number % 3 == 0:
        return "Marlbridge Police Station"
    return ("Northfield", "Southmoor")[number % 2] + " Neighbourhood Office"


def officers_of(seed: int) -> dict[str, tuple[str, str]]:
    """Return two collar numbers per unit."""
    numbers = stream(seed, "people").choice(np.arange(1_102, 4_980), 20, replace=False)
    return {
        unit: (f"MB{numbers[2 * i]}", f"MB{numbers[2 * i + 1]}") for i, unit in enumerate(UNITS)
    }


def make_training(seed: int) -> pd.DataFrame:
    """Return training records: most in date, some expired, some failed, some never trained."""
    rng = stream(seed, "training")
    officers, rows = officers_of(seed), []
    for number, unit in enumerate(UNITS):
        for officer in officers[unit]:
            for course, (version, pass_mark) in COURSES.items():
                row = _record(rng, course, version, pass_mark)
                if row is not None:
                    rows.append((officer, TEAMS[number % 4], *row))
    columns = ["officer", "team", "course", "version", "completed_on", "expires_on", "score",
               "pass_mark", "observer"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _record(rng: np.random.Generator, course: str, version: str, pass_mark: int) -> tuple | None:
    fate = rng.uniform()
    score = int(rng.integers(pass_mark, 101))
    done = pd.Timestamp("2026-08-31") - pd.Timedelta(days=int(rng.integers(15, 330)))
    observer = f"MB{rng.integers(5_000, 5_012)}"
    if fate < 0.12:
        return None
    if fate < 0.25:
        done -= pd.Timedelta(days=365)
    elif fate < 0.33:
        score = int(rng.integers(pass_mark - 25, pass_mark))
    expires = done + pd.Timedelta(days=365)
    dates = (done.strftime("%Y-%m-%d"), expires.strftime("%Y-%m-%d"))
    return (course, version, *dates, score, pass_mark, observer)


def _nearest(streets: Network, point: Point) -> int:
    return int(np.hypot(*(streets.nodes - np.array([point.x, point.y])).T).argmin())


def _clear_node(streets: Network, areas: list[Area], x: float, y: float) -> int:
    """Return the junction nearest to a spot that stands clear of every trial place."""
    centres = np.array([streets.nodes[area.node] for area in areas])
    for node in np.argsort(np.hypot(streets.nodes[:, 0] - x, streets.nodes[:, 1] - y)):
        if np.hypot(*(centres - streets.nodes[node]).T).min() > 190.0:
            return int(node)
    raise ValueError("The street network has no junction clear of the trial places.")
