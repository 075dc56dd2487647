"""One day's routes: prize-collecting vehicle routing with time windows, by PyVRP.

Each wanted visit is a client with a prize, each stretch of a unit a vehicle with its base and
hours. The search stops by iterations, so that a seed gives its routes again (Wouda, Lan and Kool
2024, doi 10.1287/ijoc.2023.0055).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

from analytics.tasking.roster import Stretch
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import MODES, travel_minutes

FAIR_PART = 1.2
"""How far one unit's visits may exceed its fair part of them (a convention)."""

LEAST_PRIZE = 300
"""Minutes of travel that even the least visit is worth: need decides, travel breaks ties."""


@dataclass(frozen=True)
class DayProblem:
    """One day's wanted visits and stretches, with the travel between them.

    Nodes are the stretches' bases (one per stretch, in order), then the wanted visits. `travel`
    holds whole minutes between nodes per mode, `is_same_place` which nodes are visits of one hot
    spot. `wanted` has the columns of `wanted_visits`.
    """

    wanted: pd.DataFrame
    stretches: list[Stretch]
    travel: dict[str, np.ndarray]
    is_same_place: np.ndarray
    visit_minutes: int

    @classmethod
    def build(
        cls,
        x: np.ndarray,
        y: np.ndarray,
        wanted: pd.DataFrame,
        stretches: list[Stretch],
        settings: TaskingSettings,
    ) -> "DayProblem":
        """Put together a day; `x` and `y` are the hot spots' metres."""
        places = wanted["place"].to_numpy()
        all_x = np.concatenate([[stretch.x for stretch in stretches], x[places]])
        all_y = np.concatenate([[stretch.y for stretch in stretches], y[places]])
        travel = {mode: travel_minutes(all_x, all_y, mode, settings) for mode in MODES}
        owner = np.concatenate([-1 - np.arange(len(stretches)), places])
        is_same = (owner[:, None] == owner[None, :]) & ~np.eye(len(owner), dtype=bool)
        return cls(wanted, stretches, travel, is_same, settings.visit_minutes)

    @cached_property
    def legs(self) -> dict[str, list[list[int]]]:
        """The travel as plain lists: the drawing of orders asks for single legs very often."""
        return {mode: minutes.tolist() for mode, minutes in self.travel.items()}

    @cached_property
    def early(self) -> list[int]:
        """The earliest start of each wanted visit."""
        return self.wanted["early"].tolist()

    @cached_property
    def late(self) -> list[int]:
        """The latest start of each wanted visit."""
        return self.wanted["late"].tolist()

    def node(self, visit: int) -> int:
        """Return the node of a wanted visit (its row in `wanted`)."""
        return len(self.stretches) + visit

    def can_serve(self) -> np.ndarray:
        """Say which stretch could serve which visit if it served no other (stretches x visits)."""
        early, late = self.wanted["early"].to_numpy(), self.wanted["late"].to_numpy()
        count = len(self.stretches)
        fits = np.zeros((count, len(early)), dtype=bool)
        for number, stretch in enumerate(self.stretches):
            there = self.travel[stretch.mode][number, count:]
            back = self.travel[stretch.mode][count:, number]
            start = np.maximum(early, stretch.early + there)
            fits[number] = (start <= late) & (start + self.visit_minutes + back <= stretch.late)
        return fits


@dataclass(frozen=True)
class Routes:
    """Per stretch the rows of `wanted` in order of visit; `is_cut_short` when the guard stopped."""

    visits: list[list[int]]
    is_cut_short: bool


def solve_day(problem: DayProblem, settings: TaskingSettings, seed: int) -> Routes:
    """Choose which visits to make, by whom and in which order, for the greatest worth.

    No stretch carries much more than its fair part of the visits, so that no unit runs while
    another waits; where that costs visits, the search is made again without it.
    """
    if not problem.stretches or problem.wanted.empty:
        return Routes([[] for _ in problem.stretches], False)
    fits = problem.can_serve()
    served = np.flatnonzero(fits.any(axis=0))
    if len(served) == 0:
        return Routes([[] for _ in problem.stretches], False)
    most = _fair_loads(problem, fits, len(served))
    fair = _search(problem, served, most, settings, seed)
    is_full = any(len(route) == load for route, load in zip(fair.visits, most, strict=True))
    if not is_full or sum(map(len, fair.visits)) == len(served):
        return fair
    free = _search(problem, served, None, settings, seed)
    return max(fair, free, key=lambda routes: _worth(problem, routes))


def _fair_loads(problem: DayProblem, fits: np.ndarray, visits: int) -> list[int]:
    """Return the most visits for each stretch: `FAIR_PART` times its part of those possible."""
    possible = np.zeros(len(problem.stretches))
    for number, stretch in enumerate(problem.stretches):
        nodes = len(problem.stretches) + np.flatnonzero(fits[number])
        if len(nodes):
            legs = np.sort(problem.travel[stretch.mode][np.ix_(nodes, nodes)], axis=1)
            cycle = problem.visit_minutes + np.median(legs[:, : max(2, len(nodes) // 4)])
            possible[number] = (stretch.late - stretch.early) / cycle
    return (
        np.maximum(np.ceil(FAIR_PART * visits * possible / possible.sum()), 1).astype(int).tolist()
    )


def _search(
    problem: DayProblem,
    served: np.ndarray,
    most: list[int] | None,
    settings: TaskingSettings,
    seed: int,
) -> Routes:
    """Run the search once; `most` limits the visits of each stretch."""
    stop = MultipleCriteria(
        [MaxIterations(settings.iterations), MaxRuntime(settings.most_seconds_per_day)]
    )
    data = _data(problem, served, most, settings.spacing_minutes)
    result = solve(data, stop, seed=seed, collect_stats=False, display=False)
    routes: list[list[int]] = [[] for _ in problem.stretches]
    for route in result.best.routes():
        routes[route.vehicle_type()] = [
            int(served[step.idx]) for step in route.schedule() if step.is_client()
        ]
    return Routes(routes, result.num_iterations < settings.iterations)


def _worth(problem: DayProblem, routes: Routes) -> float:
    visits = [visit for route in routes.visits for visit in route]
    return float(problem.wanted["worth"].to_numpy()[visits].sum())


def _data(
    problem: DayProblem, served: np.ndarray, most: list[int] | None, spacing_minutes: int
) -> ProblemData:
    """Put the day in PyVRP's terms: whole minutes, prizes as whole minutes of travel."""
    count = len(problem.stretches)
    shift = min(0, *(stretch.early for stretch in problem.stretches))
    wanted = problem.wanted.iloc[served]
    least = wanted["worth"][wanted["worth"] > 0].min()
    prizes = np.maximum(np.rint(wanted["worth"] / least * LEAST_PRIZE), 1).astype(int)
    nodes = np.concatenate([np.arange(count), count + served])
    load = [1] if most else []
    clients = [
        Client(
            location=count + number,
            delivery=load,
            service_duration=problem.visit_minutes,
            tw_early=int(early - shift),
            tw_late=int(late - shift),
            prize=int(prize),
            required=False,
        )
        for number, (early, late, prize) in enumerate(
            zip(wanted["early"], wanted["late"], prizes, strict=True)
        )
    ]
    vehicles = [
        VehicleType(
            capacity=[most[number]] if most else [],
            start_depot=number,
            end_depot=number,
            tw_early=stretch.early - shift,
            tw_late=stretch.late - shift,
            profile=MODES.index(stretch.mode),
        )
        for number, stretch in enumerate(problem.stretches)
    ]
    minutes = [problem.travel[mode][np.ix_(nodes, nodes)] for mode in MODES]
    # Going back to the same place costs as if it were far: another place comes in between.
    again = problem.is_same_place[np.ix_(nodes, nodes)] * spacing_minutes
    return ProblemData(
        locations=[Location(0, 0) for _ in nodes],
        clients=clients,
        depots=[Depot(number) for number in range(count)],
        vehicle_types=vehicles,
        distance_matrices=[matrix + again for matrix in minutes],
        duration_matrices=minutes,
    )
