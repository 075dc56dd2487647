"""Every kind of place: counts equal brute force, all crimes are accounted for, nothing is hidden."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import settings as times
from hypothesis import strategies as st

from analytics import targeting
from analytics.geography import Grid, polygon_units, street_segments, street_units
from analytics.targeting import cells
from analytics.targeting.size_advice import nearest_distance, peer_width, width_table
from analytics.workspace import InputError, NotMeasurable, make_settings

SPLIT = {
    "from": "2024-01-01",
    "to": "2024-12-31",
    "test_from": "2025-01-01",
    "test_to": "2025-12-31",
}


def settings(**values):
    return make_settings(targeting.TargetingSettings, values)


@pytest.fixture
def streets(town, store):
    """A net of streets 200 m apart over the town, each drawn as one long line."""
    lines = [
        shapely.LineString([(430_000 + k * 200, 300_000), (430_000 + k * 200, 302_000)])
        for k in range(11)
    ]
    lines += [
        shapely.LineString([(430_000, 300_000 + k * 200), (432_000, 300_000 + k * 200)])
        for k in range(11)
    ]
    # Lines of two points share none: every crossing is drawn as a point of both.
    noded = [
        shapely.LineString([shapely.line_interpolate_point(line, d) for d in range(0, 2_001, 200)])
        for line in lines
    ]
    rows = [
        {"street_id": f"S{k:02d}", "name": f"Street {k}", "geometry": line.wkb, "length_m": 2_000.0}
        for k, line in enumerate(noded)
    ]
    store(town, "streets", rows)
    return town


@pytest.fixture
def polygons(town, store):
    """Twenty-five squares of 400 m and one circle that overlaps some of them, in two kinds."""
    rows = [
        {
            "place_id": f"B{k:02d}",
            "name": f"Beat {k}",
            "kind": "beat",
            "geometry": shapely.box(x, y, x + 400, y + 400).wkb,
            "area_m2": 160_000.0,
        }
        for k, (x, y) in enumerate(
            (430_000 + a * 400, 300_000 + b * 400) for a in range(5) for b in range(5)
        )
    ]
    circle = shapely.Point(431_000, 301_000).buffer(150)
    rows.append(
        {
            "place_id": "A00",
            "name": "Square",
            "kind": "town centre",
            "geometry": circle.wkb,
            "area_m2": circle.area,
        }
    )
    store(town, "places", rows)
    return town


def _crimes(workspace, year):
    return workspace.frame(
        "SELECT x, y FROM crimes WHERE year(occurred_from) = ? ORDER BY x, y", [year]
    )


# -- the four kinds against brute force ------------------------------------------------------


@pytest.mark.parametrize("shape", ["hexagon", "square", "polygon", "given"])
def test_counts_of_areas_equal_points_in_polygons(polygons, acting, shape):
    chosen = settings(cell_shape=shape, places_kind="beat", select=10, **SPLIT)
    result = targeting.preview_hotspots(polygons, acting, chosen)
    for column, year in (("count", 2024), ("test_count", 2025)):
        frame = _crimes(polygons, year)
        brute = [
            int(shapely.contains_xy(place, frame["x"], frame["y"]).sum())
            for place in result.hotspots.geometry
        ]
        assert result.hotspots[column].tolist() == brute
    assert result.hotspots["count"].is_monotonic_decreasing
    assert len(result.hotspots) == 10


def test_counts_of_streets_equal_the_nearest_line(streets, acting):
    chosen = settings(cell_shape="street", snap_limit_m=40, select=15, **SPLIT)
    result = targeting.preview_hotspots(streets, acting, chosen)
    counts = result.counts
    assert len(counts.count) == 22 * 10, "each street between two junctions is a segment"
    assert counts.sizes == pytest.approx(np.full(220, 200.0))
    frame = _crimes(streets, 2024)
    away = shapely.distance(
        shapely.points(frame["x"], frame["y"])[:, None], counts.grid.shapes[None, :]
    )
    nearest = np.where(away.min(axis=1) <= 40, away.argmin(axis=1), -1)
    brute = np.bincount(nearest[nearest >= 0], minlength=220)
    assert counts.count.tolist() == brute.tolist()
    assert counts.outside == int((nearest < 0).sum())
    told = next(text for text in result.warnings if "nearest street" in text)
    reached = np.sort(away.min(axis=1)[nearest >= 0])
    assert f"half lie within {np.quantile(reached, 0.5):,.0f} m" in told
    assert f"95% within {np.quantile(reached, 0.95):,.0f} m" in told
    assert f"{counts.outside:,} of {len(frame):,}" in told


@pytest.mark.parametrize("shape", ["hexagon", "square", "street", "polygon"])
def test_inside_and_outside_are_all_placed_crimes_of_the_scope(
    streets, polygons, acting, store, shape
):
    store(streets, "crimes", [{"x": 600_000.0, "y": 200_000.0}] * 7)
    result = targeting.preview_hotspots(streets, acting, settings(cell_shape=shape, select=5))
    held = streets.value("SELECT count(*) FROM crimes WHERE x IS NOT NULL")
    assert result.counts.crimes + result.counts.outside == held
    assert result.counts.outside >= 7


@pytest.mark.parametrize("shape", ["street", "polygon"])
def test_rows_in_another_order_give_the_same_places(streets, polygons, acting, store, shape):
    chosen = settings(cell_shape=shape, select=12)
    before = targeting.preview_hotspots(streets, acting, chosen).hotspots
    for table in ("crimes", "streets", "places"):
        frame = streets.frame(f"SELECT * EXCLUDE (load_id) FROM {table}")
        with streets.write(acting, "alter", table, "all") as transaction:
            transaction.execute(f"DELETE FROM {table}")
        store(streets, table, frame.sample(frac=1, random_state=4))
    after = targeting.preview_hotspots(streets, acting, chosen).hotspots
    assert before["hotspot_id"].tolist() == after["hotspot_id"].tolist()
    assert before["count"].tolist() == after["count"].tolist()


# -- what is told, refused and offered -------------------------------------------------------


def test_polygons_that_overlap_or_differ_are_told(polygons, acting):
    result = targeting.preview_hotspots(polygons, acting, settings(cell_shape="polygon", select=5))
    frame = polygons.frame("SELECT x, y FROM crimes")
    circle = shapely.from_wkb(
        bytes(polygons.value("SELECT geometry FROM places WHERE place_id = 'A00'"))
    )
    inside = int(shapely.contains_xy(circle, frame["x"], frame["y"]).sum())
    ours = result.counts.count[result.counts.positions_of_keys(["polygon:A00"])[0]]
    assert ours == inside, "the first by id takes what lies in several"
    assert any(f"{inside:,} crimes lie in several places" in text for text in result.warnings)
    assert any("the largest 2.3 times the smallest" in text for text in result.warnings)
    dense = settings(cell_shape="polygon", rank_per_hectare=True, select=26)
    ranked = targeting.preview_hotspots(polygons, acting, dense)
    assert any("They are ranked by crimes per hectare." in text for text in ranked.warnings)
    places = ranked.hotspots
    assert places["per_hectare"].is_monotonic_decreasing
    assert not places["count"].is_monotonic_decreasing


def test_without_streets_or_polygons_one_sentence(town, acting):
    with pytest.raises(InputError, match="No streets are loaded"):
        targeting.preview_hotspots(town, acting, settings(cell_shape="street"))
    with pytest.raises(InputError, match="No polygons of kind 'beat' are loaded"):
        targeting.preview_hotspots(town, acting, settings(cell_shape="polygon", places_kind="beat"))


def test_streets_work_downstream(streets, acting):
    chosen = settings(cell_shape="street", select=6, merge_touching=True, **SPLIT)
    result = targeting.preview_hotspots(streets, acting, chosen)
    assert len(result.hotspots) == 6
    merged = result.hotspots[result.hotspots["cells"].map(len) > 1]
    assert len(merged), "streets that share a junction are one place"
    assert (merged.geometry.geom_type == "Polygon").all()
    assert result.hotspots["length_m"].sum() == pytest.approx(200 * len(result.positions))
    links = result.counts.neighbour_matrix()
    assert links.sum(axis=1).max() == 7, "six streets meet an inner one, and itself"
    assert (links != links.T).nnz == 0
    one = targeting.preview_hotspots(streets, acting, settings(cell_shape="street", select=1))
    hours = targeting.hour_weekday(
        streets, acting, settings(cell_shape="street"), one.hotspots["hotspot_id"].tolist()
    )
    assert hours.events == one.hotspots["count"].iloc[0]
    by_year = cells.counts_by_period(
        streets, chosen, result.counts, [date(2024, 1, 1)], date(2025, 1, 1)
    )
    assert by_year[:, 0].tolist() == result.counts.count.tolist()
    targeting.sign_off(streets, acting, chosen, date(2026, 1, 1), allow_undecided=True)
    held = targeting.list_in_force(streets, date(2026, 1, 1)).hotspots
    assert held.geometry.area.min() > 200 * 40, "a street keeps ground for its geofence"


def test_share_of_area_of_streets_is_of_their_length(streets, acting):
    result = targeting.preview_hotspots(
        streets, acting, settings(cell_shape="street", select_by="share_of_area", select=0.1)
    )
    assert len(result.hotspots) == 22
    assert result.share_of_area == pytest.approx(0.1)
    assert "of the street length" in result.answer()


def test_share_of_area_of_polygons_is_of_the_ground_that_they_cover(polygons, acting, store):
    areas = {"a": shapely.box(430_000, 300_000, 430_400, 300_400)}
    areas["b"] = shapely.box(430_300, 300_000, 430_900, 300_400)
    rows = [
        {"place_id": k, "name": k, "kind": "two", "geometry": v.wkb, "area_m2": v.area}
        for k, v in areas.items()
    ]
    store(polygons, "places", rows)
    chosen = settings(cell_shape="polygon", places_kind="two", select=1, **SPLIT)
    result = targeting.preview_hotspots(polygons, acting, chosen)
    share = result.hotspots["area_m2"].sum() / (900 * 400)
    assert result.accuracy.pai == pytest.approx(result.accuracy.hit_rate / share)


def test_given_cells_are_compared_with_the_built_grid(polygons, acting):
    chosen = settings(cell_shape="given", places_kind="beat", select=5, cell_width_m=400)
    result = targeting.preview_hotspots(polygons, acting, chosen)
    found = targeting.compare_cells(polygons, acting, result)
    built = targeting.preview_hotspots(polygons, acting, settings(select=5, cell_width_m=400))
    frame = polygons.frame("SELECT x, y FROM crimes")
    given_hit, built_hit = (
        shapely.contains_xy(shapely.union_all(list(r.hotspots.geometry)), frame["x"], frame["y"])
        for r in (result, built)
    )
    assert found.given_share == pytest.approx(given_hit.mean())
    assert found.built_share == pytest.approx(built_hit.mean())
    assert found.both_share == pytest.approx((given_hit & built_hit).mean())
    with pytest.raises(NotMeasurable):
        targeting.compare_cells(polygons, acting, built)


# -- pure parts ------------------------------------------------------------------------------


def test_a_street_is_what_lies_between_two_junctions():
    lines = [
        shapely.LineString([(0, 0), (100, 0), (200, 0)]),
        shapely.LineString([(100, 0), (100, 90)]),
        # The same name goes on where nothing else meets it.
        shapely.LineString([(100, 90), (100, 150)]),
        # A bridge crosses without a common point.
        shapely.LineString([(50, -50), (50, 50)]),
        # Drawn twice.
        shapely.LineString([(200, 0), (100, 0)]),
    ]
    found = street_segments(
        np.array(lines), ["a", "b", "c", "d", "e"], ["High", "Side", "Side", "Over", "High"], 500.0
    )
    assert sorted(np.round(shapely.length(found.lines)).tolist()) == [100, 100, 100, 150]
    assert found.meeting().sum() == 4 + 3 * 2
    cut = street_segments(np.array(lines[1:3]), ["b", "c"], ["Side", "Side"], 60.0)
    assert shapely.length(cut.lines) == pytest.approx([50, 50, 50])
    assert cut.ids == ["b:1", "b:2", "b:3"]


@times(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(*[st.integers(0, 6)] * 4).filter(lambda p: p[:2] != p[2:]),
        min_size=1,
        max_size=12,
    ),
    st.integers(0, 1_000),
)
def test_segments_keep_the_length_and_the_order_does_not_matter(ends, seed):
    lines = np.array(
        [shapely.LineString([(a * 50, b * 50), (c * 50, d * 50)]) for a, b, c, d in ends]
    )
    _, first = np.unique(
        shapely.to_wkb(shapely.normalize(lines), hex=True).astype(str), return_index=True
    )
    ids = [f"{k:03d}" for k in range(len(lines))]
    found = street_segments(lines, ids, [None] * len(lines), 70.0)
    assert shapely.length(found.lines).sum() == pytest.approx(shapely.length(lines[first]).sum())
    assert shapely.length(found.lines).max() <= 70.0 + 1e-6
    assert len(set(found.ids)) == len(found.ids)
    order = np.random.default_rng(seed).permutation(len(lines))
    again = street_segments(lines[order], [ids[k] for k in order], [None] * len(lines), 70.0)
    assert len(again.lines) == len(found.lines)
    assert sorted(np.round(shapely.length(again.lines), 6)) == pytest.approx(
        sorted(np.round(shapely.length(found.lines), 6))
    )


@times(max_examples=30, deadline=None)
@given(
    st.sampled_from(["hexagon", "square"]),
    st.integers(40, 300),
    st.lists(st.tuples(st.floats(0, 999), st.floats(0, 999)), min_size=3, max_size=8),
)
def test_the_grid_covers_the_area(shape, width, corners):
    area = shapely.convex_hull(shapely.multipoints(corners))
    if area.area < 1:
        return
    grid = Grid(shape, float(width))
    q, r = grid.cells_covering(area)
    missed = shapely.difference(area, shapely.union_all(grid.polygons(q, r)))
    assert missed.area < 1e-6 * area.area


def test_a_point_belongs_to_the_first_of_overlapping_polygons_and_the_nearest_street():
    boxes = np.array([shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10)])
    units = polygon_units("polygon", ["b", "a"], [None, None], boxes)
    assert units.ids.tolist() == ["a", "b"]
    found = units.locate(np.array([2.0, 7.0, 30.0]), np.array([5.0, 5.0, 5.0]))
    assert found.unit.tolist() == [1, 0, -1]
    assert found.is_shared.tolist() == [False, True, False]
    lines = np.array([shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, 8), (10, 8)])])
    streets = street_units(street_segments(lines, ["p", "q"], ["P", "Q"], 100.0), 2.0, 5.0)
    found = streets.locate(np.array([5.0, 5.0, 5.0]), np.array([3.0, 4.0, 20.0]))
    assert found.unit.tolist() == [0, 0, -1]
    assert found.distance_m[0] == pytest.approx(3.0)
    assert found.is_shared.tolist() == [False, True, False]


def test_size_advice_says_what_each_width_gives(town, acting):
    advice = targeting.size_advice(town, acting, settings())
    frame = town.frame("SELECT x, y FROM crimes")
    for row in advice.table.itertuples():
        result = targeting.preview_hotspots(
            town, acting, settings(cell_width_m=int(row.width_m), study_area="hull", select=1)
        )
        held = result.counts.count
        assert row.share_enough == pytest.approx(held[held >= 6].sum() / len(frame))
        assert row.crimes_per_cell == pytest.approx(held[held > 0].mean())
        expected = targeting.expected_cells(town, acting, settings(cell_width_m=int(row.width_m)))
        built = targeting.preview_hotspots(town, acting, settings(cell_width_m=int(row.width_m)))
        assert expected.number == pytest.approx(len(built.counts.q), rel=0.1)
    enough = advice.table[advice.table["share_enough"] >= 0.5]
    assert advice.suggested_m == enough["width_m"].min()
    assert advice.walk_m == 1_125
    assert peer_width(12_345.0) == 200
    assert peer_width(2_000.0) == 40
    assert nearest_distance(np.array([0.0, 3.0, 10.0]), np.zeros(3)) == 3.0
    assert np.isnan(nearest_distance(np.array([1.0]), np.array([1.0])))
    assert (
        width_table(np.zeros(1), np.zeros(1), np.array([6]), "hexagon", 6)["share_enough"]
        .eq(1)
        .all()
    )


def test_too_many_cells_are_told_before_and_refused(town, acting, store):
    store(
        town,
        "boundary",
        pd.DataFrame(
            {"name": ["Wide"], "geometry": [shapely.box(400_000, 270_000, 460_000, 330_000).wkb]}
        ),
    )
    chosen = settings(cell_width_m=25)
    expected = targeting.expected_cells(town, acting, chosen)
    assert expected.is_too_many
    assert "The limit is 2,000,000" in expected.sentence()
    with pytest.raises(InputError, match="the limit is 2,000,000"):
        targeting.preview_hotspots(town, acting, chosen)
