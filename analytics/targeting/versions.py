"""Versions of the list: who signed what for when, and what one changes against another."""

from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.targeting.lists import HotspotList, read_list
from analytics.targeting.recount import crimes_inside
from analytics.targeting.result import HotspotResult
from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace

_SAME_GROUND_M2 = 1.0


@dataclass(frozen=True, eq=False)
class ListChanges:
    """What a later list changes: `places` has change, name, before and after (names), shared_m2.

    `change` is "stays", "redrawn", "new" or "goes". `share_before` and `share_after`: share of the
    crimes of one and the same period, `period`, inside each list's boundaries, a crime once.
    """

    places: gpd.GeoDataFrame
    share_before: float
    share_after: float
    period: str

    def number(self, change: str) -> int:
        """How many places show this change."""
        return int((self.places["change"] == change).sum())

    def sentence(self) -> str:
        """Say what changes in one sentence."""
        parts = [(self.number("stays"), "stay", "stays"), (self.number("new"), "new", "new")]
        parts.insert(1, (self.number("redrawn"), "redrawn", "redrawn"))
        parts.append((self.number("goes"), "go", "goes"))
        told = [f"{n:,} {one if n == 1 else many}" for n, many, one in parts if n]
        return (
            f"{', '.join(told)}. Of the crimes from {self.period} the list before holds "
            f"{self.share_before:.1%}, this one {self.share_after:.1%}."
        )


def list_versions(
    workspace: Workspace, user: User, *, programme_id: str = DEFAULT_PROGRAMME
) -> pd.DataFrame:
    """Return every version, newest first: what is in the table `lists`, `places` and `signed_at`.

    `signed_at` is local time; `state` is "in force", "to come", "over" or "never in force".
    """
    workspace.require(user, "see:targeting")
    frame = workspace.frame(
        "SELECT version, list_id, run_id, signed_by, signed_ms, valid_from, valid_to, note, "
        "count(h.hotspot_id) AS places FROM lists LEFT JOIN hotspots h USING (list_id) "
        "WHERE programme_id = ? GROUP BY ALL ORDER BY version DESC",
        [programme_id],
    )
    today = pd.Timestamp(workspace.today())
    starts, ends = pd.to_datetime(frame["valid_from"]), pd.to_datetime(frame["valid_to"])
    frame["state"] = np.select(
        [ends <= starts, ends <= today, starts > today],
        ["never in force", "over", "to come"],
        "in force",
    )
    frame["signed_at"] = [
        datetime.fromtimestamp(at / 1000, workspace.timezone).replace(tzinfo=None)
        for at in frame["signed_ms"]
    ]
    return frame


def version_of(
    workspace: Workspace, user: User, version: int, *, programme_id: str = DEFAULT_PROGRAMME
) -> HotspotList:
    """Return one version with its places; InputError when there is none of that number."""
    workspace.require(user, "see:targeting")
    found = read_list(workspace, version, programme_id)
    if found is None:
        raise InputError(f"There is no version {version}. Choose one of the versions listed.")
    return found


def compare_lists(
    workspace: Workspace,
    result: HotspotResult,
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
) -> ListChanges:
    """Return what `after` changes against `before`, both with hotspot_id, name and geometry.

    Crimes are those of the ranking period and scope of `result`.
    """
    places = changed_places(before, after)
    scope = result.counts.scope
    return ListChanges(
        places=places,
        share_before=_share(workspace, result, before),
        share_after=_share(workspace, result, after),
        period=str(scope.train),
    )


def changed_places(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per place of either list with its `change`.

    A place stays when its boundary covers the same ground to a square metre, is redrawn when a
    place of the later list shares ground with it and is neither, and else goes or is new.
    """
    earlier, later = before.geometry.to_numpy(), after.geometry.to_numpy()
    near = shapely.STRtree(earlier).query(later, predicate="intersects")
    shared = shapely.area(shapely.intersection(later[near[0]], earlier[near[1]]))
    pairs = pd.DataFrame({"after": near[0], "before": near[1], "shared": shared})
    pairs = pairs[pairs["shared"] > _SAME_GROUND_M2]
    whole = np.maximum(
        shapely.area(later[pairs["after"].to_numpy()]),
        shapely.area(earlier[pairs["before"].to_numpy()]),
    )
    same = pairs[whole - pairs["shared"] <= _SAME_GROUND_M2]
    stays = dict(zip(same["after"], same["before"], strict=True))
    left = pairs[~pairs["after"].isin(stays) & ~pairs["before"].isin(stays.values())]
    best = left.sort_values("shared", ascending=False).drop_duplicates("after")
    redrawn = dict(zip(best["after"], best["before"], strict=True))
    rows = []
    for number in range(len(after)):
        change = "stays" if number in stays else "redrawn" if number in redrawn else "new"
        old = stays.get(number, redrawn.get(number))
        rows.append(_row(change, after, number, before, old))
    for number in range(len(before)):
        if number not in stays.values() and number not in set(left["before"]):
            rows.append(_row("goes", None, None, before, number))
    columns = ["change", "name", "before", "after", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=after.crs)


def _row(change: str, after, number, before, old) -> tuple:
    new_name = None if number is None else after["name"].iloc[number]
    old_name = None if old is None else before["name"].iloc[old]
    shape = before.geometry.iloc[old] if number is None else after.geometry.iloc[number]
    return change, new_name or old_name, old_name, new_name, shape


def _share(workspace: Workspace, result: HotspotResult, places: gpd.GeoDataFrame) -> float:
    rows = crimes_inside(workspace, result.settings, result.counts, places.geometry.tolist())
    held = rows.loc[rows["is_train"], "crime"].nunique()
    return held / result.counts.crimes
