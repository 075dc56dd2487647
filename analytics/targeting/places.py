"""The places that crimes are counted in: equal cells, street segments, or loaded polygons."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from analytics.geography import (
    Grid,
    Recent,
    StudyArea,
    Units,
    polygon_units,
    saved_places,
    street_segments,
    street_units,
    streets,
    study_area,
)
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import InputError, Workspace

GRIDS = ("hexagon", "square")
# Saved places that patrol does not go to are no candidates for a hot spot.
_NO_CANDIDATES = "exclusion"

_recent = Recent(6)
_recent_cells = Recent(8)


@dataclass(frozen=True, eq=False)
class Places:
    """The places of a study area: `grid` with the numbers q and r of those that touch it.

    `spots` tells for irregular places which distinct crime coordinate lies in which: spot_x,
    spot_y, spot_q (-1 for none), distance_m and is_shared; None for cells. `notes` are sentences
    about the places themselves.
    """

    grid: Grid | Units
    area: StudyArea
    q: np.ndarray
    r: np.ndarray
    spots: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()


def build_places(workspace: Workspace, settings: TargetingSettings) -> Places:
    """Return the places that the settings ask for.

    Raises InputError when a grid would be too large, or when no street or polygon is held.
    """
    area = area_of(workspace, settings)
    if settings.cell_shape in GRIDS:
        grid = grid_of(settings, area)
        q, r = _recent_cells.get(
            (workspace.workspace_id, grid, area.polygon.wkb), lambda: _cells(grid, area)
        )
        return Places(grid, area, q, r)
    chosen = settings.model_dump_json(
        include={
            "cell_shape",
            "places_kind",
            "snap_limit_m",
            "longest_street_m",
            "street_width_m",
        }
    )
    data = workspace.fingerprint("crimes", "streets", "places")
    key = (workspace.workspace_id, data, area.polygon.wkb, chosen)
    found = _recent.get(key, lambda: _irregular(workspace, settings, area))
    return replace(found, notes=tuple(_notes(settings, found.grid)))


def area_of(workspace: Workspace, settings: TargetingSettings) -> StudyArea:
    """Return the study area; a hull of all points is grown as the peer does (half a cell)."""
    grow_m = settings.cell_width_m / 2 if settings.study_area == "hull" else 0.0
    return study_area(workspace, settings.study_area, grow_m=grow_m)


def grid_of(settings: TargetingSettings, area: StudyArea) -> Grid:
    """Return the grid of equal cells that the settings ask for."""
    origin = (0.0, 0.0)
    if settings.grid_origin == "lower_left":
        # Whole centimetres, so that a cell's key names its grid exactly.
        origin = tuple(math.floor(round(part * 100, 3)) / 100 for part in area.polygon.bounds[:2])
    return Grid(settings.cell_shape, float(settings.cell_width_m), origin)


def _cells(grid: Grid, area: StudyArea) -> tuple[np.ndarray, np.ndarray]:
    q, r = grid.cells_covering(area.polygon)
    order = np.lexsort((q, r))
    return q[order], r[order]


def _irregular(workspace: Workspace, settings: TargetingSettings, area: StudyArea) -> Places:
    units = (
        _streets(workspace, settings, area)
        if settings.cell_shape == "street"
        else _polygons(workspace, settings, area)
    )
    frame = workspace.frame(
        "SELECT DISTINCT x AS spot_x, y AS spot_y FROM crimes "
        "WHERE x IS NOT NULL AND y IS NOT NULL ORDER BY x, y"
    )
    found = units.locate(frame["spot_x"].to_numpy(), frame["spot_y"].to_numpy())
    spots = frame.assign(spot_q=found.unit, distance_m=found.distance_m, is_shared=found.is_shared)
    q = np.arange(len(units), dtype=np.int64)
    return Places(units, area, q, np.zeros_like(q), spots)


def _streets(workspace: Workspace, settings: TargetingSettings, area: StudyArea) -> Units:
    held = streets(workspace)
    held = held[_touches(area, held.geometry.to_numpy())]
    if held.empty:
        raise InputError(
            "No streets are loaded that lie in the study area. Load streets in step 2, or choose "
            "hexagons."
        )
    lines = held.geometry.to_numpy()
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    # A file without street ids: the middle of a line names it from load to load.
    ids = [
        name or f"{x:.0f},{y:.0f}" for name, (x, y) in zip(held["street_id"], middle, strict=True)
    ]
    segments = street_segments(lines, ids, held["name"].tolist(), float(settings.longest_street_m))
    return street_units(segments, settings.street_width_m, float(settings.snap_limit_m))


def _polygons(workspace: Workspace, settings: TargetingSettings, area: StudyArea) -> Units:
    held = saved_places(workspace)
    held = held[held["kind"].fillna("") != _NO_CANDIDATES]
    kinds = sorted(held["kind"].dropna().unique())
    if settings.places_kind:
        held = held[held["kind"] == settings.places_kind]
    shapes = held.geometry.to_numpy()
    held = held[_touches(area, shapes) & (shapely.get_dimensions(shapes) == 2)]
    if held.empty:
        asked = f" of kind '{settings.places_kind}'" if settings.places_kind else ""
        known = f" Kinds held: {', '.join(kinds)}." if kinds else ""
        raise InputError(
            f"No polygons{asked} are loaded that lie in the study area.{known} Load them in step 2 "
            "with the feed 'places', or choose hexagons."
        )
    return polygon_units(
        settings.cell_shape,
        _distinct_ids(held),
        held["name"].tolist(),
        held.geometry.to_numpy(),
    )


def _distinct_ids(held: pd.DataFrame) -> list[str]:
    """Return the places' ids; one that several kinds or loads use gets its kind and a number."""
    ids = held["place_id"].astype(str)
    ids = ids.where(~ids.duplicated(keep=False), held["kind"].fillna("") + "/" + ids)
    again = ids.groupby(ids).cumcount()
    return ids.where(again == 0, ids + ":" + (again + 1).astype(str)).tolist()


def place_kinds(workspace: Workspace) -> list[str]:
    """Return the kinds of loaded polygons that can be ranked, in order."""
    return [
        kind
        for (kind,) in workspace.rows(
            "SELECT DISTINCT kind FROM places WHERE kind IS NOT NULL AND kind <> ? "
            "AND area_m2 > 0 ORDER BY kind",
            [_NO_CANDIDATES],
        )
    ]


def _touches(area: StudyArea, shapes: np.ndarray) -> np.ndarray:
    shapely.prepare(area.polygon)
    return shapely.intersects(area.polygon, shapes)


def _notes(settings: TargetingSettings, units: Units) -> list[str]:
    """Return what to know of irregular places: how they differ in size."""
    if units.shape == "street":
        return []
    ratio = float(units.sizes.max() / units.sizes.min())
    if ratio <= 1 + settings.area_tolerance:
        return []
    ranked = (
        "They are ranked by crimes per hectare."
        if settings.rank_per_hectare
        else "A larger place collects more crime: rank by crimes per hectare, or use equal cells."
    )
    return [
        f"The places differ in area, the largest {ratio:,.1f} times the smallest "
        f"({units.sizes.min() / 1e4:,.2f} to {units.sizes.max() / 1e4:,.2f} ha). {ranked} PEI compares "
        "lists of as many places, whatever their area."
    ]
