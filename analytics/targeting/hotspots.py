"""Step 3: from crimes to a ranked list of hot spots, its concentration and its score."""

import hashlib
import json

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.targeting import heaping
from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.cells import FEEDS, count_cells
from analytics.targeting.details import HeadDetails, head_details
from analytics.targeting.doubts import warnings_about
from analytics.targeting.picking import pick
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import crime_filter
from analytics.targeting.scopes import with_scope
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics import concentration
from analytics.targeting.table import place_table
from analytics.targeting.tuning import Marginal, curve_table, persistence_note
from analytics.workspace import User, Workspace, make_run_id, note_evidence, store_run

CURVE_PLACES = 500


def preview_hotspots(
    workspace: Workspace, user: User, settings: TargetingSettings
) -> HotspotResult:
    """Compute the list of hot spots and store nothing.

    Raises InputError when no crime is left to rank or the grid would be too large, NotMeasurable
    when harm is asked for and cannot be measured.
    """
    workspace.require(user, "see:targeting")
    settings = with_scope(workspace, settings)
    counts = count_cells(workspace, settings, heaping.excluded_points(workspace))
    picked = pick(workspace, settings, counts)
    chosen = picked.chosen
    # The first place left out is named too.
    details = head_details(workspace, settings, counts, picked.ranked, len(chosen) + 1)
    places = place_table(workspace, settings, counts, picked, details)
    heaps = _heaps(workspace, settings, counts, picked.groups, places, details)
    places["decision"] = _undecided(places, heaps)
    fingerprint = data_fingerprint(workspace)
    warned = warnings_about(workspace, settings, counts, places, heaps, picked.score, picked.ties)
    return HotspotResult(
        run_id=make_run_id("targeting", settings, fingerprint),
        fingerprint=fingerprint,
        settings=settings,
        counts=counts,
        hotspots=places,
        positions=chosen,
        concentration=counts.details.get(
            "concentration", lambda: concentration.summarise(counts.count)
        ),
        accuracy=picked.score,
        heaping=heaps,
        curve=curve_table(counts, picked.ranked, max(CURVE_PLACES, int(len(chosen) * 1.5))),
        marginal=_marginal(counts, places, picked.ranked, len(chosen), details),
        warnings=(*persistence_note(settings, counts), *warned),
        crs=workspace.crs,
    )


def _undecided(places: gpd.GeoDataFrame, heaps: pd.DataFrame) -> pd.Series:
    """Return the kind of heap that waits for a decision at each place, None for none."""
    waiting = heaps[heaps["decision"].isna()].drop_duplicates("hotspot_id")
    kinds = dict(zip(waiting["hotspot_id"], waiting["kind"], strict=True))
    found = places["hotspot_id"].map(kinds).astype(object)
    return found.where(found.notna(), None)


def _marginal(
    counts: CellCounts,
    places: gpd.GeoDataFrame,
    ranked: np.ndarray,
    taken: int,
    details: HeadDetails,
) -> Marginal:
    last = places.iloc[-1]
    following = int(ranked[taken]) if taken < len(ranked) else None
    return Marginal(
        hotspot_id=last["hotspot_id"],
        name=last["name"],
        rank=int(last["rank"]),
        count=int(last["count"]),
        next_name=None if following is None else details.names[following],
        next_count=None if following is None else int(counts.count[following]),
        next_share=None if following is None else float(counts.count[following] / counts.crimes),
    )


def save_hotspots(workspace: Workspace, user: User, settings: TargetingSettings) -> HotspotResult:
    """Compute the list, keep the run and leave its evidence for the checklist."""
    workspace.require(user, "tune")
    result = preview_hotspots(workspace, user, settings)
    detail = {"hotspots": len(result.hotspots)}
    with workspace.write(user, "create", "run", result.run_id, detail) as transaction:
        keep_run(transaction, user, result)
    return result


def keep_run(transaction, user: User, result: HotspotResult) -> None:
    """Store the run and its evidence in the caller's transaction."""
    store_run(
        transaction,
        user,
        result.run_id,
        "targeting",
        result.settings,
        result.fingerprint,
        result.as_json(),
    )
    for item_id, value in _evidence(result).items():
        note_evidence(transaction, item_id, value, result.run_id)


def heaping_places(workspace: Workspace, user: User, settings: TargetingSettings) -> pd.DataFrame:
    """Return the heaps among the listed places, decided or not (columns of `heaping.COLUMNS`)."""
    return preview_hotspots(workspace, user, settings).heaping


def data_fingerprint(workspace: Workspace) -> str:
    """Name the data and the decisions that a list rests on."""
    decided = [
        workspace.rows("SELECT place_key, decision FROM heaping_decisions ORDER BY ALL"),
        workspace.rows("SELECT index_name, version, code, days FROM harm_choices ORDER BY ALL"),
    ]
    text = json.dumps([workspace.fingerprint(*FEEDS), decided])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _heaps(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    groups: list[list[int]],
    places: gpd.GeoDataFrame,
    details: HeadDetails,
) -> pd.DataFrame:
    """Return the heaps of the listed places with the decisions taken, and excluded ones."""
    group_of = {cell: number for number, group in enumerate(groups) for cell in group}
    spots = details.spots[details.spots["place"].isin(group_of)].copy()
    spots["group"] = spots["place"].map(group_of).astype(int)
    spots["place_records"] = places["count"].to_numpy()[spots["group"]]
    found = heaping.find_heaps(
        spots, heaping.heaping_points(workspace), details.is_snapped, settings.heaping_share
    )
    found["hotspot_id"] = places["hotspot_id"].to_numpy()[found["group"]]
    found["rank"] = places["rank"].to_numpy()[found["group"]]
    taken = heaping.decisions(workspace)
    excluded = taken[taken["decision"] == "exclude"].copy()
    excluded["kind"] = heaping.kind_of_location(excluded["name"]).replace("", "one point")
    excluded["records"] = [
        counts.details.get(
            ("records", x, y), lambda x=x, y=y: _records_at(workspace, settings, counts, x, y)
        )
        for x, y in zip(excluded["x"], excluded["y"], strict=True)
    ]
    return heaping.with_decisions(found, excluded, taken, workspace.crs)


def _records_at(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, x: float, y: float
) -> int:
    where, values = crime_filter(settings)
    train = counts.scope.train
    return workspace.value(
        f"SELECT count(*) FROM crimes WHERE {where} AND abs(x - ?) < 1.0 AND abs(y - ?) < 1.0 "
        "AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1",
        [*values, x, y, train.first, train.last],
    )


def _evidence(result: HotspotResult) -> dict[str, str]:
    counts, settings = result.counts, result.settings
    offences = ", ".join(settings.offences) or "all offences of the extract"
    found = {
        "T3-01": f"Offences of run {result.run_id}: {offences}",
        "T3-03": f"Period {counts.scope.train}",
        "T3-05": counts.unit_text().capitalize(),
        "T3-09": f"Generalised Gini {result.concentration.generalised_gini:.3f}; half of the "
        f"crimes in {result.concentration.places_for_half:,} places",
    }
    if counts.is_grid:
        found["T3-04"] = f"All cells are {counts.grid.area_m2:,.0f} m²"
    if counts.weights.is_measurable:
        found["T3-07"] = f"Harm by {counts.weights.label}"
    if result.accuracy:
        found["T3-10"] = (
            f"Caught {result.accuracy.hit_rate:.1%} of {counts.scope.test}; "
            f"PAI {result.accuracy.pai:.1f}, PEI {result.accuracy.pei:.2f}"
        )
    return found
