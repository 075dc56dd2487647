"""The street network as a graph: junctions, curved segments between them, shortest routes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, STRtree, points


def along_m(coords: np.ndarray) -> np.ndarray:
    """Return how far along a line each of its vertices (n, 2) lies, in metres."""
    steps = coords[1:] - coords[:-1]
    return np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


@dataclass(frozen=True)
class Network:
    """`nodes` (n, 2) metres; `edges` (m, 2) node numbers; `lines[i]` runs from edges[i, 0]."""

    nodes: np.ndarray
    edges: np.ndarray
    is_main: np.ndarray
    lines: list[LineString]
    names: list[str]

    @cached_property
    def lengths_m(self) -> np.ndarray:
        return np.array([line.length for line in self.lines])

    @cached_property
    def edges_at(self) -> list[list[int]]:
        """The edges that meet at each node, in edge order."""
        at: list[list[int]] = [[] for _ in range(len(self.nodes))]
        for edge, (start, end) in enumerate(self.edges):
            at[start].append(edge)
            at[end].append(edge)
        return at

    @cached_property
    def edge_between(self) -> dict[tuple[int, int], int]:
        pairs = {}
        for edge, (start, end) in enumerate(self.edges.tolist()):
            pairs[start, end] = edge
            pairs[end, start] = edge
        return pairs

    @cached_property
    def _vertices(self) -> list[np.ndarray]:
        return [np.asarray(line.coords) for line in self.lines]

    @cached_property
    def tree(self) -> STRtree:
        return STRtree(self.lines)

    @cached_property
    def _routes(self) -> tuple[np.ndarray, np.ndarray]:
        # Main roads are quicker by car, and walkers also keep to them: one cost serves both.
        cost = self.lengths_m * np.where(self.is_main, 0.75, 1.0)
        size = len(self.nodes)
        graph = coo_matrix((cost, (self.edges[:, 0], self.edges[:, 1])), shape=(size, size))
        return dijkstra(graph.tocsr(), directed=False, return_predecessors=True)

    def cost(self, start: int, end: int) -> float:
        return float(self._routes[0][start, end])

    def route(self, start: int, end: int) -> list[int]:
        """Return the nodes of the quickest way from `start` to `end`, both included."""
        before = self._routes[1][start]
        way = [end]
        while way[-1] != start:
            way.append(int(before[way[-1]]))
        return way[::-1]

    def coords_from(self, edge: int, node: int) -> np.ndarray:
        """Return the vertices of an edge, beginning at `node`."""
        coords = self._vertices[edge]
        return coords if self.edges[edge, 0] == node else coords[::-1]

    def corner_name(self, node: int) -> str:
        """Name a junction by the first two street names that meet there."""
        found: list[str] = []
        for edge in sorted(self.edges_at[node], key=lambda e: (not self.is_main[e], e)):
            if self.names[edge] not in found:
                found.append(self.names[edge])
        return " / ".join(found[:2])

    def nearest_names(self, x: np.ndarray, y: np.ndarray) -> list[str]:
        """Return the name of the street nearest to each point."""
        return [self.names[i] for i in self.tree.nearest(points(x, y))]
