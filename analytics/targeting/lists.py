"""Lists in force: versioned, signed off, and valid from a day until the next one begins."""

import json
from dataclasses import asdict, dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import load_geometry
from analytics.targeting.edited import EditedList, apply_edits, unedited
from analytics.targeting.hotspots import keep_run, preview_hotspots
from analytics.targeting.scope import day_text
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    InputError,
    Transaction,
    User,
    Workspace,
    get_run,
    make_settings,
    note_evidence,
    now_ms,
)

_COLUMNS = (
    "hotspot_id, rank, name, count, harm, share_of_count, share_of_harm, class, cells, x, y, "
    "lon, lat, area_m2, replaces, hours, edits"
)
_LIST_COLUMNS = (
    "list_id, version, programme_id, valid_from, valid_to, run_id, signed_by, signed_ms, note"
)
_LONGEST_NOTE = 1000


@dataclass(frozen=True, eq=False)
class HotspotList:
    """One signed-off version: in force from `valid_from` up to, not including, `valid_to`.

    `hotspots`: GeoDataFrame in the workspace's CRS, best first; `hours` is "all", "day" or "night",
    `edits` the changes made by hand, as sentences.
    """

    list_id: str
    version: int
    programme_id: str
    valid_from: date
    valid_to: date | None
    run_id: str
    signed_by: str
    signed_ms: int
    note: str
    hotspots: gpd.GeoDataFrame


def sign_off(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings | str,
    valid_from: date | None = None,
    *,
    allow_undecided: bool = False,
    with_edits: bool = False,
    note: str = "",
    programme_id: str = DEFAULT_PROGRAMME,
) -> str:
    """Make a list the one in force from a day (default today) and return its id.

    `settings` may be the id of a stored run. The list before ends on that day. `with_edits` signs
    the list with the edits made by hand. Raises InputError for an unknown run, a note that is too
    long, or while heaping places wait for a decision and `allow_undecided` is not set.
    """
    workspace.require(user, "sign_off")
    if len(note) > _LONGEST_NOTE:
        raise InputError(f"The note has {len(note):,} characters. Keep to {_LONGEST_NOTE:,}.")
    result = preview_hotspots(workspace, user, _settings(workspace, settings))
    listed = (
        apply_edits(workspace, user, result, programme_id=programme_id)
        if with_edits
        else unedited(workspace, result)
    )
    waiting = listed.undecided
    if len(waiting) and not allow_undecided:
        names = ", ".join(f"{row.name or row.kind} ({row.kind})" for row in waiting.itertuples())
        raise InputError(
            f"{len(waiting)} places where records heap wait for a decision: {names}. Keep or "
            "exclude each, then sign off."
        )
    start = valid_from or workspace.today()
    before = list_in_force(workspace, start, programme_id=programme_id)
    detail = {
        "run_id": result.run_id,
        "valid_from": start.isoformat(),
        "undecided": len(waiting),
        "edits": [edit.edit_id for edit in listed.applied],
        "note": note,
    }
    with workspace.write(user, "create", "list", result.run_id, detail) as transaction:
        version = (
            1
            + transaction.execute(
                "SELECT coalesce(max(version), 0) FROM lists WHERE programme_id = ?", [programme_id]
            ).fetchone()[0]
        )
        list_id = f"{programme_id}-{version}"
        keep_run(transaction, user, result)
        _close_earlier(transaction, programme_id, start)
        _write_list(
            transaction, user, listed, list_id, version, start, programme_id, workspace.crs, note
        )
        transaction.insert("hotspots", _rows(list_id, listed.hotspots, before))
        note_evidence(
            transaction,
            "T3-14",
            f"List version {version} in force from {day_text(start)}",
            result.run_id,
        )
    return list_id


def list_in_force(
    workspace: Workspace, day: date | None = None, *, programme_id: str = DEFAULT_PROGRAMME
) -> HotspotList | None:
    """Return the list in force on a day (default today), None when there was none."""
    at = day or workspace.today()
    found = lists_between(workspace, at, at, programme_id=programme_id)
    return found[-1] if found else None


def lists_between(
    workspace: Workspace, first: date, last: date, *, programme_id: str = DEFAULT_PROGRAMME
) -> list[HotspotList]:
    """Return the lists in force on any day from `first` to `last`, earliest first."""
    rows = workspace.rows(
        f"SELECT {_LIST_COLUMNS} FROM lists WHERE programme_id = ? AND valid_from <= ? "
        "AND (valid_to IS NULL OR (valid_to > ? AND valid_to > valid_from)) "
        "ORDER BY valid_from, version",
        [programme_id, last, first],
    )
    return [_list(workspace, row) for row in rows]


def read_list(workspace: Workspace, version: int, programme_id: str) -> HotspotList | None:
    """Return one version whether or not it was ever in force, None when there is none."""
    rows = workspace.rows(
        f"SELECT {_LIST_COLUMNS} FROM lists WHERE programme_id = ? AND version = ?",
        [programme_id, version],
    )
    return _list(workspace, rows[0]) if rows else None


def _list(workspace: Workspace, row: tuple) -> HotspotList:
    *facts, note = row
    return HotspotList(*facts, note=note or "", hotspots=_read(workspace, row[0]))


def _settings(workspace: Workspace, given: TargetingSettings | str) -> TargetingSettings:
    if isinstance(given, TargetingSettings):
        return given
    run = get_run(workspace, given)
    if run is None or run.step != "targeting":
        raise InputError(f"There is no targeting run '{given}'. Save one first.")
    return make_settings(TargetingSettings, run.settings)


def _close_earlier(transaction: Transaction, programme_id: str, start: date) -> None:
    # A list that would have begun later never comes into force: it ends on the day it begins.
    transaction.execute(
        "UPDATE lists SET valid_to = greatest(valid_from, ?::DATE) WHERE programme_id = ? "
        "AND (valid_to IS NULL OR valid_to > ?)",
        [start, programme_id, start],
    )


def _write_list(
    transaction: Transaction,
    user: User,
    listed: EditedList,
    list_id: str,
    version: int,
    start: date,
    programme_id: str,
    crs: str,
    note: str,
) -> None:
    result = listed.result
    summary = {
        "hotspots": len(listed.hotspots),
        "share_of_count": listed.score.share_of_count,
        "accuracy": result.accuracy.as_json() if result.accuracy else None,
        "score": asdict(listed.score),
        "edits": [edit.sentence() for edit in listed.applied],
        "warnings": [*result.warnings, *listed.warnings],
    }
    transaction.execute(
        "INSERT INTO lists VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?)",
        [
            list_id,
            programme_id,
            version,
            result.run_id,
            user.username,
            now_ms(),
            start,
            crs,
            json.dumps(summary),
            note.strip() or None,
        ],
    )


def _rows(list_id: str, places: gpd.GeoDataFrame, before: HotspotList | None) -> pd.DataFrame:
    """Return the rows to store; a redrawn place names the one it was drawn from.

    Where the list before holds another place on its ground, it names the one it overlaps most.
    """
    rows = pd.DataFrame(places.drop(columns="geometry"))
    rows["list_id"] = list_id
    rows["geometry"] = [shapely.to_wkb(shape) for shape in places.geometry]
    rows["cells"] = [json.dumps(keys) for keys in places["cells"]]
    rows["edits"] = [json.dumps(words) for words in places["edits"]]
    earlier = _replaced(places, before)
    rows["replaces"] = [
        old or drawn for old, drawn in zip(earlier, places["replaces"], strict=True)
    ]
    if "hours" not in rows:
        rows["hours"] = "all"
    names = [name.strip() for name in _COLUMNS.split(",")]
    return rows[["list_id", *names, "geometry"]]


def _replaced(places: gpd.GeoDataFrame, before: HotspotList | None) -> list[str | None]:
    if before is None or before.hotspots.empty:
        return [None] * len(places)
    earlier = before.hotspots
    same = set(earlier["hotspot_id"])
    tree = shapely.STRtree(earlier.geometry.to_numpy())
    found: list[str | None] = []
    for place_id, shape in zip(places["hotspot_id"], places.geometry, strict=True):
        near = tree.query(shape, predicate="intersects") if place_id not in same else []
        shared = np.array([shape.intersection(earlier.geometry.iloc[k]).area for k in near])
        is_redrawn = len(shared) and shared.max() > 1.0
        found.append(earlier["hotspot_id"].iloc[near[shared.argmax()]] if is_redrawn else None)
    return found


def _read(workspace: Workspace, list_id: str) -> gpd.GeoDataFrame:
    frame = workspace.frame(
        f"SELECT {_COLUMNS}, geometry FROM hotspots WHERE list_id = ? ORDER BY rank, hotspot_id",
        [list_id],
    )
    shapes = [load_geometry(blob) for blob in frame["geometry"]]
    frame["cells"] = [json.loads(text) for text in frame["cells"]]
    frame["edits"] = [json.loads(text) if text else [] for text in frame["edits"]]
    frame["hours"] = frame["hours"].fillna("all")
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=workspace.crs)
