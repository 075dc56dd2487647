"""Street layout: main roads out of the centre, and districts that each have their own grain.

Junctions are laid district by district at a slant and with jitter, joined where a side is not the
longest of a triangle (Urquhart 1980), thinned so that T-junctions and closes appear, and bent.
"""

import itertools

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree
from shapely import LineString, contains_xy, distance, linestrings, points
from shapely.geometry.base import BaseGeometry

from sample_data.ground import CENTRE, Ground
from sample_data.names import name_streets
from sample_data.network import Network
from sample_data.streams import stream

RADIALS = 7
LONGEST_LOCAL_M = 330.0
SHARPEST_ANGLE_DEG = 30.0


def make_streets(seed: int, ground: Ground) -> Network:
    """Draw the street network of one seed; segments between junctions, in metres."""
    rng = stream(seed, "streets")
    main_nodes, main_edges, roads = _main_roads(rng, ground)
    nodes = _junctions(rng, ground, main_nodes)
    edges, is_main = _join(rng, ground, nodes, main_edges)
    nodes, edges, is_main = _largest_part(nodes, edges, is_main)
    lines = _bend(rng, nodes, edges, is_main)
    names = name_streets(seed, nodes, edges, is_main, roads)
    return Network(nodes, edges, is_main, lines, names)


def _main_roads(rng: np.random.Generator, ground: Ground) -> tuple[np.ndarray, list, dict]:
    """Lay a ring about the centre, radial roads out of it and an outer ring across them."""
    nodes: list[tuple[float, float]] = []
    edges: list[tuple[int, int]] = []
    roads: dict[tuple[int, int], int] = {}
    headings = (np.arange(RADIALS) + rng.uniform(-0.2, 0.2, RADIALS)) * 2 * np.pi / RADIALS + 0.3

    def lay(chain: list[int], road: int) -> None:
        for pair in itertools.pairwise(chain):
            edges.append(pair)
            roads[pair] = road

    def add(x: float, y: float) -> int:
        nodes.append((x, y))
        return len(nodes) - 1

    inner, outer = [], []
    for road, heading in enumerate(headings):
        chain = _radial(rng, ground, heading, add)
        lay(chain, road)
        inner.append(chain[0])
        outer.append(chain[min(9, len(chain) - 2)])
    for ring, road, gap, skip in ((inner, RADIALS, 120.0, ()), (outer, RADIALS + 1, 190.0, (2, 5))):
        for side in range(RADIALS):
            if side in skip:
                continue
            start, end = ring[side], ring[(side + 1) % RADIALS]
            lay([start, *_arc(nodes[start], nodes[end], gap, add), end], road)
    return np.array(nodes), edges, roads


def _radial(rng: np.random.Generator, ground: Ground, heading: float, add) -> list[int]:
    reach, chain, bend = 430.0, [], rng.normal(0, 0.00009)
    wobble = 0.0
    while True:
        turn = heading + bend * (reach - 430.0) + wobble
        x, y = CENTRE[0] + reach * np.cos(turn), CENTRE[1] + 0.88 * reach * np.sin(turn)
        if not contains_xy(ground.boundary, x, y):
            return chain
        chain.append(add(x, y))
        reach += rng.uniform(150.0, 195.0)
        wobble = 0.75 * wobble + rng.normal(0, 12.0) / reach


def _arc(start: tuple, end: tuple, gap: float, add) -> list[int]:
    centre = np.array(CENTRE)
    a, b = np.array(start) - centre, np.array(end) - centre
    turn = np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b)
    count = max(1, round(float(np.hypot(*(a - b))) / gap))
    chain = []
    for part in np.arange(1, count) / count:
        radius = (1 - part) * np.hypot(*a) + part * np.hypot(*b)
        angle = np.arctan2(a[1], a[0]) + part * turn
        chain.append(add(*(centre + radius * np.array([np.cos(angle), np.sin(angle)]))))
    return chain


def _junctions(rng: np.random.Generator, ground: Ground, main: np.ndarray) -> np.ndarray:
    """Add local junctions: each district a slanted, jittered lattice of its own."""
    centres = _district_centres(rng, ground)
    owner = cKDTree(centres)
    land = ground.boundary.buffer(-45.0)
    kept = [tuple(node) for node in main]
    for number, centre in enumerate(centres):
        is_core = number == 0
        wide, deep = (98.0, 122.0) if is_core else (rng.uniform(160, 184), rng.uniform(205, 245))
        lattice = _lattice(rng, centre, wide, deep, reach=1_000.0 if is_core else 1_500.0)
        own = owner.query(lattice)[1] == number
        inside = contains_xy(land, lattice[:, 0], lattice[:, 1])
        here = points(lattice)
        clear = (distance(here, ground.river) > 40) & (distance(here, ground.park) > 8)
        apart = 0.62 * wide
        for node in lattice[own & inside & clear]:
            gaps = np.hypot(*(np.array(kept) - node).T)
            if gaps.min() > apart:
                kept.append(tuple(node))
    return np.array(kept)


def _district_centres(rng: np.random.Generator, ground: Ground) -> np.ndarray:
    chosen = [np.array(CENTRE)]
    west, south, east, north = ground.boundary.bounds
    while len(chosen) < 16:
        trial = np.array([rng.uniform(west, east), rng.uniform(south, north)])
        gaps = [np.hypot(*(trial - other)) for other in chosen]
        if contains_xy(ground.boundary, *trial) and min(gaps) > 1_000.0:
            chosen.append(trial)
    return np.array(chosen)


def _lattice(
    rng: np.random.Generator, centre: np.ndarray, wide: float, deep: float, reach: float
) -> np.ndarray:
    steps_x, steps_y = np.arange(-reach, reach, wide), np.arange(-reach, reach, deep)
    x, y = (axis.ravel() for axis in np.meshgrid(steps_x, steps_y))
    # Every other row is shifted by about half a block, which makes T-junctions, not a lattice.
    x = x + 0.3 * wide * (np.round((y + reach) / deep) % 2)
    # A gentle wave bends long rows.
    y = y + 25.0 * np.sin(x / 260.0 + rng.uniform(0, 6.3))
    x, y = x + rng.normal(0, 0.1 * wide, x.size), y + rng.normal(0, 0.1 * deep, y.size)
    slant = rng.uniform(0, np.pi)
    turned = np.column_stack(
        [x * np.cos(slant) - y * np.sin(slant), x * np.sin(slant) + y * np.cos(slant)]
    )
    return turned + centre


def _join(
    rng: np.random.Generator, ground: Ground, nodes: np.ndarray, main_edges: list
) -> tuple[np.ndarray, np.ndarray]:
    """Join junctions: all main edges, and Urquhart edges that survive barriers and thinning."""
    main = {tuple(sorted(pair)) for pair in main_edges}
    local = [pair for pair in _urquhart_edges(nodes) if pair not in main]
    local = _drop_crossings(rng, ground, nodes, local, sorted(main))
    local = _drop_sharp(nodes, local, main)
    pairs = np.array(sorted(main) + local)
    is_main = np.arange(len(pairs)) < len(main)
    weight = np.where(is_main, 0.01, rng.uniform(1, 2, len(pairs)))
    size = len(nodes)
    graph = coo_matrix((weight, (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    spanning = minimum_spanning_tree(graph.tocsr()).tocoo()
    needed = {tuple(sorted(pair)) for pair in zip(spanning.row, spanning.col, strict=True)}
    is_needed = np.array([tuple(pair) in needed for pair in pairs])
    keep = is_main | is_needed | (rng.uniform(0, 1, len(pairs)) > 0.08)
    return pairs[keep], is_main[keep]


def _urquhart_edges(nodes: np.ndarray) -> list[tuple[int, int]]:
    corners = Delaunay(nodes).simplices
    sides = np.sort(np.stack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]], 1), 2)
    length = np.hypot(*np.moveaxis(nodes[sides[..., 0]] - nodes[sides[..., 1]], -1, 0))
    longest = sides[np.arange(len(sides)), length.argmax(axis=1)]
    longest = {tuple(pair) for pair in longest.tolist()}
    pairs, first = np.unique(sides.reshape(-1, 2), axis=0, return_index=True)
    short = length.ravel()[first] < LONGEST_LOCAL_M
    return [
        pair
        for pair, ok in zip(map(tuple, pairs.tolist()), short, strict=True)
        if ok and pair not in longest
    ]


def _drop_crossings(
    rng: np.random.Generator, ground: Ground, nodes: np.ndarray, local: list, main: list
) -> list[tuple[int, int]]:
    """Keep local streets off park, river (two bridges apart), most of the railway, main roads."""
    lines = linestrings(nodes[np.array(local)])
    roads = linestrings(nodes[np.array(main)])

    def meets(barrier: BaseGeometry) -> np.ndarray:
        return np.array([line.intersects(barrier) for line in lines])

    wet = np.flatnonzero(meets(ground.river))
    bridges = rng.choice(wet, size=min(2, wet.size), replace=False)
    drop = meets(ground.park.buffer(5.0)) | (
        meets(ground.railway) & (rng.uniform(size=len(lines)) < 0.7)
    )
    drop[wet] = True
    drop[bridges] = False
    for i, line in enumerate(lines):
        drop[i] |= any(line.crosses(road) for road in roads if line.distance(road) == 0)
    return [pair for pair, gone in zip(local, drop, strict=True) if not gone]


def _drop_sharp(nodes: np.ndarray, local: list, main: set) -> list[tuple[int, int]]:
    """Drop the longer of two streets that leave a junction at nearly the same angle."""
    ends = {pair: float(np.hypot(*(nodes[pair[0]] - nodes[pair[1]]))) for pair in local}
    kept_at: list[list[float]] = [[] for _ in nodes]
    kept = []
    order = sorted(main) + sorted(local, key=lambda pair: (ends[pair], pair))
    limit = np.radians(SHARPEST_ANGLE_DEG)
    for pair in order:
        angles = []
        for start, end in (pair, pair[::-1]):
            step = nodes[end] - nodes[start]
            angles.append(float(np.arctan2(step[1], step[0])))
        near = any(
            abs((angle - other + np.pi) % (2 * np.pi) - np.pi) < limit
            for node, angle in zip(pair, angles, strict=True)
            for other in kept_at[node]
        )
        if near and pair not in main:
            continue
        for node, angle in zip(pair, angles, strict=True):
            kept_at[node].append(angle)
        if pair not in main:
            kept.append(pair)
    return kept


def _largest_part(
    nodes: np.ndarray, edges: np.ndarray, is_main: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = len(nodes)
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(size, size))
    part = connected_components(graph, directed=False)[1]
    keep = part == np.bincount(part).argmax()
    number = np.cumsum(keep) - 1
    inside = keep[edges[:, 0]]
    return nodes[keep], number[edges[inside]], is_main[inside]


def _bend(
    rng: np.random.Generator, nodes: np.ndarray, edges: np.ndarray, is_main: np.ndarray
) -> list[LineString]:
    part = np.linspace(0, 1, 6)[:, None]
    lines = []
    for (start, end), main in zip(edges, is_main, strict=True):
        a, b = nodes[start], nodes[end]
        across = np.array([-(b - a)[1], (b - a)[0]])
        control = (a + b) / 2 + across * np.clip(rng.normal(0, 0.05 if main else 0.09), -0.2, 0.2)
        curve = (1 - part) ** 2 * a + 2 * part * (1 - part) * control + part**2 * b
        lines.append(LineString(curve))
    return lines
