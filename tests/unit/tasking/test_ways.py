"""Plans travel along the streets where they are loaded."""

import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import tasking
from analytics.geography import street_network
from analytics.tasking import TaskingSettings
from analytics.tasking.travel import CAR, FOOT, Ways
from analytics.workspace import make_settings

from .checker import SPEEDS, faults
from .conftest import MONDAY

CHOICES = TaskingSettings(walking_kmh=6, driving_kmh=30, parking_minutes=2, detour_factor=1.5)


def ways_of(*lines, classes=None) -> Ways:
    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)
    return Ways(CHOICES, street_network(shapes, classes or [None] * len(lines)))


def test_the_way_round_a_corner_is_longer_than_the_straight_line():
    ways = ways_of([(0, 0), (600, 0), (600, 800)])
    x, y = np.array([0.0, 600.0]), np.array([0.0, 800.0])
    # 1,400 m at 100 m a minute on foot; at 500 m a minute by car, and parking.
    assert ways.minutes(x, y, FOOT).tolist() == [[0, 14], [14, 0]]
    assert ways.minutes(x, y, CAR).tolist() == [[0, 5], [5, 0]]


def test_the_way_from_a_place_to_its_street_is_walked():
    ways = ways_of([(0, 0), (1000, 0)])
    x, y = np.array([0.0, 1000.0]), np.array([100.0, 0.0])
    assert ways.minutes(x, y, CAR)[0, 1] == 1 + 2 + 2


def test_a_car_is_slower_where_the_class_is_local_and_goes_round_paths():
    main, local = ways_of([(0, 0), (3000, 0)]), ways_of([(0, 0), (3000, 0)], classes=["local"])
    x, y = np.array([0.0, 3000.0]), np.zeros(2)
    assert main.minutes(x, y, CAR)[0, 1] == 6 + 2
    assert local.minutes(x, y, CAR)[0, 1] == 8 + 2
    assert main.minutes(x, y, FOOT)[0, 1] == local.minutes(x, y, FOOT)[0, 1] == 30
    path = ways_of(
        [(0, 0), (1000, 0)],
        [(0, 0), (0, 500), (1000, 500), (1000, 0)],
        classes=["footpath", "main"],
    )
    ends = np.array([0.0, 1000.0]), np.zeros(2)
    assert path.minutes(*ends, FOOT)[0, 1] == 10
    assert path.minutes(*ends, CAR)[0, 1] == 4 + 2


def test_a_place_that_no_street_joins_is_reached_in_a_straight_line():
    ways = ways_of([(0, 0), (1000, 0)])
    x, y = np.array([0.0, 0.0]), np.array([0.0, 1000.0])
    assert ways.minutes(x, y, FOOT)[0, 1] == 15
    assert ways.far_from_streets(x, y) == 1


def add_streets(workspace, user) -> None:
    """Streets through the middle of every hot spot, along and across."""
    lines = [
        shapely.LineString([(430_075 + 400 * i, y) for i in range(4)])
        for y in (298_075, 298_475, 298_875)
    ]
    lines += [
        shapely.LineString([(x, 298_075 + 400 * j) for j in range(3)])
        for x in (430_075, 430_475, 430_875, 431_275)
    ]
    rows = [
        {
            "load_id": "s",
            "street_id": f"s{number}",
            "name": f"Street {number}",
            "class": "main",
            "geometry": shapely.to_wkb(line),
            "length_m": line.length,
        }
        for number, line in enumerate(lines)
    ]
    with workspace.write(user, "collect", "load", "s") as transaction:
        transaction.insert("streets", pd.DataFrame(rows))
        transaction.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) VALUES "
            "('s', 'streets', 1, 's', false)"
        )


def by_grid(a, b, mode, settings) -> int:
    """Travel along the grid, computed without it: the way along plus the way across."""

    def to_street(point):
        """The nearest node: streets have one every 50 m."""
        nodes = [(430_075 + 50 * i, 298_075 + 400 * j) for i in range(25) for j in range(3)]
        nodes += [(430_075 + 400 * i, 298_075 + 50 * j) for i in range(4) for j in range(17)]
        return min(nodes, key=lambda node: math.dist(node, point))

    if a == b:
        return 0
    (ax, ay), (bx, by) = to_street(a), to_street(b)
    metres = abs(ax - bx) + abs(ay - by)
    walked = math.dist((ax, ay), a) + math.dist((bx, by), b)
    speed = getattr(settings, SPEEDS[mode]) * 1000 / 60
    minutes = metres / speed + walked / (settings.walking_kmh * 1000 / 60)
    return math.ceil(round(minutes + (settings.parking_minutes if mode == "car" else 0), 6))


def test_a_plan_along_streets_is_feasible_and_says_how_it_travels(patrol_workspace, acting):
    asked = make_settings(
        TaskingSettings,
        {"from": MONDAY, "to": MONDAY + timedelta(days=1), "seed": 1, "iterations": 60}
        | {"visits_per_day": 5},
    )
    straight = tasking.preview_plan(patrol_workspace, acting, asked)
    assert straight.travel.startswith("No streets are loaded")
    assert faults(straight) == []
    add_streets(patrol_workspace, acting)
    plan = tasking.preview_plan(patrol_workspace, acting, asked)
    assert plan.travel.startswith("Travel is along the loaded streets")
    assert plan.run_id != straight.run_id
    assert faults(plan, travel=by_grid) == []
    chosen = asked.model_copy(update={"travel_by": "straight"})
    assert tasking.preview_plan(patrol_workspace, acting, chosen).travel.startswith("Travel is str")


def test_the_line_of_a_round_follows_the_streets(patrol_workspace, acting):
    add_streets(patrol_workspace, acting)
    x, y = np.array([430_075.0, 431_275.0, np.nan]), np.array([298_075.0, 298_875.0, np.nan])
    line = tasking.round_line(patrol_workspace, x, y, "foot")
    assert line.length == pytest.approx(1200 + 800)
    direct = tasking.round_line(
        patrol_workspace, x, y, "foot", TaskingSettings(travel_by="straight")
    )
    assert direct.length == pytest.approx(math.hypot(1200, 800))
