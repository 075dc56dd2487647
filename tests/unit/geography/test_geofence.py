"""Geofence membership in SQL equals exact polygons, whatever their shape."""

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.geography import Geofences, Grid, unproject

CRS = "EPSG:27700"


def _places() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(3)
    grid = Grid("hexagon", 150.0)
    q, r = grid.cell_numbers(430_000 + rng.uniform(0, 4e3, 40), 300_000 + rng.uniform(0, 4e3, 40))
    ring = (
        shapely.Point(432_000, 302_000)
        .buffer(700)
        .difference(shapely.Point(432_000, 302_000).buffer(300))
    )
    parts = shapely.MultiPolygon(
        [
            shapely.box(430_000, 300_000, 430_100, 303_500),
            shapely.box(430_300, 300_000, 430_400, 300_100),
        ]
    )
    shapes = [*grid.polygons(q, r), ring, parts]
    ids = [f"P{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"place_id": ids}, geometry=shapes, crs=CRS)


@pytest.mark.parametrize("buffer_m", [0.0, 25.0])
def test_membership_equals_exact_polygons(buffer_m):
    places = _places()
    rng = np.random.default_rng(4)
    number = 60_000
    xs = 430_000 + rng.uniform(-100, 4_200, number)
    ys = 300_000 + rng.uniform(-100, 4_200, number)
    lon, lat = unproject(xs, ys, CRS)
    pings = pd.DataFrame({"device": "D", "ms": np.arange(number), "lon": lon, "lat": lat})
    fences = Geofences.build(places, buffer_m)
    connection = duckdb.connect()
    connection.register("pings", pings)
    fences.register(connection)
    found = connection.execute(fences.membership_sql("pings", ("ms",))).df()
    grown = [shape.buffer(buffer_m) if buffer_m else shape for shape in places.geometry]
    point, place = shapely.STRtree(grown).query(shapely.points(xs, ys), predicate="within")
    expected = set(zip(point.tolist(), places["place_id"].iloc[place], strict=True))
    assert set(zip(found["ms"], found["place_id"], strict=True)) == expected
    assert not found.duplicated().any()
    assert fences.cells["is_inside"].mean() > 0.4


def test_two_pings_at_one_spot_both_count():
    places = gpd.GeoDataFrame(
        {"place_id": ["A"]}, geometry=[shapely.box(430_000, 300_000, 430_100, 300_100)], crs=CRS
    )
    lon, lat = unproject([430_001.0], [300_001.0], CRS)
    pings = pd.DataFrame({"device": ["D", "D", "E"], "ms": [1, 1, 1], "lon": lon[0], "lat": lat[0]})
    fences = Geofences.build(places)
    connection = duckdb.connect()
    connection.register("pings", pings)
    fences.register(connection)
    assert len(connection.execute(fences.membership_sql("pings")).fetchall()) == 3


def test_no_places_give_no_members():
    places = gpd.GeoDataFrame({"place_id": []}, geometry=[], crs=CRS)
    fences = Geofences.build(places)
    assert fences.cells.empty
    assert list(fences.edges.columns) == ["place_id", "lat_low", "lat_high", "lon_at", "slope"]


def test_a_place_without_area_or_crs_is_refused():
    with pytest.raises(ValueError, match="CRS"):
        Geofences.build(gpd.GeoDataFrame({"place_id": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)]))
    line = gpd.GeoDataFrame(
        {"place_id": ["A"]}, geometry=[shapely.LineString([(0, 0), (9, 9)])], crs=CRS
    )
    with pytest.raises(ValueError, match="area"):
        Geofences.build(line)


def test_a_place_id_of_the_pings_own_does_not_shadow_the_place_found():
    places = gpd.GeoDataFrame(
        {"place_id": ["A", "B"]},
        geometry=[shapely.Point(430_000, 300_000).buffer(50), shapely.box(0, 0, 10, 10)],
        crs=CRS,
    )
    lon, lat = unproject(np.array([430_045.0, 430_055.0]), np.array([300_000.0, 300_000.0]), CRS)
    pings = pd.DataFrame({"place_id": "B", "ms": [1, 2], "lon": lon, "lat": lat})
    connection = duckdb.connect()
    connection.register("held", pings)
    fences = Geofences.build(places)
    fences.register(connection)
    found = connection.execute(fences.membership_sql("held", ("ms",))).fetchall()
    assert found == [(1, "A")]
