"""Planted places: corners where crime keeps, begins or ceases to gather, and the trial's places.

A place is a corner; its crimes lie along the streets that meet there (continuous along segments),
never on a grid. Trial and comparison places are drawn round corners as uneven polygons.
"""

from dataclasses import dataclass, replace

import numpy as np
from shapely import Point, Polygon

from sample_data.ground import CENTRE, Ground
from sample_data.network import Network, along_m
from sample_data.offences import CHARACTERS
from sample_data.streams import stream
from sample_data.timing import DAYS, peak_hours

APART_M = 345.0
PERSISTENT, EMERGING, FORMER, MINOR = 22, 6, 4, 20
CENTRAL = 8
TRIAL_PLACES = 20
EMERGING_DAYS = 184
FORMER_DAYS = 430
ALONG_SD_M = 15.0
FARTHEST_M = 55.0


@dataclass(frozen=True)
class Place:
    """A planted corner; `occurrences` is the expected number over the days it is active."""

    place_id: str
    name: str
    kind: str
    character: str
    node: int
    x: float
    y: float
    occurrences: float
    first_day: int
    last_day: int
    polygon_ref: str | None = None

    @property
    def peaks(self) -> list[dict[str, object]]:
        profiles: dict[str, float] = {}
        for share, profile in CHARACTERS[self.character].values():
            profiles[profile] = profiles.get(profile, 0.0) + share
        return peak_hours(profiles)


@dataclass(frozen=True)
class Area:
    """A trial or comparison place: the polygon that the trial uses."""

    place_id: str
    name: str
    kind: str
    node: int
    polygon: Polygon


def make_places(
    seed: int, ground: Ground, streets: Network
) -> tuple[list[Place], list[Area], Point]:
    """Plant the places; returns them, the trial's areas and the police station's point."""
    rng = stream(seed, "places")
    nodes = _spaced_corners(rng, ground, streets)
    places = _plant(rng, ground, streets, nodes)
    ranked = sorted(
        (p for p in places if p.kind == "persistent"), key=lambda p: (-p.occurrences, p.place_id)
    )
    areas, refs = [], {}
    for number, place in enumerate(ranked[:TRIAL_PLACES], 1):
        areas.append(_area(rng, f"TP{number:02d}", "trial", place, big=number == 1))
        refs[place.place_id] = areas[-1].place_id
    minor = [p for p in places if p.kind == "minor"]
    for number, place in enumerate(minor, 1):
        areas.append(_area(rng, f"CP{number:02d}", "comparison", place, big=False))
        refs[place.place_id] = areas[-1].place_id
    places = [replace(p, polygon_ref=refs.get(p.place_id)) for p in places]
    return places, areas, _station_point(streets, ranked[0])


def place_points(
    rng: np.random.Generator, streets: Network, place: Place, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw points along the streets at a place's corner; returns eastings and northings."""
    edges = streets.edges_at[place.node]
    chosen = rng.integers(0, len(edges), count)
    along = np.abs(rng.normal(0, ALONG_SD_M, count))
    along = np.where(along > FARTHEST_M, rng.uniform(0, ALONG_SD_M, count), along)
    beside = rng.normal(0, 3.0, (2, count))
    x, y = np.empty(count), np.empty(count)
    for number, edge in enumerate(edges):
        here = chosen == number
        coords = streets.coords_from(edge, place.node)
        reach = along_m(coords)
        x[here] = np.interp(along[here], reach, coords[:, 0])
        y[here] = np.interp(along[here], reach, coords[:, 1])
    return x + beside[0], y + beside[1]


def _spaced_corners(rng: np.random.Generator, ground: Ground, streets: Network) -> list[int]:
    """Choose corners where three or more streets meet, well apart, the centre's first."""
    degree = np.array([len(at) for at in streets.edges_at])
    reach = np.hypot(*(streets.nodes - np.array(CENTRE)).T)
    land = ground.boundary.buffer(-150.0)
    able = [
        n for n in range(len(degree)) if degree[n] >= 3 and land.contains(Point(streets.nodes[n]))
    ]
    # Corners of main roads and in the centre come sooner; the rest in random order.
    on_main = {int(n) for n in streets.edges[streets.is_main].ravel()}
    score = {n: reach[n] / 1_000 - 0.6 * (n in on_main) + rng.exponential(0.9) for n in able}
    score[_market_corner(streets, able, degree, reach)] = -10.0
    chosen: list[int] = []
    for node in sorted(able, key=lambda n: score[n]):
        if all(np.hypot(*(streets.nodes[node] - streets.nodes[o])) > APART_M for o in chosen):
            chosen.append(node)
        if len(chosen) == PERSISTENT + EMERGING + FORMER + MINOR:
            break
    return chosen


def _market_corner(streets: Network, able: list[int], degree: np.ndarray, reach: np.ndarray) -> int:
    """Find the busiest corner: a T-junction, so that the police station has room beside it."""

    def rank(node: int) -> float:
        names = {streets.names[edge] for edge in streets.edges_at[node]}
        return reach[node] - 250.0 * len(names & {"High Street", "Market Place"})

    return min((node for node in able if degree[node] == 3), key=rank)


def _plant(
    rng: np.random.Generator, ground: Ground, streets: Network, nodes: list[int]
) -> list[Place]:
    # The first corner is the busiest, and the centre's keep; minor places are chosen last.
    later = ["persistent"] * (PERSISTENT - CENTRAL) + ["emerging"] * EMERGING + ["former"] * FORMER
    kinds = ["persistent"] * CENTRAL + rng.permutation(later).tolist() + ["minor"] * MINOR
    strengths = iter(np.round(np.geomspace(51.0, 46.0, PERSISTENT - 1), 1))
    letters = {"persistent": "P", "emerging": "E", "former": "F", "minor": "M"}
    counts = dict.fromkeys(letters, 0)
    places = []
    for order, (node, kind) in enumerate(zip(nodes, kinds, strict=True)):
        counts[kind] += 1
        first, last, total = 0, DAYS - 1, 8.0
        if kind == "persistent":
            total = 60.0 if order == 0 else float(next(strengths))
        elif kind == "emerging":
            first, total = DAYS - EMERGING_DAYS, float(rng.uniform(15, 18))
        elif kind == "former":
            last, total = FORMER_DAYS - 1, float(rng.uniform(15, 18))
        x, y = (float(v) for v in streets.nodes[node])
        name = streets.corner_name(node)
        character = _character(rng, ground, x, y, is_busiest=order == 0)
        place_id = f"{letters[kind]}{counts[kind]:02d}"
        places.append(
            Place(place_id, name, kind, character, node, x, y, round(total, 1), first, last)
        )
    return places


def _character(
    rng: np.random.Generator, ground: Ground, x: float, y: float, is_busiest: bool
) -> str:
    if is_busiest:
        return "night-time economy"
    if np.hypot(x - ground.rail_station.x, y - ground.rail_station.y) < 330:
        return "transport and school"
    if np.hypot(x - CENTRE[0], y - CENTRE[1]) < 850:
        return "night-time economy" if rng.uniform() < 0.7 else "shopping"
    return str(rng.choice(["estate", "transport and school", "shopping"], p=[0.6, 0.28, 0.12]))


def _area(rng: np.random.Generator, area_id: str, kind: str, place: Place, big: bool) -> Area:
    """Draw an uneven polygon about 150 m across round a corner; the station's is wider."""
    corners = 11
    angle = (np.arange(corners) + rng.uniform(-0.25, 0.25, corners)) * 2 * np.pi / corners
    radius = rng.uniform(72.0, 88.0, corners) + (12.0 if big else 0.0)
    x, y = place.x + radius * np.cos(angle), place.y + radius * np.sin(angle)
    return Area(area_id, place.name, kind, place.node, Polygon(np.column_stack([x, y])))


def _station_point(streets: Network, busiest: Place) -> Point:
    """Put the police station in the busiest place, in the widest gap between its streets."""
    angles = []
    for edge in streets.edges_at[busiest.node]:
        step = streets.coords_from(edge, busiest.node)[2] - np.array([busiest.x, busiest.y])
        angles.append(np.arctan2(step[1], step[0]))
    angles = np.sort(angles)
    gaps = np.diff(np.append(angles, angles[0] + 2 * np.pi))
    middle = angles[gaps.argmax()] + gaps.max() / 2
    return Point(round(busiest.x + 62.0 * np.cos(middle)), round(busiest.y + 62.0 * np.sin(middle)))
