"""Ways along the streets: shortest paths in minutes between points, and the lines they follow.

Streets meet where they share a point (within a decimetre), as in `segments`; lines that cross
without one (a bridge) do not. Every point of a line is a node, and long straight pieces get nodes
every 50 m, so that a place is joined to the street beside it. Which streets are one-way is not
known: every street may be taken both ways. Shortest paths by Dijkstra's algorithm (scipy).
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from analytics.geography.segments import SAME_POINT_M

NODE_EVERY_M = 50.0
"""The longest piece of street between two nodes."""

NEAR_M = 300.0
"""A point farther from every street than this is not joined to them (a convention)."""


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """Nodes (`xy`, n x 2, metres) and the pieces of street between them.

    `ends` (m x 2) are the nodes of each piece, `length_m` its length, `classes` the class of its
    street in small letters.
    """

    xy: np.ndarray
    ends: np.ndarray
    length_m: np.ndarray
    classes: np.ndarray

    def at_speeds(self, metres_per_minute: np.ndarray) -> "Roads":
        """Return the network at a speed per piece, zero where it may not be taken."""
        is_open = metres_per_minute > 0
        a, b = self.ends[is_open].T
        minutes = self.length_m[is_open] / metres_per_minute[is_open]
        return Roads(self.xy, _matrix(a, b, minutes, len(self.xy)))


class Roads:
    """A network at the speeds of one way to move."""

    def __init__(self, xy: np.ndarray, minutes: csr_matrix):
        self._xy, self._minutes = xy, minutes
        self._nodes = np.empty(0, dtype=int)
        if minutes.nnz:
            # Only the largest connected part is joined to: a stray piece of street leads nowhere.
            _, part = connected_components(minutes, directed=False)
            self._nodes = np.flatnonzero(part == np.bincount(part).argmax())
        self._tree = cKDTree(xy[self._nodes]) if len(self._nodes) else None

    def join(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the nearest node of each point (n x 2) and the metres to it; inf when too far.

        A point that is not known (NaN) is joined to nothing.
        """
        node, metres = np.zeros(len(points), dtype=int), np.full(len(points), np.inf)
        known = np.isfinite(points).all(axis=1)
        if self._tree is not None and known.any():
            found, nearest = self._tree.query(points[known], distance_upper_bound=NEAR_M)
            is_near = np.isfinite(found)
            places = np.flatnonzero(known)[is_near]
            node[places] = self._nodes[nearest[is_near]]
            metres[places] = found[is_near]
        return node, metres

    def minutes_between(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return minutes along the streets between all points (n x n) and metres to the street.

        The minutes are those between the nodes the points are joined to, infinite where either is
        not joined.
        """
        node, metres = self.join(points)
        joined = np.isfinite(metres)
        minutes = np.full((len(points), len(points)), np.inf)
        if joined.any():
            stops, back = np.unique(node[joined], return_inverse=True)
            found = dijkstra(self._minutes, directed=False, indices=stops)[:, stops]
            found = np.minimum(found, found.T)
            minutes[np.ix_(joined, joined)] = found[np.ix_(back.ravel(), back.ravel())]
        return minutes, metres

    def line(self, points: np.ndarray) -> np.ndarray:
        """Return the corners (m x 2) of the way through the points in order.

        Straight where a point is not joined to the streets.
        """
        node, metres = self.join(points)
        corners = [points[:1]]
        for leg in range(len(points) - 1):
            if np.isfinite(metres[leg : leg + 2]).all():
                corners.append(self._xy[self._path(node[leg], node[leg + 1])])
            corners.append(points[leg + 1 : leg + 2])
        return np.concatenate(corners)

    def _path(self, first: int, last: int) -> list[int]:
        found, before = dijkstra(
            self._minutes, directed=False, indices=first, return_predecessors=True
        )
        if not np.isfinite(found[last]):
            return []
        path = [int(last)]
        while path[-1] != first:
            path.append(int(before[path[-1]]))
        return path[::-1]


def street_network(lines: np.ndarray, classes: list[str | None]) -> StreetNetwork:
    """Return the network of streets: `lines` (LineString or MultiLineString, metres)."""
    parts, owner = shapely.get_parts(np.asarray(lines, dtype=object), return_index=True)
    spots, of = shapely.get_coordinates(parts, return_index=True)
    words = np.array([(word or "").strip().lower() for word in classes], dtype=object)
    if not len(spots):
        none = np.empty((0, 2))
        return StreetNetwork(none, none.astype(int), np.empty(0), words[:0])
    whole = np.round(spots / SAME_POINT_M).astype(np.int64)
    _, first, number = np.unique(whole, axis=0, return_index=True, return_inverse=True)
    number = number.ravel()
    start = np.flatnonzero((of[1:] == of[:-1]) & (number[1:] != number[:-1]))
    ends = np.column_stack([number[start], number[start + 1]])
    xy, ends, piece = _with_nodes_between(spots[first], ends)
    return StreetNetwork(
        xy, ends, np.hypot(*(xy[ends[:, 1]] - xy[ends[:, 0]]).T), words[owner[of[start]]][piece]
    )


def _with_nodes_between(
    xy: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut pieces longer than `NODE_EVERY_M` at nodes of their own; returns nodes, ends, piece.

    The nodes put in belong to their piece alone: a street below a bridge does not meet it there.
    """
    a, b = xy[ends[:, 0]], xy[ends[:, 1]]
    parts = np.maximum(np.ceil(np.hypot(*(b - a).T) / NODE_EVERY_M - 1e-9), 1).astype(int)
    piece = np.repeat(np.arange(len(ends)), parts)
    step = np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts)
    is_last = step == parts[piece] - 1
    inner = np.flatnonzero(~is_last)
    share = ((step[inner] + 1) / parts[piece[inner]])[:, None]
    made = a[piece[inner]] * (1 - share) + b[piece[inner]] * share
    number = np.full(len(piece), -1)
    number[inner] = len(xy) + np.arange(len(inner))
    last = np.where(is_last, ends[piece, 1], number)
    first = np.where(step == 0, ends[piece, 0], np.roll(number, 1))
    return np.concatenate([xy, made]), np.column_stack([first, last]), piece


def _matrix(a: np.ndarray, b: np.ndarray, minutes: np.ndarray, nodes: int) -> csr_matrix:
    """Return the matrix of pieces, the quickest of several between the same two nodes."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((minutes, high, low))
    low, high, minutes = low[order], high[order], minutes[order]
    is_first = np.ones(len(low), dtype=bool)
    is_first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, minutes = low[is_first], high[is_first], minutes[is_first]
    ends = np.concatenate([low, high]), np.concatenate([high, low])
    return csr_matrix((np.tile(minutes, 2), ends), shape=(nodes, nodes))
