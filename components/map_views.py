"""Where a map looks: the middle and the zoom that hold what is drawn."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pydeck as pdk

_FILLS = 0.6
"""Places that span more than this share of the boundary are shown with the whole of it."""


def view(
    places: gpd.GeoDataFrame,
    height_px: int = 560,
    around: tuple[float, float, float, float] | None = None,
    width_px: int = 450,
) -> pdk.ViewState:
    """A view of the places, and of what lies `around` them (degrees) where they fill most of it."""
    if not len(places):
        return pdk.ViewState(longitude=-1.5, latitude=53.0, zoom=6)
    west, south, east, north = places.to_crs(4326).total_bounds
    if around is not None:
        wide, tall = around[2] - around[0], around[3] - around[1]
        if east - west > _FILLS * wide or north - south > _FILLS * tall:
            west, south = min(west, around[0]), min(south, around[1])
            east, north = max(east, around[2]), max(north, around[3])
    lon, lat = np.array([west, east]), np.array([south, north])
    return view_of(lon, lat, width_px, height_px - 60)


def view_of(lon: np.ndarray, lat: np.ndarray, width_px: int = 450, height_px: int = 400) -> Any:
    """A view that holds all the points on `width_px` x `height_px` pixels."""
    if not len(lon):
        return pdk.ViewState(longitude=-1.5, latitude=53.0, zoom=6)
    middle_lon, middle_lat = (lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2
    wide = max(lon.max() - lon.min(), 0.002)
    tall = max(lat.max() - lat.min(), 0.0015) / math.cos(math.radians(middle_lat))
    zoom = min(math.log2(width_px * 360 / (512 * wide)), math.log2(height_px * 360 / (512 * tall)))
    return pdk.ViewState(
        longitude=float(middle_lon), latitude=float(middle_lat), zoom=round(min(zoom, 16.5), 2)
    )
