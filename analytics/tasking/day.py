"""One day made ready: who is out, which visits stand, which may be made, and what each is worth."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analytics.tasking.clock import DayClock
from analytics.tasking.demand import Held, wanted_visits
from analytics.tasking.need import Need
from analytics.tasking.pins import Pin, Pins, fitting, not_offered, sentence, stretch_of, why_not
from analytics.tasking.problem import DayProblem
from analytics.tasking.roster import Duty, Stretch, stretches
from analytics.tasking.rules import NO_RULES, PlaceRules
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.travel import Ways

TRACE_OF_NEED = 0.01
"""Share of the mean need that every minute on duty keeps (a convention)."""

BY_RULE = "its rules say that {unit} is not sent there"


@dataclass(frozen=True)
class Day:
    """What one day of a plan starts from; `wanted` is visits per hot spot of `need.places`.

    `rules` are by hot spot, `pins` of this day, `earlier` the visits already planned that it must
    keep away from, `carried` per hot spot the weight of what the days before left unserved, and
    `refused` by hot spot why no unit is sent there, `ways` how units get about (None: straight
    lines).
    """

    clock: DayClock
    need: Need
    wanted: np.ndarray
    duties: list[Duty]
    rules: dict[str, PlaceRules] = field(default_factory=dict)
    pins: Pins = field(default_factory=Pins)
    earlier: tuple[Held, ...] = ()
    carried: np.ndarray | None = None
    refused: dict[str, str] = field(default_factory=dict)
    ways: Ways | None = None

    @property
    def ids(self) -> np.ndarray:
        """The hot spots' ids in order."""
        return self.need.places["hotspot_id"].to_numpy()

    def rules_of(self, hotspot_id: str) -> PlaceRules:
        """Return the rules of a hot spot."""
        return self.rules.get(hotspot_id, NO_RULES)


@dataclass(frozen=True)
class Ready:
    """The problem of a day with the visits wanted, pins counted, and pins that cannot stand.

    `covers` is the violence that a first visit to each hot spot covers, at a moment drawn from its
    need; `pins` are those that stand and `need` is by hot spot and minute on duty.
    """

    problem: DayProblem
    parts: list[Stretch]
    wanted: np.ndarray
    need_on_duty: float
    covers: np.ndarray
    warnings: list[str]
    pins: list[Pin]
    need: np.ndarray


def make_ready(day: Day, settings: TaskingSettings, rng: np.random.Generator) -> Ready:
    """Return the problem of a day: candidate visits drawn from need, pins and rules kept."""
    parts = stretches(day.duties, day.clock, settings, rng, _busy(day, settings))
    pins, warnings = _possible_pins(day, parts)
    is_out = on_duty(parts, day.clock)
    need = _need_on_duty(day, is_out)
    problem = _problem(day, parts, pins, need, settings, rng)
    stands = fitting(problem, [stretch_of(pin, day.clock, day.duties, parts) for pin in pins])
    if not all(stands):
        late = [pin for pin, stays in zip(pins, stands, strict=True) if not stays]
        warnings += [_told(day, pin, "its unit cannot be there in time and back") for pin in late]
        pins = [pin for pin in pins if pin not in late]
        problem = _problem(day, parts, pins, need, settings, rng)
    wanted = np.maximum(day.wanted, np.bincount(_places(day, pins), minlength=len(day.wanted)))
    total = day.need.by_minute(day.clock).sum(axis=0)
    share = float(total[is_out].sum() / total.sum()) if total.sum() else 0.0
    mass = need.sum(axis=1)
    minutes = settings.visit_minutes + settings.spacing_minutes
    covers = np.divide((need**2).sum(axis=1), mass, out=np.zeros(len(mass)), where=mass > 0)
    return Ready(problem, parts, wanted, share, covers * minutes, warnings, pins, need)


def redrawn(
    day: Day, ready: Ready, counts: np.ndarray, settings: TaskingSettings, rng: np.random.Generator
) -> DayProblem:
    """Return the day's problem drawn anew, with so many visits wanted of each hot spot."""
    fewer = replace(day, wanted=counts)
    return _problem(fewer, ready.parts, ready.pins, ready.need, settings, rng)


def on_duty(parts: list[Stretch], clock: DayClock) -> np.ndarray:
    """Say for each minute of the day whether some unit is out."""
    is_out = np.zeros(clock.minutes, dtype=bool)
    for part in parts:
        is_out[max(part.early, 0) : max(part.late, 0)] = True
    return is_out


def held_visits(day: Day, visits: pd.DataFrame) -> tuple[Held, ...]:
    """Return planned visits (columns of plan_visits) as visits that stand beside the day's own."""
    place = {hotspot_id: number for number, hotspot_id in enumerate(day.ids)}
    return tuple(
        Held(place[row.hotspot_id], day.clock.minute(row.starts), round(row.minutes), False)
        for row in visits.itertuples()
        if row.hotspot_id in place
    )


def _need_on_duty(day: Day, is_out: np.ndarray) -> np.ndarray:
    """Return expected violence per hot spot and minute, zero while nobody is out or may go.

    Hours without a single crime so far keep a trace of need, so that a visit there is possible.
    """
    whole = day.need.by_minute(day.clock)
    is_open = np.array([day.rules_of(hotspot_id).is_open(day.clock) for hotspot_id in day.ids])
    trace = TRACE_OF_NEED * whole.mean(axis=1, keepdims=True)
    return np.where(is_open & is_out[None, :], whole + trace, 0.0)


def _problem(
    day: Day,
    parts: list[Stretch],
    pins: list[Pin],
    need: np.ndarray,
    settings: TaskingSettings,
    rng: np.random.Generator,
) -> DayProblem:
    held = [
        Held(place, day.clock.minute(pin.starts), pin.minutes, True)
        for place, pin in zip(_places(day, pins), pins, strict=True)
    ]
    least = np.array([day.rules_of(hotspot_id).least or 0.0 for hotspot_id in day.ids])
    wanted = wanted_visits(
        day.wanted,
        need,
        settings,
        rng,
        held=[*held, *day.earlier],
        carried=day.carried,
        least=least,
    )
    x, y = day.need.places["x"].to_numpy(), day.need.places["y"].to_numpy()
    problem = DayProblem.build(x, y, wanted, parts, settings, ways=day.ways)
    return replace(problem, may_serve=_may_serve(day, parts, pins, problem))


def _may_serve(day: Day, parts: list[Stretch], pins: list[Pin], problem: DayProblem) -> np.ndarray:
    """Say which stretch may make which visit by the rules, the pins and what was cancelled."""
    ids = day.ids[problem.wanted["place"].to_numpy()]
    early, late = np.array(problem.early), np.array(problem.late)
    allowed = np.ones((len(parts), len(ids)), dtype=bool)
    for number, part in enumerate(parts):
        unit = day.duties[part.duty].unit
        banned = {place for place, rules in day.rules.items() if unit in rules.not_units}
        allowed[number] = ~np.isin(ids, list(banned))
        allowed[number] &= ~not_offered(day.pins.cancelled, day.clock, unit, ids, early, late)
    for visit, pin in enumerate(pins):
        allowed[:, visit] = False
        allowed[stretch_of(pin, day.clock, day.duties, parts), visit] = True
    return allowed


def _possible_pins(day: Day, parts: list[Stretch]) -> tuple[list[Pin], list[str]]:
    """Return the pins that could stand, and a sentence for each that cannot."""
    listed = set(day.ids)
    kept, warnings = [], []
    for pin in day.pins.kept:
        if pin.hotspot_id not in listed:
            reason = "the place is not on the list in force that day"
        elif pin.unit in day.rules_of(pin.hotspot_id).not_units:
            reason = BY_RULE.format(unit=pin.unit)
        else:
            reason = why_not(pin, day.clock, day.duties, parts, day.refused)
        if reason:
            warnings.append(_told(day, pin, reason))
        else:
            kept.append(pin)
    return kept, warnings


def _told(day: Day, pin: Pin, reason: str) -> str:
    names = dict(zip(day.ids, day.need.places["name"], strict=True))
    return sentence(pin, names.get(pin.hotspot_id, pin.hotspot_id), reason)


def _places(day: Day, pins: list[Pin]) -> list[int]:
    number = {hotspot_id: place for place, hotspot_id in enumerate(day.ids)}
    return [number[pin.hotspot_id] for pin in pins]


def _busy(day: Day, settings: TaskingSettings) -> dict[str, list[tuple[int, int]]]:
    """Return by unit the minutes that its pins take, the way from and to its base included."""
    place = day.need.places.set_index("hotspot_id")
    found: dict[str, list[tuple[int, int]]] = {}
    for pin in day.pins.kept:
        mine = [duty for duty in day.duties if duty.unit == pin.unit]
        if pin.hotspot_id not in place.index or not mine:
            continue
        at, duty = place.loc[pin.hotspot_id], mine[0]
        x, y = np.array([duty.x, at["x"]]), np.array([duty.y, at["y"]])
        way = int((day.ways or Ways(settings)).minutes(x, y, duty.mode)[0, 1])
        begins = day.clock.minute(pin.starts)
        found.setdefault(pin.unit, []).append((begins - way, begins + pin.minutes + way))
    return found
