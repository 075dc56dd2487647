"""The ranked list with its edits applied: what is signed off, exported and patrolled."""

import hashlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import unproject
from analytics.targeting.bench import HANDLERS, Bench, names_of, ranked_cells
from analytics.targeting.edits import Edit, list_edits
from analytics.targeting.list_score import ListScore, score_list
from analytics.targeting.recount import totals_inside
from analytics.targeting.result import HotspotResult
from analytics.workspace import DEFAULT_PROGRAMME, User, Workspace

NEXT_PLACES = 40
_OVERLAP_M2 = 1.0


@dataclass(frozen=True, eq=False)
class EditedList:
    """A ranked list after its edits; without any, the list as it was computed.

    `hotspots` has the columns of `HotspotResult.hotspots` and `edits` (sentences), `replaces` (the
    id of the place it was drawn from, or None) and `is_drawn` (counted inside a drawn boundary).
    `history`: every edit with its state: "applied", "undone" or why it waits.
    """

    result: HotspotResult
    hotspots: gpd.GeoDataFrame
    history: tuple[tuple[Edit, str], ...]
    score: ListScore
    unedited_score: ListScore
    warnings: tuple[str, ...]
    undecided: pd.DataFrame

    @property
    def applied(self) -> list[Edit]:
        """The edits that shape this list."""
        return [edit for edit, state in self.history if state == "applied"]

    def answer(self) -> str:
        """Say what the edits make of the list in one sentence, blank where there are none."""
        made, score = len(self.applied), self.score
        if not made:
            return ""
        caught = "" if score.hit_rate is None else f" and caught {score.hit_rate:.1%}"
        edits, places = "edit" if made == 1 else "edits", "place" if score.places == 1 else "places"
        return (
            f" With {made} {edits} by hand, {score.places:,} {places} held "
            f"{score.share_of_count:.1%}{caught}."
        )

    @property
    def run_text(self) -> str:
        """Name the run, and the edits where there are any."""
        made = self.applied
        if not made:
            return self.result.run_id
        digest = hashlib.sha256(" ".join(edit.edit_id for edit in made).encode()).hexdigest()[:8]
        plural = "edit" if len(made) == 1 else "edits"
        return f"{self.result.run_id} with {len(made)} {plural} by hand ({digest})"


def apply_edits(
    workspace: Workspace,
    user: User,
    result: HotspotResult,
    *,
    programme_id: str = DEFAULT_PROGRAMME,
) -> EditedList:
    """Return the list with every edit applied that is not undone and whose places are on it."""
    workspace.require(user, "see:targeting")
    edits = list_edits(workspace, programme_id=programme_id)
    bench = Bench(workspace, result)
    history = []
    for edit in edits:
        state = "undone" if edit.is_undone else HANDLERS[edit.kind](bench, edit)
        history.append((edit, state))
    return _finish(workspace, result, bench, history)


def unedited(workspace: Workspace, result: HotspotResult) -> EditedList:
    """Return the list as it was computed, in the form of an edited one."""
    return _finish(workspace, result, Bench(workspace, result), [])


def next_places(
    workspace: Workspace, result: HotspotResult, most: int = NEXT_PLACES
) -> pd.DataFrame:
    """Return the places below the cut, best first: hotspot_id, name, rank and count."""
    ranked = ranked_cells(result)
    after = ranked[~np.isin(ranked, result.positions)][:most]
    names = names_of(workspace, result, after)
    return pd.DataFrame(
        {
            "hotspot_id": result.counts.keys_at(after),
            "name": names,
            "rank": [int(np.flatnonzero(ranked == cell)[0]) + 1 for cell in after],
            "count": result.counts.count[after],
        }
    )


def _finish(
    workspace: Workspace,
    result: HotspotResult,
    bench: Bench,
    history: list[tuple[Edit, str]],
) -> EditedList:
    rows = sorted(bench.places.values(), key=lambda place: place["order"])
    columns = [*result.hotspots.columns, "edits", "replaces", "is_drawn"]
    frame = pd.DataFrame(rows, columns=columns).reset_index(drop=True)
    frame = _recount(workspace, result, frame)
    frame["rank"] = np.arange(1, len(frame) + 1)
    layer = gpd.GeoDataFrame(frame, geometry="geometry", crs=workspace.crs)
    layer = _placed(_shares(layer, result), workspace)
    listed = {key for place in rows for key in place["origins"]} - bench.settled
    waiting = result.undecided
    return EditedList(
        result=result,
        hotspots=layer,
        history=tuple(history),
        score=score_list(workspace, result, layer),
        unedited_score=score_list(workspace, result, None),
        warnings=tuple(_doubts(layer, result)),
        undecided=waiting[waiting["hotspot_id"].isin(listed)],
    )


def _recount(workspace: Workspace, result: HotspotResult, frame: pd.DataFrame) -> pd.DataFrame:
    drawn = np.flatnonzero(frame["is_drawn"].to_numpy(dtype=bool))
    if not len(drawn):
        return frame
    shapes = [frame["geometry"].iloc[k] for k in drawn]
    found = totals_inside(workspace, result.settings, result.counts, shapes)
    frame = frame.astype(dict.fromkeys(("count", "test_count", "harm"), object))
    frame["worst_event_share"] = frame["worst_event_share"].astype(object)
    frame["class"] = frame["class"].astype(object)
    for row, total in zip(drawn, found.itertuples(), strict=True):
        harm = None if result.counts.harm is None else float(total.harm)
        frame.at[row, "count"] = int(total.count)
        frame.at[row, "test_count"] = int(total.test_count) if result.counts.scope.test else None
        frame.at[row, "harm"] = harm
        frame.at[row, "worst_event_share"] = float(total.worst) / harm if harm else None
        frame.at[row, "class"] = None
    return frame


def _shares(layer: gpd.GeoDataFrame, result: HotspotResult) -> gpd.GeoDataFrame:
    counts = result.counts
    layer["count"] = layer["count"].astype(np.int64)
    if counts.scope.test:
        layer["test_count"] = layer["test_count"].astype(np.int64)
    for name in ("replaces", "decision"):
        layer[name] = layer[name].astype(object).where(layer[name].notna(), None)
    layer["share_of_count"] = layer["count"] / counts.crimes
    layer["per_hectare"] = layer["count"] / (layer["area_m2"].astype(float) / 1e4)
    if counts.harm is not None and counts.harm.sum() > 0:
        layer["harm"] = layer["harm"].astype(float)
        layer["share_of_harm"] = layer["harm"] / counts.harm.sum()
    return layer


def _placed(layer: gpd.GeoDataFrame, workspace: Workspace) -> gpd.GeoDataFrame:
    """Give drawn and merged places a point inside them, and those without a name a street's."""
    missing = layer["x"].isna() | layer["is_drawn"].astype(bool) | (layer["cells"].map(len) > 1)
    inner = shapely.point_on_surface(layer.geometry.to_numpy())
    layer["x"] = np.where(missing, shapely.get_x(inner), layer["x"].astype(float))
    layer["y"] = np.where(missing, shapely.get_y(inner), layer["y"].astype(float))
    layer["lon"], layer["lat"] = unproject(
        layer["x"].to_numpy(float), layer["y"].to_numpy(float), workspace.crs
    )
    return layer


def _doubts(layer: gpd.GeoDataFrame, result: HotspotResult) -> list[str]:
    found = []
    drawn = layer[layer["is_drawn"].astype(bool)]
    if drawn.empty:
        return found
    outside = drawn[~drawn.geometry.intersects(result.counts.area.polygon)]
    for place in outside.itertuples():
        found.append(f"'{place.name}' lies outside the study area.")
    tree = shapely.STRtree(layer.geometry.to_numpy())
    for number, place in zip(drawn.index, drawn.itertuples(), strict=True):
        for other in tree.query(place.geometry, predicate="intersects"):
            shared = place.geometry.intersection(layer.geometry.iloc[other]).area
            seen = layer["is_drawn"].iloc[other] and other < number
            if other != number and shared > _OVERLAP_M2 and not seen:
                found.append(
                    f"'{place.name}' overlaps '{layer['name'].iloc[other]}' by {shared:,.0f} m²; "
                    "crimes there count in both, and once in the list's totals."
                )
    return found
