"""Boundaries drawn by a person: read from one small file, measured, and joined across a gap."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry import Polygon

from analytics.workspace.errors import InputError

ENDINGS = ("geojson", "json", "gpkg", "kml")
_SMALLEST_M2 = 1.0
_MITRE = {"join_style": "mitre", "mitre_limit": 5.0}


def read_polygon(path: str | Path, crs: str) -> Polygon:
    """Return the one polygon of a GeoJSON, GeoPackage or KML file, in metres of `crs`.

    Raises InputError when the file cannot be read, names no coordinate system, or holds anything
    but exactly one sound polygon.
    """
    file = Path(path)
    if file.suffix.lower().lstrip(".") not in ENDINGS:
        raise InputError(
            f"'{file.name}' is no boundary file. Give GeoJSON (.geojson), GeoPackage (.gpkg) or "
            "KML (.kml)."
        )
    layer = _read(file)
    if layer.crs is None:
        raise InputError(
            f"'{file.name}' does not say its coordinate system. Export it again with one."
        )
    parts = [part for part in shapely.get_parts(layer.geometry.to_numpy()) if part is not None]
    if len(parts) != 1 or parts[0].geom_type != "Polygon":
        raise InputError(
            f"'{file.name}' holds {len(parts)} shapes; one polygon is wanted. Export one place alone."
        )
    moved = gpd.GeoSeries(shapely.force_2d(parts), crs=layer.crs).to_crs(crs)
    return sound_polygon(moved.iloc[0], f"The boundary in '{file.name}'")


def sound_polygon(shape: shapely.Geometry, what: str = "The boundary") -> Polygon:
    """Return `shape` when it is a polygon with an inside; InputError, naming `what`, otherwise."""
    if shape.geom_type != "Polygon" or shape.is_empty or not np.isfinite(shape.bounds).all():
        raise InputError(f"{what} is no polygon. Give at least three corners with coordinates.")
    if not shape.is_valid:
        raise InputError(f"{what} crosses itself. Put its corners in order round the place.")
    if shape.area < _SMALLEST_M2:
        raise InputError(f"{what} encloses less than 1 m². Check its corners.")
    return shape


def longest_way_across(shape: shapely.Geometry) -> float:
    """Return the greatest distance in metres between two points of a shape."""
    corners = shapely.get_coordinates(shape.convex_hull)
    apart = corners[:, None, :] - corners[None, :, :]
    return float(np.hypot(apart[..., 0], apart[..., 1]).max())


def join_within(shapes: Sequence[shapely.Geometry], gap_m: float) -> Polygon | None:
    """Return one polygon of shapes that touch or lie within `gap_m`, None when they do not join.

    Shapes that share an edge are joined as they are; across a gap the ground between is taken in.
    """
    whole = shapely.union_all(list(shapes))
    if whole.geom_type == "Polygon":
        return whole
    # Grown by half the gap and shrunk again, with mitred corners, which leaves straight edges.
    half = gap_m / 2 + 1e-6
    closed = whole.buffer(half, **_MITRE).buffer(-half, **_MITRE).union(whole)
    return closed if closed.geom_type == "Polygon" else None


def _read(file: Path) -> gpd.GeoDataFrame:
    try:
        layers = [name for name, kind in pyogrio.list_layers(file) if kind is not None]
        if len(layers) != 1:
            raise InputError(
                f"'{file.name}' holds {len(layers)} map layers; one is wanted. Export one alone."
            )
        return pyogrio.read_dataframe(file, layer=layers[0], columns=[])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise InputError(
            f"'{file.name}' cannot be read as a map. Export it again as GeoJSON, GeoPackage or KML."
        ) from error
