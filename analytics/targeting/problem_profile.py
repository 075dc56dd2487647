"""The problem profile: what a board reads about a list, in the order of its questions."""

from datetime import date
from typing import Any

import pandas as pd
import shapely

from analytics import reports
from analytics.geography import boundary, streets
from analytics.targeting.edited import EditedList
from analytics.targeting.fair_use import fair_use
from analytics.targeting.place_cards import MOST_CARDS, place_cards
from analytics.targeting.profile import hour_weekday
from analytics.targeting.recount import crimes_inside
from analytics.targeting.scope import day_text
from analytics.targeting.statistics.timing import WEEKDAYS
from analytics.workspace import NotMeasurable, User, Workspace

# A list wider than this is also shown town by town: places no further apart than twice `_TOWN_M`.
_WIDE_M = 10_000
_TOWN_M = 750
_MOST_TOWNS = 6


def problem_profile(
    workspace: Workspace, user: User, listed: EditedList, measures: list[list[str]]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the document's data (without `about`) and its pictures by name."""
    cards, images = place_cards(workspace, listed)
    where, images["map"] = _where(workspace, listed)
    closer, closer_maps = _closer(workspace, listed)
    timing, pictures = _timing(workspace, user, listed)
    shown = len(cards)
    heading = "The places, one by one" if shown == len(listed.hotspots) else f"The first {shown}"
    sections = [
        where,
        *closer,
        {"heading": "Ranking", "page": True, "table": _ranking(listed)},
        {
            "heading": heading,
            "page": True,
            "paragraphs": [
                f"At most {MOST_CARDS} places are shown. Years are as far as the ranking period "
                "reaches; crimes count inside the boundary drawn, its edge included. Near by: "
                "named points within 250 m of the boundary."
            ],
            "cards": cards,
        },
        timing,
        {"heading": "How concentrated, how sure", "page": True, "facts": measures},
        *_edits(listed),
        {
            "heading": "Read with care",
            "list": [*listed.result.warnings, *listed.warnings] or ["No warnings."],
        },
        {
            "heading": "Fair use",
            "facts": [[c.title, c.text] for c in fair_use(workspace, listed.result)],
        },
        {"heading": "Method", "paragraphs": _method(listed), "facts": _settings(listed)},
    ]
    data = {
        "title": "Hot spots: problem profile",
        "answer": _answer(listed),
        "sections": sections,
    }
    return data, images | closer_maps | pictures


def _answer(listed: EditedList) -> str:
    text = listed.result.answer().replace("**", "")
    if listed.applied:
        score = listed.score
        caught = "" if score.hit_rate is None else f" and caught {score.hit_rate:.1%} later"
        text += (
            f" After {len(listed.applied)} edits by hand the list has {score.places:,} places, which "
            f"held {score.share_of_count:.1%} of the crimes{caught}."
        )
    return text


def _where(workspace: Workspace, listed: EditedList) -> tuple[dict[str, Any], bytes]:
    places, counts = listed.hotspots, listed.result.counts
    picture = reports.map_png(
        places,
        streets=streets(workspace),
        boundary=boundary(workspace),
        value="count",
        unit="crimes",
        size_cm=(17.0, 15.5),
    )
    unit = counts.unit_text()
    image = {
        "name": "map",
        "alt": f"Map of {len(places)} hot spots shaded by number of crimes; the ranking lists the "
        "same places.",
        "caption": f"{unit[0].upper()}{unit[1:]}, {listed.result.crs}. Numbers are ranks; the dashed "
        "line is the boundary.",
    }
    return {"heading": "Where", "image": image}, picture


def _closer(
    workspace: Workspace, listed: EditedList
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Return maps of the towns where places crowd, for a list spread too wide for one map."""
    places = listed.hotspots
    west, south, east, north = places.total_bounds
    if max(east - west, north - south) < _WIDE_M:
        return [], {}
    towns = shapely.get_parts(shapely.union_all(places.geometry.buffer(_TOWN_M).to_numpy()))
    held = [places[places.geometry.within(town)] for town in towns]
    held = sorted((group for group in held if len(group) > 2), key=len, reverse=True)
    images, shown = {}, []
    for number, group in enumerate(held[:_MOST_TOWNS], start=1):
        name = f"town{number}"
        images[name] = reports.map_png(
            group,
            streets=streets(workspace),
            boundary=boundary(workspace),
            value="count",
            unit="crimes",
            size_cm=(17.0, 10.5),
            zoom_margin_m=150,
        )
        first = group["name"].iloc[0]
        words = f"{len(group)} places round {first}"
        shown.append({"name": name, "alt": f"Map of {words}.", "caption": f"{words}, by rank."})
    return ([{"heading": "Closer", "page": True, "images": shown}] if shown else []), images


def _ranking(listed: EditedList) -> dict[str, Any]:
    """Return the ranking as text; columns that nothing is known for are left out."""
    places = listed.hotspots
    columns = [
        ("Rank", "right", [str(value) for value in places["rank"]]),
        ("Place", "left", places["name"].tolist()),
        ("Crimes", "right", [f"{value:,}" for value in places["count"]]),
        ("Share", "right", [f"{value:.2%}" for value in places["share_of_count"]]),
    ]
    if places["harm"].notna().any():
        harm = ["–" if pd.isna(value) else f"{value:,.0f}" for value in places["harm"]]
        columns.append(("Harm (days)", "right", harm))
    if listed.result.accuracy is not None:
        later = [f"{value:,.0f}" for value in places["test_count"]]
        columns.append(("Test period", "right", later))
    if places["class"].notna().any():
        columns.append(("Pattern", "left", places["class"].fillna("").tolist()))
    if "hours" in places and (places["hours"] != "all").any():
        columns.append(("Hours", "left", places["hours"].tolist()))
    if places["decision"].notna().any():
        columns.append(("To decide", "left", places["decision"].fillna("").tolist()))
    return {
        "columns": [name for name, _, _ in columns],
        "align": [side for _, side, _ in columns],
        "rows": [list(row) for row in zip(*(texts for _, _, texts in columns), strict=True)],
        "caption": f"Crimes from {listed.result.counts.scope.train}; share of the crimes inside the "
        "study area.",
    }


def _timing(
    workspace: Workspace, user: User, listed: EditedList
) -> tuple[dict[str, Any], dict[str, bytes]]:
    labels, values, told = _by_month(workspace, listed)
    pictures = {"months": reports.months_png(labels, values, unit="Crimes a day")}
    section: dict[str, Any] = {
        "heading": "When",
        "page": True,
        "images": [
            {
                "name": "months",
                "alt": f"Bars of crimes a day in the list's places by month. {told}",
                "caption": f"Crimes a day in the list's places, by month. {told}",
            }
        ],
    }
    try:
        profile = hour_weekday(workspace, user, listed.result.settings)
    except NotMeasurable as reason:
        section["paragraphs"] = [str(reason)]
        return section, pictures
    busiest = int(profile.matrix.sum(axis=1).argmax())
    hour = int(profile.matrix.sum(axis=0).argmax())
    told = (
        f"The busiest patrol day is {WEEKDAYS[busiest]}, the busiest hour begins at {hour:02d}:00."
    )
    pictures["week"] = reports.week_png(
        profile.matrix, WEEKDAYS, profile.hours, unit="expected crimes"
    )
    section["images"].insert(
        0,
        {
            "name": "week",
            "alt": f"Heat map of crimes by weekday and hour. {told}",
            "caption": f"Crimes of the study area by patrol day and hour, {profile.events:,} with a "
            f"time, aoristic weights. A patrol day begins at {profile.day_starts_hour:02d}:00. {told}",
        },
    )
    section["paragraphs"] = list(profile.warnings)
    return section, pictures


def _by_month(
    workspace: Workspace, listed: EditedList
) -> tuple[list[str], list[float | None], str]:
    """Return month labels, crimes a day in the list's places (None: no data) and a conclusion."""
    result = listed.result
    shapes = listed.hotspots.geometry.tolist()
    rows = crimes_inside(workspace, result.settings, result.counts, shapes)
    rows = rows[rows["is_train"]].drop_duplicates("crime")
    train = result.counts.scope.train
    months = pd.period_range(str(train.first), str(train.last), freq="M")
    held = pd.to_datetime(rows["day"]).dt.to_period("M").value_counts()
    known = {
        month
        for (month,) in workspace.rows(
            "SELECT DISTINCT strftime(occurred_from, '%Y-%m') FROM crimes "
            "WHERE occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1",
            [train.first, train.last],
        )
    }
    first, last = pd.Timestamp(train.first), pd.Timestamp(train.last)
    values: list[float | None] = []
    for month in months:
        start, end = max(month.start_time, first), min(month.end_time.normalize(), last)
        days = (end - start).days + 1
        values.append(held.get(month, 0) / days if str(month) in known else None)
    shown = [
        (value, month) for value, month in zip(values, months, strict=True) if value is not None
    ]
    highest = max(shown)[1].strftime("%B %Y") if shown else "none"
    gaps = len(values) - len(shown)
    told = f"The highest month is {highest}."
    if gaps:
        told += f" {gaps} months have no data and are gaps."
    return [month.strftime("%b %y") for month in months], values, told


def _edits(listed: EditedList) -> list[dict[str, Any]]:
    if not listed.history:
        return []
    rows = [
        [str(edit.number), edit.sentence(), edit.reason, edit.edited_by, state]
        for edit, state in listed.history
    ]
    table = {
        "columns": ["No.", "Edit", "Reason", "By", "State"],
        "align": ["right", "left", "left", "left", "left"],
        "rows": rows,
        "caption": "Changes made by hand to the list as computed, in order.",
    }
    return [{"heading": "Edited by hand", "table": table}]


def _method(listed: EditedList) -> list[str]:
    settings, counts = listed.result.settings, listed.result.counts
    by = "number of crimes" if settings.rank_by == "count" else f"harm ({counts.weights.label})"
    return [
        f"Placed crimes of the chosen offences are counted per place ({counts.unit_text()}), ranked "
        f"by {by}, and cut off as the settings say. Shares are of the crimes inside the study area "
        f"from {counts.scope.train}. Caught later is the share of the test period's crimes in these "
        "places; PAI is that share over the share of area, PEI over the best possible list of the "
        "same size. Significance of patterns over time is by Gi* after Benjamini-Hochberg.",
        f"Run {listed.run_text}; the same settings on the same data give the same list.",
    ]


def _settings(listed: EditedList) -> list[list[str]]:
    """Return every setting that is not left open: its title and value."""
    model = type(listed.result.settings)
    found = []
    for name, field in model.model_fields.items():
        value = getattr(listed.result.settings, name)
        if value in (None, "", []):
            continue
        unit = (field.json_schema_extra or {}).get("unit", "")
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if isinstance(value, bool):
            text = "yes" if value else "no"
        elif isinstance(value, float):
            text = f"{value:g}"
        elif isinstance(value, date):
            text = day_text(value)
        found.append([field.title, f"{text.replace('_', ' ')} {unit}".strip()])
    return found
