"""Patrol plans: previewed, issued, and found again by the day they cover."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from analytics.geography import Recent
from analytics.tasking.abstractions import mark_of
from analytics.tasking.bound import BY_RELAXATION
from analytics.tasking.build import Built, Progress, build_plan, wanted_by_day
from analytics.tasking.inputs import day_inputs, ways_between
from analytics.tasking.ledger import Ledger
from analytics.tasking.memory import remembered
from analytics.tasking.need import Need, read_need
from analytics.tasking.plan_edits import edits_mark
from analytics.tasking.problem import PlannedDay
from analytics.tasking.roster import Duty, read_duties
from analytics.tasking.rules import PARTNER_COLUMNS, read_rules, rules_mark
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import InputError, User, Workspace, make_run_id, make_settings

FEEDS_READ = ("roster", "bases", "assignment", "places", "crimes", "points", "streets")

_recent = Recent(8)


@dataclass(frozen=True)
class Plan:
    """Who goes where and when, how good that is at best, and what could not be served.

    `visits` has the columns of the table plan_visits without plan_id, and name; `unmet` those of
    plan_unmet, and name. `value` is the need served and `upper_bound` what no plan could exceed,
    both in the violence expected to be covered, summed over the days; `bound_by` names how the bound
    was found. `duties` are the unit-shifts
    planned for, `places` the hot spots by list, `breaks` the meal breaks by day, shift and unit,
    `partners` the visits wanted of places where partners go instead (day, hotspot_id, partner,
    visits_wanted, name), `place_days` what a visit covers on
    average and the visits planned (day, hotspot_id, covers, planned, is_open: neither control nor a
    partner's), `travel` how travel was measured.
    """

    run_id: str
    fingerprint: str
    settings: TaskingSettings
    first_day: date
    last_day: date
    list_ids: list[str]
    visits: pd.DataFrame
    unmet: pd.DataFrame
    value: float
    upper_bound: float
    ledger: Ledger
    duties: list[Duty]
    places: pd.DataFrame
    breaks: dict[tuple[date, str, str], tuple[datetime, datetime]]
    partners: pd.DataFrame
    place_days: pd.DataFrame
    days: list[PlannedDay]
    warnings: list[str]
    travel: str = ""
    bound_by: str = BY_RELAXATION

    @property
    def served_at_least(self) -> float | None:
        """The part of the most possible need that is surely served; None when none was possible."""
        return self.value / self.upper_bound if self.upper_bound > 0 else None

    @property
    def seed(self) -> int:
        """The seed that gives this plan again."""
        return self.settings.seed

    def is_made_with(self, settings: TaskingSettings, today: date) -> bool:
        """Whether these settings would ask for this plan, a seed left empty being any seed."""
        seed = self.seed if settings.seed is None else settings.seed
        first, last = settings.first_and_last(today)
        asked = settings.model_copy(update={"from_date": first, "to_date": last, "seed": seed})
        return asked == self.settings

    def as_json(self) -> dict[str, Any]:
        """Return the plan as plain JSON values, times local as "2026-09-04T21:15"."""
        return {
            "run_id": self.run_id,
            "settings": self.settings.as_json(),
            "lists": self.list_ids,
            "visits": [
                {
                    "date": row.day.isoformat(),
                    "shift": row.shift,
                    "unit": row.unit,
                    "order": int(row.visit_order),
                    "hotspot_id": row.hotspot_id,
                    "start": row.starts.strftime("%Y-%m-%dT%H:%M"),
                    "minutes": int(row.minutes),
                    "travel_minutes": int(row.travel_minutes),
                    "mode": row.mode,
                }
                for row in self.visits.itertuples()
            ],
            "value": self.value,
            "upper_bound": self.upper_bound,
            "upper_bound_by": self.bound_by,
            "unmet": [
                {
                    "date": row.day.isoformat(),
                    "hotspot_id": row.hotspot_id,
                    "wanted": int(row.visits_wanted),
                    "planned": int(row.visits_planned),
                    "reason": row.reason,
                }
                for row in self.unmet.itertuples()
            ],
            "partners": [
                {
                    "date": row.day.isoformat(),
                    "hotspot_id": row.hotspot_id,
                    "partner": row.partner,
                    "wanted": int(row.visits_wanted),
                }
                for row in self.partners.itertuples()
            ],
            "travel": self.travel,
            "capacity": self.ledger.as_json(),
            "warnings": self.warnings,
        }


def preview_plan(
    workspace: Workspace,
    user: User,
    settings: TaskingSettings,
    progress: Progress | None = None,
) -> Plan:
    """Compute a plan from the list in force, the roster and the hours of need; stores nothing.

    A seed left empty is drawn and stands in the plan's settings. Raises InputError when there is
    no list or no roster for the days, Refused when the user may not plan.
    """
    workspace.require(user, "plan")
    first, last, days = plan_days(workspace, settings)
    settings = resolved(settings, first, last)
    duties, warnings = read_duties(workspace, first, last)
    if not duties:
        raise InputError(no_roster(workspace, first, last))
    need = read_need(workspace, user, days, settings)
    memory = remembered(workspace, first)
    fingerprint = fingerprint_of(workspace, need) + memory.mark()
    run_id = make_run_id("tasking", settings, fingerprint)

    def make() -> Plan:
        rules = read_rules(workspace)
        wanted = wanted_by_day(days, need, settings, settings.seed, rules)
        ways, words = ways_between(workspace, need, duties, settings)
        inputs, partners, notes = day_inputs(workspace, need, duties, wanted, rules, ways)
        built = build_plan(inputs, settings, settings.seed, progress, memory.copy())
        told = warnings + notes
        plan = assemble(run_id, fingerprint, settings, need, duties, built, partners, told)
        return replace(plan, travel=words)

    return recent_plan(workspace, run_id, make)


def made_plan(workspace: Workspace, user: User, result: dict[str, Any]) -> Plan:
    """Return the plan that a job made, from its JSON; as it was made where it is still in memory.

    Else it is made again with its settings, from the data as they are now.
    """
    workspace.require(user, "plan")
    held = _recent.peek((workspace.workspace_id, result["run_id"]))
    if held is not None:
        return held
    return preview_plan(workspace, user, make_settings(TaskingSettings, result["settings"]))


def held_plan(workspace: Workspace, user: User, run_id: str) -> Plan | None:
    """Return a plan as it was made, None where it is no longer in memory."""
    workspace.require(user, "plan")
    return _recent.peek((workspace.workspace_id, run_id))


def is_current(workspace: Workspace, user: User, plan: Plan) -> bool:
    """Whether what the plan read is still as it was: feeds, list, rules, changes, abstractions."""
    workspace.require(user, "plan")
    days = [
        plan.first_day + timedelta(days=number)
        for number in range((plan.last_day - plan.first_day).days + 1)
    ]
    need = read_need(workspace, user, days, plan.settings)
    return (
        plan.fingerprint
        == fingerprint_of(workspace, need) + remembered(workspace, plan.first_day).mark()
    )


def plan_days(workspace: Workspace, settings: TaskingSettings) -> tuple[date, date, list[date]]:
    """Return the first, the last and all patrol days of a plan."""
    first, last = settings.first_and_last(workspace.today())
    return first, last, [first + timedelta(days=n) for n in range((last - first).days + 1)]


def recent_plan(workspace: Workspace, run_id: str, make: Callable[[], Plan]) -> Plan:
    """Return the plan of a run from memory, made when it is not held."""
    return _recent.get((workspace.workspace_id, run_id), make)


def resolved(settings: TaskingSettings, first: date, last: date) -> TaskingSettings:
    """Return the settings with days and seed filled in, so that the run can be repeated."""
    seed = secrets.randbelow(2**31) if settings.seed is None else settings.seed
    return settings.model_copy(update={"from_date": first, "to_date": last, "seed": seed})


def fingerprint_of(workspace: Workspace, need: dict[date, Need]) -> str:
    """Name the data that a plan reads: the feeds, list versions, abstractions, changes, rules."""
    lists = "+".join(dict.fromkeys(held.list_id for held in need.values()))
    by_hand = mark_of(workspace, min(need), max(need)) + edits_mark(workspace, min(need), max(need))
    by_hand += rules_mark(workspace)
    return f"{workspace.fingerprint(*FEEDS_READ)}:{lists}:{by_hand}"


def assemble(
    run_id: str,
    fingerprint: str,
    settings: TaskingSettings,
    need: dict[date, Need],
    duties: list[Duty],
    built: Built,
    partners: list[tuple],
    warnings: list[str],
) -> Plan:
    """Put the built parts together, with names and all warnings."""
    lists = list({held.list_id: held for held in need.values()}.values())
    places = pd.concat([held.places.assign(list_id=held.list_id) for held in lists])
    names = places.drop_duplicates("hotspot_id").set_index("hotspot_id")["name"]
    visits = built.visits.assign(name=built.visits["hotspot_id"].map(names))
    unmet = built.unmet.assign(name=built.unmet["hotspot_id"].map(names))
    instead = pd.DataFrame(partners, columns=PARTNER_COLUMNS)
    instead["name"] = instead["hotspot_id"].map(names)
    warnings = [*built.warnings, *warnings, *(text for held in lists for text in held.warnings)]
    if built.days_cut_short:
        days = ", ".join(f"{day.day} {day:%b}" for day in built.days_cut_short)
        warnings.append(
            f"The search was stopped by its time limit on {days}: the same seed may give another "
            "plan there. Lower the effort of the search."
        )
    return Plan(
        run_id=run_id,
        fingerprint=fingerprint,
        settings=settings,
        first_day=settings.from_date,
        last_day=settings.to_date,
        list_ids=[held.list_id for held in lists],
        visits=visits,
        unmet=unmet,
        value=built.value,
        upper_bound=built.upper_bound,
        ledger=built.ledger,
        duties=duties,
        places=places,
        breaks=built.breaks,
        partners=instead,
        place_days=built.place_days,
        days=built.days,
        warnings=warnings,
    )


def no_roster(workspace: Workspace, first: date, last: date) -> str:
    """Say that nobody is rostered on these days, and what to do."""
    period = f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
    held = workspace.rows("SELECT min(day), max(day) FROM roster")[0]
    if held[0] is None:
        return (
            f"There is no roster, so no plan for {period}. Load a roster, or plan tonight without "
            "one: name the units under Tonight."
        )
    return (
        f"Nobody is on the roster from {period}; it runs from {held[0].day} {held[0]:%b %Y} to "
        f"{held[1].day} {held[1]:%b %Y}. Choose other days, load a newer roster, or plan tonight "
        "without one."
    )


def summary(plan: Plan) -> str:
    """Return what the table of plans keeps of a plan as JSON text."""
    kept = {
        "value": plan.value,
        "upper_bound": plan.upper_bound,
        "upper_bound_by": plan.bound_by,
        "capacity": plan.ledger.as_json(),
        "warnings": plan.warnings,
    }
    return json.dumps(kept)
