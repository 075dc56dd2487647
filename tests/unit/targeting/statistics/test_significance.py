"""Gi* against the domain reference, sections 10.6 and 10.11 (esda, sfhotspot)."""

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_matrix

from analytics.geography import Grid, project
from analytics.targeting.statistics.persistence import CLASSES, classify
from analytics.targeting.statistics.significance import (
    benjamini_hochberg,
    bonferroni,
    gi_star,
    gi_star_test,
    two_sided_p,
)


def test_five_by_five_queen_with_self():
    rows = ["00000", "01210", "02830", "01320", "00001"]
    values = np.array([[int(digit) for digit in row] for row in rows])
    # Rows are printed from the top; r grows upwards.
    q, r = (part.ravel() for part in np.meshgrid(np.arange(5), np.arange(5)))
    weights = Grid("square", 1.0).neighbour_matrix(q, r, with_self=True)
    z = gi_star(values.ravel(), weights).reshape(5, 5)
    expected = [
        [-0.8767, -0.7313, -0.4664, -0.7313, -0.8767],
        [-0.7313, 1.0279, 1.9710, 1.2637, -0.4664],
        [-0.4664, 1.9710, 3.3856, 2.4425, 0.0636],
        [-0.7313, 1.2637, 2.4425, 1.9710, 0.0636],
        [-0.8767, -0.4664, 0.0636, 0.0636, -0.2593],
    ]
    assert z == pytest.approx(np.array(expected), abs=5e-5)
    assert two_sided_p(z[2, 2]) == pytest.approx(0.000710, abs=5e-7)
    assert (z > 1.96).sum() == 6


def test_a_line_and_values_that_do_not_vary():
    near = abs(np.subtract.outer(np.arange(5), np.arange(5))) <= 1
    weights = csr_matrix(near.astype(float))
    z = gi_star(np.array([1, 2, 3, 4, 20]), weights)
    assert z == pytest.approx([-1.0392, -1.3856, -1.0392, 1.0392, 1.3856], abs=5e-5)
    assert np.isnan(gi_star(np.full(5, 3.0), weights)).all()
    flat = gi_star_test(np.full(5, 3.0), weights)
    assert not flat.hot(0.05).any()


def test_six_points_of_esda():
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    values = np.array([2, 3, 3.2, 5, 8, 7])
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    z = gi_star(values, csr_matrix((apart <= 15).astype(float)))
    expected = [-1.397276, -0.289178, 0.650650, -0.289178, 1.234521, 2.024243]
    assert z == pytest.approx(expected, abs=5e-7)


def test_benjamini_hochberg_and_bonferroni():
    p = np.array([0.01, 0.04, 0.03, 0.005, np.nan])
    assert benjamini_hochberg(p)[:4] == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert np.isnan(benjamini_hochberg(p)[4])
    assert bonferroni(p)[:4] == pytest.approx([0.04, 0.16, 0.12, 0.02])


@pytest.fixture(scope="module")
def memphis(real_data):
    """Robberies on sfhotspot's grid: counts (cells x months) and neighbours with self."""
    file = real_data / "memphis_robberies_2019" / "memphis_robberies_2019.csv.gz"
    rows = pd.read_csv(file)
    xs, ys = project(rows["longitude"], rows["latitude"], "EPSG:2843")
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([xs, ys])))
    area = hull.buffer(250, quad_segs=30)
    grid = Grid("square", 500.0, area.bounds[:2])
    q, r = grid.cells_covering(area)
    held = {cell: k for k, cell in enumerate(zip(q.tolist(), r.tolist(), strict=True))}
    cells = zip(*(part.tolist() for part in grid.cell_numbers(xs, ys)), strict=True)
    counts = np.zeros((len(q), 12))
    months = pd.to_datetime(rows["date"]).dt.month
    np.add.at(counts, ([held[cell] for cell in cells], months - 1), 1)
    return counts, grid.neighbour_matrix(q, r, with_self=True)


@pytest.mark.real
def test_memphis_robberies_equal_sfhotspot(memphis):
    counts, neighbours = memphis[0].sum(axis=1), memphis[1]
    found = gi_star_test(counts, neighbours)
    hot = found.z > 0
    assert (len(counts), counts.sum(), counts.max()) == (3_301, 2_245, 24)
    assert found.z.min() == pytest.approx(-1.28747, abs=5e-6)
    assert found.z.max() == pytest.approx(15.32945, abs=5e-6)
    assert (hot & (found.p < 0.05)).sum() == 424
    assert (hot & (found.p < 0.01)).sum() == 313
    assert found.hot(0.05).sum() == 276
    assert (hot & (bonferroni(found.p) < 0.05)).sum() == 124


@pytest.mark.real
def test_memphis_months_equal_sfhotspot_by_its_own_window_and_correction(memphis):
    counts, neighbours = memphis
    tests = [gi_star_test(counts[:, month], neighbours) for month in range(12)]
    z = np.column_stack([test.z for test in tests])
    p = np.column_stack([test.p for test in tests])
    order = np.argsort(p, axis=1)
    holm = np.maximum.accumulate(
        np.take_along_axis(p, order, axis=1) * np.arange(12, 0, -1), axis=1
    )
    np.put_along_axis(p, order, holm, axis=1)
    hot = (z > 0) & (p < 0.05)
    # Its recent slice takes three months and divides by two; the older one overlaps it.
    every, older, recent = hot.mean(axis=1), hot[:, :10].mean(axis=1), hot[:, 9:].sum(axis=1) / 2
    found = np.select(
        [
            every >= 0.8,
            (older < 0.1) & (recent >= 0.2),
            (older >= 0.1) & (recent < 0.1),
            every >= 0.1,
        ],
        CLASSES[:4],
        default=CLASSES[4],
    )
    assert pd.Series(found).value_counts().to_dict() == {
        "no pattern": 2_616,
        "former": 362,
        "intermittent": 251,
        "emerging": 56,
        "persistent": 16,
    }
    assert (classify(hot) != found).any()
