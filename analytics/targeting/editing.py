"""The changes a person may make to a ranked list, each checked against the list as it stands.

All need the right to decide and a reason, are audited, and raise InputError with what to do when
the change does not fit.
"""

from collections.abc import Sequence

import pandas as pd
from shapely.affinity import translate
from shapely.geometry import Polygon

from analytics.geography import join_within
from analytics.targeting.bench import drawn_id
from analytics.targeting.edited import EditedList, apply_edits, next_places
from analytics.targeting.edits import store_edit, walkable
from analytics.targeting.result import HotspotResult
from analytics.workspace import InputError, User, Workspace

_FURTHEST_MOVE_M = 1000.0


def drop_place(
    workspace: Workspace, user: User, result: HotspotResult, hotspot_id: str, reason: str
) -> str:
    """Take a place off the list; the one below the cut does not move up."""
    listed = apply_edits(workspace, user, result)
    place = _listed(listed, hotspot_id)
    if len(listed.hotspots) == 1:
        raise InputError("It is the last place on the list. Add or keep another one first.")
    return store_edit(workspace, user, "drop", [hotspot_id], reason, label=place["name"])


def keep_place(
    workspace: Workspace, user: User, result: HotspotResult, hotspot_id: str, reason: str
) -> str:
    """Keep a place below the cut on the list, or a listed one although records heap there."""
    listed = apply_edits(workspace, user, result).hotspots
    if hotspot_id in set(listed["hotspot_id"]):
        place = listed[listed["hotspot_id"] == hotspot_id].iloc[0]
        if place["decision"] is None:
            raise InputError(f"'{place['name']}' is on the list already and needs no decision.")
        return store_edit(workspace, user, "keep", [hotspot_id], reason, label=place["name"])
    below = next_places(workspace, result, len(result.counts.count))
    found = below[below["hotspot_id"] == hotspot_id]
    if found.empty:
        raise InputError(f"There is no place '{hotspot_id}' below the cut. Choose one of them.")
    return store_edit(workspace, user, "keep", [hotspot_id], reason, label=found["name"].iloc[0])


def rename_place(
    workspace: Workspace,
    user: User,
    result: HotspotResult,
    hotspot_id: str,
    name: str,
    reason: str,
) -> str:
    """Give a place another name; its id stays."""
    listed = apply_edits(workspace, user, result)
    place = _listed(listed, hotspot_id)
    _free_name(listed, name, hotspot_id)
    return store_edit(
        workspace, user, "rename", [hotspot_id], reason, label=place["name"], name=name
    )


def merge_places(
    workspace: Workspace,
    user: User,
    result: HotspotResult,
    hotspot_ids: Sequence[str],
    reason: str,
    name: str = "",
) -> str:
    """Make one place of two or more that touch or nearly do, small enough for one visit."""
    listed = apply_edits(workspace, user, result)
    wanted = list(dict.fromkeys(hotspot_ids))
    if len(wanted) < 2:
        raise InputError("Pick two or more places to merge.")
    places = [_listed(listed, key) for key in wanted]
    merge_shape(result, places)
    if name:
        _free_name(listed, name, *wanted)
    label = " and ".join(place["name"] for place in places)
    return store_edit(workspace, user, "merge", wanted, reason, label=label, name=name)


def merge_shape(result: HotspotResult, places: Sequence[pd.Series]) -> Polygon:
    """Return the boundary that merging would give; InputError when too far apart or too large."""
    gap = result.settings.merge_within_m
    shape = join_within([place["geometry"] for place in places], gap)
    if shape is None:
        raise InputError(
            f"These places lie more than {gap} m apart. Pick places that touch, or raise "
            "'merge_within_m' in More settings."
        )
    return walkable(shape, result.settings, "The merged place")


def split_place(
    workspace: Workspace, user: User, result: HotspotResult, hotspot_id: str, reason: str
) -> str:
    """Part a place of several cells into its cells again."""
    place = _listed(apply_edits(workspace, user, result), hotspot_id)
    if place["is_drawn"] or len(place["cells"]) < 2:
        raise InputError(
            f"'{place['name']}' is not made of several whole cells. Undo the edit that drew it."
        )
    return store_edit(workspace, user, "split", [hotspot_id], reason, label=place["name"])


def redraw_place(
    workspace: Workspace,
    user: User,
    result: HotspotResult,
    hotspot_id: str,
    shape: Polygon,
    reason: str,
    how: str = "new boundary",
) -> str:
    """Give a place another boundary, in metres; it gets a new id, and crimes are counted again."""
    listed = apply_edits(workspace, user, result)
    place = _listed(listed, hotspot_id)
    walkable(shape, result.settings, f"'{place['name']}'", place["geometry"])
    _new_shape(result, listed, shape)
    return store_edit(
        workspace, user, "redraw", [hotspot_id], reason, label=place["name"], how=how, shape=shape
    )


def add_place(
    workspace: Workspace, user: User, result: HotspotResult, shape: Polygon, name: str, reason: str
) -> str:
    """Add a place of one's own by its boundary in metres; its crimes are counted inside it."""
    listed = apply_edits(workspace, user, result)
    if not name.strip():
        raise InputError("Give the place a name, such as the nearest street.")
    walkable(shape, result.settings, f"'{name}'")
    _new_shape(result, listed, shape)
    _free_name(listed, name)
    return store_edit(
        workspace, user, "add", [drawn_id(shape)], reason, label=name, name=name, shape=shape
    )


def moved(shape: Polygon, east_m: float, north_m: float) -> tuple[Polygon, str]:
    """Return a boundary moved by metres and the words for it; InputError for none or too far."""
    if not east_m and not north_m:
        raise InputError("Say how far to move it: metres to the east or north.")
    if max(abs(east_m), abs(north_m)) > _FURTHEST_MOVE_M:
        raise InputError(f"A place is moved by at most {_FURTHEST_MOVE_M:,.0f} m. Add a new one.")
    parts = [(east_m, "east", "west"), (north_m, "north", "south")]
    words = [f"{abs(far):g} m {ahead if far > 0 else back}" for far, ahead, back in parts if far]
    return translate(shape, east_m, north_m), f"moved {', '.join(words)}"


def _listed(listed: EditedList, hotspot_id: str) -> pd.Series:
    found = listed.hotspots[listed.hotspots["hotspot_id"] == hotspot_id]
    if found.empty:
        raise InputError(f"The place '{hotspot_id}' is not on the list now. Pick one that is.")
    return found.iloc[0]


def _free_name(listed: EditedList, name: str, *own: str) -> None:
    if not name.strip():
        raise InputError("Give the place a name.")
    others = listed.hotspots[~listed.hotspots["hotspot_id"].isin(own)]
    if name.strip().casefold() in set(others["name"].str.casefold()):
        raise InputError(f"Another place is named '{name.strip()}'. Choose a name of its own.")


def _new_shape(result: HotspotResult, listed: EditedList, shape: Polygon) -> None:
    if drawn_id(shape) in set(listed.hotspots["hotspot_id"]):
        raise InputError("A place with this very boundary is on the list already.")
    if not shape.intersects(result.counts.area.polygon):
        raise InputError(
            "The boundary lies outside the study area. Check its coordinate system and corners."
        )
