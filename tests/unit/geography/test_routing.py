"""Ways along the streets equal a brute-force search of all of them."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from analytics.geography import street_network


def brute_force(lines: list[list[tuple[float, float]]]) -> dict:
    """Floyd and Warshall over the corners of the lines, metres."""
    corners = sorted({corner for line in lines for corner in line})
    far = {(a, b): 0.0 if a == b else np.inf for a in corners for b in corners}
    for line in lines:
        for a, b in pairwise(line):
            metres = float(np.hypot(a[0] - b[0], a[1] - b[1]))
            far[a, b] = far[b, a] = min(far[a, b], metres)
    for k in corners:
        for a in corners:
            for b in corners:
                far[a, b] = min(far[a, b], far[a, k] + far[k, b])
    return far


def grid(rng: np.random.Generator, size: int = 5) -> list[list[tuple[float, float]]]:
    """A grid of streets about 120 m apart, corners moved about, a third of the pieces missing."""
    at = {
        (i, j): tuple(np.round(np.array([120 * i, 120 * j]) + rng.uniform(-40, 40, 2), 1).tolist())
        for i in range(size)
        for j in range(size)
    }
    pieces = [
        [at[i, j], at[i + di, j + dj]]
        for i in range(size)
        for j in range(size)
        for di, dj in ((0, 1), (1, 0))
        if (i + di, j + dj) in at
    ]
    return [piece for piece in pieces if rng.random() < 0.67]


def network(lines, classes=None):
    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)
    return street_network(shapes, classes or [None] * len(lines))


@pytest.mark.parametrize("seed", range(5))
def test_shortest_ways_equal_brute_force(seed):
    lines = grid(np.random.default_rng(seed))
    far = brute_force(lines)
    made = network(lines)
    roads = made.at_speeds(np.ones(len(made.ends)))
    corners = np.array(sorted({corner for line in lines for corner in line}))
    metres = roads.join(corners)[1]
    joined = np.flatnonzero(metres < 0.05)
    assert len(joined) > 8
    minutes, _ = roads.minutes_between(corners[joined])
    expected = np.array(
        [[far[tuple(a), tuple(b)] for b in corners[joined]] for a in corners[joined]]
    )
    assert np.isfinite(expected).all()
    assert minutes == pytest.approx(expected, abs=0.2)


def test_the_line_of_a_way_is_as_long_as_the_way_and_goes_through_its_places():
    lines = grid(np.random.default_rng(3))
    made = network(lines)
    roads = made.at_speeds(np.ones(len(made.ends)))
    stops = made.xy[[0, 7, 3]]
    stops = made.xy[roads.join(stops)[0]]
    minutes, _ = roads.minutes_between(stops)
    way = shapely.LineString(roads.line(stops))
    assert way.length == pytest.approx(minutes[0, 1] + minutes[1, 2])
    assert all(way.distance(shapely.Point(stop)) < 1e-6 for stop in stops)


def test_streets_that_cross_without_a_common_point_do_not_meet():
    bridge = [[(0, 0), (200, 0)], [(100, -100), (100, 100)], [(200, 0), (200, 100), (100, 100)]]
    made = network(bridge)
    roads = made.at_speeds(np.ones(len(made.ends)))
    minutes, _ = roads.minutes_between(np.array([[0.0, 0.0], [100.0, -100.0]]))
    assert minutes[0, 1] == pytest.approx(200 + 100 + 100 + 200)


def test_a_place_is_joined_to_the_street_beside_it_and_not_to_a_stray_piece():
    lines = [[(0, 0), (1000, 0)], [(400, 50), (420, 50)]]
    made = network(lines)
    roads = made.at_speeds(np.ones(len(made.ends)))
    metres = roads.join(np.array([[410.0, 45.0], [500.0, 900.0], [np.nan, 0.0]]))[1]
    assert metres[0] == pytest.approx(np.hypot(10, 45), abs=1)
    assert np.isinf(metres[1:]).all()


def test_a_street_that_may_not_be_taken_is_gone_round():
    lines = [[(0, 0), (100, 0)], [(0, 0), (0, 100), (100, 100), (100, 0)]]
    made = network(lines, ["path", "main"])
    speeds = np.where(made.classes == "path", 0.0, 50.0)
    minutes, _ = made.at_speeds(speeds).minutes_between(np.array([[0.0, 0.0], [100.0, 0.0]]))
    assert minutes[0, 1] == pytest.approx(300 / 50)


def test_no_streets_join_nothing():
    made = street_network(np.empty(0, dtype=object), [])
    roads = made.at_speeds(np.empty(0))
    minutes, metres = roads.minutes_between(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert np.isinf(minutes).all()
    assert np.isinf(metres).all()
