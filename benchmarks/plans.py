"""How good are the plans? Value, bound and three simple ways on the ten stored days.

    python -m benchmarks.plans [SEED]

Prints a row per instance: the visits wanted and planned, by how much the plan falls short of the
bound and of the plain relaxation at most, by how much it serves more than each simple way, and the
processor seconds of plan and bound.
"""

import sys
import time
from dataclasses import dataclass

from analytics.tasking.bound_columns import Bound, tight_bound
from analytics.tasking.insertion import by_worth_per_minute
from analytics.tasking.solve import solve_day
from benchmarks.plan_baselines import equal_visits, nearest_next
from benchmarks.plan_instances import Instance, instances


@dataclass(frozen=True)
class Score:
    """What one instance gave: worth of the plan and of the simple ways, bound, processor seconds."""

    wanted: int
    planned: int
    value: float
    bound: Bound
    greedy: float
    nearest: float
    equal: float
    plan_s: float
    bound_s: float

    @property
    def gap(self) -> float:
        """The part of the bound that the plan does not serve."""
        return 1 - self.value / self.bound.value


def score(held: Instance, seed: int, enough: float | None = None) -> Score:
    """Plan one instance and bound it; the bound need not fall below value / (1 - `enough`)."""
    problem, settings = held.problem, held.settings
    began = time.process_time()
    routes = solve_day(problem, settings, seed).visits
    planned = time.process_time()
    value = problem.value(routes)
    target = 0.0 if enough is None else value / (1 - enough)
    bound = tight_bound(problem, settings.spacing_minutes, routes=routes, enough=target)
    ended = time.process_time()
    return Score(
        wanted=len(problem.wanted),
        planned=sum(map(len, routes)),
        value=value,
        bound=bound,
        greedy=problem.value(by_worth_per_minute(problem)),
        nearest=problem.value(nearest_next(problem)),
        equal=held.equal.value(equal_visits(held.equal, settings, seed)),
        plan_s=planned - began,
        bound_s=ended - planned,
    )


def main() -> None:
    """Print the table in Markdown."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print("| day | wanted | planned | below bound | below plain bound | over greedy ", end="")
    print("| over nearest-next | over equal visits | plan, s | bound, s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for held in instances():
        found = score(held, seed)
        more = [found.value / other - 1 for other in (found.greedy, found.nearest, found.equal)]
        cells = [held.name, str(found.wanted), str(found.planned), f"{abs(found.gap):.1%}"]
        cells += [f"{abs(1 - found.value / found.bound.plain):.1%}"]
        cells += [f"{part:+.1%}" for part in more]
        cells += [f"{found.plan_s:.1f}", f"{found.bound_s:.1f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
