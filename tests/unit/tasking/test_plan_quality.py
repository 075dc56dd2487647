"""Ten stored days: the plan is within 5% of the bound and serves more than three simple ways."""

import pytest

from analytics.tasking.order import earliest_starts
from benchmarks.plan_baselines import greedy_by_value_per_minute, nearest_next
from benchmarks.plan_instances import RECIPES, Instance, instances
from benchmarks.plans import score

DAYS = {held.name: held for held in instances()}
WITHIN = 0.05


@pytest.fixture(params=list(DAYS))
def held(request: pytest.FixtureRequest) -> Instance:
    return DAYS[request.param]


def test_the_ten_days_are_car_and_foot_tight_and_loose():
    assert len(DAYS) == 10
    for word in ("car", "foot", "tight", "loose"):
        assert sum(word in name.split("-") for name in DAYS) >= 4
    assert {recipe.shifts for recipe in RECIPES} == {1, 2}
    assert all(20 <= recipe.hotspots <= 60 for recipe in RECIPES)


def test_the_plan_is_near_the_bound_and_serves_more_than_simple_ways(held):
    found = score(held, seed=1, enough=WITHIN)
    assert found.gap <= WITHIN + 1e-9
    assert found.value <= found.bound.value + 1e-9
    assert found.value > found.greedy
    assert found.value > found.nearest
    assert found.value > found.equal


def test_the_simple_ways_are_feasible(held):
    problem = held.problem
    fits = problem.can_serve()
    for routes in (greedy_by_value_per_minute(problem), nearest_next(problem)):
        made = [visit for route in routes for visit in route]
        assert len(set(made)) == len(made)
        for stretch, route in enumerate(routes):
            assert earliest_starts(problem, stretch, route) is not None
            assert all(fits[stretch, visit] for visit in route)
