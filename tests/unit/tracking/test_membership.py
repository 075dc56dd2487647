"""Which fixes are inside which place: the SQL against exact polygons."""

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.geography import unproject
from analytics.tracking import engine
from analytics.tracking.places import JudgedPlaces

CRS = "EPSG:27700"


def star(random, x, y):
    """A star with twelve points: concave, 60-160 m wide."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = np.where(np.arange(24) % 2, 30, 80) * random.uniform(0.8, 1.2, 24)
    return shapely.Polygon(
        np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    )


@pytest.mark.parametrize("buffer_m", [0.0, 25.0])
def test_membership_equals_exact_polygons(buffer_m):
    random = np.random.default_rng(11)
    shapes = [star(random, *random.uniform(430_000, 431_500, 2)) for _ in range(60)]
    ring = (
        shapely.Point(430_700, 430_700)
        .buffer(200)
        .difference(shapely.Point(430_700, 430_700).buffer(120))
    )
    shapes.append(ring)
    x, y = random.uniform(429_900, 431_600, (2, 20_000))
    lon, lat = unproject(x, y, CRS)
    frame = gpd.GeoDataFrame(
        {"place": range(len(shapes)), "start_ms": 0, "end_ms": 10**15}, geometry=shapes, crs=CRS
    )
    cursor = duckdb.connect().cursor()
    pings = pd.DataFrame(
        {"device": "a", "ms": np.arange(len(x)), "lon": lon, "lat": lat, "gap_ms": 1}
    ).assign(speed_kmh=1.0)
    cursor.register("pings", pings)
    engine.find_inside(cursor, JudgedPlaces(frame, [], [], ""), buffer_m)
    found = set(cursor.execute("SELECT place, ms FROM inside").fetchall())

    grown = [shape.buffer(buffer_m) if buffer_m else shape for shape in shapes]
    exact = {
        (place, int(ms))
        for place, shape in enumerate(grown)
        for ms in np.flatnonzero(shapely.contains_xy(shape, x, y))
    }
    assert len(exact) > 1_000
    assert found == exact
