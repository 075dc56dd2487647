"""Places that no arithmetic finds: street segments and loaded polygons.

They stand in for a grid: a place is its position q in the order of the ids, and r is 0. A point
belongs to the nearest street within a stated distance, or to the polygon it lies in; where
polygons overlap, or streets are equally near, to the first by id.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from scipy.sparse import csr_matrix

from analytics.geography.segments import Segments

UnitKind = Literal["street", "polygon", "given"]
# Outlines that were rounded or projected still touch.
TOUCHING_M = 0.5


@dataclass(frozen=True, eq=False)
class Located:
    """Where points fall: `unit` (-1 for none), `distance_m` (nan for none), `is_shared`."""

    unit: np.ndarray
    distance_m: np.ndarray
    is_shared: np.ndarray


@dataclass(frozen=True, eq=False)
class Units:
    """Street segments or polygons, in the order of their ids.

    `shapes` are what points are matched with (lines or polygons), `outlines` the ground of each
    place, `sizes` metres of a street or square metres of a polygon, `links` the neighbours with
    themselves included, `reach_m` how far a point may lie from its street.
    """

    shape: UnitKind
    ids: np.ndarray
    names: np.ndarray
    shapes: np.ndarray
    outlines: np.ndarray
    sizes: np.ndarray
    links: csr_matrix
    reach_m: float = 0.0

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def area_m2(self) -> float:
        """Mean area of a place."""
        return float(shapely.area(self.outlines).mean())

    @property
    def areas_m2(self) -> np.ndarray:
        """Area of every place."""
        return shapely.area(self.outlines)

    def locate(self, xs: np.ndarray, ys: np.ndarray) -> Located:
        """Find the place of each point (metres)."""
        points = shapely.points(np.asarray(xs, dtype=float), np.asarray(ys, dtype=float))
        tree = shapely.STRtree(self.shapes)
        unit = np.full(len(points), -1, dtype=np.int64)
        away = np.full(len(points), np.nan)
        if self.shape == "street":
            found, distance = tree.query_nearest(
                points, max_distance=self.reach_m, return_distance=True, all_matches=True
            )
        else:
            found = tree.query(points, predicate="intersects")
            distance = np.zeros(found.shape[1])
        order = np.lexsort((found[1], found[0]))
        point, place, distance = found[0][order], found[1][order], distance[order]
        held, first, times = np.unique(point, return_index=True, return_counts=True)
        unit[held], away[held] = place[first], distance[first]
        is_shared = np.zeros(len(points), dtype=bool)
        is_shared[held] = times > 1
        return Located(unit, away, is_shared)

    def cell_numbers(self, xs: np.ndarray, ys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return q (-1 for none) and r (0) of the places that hold the points, both in metres."""
        unit = self.locate(xs, ys).unit
        return unit, np.zeros_like(unit)

    def keys(self, q: np.ndarray, r: np.ndarray) -> list[str]:
        """Return the keys "street:id", "polygon:id" or "given:id"."""
        return [f"{self.shape}:{name}" for name in self.ids[np.asarray(q)]]

    def centres(self, q: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return a point on each place in metres: half-way along a street, inside a polygon."""
        shapes = self.shapes[np.asarray(q)]
        if self.shape == "street":
            points = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
        else:
            points = shapely.point_on_surface(shapes)
        return shapely.get_x(points), shapely.get_y(points)

    def polygons(self, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Return the ground of each place as shapely polygons, in metres."""
        return self.outlines[np.asarray(q)]

    def neighbour_matrix(
        self, q: np.ndarray, r: np.ndarray, *, with_self: bool = False
    ) -> csr_matrix:
        """Return the matrix with 1 where two of the given places meet."""
        held = self.links[np.asarray(q)][:, np.asarray(q)].tocsr()
        if with_self:
            return held
        held = held.tolil()
        held.setdiag(0)
        return held.tocsr()


def street_units(segments: Segments, width_m: float, reach_m: float) -> Units:
    """Return street segments as places: the ground within `width_m` of the line is theirs."""
    return Units(
        "street",
        np.array(segments.ids, dtype=object),
        np.array(segments.names, dtype=object),
        segments.lines,
        shapely.buffer(segments.lines, width_m, quad_segs=4),
        shapely.length(segments.lines),
        segments.meeting(),
        reach_m,
    )


def polygon_units(
    kind: UnitKind, ids: list[str], names: list[str | None], polygons: np.ndarray
) -> Units:
    """Return polygons as places, in the order of their ids; invalid ones are mended."""
    order = np.argsort(np.array(ids, dtype=str), kind="stable")
    shapes = shapely.make_valid(np.asarray(polygons, dtype=object)[order])
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCHING_M)
    links = csr_matrix((np.ones(len(left)), (left, right)), shape=(len(shapes), len(shapes)))
    return Units(
        kind,
        np.array(ids, dtype=object)[order],
        np.array([name or "" for name in names], dtype=object)[order],
        shapes,
        shapes,
        shapely.area(shapes),
        links,
    )
