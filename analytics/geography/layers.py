"""The map layers a force has loaded, as tables of geometry in the workspace's CRS."""

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from analytics.geography.recent import Recent
from analytics.workspace import Workspace

_recent = Recent(12)


def load_geometry(blob: bytes) -> BaseGeometry:
    """Read one stored geometry (WKB in the workspace's CRS)."""
    return shapely.from_wkb(bytes(blob))


def streets(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return the loaded streets: street_id, name, class, length_m, geometry (lines)."""
    return _layer(workspace, "streets", "street_id, name, class, length_m")


def boundary(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return the loaded boundary polygons: name, area_m2, geometry."""
    return _layer(workspace, "boundary", "name, area_m2")


def saved_places(workspace: Workspace, *kinds: str) -> gpd.GeoDataFrame:
    """Return the loaded places (all, or of the given kinds): place_id, name, kind, area_m2."""
    found = _layer(workspace, "places", "place_id, name, kind, area_m2")
    return found[found["kind"].isin(kinds)].reset_index(drop=True) if kinds else found


def named_points(workspace: Workspace, *kinds: str) -> gpd.GeoDataFrame:
    """Return the loaded points (all, or of the given kinds): name, kind, lon, lat, geometry."""
    frame = workspace.frame("SELECT name, kind, lon, lat, x, y FROM points ORDER BY kind, name")
    if kinds:
        frame = frame[frame["kind"].isin(kinds)].reset_index(drop=True)
    return gpd.GeoDataFrame(
        frame, geometry=shapely.points(frame["x"], frame["y"]), crs=workspace.crs
    )


def nearest_street_names(workspace: Workspace, xs: np.ndarray, ys: np.ndarray) -> list[str | None]:
    """Return the name of the named street nearest to each point, None where no streets are held."""
    names, tree = _recent.get(
        (workspace.workspace_id, "street names", workspace.fingerprint("streets")),
        lambda: _named_street_tree(workspace),
    )
    if not names or len(xs) == 0:
        return [None] * len(xs)
    nearest = tree.nearest(shapely.points(np.asarray(xs, float), np.asarray(ys, float)))
    return [names[index] for index in nearest]


def _named_street_tree(workspace: Workspace) -> tuple[list[str], shapely.STRtree]:
    held = streets(workspace)
    named = held[held["name"].fillna("").astype(str).str.strip() != ""]
    return named["name"].tolist(), shapely.STRtree(named.geometry.to_numpy())


def _layer(workspace: Workspace, table: str, columns: str) -> gpd.GeoDataFrame:
    return _recent.get(
        (workspace.workspace_id, table, workspace.fingerprint(table)),
        lambda: _read_layer(workspace, table, columns),
    )


def _read_layer(workspace: Workspace, table: str, columns: str) -> gpd.GeoDataFrame:
    first = columns.split(",")[0]
    rows = workspace.rows(f"SELECT {columns}, geometry FROM {table} ORDER BY {first}, row_hash")
    names = [name.strip() for name in columns.split(",")]
    values = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    shapes = shapely.from_wkb([bytes(row[-1]) for row in rows]) if rows else []
    return gpd.GeoDataFrame(values, geometry=list(shapes), crs=workspace.crs)
