"""Street segments: streets between two junctions, made from loaded lines by their shared points.

A junction is a point that two lines share, or that ends a line; lines are split there. Pieces of
one name that meet where nothing else meets are one street again. What is still longer than the
stated length is cut into equal parts. Lines that cross without a common point (a bridge) stay
apart.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from shapely.ops import substring

# Two points this close are one junction: exports round coordinates to a decimetre.
SAME_POINT_M = 0.1
_PACK = 1 << 32


@dataclass(frozen=True, eq=False)
class Segments:
    """Street segments in the order of their ids: `lines`, `ids`, `names` and two `ends` each.

    `ends` (n x 2) are numbers of points; segments that share one meet there.
    """

    lines: np.ndarray
    ids: list[str]
    names: list[str]
    ends: np.ndarray

    def meeting(self) -> csr_matrix:
        """Return the n x n matrix with 1 where two segments share an end, themselves included."""
        number = len(self.lines)
        rows = np.repeat(np.arange(number), 2)
        at = csr_matrix((np.ones(2 * number), (rows, self.ends.ravel())))
        both = (at @ at.T).tocsr()
        both.data[:] = 1.0
        both.sort_indices()
        return both


def street_segments(
    lines: np.ndarray, ids: list[str], names: list[str | None], longest_m: float
) -> Segments:
    """Return the segments of streets: `lines` (LineString or MultiLineString in metres).

    `ids` and `names` belong to the lines; a segment takes the first id of the lines it is made of,
    with ":1", ":2" ... where a line gives several.
    """
    pieces, owner = _split(lines)
    names_of = np.array([name or "" for name in names], dtype=object)
    joined, first = _joined(pieces, owner, names_of[owner] if len(owner) else names_of[:0])
    parts, part_owner = _cut(joined, first, longest_m)
    labels = [str(ids[k]) for k in part_owner]
    order = sorted(range(len(parts)), key=lambda k: (labels[k], k))
    parts, labels = parts[order], _numbered([labels[k] for k in order])
    return Segments(parts, labels, names_of[part_owner[order]].tolist(), _ends(parts))


def _split(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split lines at junctions: returns pieces and the position of the line of each."""
    parts, owner = shapely.get_parts(np.asarray(lines, dtype=object), return_index=True)
    spots, line = shapely.get_coordinates(parts, return_index=True)
    point = _point_numbers(spots)
    again = (line[1:] == line[:-1]) & (point[1:] == point[:-1])
    kept = np.flatnonzero(~np.concatenate([[False], again]))
    spots, line, point = spots[kept], line[kept], point[kept]
    if not len(line):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    is_end = np.ones(len(line), dtype=bool)
    is_end[1:-1] = (line[1:-1] != line[:-2]) | (line[1:-1] != line[2:])
    cuts = np.flatnonzero(is_end | (np.bincount(point)[point] > 1))
    starts, stops = cuts[:-1], cuts[1:]
    same = line[starts] == line[stops]
    starts, stops = starts[same], stops[same]
    sizes = stops - starts + 1
    piece = np.repeat(np.arange(len(starts)), sizes)
    at = (
        np.repeat(starts, sizes)
        + np.arange(len(piece))
        - np.repeat(np.cumsum(sizes) - sizes, sizes)
    )
    made = shapely.linestrings(spots[at], indices=piece) if len(piece) else np.empty(0, object)
    return _without_repeats(made, owner[line[starts]])


def _without_repeats(pieces: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave out a piece that lies on another one: the same road drawn twice."""
    shapes = shapely.normalize(shapely.set_precision(pieces, SAME_POINT_M, mode="pointwise"))
    _, kept = np.unique(shapely.to_wkb(shapes, hex=True).astype(str), return_index=True)
    kept = np.sort(kept)
    return pieces[kept], owner[kept]


def _joined(
    pieces: np.ndarray, owner: np.ndarray, names: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Join pieces of one name that meet where nothing else does; returns lines and first owners."""
    if not len(pieces):
        return pieces, owner
    ends = _ends(pieces)
    at = np.argsort(ends.ravel(), kind="stable")
    node, piece = ends.ravel()[at], np.repeat(np.arange(len(pieces)), 2)[at]
    is_pair = np.bincount(node)[node] == 2
    left, right = piece[is_pair][0::2], piece[is_pair][1::2]
    alike = (names[left] == names[right]) & (left != right)
    links = csr_matrix(
        (np.ones(int(alike.sum())), (left[alike], right[alike])), shape=(len(pieces), len(pieces))
    )
    _, group = connected_components(links, directed=False)
    order = np.argsort(group, kind="stable")
    whole = shapely.line_merge(shapely.multilinestrings(pieces[order], indices=group[order]))
    first = owner[order][np.concatenate([[0], np.flatnonzero(np.diff(group[order])) + 1])]
    lines, of = shapely.get_parts(whole, return_index=True)
    return lines, first[of]


def _cut(lines: np.ndarray, owner: np.ndarray, longest_m: float) -> tuple[np.ndarray, np.ndarray]:
    number = np.maximum(np.ceil(shapely.length(lines) / longest_m - 1e-9), 1).astype(int)
    parts: list = []
    for line, count in zip(lines, number, strict=True):
        if count == 1:
            parts.append(line)
            continue
        edges = np.linspace(0.0, 1.0, count + 1)
        parts += [substring(line, a, b, normalized=True) for a, b in pairwise(edges)]
    made = np.empty(len(parts), dtype=object)
    made[:] = parts
    return made, np.repeat(owner, number)


def _ends(lines: np.ndarray) -> np.ndarray:
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    numbers = _point_numbers(np.concatenate([first, last]))
    return np.column_stack([numbers[: len(lines)], numbers[len(lines) :]])


def _point_numbers(spots: np.ndarray) -> np.ndarray:
    """Number the points from 0 so that points of the same decimetre share a number."""
    whole = np.round(spots / SAME_POINT_M).astype(np.int64)
    packed = whole[:, 0] * _PACK + whole[:, 1]
    return np.unique(packed, return_inverse=True)[1].ravel()


def _numbered(labels: list[str]) -> list[str]:
    """Add ":1", ":2" ... to labels that occur more than once (equal ones stand together)."""
    times: dict[str, int] = {}
    for label in labels:
        times[label] = times.get(label, 0) + 1
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if times[label] == 1 else f"{label}:{seen[label]}")
    return found
