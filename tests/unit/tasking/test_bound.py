"""The bound: no plan exceeds it, by trying all; it is below the plain relaxation."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics import tasking
from analytics.tasking import TaskingSettings
from analytics.tasking.bound import upper_bound
from analytics.tasking.bound_columns import alike, families, tight_bound
from analytics.tasking.bound_routes import Memory, RouteFinder
from analytics.tasking.order import earliest_starts
from analytics.tasking.problem import DayProblem
from analytics.tasking.roster import Stretch
from analytics.tasking.solve import solve_day
from analytics.tasking.travel import CAR, FOOT
from analytics.workspace import Refused, User, Workspace
from tests.unit.tasking.conftest import MONDAY

CHOICES = TaskingSettings(iterations=200, spacing_minutes=20)


def random_problem(seed: int, places: int, units: int, twice: bool = True) -> DayProblem:
    """A small day: places wanted once or twice, units on foot and by car with their own hours."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 2500, (2, places))
    rows = []
    for place in range(places):
        early = int(rng.integers(0, 90))
        late = early + int(rng.integers(0, 90))
        rows.append((place, early, late, rng.uniform(0.01, 0.2)))
        if twice and rng.random() < 0.3:
            again = late + CHOICES.visit_minutes + CHOICES.spacing_minutes
            rows.append((place, again, again + int(rng.integers(0, 60)), rng.uniform(0.01, 0.2)))
    wanted = pd.DataFrame(rows, columns=["place", "early", "late", "first"])
    begun = rng.integers(0, 2, places)
    wanted["begun"] = begun[wanted["place"]]
    wanted["promised"] = 0
    rank = wanted.groupby("place")["first"].rank(ascending=False, method="first")
    wanted["worth"] = wanted["first"] / (rank + wanted["begun"])
    parts = [
        Stretch(
            unit,
            int(rng.integers(0, 40)),
            int(rng.integers(80, 200)),
            CAR if rng.random() < 0.5 else FOOT,
            float(rng.uniform(0, 2500)),
            float(rng.uniform(0, 2500)),
        )
        for unit in range(units)
    ]
    may = rng.random((units, len(wanted))) < 0.8
    return DayProblem.build(x, y, wanted, parts, CHOICES, may)


def worth_by_hand(problem: DayProblem, made: frozenset) -> float:
    """The best visit of a place counts whole, the next a half: later where some have begun."""
    total, rows = 0.0, problem.wanted.loc[sorted(made)]
    for _, mine in rows.groupby("place"):
        falling = sorted(mine["first"], reverse=True)
        begun = int(mine["begun"].iloc[0])
        total += sum(first / (begun + turn) for turn, first in enumerate(falling, start=1))
    return total


def best_by_trying_all(problem: DayProblem) -> float:
    """The worth of the best plan: every order of every set of visits, every way to share them."""
    fits, visits = problem.can_serve(), range(len(problem.wanted))
    reached = {frozenset()}
    for stretch in range(len(problem.stretches)):
        mine = {
            frozenset(order)
            for size in range(len(problem.wanted) + 1)
            for order in permutations([v for v in visits if fits[stretch, v]], size)
            if earliest_starts(problem, stretch, list(order)) is not None
        }
        reached = {taken | made for taken in reached for made in mine if not taken & made}
    return max(worth_by_hand(problem, made) for made in reached)


@given(st.integers(0, 2**31 - 1))
@settings(max_examples=40, deadline=None)
def test_a_visit_counts_in_its_turn_among_those_made(seed):
    problem = random_problem(seed, 5, 2)
    rng = np.random.default_rng(seed)
    made = frozenset(int(visit) for visit in np.flatnonzero(rng.random(len(problem.wanted)) < 0.6))
    value = problem.value([made])
    assert value == pytest.approx(worth_by_hand(problem, made))
    everything = frozenset(range(len(problem.wanted)))
    assert problem.value([everything]) == pytest.approx(problem.worth.sum())
    for visit, adds in enumerate(problem.each([made])):
        other = worth_by_hand(problem, made ^ {visit})
        assert adds == pytest.approx(abs(value - other))


@given(st.integers(0, 2**31 - 1), st.integers(2, 5), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_no_plan_exceeds_the_bound_and_it_is_below_the_plain_one(seed, places, units):
    problem = random_problem(seed, places, units)
    if len(problem.wanted) > 6:
        return
    best = best_by_trying_all(problem)
    bound = tight_bound(problem, CHOICES.spacing_minutes)
    plain = upper_bound(problem, CHOICES.spacing_minutes)
    assert best <= bound.value + 1e-9
    assert bound.value <= plain + 1e-9
    assert bound.plain == pytest.approx(plain)


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_the_bound_holds_however_early_it_stops(rounds):
    for seed in range(6):
        problem = random_problem(seed, 5, 2, twice=False)
        best = best_by_trying_all(problem)
        bound = tight_bound(problem, CHOICES.spacing_minutes, rounds=rounds)
        assert best - 1e-9 <= bound.value
        longer = tight_bound(problem, CHOICES.spacing_minutes, rounds=rounds + 10)
        assert longer.value <= bound.value + 1e-9


def test_with_one_unit_the_bound_is_the_best_plan():
    for seed in range(8):
        problem = random_problem(seed, 5, 1, twice=False)
        bound = tight_bound(problem, CHOICES.spacing_minutes)
        assert bound.value == pytest.approx(best_by_trying_all(problem), rel=0.002)


def test_the_bound_is_never_below_the_plan_and_closer_than_the_plain_one():
    problem = random_problem(3, 30, 4)
    routes = solve_day(problem, CHOICES, seed=1).visits
    value = problem.value(routes)
    bound = tight_bound(problem, CHOICES.spacing_minutes, routes=routes)
    assert value <= bound.value + 1e-9
    assert bound.value < bound.plain


@given(st.integers(0, 2**31 - 1))
@example(14419116)
@settings(max_examples=25, deadline=None)
def test_a_route_is_priced_as_high_as_the_best_of_all_orders(seed):
    problem = random_problem(seed, 6, 1, twice=False)
    rng = np.random.default_rng(seed)
    prices = problem.worth - rng.uniform(0, 0.15, len(problem.worth))
    fits = np.flatnonzero(problem.can_serve()[0])
    best = max(
        prices[list(order)].sum()
        for size in range(len(fits) + 1)
        for order in permutations(fits, size)
        if earliest_starts(problem, 0, list(order)) is not None
    )
    memory, finder = Memory(len(prices)), RouteFinder(problem, [0])
    # Whole minutes rounded up: passing by a place can be shorter than the direct way, and the
    # routes priced are those by the shortest way.
    by_shortest_ways = max(
        prices[list(order)].sum()
        for size in range(len(fits) + 1)
        for order in permutations(fits, size)
        if finder.is_possible(0, tuple(int(visit) for visit in order))
    )
    for _ in range(50):
        tours = finder.best(prices, memory)[0]
        found = tours[0].price if tours else 0.0
        assert found >= best - 1e-9
        if not tours or not memory.learn(tours[0].visits):
            break
    assert found == pytest.approx(by_shortest_ways)
    if tours:
        assert finder.is_possible(0, tours[0].visits)


@given(st.integers(0, 2**31 - 1), st.booleans())
@settings(max_examples=25, deadline=None)
def test_stretches_that_begin_or_end_together_are_searched_at_once(seed, is_end):
    lone = random_problem(seed, 6, 3, twice=False)
    base = lone.stretches[0]
    together = {"late": base.late} if is_end else {"early": base.early}
    parts = [
        replace(part, mode=base.mode, x=base.x, y=base.y, **together) for part in lone.stretches
    ]
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 2500, (2, 6))
    problem = DayProblem.build(x, y, lone.wanted, parts, CHOICES)
    everyone = list(range(len(parts)))
    assert families(problem, everyone) == [everyone]
    prices = problem.worth - rng.uniform(0, 0.15, len(problem.worth))
    memory, shared = Memory(len(prices)), RouteFinder(problem, everyone)
    for member, found in enumerate(shared.best(prices, memory, 3)):
        alone = RouteFinder(problem, [member])
        expected = alone.best(prices, memory)[0]
        assert [t.price for t in found[:1]] == pytest.approx([t.price for t in expected])
        for tour in found:
            assert prices[list(tour.visits)].sum() == pytest.approx(tour.price)
            assert shared.is_possible(member, tour.visits)
            assert alone.is_possible(0, tour.visits)


def test_stretches_with_the_same_hours_and_base_share_their_routes():
    problem = random_problem(1, 4, 1)
    three = DayProblem.build(
        np.arange(5.0) * 300,
        np.zeros(5),
        problem.wanted[["place", "early", "late", "worth"]],
        [
            Stretch(0, 0, 120, FOOT, 0.0, 0.0),
            Stretch(1, 0, 120, FOOT, 0.0, 0.0),
            Stretch(2, 0, 121, FOOT, 0.0, 0.0),
        ],
        CHOICES,
    )
    assert alike(three) == [[0, 1], [2]]


def test_nothing_to_do_is_worth_nothing():
    problem = random_problem(1, 4, 1)
    none = DayProblem.build(np.zeros(4), np.zeros(4), problem.wanted, [], CHOICES)
    assert tight_bound(none, 30).value == 0


def test_the_bound_of_a_plan_is_kept_and_found_again(patrol_workspace: Workspace, acting: User):
    choices = TaskingSettings(
        from_date=MONDAY, to_date=MONDAY + timedelta(days=1), visits_per_day=4, seed=3
    )
    plan = tasking.preview_plan(patrol_workspace, acting, choices)
    assert tasking.bound_of(patrol_workspace, plan) is None
    assert "No closer bound is known" in tasking.bound_sentence(plan, None)
    assert "is being worked out" in tasking.bound_sentence(plan, None, is_under_way=True)
    told: list[float] = []
    made = tasking.save_bound(
        patrol_workspace, acting, plan, lambda share, text: told.append(share)
    )
    held = tasking.bound_of(patrol_workspace, plan)
    assert held == made
    assert plan.value <= made.upper_bound <= plan.upper_bound + 1e-6
    assert told == sorted(told)
    assert [day["date"] for day in made.days] == ["2026-09-07", "2026-09-08"]
    assert sum(day["value"] for day in made.days) == pytest.approx(plan.value, abs=1e-5)
    assert f"{plan.value / made.upper_bound:.1%}" in tasking.bound_sentence(plan, held)


def test_an_issued_plan_carries_the_tight_bound(patrol_workspace: Workspace, acting: User):
    choices = TaskingSettings(from_date=MONDAY, to_date=MONDAY, visits_per_day=4, seed=3)
    plain = tasking.preview_plan(patrol_workspace, acting, choices)
    plan = tasking.save_plan(patrol_workspace, acting, choices)
    assert plan.run_id == plain.run_id
    assert plan.value <= plan.upper_bound <= plain.upper_bound


def test_who_may_not_plan_may_not_work_on_the_bound(patrol_workspace: Workspace, acting: User):
    choices = TaskingSettings(from_date=MONDAY, to_date=MONDAY, seed=3)
    plan = tasking.preview_plan(patrol_workspace, acting, choices)
    officer = User("o", "Officer", frozenset({"officer"}))
    with pytest.raises(Refused):
        tasking.save_bound(patrol_workspace, officer, plan)
