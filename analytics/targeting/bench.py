"""Edits applied one after another to the places of a ranked list."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from analytics.geography import join_within
from analytics.targeting.details import head_details
from analytics.targeting.edits import Edit
from analytics.targeting.result import HotspotResult
from analytics.targeting.selection import rank_cells, ranking_values
from analytics.workspace import Workspace

_NOT_LISTED = "waits: not in the list now"
_SAME_GROUND_M2 = 1.0


@dataclass
class Bench:
    """The places as the edits find them, one after another; `order` is where each stands."""

    workspace: Workspace
    result: HotspotResult
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        rows = self.result.hotspots.to_dict("records")
        for row in rows:
            new = {"order": (0, row["rank"]), "edits": [], "replaces": None, "is_drawn": False}
            self.places[row["hotspot_id"]] = {**row, **new, "origins": {row["hotspot_id"]}}


def _drop(bench: Bench, edit: Edit) -> str:
    if edit.places[0] not in bench.places:
        return _NOT_LISTED
    bench.settled |= bench.places.pop(edit.places[0])["origins"]
    return "applied"


def _keep(bench: Bench, edit: Edit) -> str:
    key = edit.places[0]
    if key in bench.places:
        bench.settled |= bench.places[key]["origins"]
        bench.places[key]["decision"] = None
        bench.places[key]["edits"].append(f"kept: {edit.reason}")
        return "applied"
    position = _position_of(bench.result, key)
    if position is None:
        return "waits: no such place with crime in this grid"
    place = _place_of_cell(bench, position)
    bench.places[key] = {**place, "edits": [f"kept: {edit.reason}"], "order": (1, edit.number)}
    bench.settled.add(key)
    return "applied"


def _rename(bench: Bench, edit: Edit) -> str:
    if edit.places[0] not in bench.places:
        return _NOT_LISTED
    place = bench.places[edit.places[0]]
    place["edits"].append(f"renamed from {place['name']}")
    place["name"] = edit.name
    return "applied"


def _merge(bench: Bench, edit: Edit) -> str:
    if not set(edit.places) <= set(bench.places):
        return _NOT_LISTED
    parts = sorted((bench.places[key] for key in edit.places), key=lambda part: part["order"])
    gap = bench.result.settings.merge_within_m
    shape = join_within([part["geometry"] for part in parts], gap)
    if shape is None:
        return f"waits: the places lie more than {gap} m apart"
    merged = merged_place(parts, shape)
    merged["edits"] = [*merged["edits"], f"merged: {edit.reason}"]
    if edit.name:
        merged["name"] = edit.name
    for key in edit.places:
        del bench.places[key]
    bench.places[merged["hotspot_id"]] = merged
    return "applied"


def _split(bench: Bench, edit: Edit) -> str:
    place = bench.places.get(edit.places[0])
    if place is None:
        return _NOT_LISTED
    positions = [_position_of(bench.result, key) for key in place["cells"]]
    if place["is_drawn"] or None in positions or len(positions) < 2:
        return "waits: it is not made of several cells"
    del bench.places[edit.places[0]]
    for number, position in enumerate(positions):
        part = _place_of_cell(bench, position)
        part |= {"order": (*place["order"], number), "edits": [f"split: {edit.reason}"]}
        part |= {"replaces": edit.places[0], "origins": set(place["origins"])}
        part |= {"decision": place["decision"]}
        bench.places[part["hotspot_id"]] = part
    return "applied"


def _redraw(bench: Bench, edit: Edit) -> str:
    place = bench.places.get(edit.places[0])
    if place is None:
        return _NOT_LISTED
    drawn = _drawn(bench, edit)
    kept = {name: place[name] for name in ("name", "order", "decision", "origins", "edits")}
    drawn |= {**kept, "replaces": place["replaces"] or edit.places[0]}
    drawn["edits"] = [*place["edits"], f"redrawn: {edit.reason}"]
    if "hours" in place:
        drawn["hours"] = place["hours"]
    del bench.places[edit.places[0]]
    bench.places[drawn["hotspot_id"]] = drawn
    return "applied"


def _add(bench: Bench, edit: Edit) -> str:
    place = {**_drawn(bench, edit), "name": edit.name, "order": (1, edit.number)}
    bench.places[place["hotspot_id"]] = {**place, "edits": [f"added: {edit.reason}"]}
    return "applied"


HANDLERS: dict[str, Callable[[Bench, Edit], str]] = {
    "drop": _drop,
    "keep": _keep,
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "redraw": _redraw,
    "add": _add,
}


def merged_place(parts: list[dict[str, Any]], shape: shapely.Geometry) -> dict[str, Any]:
    """Return the place made of `parts`, the best first, within the boundary `shape`.

    Parts that cover the shape exactly have their numbers added up; ground taken in between them
    calls for a count inside the shape.
    """
    best = parts[0]
    keys = [key for part in parts for key in part["cells"]]
    gained = shape.area - sum(part["geometry"].area for part in parts)
    is_drawn = any(part["is_drawn"] for part in parts) or abs(gained) > _SAME_GROUND_M2
    hours = {part.get("hours") for part in parts}
    waiting = [part["decision"] for part in parts if part["decision"]]
    made = {
        **best,
        "hotspot_id": drawn_id(shape) if is_drawn else cells_id(keys),
        "cells": keys,
        "geometry": shape,
        "is_drawn": is_drawn,
        "origins": set().union(*(part["origins"] for part in parts)),
        "replaces": best["replaces"] or best["hotspot_id"],
        "edits": [words for part in parts for words in part["edits"]],
        "decision": waiting[0] if waiting else None,
        "count": sum(part["count"] for part in parts),
        "test_count": _sum(part["test_count"] for part in parts),
        "harm": _sum(part["harm"] for part in parts),
        "area_m2": shape.area,
    }
    if "hours" in best:
        made["hours"] = best["hours"] if len(hours) == 1 else "all"
    if made["harm"]:
        worst = max((part["worst_event_share"] or 0) * (part["harm"] or 0) for part in parts)
        made["worst_event_share"] = worst / made["harm"]
    return made


def cells_id(keys: list[str]) -> str:
    """Name a place by its cells: the cell's own key, or a hash of the keys in any order."""
    if len(keys) == 1:
        return keys[0]
    return "place:" + hashlib.sha256(" ".join(sorted(keys)).encode()).hexdigest()[:12]


def drawn_id(shape: shapely.Geometry) -> str:
    """Name a drawn place by its boundary to the centimetre."""
    text = shapely.to_wkt(shapely.normalize(shape), rounding_precision=2)
    return "place:" + hashlib.sha256(text.encode()).hexdigest()[:12]


def _drawn(bench: Bench, edit: Edit) -> dict[str, Any]:
    empty = dict.fromkeys(bench.result.hotspots.columns)
    shape = edit.shape
    return {
        **empty,
        "hotspot_id": drawn_id(shape),
        "cells": [],
        "geometry": shape,
        "area_m2": shape.area,
        "is_drawn": True,
        "replaces": None,
        "origins": set(),
        "decision": None,
        **({"hours": "all"} if "hours" in empty else {}),
    }


def _place_of_cell(bench: Bench, position: int) -> dict[str, Any]:
    result, counts = bench.result, bench.result.counts
    at = np.array([position])
    harm = None if counts.harm is None else float(counts.harm[position])
    worst = None if not harm else float(counts.worst_harm[position]) / harm
    shape = counts.polygons_at(at)[0]
    key = counts.keys_at(at)[0]
    empty = dict.fromkeys(result.hotspots.columns)
    return {
        **empty,
        "hotspot_id": key,
        "name": names_of(bench.workspace, result, at)[0],
        "count": int(counts.count[position]),
        "test_count": int(counts.test[position]) if counts.scope.test else None,
        "harm": harm,
        "worst_event_share": worst,
        "cells": [key],
        "geometry": shape,
        "area_m2": float(counts.areas_m2[position]),
        "is_drawn": False,
        "replaces": None,
        "origins": {key},
        "decision": None,
        "edits": [],
        **({"hours": "all"} if "hours" in empty else {}),
    }


def ranked_cells(result: HotspotResult) -> np.ndarray:
    """Return the positions of the cells that may be chosen, best first."""
    values = ranking_values(result.counts, result.settings)
    return rank_cells(result.counts, values, result.settings.minimum_count)


def names_of(workspace: Workspace, result: HotspotResult, positions: np.ndarray) -> list[str]:
    """Return the names of cells, as the list would name them."""
    known = head_details(workspace, result.settings, result.counts, positions, len(positions))
    return [known.names[int(position)] for position in positions]


def _position_of(result: HotspotResult, key: str) -> int | None:
    def index() -> dict[str, int]:
        able = np.flatnonzero(result.counts.count > 0)
        return dict(zip(result.counts.keys_at(able), able.tolist(), strict=True))

    return result.counts.details.get("positions by key", index).get(key)


def _sum(values: Any) -> Any:
    held = [value for value in values if value is not None and not pd.isna(value)]
    return sum(held) if held else None
