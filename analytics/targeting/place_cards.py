"""One card a place: what is known of it, as the problem profile prints it."""

from typing import Any

import numpy as np
import pandas as pd
import shapely

from analytics import reports
from analytics.geography import named_points, streets
from analytics.targeting.edited import EditedList
from analytics.targeting.heaping import plain_location
from analytics.targeting.recount import crimes_inside
from analytics.targeting.statistics.timing import (
    ENOUGH_EVENTS,
    LONGEST_SPAN_MIN,
    WEEKDAYS,
    weekday_hour_matrix,
)
from analytics.workspace import Workspace

MOST_CARDS = 20
NEAR_M = 250.0
_PEAK_HOURS = 4
_MOST_OFFENCES = 4
_MOST_TEXTS = 3
_MAP_CM = (7.6, 4.9)


def place_cards(
    workspace: Workspace, listed: EditedList
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Return the cards of the top places and their maps by name."""
    places = listed.hotspots[:MOST_CARDS]
    result = listed.result
    rows = crimes_inside(workspace, result.settings, result.counts, places.geometry.tolist())
    rows = rows[rows["is_train"]]
    points, lines = named_points(workspace), streets(workspace)
    tree = shapely.STRtree(lines.geometry.to_numpy())
    cards, images = [], {}
    for number, place in enumerate(places.to_dict("records")):
        own = rows[rows["place"] == number]
        card = {
            "heading": f"{place['rank']} {place['name']}",
            "facts": _facts(workspace, listed, place, own, points),
        }
        near = lines.iloc[np.sort(tree.query(place["geometry"].buffer(2 * NEAR_M)))]
        # Without streets a small map would show a shape on blank paper.
        if len(near):
            name = f"place{number + 1}"
            images[name] = reports.map_png(
                places.iloc[[number]], streets=near, size_cm=_MAP_CM, zoom_margin_m=NEAR_M / 2
            )
            alt = f"Map of {place['name']} and the streets round it."
            card["image"] = {"name": name, "alt": alt}
        cards.append(card)
    return cards, images


def _facts(
    workspace: Workspace, listed: EditedList, place: dict, rows: pd.DataFrame, points: pd.DataFrame
) -> list[list[str]]:
    scope = listed.result.counts.scope
    count = place["count"]
    found = [
        [
            "Crimes",
            f"{count:,} ({place['share_of_count']:.2%}), {place['per_hectare']:.1f} a hectare",
        ],
        ["By year", _by_year(rows)],
        ["Offences", _commonest(rows["offence"], _MOST_OFFENCES)],
        ["Recorded at", _commonest(plain_location(rows["location"]), _MOST_TEXTS)],
        ["Peak hours", _peak(rows, workspace.day_starts_minutes)],
        ["Near by", _near(place["geometry"], points)],
        [
            "Middle",
            f"{place['x']:,.0f} E {place['y']:,.0f} N; {place['lat']:.5f}, {place['lon']:.5f}",
        ],
    ]
    if scope.test:
        found.insert(1, ["In the test period", f"{place['test_count']:,.0f}"])
    if place["harm"] is not None and pd.notna(place["harm"]):
        words = f"{place['harm']:,.0f} days"
        if pd.notna(place["worst_event_share"]):
            words += f"; its worst event gives {place['worst_event_share']:.0%}"
        found.append(["Harm", words])
    if place["class"] is not None and pd.notna(place["class"]):
        found.append(["Pattern", str(place["class"])])
    decided = _decided(listed, place)
    if decided:
        found.append(["Decided", decided])
    if place["edits"]:
        found.append(["Edited", "; ".join(place["edits"])])
    return [[label, text] for label, text in found if text]


def _by_year(rows: pd.DataFrame) -> str:
    years = pd.to_datetime(rows["day"]).dt.year.value_counts().sort_index()
    return ", ".join(f"{year}: {count:,}" for year, count in years.items())


def _commonest(texts: pd.Series, most: int) -> str:
    known = texts[texts.fillna("").astype(str).str.strip() != ""]
    counts = known.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    told = [f"{text} {count:,}" for text, count in counts[:most].items()]
    left = int(counts[most:].sum())
    return "; ".join([*told, f"other {left:,}"] if left else told)


def _peak(rows: pd.DataFrame, day_starts_min: int) -> str:
    """Name the busiest four hours and day, by aoristic weights; too few events name none."""
    timed = rows[rows["time_precision"] == "minute"]
    timed = timed[timed["to_min"] - timed["from_min"] <= LONGEST_SPAN_MIN]
    if timed.empty:
        return "not measurable: no times of day"
    if len(timed) < ENOUGH_EVENTS:
        return f"{len(timed):,} timed crimes are too few: use the hours of all places"
    matrix = weekday_hour_matrix(
        timed["from_min"].to_numpy(), timed["to_min"].to_numpy(), None, day_starts_min
    )
    by_hour = matrix.sum(axis=0)
    blocks = np.array([np.roll(by_hour, -start)[:_PEAK_HOURS].sum() for start in range(24)])
    start = int(blocks.argmax())
    day = int(matrix.sum(axis=1).argmax())
    return (
        f"{start:02d}:00 to {(start + _PEAK_HOURS) % 24:02d}:00 "
        f"({blocks[start] / by_hour.sum():.0%}); most on {WEEKDAYS[day]} "
        f"({matrix[day].sum() / matrix.sum():.0%})"
    )


def _near(shape: shapely.Geometry, points: pd.DataFrame) -> str:
    if points.empty:
        return ""
    away = points.geometry.distance(shape)
    near = points.assign(away=away)[away <= NEAR_M].sort_values(["away", "name"])[:_MOST_TEXTS]
    return "; ".join(
        f"{row.name} ({row.kind}{'' if row.away < 1 else f', {row.away:,.0f} m'})"
        for row in near.itertuples(index=False)
    )


def _decided(listed: EditedList, place: dict) -> str:
    heaps = listed.result.heaping
    own = heaps[heaps["hotspot_id"] == place["hotspot_id"]]
    told = []
    for heap in own.itertuples():
        what = f"{heap.records:,} records at {heap.name or heap.kind}"
        if heap.decision:
            told.append(f"{what} kept: {heap.reason}")
        elif place["decision"]:
            told.append(f"{what}: not decided yet")
    return "; ".join(told)
