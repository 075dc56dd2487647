"""Coordinates of staged rows into the workspace's CRS, over the distinct points only."""

import numpy as np
import pandas as pd

from analytics.technology import coordinates
from analytics.technology.staging import Staging
from analytics.workspace import InputError, Workspace

_PLACED_TABLES = ("crimes", "incidents", "stops", "activity", "bases", "points")
_SHAPED_TABLES = ("places", "boundary", "streets")


def fit_crs(workspace: Workspace, lon: np.ndarray, lat: np.ndarray) -> tuple[str, str]:
    """Return the CRS to store places in and a warning when it has to change.

    A workspace that holds no places yet takes the UTM zone of the first data that lie elsewhere.
    Raises InputError when it already holds places.
    """
    inside = np.isfinite(lon) & np.isfinite(lat)
    if not inside.any() or coordinates.share_inside(lon, lat, workspace.crs) > 0.5:
        return workspace.crs, ""
    middle_lon, middle_lat = float(np.median(lon[inside])), float(np.median(lat[inside]))
    zone = coordinates.utm_zone(middle_lon, middle_lat)
    where = f"around longitude {middle_lon:.2f}, latitude {middle_lat:.2f}"
    if holds_places(workspace):
        raise InputError(
            f"The places lie {where}, outside the area of this workspace's CRS {workspace.crs}. "
            "Load them into a workspace of their own "
            f"(python -m analytics init FOLDER --crs {zone})."
        )
    return zone, (
        f"The places lie {where}, outside the area of {workspace.crs}. The workspace held no "
        f"places yet and now works in {zone}, the UTM zone of the data. Its time zone is "
        f"{workspace.timezone.key}; where that is wrong, make the workspace with --timezone."
    )


def holds_places(workspace: Workspace) -> bool:
    """Whether anything is stored in coordinates of the workspace's CRS."""
    tables = (*_PLACED_TABLES, *_SHAPED_TABLES)
    counts = " + ".join(f"(SELECT count(*) FROM {table} LIMIT 1)" for table in tables)
    return bool(workspace.value(f"SELECT {counts}"))


def make_spots(staging: Staging, workspace: Workspace, crs: str) -> tuple[str, str]:
    """Make table `spots` (given_x, given_y -> x, y, lon, lat) from table `numbers`.

    Returns the CRS of x and y and a warning; points that `crs` cannot place get NULLs.
    """
    found = staging.database.execute(
        """SELECT DISTINCT given_x, given_y FROM readings
        WHERE given_x IS NOT NULL AND given_y IS NOT NULL AND (given_x <> 0 OR given_y <> 0)"""
    ).df()
    xs, ys = found["given_x"].to_numpy(float), found["given_y"].to_numpy(float)
    lon, lat = coordinates.transform(xs, ys, crs, coordinates.DEGREES)
    is_possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    target, warning = fit_crs(workspace, lon[is_possible], lat[is_possible])
    x, y = coordinates.transform(xs, ys, crs, target)
    is_possible &= np.isfinite(x) & np.isfinite(y)
    spots = pd.DataFrame({"given_x": xs, "given_y": ys, "x": x, "y": y, "lon": lon, "lat": lat})[
        is_possible
    ]
    staging.keep("spots", spots)
    return target, warning
