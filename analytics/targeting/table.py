"""The table of listed places: counts, shares, harm, names and outlines, one row a place."""

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import unproject
from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.details import HeadDetails, patterns
from analytics.targeting.picking import Picked
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import Workspace


def place_table(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    picked: Picked,
    details: HeadDetails,
) -> gpd.GeoDataFrame:
    """Return the table of places: one row per group of cells, best first."""
    groups = picked.groups
    cells = np.concatenate([np.asarray(group) for group in groups])
    place = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    outlines, keys = counts.polygons_at(cells), counts.keys_at(cells)
    keys_of = [[keys[k] for k in np.flatnonzero(place == n)] for n in range(len(groups))]
    pattern = patterns(workspace, settings, counts)
    best = np.array([group[0] for group in groups])

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, weights=values[cells], minlength=len(groups))

    count = total(counts.count).astype(np.int64)
    frame = pd.DataFrame(
        {
            "hotspot_id": [_place_id(keys) for keys in keys_of],
            "name": _distinct([details.names[int(cell)] for cell in best]),
            "rank": np.arange(1, len(groups) + 1),
            "hours": picked.hours,
            "count": count,
            "share_of_count": count / counts.crimes,
            "class": None if pattern is None else pattern[best],
            "test_count": total(counts.test).astype(np.int64) if counts.scope.test else None,
            "cells": keys_of,
            "area_m2": np.bincount(place, weights=counts.areas_m2[cells]),
        }
    )
    frame["per_hectare"] = frame["count"] / (frame["area_m2"] / 1e4)
    if counts.grid.shape == "street":
        frame["length_m"] = np.bincount(place, weights=counts.sizes[cells])
        frame["per_100_m"] = frame["count"] / (frame["length_m"] / 100)
    frame = frame.join(_harm_columns(counts, total, place, cells, len(groups)))
    shapes = (
        list(outlines)
        if len(cells) == len(groups)
        else [shapely.union_all(outlines[place == n]) for n in range(len(groups))]
    )
    layer = gpd.GeoDataFrame(frame, geometry=shapes, crs=workspace.crs)
    if len(cells) == len(groups):
        layer["x"], layer["y"] = counts.grid.centres(counts.q[cells], counts.r[cells])
    else:
        inner = shapely.point_on_surface(layer.geometry.to_numpy())
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
