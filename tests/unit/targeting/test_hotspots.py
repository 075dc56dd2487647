"""The list: counts against brute force, selection, score, harm, run, rights, lists in force."""

from datetime import date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import targeting
from analytics.targeting import TargetingSettings
from analytics.workspace import (
    InputError,
    NotMeasurable,
    Refused,
    User,
    get_run,
    make_settings,
    read_settings,
)


def settings(**values) -> TargetingSettings:
    return make_settings(TargetingSettings, values)


SPLIT = {
    "from": "2024-01-01",
    "to": "2024-12-31",
    "test_from": "2025-01-01",
    "test_to": "2025-12-31",
}


def _points(workspace, first, last) -> gpd.GeoSeries:
    frame = workspace.frame(
        "SELECT x, y FROM crimes WHERE occurred_from::DATE BETWEEN ? AND ?", [first, last]
    )
    return gpd.GeoSeries(shapely.points(frame["x"], frame["y"]))


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_counts_shares_and_score_equal_brute_force(town, acting, shape):
    result = targeting.preview_hotspots(
        town, acting, settings(select=12, cell_shape=shape, **SPLIT)
    )
    train, test = (_points(town, f"{year}-01-01", f"{year}-12-31") for year in (2024, 2025))
    counted = [int(train.within(place).sum()) for place in result.hotspots.geometry]
    assert result.hotspots["count"].tolist() == counted
    assert counted == sorted(counted, reverse=True)
    answer = result.as_json()
    assert answer["crimes"] == len(train)
    assert answer["study_area_km2"] == pytest.approx(4.0)
    caught = sum(int(test.within(place).sum()) for place in result.hotspots.geometry)
    score = answer["accuracy"]
    assert score["hit_rate"] == pytest.approx(caught / len(test))
    area = 12 * answer["cell_area_m2"] / 4e6
    assert score["pai"] == pytest.approx(caught / len(test) / area)
    assert score["pei"] == pytest.approx(score["hit_rate"] / score["best_hit_rate"])
    assert score["last_year_hit_rate"] == pytest.approx(score["hit_rate"])
    assert score["rri"] == pytest.approx(sum(counted) / len(train) / score["hit_rate"])
    assert answer["hotspots"][0]["share_of_count"] == pytest.approx(counted[0] / len(train))


def test_every_crime_inside_is_in_exactly_one_cell(town, acting):
    result = targeting.preview_hotspots(town, acting, settings())
    assert result.counts.crimes == town.value("SELECT count(*) FROM crimes")
    assert result.counts.outside == 0
    assert result.curve["share_of_count"].iloc[-1] <= 1.0


def test_json_has_the_names_of_the_command_line(town, acting):
    answer = targeting.preview_hotspots(town, acting, settings(select=3, **SPLIT)).as_json()
    assert set(answer) >= set(
        "run_id settings crimes cells cell_area_m2 study_area_km2 hotspots concentration accuracy "
        "warnings".split()
    )
    assert set(answer["hotspots"][0]) == set(
        "hotspot_id name rank count harm share_of_count share_of_harm lon lat area_m2 class "
        "hours".split()
    )
    assert set(answer["concentration"]) >= {"gini", "generalised_gini", "places_for_half"}
    assert answer["settings"]["from"] == "2024-01-01"
    assert answer["hotspots"][0]["hotspot_id"].startswith("hexagon:150:")
    assert answer["hotspots"][0]["harm"] is None


def test_without_test_dates_accuracy_is_null_and_said(town, acting):
    result = targeting.preview_hotspots(town, acting, settings(select=5))
    assert result.as_json()["accuracy"] is None
    assert any("not measurable without a test period" in warning for warning in result.warnings)


def test_the_ranking_period_ends_before_the_test_period(town, acting):
    result = targeting.preview_hotspots(town, acting, settings(select=5, test_from="2025-07-01"))
    assert result.counts.scope.train.last == date(2025, 6, 30)
    overlapping = settings(select=5, test_from="2025-07-01", to="2025-12-31")
    result = targeting.preview_hotspots(town, acting, overlapping)
    assert any("overlaps" in warning for warning in result.warnings)


def test_selection_by_share(town, acting):
    by_count = targeting.preview_hotspots(
        town, acting, settings(select_by="share_of_count", select=0.25)
    )
    assert by_count.share_of_count >= 0.25
    without_last = by_count.hotspots["count"].iloc[:-1].sum() / by_count.counts.crimes
    assert without_last < 0.25
    by_area = targeting.preview_hotspots(
        town, acting, settings(select_by="share_of_area", select=0.05)
    )
    assert len(by_area.hotspots) == int(0.05 * 4e6 / by_area.counts.grid.area_m2)


def test_select_counts_places_after_merging(town, acting):
    result = targeting.preview_hotspots(town, acting, settings(select=8, merge_touching=True))
    assert len(result.hotspots) == 8
    assert len(result.positions) >= 8
    tree = shapely.STRtree(result.hotspots.geometry.buffer(1.0).to_numpy())
    pairs = tree.query(result.hotspots.geometry.buffer(1.0).to_numpy(), predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    sizes = result.hotspots["cells"].map(len)
    assert (result.hotspots["area_m2"] == sizes * result.counts.grid.area_m2).all()
    merged = result.hotspots[sizes > 1]
    assert merged["hotspot_id"].str.startswith("place:").all()


def test_rows_in_another_order_give_the_same_list(town, acting, store):
    before = targeting.preview_hotspots(town, acting, settings(select=30)).hotspots
    frame = town.frame("SELECT * EXCLUDE (load_id) FROM crimes").sample(frac=1, random_state=3)
    with town.write(acting, "alter", "crimes", "all") as transaction:
        transaction.execute("DELETE FROM crimes")
    store(town, "crimes", frame)
    after = targeting.preview_hotspots(town, acting, settings(select=30)).hotspots
    assert before["hotspot_id"].tolist() == after["hotspot_id"].tolist()


def test_crimes_outside_the_boundary_are_counted_and_told(town, acting, store):
    store(town, "crimes", [{"x": 600_000.0, "y": 200_000.0}] * 7)
    result = targeting.preview_hotspots(town, acting, settings(select=5))
    assert result.counts.outside == 7
    assert any("7 crimes of the ranking period lie outside" in w for w in result.warnings)
    assert result.counts.crimes == 2_000


def test_offences_by_name_or_code_and_an_unknown_one(town, acting):
    robbery = town.value("SELECT count(*) FROM crimes WHERE offence = 'Robbery'")
    result = targeting.preview_hotspots(town, acting, settings(offences=["Robbery"]))
    assert result.counts.crimes == robbery
    both = town.value(
        "SELECT count(*) FROM crimes WHERE offence = 'Robbery' OR offence_code = '8N'"
    )
    result = targeting.preview_hotspots(town, acting, settings(offences=["Robbery", "8N"]))
    assert result.counts.crimes == both
    with pytest.raises(InputError, match="No crime has the offence 'Piracy'"):
        targeting.preview_hotspots(town, acting, settings(offences=["Piracy"]))
    assert set(targeting.offence_choices(town)) == {"Assault", "Robbery"}


def test_settings_refuse_what_does_not_hang_together():
    for values, words in [
        ({"select": 2.5}, "whole number"),
        ({"select_by": "share_of_count", "select": 60}, "at most 1"),
        ({"from": "2025-02-01", "to": "2025-01-01"}, "'from' is after 'to'"),
        ({"test_to": "2025-01-01"}, "without 'test_from'"),
        ({"cell_size": 3}, "'cell_size' is not known"),
    ]:
        with pytest.raises(InputError, match=words):
            settings(**values)
    assert read_settings(TargetingSettings, "{}").select == 60


def _harm_rows(**days) -> list[dict]:
    return [
        {"index_name": "Test weights", "version": "1", "code": code, "title": code, "days": value}
        for code, values in days.items()
        for value in values
    ]


def test_harm_is_not_measurable_without_weights_or_codes(town, acting, store):
    with pytest.raises(NotMeasurable, match="no table of harm weights"):
        targeting.preview_hotspots(town, acting, settings(rank_by="harm"))
    store(town, "harm", _harm_rows(ZZ=[3]))
    with pytest.raises(NotMeasurable, match="no offence code of the extract"):
        targeting.preview_hotspots(town, acting, settings(rank_by="harm"))


def test_harm_is_the_sum_of_weights(town, acting, store):
    store(town, "harm", _harm_rows(**{"8n": [10.0], "34B": [365.0]}))
    result = targeting.preview_hotspots(town, acting, settings(rank_by="harm", select=10))
    place = result.hotspots.iloc[0]
    frame = town.frame("SELECT x, y, offence_code FROM crimes")
    inside = shapely.contains_xy(place.geometry, frame["x"], frame["y"])
    held = frame[inside]["offence_code"].map({"8N": 10.0, "34B": 365.0})
    assert place["harm"] == pytest.approx(held.sum())
    assert place["worst_event_share"] == pytest.approx(365.0 / held.sum())
    assert result.hotspots["harm"].is_monotonic_decreasing
    assert result.hotspots["share_of_harm"].sum() < 1


def test_a_code_with_several_weights_waits_for_a_choice(town, acting, store):
    store(town, "harm", _harm_rows(**{"8N": [10.0, 547.5], "34B": [365.0]}))
    with pytest.raises(NotMeasurable, match="to be chosen: 8N"):
        targeting.preview_hotspots(town, acting, settings(rank_by="harm"))
    assert targeting.harm_weights(town).ambiguous["days"].tolist() == [10.0, 547.5]
    with pytest.raises(InputError, match="no weight of 99 days"):
        targeting.choose_weight(town, acting, "8N", 99.0)
    targeting.choose_weight(town, acting, "8N", 547.5)
    result = targeting.preview_hotspots(town, acting, settings(rank_by="harm", select=4))
    assert result.counts.unscored == 0


def test_a_sub_code_falls_back_on_its_class(town, acting, store):
    with town.write(acting, "alter", "crimes", "codes") as transaction:
        transaction.execute("UPDATE crimes SET offence_code = offence_code || '/1'")
    store(town, "harm", _harm_rows(**{"8N": [10.0], "34B/1": [365.0], "34B": [1.0]}))
    scores = targeting.harm_weights(town).scores.set_index("offence_code")["harm_days"]
    assert scores.to_dict() == {"34B/1": 365.0, "8N/1": 10.0}


def test_a_saved_run_repeats_itself_and_leaves_evidence(town, acting):
    first = targeting.save_hotspots(town, acting, settings(select=6, **SPLIT))
    again = targeting.save_hotspots(town, acting, settings(select=6, **SPLIT))
    assert first.run_id == again.run_id
    assert town.value("SELECT count(*) FROM runs") == 1
    run = get_run(town, first.run_id)
    assert run.result["hotspots"] == first.as_json()["hotspots"]
    items = {item for (item,) in town.rows("SELECT item_id FROM evidence")}
    assert items >= {"T3-01", "T3-03", "T3-04", "T3-09", "T3-10"}


def test_new_data_give_a_new_run(town, acting, store):
    before = targeting.preview_hotspots(town, acting, settings(select=6))
    store(town, "crimes", [{"x": 431_000.0, "y": 301_000.0}] * 500)
    after = targeting.preview_hotspots(town, acting, settings(select=6))
    assert before.run_id != after.run_id
    assert after.hotspots["count"].iloc[0] >= 500


def test_roles_decide_who_may(town):
    inspector = User("i", "I", frozenset({"inspector"}))
    officer = User("o", "O", frozenset({"officer"}))
    targeting.preview_hotspots(town, inspector, settings(select=3))
    with pytest.raises(Refused):
        targeting.preview_hotspots(town, officer, settings(select=3))
    with pytest.raises(Refused):
        targeting.sign_off(town, inspector, settings(select=3))


def test_lists_follow_one_another(town, acting):
    first = targeting.sign_off(town, acting, settings(select=10), date(2026, 1, 1))
    second = targeting.sign_off(
        town, acting, settings(select=10, cell_width_m=200), date(2026, 3, 1)
    )
    assert targeting.list_in_force(town, date(2025, 12, 31)) is None
    assert targeting.list_in_force(town, date(2026, 1, 1)).list_id == first
    assert targeting.list_in_force(town, date(2026, 2, 28)).list_id == first
    held = targeting.list_in_force(town, date(2026, 3, 1))
    assert (held.list_id, held.version, held.valid_to) == (second, 2, None)
    both = targeting.lists_between(town, date(2026, 2, 1), date(2026, 4, 1))
    assert [(v.version, v.valid_to) for v in both] == [(1, date(2026, 3, 1)), (2, None)]
    assert held.hotspots.crs == "EPSG:27700"
    assert held.hotspots["replaces"].notna().any()
    assert set(held.hotspots["replaces"].dropna()) <= set(both[0].hotspots["hotspot_id"])


def test_a_list_signed_again_keeps_the_places_identity(town, acting):
    targeting.sign_off(town, acting, settings(select=10), date(2026, 1, 1))
    targeting.sign_off(town, acting, settings(select=9), date(2026, 1, 1))
    held = targeting.list_in_force(town, date(2026, 1, 1))
    assert held.version == 2
    assert held.hotspots["replaces"].isna().all()
    assert len(targeting.lists_between(town, date(2026, 1, 1), date(2026, 12, 31))) == 1


def test_a_later_list_gives_way_to_one_that_begins_earlier(town, acting):
    targeting.sign_off(town, acting, settings(select=10), date(2026, 6, 1))
    targeting.sign_off(town, acting, settings(select=9), date(2026, 5, 1))
    assert targeting.list_in_force(town, date(2026, 7, 1)).version == 2


def test_sign_off_of_a_stored_run_and_of_none(town, acting):
    run_id = targeting.save_hotspots(town, acting, settings(select=7)).run_id
    targeting.sign_off(town, acting, run_id)
    assert len(targeting.list_in_force(town).hotspots) == 7
    with pytest.raises(InputError, match="no targeting run 'nothing'"):
        targeting.sign_off(town, acting, "nothing")


def test_pattern_over_the_months(town, acting, store):
    months = pd.date_range("2024-01-01", "2025-12-01", freq="MS")
    always = [
        {"x": 430_075.0, "y": 300_075.0, "occurred_from": m} for m in months for _ in range(25)
    ]
    lately = [
        {"x": 431_875.0, "y": 301_875.0, "occurred_from": m} for m in months[-3:] for _ in range(60)
    ]
    store(town, "crimes", always + lately)
    result = targeting.preview_hotspots(town, acting, settings(select=2))
    assert sorted(result.hotspots["class"]) == ["emerging", "persistent"]
    short = settings(select=2, **{"from": "2025-06-01"})
    result = targeting.preview_hotspots(town, acting, short)
    assert result.hotspots["class"].isna().all()


def test_month_only_data_name_their_gaps(empty_workspace, acting, store):
    rows = [
        {"x": 1_000.0 + k, "y": 2_000.0, "occurred_from": datetime(2025, month, 1)}
        for month in (1, 2, 4)
        for k in range(8)
    ]
    frame = pd.DataFrame(rows).assign(time_precision="month", offence="Violence")
    store(empty_workspace, "crimes", frame)
    result = targeting.preview_hotspots(empty_workspace, acting, settings(select=1))
    assert result.counts.scope.train.last == date(2025, 4, 30)
    assert "No crimes are held for Mar 2025." in result.warnings
    assert np.isclose(result.share_of_count, 1.0)
    half = settings(select=1, to="2025-02-15")
    result = targeting.preview_hotspots(empty_workspace, acting, half)
    assert any("not made of whole months" in warning for warning in result.warnings)
    with pytest.raises(NotMeasurable, match="month or day"):
        targeting.hour_weekday(empty_workspace, acting, settings())


def test_no_crimes_is_a_sentence(empty_workspace, acting):
    with pytest.raises(InputError, match="Load crimes"):
        targeting.preview_hotspots(empty_workspace, acting, settings())


def test_hours_of_all_and_of_one_place(town, acting):
    every = targeting.hour_weekday(town, acting, settings())
    assert every.matrix.shape == (7, 24)
    assert every.matrix.sum() == pytest.approx(2_000)
    place = targeting.preview_hotspots(town, acting, settings(select=1)).hotspots["hotspot_id"]
    one = targeting.hour_weekday(town, acting, settings(), place.tolist())
    assert one.events < 100
    assert one.basis == "pooled"
    assert one.matrix == pytest.approx(every.matrix)
    many = targeting.preview_hotspots(town, acting, settings(select=40))
    own = targeting.hour_weekday(town, acting, settings(), many.hotspots["hotspot_id"].tolist())
    assert own.basis == "own"
    assert own.matrix.sum() == pytest.approx(many.hotspots["count"].sum())


def test_long_spans_and_days_without_time_are_counted_not_spread(town, acting, store):
    long = [
        {
            "x": 431_000.0,
            "y": 301_000.0,
            "occurred_from": datetime(2025, 3, 1),
            "occurred_to": datetime(2025, 3, 3),
        }
    ] * 3
    dated = [{"x": 431_000.0, "y": 301_000.0, "time_precision": "day"}] * 2
    store(town, "crimes", long)
    store(town, "crimes", dated)
    profile = targeting.hour_weekday(town, acting, settings())
    assert (profile.left_out_long, profile.left_out_no_hour) == (3, 2)
    assert profile.matrix.sum() == pytest.approx(2_000)


def test_few_crimes_show_day_evening_and_night_only(empty_workspace, acting, store):
    rows = [
        {"x": 1_000.0, "y": 1_000.0 + k, "occurred_from": datetime(2025, 5, 1 + k, 23)}
        for k in range(20)
    ]
    store(empty_workspace, "crimes", rows)
    profile = targeting.hour_weekday(empty_workspace, acting, settings())
    assert profile.basis == "coarse"
    assert profile.matrix[:, 22] == pytest.approx(profile.matrix[:, 5])
    assert profile.matrix.sum() == pytest.approx(20)


def test_crimes_on_one_line_make_a_list_without_shares_of_an_area(empty_workspace, acting, store):
    rows = [
        {"x": 430_000.0 + 10 * k, "y": 300_000.0, "occurred_from": datetime(2025, 1 + k % 9, 1, 12)}
        for k in range(60)
    ]
    store(empty_workspace, "crimes", rows)
    chosen = settings(study_area="trimmed_hull", select=3, test_from="2025-06-01")
    targeting.sign_off(empty_workspace, acting, chosen)
    result = targeting.preview_hotspots(empty_workspace, acting, chosen)
    assert result.counts.area.area_km2 == 0 and np.isnan(result.accuracy.pai)
    assert "nan" not in result.answer()
