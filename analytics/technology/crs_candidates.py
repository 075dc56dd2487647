"""In which CRSs coordinates may be: tried against where the force is, for a person to confirm.

Numbers alone do not name their CRS. Where a boundary is loaded (or places are held), every
projected CRS made for that ground is tried, and those that put the points there are offered.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from analytics import geography
from analytics.technology import coordinates
from analytics.technology.coordinates import BRITISH_GRID, DEGREES
from analytics.workspace import Workspace

LEAST_SHARE = 0.5
"""A CRS is offered when it puts at least this share of the points on the force's ground."""
SAME_M = 300.0
"""CRSs that place the points within this distance (m) of each other are offered once, by the most
usual name: they are older datums of one zone. The others can be named by hand."""
MOST_TRIED = 300
POINTS_TRIED = 300
AROUND_DEGREES = 0.5
_USUAL = ("WGS 84 / UTM", "NAD83 / ", "OSGB36", "ETRS89 / UTM")
"""Of CRSs that agree, the one whose name begins so is offered."""


@dataclass(frozen=True)
class Candidate:
    """A CRS that coordinates may be in: the share (0-1) that it puts on the force's ground.

    `is_swapped` when the two columns have to change places; `ground` names what the share is of.
    """

    crs: str
    name: str
    is_swapped: bool
    share: float
    ground: str


@dataclass(frozen=True)
class Ground:
    """Where the force is, in degrees: its boundary, or a box round its places; None unknown."""

    shape: BaseGeometry | None
    name: str

    def share(self, lon: np.ndarray, lat: np.ndarray) -> float:
        """Return the share of points (degrees) on it; 0 where it is unknown."""
        if self.shape is None or not len(lon):
            return 0.0
        good = np.isfinite(lon) & np.isfinite(lat)
        found = shapely.intersects_xy(self.shape, lon[good], lat[good])
        return float(found.sum() / len(lon))


def find_ground(workspace: Workspace) -> Ground:
    """Return where the force is: its boundary, else a box round what is held, else unknown."""
    area = geography.boundary(workspace)
    if not area.empty:
        shape = area.geometry.union_all().simplify(20.0)
        outline = _to_degrees(shape, workspace.crs)
        shapely.prepare(outline)
        return Ground(outline, "within the force boundary")
    box = workspace.rows(
        """SELECT quantile_cont(lon, 0.02), quantile_cont(lat, 0.02), quantile_cont(lon, 0.98),
            quantile_cont(lat, 0.98) FROM crimes"""
    )[0]
    if box[0] is None:
        return Ground(None, "")
    west, south, east, north = box
    around = shapely.box(
        *(west - AROUND_DEGREES, south - AROUND_DEGREES),
        *(east + AROUND_DEGREES, north + AROUND_DEGREES),
    )
    return Ground(around, "around the crimes already held")


def _to_degrees(shape: BaseGeometry, crs: str) -> BaseGeometry:
    return shapely.transform(
        shape,
        lambda xy: np.column_stack(coordinates.transform(xy[:, 0], xy[:, 1], crs, DEGREES)),
    )


def find_candidates(
    workspace: Workspace, ground: Ground, x: np.ndarray, y: np.ndarray
) -> list[Candidate]:
    """Return the CRSs that `x` and `y` may be in, the likeliest first.

    Without ground only degrees, the British grid and the workspace's own CRS can be told.
    """
    if not len(x):
        return []
    if _are_degrees(x, y) or _are_degrees(y, x):
        return _in_degrees(workspace, ground, x, y)
    x, y, found = x[:POINTS_TRIED], y[:POINTS_TRIED], []
    for crs in _to_try(workspace.crs, ground):
        for is_swapped in (False, True):
            a, b = (y, x) if is_swapped else (x, y)
            try:
                lon, lat = coordinates.transform(a, b, crs, DEGREES)
            except ProjError:  # a few of the list have no way into degrees
                continue
            share = ground.share(lon, lat)
            if ground.shape is None:
                share = coordinates.share_inside(lon, lat, crs)
                share = share if crs != BRITISH_GRID or _on_british_land(a, b) else 0.0
            if share >= LEAST_SHARE:
                named = ground.name or f"in the area that {crs} is made for"
                found.append((Candidate(crs, crs_name(crs), is_swapped, share, named), lon, lat))
    return _distinct(found, workspace.crs)


def crs_name(crs: str) -> str:
    """Return the plain name of a CRS."""
    return coordinates.CRS.from_user_input(crs).name


@lru_cache(maxsize=1)
def usual_crss() -> dict[str, str]:
    """Return CRS -> name of those that extracts usually come in, to choose from by hand."""
    named = {DEGREES: "WGS 84: longitude and latitude", BRITISH_GRID: "British National Grid"}
    for info in query_crs_info(auth_name="EPSG", pj_types=PJType.PROJECTED_CRS):
        is_state = info.name.startswith("NAD83 / ") and "UTM" not in info.name
        if info.name.startswith("WGS 84 / UTM zone") or is_state:
            named[f"EPSG:{info.code}"] = info.name
    return named


def _are_degrees(x: np.ndarray, y: np.ndarray) -> bool:
    return bool(np.mean(np.abs(x) <= 180) > 0.95 and np.mean(np.abs(y) <= 90) > 0.95)


def _in_degrees(
    workspace: Workspace, ground: Ground, x: np.ndarray, y: np.ndarray
) -> list[Candidate]:
    found = []
    for is_swapped in (False, True):
        lon, lat = (y, x) if is_swapped else (x, y)
        if not _are_degrees(lon, lat):
            continue
        share, named = ground.share(lon, lat), ground.name
        if ground.shape is None:
            share = coordinates.share_inside(lon, lat, workspace.crs)
            named = f"in the area of {workspace.crs}, the workspace's CRS"
        found.append(Candidate(DEGREES, "longitude and latitude", is_swapped, share, named))
    return sorted(found, key=lambda each: -each.share)


def _on_british_land(x: np.ndarray, y: np.ndarray) -> bool:
    return bool(coordinates.fits_british_grid(x, y) and np.median(y) > 5_000)


@lru_cache(maxsize=8)
def _made_for(west: float, south: float, east: float, north: float) -> tuple[str, ...]:
    """Return the projected CRSs of the EPSG list whose area holds the middle of a box."""
    lon, lat = (west + east) / 2, (south + north) / 2
    infos = query_crs_info(
        auth_name="EPSG",
        pj_types=PJType.PROJECTED_CRS,
        area_of_interest=AreaOfInterest(lon, lat, lon, lat),
    )
    areas = sorted(
        infos,
        key=lambda info: (
            not info.name.startswith(_USUAL),
            info.area_of_use.east - info.area_of_use.west if info.area_of_use else 360,
        ),
    )
    return tuple(f"EPSG:{info.code}" for info in areas if not info.deprecated)[:MOST_TRIED]


def _to_try(workspace_crs: str, ground: Ground) -> list[str]:
    tried = [workspace_crs]
    if ground.shape is not None:
        tried += _made_for(*(round(float(edge), 3) for edge in ground.shape.bounds))
    else:
        tried.append(BRITISH_GRID)
    return list(dict.fromkeys(tried))


def _distinct(
    found: list[tuple[Candidate, np.ndarray, np.ndarray]], workspace_crs: str
) -> list[Candidate]:
    """Keep one of the CRSs that agree, the workspace's own or the most usual first."""
    found.sort(
        key=lambda each: (
            -round(each[0].share, 2),
            each[0].is_swapped,
            each[0].crs != workspace_crs,
            not each[0].name.startswith(_USUAL),
            len(each[0].name),
        )
    )
    kept: list[tuple[Candidate, np.ndarray, np.ndarray]] = []
    for candidate, lon, lat in found:
        if not any(_apart_m(lon, lat, a, b) < SAME_M for _, a, b in kept):
            kept.append((candidate, lon, lat))
    return [candidate for candidate, _, _ in kept]


def _apart_m(lon: np.ndarray, lat: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """Median distance (m) between the same points placed in two ways; near enough for telling."""
    good = np.isfinite(lon) & np.isfinite(a)
    east = (lon - a)[good] * 111_320 * np.cos(np.radians(lat[good]))
    return float(np.median(np.hypot(east, (lat - b)[good] * 110_540))) if good.any() else np.inf
