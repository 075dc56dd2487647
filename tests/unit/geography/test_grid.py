"""Cells by arithmetic: SQL and numpy agree, cells cover, neighbours touch, keys name the grid."""

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st

from analytics.geography import Grid
from analytics.workspace import InputError

GRIDS = [
    Grid("hexagon", 150.0),
    Grid("square", 150.0),
    Grid("hexagon", 73.5, (100.25, -40.5)),
    Grid("square", 500.0, (209_000.12, 84_000.5)),
]


@pytest.fixture(params=GRIDS, ids=lambda grid: f"{grid.shape} {grid.width_m:g}")
def grid(request):
    return request.param


def _points(number: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    return rng.uniform(-20_000, 460_000, number), rng.uniform(-9_000, 420_000, number)


def test_area_of_a_hexagon_is_by_width_across_flats():
    assert Grid("hexagon", 150.0).area_m2 == pytest.approx(19_486, abs=0.5)
    assert Grid("square", 150.0).area_m2 == 22_500


def test_sql_and_numpy_put_points_in_the_same_cell_which_holds_them(grid):
    xs, ys = _points()
    q, r = grid.cell_numbers(xs, ys)
    connection = duckdb.connect()
    connection.register("points", pd.DataFrame({"x": xs, "y": ys}))
    q_sql, r_sql = grid.cell_numbers_sql("x", "y")
    found = connection.execute(
        f"SELECT {q_sql} AS q, {r_sql} AS r, {grid.cell_sql('x', 'y')} AS key FROM points"
    ).df()
    assert (found["q"] == q).all()
    assert (found["r"] == r).all()
    assert found["key"].tolist() == grid.keys(q, r)
    outlines = shapely.buffer(grid.polygons(q[:500], r[:500]), 1e-6)
    assert shapely.contains_xy(outlines, xs[:500], ys[:500]).all()


def test_outlines_have_the_stated_area_and_width(grid):
    outline = grid.polygon(3, -2)
    left, _, right, _ = outline.bounds
    assert outline.area == pytest.approx(grid.area_m2)
    assert right - left == pytest.approx(grid.width_m)


def test_a_key_names_its_grid_and_cell(grid):
    assert Grid.parse_key(grid.key(12, -7)) == (grid, 12, -7)
    with pytest.raises(InputError):
        Grid.parse_key("somewhere")


def test_fixed_keys_are_shape_width_q_r():
    assert Grid("hexagon", 150.0).key(1558, 3126) == "hexagon:150:1558:3126"


def test_neighbours_share_an_edge_or_corner_and_nothing_else_does(grid):
    q, r = (part.ravel() for part in np.meshgrid(np.arange(-3, 4), np.arange(-3, 4)))
    middle = shapely.buffer(grid.polygon(0, 0), 1e-6)
    touching = {
        (int(a), int(b))
        for a, b, outline in zip(q, r, grid.polygons(q, r), strict=True)
        if outline.intersects(middle) and (a, b) != (0, 0)
    }
    assert touching == set(grid.neighbours(0, 0))


def test_neighbour_matrix_equals_the_pairs_one_by_one(grid):
    q, r = grid.cells_covering(shapely.Point(5_000, 5_000).buffer(4 * grid.width_m))
    matrix = grid.neighbour_matrix(q, r).toarray()
    held = {cell: k for k, cell in enumerate(zip(q.tolist(), r.tolist(), strict=True))}
    expected = np.zeros_like(matrix)
    for cell, k in held.items():
        for near in grid.neighbours(*cell):
            if near in held:
                expected[k, held[near]] = 1
    assert (matrix == expected).all()
    assert (grid.neighbour_matrix(q, r, with_self=True).diagonal() == 1).all()


def test_covering_cells_cover_the_area_and_each_shares_ground_with_it(grid):
    ring = (
        shapely.Point(30_000, 20_000)
        .buffer(2_000)
        .difference(shapely.Point(30_300, 20_000).buffer(900))
    )
    area = shapely.union(ring, shapely.box(34_000, 20_000, 34_040, 25_000))
    q, r = grid.cells_covering(area)
    outlines = grid.polygons(q, r)
    assert (shapely.area(shapely.intersection(outlines, area)) > 0).all()
    assert shapely.difference(area, shapely.union_all(outlines)).area < 1e-3
    assert len(set(zip(q.tolist(), r.tolist(), strict=True))) == len(q)


@pytest.mark.parametrize("off", [0.0, 0.005, -0.005])
def test_an_edge_along_a_line_of_the_grid_adds_no_row_of_slivers(off):
    area = shapely.box(1_500 - off, 3_000 - off, 4_500 + off, 6_000 + off)
    assert len(Grid("square", 150.0).cells_covering(area)[0]) == 20 * 20


@given(st.floats(200, 6_000), st.floats(200, 6_000), st.floats(0, 3.1), st.sampled_from(GRIDS[:2]))
def test_count_is_estimated_before_building(wide, tall, turn, grid):
    area = shapely.affinity.rotate(shapely.box(0, 0, wide, tall), turn, use_radians=True)
    q, _ = grid.cells_covering(area)
    along_the_edge = area.length / grid.width_m + 4
    assert abs(len(q) - grid.count_estimate(area)) <= along_the_edge


def test_too_many_cells_are_refused_in_a_sentence():
    with pytest.raises(InputError, match=r"would need about [\d,]+ cells of 10 m; the limit is"):
        Grid("square", 10.0).cells_covering(shapely.box(0, 0, 1e5, 1e5))
