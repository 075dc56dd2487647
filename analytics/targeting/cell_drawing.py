"""The cells round a place, from which its boundary is put together anew."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import Polygon

from analytics.geography import join_within
from analytics.targeting.result import HotspotResult
from analytics.workspace import InputError

_SEAM_M = 0.1
"""Cells that share an edge are computed apart by less than this."""


def cells_round(result: HotspotResult, shape: Polygon) -> gpd.GeoDataFrame:
    """Return the cells of the list's grid up to one cell's width from a place, with its own first.

    Columns: number (from 1), hotspot_id, count of the ranking period and is_in, whether most of the
    cell lies in the place. Raises InputError where the list is not made of cells of a grid.
    """
    counts = result.counts
    if not counts.is_grid:
        raise InputError("This list is not made of cells of a grid. Edit the corners instead.")
    width = counts.grid.width_m
    west, south, east, north = shape.buffer(2 * width).bounds
    x, y = counts.grid.centres(counts.q, counts.r)
    near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
    outlines = counts.polygons_at(near)
    is_near = shapely.intersects(outlines, shape.buffer(width))
    near, outlines = near[is_near], outlines[is_near]
    is_in = shapely.area(shapely.intersection(outlines, shape)) > shapely.area(outlines) / 2
    order = np.lexsort((near, -counts.count[near], ~is_in))
    near = near[order]
    return gpd.GeoDataFrame(
        {
            "number": np.arange(1, len(near) + 1),
            "hotspot_id": counts.keys_at(near),
            "count": counts.count[near],
            "is_in": is_in[order],
        },
        geometry=outlines[order],
        crs=result.crs,
    )


def of_cells(cells: gpd.GeoDataFrame, numbers: Sequence[int]) -> tuple[Polygon, str]:
    """Return the boundary of the numbered cells and the words for it.

    Raises InputError for none, or for cells that do not lie side by side.
    """
    chosen = cells[cells["number"].isin(list(numbers))]
    if chosen.empty:
        raise InputError("Choose at least one cell.")
    shape = join_within(chosen.geometry.tolist(), _SEAM_M)
    if shape is None:
        raise InputError("These cells do not lie side by side. Choose cells that touch.")
    return shape, f"put together from {len(chosen)} cell{'s' if len(chosen) > 1 else ''}"
