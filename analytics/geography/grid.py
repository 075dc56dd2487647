"""Equal-sized cells by arithmetic: hexagons (pointed at the top) and squares.

A cell is two whole numbers q and r. The width is across flats, so a 150 m hexagon is 150 m from
its left side to its right side and covers 19,486 m2. Cell 0:0 of a hexagon grid has its centre at
the origin, of a square grid its lower left corner. Axial coordinates and cube rounding as
described by Patel (2013, "Hexagonal grids"). The same arithmetic is given as SQL and as numpy, in
the same order of operations, so that both put a point in the same cell.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from analytics.workspace.errors import InputError

Shape = Literal["hexagon", "square"]
MAX_CELLS = 2_000_000
# A boundary that was projected or rounded on its way is off by about a centimetre; where it runs
# along a line of the grid, such an overlap would add a whole row of empty cells.
SLIVER_M = 0.02

_ROOT_3 = math.sqrt(3.0)
_OFFSETS = {
    "hexagon": ((1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1)),
    "square": ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)),
}
# q and r are packed into one whole number to look neighbours up; both stay far below 2^30.
_PACK = 1 << 31


@dataclass(frozen=True)
class Grid:
    """A grid of equal cells `width_m` across flats, in metres of the workspace's CRS."""

    shape: Shape
    width_m: float
    origin: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if self.shape not in _OFFSETS:
            raise ValueError(f"A cell is a hexagon or a square, not '{self.shape}'.")
        if not self.width_m > 0:
            raise ValueError("A cell needs a positive width.")

    @property
    def area_m2(self) -> float:
        """Area of one cell."""
        return self.width_m**2 * (_ROOT_3 / 2 if self.shape == "hexagon" else 1.0)

    @property
    def radius_m(self) -> float:
        """Distance from a cell's centre to its corners."""
        return self.width_m / (_ROOT_3 if self.shape == "hexagon" else math.sqrt(2.0))

    # -- which cell a point is in -----------------------------------------------------------

    def cell_numbers_sql(self, x_sql: str, y_sql: str) -> tuple[str, str]:
        """Return SQL expressions of q and r (BIGINT) for the given SQL of x and y in metres."""
        across = f"(({x_sql} - {self.origin[0]!r}) / {self.width_m!r})"
        if self.shape == "square":
            up = f"(({y_sql} - {self.origin[1]!r}) / {self.width_m!r})"
            return f"CAST(floor({across}) AS BIGINT)", f"CAST(floor({up}) AS BIGINT)"
        r = f"(({y_sql} - {self.origin[1]!r}) / {self._row_height_m!r})"
        q = f"({across} - {r} / 2.0)"
        near_q, near_r, near_s = (f"floor({part} + 0.5)" for part in (q, r, f"(0.0 - {q} - {r})"))
        off_q, off_r = f"abs({near_q} - {q})", f"abs({near_r} - {r})"
        off_s = f"abs({near_s} - (0.0 - {q} - {r}))"
        q_is_worst = f"({off_q} > {off_r} AND {off_q} > {off_s})"
        r_is_worst = f"(NOT {q_is_worst} AND {off_r} > {off_s})"
        cell_q = f"CASE WHEN {q_is_worst} THEN 0.0 - {near_r} - {near_s} ELSE {near_q} END"
        cell_r = f"CASE WHEN {r_is_worst} THEN 0.0 - {near_q} - {near_s} ELSE {near_r} END"
        return f"CAST({cell_q} AS BIGINT)", f"CAST({cell_r} AS BIGINT)"

    def cell_sql(self, x_sql: str, y_sql: str) -> str:
        """Return the SQL expression of the cell's key for the given SQL of x and y in metres."""
        q, r = self.cell_numbers_sql(x_sql, y_sql)
        head, tail = self._key_ends
        return f"('{head}' || {q} || ':' || {r} || '{tail}')"

    def cell_numbers(self, xs: np.ndarray, ys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return q and r (int64) of the cells that hold the points, both in metres."""
        across = (np.asarray(xs, dtype=float) - self.origin[0]) / self.width_m
        if self.shape == "square":
            up = (np.asarray(ys, dtype=float) - self.origin[1]) / self.width_m
            return np.floor(across).astype(np.int64), np.floor(up).astype(np.int64)
        r = (np.asarray(ys, dtype=float) - self.origin[1]) / self._row_height_m
        q = across - r / 2.0
        s = 0.0 - q - r
        near_q, near_r, near_s = (np.floor(part + 0.5) for part in (q, r, s))
        off_q, off_r, off_s = abs(near_q - q), abs(near_r - r), abs(near_s - s)
        q_is_worst = (off_q > off_r) & (off_q > off_s)
        r_is_worst = ~q_is_worst & (off_r > off_s)
        cell_q = np.where(q_is_worst, 0.0 - near_r - near_s, near_q)
        cell_r = np.where(r_is_worst, 0.0 - near_q - near_s, near_r)
        return cell_q.astype(np.int64), cell_r.astype(np.int64)

    # -- names ------------------------------------------------------------------------------

    def keys(self, q: np.ndarray, r: np.ndarray) -> list[str]:
        """Return the keys "shape:width:q:r"; a grid off (0, 0) adds "@x,y" of its origin."""
        head, tail = self._key_ends
        return [
            f"{head}{a}:{b}{tail}"
            for a, b in zip(np.asarray(q).tolist(), np.asarray(r).tolist(), strict=True)
        ]

    def key(self, q: int, r: int) -> str:
        """Return the key of one cell."""
        return self.keys(np.array([q]), np.array([r]))[0]

    @classmethod
    def parse_key(cls, key: str) -> tuple["Grid", int, int]:
        """Return the grid and the q and r that a key names; InputError when it is no cell key."""
        name, _, at = key.partition("@")
        try:
            shape, width, q, r = name.split(":")
            origin = tuple(float(part) for part in at.split(",")) if at else (0.0, 0.0)
            return cls(shape, float(width), origin), int(q), int(r)
        except ValueError as error:
            raise InputError(f"'{key}' is not the key of a cell.") from error

    # -- where cells are --------------------------------------------------------------------

    def centres(self, q: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the centres in metres of the cells."""
        q, r = np.asarray(q, dtype=float), np.asarray(r, dtype=float)
        if self.shape == "square":
            return (
                self.origin[0] + (q + 0.5) * self.width_m,
                self.origin[1] + (r + 0.5) * self.width_m,
            )
        return (
            self.origin[0] + (q + r / 2.0) * self.width_m,
            self.origin[1] + r * self._row_height_m,
        )

    def polygons(self, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Return the cells' outlines as an array of shapely polygons, in metres."""
        xs, ys = self.centres(q, r)
        first = math.pi / 6 if self.shape == "hexagon" else math.pi / 4
        corners = 6 if self.shape == "hexagon" else 4
        turns = first + np.arange(corners + 1) % corners * (2 * math.pi / corners)
        rings = np.empty((len(xs), corners + 1, 2))
        rings[:, :, 0] = xs[:, None] + self.radius_m * np.cos(turns)
        rings[:, :, 1] = ys[:, None] + self.radius_m * np.sin(turns)
        return shapely.polygons(rings)

    def polygon(self, q: int, r: int) -> Polygon:
        """Return one cell's outline in metres."""
        return self.polygons(np.array([q]), np.array([r]))[0]

    # -- neighbours -------------------------------------------------------------------------

    def neighbours(self, q: int, r: int) -> list[tuple[int, int]]:
        """Return the cells that touch this one: six round a hexagon, eight round a square."""
        return [(q + a, r + b) for a, b in _OFFSETS[self.shape]]

    def neighbour_matrix(
        self, q: np.ndarray, r: np.ndarray, *, with_self: bool = False
    ) -> csr_matrix:
        """Return the n x n matrix with 1 where two of the n given cells touch."""
        packed = self._packed(q, r)
        order = np.argsort(packed, kind="stable")
        held = packed[order]
        offsets = sorted((b, a) for a, b in (*_OFFSETS[self.shape], *([(0, 0)] * with_self)))
        near = np.empty((len(held), len(offsets)), dtype=np.int32)
        number = np.zeros(len(held), dtype=np.int32)
        at, found, before = order, order, None
        for place, (b, a) in enumerate(offsets):
            wanted = held + (b * _PACK + a)
            # The cell one further in the same row, if there is one, stands in the next place.
            at = at + found if before == (b, a - 1) else np.searchsorted(held, wanted)
            found = held.take(at, mode="clip") == wanted
            near[:, place] = np.where(found, at, -1)
            number += found
            before = (b, a)
        if (order[1:] < order[:-1]).any():
            rank = np.argsort(order, kind="stable")
            near, number = np.where(near < 0, -1, order[near])[rank], number[rank]
        starts = np.concatenate([[0], np.cumsum(number)]).astype(np.int32)
        columns = near[near >= 0].astype(np.int32, copy=False)
        ones = np.ones(len(columns), dtype=np.float64)
        return csr_matrix((ones, columns, starts), shape=(len(packed), len(packed)))

    # -- covering an area -------------------------------------------------------------------

    def count_estimate(self, area: BaseGeometry) -> int:
        """Return about how many cells touch the area, without building any."""
        # A convex cell touches an area when its centre lies within the area grown by the cell:
        # area + perimeter x mean width / 2 + the cell (Steiner's formula).
        mean_width_m = 2 * self.radius_m * (0.955 if self.shape == "hexagon" else 0.9)
        grown = area.area + area.length * mean_width_m / 2 + self.area_m2
        return math.ceil(grown / self.area_m2)

    def cells_covering(
        self, area: BaseGeometry, *, limit: int = MAX_CELLS
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return q and r of every cell that shares ground with the area, in order of r, then q.

        What reaches less than 2 cm into a cell is not ground shared. Raises InputError when there would be more than `limit` cells.
        """
        count = self.count_estimate(area)
        if count > limit:
            raise InputError(
                f"The study area of {area.area / 1e6:,.0f} km² would need about {count:,} cells of "
                f"{self.width_m:g} m; the limit is {limit:,}. Choose wider cells, or load the "
                "force's boundary so that stray points do not stretch the area."
            )
        q, r = self._cells_in_box(area.bounds)
        xs, ys = self.centres(q, r)
        shapely.prepare(area)
        touches = shapely.contains_xy(area, xs, ys)
        doubtful = np.flatnonzero(~touches)
        near = shapely.dwithin(
            area, shapely.points(xs[doubtful], ys[doubtful]), self.radius_m * 1.001
        )
        doubtful = doubtful[near]
        inner = shapely.buffer(
            self.polygons(q[doubtful], r[doubtful]), -SLIVER_M, join_style="mitre"
        )
        touches[doubtful] = shapely.intersects(area, inner)
        return q[touches], r[touches]

    # -- inside -----------------------------------------------------------------------------

    @property
    def _row_height_m(self) -> float:
        return 1.5 * self.width_m / _ROOT_3

    @property
    def _key_ends(self) -> tuple[str, str]:
        tail = "" if self.origin == (0.0, 0.0) else f"@{self.origin[0]:.2f},{self.origin[1]:.2f}"
        return f"{self.shape}:{self.width_m:g}:", tail

    @staticmethod
    def _packed(q: np.ndarray, r: np.ndarray) -> np.ndarray:
        return np.asarray(r, dtype=np.int64) * _PACK + np.asarray(q, dtype=np.int64)

    def _cells_in_box(
        self, bounds: tuple[float, float, float, float]
    ) -> tuple[np.ndarray, np.ndarray]:
        left, bottom, right, top = bounds
        height = self.width_m if self.shape == "square" else self._row_height_m
        first_r = math.floor((bottom - self.origin[1]) / height) - 1
        last_r = math.ceil((top - self.origin[1]) / height) + 1
        first = math.floor((left - self.origin[0]) / self.width_m) - 1
        last = math.ceil((right - self.origin[0]) / self.width_m) + 1
        rows = np.arange(first_r, last_r + 1, dtype=np.int64)
        columns = np.arange(first, last + 1, dtype=np.int64)
        r = np.repeat(rows, len(columns))
        q = np.tile(columns, len(rows))
        if self.shape == "hexagon":
            # A row of hexagons starts half a cell further right for every row up.
            q = q - np.floor_divide(r, 2)
        return q, r
