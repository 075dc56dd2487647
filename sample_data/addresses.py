"""Where people live and trade: the even background that planted places stand out from."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from shapely import (
    Point,
    contains_xy,
    distance,
    line_interpolate_point,
    line_locate_point,
    linestrings,
    points,
)

from sample_data.ground import CENTRE, Ground
from sample_data.network import Network
from sample_data.streams import stream

SPACING_M = 36.0
PULL_TO_STREET = 0.15
TRADE_M = 85.0
TRADE_SHARE = 0.5


@dataclass(frozen=True)
class Addresses:
    """`x`, `y` metres (n,); `weights` per zone, each summing to 1."""

    x: np.ndarray
    y: np.ndarray
    weights: dict[str, np.ndarray]


def make_addresses(
    seed: int, ground: Ground, streets: Network, busy_corners: np.ndarray
) -> Addresses:
    """Scatter addresses over the built-up land, drawn a little towards their street.

    Fewer live within `TRADE_M` of `busy_corners` (n, 2): shops, bars and platforms stand there.
    """
    rng = stream(seed, "addresses")
    x, y = _scatter(rng)
    land = ground.boundary.buffer(-15.0).difference(ground.park)
    keep = contains_xy(land, x, y) & (distance(points(x, y), ground.river) > 25)
    x, y = x[keep], y[keep]
    here = points(x, y)
    lines = linestrings([line.coords for line in streets.lines])[streets.tree.nearest(here)]
    on_street = line_interpolate_point(lines, line_locate_point(lines, here))
    x = x + PULL_TO_STREET * (np.array([p.x for p in on_street]) - x)
    y = y + PULL_TO_STREET * (np.array([p.y for p in on_street]) - y)
    to_corner = cKDTree(busy_corners).query(np.column_stack([x, y]))[0]
    lived_in = np.where(to_corner < TRADE_M, TRADE_SHARE, 1.0)
    return Addresses(x, y, _zone_weights(ground, x, y, lived_in))


def _scatter(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One point per square of a slanted lattice: even, yet without a pattern."""
    steps = np.arange(-4_600.0, 4_600.0, SPACING_M)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    x, y = x + rng.uniform(0, SPACING_M, x.size), y + rng.uniform(0, SPACING_M, y.size)
    slant = rng.uniform(0.1, 0.6)
    return (
        CENTRE[0] + x * np.cos(slant) - y * np.sin(slant),
        CENTRE[1] + x * np.sin(slant) + y * np.cos(slant),
    )


def _zone_weights(
    ground: Ground, x: np.ndarray, y: np.ndarray, lived_in: np.ndarray
) -> dict[str, np.ndarray]:
    def near(centre: Point | tuple[float, float], reach_m: float) -> np.ndarray:
        cx, cy = (centre.x, centre.y) if isinstance(centre, Point) else centre
        return np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * reach_m**2))

    town = near(CENTRE, 650.0)
    estates = sum(near((ex, ey), 450.0) for _, ex, ey in ground.estates)
    raw = {
        "homes": 1.0 + 0.06 * estates,
        "busy": 1.0 + 0.16 * town + 0.15 * near(ground.rail_station, 300.0) + 0.06 * estates,
        "shops": 1.0 + 0.3 * town + 0.06 * estates,
    }
    return {zone: weight * lived_in / (weight * lived_in).sum() for zone, weight in raw.items()}
