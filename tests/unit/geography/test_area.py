"""Study areas: boundary, hulls, and the points too lonely to draw a hull round."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.geography import project, study_area, unproject
from analytics.geography.area import has_neighbours, joined
from analytics.workspace import InputError


def _crimes(workspace, user, points):
    frame = pd.DataFrame(points, columns=["x", "y"])
    frame["load_id"], frame["occurred_from"] = "L", datetime(2026, 1, 1)
    with workspace.write(user, "collect", "load", "L") as transaction:
        transaction.insert("crimes", frame)


def test_lonely_points_equal_a_search_of_every_pair():
    rng = np.random.default_rng(5)
    points = np.concatenate(
        [rng.normal(400_000, 3_000, (400, 2)), rng.uniform(300_000, 500_000, (120, 2))]
    )
    apart = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    expected = (apart <= 5_000).sum(axis=1) - 1 >= 5
    assert (has_neighbours(points) == expected).all()
    assert not has_neighbours(np.zeros((5, 2))).any()
    assert has_neighbours(np.zeros((6, 2))).all()


def test_points_that_stand_several_times_count_as_often():
    rng = np.random.default_rng(7)
    points = rng.uniform(400_000, 430_000, (150, 2))
    times = rng.integers(1, 5, 150)
    each = np.repeat(points, times, axis=0)
    for needed in (5, 20):
        expected = has_neighbours(each, needed=needed)[np.cumsum(times) - 1]
        assert (has_neighbours(points, times, needed) == expected).all()


def test_of_many_crimes_a_cluster_of_a_few_strays_is_left_out_too(empty_workspace, acting):
    rng = np.random.default_rng(8)
    town = rng.uniform([430_000, 295_000], [434_000, 299_000], (20_000, 2))
    strays = rng.uniform([600_000, 600_000], [600_100, 600_100], (8, 2))
    _crimes(empty_workspace, acting, np.vstack([town, strays]))
    area = study_area(empty_workspace, "trimmed_hull")
    assert 15 < area.area_km2 < 17
    assert "fewer than 10 others" in area.warnings[0]


def test_a_stray_point_stretches_the_hull_but_not_the_trimmed_one(empty_workspace, acting):
    rng = np.random.default_rng(6)
    town = rng.uniform([430_000, 295_000], [434_000, 299_000], (300, 2))
    _crimes(empty_workspace, acting, np.vstack([town, [[600_000, 600_000]]]))
    hull = study_area(empty_workspace, "hull")
    trimmed = study_area(empty_workspace, "trimmed_hull")
    assert hull.area_km2 > 800
    assert 14 < trimmed.area_km2 < 16
    assert "stray" in hull.warnings[0]
    grown = study_area(empty_workspace, "trimmed_hull", grow_m=75)
    assert grown.polygon.area > trimmed.polygon.area


def test_boundary_is_used_where_loaded_and_missed_aloud_where_not(empty_workspace, acting):
    _crimes(empty_workspace, acting, np.full((9, 2), 431_000.0) + np.arange(18).reshape(9, 2) % 7)
    area = study_area(empty_workspace, "boundary")
    assert area.kind == "trimmed_hull"
    assert area.warnings[0].startswith("No boundary is loaded")
    halves = [shapely.box(0, 0, 1_000, 1_000), shapely.box(1_000, 0, 2_000, 1_000)]
    rows = pd.DataFrame({"load_id": "B", "name": "A", "geometry": [g.wkb for g in halves]})
    with empty_workspace.write(acting, "collect", "load", "B") as transaction:
        transaction.insert("boundary", rows)
        transaction.execute(
            "INSERT INTO loads (load_id, feed, at_ms, is_undone, fingerprint) "
            "VALUES ('B', 'boundary', 1, false, 'b')"
        )
    area = study_area(empty_workspace, "boundary")
    assert (area.kind, area.area_km2) == ("boundary", 2.0)


def test_no_points_is_a_sentence(empty_workspace):
    with pytest.raises(InputError, match="no crimes with a place"):
        study_area(empty_workspace, "hull")


def test_invalid_polygons_are_mended_before_they_are_joined():
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert joined(np.array([bow_tie, shapely.box(2, 0, 3, 2)])).area == pytest.approx(4.0)


def test_projection_goes_there_and_back_in_x_y_order():
    lon, lat = np.array([-1.4701, -0.1276]), np.array([53.3811, 51.5072])
    x, y = project(lon, lat, "EPSG:27700")
    assert x == pytest.approx([435_300, 530_000], abs=300)
    back_lon, back_lat = unproject(x, y, "EPSG:27700")
    assert back_lon == pytest.approx(lon, abs=1e-7)
    assert back_lat == pytest.approx(lat, abs=1e-7)
