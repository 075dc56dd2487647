"""The shift sheet: one page per unit, with a map, the stops in order and what to do at each.

Many stops are set closer; what does not fit the page then goes overleaf, and the page says so.
"""

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from analytics.geography import streets
from analytics.reports import about_export, map_png, pdf
from analytics.tasking.place_facts import PlaceFacts, place_facts
from analytics.tasking.plan import Plan
from analytics.tasking.recent import Recent, recent_violence
from analytics.tasking.rounds import (
    Round,
    control_places,
    controls_are_hidden,
    rounds_in_force,
    rounds_of,
)
from analytics.tasking.travel import CAR, CYCLE, FOOT
from analytics.workspace import InputError, User, Workspace

MODE_WORDS = {FOOT: "on foot", CYCLE: "by cycle", CAR: "by car"}
RULES = (
    "Stay 10 to 16 minutes, out of the vehicle and in plain sight; then move on. Keep to times and "
    "order: they are drawn so that nobody can foresee a visit.",
    "Being a hot spot gives by itself no ground to search anyone.",
    "Called away? Answer the call, write down why the visit was missed, and tell the patrol lead.",
)
AHEAD = (
    "Printed ahead: places on their control day are told from the day before. Print this sheet "
    "again then."
)
_MAP_WIDTH_CM = 17.6
_MAP_HEIGHT_CM, _LOW_MAP_CM = 8.6, 6.2
_FEW_STOPS, _MANY_STOPS = 8, 20


def shift_sheet(
    workspace: Workspace,
    user: User,
    plan: Plan,
    day: date | None = None,
    unit: str | None = None,
) -> bytes:
    """Return the printable sheets of a plan as one PDF: a page per unit and shift.

    `day` and `unit` choose among them. Raises InputError when none of them has a visit.
    """
    workspace.require(user, "see:tasking")
    rounds = rounds_of(workspace, plan, day, unit)
    period = (plan.first_day, plan.last_day)
    source = f"hot spot list {', '.join(plan.list_ids)}, roster; seed {plan.seed}"
    return sheets_pdf(workspace, user, rounds, period, plan.run_id, source)


def sheet_in_force(workspace: Workspace, user: User, day: date, unit: str | None = None) -> bytes:
    """Return the sheets of the plan in force on a day, of the units that this person may see.

    Raises InputError when none of them has a visit.
    """
    rounds = rounds_in_force(workspace, user, day, day, unit)
    source = "the plan in force, with changes made by hand"
    return sheets_pdf(workspace, user, rounds, (day, day), "", source)


def sheets_pdf(
    workspace: Workspace,
    user: User,
    rounds: list[Round],
    period: tuple[date, date],
    run_id: str,
    source: str,
) -> bytes:
    """Set the sheets of these rounds. Raises InputError when there is none."""
    if not rounds:
        raise InputError("No visit is planned for this choice, so there is no sheet to print.")
    lines = streets(workspace)
    controls = {day: control_places(workspace, user, day) for day in {one.day for one in rounds}}
    wanted = {spot for one in rounds for spot in one.visits["hotspot_id"]}
    wanted |= {spot for spots in controls.values() for spot in spots}
    ahead = {day for day in controls if controls_are_hidden(workspace, user, day)}
    facts = place_facts(workspace, sorted(wanted))
    recent = recent_violence(workspace, user)
    sheets, images = [], {}
    for number, one in enumerate(rounds):
        held = [facts[spot] for spot in controls[one.day] if spot in facts]
        images[f"map{number}"] = round_map(workspace, one, facts, lines)
        sheet = _sheet(one, facts, recent, f"map{number}")
        is_ahead = one.day in ahead
        if _needs_low_map(one, facts, bool(held)):
            name = f"low{number}"
            images[name] = round_map(workspace, one, facts, lines, _LOW_MAP_CM)
            sheet["low"] = {**sheet["image"], "name": name}
        sheets.append({**sheet, "control": _control(held), "ahead": AHEAD if is_ahead else ""})
    first, last = period
    about = about_export(
        workspace,
        title="Shift sheet",
        run_id=run_id,
        period=_day(first) if first == last else f"{_day(first)} to {_day(last)}",
        source=source,
    )
    return pdf(
        None,
        "shift_sheet",
        {"title": "Shift sheet", "about": about, "sheets": sheets, "note": recent.sentence},
        images,
    )


def round_map(
    workspace: Workspace,
    one: Round,
    facts: dict[str, PlaceFacts],
    lines: gpd.GeoDataFrame,
    height_cm: float = _MAP_HEIGHT_CM,
) -> bytes:
    """Draw a round over the streets: places labelled with the order of their visits."""
    turns: dict[str, list[str]] = {}
    for number, spot in enumerate(one.visits["hotspot_id"], start=1):
        turns.setdefault(spot, []).append(str(number))
    shown = gpd.GeoDataFrame(
        {"rank": [", ".join(numbers) for numbers in turns.values()]},
        geometry=[facts[spot].geometry for spot in turns],
        crs=workspace.crs,
    )
    points = [(facts[spot].x, facts[spot].y) for spot in one.visits["hotspot_id"]]
    bases = None
    if pd.notna(one.x):
        points = [(one.x, one.y), *points, (one.x, one.y)]
        bases = gpd.GeoDataFrame(geometry=[shapely.Point(one.x, one.y)], crs=workspace.crs)
    return map_png(
        shown,
        streets=lines,
        route=points,
        bases=bases,
        size_cm=(_MAP_WIDTH_CM, height_cm),
        dots_per_inch=200,
        name_round_hotspots=True,
    )


def _needs_low_map(one: Round, facts: dict[str, PlaceFacts], has_controls: bool) -> bool:
    """Whether many stops share the page with more to tell, so that a lower map may be wanted."""
    stops = one.visits["hotspot_id"]
    has_more = has_controls or any(facts[spot].briefing.has_tactics for spot in stops)
    return len(stops) > (_FEW_STOPS if has_more else _MANY_STOPS)


def _sheet(one: Round, facts: dict[str, PlaceFacts], recent: Recent, image: str) -> dict[str, Any]:
    on_duty = f"{one.starts:%H:%M} to {one.ends:%H:%M}"
    if one.mode in MODE_WORDS:
        on_duty += f", {MODE_WORDS[one.mode]}"
    told = [["Day", f"{one.day:%A} {_day(one.day)}"], ["On duty", on_duty]]
    told.append(["Base", one.base or "none named"])
    if one.pause:
        told.append(["Meal break", f"{one.pause[0]:%H:%M} to {one.pause[1]:%H:%M}, at the base"])
    told.append(["Visits", str(len(one.visits))])
    spots = one.visits["hotspot_id"].tolist()
    return {
        "unit": one.unit,
        "shift": f"{one.shift}, {_day(one.day)}",
        "facts": told,
        "visits": [
            _stop(row, facts[row.hotspot_id], recent, spots.index(row.hotspot_id), number)
            for number, row in enumerate(one.visits.itertuples())
        ],
        "places": _places(one, facts, recent),
        "notes": list(RULES),
        "image": {
            "name": image,
            "alt": f"Map of the round of {one.unit}: {len(one.visits)} visits, numbered in order.",
        },
    }


def _stop(row: Any, place: PlaceFacts, recent: Recent, first: int, number: int) -> dict[str, Any]:
    """Return one line of the stops; a place's later visits refer to its `first`."""
    is_first = first == number
    count = "" if recent.counts is None else str(recent.counts.get(place.hotspot_id, 0))
    return {
        "start": row.starts.strftime("%H:%M"),
        "place": place.name,
        "streets": place.where if is_first else f"as stop {first + 1}",
        "why": place.short_why if is_first else "",
        "recent": count if is_first else "",
        "minutes": int(row.minutes),
        "travel": int(row.travel_minutes) if pd.notna(row.travel_minutes) else None,
    }


def _places(one: Round, facts: dict[str, PlaceFacts], recent: Recent) -> list[dict[str, Any]]:
    """Return what is told of each place of a round, in the order of the first visit."""
    turns: dict[str, list[int]] = {}
    for number, spot in enumerate(one.visits["hotspot_id"], start=1):
        turns.setdefault(spot, []).append(number)
    found = []
    for spot, numbers in turns.items():
        place = facts[spot]
        told = dict(place.told)
        why = "; ".join(part for part in (told.pop("Why", ""), place.why) if part)
        lines = [["Why", why], ["Violence", recent.words(spot)], *map(list, told.items())]
        found.append(
            {
                "numbers": ", ".join(str(number) for number in numbers),
                "place": place.name,
                "lines": [[label, words] for label, words in lines if words],
                "briefed": [list(part) for part in place.told],
            }
        )
    return found


def _control(controls: list[PlaceFacts]) -> list[list[str]]:
    """Return name and streets of the places left alone: it is the trial's control day there."""
    return [[one.name, one.where] for one in controls]


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
