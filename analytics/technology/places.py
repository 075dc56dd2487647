"""Coordinates of staged rows into the workspace's CRS, over the distinct points only."""

import numpy as np

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
    held = dict.fromkeys(tables, "true") | {"stops": "x IS NOT NULL"}
    counts = " + ".join(f"(SELECT count(*) FROM {t} WHERE {held[t]})" for t in tables)
    return bool(workspace.value(f"SELECT {counts}"))


def make_spots(
    staging: Staging, workspace: Workspace, crs: str, x_sql: str, y_sql: str
) -> tuple[str, str]:
    """Make table `spots` of the distinct pairs of texts in `picked`: text_x, text_y, where they lie.

    `x_sql` and `y_sql` read the numbers given_x and given_y from the columns x and y; x, y (in the
    workspace's CRS), lon and lat are NULL where `crs` cannot place them. Returns the CRS of x and
    y and a warning.
    """
    found = staging.database.execute(
        f"""WITH texts AS MATERIALIZED (
            SELECT DISTINCT x, y FROM picked WHERE x IS NOT NULL AND y IS NOT NULL)
        SELECT x AS text_x, y AS text_y, {x_sql} AS given_x, {y_sql} AS given_y FROM texts"""
    ).df()
    xs, ys = found["given_x"].to_numpy(float), found["given_y"].to_numpy(float)
    is_given = np.isfinite(xs) & np.isfinite(ys) & ((xs != 0) | (ys != 0))
    places = np.full((4, len(found)), np.nan)
    lon, lat = coordinates.transform(xs[is_given], ys[is_given], crs, coordinates.DEGREES)
    is_possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    target, warning = fit_crs(workspace, lon[is_possible], lat[is_possible])
    x, y = coordinates.transform(xs[is_given], ys[is_given], crs, target)
    is_possible &= np.isfinite(x) & np.isfinite(y)
    places[:, is_given] = np.where(is_possible, (x, y, lon, lat), np.nan)
    staging.keep("spots", found.assign(**dict(zip(("x", "y", "lon", "lat"), places, strict=True))))
    return target, warning
