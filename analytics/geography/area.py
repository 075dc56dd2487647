"""The study area: the force's boundary, or a hull round the points where there is none."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from analytics.geography.layers import boundary
from analytics.geography.recent import Recent
from analytics.workspace import InputError, Workspace

AreaKind = Literal["boundary", "trimmed_hull", "hull"]

NEIGHBOURS = 5
"""A point with fewer others near it is left out of a trimmed hull; of many points more are asked."""
ONE_IN = 2_000
"""Of n points, n / ONE_IN others are asked for: a few stray points grow with the years held too."""
NEIGHBOUR_DISTANCE_M = 5_000.0

_recent = Recent(12)


@dataclass(frozen=True)
class StudyArea:
    """The area that shares and scores refer to; `kind` says which rule drew it."""

    polygon: BaseGeometry
    kind: AreaKind
    warnings: tuple[str, ...] = ()

    @property
    def area_km2(self) -> float:
        """Area in square kilometres."""
        return self.polygon.area / 1e6


def study_area(
    workspace: Workspace,
    kind: AreaKind,
    points: np.ndarray | None = None,
    *,
    grow_m: float = 0.0,
) -> StudyArea:
    """Return the study area of a workspace.

    `points` (n x 2, metres) are what a hull is drawn round, by default every placed crime; hulls
    are grown by `grow_m` so that the cells of the outermost points lie inside. "boundary" without
    a loaded boundary falls back on "trimmed_hull" and says so. Raises InputError when there are
    no points to draw a hull round.
    """
    key = (
        workspace.workspace_id,
        kind,
        grow_m,
        workspace.fingerprint("crimes", "boundary"),
        None if points is None else points.tobytes(),
    )
    return _recent.get(key, lambda: _make(workspace, kind, points, grow_m))


def _make(
    workspace: Workspace, kind: AreaKind, points: np.ndarray | None, grow_m: float
) -> StudyArea:
    warnings = []
    if kind == "boundary":
        held = boundary(workspace)
        if len(held):
            return StudyArea(joined(held.geometry.to_numpy()), "boundary")
        kind = "trimmed_hull"
        warnings.append("No boundary is loaded, so the study area is drawn round the points.")
    points, times = _crime_points(workspace) if points is None else (points, None)
    if len(points) == 0:
        raise InputError(
            "There are no crimes with a place to draw a study area round. Load crimes."
        )
    if kind == "trimmed_hull":
        needed = neighbours_needed(len(points) if times is None else int(times.sum()))
        kept = np.flatnonzero(has_neighbours(points, times, needed))
        if len(kept) == 0:
            raise InputError(
                f"No point has {needed} others within {NEIGHBOUR_DISTANCE_M / 1000:g} km, so a "
                "trimmed hull cannot be drawn. Load a boundary, or set study_area to 'hull'."
            )
        warnings.append(
            "Shares of area rest on a hull round the points (points with fewer than "
            f"{needed} others within {NEIGHBOUR_DISTANCE_M / 1000:g} km left out), "
            "not on the force's boundary."
        )
        points = points[kept]
    else:
        warnings.append(
            "Shares of area rest on the hull of all points: one stray point stretches it."
        )
    hull = shapely.convex_hull(shapely.multipoints(points))
    if grow_m > 0:
        hull = hull.buffer(grow_m, quad_segs=30)
    return StudyArea(hull, kind, tuple(warnings))


def joined(shapes: np.ndarray) -> BaseGeometry:
    """Join polygons into one area, mending invalid ones and keeping only what has area."""
    whole = shapely.union_all(shapely.make_valid(shapes))
    if whole.geom_type == "GeometryCollection":
        whole = shapely.union_all([part for part in whole.geoms if part.area > 0])
    return whole


def neighbours_needed(points: int) -> int:
    """Return how many others a point must have near it, by the number of all points."""
    return max(NEIGHBOURS, points // ONE_IN)


def has_neighbours(
    points: np.ndarray, times: np.ndarray | None = None, needed: int = NEIGHBOURS
) -> np.ndarray:
    """Tell for each point (n x 2, metres) whether `needed` others lie within 5 km of it.

    `times` says how often each point stands, once by default. Points crowded into one square of
    5 km across its diagonal need no search; only the few others are looked up one by one.
    """
    times = np.ones(len(points), dtype=np.int64) if times is None else times
    side_m = NEIGHBOUR_DISTANCE_M / np.sqrt(2.0)
    squares = np.floor(points / side_m).astype(np.int64)
    _, square = np.unique(squares, axis=0, return_inverse=True)
    kept = np.bincount(square.ravel(), times)[square.ravel()] > needed
    lonely = np.flatnonzero(~kept)
    if len(lonely):
        near = cKDTree(points).query_ball_point(points[lonely], NEIGHBOUR_DISTANCE_M)
        kept[lonely] = [times[found].sum() > needed for found in near]
    return kept


def _crime_points(workspace: Workspace) -> tuple[np.ndarray, np.ndarray]:
    """Return each spot with a crime, and how many it has."""
    frame = workspace.frame(
        "SELECT x, y, count(*) AS times FROM crimes WHERE x IS NOT NULL AND y IS NOT NULL "
        "GROUP BY x, y ORDER BY x, y"
    )
    return frame[["x", "y"]].to_numpy(), frame["times"].to_numpy(dtype=np.int64)
