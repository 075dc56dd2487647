"""Lists in force: versioned, signed off, and valid from a day until the next one begins."""

import json
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import load_geometry
from analytics.targeting.hotspots import keep_run, preview_hotspots
from analytics.targeting.result import HotspotResult
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
    "lon, lat, area_m2, replaces"
)


@dataclass(frozen=True, eq=False)
class HotspotList:
    """One signed-off version: in force from `valid_from` up to, not including, `valid_to`.

    `hotspots`: GeoDataFrame in the workspace's CRS, best first.
    """

    list_id: str
    version: int
    programme_id: str
    valid_from: date
    valid_to: date | None
    run_id: str
    signed_by: str
    signed_ms: int
    hotspots: gpd.GeoDataFrame


def sign_off(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings | str,
    valid_from: date | None = None,
    *,
    allow_undecided: bool = False,
    programme_id: str = DEFAULT_PROGRAMME,
) -> str:
    """Make a list the one in force from a day (default today) and return its id.

    `settings` may be the id of a stored run. The list before ends on that day. Raises InputError
    for an unknown run, or while heaping places wait for a decision and `allow_undecided` is not
    set.
    """
    workspace.require(user, "sign_off")
    result = preview_hotspots(workspace, user, _settings(workspace, settings))
    waiting = result.undecided
    if len(waiting) and not allow_undecided:
        names = ", ".join(f"{row.name or row.kind} ({row.kind})" for row in waiting.itertuples())
        raise InputError(
            f"{len(waiting)} places where records heap wait for a decision: {names}. Keep or "
            "exclude each, then sign off."
        )
    start = valid_from or workspace.today()
    before = list_in_force(workspace, start, programme_id=programme_id)
    detail = {"run_id": result.run_id, "valid_from": start.isoformat(), "undecided": len(waiting)}
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
        _write_list(transaction, user, result, list_id, version, start, programme_id, workspace.crs)
        transaction.insert("hotspots", _rows(list_id, result.hotspots, before))
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
        "SELECT list_id, version, programme_id, valid_from, valid_to, run_id, signed_by, signed_ms "
        "FROM lists WHERE programme_id = ? AND valid_from <= ? "
        "AND (valid_to IS NULL OR (valid_to > ? AND valid_to > valid_from)) "
        "ORDER BY valid_from, version",
        [programme_id, last, first],
    )
    return [HotspotList(*row, hotspots=_read(workspace, row[0])) for row in rows]


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
    result: HotspotResult,
    list_id: str,
    version: int,
    start: date,
    programme_id: str,
    crs: str,
) -> None:
    summary = {
        "hotspots": len(result.hotspots),
        "share_of_count": result.share_of_count,
        "accuracy": result.accuracy.as_json() if result.accuracy else None,
        "warnings": list(result.warnings),
    }
    transaction.execute(
        "INSERT INTO lists VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, NULL)",
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
        ],
    )


def _rows(list_id: str, places: gpd.GeoDataFrame, before: HotspotList | None) -> pd.DataFrame:
    """Return the rows to store; a redrawn place names the earlier one it overlaps most."""
    rows = pd.DataFrame(places.drop(columns="geometry"))
    rows["list_id"] = list_id
    rows["geometry"] = [shapely.to_wkb(shape) for shape in places.geometry]
    rows["cells"] = [json.dumps(keys) for keys in places["cells"]]
    rows["replaces"] = _replaced(places, before)
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
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=workspace.crs)
