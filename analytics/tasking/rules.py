"""Rules of patrol per place: least and most visits, hours, units not to be sent, partners."""

import hashlib
from dataclasses import dataclass
from datetime import date, time

import numpy as np

from analytics.tasking.briefings import Briefing, briefings
from analytics.tasking.clock import DayClock
from analytics.workspace import Workspace

PARTNER_COLUMNS = ["day", "hotspot_id", "partner", "visits_wanted"]


@dataclass(frozen=True)
class PlaceRules:
    """What holds for one hot spot; None and empty mean that nothing special does.

    `partner` says who goes there instead of officers, `hours` when a visit may take place (pairs
    of clock times, the second may be after midnight), `not_units` which units are not sent.
    """

    partner: str = ""
    least: float | None = None
    most: float | None = None
    hours: tuple[tuple[time, time], ...] = ()
    not_units: frozenset[str] = frozenset()

    def is_open(self, clock: DayClock) -> np.ndarray:
        """Say for each minute of a patrol day whether a visit may take place then."""
        if not self.hours:
            return np.ones(clock.minutes, dtype=bool)
        local = (clock.local(minute) for minute in range(clock.minutes))
        minute_of_day = np.array([moment.hour * 60 + moment.minute for moment in local])
        is_open = np.zeros(clock.minutes, dtype=bool)
        for first, last in self.hours:
            begins, ends = first.hour * 60 + first.minute, last.hour * 60 + last.minute
            length = (ends - begins) % 1440
            is_open |= (minute_of_day - begins) % 1440 < length
        return is_open


NO_RULES = PlaceRules()


def read_rules(workspace: Workspace) -> dict[str, PlaceRules]:
    """Return the rules of each hot spot whose briefing has some."""
    return {
        hotspot_id: rules_of(held.briefing)
        for hotspot_id, held in briefings(workspace).items()
        if held.briefing.has_rules
    }


def rules_of(briefing: Briefing) -> PlaceRules:
    """Return the rules that a briefing holds."""
    return PlaceRules(
        partner=briefing.partner.strip(),
        least=briefing.least_visits_per_day,
        most=briefing.most_visits_per_day,
        hours=tuple(
            (time.fromisoformat(first), time.fromisoformat(last)) for first, last in briefing.hours
        ),
        not_units=frozenset(unit.strip() for unit in briefing.not_units),
    )


def rules_mark(workspace: Workspace) -> str:
    """Name the rules that hold: another text with each change."""
    held = [
        (hotspot_id, rules, sorted(rules.not_units))
        for hotspot_id, rules in sorted(read_rules(workspace).items())
    ]
    text = repr(
        [
            (place, rules.partner, rules.least, rules.most, rules.hours, units)
            for place, rules, units in held
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def limits(
    ids: list[str], rules: dict[str, PlaceRules], least: float, most: float, mean: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and most visits a day of each hot spot: its own, else the settings'.

    The settings' limits give way to the mean; a place's own do not.
    """
    low, high = min(least, mean), max(most, mean)
    lows, highs = np.full(len(ids), low), np.full(len(ids), high)
    for number, hotspot_id in enumerate(ids):
        own = rules.get(hotspot_id, NO_RULES)
        if own.least is not None:
            lows[number] = own.least
            highs[number] = max(highs[number], own.least)
        if own.most is not None:
            highs[number] = own.most
            lows[number] = min(lows[number], own.most)
    return lows, highs


def within_limits(counts: np.ndarray, ids: list[str], rules: dict[str, PlaceRules]) -> np.ndarray:
    """Return visits wanted (days x hot spots) held to the whole visits of each place's own limits.

    The settings' limits are means over days; a place's own hold on every day.
    """
    counts = counts.copy()
    for number, hotspot_id in enumerate(ids):
        own = rules.get(hotspot_id, NO_RULES)
        if own.least is not None:
            counts[:, number] = np.maximum(counts[:, number], int(own.least))
        if own.most is not None:
            counts[:, number] = np.minimum(counts[:, number], int(np.ceil(own.most)))
    return counts


def hand_to_partners(
    wanted: dict[date, np.ndarray], ids: dict[date, list[str]], rules: dict[str, PlaceRules]
) -> list[tuple]:
    """Take the visits of places that partners patrol out of `wanted`, in place.

    `ids` are the hot spots of each day. Returns rows of `PARTNER_COLUMNS`.
    """
    rows = []
    for day, counts in wanted.items():
        for number, hotspot_id in enumerate(ids[day]):
            partner = rules.get(hotspot_id, NO_RULES).partner
            if partner and counts[number]:
                rows.append((day, hotspot_id, partner, int(counts[number])))
                counts[number] = 0
    return rows
