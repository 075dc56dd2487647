"""From need and duties to visits: each day is solved by itself, then its order is drawn."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.tasking.bound import upper_bound
from analytics.tasking.day import Day, make_ready
from analytics.tasking.demand import visit_quotas, visits_by_day
from analytics.tasking.draws import plan_day
from analytics.tasking.ledger import Ledger, visits_possible
from analytics.tasking.memory import Memory
from analytics.tasking.need import Need
from analytics.tasking.order import draw_starts, keep_feasible, shuffle_order, travel_of
from analytics.tasking.problem import DayProblem, PlannedDay
from analytics.tasking.roster import Stretch, off_minutes
from analytics.tasking.rules import PlaceRules, limits, within_limits
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.unmet import UNMET_COLUMNS, unmet_rows

VISIT_COLUMNS = [
    "day",
    "shift",
    "unit",
    "visit_order",
    "hotspot_id",
    "starts",
    "minutes",
    "travel_minutes",
    "mode",
]

PLACE_DAY_COLUMNS = ["day", "hotspot_id", "covers", "planned", "is_open"]

Progress = Callable[[float, str], None]


@dataclass
class Built:
    """Visits and unmet wishes as frames of the workspace's tables, worth, bound and the sums."""

    visits: pd.DataFrame
    unmet: pd.DataFrame
    value: float
    upper_bound: float
    ledger: Ledger
    days_cut_short: list[date]
    breaks: dict[tuple[date, str, str], tuple[datetime, datetime]]
    warnings: list[str]
    place_days: pd.DataFrame
    days: list[PlannedDay]


@dataclass
class _Sums:
    """What the days add up to while a plan is built."""

    visits: list[tuple] = field(default_factory=list)
    unmet: list[tuple] = field(default_factory=list)
    value: float = 0.0
    bound: float = 0.0
    shift_minutes: int = 0
    off_minutes: int = 0
    travel_minutes: int = 0
    wanted: int = 0
    need: float = 0.0
    need_on_duty: float = 0.0
    productive: list[int] = field(default_factory=list)
    days_cut_short: list[date] = field(default_factory=list)
    days: list[PlannedDay] = field(default_factory=list)
    breaks: dict[tuple[date, str, str], tuple[datetime, datetime]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    place_days: list[tuple] = field(default_factory=list)


def quotas_of(
    need: Need, settings: TaskingSettings, rules: dict[str, PlaceRules] | None = None
) -> np.ndarray:
    """Return the visits a day that each hot spot of a list should have on average."""
    share = need.places["share"].to_numpy()
    least, most = limits(
        need.places["hotspot_id"].tolist(),
        rules or {},
        settings.least_visits_per_day,
        settings.most_visits_per_day,
        settings.visits_per_day,
    )
    return visit_quotas(
        share if settings.share_out == "share" else np.ones(len(share)),
        settings.visits_per_day,
        least,
        most,
    )


def wanted_by_day(
    days: list[date],
    need: dict[date, Need],
    settings: TaskingSettings,
    seed: int,
    rules: dict[str, PlaceRules] | None = None,
) -> dict[date, np.ndarray]:
    """Return the visits wanted of each hot spot on each day, by the list in force on it."""
    found: dict[date, np.ndarray] = {}
    for list_id in dict.fromkeys(need[day].list_id for day in days):
        under = [day for day in days if need[day].list_id == list_id]
        held = need[under[0]]
        factors = np.array([held.day_factor(day) for day in under])
        if settings.share_out == "equal":
            factors = np.ones(len(under))
        quotas = quotas_of(held, settings, rules)
        # Each list draws from its own stream, so that a longer plan draws alike.
        rng = np.random.default_rng([seed, under[0].toordinal()])
        counts = visits_by_day(quotas, factors / factors.mean(), rng)
        counts = within_limits(counts, held.places["hotspot_id"].tolist(), rules or {})
        found.update(zip(under, counts, strict=True))
    return found


def build_plan(
    days: list[Day],
    settings: TaskingSettings,
    seed: int,
    progress: Progress | None = None,
    memory: Memory | None = None,
) -> Built:
    """Solve the days in order and return the plan; the same input and seed give the same plan.

    `memory` is what the days before the first leave to remember.
    """
    sums, memory = _Sums(), memory or Memory()
    for number, day in enumerate(days):
        if progress:
            progress(number / len(days), f"Planning {day.clock.day.day} {day.clock.day:%b}")
        _build_day(memory.into(day), settings, seed, sums, memory)
    visits = pd.DataFrame(sums.visits, columns=VISIT_COLUMNS)
    unmet = pd.DataFrame(sums.unmet, columns=UNMET_COLUMNS)
    return Built(
        visits=visits,
        unmet=unmet,
        value=round(sums.value, 6),
        upper_bound=round(sums.bound, 6),
        ledger=_ledger(sums, len(visits), sums.wanted, settings),
        days_cut_short=sums.days_cut_short,
        breaks=sums.breaks,
        warnings=sums.warnings,
        place_days=pd.DataFrame(sums.place_days, columns=PLACE_DAY_COLUMNS),
        days=sums.days,
    )


def _build_day(day: Day, settings: TaskingSettings, seed: int, sums: _Sums, memory: Memory) -> None:
    rng = np.random.default_rng([seed, day.clock.day.toordinal()])
    ready = make_ready(day, settings, rng)
    sums.warnings += ready.warnings
    sums.wanted += int(ready.wanted.sum())
    need = day.need.by_minute(day.clock).sum()
    sums.need += need
    sums.need_on_duty += need * ready.need_on_duty
    _note_hours(day, ready.parts, settings, sums)
    problem, routes = plan_day(day, ready, settings, rng)
    if routes.is_cut_short:
        sums.days_cut_short.append(day.clock.day)
    number = len(sums.visits)
    served = _draw_routes(day, problem, routes.visits, settings, rng, sums)
    planned = np.bincount(problem.wanted["place"].to_numpy()[served], minlength=len(ready.wanted))
    made = pd.DataFrame(sums.visits[number:], columns=VISIT_COLUMNS)
    sums.place_days += [
        (day.clock.day, place, covers, int(made), place not in day.refused and not partner)
        for place, covers, made, partner in zip(
            day.ids,
            ready.covers,
            planned,
            [day.rules_of(place).partner for place in day.ids],
            strict=True,
        )
    ]
    memory.note(day, ready.wanted, planned, made)
    sums.value += problem.value([served])
    sums.days.append(PlannedDay(day.clock.day, problem, routes.visits))
    sums.bound += upper_bound(problem, settings.spacing_minutes)
    sums.unmet += unmet_rows(day.clock.day, day.ids, ready.wanted, problem, served)


def _note_hours(day: Day, parts: list[Stretch], settings: TaskingSettings, sums: _Sums) -> None:
    for duty in day.duties:
        minutes = day.clock.minute(duty.ends) - day.clock.minute(duty.starts)
        off = off_minutes(duty, day.clock, settings)
        sums.shift_minutes += minutes
        sums.off_minutes += off
        sums.productive.append(minutes - off)
    for before, after in pairwise(parts):
        if before.duty == after.duty and after.is_after_break:
            duty = day.duties[before.duty]
            pause = day.clock.local(before.late), day.clock.local(after.early)
            sums.breaks[day.clock.day, duty.shift, duty.unit] = pause


def _draw_routes(
    day: Day,
    problem: DayProblem,
    routes: list[list[int]],
    settings: TaskingSettings,
    rng: np.random.Generator,
    sums: _Sums,
) -> list[int]:
    """Draw order and starts of every route, note its visits, and return the visits served."""
    served: list[int] = []
    numbers: Counter[int] = Counter()
    for stretch, route in enumerate(routes):
        order = keep_feasible(problem, stretch, route)
        order = shuffle_order(problem, stretch, order, settings.order_slack, rng)
        starts = draw_starts(problem, stretch, order, rng)
        legs = travel_of(problem, stretch, order)
        sums.travel_minutes += sum(legs) if order else 0
        number = problem.stretches[stretch].duty
        duty = day.duties[number]
        for visit, start, leg in zip(order, starts, legs, strict=False):
            numbers[number] += 1
            sums.visits.append(
                (
                    day.clock.day,
                    duty.shift,
                    duty.unit,
                    numbers[number],
                    day.ids[problem.wanted["place"].iat[visit]],
                    day.clock.local(start),
                    problem.minutes[visit],
                    leg,
                    duty.mode,
                )
            )
        served += order
    return served


def _ledger(sums: _Sums, planned: int, wanted: int, settings: TaskingSettings) -> Ledger:
    travel = sums.travel_minutes / planned if planned else 0.0
    return Ledger(
        unit_shifts=len(sums.productive),
        shift_hours=sums.shift_minutes / 60,
        off_hours=sums.off_minutes / 60,
        travel_hours=sums.travel_minutes / 60,
        visit_hours=planned * settings.visit_minutes / 60,
        visits_possible=sum(
            visits_possible(minutes, 0, settings.visit_minutes, travel)
            for minutes in sums.productive
        ),
        visits_wanted=wanted,
        visits_planned=planned,
        need_share_on_duty=float(sums.need_on_duty / sums.need) if sums.need else 0.0,
    )
