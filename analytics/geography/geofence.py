"""Which pings fall inside which places, as one SQL query over a lookup of small cells.

The boundary of a place, grown by a stated buffer, is cut into cells of about 20 m in longitude
and latitude. A cell wholly inside answers at once; the few pings in a cell on the edge are tested
exactly, by counting the edges that a line to the east crosses (even-odd rule, Shimrat 1962).
Edges over 25 m are densified in metres first, so that a straight line in degrees stays within
millimetres of the straight line in metres.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography.projection import unproject

CELL_M = 20.0
LONGEST_EDGE_M = 25.0
ROWS_OF_CELLS = 1 << 21
"""More than the rows of cells from pole to pole: one number names a cell, and joins quickly."""

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Geofences:
    """Lookup tables of places for pings in longitude and latitude.

    `cells`: cell (column times `ROWS_OF_CELLS` plus row), place_id, is_inside. `edges`: place_id, lat_low,
    lat_high, lon_at (longitude at lat_low), slope (degrees of longitude per degree of latitude).
    """

    cells: pd.DataFrame
    edges: pd.DataFrame
    cells_per_degree_lon: int
    cells_per_degree_lat: int

    @classmethod
    def build(cls, places: gpd.GeoDataFrame, buffer_m: float = 0.0) -> "Geofences":
        """Make the lookup for `places` (place_id, geometry in a metric CRS), grown by `buffer_m`.

        Raises ValueError when the frame has no CRS or a place has no area.
        """
        if places.crs is None:
            raise ValueError("The places need a CRS.")
        crs = ":".join(places.crs.to_authority() or (places.crs.to_string(),))
        shapes = [
            _in_degrees(shape.buffer(buffer_m) if buffer_m else shape, crs)
            for shape in places.geometry
        ]
        if any(shape.area == 0 for shape in shapes):
            raise ValueError("A place without an area cannot be a geofence.")
        middle = np.mean([shape.centroid.y for shape in shapes]) if shapes else 0.0
        per_lat = round(_METRES_PER_DEGREE / CELL_M)
        per_lon = max(1, round(_METRES_PER_DEGREE * math.cos(math.radians(middle)) / CELL_M))
        ids = places["place_id"].tolist()
        cells = _stack(ids, [_cells(shape, per_lon, per_lat) for shape in shapes], _CELL_COLUMNS)
        edges = _stack(ids, [_edges(shape) for shape in shapes], _EDGE_COLUMNS)
        return cls(cells, edges, per_lon, per_lat)

    def register(
        self,
        cursor: duckdb.DuckDBPyConnection,
        cells: str = "geofence_cells",
        edges: str = "geofence_edges",
    ) -> None:
        """Make the two tables known to a cursor as temporary tables of the given names."""
        for name, frame in ((cells, self.cells), (edges, self.edges)):
            cursor.register("geofence_frame", frame)
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM geofence_frame")
            cursor.unregister("geofence_frame")

    def membership_sql(
        self,
        pings: str,
        columns: Iterable[str] = ("device", "ms", "lon", "lat"),
        cells: str = "geofence_cells",
        edges: str = "geofence_edges",
    ) -> str:
        """Return a query of `columns` and place_id: one row per ping and place that holds it.

        `pings` is a relation (a name or a bracketed query) with lon and lat in degrees.
        """
        columns = tuple(columns)
        wanted = ", ".join(f"near.{name}" for name in columns)
        # Only what is used: a place_id among the pings' own columns must not shadow the cell's.
        carried = ", ".join(f"ping.{name}" for name in dict.fromkeys((*columns, "lon", "lat")))
        lookup = (
            f"SELECT {carried}, cell.place_id, cell.is_inside FROM {pings} AS ping "
            f"JOIN {cells} AS cell "
            f"ON cell.cell = CAST(floor(ping.lon * {self.cells_per_degree_lon}) AS BIGINT) "
            f"* {ROWS_OF_CELLS} + CAST(floor(ping.lat * {self.cells_per_degree_lat}) AS BIGINT)"
        )
        # Positions, not pings, are tested: two fixes at one spot must not count edges together.
        return (
            f"WITH near AS ({lookup}), "
            "doubtful AS (SELECT DISTINCT lon, lat, place_id FROM near WHERE NOT is_inside), "
            "tested AS (SELECT d.lon, d.lat, d.place_id FROM doubtful AS d "
            f"JOIN {edges} AS edge ON edge.place_id = d.place_id "
            "AND d.lat >= edge.lat_low AND d.lat < edge.lat_high "
            "AND d.lon < edge.lon_at + edge.slope * (d.lat - edge.lat_low) "
            "GROUP BY d.lon, d.lat, d.place_id HAVING count(*) % 2 = 1) "
            f"SELECT {wanted}, near.place_id FROM near WHERE near.is_inside "
            f"UNION ALL SELECT {wanted}, near.place_id FROM near JOIN tested "
            "ON tested.lon = near.lon AND tested.lat = near.lat "
            "AND tested.place_id = near.place_id WHERE NOT near.is_inside"
        )


_CELL_COLUMNS = ("cell", "is_inside")
_EDGE_COLUMNS = ("lat_low", "lat_high", "lon_at", "slope")


def _in_degrees(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    dense = shapely.segmentize(shape, LONGEST_EDGE_M)
    return shapely.transform(dense, lambda xy: np.column_stack(unproject(xy[:, 0], xy[:, 1], crs)))


def _cells(shape: shapely.Geometry, per_lon: int, per_lat: int) -> tuple[np.ndarray, ...]:
    """Return `_CELL_COLUMNS` of the cells that a shape touches."""
    left, bottom, right, top = shape.bounds
    columns = np.arange(math.floor(left * per_lon), math.floor(right * per_lon) + 1)
    rows = np.arange(math.floor(bottom * per_lat), math.floor(top * per_lat) + 1)
    lon, lat = (part.ravel() for part in np.meshgrid(columns, rows))
    boxes = shapely.box(lon / per_lon, lat / per_lat, (lon + 1) / per_lon, (lat + 1) / per_lat)
    shapely.prepare(shape)
    touched = shapely.intersects(shape, boxes)
    cell = lon[touched].astype(np.int64) * ROWS_OF_CELLS + lat[touched].astype(np.int64)
    return cell, shapely.contains_properly(shape, boxes[touched])


def _edges(shape: shapely.Geometry) -> tuple[np.ndarray, ...]:
    """Return `_EDGE_COLUMNS` of the edges of a shape that are not level."""
    rings = [np.asarray(ring.coords)[:, :2] for ring in _rings(shape)]
    start = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    sloping = start[:, 1] != end[:, 1]
    start, end = start[sloping], end[sloping]
    upward = (start[:, 1] < end[:, 1])[:, None]
    low, high = np.where(upward, start, end), np.where(upward, end, start)
    slope = (high[:, 0] - low[:, 0]) / (high[:, 1] - low[:, 1])
    return low[:, 1], high[:, 1], low[:, 0], slope


def _rings(shape: shapely.Geometry) -> list[shapely.LinearRing]:
    polygons = shape.geoms if hasattr(shape, "geoms") else [shape]
    return [ring for p in polygons if p.area > 0 for ring in (p.exterior, *p.interiors)]


def _stack(
    ids: list, parts: list[tuple[np.ndarray, ...]], columns: tuple[str, ...]
) -> pd.DataFrame:
    """Put the arrays of all places into one frame, each row with the id of its place."""
    if not parts:
        return pd.DataFrame(columns=["place_id", *columns])
    frame = {"place_id": np.repeat(np.asarray(ids), [len(part[0]) for part in parts])}
    for number, column in enumerate(columns):
        frame[column] = np.concatenate([part[number] for part in parts])
    return pd.DataFrame(frame)
