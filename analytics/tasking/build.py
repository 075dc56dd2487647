"""From need and duties to visits: each day is solved by itself, then its order is drawn."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.tasking.bound import upper_bound
from analytics.tasking.capacity import Ledger, visits_possible
from analytics.tasking.clock import DayClock
from analytics.tasking.demand import visit_quotas, visits_by_day, wanted_visits
from analytics.tasking.need import Need
from analytics.tasking.order import draw_starts, keep_feasible, shuffle_order, travel_of
from analytics.tasking.roster import Duty, Stretch, off_minutes, stretches
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.solve import DayProblem, solve_day

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
UNMET_COLUMNS = ["day", "hotspot_id", "visits_wanted", "visits_planned", "reason"]

NOBODY = "No unit is on duty that day"
OFF_HOURS = "No unit is on duty at the hours wanted"
TOO_FAR = "No unit can get there and back in its time"
TOO_CLOSE = "Wanted more often than the time between visits allows"
TAKEN = "No unit had time left at the hours wanted"

TRACE_OF_NEED = 0.01
"""Share of the mean need that every minute on duty keeps (a convention)."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Day:
    """What one day of a plan starts from; `wanted` is visits per hot spot of `need.places`."""

    clock: DayClock
    need: Need
    wanted: np.ndarray
    factor: float
    duties: list[Duty]


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
    need: float = 0.0
    need_on_duty: float = 0.0
    productive: list[int] = field(default_factory=list)
    days_cut_short: list[date] = field(default_factory=list)
    breaks: dict[tuple[date, str, str], tuple[datetime, datetime]] = field(default_factory=dict)


def quotas_of(need: Need, settings: TaskingSettings) -> np.ndarray:
    """Return the visits a day that each hot spot of a list should have on average."""
    share = need.places["share"].to_numpy()
    return visit_quotas(
        share if settings.share_out == "share" else np.ones(len(share)),
        settings.visits_per_day,
        settings.least_visits_per_day,
        settings.most_visits_per_day,
    )


def wanted_by_day(
    days: list[date], need: dict[date, Need], settings: TaskingSettings, seed: int
) -> dict[date, np.ndarray]:
    """Return the visits wanted of each hot spot on each day, by the list in force on it."""
    found: dict[date, np.ndarray] = {}
    for list_id in dict.fromkeys(need[day].list_id for day in days):
        under = [day for day in days if need[day].list_id == list_id]
        held = need[under[0]]
        factors = np.array([held.day_factor(day) for day in under])
        if settings.share_out == "equal":
            factors = np.ones(len(under))
        quotas = quotas_of(held, settings)
        # Each list draws from its own stream, so that a longer plan draws alike.
        rng = np.random.default_rng([seed, under[0].toordinal()])
        counts = visits_by_day(quotas, factors / factors.mean(), rng)
        found.update(zip(under, counts, strict=True))
    return found


def build_plan(
    days: list[Day], settings: TaskingSettings, seed: int, progress: Progress | None = None
) -> Built:
    """Solve every day and return the plan; the same input and seed give the same plan."""
    sums = _Sums()
    for number, day in enumerate(days):
        if progress:
            progress(number / len(days), f"Planning {day.clock.day.day} {day.clock.day:%b}")
        _build_day(day, settings, seed, sums)
    visits = pd.DataFrame(sums.visits, columns=VISIT_COLUMNS)
    unmet = pd.DataFrame(sums.unmet, columns=UNMET_COLUMNS)
    return Built(
        visits=visits,
        unmet=unmet,
        value=round(sums.value, 6),
        upper_bound=round(sums.bound, 6),
        ledger=_ledger(sums, len(visits), sum(int(day.wanted.sum()) for day in days), settings),
        days_cut_short=sums.days_cut_short,
        breaks=sums.breaks,
    )


def _build_day(day: Day, settings: TaskingSettings, seed: int, sums: _Sums) -> None:
    rng = np.random.default_rng([seed, day.clock.day.toordinal()])
    parts = stretches(day.duties, day.clock, settings, rng)
    whole_need = day.clock.need(day.need.profile)
    is_out = _on_duty(parts, day.clock)
    sums.need += whole_need.sum()
    sums.need_on_duty += whole_need[is_out].sum()
    # Hours without a single crime so far keep a trace of need, so that a visit there is possible.
    need = np.where(is_out, whole_need + TRACE_OF_NEED * whole_need.mean(), 0.0)
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
    places = day.need.places
    worth = places["share"].to_numpy() * day.factor
    wanted = wanted_visits(day.wanted, worth, need, settings, rng)
    problem = DayProblem.build(
        places["x"].to_numpy(), places["y"].to_numpy(), wanted, parts, settings
    )
    routes = solve_day(problem, settings, int(rng.integers(2**31)))
    if routes.is_cut_short:
        sums.days_cut_short.append(day.clock.day)
    served = _draw_routes(day, problem, routes.visits, settings, rng, sums)
    sums.value += float(wanted["worth"].to_numpy()[served].sum())
    sums.bound += upper_bound(problem, settings.spacing_minutes)
    sums.unmet += _unmet(day, problem, served)


def _on_duty(parts: list[Stretch], clock: DayClock) -> np.ndarray:
    """Say for each minute of the day whether some unit is out."""
    is_out = np.zeros(clock.minutes, dtype=bool)
    for part in parts:
        is_out[max(part.early, 0) : max(part.late, 0)] = True
    return is_out


def _draw_routes(
    day: Day,
    problem: DayProblem,
    routes: list[list[int]],
    settings: TaskingSettings,
    rng: np.random.Generator,
    sums: _Sums,
) -> list[int]:
    """Draw order and starts of every route, note its visits, and return the visits served."""
    ids = day.need.places["hotspot_id"].to_numpy()
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
                    ids[problem.wanted["place"].iat[visit]],
                    day.clock.local(start),
                    settings.visit_minutes,
                    leg,
                    duty.mode,
                )
            )
        served += order
    return served


def _unmet(day: Day, problem: DayProblem, served: list[int]) -> list[tuple]:
    """Return one row per hot spot that gets fewer visits than wanted, with the main reason."""
    ids = day.need.places["hotspot_id"].to_numpy()
    places = problem.wanted["place"].to_numpy()
    planned = np.bincount(places[served], minlength=len(ids))
    fits = problem.can_serve()
    rows = []
    for place in np.flatnonzero(day.wanted > planned):
        missed = [visit for visit in np.flatnonzero(places == place) if visit not in served]
        reasons = Counter(_reason(problem, fits, visit) for visit in missed)
        reason = reasons.most_common(1)[0][0] if reasons else NOBODY
        rows.append(
            (day.clock.day, ids[place], int(day.wanted[place]), int(planned[place]), reason)
        )
    return rows


def _reason(problem: DayProblem, fits: np.ndarray, visit: int) -> str:
    early, late = problem.wanted["early"].iat[visit], problem.wanted["late"].iat[visit]
    if early > late:
        return TOO_CLOSE
    if fits[:, visit].any():
        return TAKEN
    is_on = any(
        part.early <= late and part.late >= early + problem.visit_minutes
        for part in problem.stretches
    )
    return TOO_FAR if is_on else OFF_HOURS


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
