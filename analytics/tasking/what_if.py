"""What if there were a unit more, or one fewer? The same days planned with less effort."""

from collections import Counter
from dataclasses import dataclass, replace

from analytics.tasking.build import build_plan, wanted_by_day
from analytics.tasking.comparison import violence_covered
from analytics.tasking.inputs import day_inputs, ways_between
from analytics.tasking.ledger import Ledger
from analytics.tasking.memory import remembered
from analytics.tasking.need import read_need
from analytics.tasking.plan import no_roster, plan_days, resolved
from analytics.tasking.roster import Duty, read_duties
from analytics.tasking.rules import read_rules
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import InputError, User, Workspace

ITERATIONS = 100
"""Effort of each what-if plan, the present one included, so that they compare (a convention)."""

MOST_DAYS = 3
"""A longer plan is compared over its first days: the answer comes in seconds (a convention)."""


@dataclass(frozen=True)
class Variant:
    """One number of units: what is changed, its ledger and the violence its visits cover."""

    change: str
    days: int
    ledger: Ledger
    violence_covered: float


def what_if(
    workspace: Workspace,
    user: User,
    settings: TaskingSettings,
    more_units: dict[str, int] | None = None,
) -> list[Variant]:
    """Return the plan as rostered and with units more or fewer on every shift; stores nothing.

    `more_units` says by mode how many more (less than zero: fewer). Without it there are three: one
    unit fewer, as rostered, and one more, of the mode that most units have. All use one seed, the
    first three days at most, and the same small effort. Raises what `preview_plan` raises.
    """
    workspace.require(user, "plan")
    first, last, days = plan_days(workspace, settings)
    days = days[:MOST_DAYS]
    chosen = resolved(settings, first, last).model_copy(update={"iterations": ITERATIONS})
    if settings.seed is None:
        chosen = chosen.model_copy(update={"seed": 1})
    duties, _ = read_duties(workspace, days[0], days[-1])
    if not duties:
        raise InputError(no_roster(workspace, first, last))
    need = read_need(workspace, user, days, chosen)
    rules, memory = read_rules(workspace), remembered(workspace, first)
    ways, _ = ways_between(workspace, need, duties, chosen)
    found = []
    for change in _changes(duties, more_units):
        changed = changed_duties(duties, change)
        wanted = wanted_by_day(days, need, chosen, chosen.seed, rules)
        inputs, _, _ = day_inputs(workspace, need, changed, wanted, rules, ways)
        built = build_plan(inputs, chosen, chosen.seed, memory=memory.copy())
        covered = violence_covered(built.place_days)
        found.append(Variant(_words(change), len(days), built.ledger, covered))
    return found


def changed_duties(duties: list[Duty], change: dict[str, int]) -> list[Duty]:
    """Return the unit-shifts with units more or fewer of a mode on every shift.

    A unit more is like the shift's first of that mode, or of any; one fewer is the shift's last.
    """
    shifts: dict[tuple, list[Duty]] = {}
    for duty in duties:
        shifts.setdefault((duty.day, duty.shift), []).append(duty)
    found = []
    for mine in shifts.values():
        kept = list(mine)
        for mode, number in change.items():
            same = [duty for duty in kept if duty.mode == mode]
            for duty in same[max(0, len(same) + number) :] if number < 0 else []:
                kept.remove(duty)
            like = replace((same or mine)[0], mode=mode, away=())
            kept += [replace(like, unit=f"{mode} +{extra + 1}") for extra in range(number)]
        found += kept
    return found


def _changes(duties: list[Duty], more_units: dict[str, int] | None) -> list[dict[str, int]]:
    if more_units is not None:
        return [{}, more_units]
    mode = Counter(duty.mode for duty in duties).most_common(1)[0][0]
    return [{mode: -1}, {}, {mode: 1}]


def _words(change: dict[str, int]) -> str:
    parts = [
        f"{abs(number)} {'more' if number > 0 else 'fewer'} on {mode}"
        if mode == "foot"
        else f"{abs(number)} {'more' if number > 0 else 'fewer'} by {mode}"
        for mode, number in change.items()
        if number
    ]
    return ", ".join(parts) or "As rostered"
