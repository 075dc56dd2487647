"""Patrols as continuous paths: each unit's way through its shift, before any sampling or noise.

Units go along streets to places that are treated that day, stay and walk about for some 8 to 20
minutes, pass through others on the way, and wait at their base or the police station.
"""

import itertools
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sample_data.network import Network, along_m
from sample_data.people import UNITS, base_of, mode_of, shift_of
from sample_data.places import Area
from sample_data.streams import stream

PATROL_DAYS = pd.date_range("2026-06-08", "2026-08-30")
# Hours after local midnight of the shift's date between which a unit carries its tracker.
DEPLOYED_H = {"late": (15.5, 20.1), "night": (20.2, 24.8)}
WALK_M_S = 1.25
PACE_M_S = 0.9
ROAM_M = 40.0
FOOT_REACH_M = 1_500.0
VEHICLE, FOOT, WAIT = 0, 1, 2


@dataclass
class Path:
    """One unit's shift: vertices (seconds since local midnight, x, y) and the mode of each leg."""

    unit: str
    day: pd.Timestamp
    t: list[float] = field(default_factory=list)
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    mode: list[int] = field(default_factory=list)

    def begin(self, t: float, point: np.ndarray) -> None:
        self.t, self.x, self.y = [t], [float(point[0])], [float(point[1])]

    def move(self, point: np.ndarray, metres_per_s: float, mode: int) -> None:
        reach = float(np.hypot(point[0] - self.x[-1], point[1] - self.y[-1]))
        if reach > 0.01:
            self._add(self.t[-1] + reach / metres_per_s, point, mode)

    def rest(self, seconds: float, mode: int) -> None:
        self._add(self.t[-1] + seconds, (self.x[-1], self.y[-1]), mode)

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return t, x, y of the vertices and the mode of each leg."""
        return np.array(self.t), np.array(self.x), np.array(self.y), np.array(self.mode)

    def _add(self, t: float, point, mode: int) -> None:
        self.t.append(t)
        self.x.append(float(point[0]))
        self.y.append(float(point[1]))
        self.mode.append(mode)


class Shift:
    """Walks or drives one unit through one shift."""

    def __init__(self, rng: np.random.Generator, streets: Network, unit: str, day: pd.Timestamp):
        self.rng, self.streets = rng, streets
        self.path = Path(unit, day)
        self.is_foot = mode_of(unit) == "foot"
        self.node = -1

    def start(self, base: pd.Series, t: float) -> None:
        self.path.begin(t, np.array([base["easting"], base["northing"]]))
        self.wait(self.rng.uniform(120, 900))
        self.leave(int(base["node"]))

    def leave(self, node: int) -> None:
        """Come out of a building to the junction it stands by."""
        speed = WALK_M_S if self.is_foot else 5.0
        self.path.move(self.streets.nodes[node], speed, FOOT if self.is_foot else VEHICLE)
        self.node = node

    def go(self, node: int) -> None:
        """Go along the streets to a junction."""
        way = self.streets.route(self.node, node)
        for near, far in itertools.pairwise(way):
            edge = self.streets.edge_between[near, far]
            for point in self.streets.coords_from(edge, near)[1:]:
                self.path.move(point, self._speed(edge), FOOT if self.is_foot else VEHICLE)
            if not self.is_foot and self.rng.uniform() < 0.12:
                self.path.rest(self.rng.uniform(4, 22), VEHICLE)
        self.node = node

    def _speed(self, edge: int) -> float:
        if self.is_foot:
            return WALK_M_S * self.rng.uniform(0.88, 1.12)
        return (13.0 if self.streets.is_main[edge] else 10.5) * self.rng.uniform(0.75, 1.2)

    def stay(self, seconds: float) -> None:
        """Walk up and down the streets at the corner, pausing, and end at the corner."""
        until = self.path.t[-1] + seconds
        corner = self.streets.nodes[self.node]
        while self.path.t[-1] < until - 20:
            edge = int(self.rng.choice(self.streets.edges_at[self.node]))
            coords = self.streets.coords_from(edge, self.node)
            reach = along_m(coords)
            left = (until - self.path.t[-1]) * PACE_M_S / 2
            out = min(self.rng.uniform(8.0, ROAM_M), left, 0.45 * reach[-1])
            way = [*(float(r) for r in reach[1:] if r < out), out]
            for along in [*way, *way[-2::-1]]:
                point = (
                    np.interp(along, reach, coords[:, 0]),
                    np.interp(along, reach, coords[:, 1]),
                )
                self.path.move(np.array(point), PACE_M_S, FOOT)
                if along == out and until - self.path.t[-1] > 120:
                    self.path.rest(self.rng.uniform(10, 70), FOOT)
            self.path.move(corner, PACE_M_S, FOOT)
        self.path.rest(max(until - self.path.t[-1], 1.0), FOOT)

    def visit_base(self, base: pd.Series, seconds: float) -> None:
        """Go to a base, wait inside, and come out again."""
        self.go(int(base["node"]))
        speed = WALK_M_S if self.is_foot else 5.0
        door = np.array([base["easting"], base["northing"]])
        self.path.move(door, speed, FOOT if self.is_foot else VEHICLE)
        self.wait(seconds)
        self.leave(int(base["node"]))

    def wait(self, seconds: float) -> None:
        """Stay in a building, moving a few metres about it."""
        door = np.array([self.path.x[-1], self.path.y[-1]])
        until = self.path.t[-1] + seconds
        while self.path.t[-1] < until - 30:
            self.path.rest(min(self.rng.uniform(60, 400), until - self.path.t[-1]), WAIT)
            self.path.move(door + self.rng.uniform(-5, 5, 2), 0.8, WAIT)
        self.path.move(door, 0.8, WAIT)


def make_paths(
    seed: int,
    streets: Network,
    areas: list[Area],
    bases: pd.DataFrame,
    assignment: pd.DataFrame,
    days: pd.DatetimeIndex = PATROL_DAYS,
) -> list[Path]:
    """Return the paths of all shifts on `days`, in order of day and unit."""
    trial = [area for area in areas if area.kind == "trial"]
    treated = assignment[assignment["assigned"] == "treatment"].groupby("date")["place_id"]
    due = {date: set(places) for date, places in treated}
    home = bases.set_index("name")
    paths = []
    for day in days:
        for number, unit in enumerate(UNITS):
            shift = shift_of(unit, day)
            if shift is None:
                continue
            # A stream per shift: fewer days give the same paths for the days that remain.
            rng = stream(seed, "patrol", day.toordinal(), number)
            today = due.get(day.strftime("%Y-%m-%d")) or _any_seven(seed, day, trial)
            places = [area for area in trial if area.place_id in today]
            others = [area for area in trial if area.place_id not in today]
            paths.append(_work(rng, streets, unit, day, shift, home, places, others))
    return paths


def _any_seven(seed: int, day: pd.Timestamp, trial: list[Area]) -> set[str]:
    """Choose the places of a day after the trial."""
    chosen = stream(seed, "patrol", day.toordinal()).choice(len(trial), 7, replace=False)
    return {trial[i].place_id for i in chosen}


def _work(
    rng: np.random.Generator,
    streets: Network,
    unit: str,
    day: pd.Timestamp,
    shift: str,
    home: pd.DataFrame,
    places: list[Area],
    others: list[Area],
) -> Path:
    """Send one unit round its places until its time is up."""
    begin_h, end_h = DEPLOYED_H[shift]
    begin = (begin_h + rng.uniform(-0.3, 0.3)) * 3600
    end = (end_h + rng.uniform(-0.2, 0.2)) * 3600
    work = Shift(rng, streets, unit, day)
    base, station = home.loc[base_of(unit)], home.iloc[0]
    work.start(base, begin)
    mine = _share(rng, work, places)
    meal_due, queue = begin + rng.uniform(0.4, 0.6) * (end - begin), []
    while work.path.t[-1] < end - 1_500:
        if meal_due is not None and work.path.t[-1] > meal_due:
            work.visit_base(station if rng.uniform() < 0.7 else base, rng.uniform(1_500, 2_400))
            meal_due = None
            continue
        if rng.uniform() < 0.08:
            work.visit_base(station, rng.uniform(420, 1_200))
        if not queue:
            queue = [mine[i] for i in rng.permutation(len(mine))]
        wrong = others and rng.uniform() < 0.012
        area = others[int(rng.integers(len(others)))] if wrong and not work.is_foot else queue.pop()
        if not work.is_foot and rng.uniform() < 0.35:
            work.go(int(rng.integers(len(streets.nodes))))
        work.go(area.node)
        work.stay(rng.uniform(180, 420) if rng.uniform() < 0.07 else rng.uniform(480, 1_200))
    work.visit_base(base, max(end - work.path.t[-1], 300.0))
    return work.path


def _share(rng: np.random.Generator, work: Shift, places: list[Area]) -> list[Area]:
    """Choose a unit's places: walkers take what is near, cars any four and all that is far."""
    near = sorted(places, key=lambda area: (work.streets.cost(work.node, area.node), area.place_id))
    if work.is_foot:
        within = [a for a in near if work.streets.cost(work.node, a.node) < FOOT_REACH_M]
        return within or near[:1]
    chosen = rng.permutation(len(near))[: min(5, len(near))]
    return [near[i] for i in sorted(chosen)]
