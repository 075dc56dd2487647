"""The ground the town stands on: boundary, river, railway, park (all EPSG:27700 metres)."""

from dataclasses import dataclass

import numpy as np
from shapely import LineString, Point, Polygon
from shapely.affinity import rotate, scale, translate

from sample_data.streams import stream

CENTRE = (432_000.0, 298_000.0)
AREA_M2 = 36_000_000.0
ASPECT = 1.2
ESTATES = (
    ("Northfield", -700.0, 1_700.0),
    ("Fenwick", 1_900.0, 950.0),
    ("Southmoor", 900.0, -1_650.0),
    ("Ashcombe", -2_050.0, -700.0),
    ("Eastlea", 2_300.0, -600.0),
)


@dataclass(frozen=True)
class Ground:
    """Land, water, rail and green; `estates` are (name, easting, northing)."""

    boundary: Polygon
    river: LineString
    railway: LineString
    park: Polygon
    rail_station: Point
    estates: tuple[tuple[str, float, float], ...]


def make_ground(seed: int) -> Ground:
    """Draw the ground of the town of one seed; all coordinates in EPSG:27700 metres."""
    rng = stream(seed, "ground")
    boundary = _blob(rng, waves=(2, 3, 4, 5, 7), size=0.05, points=96, aspect=ASPECT)
    factor = np.sqrt(AREA_M2 / boundary.area)
    boundary = translate(scale(boundary, factor, factor, origin=(0, 0)), *CENTRE)
    river = _meander(rng, boundary, offset=-640.0, swing=420.0, vertical=False)
    railway = _meander(rng, boundary, offset=720.0, swing=120.0, vertical=True)
    park = _blob(rng, waves=(2, 3, 5), size=0.08, points=40, aspect=1.4)
    park = rotate(scale(park, 270.0, 270.0, origin=(0, 0)), 20.0, origin=(0, 0))
    park = translate(park, CENTRE[0] - 1_000.0, CENTRE[1] + 560.0)
    rail_station = railway.interpolate(railway.project(Point(CENTRE[0] + 700.0, CENTRE[1] - 90.0)))
    estates = tuple(
        (name, CENTRE[0] + dx + rng.normal(0, 120), CENTRE[1] + dy + rng.normal(0, 120))
        for name, dx, dy in ESTATES
    )
    return Ground(boundary, river, railway, park, rail_station, estates)


def _blob(
    rng: np.random.Generator, waves: tuple[int, ...], size: float, points: int, aspect: float
) -> Polygon:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = np.ones(points)
    for wave in waves:
        radius += size * rng.uniform(0.5, 1.2) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    x = radius * np.cos(angle) * np.sqrt(aspect)
    y = radius * np.sin(angle) / np.sqrt(aspect)
    return Polygon(np.column_stack([x, y]))


def _meander(
    rng: np.random.Generator, boundary: Polygon, offset: float, swing: float, vertical: bool
) -> LineString:
    along = np.linspace(-4_500.0, 4_500.0, 181)
    phase = rng.uniform(0, 2 * np.pi, 2)
    across = offset + swing * (
        0.65 * np.sin(along / 900.0 + phase[0]) + 0.35 * np.sin(along / 410.0 + phase[1])
    )
    # The line keeps its stated distance abreast of the centre, whatever the phase.
    across += (offset - across[90]) * np.exp(-((along / 600.0) ** 2))
    x, y = (across, along) if vertical else (along, across)
    line = LineString(np.column_stack([x + CENTRE[0], y + CENTRE[1]]))
    inside = line.intersection(boundary)
    pieces = getattr(inside, "geoms", [inside])
    return max(pieces, key=lambda piece: piece.length)
