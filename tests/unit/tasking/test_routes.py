"""Routes of one day: the best choice, found by trying all; drawn orders stay feasible."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analytics.tasking import TaskingSettings
from analytics.tasking.bound import upper_bound
from analytics.tasking.order import draw_starts, earliest_starts, shuffle_order, travel_of
from analytics.tasking.problem import DayProblem
from analytics.tasking.roster import Stretch
from analytics.tasking.solve import solve_day
from analytics.tasking.travel import CAR, CYCLE, FOOT, mode_of, travel_minutes

CHOICES = TaskingSettings(iterations=300)


def problem_of(seed: int, visits: int, length: int, units: int = 1) -> DayProblem:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 2500, (2, visits))
    early = rng.integers(0, 120, visits)
    wanted = pd.DataFrame(
        {
            "place": np.arange(visits),
            "early": early,
            "late": early + rng.integers(20, 120, visits),
            "worth": rng.uniform(0.01, 0.2, visits),
        }
    )
    stretches = [Stretch(n, 0, length, FOOT, 1250.0, 1250.0) for n in range(units)]
    return DayProblem.build(x, y, wanted, stretches, CHOICES)


def worth_of(problem: DayProblem, visits: list[int]) -> float:
    return float(problem.wanted["worth"].to_numpy()[visits].sum())


def best_by_trying_all(problem: DayProblem) -> float:
    visits = range(len(problem.wanted))
    return max(
        worth_of(problem, list(order))
        for size in range(len(problem.wanted) + 1)
        for order in permutations(visits, size)
        if earliest_starts(problem, 0, list(order)) is not None
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_plan_is_as_good_as_the_best_of_all_orders(seed):
    problem = problem_of(seed, visits=6, length=150)
    routes = solve_day(problem, CHOICES, seed=1)
    best = best_by_trying_all(problem)
    assert worth_of(problem, routes.visits[0]) == pytest.approx(best)
    assert upper_bound(problem, CHOICES.spacing_minutes) >= best - 1e-9


def test_two_units_share_the_visits():
    problem = problem_of(3, visits=12, length=400, units=2)
    routes = solve_day(problem, CHOICES, seed=1).visits
    assert min(map(len, routes)) >= 3


@pytest.mark.parametrize("seed", range(10))
def test_drawn_orders_and_starts_are_feasible(seed):
    problem = problem_of(seed, visits=9, length=300)
    route = solve_day(problem, CHOICES, seed=1).visits[0]
    rng = np.random.default_rng(seed)
    order = shuffle_order(problem, 0, route, 0.25, rng)
    assert sorted(order) == sorted(route)
    assert sum(travel_of(problem, 0, order)) <= 1.25 * sum(travel_of(problem, 0, route))
    starts, legs, free = draw_starts(problem, 0, order, rng), travel_of(problem, 0, order), 0
    for visit, start, leg in zip(order, starts, legs, strict=False):
        assert start >= free + leg
        assert problem.wanted["early"][visit] <= start <= problem.wanted["late"][visit]
        free = start + problem.visit_minutes
    assert free + legs[-1] <= 300


def test_travel_is_straight_line_times_detour_at_the_speed_of_the_mode():
    x, y = np.array([0.0, 3000.0]), np.array([0.0, 4000.0])
    choices = TaskingSettings(detour_factor=1.2, walking_kmh=6, driving_kmh=30, parking_minutes=2)
    assert travel_minutes(x, y, FOOT, choices)[0, 1] == 60
    assert travel_minutes(x, y, CAR, choices)[0, 1] == 14
    assert travel_minutes(x, y, CAR, choices)[0, 0] == 0


def test_a_base_that_is_not_known_takes_no_travel():
    minutes = travel_minutes(np.array([np.nan, 0.0]), np.array([np.nan, 0.0]), FOOT, CHOICES)
    assert minutes.tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("words", "mode"),
    [("Foot", FOOT), ("PCSO walking", FOOT), ("marked car", CAR), ("Bicycle", CYCLE), ("", None)],
)
def test_the_rosters_words_for_modes(words, mode):
    assert mode_of(words) == mode
