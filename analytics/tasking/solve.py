"""One day's routes: prize-collecting vehicle routing with time windows, by PyVRP.

Each wanted visit is a client with a prize, each stretch of a unit a vehicle with its base and
hours. What a visit adds depends on which others of its place are made, so the search is made in
passes: each begins where the best yet ended, with prizes drawn half-way to what each visit adds
there. It stops by iterations, so that a seed gives its routes again (Wouda, Lan and Kool
2024, doi 10.1287/ijoc.2023.0055).
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from pyvrp import (
    Client,
    Depot,
    IteratedLocalSearchParams,
    Location,
    PenaltyParams,
    ProblemData,
    Route,
    Solution,
    SolveParams,
    VehicleType,
    solve,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import PerturbationParams
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

from analytics.tasking.fairness import fair_loads, share_out
from analytics.tasking.insertion import by_worth_per_minute, inserted
from analytics.tasking.problem import NOT_FOR_THIS_UNIT, DayProblem
from analytics.tasking.settings import TaskingSettings

LEAST_PRIZE = 300
"""Minutes of travel that even the least visit is worth: need decides, travel breaks ties."""

HISTORY, MOST_PERTURBATIONS = 50, 50
"""How soon the search adapts and how far it jumps: tuned to days of 50 to 250 candidate visits."""

PASSES = 8
"""Passes of the search, with new prizes for each (tuned on the days of the benchmark)."""

MOST_PRIZES = 10_000
"""How many times the least prize the greatest may be; a visit worth less counts as the least."""


@dataclass(frozen=True)
class Routes:
    """Per stretch the rows of `wanted` in order of visit; `is_cut_short` when the guard stopped."""

    visits: list[list[int]]
    is_cut_short: bool


def solve_day(problem: DayProblem, settings: TaskingSettings, seed: int) -> Routes:
    """Choose which visits to make, by whom and in which order, for the greatest worth.

    No stretch carries much more than its fair part of the visits, so that no unit runs while
    another waits; where that costs visits, the search is made again without it. A unit that
    would have none takes visits over from the fullest, which costs no worth. Pinned visits are
    in the routes of the stretches that may serve them. The routes are never worth less than those
    of inserting visit after visit.
    """
    if not problem.stretches or problem.wanted.empty:
        return Routes([[] for _ in problem.stretches], False)
    fits = problem.can_serve()
    served = np.flatnonzero(fits.any(axis=0))
    if len(served) == 0:
        return Routes([[] for _ in problem.stretches], False)
    most = fair_loads(problem, fits, len(served))
    tried = [_passes(problem, fits, served, most, settings, seed)]
    fair = tried[0].visits
    is_full = any(len(route) == load for route, load in zip(fair, most, strict=True))
    if sum(map(len, fair)) < len(served):
        if is_full:
            tried.append(_passes(problem, fits, served, None, settings, seed))
        tried.append(Routes(by_worth_per_minute(problem), False))
    kept = [_with_pins(problem, fits, found.visits) for found in tried]
    best = max(kept, key=problem.value)
    best = share_out(problem, fits, best)
    return Routes(best, any(found.is_cut_short for found in tried))


def _passes(
    problem: DayProblem,
    fits: np.ndarray,
    served: np.ndarray,
    most: list[int] | None,
    settings: TaskingSettings,
    seed: int,
) -> Routes:
    """Search in passes and return the best routes; `most` limits the visits of each stretch."""
    worth, best, most_worth, left = problem.worth, None, -1.0, settings.iterations
    is_cut_short = False
    for number in range(PASSES):
        iterations = left // (PASSES - number)
        left -= iterations
        priced = replace(problem, wanted=problem.wanted.assign(worth=worth))
        choices = settings.model_copy(
            update={
                "iterations": iterations,
                "most_seconds_per_day": settings.most_seconds_per_day / PASSES,
            }
        )
        found = _search(priced, fits, served, most, choices, seed + number, best)
        is_cut_short |= found.is_cut_short
        if (value := problem.value(found.visits)) > most_worth:
            best, most_worth = found.visits, value
        if left and sum(map(len, best)) == len(served):
            # All are made: what is left of the effort shortens the ways.
            choices = settings.model_copy(update={"iterations": left})
            found = _search(priced, fits, served, most, choices, seed + PASSES, best)
            shorter = [found.visits, best]
            return Routes(max(shorter, key=problem.value), is_cut_short | found.is_cut_short)
        worth = (worth + problem.each(best)) / 2
    return Routes(best, is_cut_short)


def _with_pins(problem: DayProblem, fits: np.ndarray, routes: list[list[int]]) -> list[list[int]]:
    """Put pinned visits that the search left out into their routes, others giving way to them."""
    made = {visit for route in routes for visit in route}
    missing = [v for v in np.flatnonzero(problem.is_pinned & fits.any(axis=0)) if v not in made]
    routes = [list(route) for route in routes]
    for stretch in {int(np.flatnonzero(fits[:, visit])[0]) for visit in missing}:
        mine = [int(visit) for visit in missing if fits[stretch, visit]]
        pins = [visit for visit in routes[stretch] if problem.is_pinned[visit]] + mine
        order = sorted(pins, key=lambda visit: problem.early[visit])
        others = [visit for visit in routes[stretch] if visit not in pins]
        for visit in sorted(others, key=lambda visit: -problem.worth[visit]):
            order = inserted(problem, stretch, order, visit)
        routes[stretch] = order
    return routes


def _search(
    problem: DayProblem,
    fits: np.ndarray,
    served: np.ndarray,
    most: list[int] | None,
    settings: TaskingSettings,
    seed: int,
    start: list[list[int]] | None,
) -> Routes:
    """Run the search once, from the routes of `start` where there are any."""
    prizes = _prizes(problem, served)
    data = _data(problem, fits, served, prizes, most, settings.spacing_minutes)
    # Ten minutes too late cost what the best visit is worth: the search may pass through such
    # plans, and does not settle for one.
    begin = _solution(data, served, start) if start else None
    dearest = max(prizes[~problem.is_pinned[served]], default=LEAST_PRIZE)
    for most_penalty in (max(dearest / 10, LEAST_PRIZE), 100.0 * max(prizes)):
        params = SolveParams(
            ils=IteratedLocalSearchParams(history_length=HISTORY),
            penalty=PenaltyParams(max_penalty=most_penalty, solutions_between_updates=HISTORY),
            perturbation=PerturbationParams(max_perturbations=MOST_PERTURBATIONS),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            result = solve(
                data,
                _stop(settings),
                seed=seed,
                collect_stats=False,
                display=False,
                params=params,
                initial_solution=begin,
            )
        if result.is_feasible():
            break
    routes: list[list[int]] = [[] for _ in problem.stretches]
    for route in result.best.routes():
        routes[route.vehicle_type()] = [
            int(served[step.idx]) for step in route.schedule() if step.is_client()
        ]
    return Routes(routes, result.num_iterations < settings.iterations)


def _stop(settings: TaskingSettings) -> MultipleCriteria:
    return MultipleCriteria(
        [MaxIterations(settings.iterations), MaxRuntime(settings.most_seconds_per_day)]
    )


def _solution(data: ProblemData, served: np.ndarray, routes: list[list[int]]) -> Solution:
    client = {int(visit): number for number, visit in enumerate(served)}
    return Solution(
        data,
        [
            Route(data, [client[visit] for visit in route], stretch)
            for stretch, route in enumerate(routes)
            if route
        ],
    )


def _data(
    problem: DayProblem,
    fits: np.ndarray,
    served: np.ndarray,
    prizes: np.ndarray,
    most: list[int] | None,
    spacing_minutes: int,
) -> ProblemData:
    """Put the day in PyVRP's terms: whole minutes, prizes as whole minutes of travel."""
    count = len(problem.stretches)
    shift = min(0, *(stretch.early for stretch in problem.stretches))
    load = [1] if most else []
    clients = [
        Client(
            location=count + number,
            delivery=load,
            service_duration=problem.minutes[visit],
            tw_early=problem.early[visit] - shift,
            tw_late=problem.late[visit] - shift,
            prize=int(prize),
            required=False,
        )
        for number, (visit, prize) in enumerate(zip(served, prizes, strict=True))
    ]
    profiles, number_of = _profiles(problem, fits, served, spacing_minutes)
    vehicles = [
        VehicleType(
            capacity=[most[number]] if most else [],
            start_depot=number,
            end_depot=number,
            tw_early=stretch.early - shift,
            tw_late=stretch.late - shift,
            profile=number_of[number],
        )
        for number, stretch in enumerate(problem.stretches)
    ]
    return ProblemData(
        locations=[Location(0, 0) for _ in range(count + len(served))],
        clients=clients,
        depots=[Depot(number) for number in range(count)],
        vehicle_types=vehicles,
        distance_matrices=[distances for distances, _ in profiles],
        duration_matrices=[durations for _, durations in profiles],
    )


def _prizes(problem: DayProblem, served: np.ndarray) -> np.ndarray:
    """Return worth as whole minutes of travel; a pinned visit outweighs the best three others."""
    worth = problem.worth[served]
    least = worth[worth > 0].min() if (worth > 0).any() else 1.0
    # A worth of next to nothing must not make all others huge.
    least = max(least, worth.max() / MOST_PRIZES)
    prizes = np.maximum(np.rint(worth / least * LEAST_PRIZE), 1).astype(int)
    prizes[problem.is_pinned[served]] += 3 * prizes.max()
    return prizes


def _profiles(
    problem: DayProblem, fits: np.ndarray, served: np.ndarray, spacing_minutes: int
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[int]]:
    """Return distances and durations per kind of unit, and the kind of each stretch.

    Stretches are of one kind when they move alike and may serve the same of these visits.
    """
    count = len(problem.stretches)
    nodes = np.concatenate([np.arange(count), count + served])
    # Going back to the same place costs as if it were far: another place comes in between.
    again = problem.is_same_place[np.ix_(nodes, nodes)] * spacing_minutes
    banned = ~problem.may_serve[:, served]
    kinds: dict[tuple[str, bytes], int] = {}
    profiles, number_of = [], []
    for stretch, is_banned in zip(problem.stretches, banned, strict=True):
        key = stretch.mode, is_banned.tobytes()
        if key not in kinds:
            kinds[key] = len(profiles)
            minutes = problem.travel[stretch.mode][np.ix_(nodes, nodes)].copy()
            out = count + np.flatnonzero(is_banned)
            minutes[out, :] = minutes[:, out] = NOT_FOR_THIS_UNIT
            minutes[out, out] = 0
            profiles.append((minutes + again, minutes))
        number_of.append(kinds[key])
    return profiles, number_of
