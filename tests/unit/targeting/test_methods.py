"""The list beside other methods: as many cells each, shared cells, scores, points and shuffles."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.targeting import (
    THIS_LIST,
    MethodSettings,
    TargetingSettings,
    compare_methods,
    crime_points,
    near_repeat_table,
    preview_hotspots,
    shuffle_tests,
)
from analytics.targeting.statistics.density import kernel_density
from analytics.targeting.statistics.near_repeat import near_repeat
from analytics.workspace import NotMeasurable, Refused, User

SETTINGS = TargetingSettings(select=15, test_from="2025-07-01")
QUICK = MethodSettings(permutations=199, near_repeat_shuffles=19)


@pytest.fixture
def found(town, acting):
    return compare_methods(town, acting, SETTINGS)


def test_points_are_the_crimes_behind_the_counts(town, acting):
    result = preview_hotspots(town, acting, SETTINGS)
    counts = result.counts
    points = crime_points(town, SETTINGS, counts)
    assert np.bincount(points["cell"], minlength=len(counts.count)).tolist() == (
        counts.count.tolist()
    )
    assert points["occurred_from"].max() < pd.Timestamp("2025-07-01")
    for row in points.sample(40, random_state=1).itertuples():
        outline = counts.polygons_at(np.array([row.cell]))[0]
        assert outline.distance(shapely.Point(row.x, row.y)) < 1e-6


def test_every_method_names_as_many_cells_as_the_list(found, town, acting):
    listed = preview_hotspots(town, acting, SETTINGS).positions
    assert found.lists[THIS_LIST].positions.tolist() == listed.tolist()
    assert found.lists[THIS_LIST].name == "This list (ranked count)"
    assert set(found.lists) == {
        THIS_LIST,
        "gi_star",
        "density",
        "empirical_bayes",
        "dbscan",
        "hdbscan",
        "last_year",
    }
    for method in found.lists.values():
        assert len(set(method.positions.tolist())) == len(method.positions) == 15
        assert (found.result.counts.count[method.positions] > 0).all()
        assert method.definition


def test_harm_without_weights_keeps_its_reason(found):
    harm = next(method for method in found.methods if method.key == "harm")
    assert not harm.is_measurable
    assert "no table of harm weights" in harm.reason
    assert "harm" not in found.shared


def test_shared_cells_and_scores_are_counted(found):
    counts = found.result.counts
    keys = list(found.lists)
    for one in keys:
        for two in keys:
            cells = [set(found.lists[key].positions.tolist()) for key in (one, two)]
            both = len(cells[0] & cells[1])
            assert found.shared.loc[one, two] == both
            assert found.jaccard.loc[one, two] == pytest.approx(both / len(cells[0] | cells[1]))
        both, first, second = found.only_in(THIS_LIST, one)
        assert len(both) + len(first) == len(both) + len(second) == 15
    best = np.sort(counts.test)[::-1][:15].sum()
    assert found.best_hit_rate == best / counts.test.sum()
    for row in found.scores.itertuples():
        cells = found.lists[row.key].positions
        hits = counts.test[cells].sum()
        assert row.hit_rate == pytest.approx(hits / counts.test.sum())
        assert row.pei == pytest.approx(hits / best)
        area = 15 * counts.grid.area_m2 / counts.area.polygon.area
        assert row.pai == pytest.approx(row.hit_rate / area)
        assert row.share_of_count == pytest.approx(counts.count[cells].sum() / counts.crimes)


def test_density_and_areas_follow_their_definition(town, acting):
    chosen = MethodSettings(bandwidth_m=200, eps_m=60, min_samples=12)
    found = compare_methods(town, acting, SETTINGS, chosen)
    counts = found.result.counts
    points = crime_points(town, SETTINGS, counts)
    density = kernel_density(points["x"], points["y"], *counts.centres(), 200)
    density[counts.count == 0] = 0
    cells = found.lists["density"].positions
    assert sorted(density[cells]) == pytest.approx(sorted(density)[-15:])
    assert "Bandwidth 200 m" in found.lists["density"].definition
    dbscan = found.lists["dbscan"]
    assert "At least 12 crimes within 60 m" in dbscan.definition
    # The most crowded area comes first, and each cell holds crimes of an area.
    top = dbscan.areas.areas["per_hectare"].argmax()
    of_top = set(points["cell"][dbscan.areas.labels == top])
    assert dbscan.positions[0] in of_top
    assert set(dbscan.positions) <= set(points["cell"][dbscan.areas.labels >= 0])


def test_the_order_of_loading_changes_no_list(town, acting, found):
    with town.bookkeeping() as change:
        change.execute("CREATE TEMP TABLE turned AS SELECT * FROM crimes")
        change.execute("DELETE FROM crimes")
        change.execute("INSERT INTO crimes SELECT * FROM turned ORDER BY hash(x, y)")
    # Named otherwise but meaning the same, the settings are counted anew.
    same = TargetingSettings(select=15, test_from="2025-07-01", test_to="2025-12-31")
    again = compare_methods(town, acting, same)
    for key, method in found.lists.items():
        assert again.lists[key].positions.tolist() == method.positions.tolist(), key


def test_without_a_test_period_nothing_is_scored(town, acting):
    found = compare_methods(town, acting, TargetingSettings(select=10))
    assert found.best_hit_rate is None
    assert found.scores["hit_rate"].isna().all()
    merged = TargetingSettings(select=12, merge_touching=True)
    listed = compare_methods(town, acting, merged)
    assert len(listed.lists["gi_star"].positions) == len(listed.lists[THIS_LIST].positions) > 12


def test_near_repeats_count_calendar_days_of_the_ranking_period(town, acting):
    table = near_repeat_table(town, acting, SETTINGS, QUICK)
    result = preview_hotspots(town, acting, SETTINGS)
    points = crime_points(town, SETTINGS, result.counts)
    days = (points["occurred_from"].dt.normalize() - pd.Timestamp("2024-01-01")).dt.days
    plain = near_repeat(
        points["x"], points["y"], days, (0, 1, 100, 200, 300), (0, 7, 14, 21), shuffles=19
    )
    assert table.observed.tolist() == plain.observed.tolist()
    assert table.events == result.counts.crimes


def test_shuffles_are_plain_values_and_told_again_by_their_seed(town, acting):
    told = []
    made = shuffle_tests(
        town, acting, SETTINGS, QUICK, lambda share, text: told.append(share)
    ).as_json()
    json.dumps(made, allow_nan=False)
    assert told == sorted(told)
    assert len(made["places"]) == 15
    assert len(made["near_repeat"]) == 20
    assert made["places"][0]["p_permuted"] >= 1 / 200
    assert shuffle_tests(town, acting, SETTINGS, QUICK).as_json() == made


def test_month_only_data_have_no_near_repeats(town, acting):
    with town.bookkeeping() as change:
        change.execute("UPDATE crimes SET time_precision = 'month' WHERE offence = 'Assault'")
    some = shuffle_tests(town, acting, SETTINGS, QUICK)
    assert some.left_out > 0
    assert (
        some.near_repeat.events + some.left_out
        == preview_hotspots(town, acting, SETTINGS).counts.crimes
    )
    with town.bookkeeping() as change:
        change.execute("UPDATE crimes SET time_precision = 'month'")
    changed = SETTINGS.model_copy(update={"cell_width_m": 160})
    with pytest.raises(NotMeasurable, match="a month only"):
        near_repeat_table(town, acting, changed, QUICK)
    assert "a month only" in shuffle_tests(town, acting, changed, QUICK).reason


def test_who_may_not_see_targeting_sees_no_methods(town):
    nobody = User("x", "X", frozenset({"auditor"}))
    with pytest.raises(Refused):
        compare_methods(town, nobody, SETTINGS)
    with pytest.raises(Refused):
        shuffle_tests(town, nobody, SETTINGS)
