"""The bound of a whole plan: worked out day by day after the plan, and kept for it.

Each day's problem is bounded as the plan met it. What the bound leaves out can only make the best
plan worth less than it, never more.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from analytics.tasking.bound import BY_RELAXATION, BY_ROUTES
from analytics.tasking.bound_columns import ROUNDS, Bound, tight_bound, work_of_round
from analytics.tasking.build import Progress
from analytics.tasking.plan import Plan
from analytics.tasking.problem import PlannedDay
from analytics.workspace import User, Workspace, get_run, make_run_id, store_run

STEP = "tasking-bound"

WORK_AT_ONCE = 3000
"""Work that `task` spends on the bound: searches for routes over 100 visits (a convention)."""

ROUNDS_AT_ONCE = 20
"""Rounds of prices a day that `task` makes at most: more lower the bound by little."""

FEWEST_ROUNDS = 12
"""Fewer rounds of prices than this seldom lower the plain bound."""

UNDER_WAY = "A closer bound is being worked out and stands here as soon as it is done."

LEAVES_OUT = (
    "The bound holds for the visits wanted as drawn, day by day, given what the days before "
    "served; drawn otherwise they could be worth more. It leaves out that visits fixed by hand must be kept, that no unit carries much more "
    "than its part, and that a route may not come back to a visit it has made, where the search "
    "did not rule that out: so the best plan may be worth less. The random order and starts cost "
    "no visit."
)


@dataclass(frozen=True)
class PlanBound:
    """What no plan of these days can exceed, and what the plain relaxation says of it.

    `days` has date, value (of the plan), upper_bound, plain, rounds, is_settled.
    """

    run_id: str
    plan_run_id: str
    value: float
    upper_bound: float
    plain: float
    days: list[dict[str, Any]]

    @property
    def by(self) -> str:
        """How the bound was found, in words."""
        tight = sum(day["rounds"] > 0 or day["is_settled"] for day in self.days)
        if tight == len(self.days):
            return BY_ROUTES
        if not tight:
            return BY_RELAXATION
        return f"{BY_ROUTES} on {tight:,} of {len(self.days):,} days, {BY_RELAXATION} on the others"


def save_bound(
    workspace: Workspace, user: User, plan: Plan, progress: Progress | None = None
) -> PlanBound:
    """Work out the bound of a plan and keep it, so that it is shown with the plan."""
    workspace.require(user, "plan")
    found = bound_plan(plan, progress=progress)
    detail = {"plan": plan.run_id, "upper_bound": found.upper_bound}
    with workspace.write(user, "create", "run", found.run_id, detail) as transaction:
        store_run(
            transaction,
            user,
            found.run_id,
            STEP,
            plan.settings,
            plan.fingerprint,
            asdict(found),
            seed=plan.seed,
        )
    return found


def bound_of(workspace: Workspace, plan: Plan) -> PlanBound | None:
    """Return the bound kept for a plan, None while there is none."""
    run = get_run(workspace, _run_id(plan))
    return PlanBound(**run.result) if run else None


def bound_plan(
    plan: Plan, work: float | None = None, progress: Progress | None = None
) -> PlanBound:
    """Work out the bound of a plan; stores nothing.

    With at most so much `work`: days for which too little is left have the plain bound.
    """
    rows, left = [], work
    for number, planned in enumerate(plan.days):
        rounds, each = ROUNDS, work_of_round(planned.problem)
        if left is not None:
            rounds = min(ROUNDS_AT_ONCE, int(left // each))
            rounds = 0 if rounds < FEWEST_ROUNDS else rounds
        bound = _of_day(plan, planned, rounds, progress, number)
        left = None if left is None else left - bound.rounds * each
        rows.append(_row(planned, bound))
    return PlanBound(
        run_id=_run_id(plan),
        plan_run_id=plan.run_id,
        value=plan.value,
        upper_bound=max(round(sum(row["upper_bound"] for row in rows), 6), plan.value),
        plain=plan.upper_bound,
        days=rows,
    )


def with_tight_bound(plan: Plan) -> Plan:
    """Return the plan with the best bound that `WORK_AT_ONCE` gives, and its name."""
    return _bounded(plan, bound_plan(plan, WORK_AT_ONCE))


def with_bound(workspace: Workspace, plan: Plan) -> Plan:
    """Return the plan with the bound kept for it, where that is the closer one."""
    kept = bound_of(workspace, plan)
    return _bounded(plan, kept) if kept else plan


def _bounded(plan: Plan, bound: PlanBound) -> Plan:
    # A plan of `task` may have the closer one already, from a search of the same kind.
    if bound.upper_bound > plan.upper_bound:
        return plan
    return replace(plan, upper_bound=bound.upper_bound, bound_by=bound.by)


def bound_sentence(plan: Plan, bound: PlanBound | None, is_under_way: bool = False) -> str:
    """Say how much of the most possible the plan serves, by which bound, and what that leaves out.

    `is_under_way` says that a closer bound is being worked out.
    """
    if plan.upper_bound <= 0:
        return "No visit was possible, so there is nothing to compare the plan with."
    if bound is None:
        return (
            f"The plan is worth {plan.value:.3f}: at least {plan.value / plan.upper_bound:.1%} of "
            f"the most that any plan could be worth, {plan.upper_bound:.3f} by a plain linear "
            "relaxation, which takes little notice of routes. "
            + (UNDER_WAY if is_under_way else "No closer bound is known.")
        )
    settled = sum(day["is_settled"] for day in bound.days)
    return (
        f"The plan is worth {plan.value:.3f}: at least {plan.value / bound.upper_bound:.1%} of the "
        f"most that any plan could be worth, {bound.upper_bound:.3f} by {BY_ROUTES} "
        f"(run `{bound.run_id}`, settled on {settled:,} of {len(bound.days):,} days); a "
        f"plain linear relaxation says {bound.plain:.3f}. {LEAVES_OUT}"
    )


def _of_day(
    plan: Plan, planned: PlannedDay, rounds: int, progress: Progress | None, number: int
) -> Bound:
    def tell(share: float) -> None:
        if progress:
            progress((number + share) / len(plan.days), f"Bound of {_words(planned.day)}")

    spacing = plan.settings.spacing_minutes
    return tight_bound(
        planned.problem,
        spacing,
        rounds=rounds,
        routes=planned.routes,
        enough=planned.problem.value(planned.routes),
        progress=tell,
    )


def _row(planned: PlannedDay, bound: Bound) -> dict[str, Any]:
    return {
        "date": planned.day.isoformat(),
        "value": planned.problem.value(planned.routes),
        "upper_bound": bound.value,
        "plain": bound.plain,
        "rounds": bound.rounds,
        "is_settled": bound.is_settled,
    }


def _run_id(plan: Plan) -> str:
    return make_run_id(STEP, plan.settings, plan.run_id)


def _words(day: date) -> str:
    return f"{day.day} {day:%b}"
