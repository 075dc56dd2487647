"""Areas of any shape where events crowd together: DBSCAN and HDBSCAN (scikit-learn).

DBSCAN (Ester, Kriegel, Sander and Xu 1996): an event is in the core of an area when at least
`min_samples` events, itself included, lie within `eps_m` of it; areas are chains of such events
and what lies within reach of them. HDBSCAN (Campello, Moulavi and Sander 2013) needs no distance
and keeps the areas that last longest as the distance shrinks. Events in no area are noise. An area
is drawn as the concave hull of its events, widened by a stated margin, so that events on one spot
have an outline too.
"""

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from sklearn.cluster import DBSCAN, HDBSCAN

HULL_RATIO = 0.3
"""How closely an outline follows its events: 0 as closely as possible, 1 the convex hull."""
MOST_EVENTS_HDBSCAN = 20_000


@dataclass(frozen=True, eq=False)
class CrowdedAreas:
    """`labels`: the area of each event, -1 for noise. `areas`: one row per area, fullest first.

    Columns of `areas`: label, events, weight, area_m2, per_hectare (events), geometry (metres).
    """

    labels: np.ndarray
    areas: gpd.GeoDataFrame

    @property
    def noise_share(self) -> float:
        """Share of the events that lie in no area."""
        return float((self.labels < 0).mean()) if len(self.labels) else 0.0


def dbscan_areas(
    x: np.ndarray,
    y: np.ndarray,
    eps_m: float,
    min_samples: float,
    *,
    weights: np.ndarray | None = None,
    margin_m: float | None = None,
) -> CrowdedAreas:
    """Return the areas that DBSCAN finds among events at `x`, `y` (metres).

    `weights` (days of harm, say) make `min_samples` a least weight within `eps_m` instead of a
    least number of events. `margin_m` widens the outlines (half of `eps_m` unless given). Events
    on one spot are taken together, which changes no result. Raises ValueError when `eps_m` or
    `min_samples` is not positive.
    """
    if not eps_m > 0 or not min_samples > 0:
        raise ValueError("DBSCAN needs a positive distance and a positive number of events.")
    points = np.column_stack([x, y]).astype(float)
    if len(points) == 0:
        return _areas(points, np.zeros(0, dtype=int), weights, 0.0)
    distinct, which = np.unique(points, axis=0, return_inverse=True)
    weight = np.bincount(which.ravel(), weights=weights)
    found = DBSCAN(eps=eps_m, min_samples=min_samples).fit(distinct, sample_weight=weight)
    margin = eps_m / 2 if margin_m is None else margin_m
    return _areas(points, found.labels_[which.ravel()], weights, margin)


def hdbscan_areas(
    x: np.ndarray,
    y: np.ndarray,
    min_events: int,
    *,
    margin_m: float,
    min_samples: int | None = None,
) -> CrowdedAreas:
    """Return the areas of at least `min_events` events that HDBSCAN finds.

    `min_samples` (itself included; `min_events` unless given) says how crowded an event's
    surroundings must be before it joins an area early. Raises ValueError with more than
    `MOST_EVENTS_HDBSCAN` events, whose pairs would take minutes, or with `min_events` below 2.
    """
    if len(x) > MOST_EVENTS_HDBSCAN:
        raise ValueError(
            f"HDBSCAN compares every pair of events; {len(x):,} are too many (at most "
            f"{MOST_EVENTS_HDBSCAN:,}). Choose fewer offences or a shorter period."
        )
    if min_events < 2:
        raise ValueError("An area needs at least two events.")
    points = np.column_stack([x, y]).astype(float)
    if len(points) < max(min_events, min_samples or 0):
        return _areas(points, np.full(len(points), -1), None, margin_m)
    finder = HDBSCAN(min_cluster_size=min_events, min_samples=min_samples, copy=True)
    return _areas(points, finder.fit(points).labels_, None, margin_m)


def fewest_within(counts: np.ndarray, areas_m2: np.ndarray, eps_m: float) -> int:
    """Return the events within `eps_m` that are as crowded as the emptiest of the listed cells."""
    return max(2, math.ceil(float((counts / areas_m2).min()) * math.pi * eps_m**2))


def cells_of_areas(
    found: CrowdedAreas, cell: np.ndarray, able: np.ndarray | None = None
) -> np.ndarray:
    """Return the cells that hold events of areas: area by area from the most crowded, the cell
    with most of its events first.

    `cell` is the cell of each event; `able` says which cells may be named (all when None).
    """
    rank = np.empty(len(found.areas), dtype=np.int64)
    rank[np.argsort(-found.areas["per_hectare"].to_numpy(), kind="stable")] = np.arange(len(rank))
    inside = found.labels >= 0
    pairs, held = np.unique(
        np.column_stack([rank[found.labels[inside]], cell[inside]]), axis=0, return_counts=True
    )
    if able is not None:
        pairs, held = (part[able[pairs[:, 1]]] for part in (pairs, held))
    cells = pairs[np.lexsort((pairs[:, 1], -held, pairs[:, 0])), 1]
    _, first = np.unique(cells, return_index=True)
    return cells[np.sort(first)]


def _areas(
    points: np.ndarray, labels: np.ndarray, weights: np.ndarray | None, margin_m: float
) -> CrowdedAreas:
    """Number the areas from the fullest on and draw their outlines."""
    counts = np.bincount(labels[labels >= 0])
    order = np.argsort(-counts, kind="stable")
    number = np.empty(len(order), dtype=int)
    number[order] = np.arange(len(order))
    labels = np.where(labels >= 0, number[labels] if len(number) else -1, -1)
    inside = np.flatnonzero(labels >= 0)
    spots = inside[np.argsort(labels[inside], kind="stable")]
    parts = np.split(points[spots], np.cumsum(counts[order])[:-1]) if len(order) else []
    outlines = [
        shapely.concave_hull(shapely.multipoints(np.unique(part, axis=0)), HULL_RATIO)
        for part in parts
    ]
    shapes = shapely.buffer(np.array(outlines, dtype=object), margin_m) if outlines else []
    heavy = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    areas = gpd.GeoDataFrame(
        {
            "label": np.arange(len(order)),
            "events": counts[order],
            "weight": np.bincount(labels[inside], weights=heavy[inside], minlength=len(order)),
            "area_m2": shapely.area(shapes) if outlines else np.zeros(0),
        },
        geometry=list(shapes),
    )
    areas["per_hectare"] = areas["events"] / (areas["area_m2"] / 1e4)
    return CrowdedAreas(labels, areas)
