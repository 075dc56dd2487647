"""Step 3: from crimes to a ranked list of hot spots, its concentration and its score."""

import hashlib
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import unproject
from analytics.targeting import heaping
from analytics.targeting.cells import FEEDS, CellCounts, count_cells
from analytics.targeting.details import HeadDetails, head_details, patterns
from analytics.targeting.doubts import warnings_about
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import crime_filter
from analytics.targeting.scopes import with_scope
from analytics.targeting.selection import group_cells, marginal_gain, rank_cells, ranking_values
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics import concentration
from analytics.targeting.statistics.accuracy import (
    Accuracy,
    hit_rate,
    prediction_accuracy_index,
    prediction_efficiency_index,
    recapture_rate_index,
    tie_range,
)
from analytics.workspace import InputError, User, Workspace, make_run_id, note_evidence, store_run

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
    values = ranking_values(counts, settings)
    ranked = rank_cells(counts, values, settings.minimum_count)
    if len(ranked) == 0:
        raise InputError(
            f"No cell has {settings.minimum_count} crimes in the period. Lower 'minimum_count'."
        )
    groups = group_cells(counts, ranked, settings)
    chosen = np.array([cell for group in groups for cell in group], dtype=np.int64)
    details = head_details(workspace, settings, counts, ranked)
    places = _places(workspace, settings, counts, groups, details)
    heaps = _heaps(workspace, settings, counts, groups, places, details)
    waiting = heaps[heaps["decision"].isna()].drop_duplicates("hotspot_id")
    places["decision"] = (
        places["hotspot_id"]
        .map(dict(zip(waiting["hotspot_id"], waiting["kind"], strict=True)))
        .astype(object)
        .where(lambda kind: kind.notna(), None)
    )
    fingerprint = data_fingerprint(workspace)
    score, ties = _score(counts, values, chosen, len(groups) == len(chosen))
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
        accuracy=score,
        heaping=heaps,
        curve=_curve(counts, ranked, len(chosen)),
        marginal_share=marginal_gain(counts, ranked, len(chosen)),
        warnings=tuple(warnings_about(workspace, settings, counts, places, heaps, score, ties)),
        crs=workspace.crs,
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


def _places(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    groups: list[list[int]],
    details: HeadDetails,
) -> gpd.GeoDataFrame:
    """Build the table of places: one row per group of cells, best first."""
    cells = np.concatenate([np.asarray(group) for group in groups])
    place = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    outlines = counts.grid.polygons(counts.q[cells], counts.r[cells])
    keys = counts.grid.keys(counts.q[cells], counts.r[cells])
    keys_of = [[keys[k] for k in np.flatnonzero(place == n)] for n in range(len(groups))]
    pattern = patterns(workspace, settings, counts)
    best = np.array([group[0] for group in groups])

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, weights=values[cells], minlength=len(groups))

    count = total(counts.count).astype(np.int64)
    frame = pd.DataFrame(
        {
            "hotspot_id": [_place_id(keys) for keys in keys_of],
            "name": _distinct([details.names.get(int(cell), "") for cell in best]),
            "rank": np.arange(1, len(groups) + 1),
            "count": count,
            "share_of_count": count / counts.crimes,
            "class": None if pattern is None else pattern[best],
            "test_count": total(counts.test).astype(np.int64) if counts.scope.test else None,
            "cells": keys_of,
            "area_m2": np.bincount(place) * counts.grid.area_m2,
        }
    )
    frame["per_hectare"] = frame["count"] / (frame["area_m2"] / 1e4)
    frame = frame.join(_harm_columns(counts, total, place, cells, len(groups)))
    shapes = (
        list(outlines)
        if len(cells) == len(groups)
        else [shapely.union_all(outlines[place == n]) for n in range(len(groups))]
    )
    layer = gpd.GeoDataFrame(frame, geometry=shapes, crs=workspace.crs)
    inner = shapely.point_on_surface(layer.geometry.to_numpy())
    if len(cells) == len(groups):
        layer["x"], layer["y"] = counts.grid.centres(counts.q[cells], counts.r[cells])
    else:
        layer["x"], layer["y"] = shapely.get_x(inner), shapely.get_y(inner)
    layer["lon"], layer["lat"] = unproject(layer["x"], layer["y"], workspace.crs)
    return layer


def _harm_columns(counts, total, place, cells, number) -> pd.DataFrame:
    if counts.harm is None:
        empty = pd.Series([None] * number, dtype=object)
        return pd.DataFrame({"harm": empty, "share_of_harm": empty, "worst_event_share": empty})
    harm = total(counts.harm)
    worst = np.zeros(number)
    np.maximum.at(worst, place, counts.worst_harm[cells])
    whole = counts.harm.sum()
    return pd.DataFrame(
        {
            "harm": harm,
            "share_of_harm": harm / whole if whole > 0 else np.nan,
            "worst_event_share": np.divide(
                worst, harm, out=np.full(number, np.nan), where=harm > 0
            ),
        }
    )


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
        _records_at(workspace, settings, counts, x, y)
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


def _score(
    counts: CellCounts, values: np.ndarray, chosen: np.ndarray, is_unmerged: bool
) -> tuple[Accuracy | None, tuple[float, float] | None]:
    """Score the chosen cells on the test period; also the range that ties at the end allow."""
    if counts.scope.test is None or counts.test_crimes == 0:
        return None, None
    number, events = len(chosen), counts.test_crimes
    hits = int(counts.test[chosen].sum())
    best = int(np.sort(counts.test)[::-1][:number].sum())
    last_year = None
    if counts.last_year.any():
        ranking = np.argsort(-counts.last_year, kind="stable")[:number]
        ranking = ranking[counts.last_year[ranking] > 0]
        last_year = hit_rate(int(counts.test[ranking].sum()), events)
    predicted = counts.count[chosen].sum() / counts.crimes * events
    score = Accuracy(
        train_from=counts.scope.train.first,
        train_to=counts.scope.train.last,
        test_from=counts.scope.test.first,
        test_to=counts.scope.test.last,
        test_crimes=events,
        hits=hits,
        hit_rate=hit_rate(hits, events),
        best_hit_rate=hit_rate(best, events),
        last_year_hit_rate=last_year,
        pai=prediction_accuracy_index(
            hits, events, number * counts.grid.area_m2, counts.area.polygon.area
        ),
        pei=prediction_efficiency_index(hits, best),
        rri=recapture_rate_index(float(predicted), hits) if hits else None,
    )
    ties = tie_range(values, counts.test, number) if is_unmerged else None
    return score, ties and (ties[0] / events, ties[1] / events)


def _curve(counts: CellCounts, ranked: np.ndarray, taken: int) -> np.ndarray:
    length = max(CURVE_PLACES, int(taken * 1.5))
    return np.cumsum(counts.count[ranked[:length]]) / counts.crimes


def _place_id(keys: list[str]) -> str:
    if len(keys) == 1:
        return keys[0]
    return "place:" + hashlib.sha256(" ".join(sorted(keys)).encode()).hexdigest()[:12]


def _distinct(names: list[str]) -> list[str]:
    """Number names that occur again: two places on one street must not be confused."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _evidence(result: HotspotResult) -> dict[str, str]:
    counts, settings = result.counts, result.settings
    offences = ", ".join(settings.offences) or "all offences of the extract"
    found = {
        "T3-01": f"Offences of run {result.run_id}: {offences}",
        "T3-03": f"Period {counts.scope.train}",
        "T3-04": f"All cells are {counts.grid.area_m2:,.0f} m²",
        "T3-05": f"{settings.cell_shape.capitalize()}s {settings.cell_width_m:g} m across",
        "T3-09": f"Generalised Gini {result.concentration.generalised_gini:.3f}; half of the "
        f"crimes in {result.concentration.places_for_half:,} places",
    }
    if counts.weights.is_measurable:
        found["T3-07"] = f"Harm by {counts.weights.label}"
    if result.accuracy:
        found["T3-10"] = (
            f"Caught {result.accuracy.hit_rate:.1%} of {counts.scope.test}; "
            f"PAI {result.accuracy.pai:.1f}, PEI {result.accuracy.pei:.2f}"
        )
    return found
