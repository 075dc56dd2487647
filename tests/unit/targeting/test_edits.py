"""Edits of a ranked list: counted exactly, told, undone, and waiting when their place is gone."""

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import targeting
from analytics.targeting import TargetingSettings
from analytics.workspace import InputError, Refused, User, make_settings

CHOSEN = {"select": 8, "test_from": "2025-01-01"}


@pytest.fixture
def result(town, acting):
    return targeting.preview_hotspots(town, acting, make_settings(TargetingSettings, CHOSEN))


def _brute(workspace, shape, first, last):
    """Count crimes in a polygon by hand: every crime, one by one."""
    crimes = workspace.frame("SELECT x, y, occurred_from FROM crimes")
    when = crimes["occurred_from"]
    held = crimes[(when >= pd.Timestamp(first)) & (when < pd.Timestamp(last) + pd.Timedelta("1D"))]
    return sum(shape.covers(shapely.Point(x, y)) for x, y in held[["x", "y"]].to_numpy())


def _neighbours(result):
    """Return the ids of two cells that touch: the best listed one and one beside it."""
    best = result.positions[0]
    near = result.counts.neighbour_matrix()[[best]].indices
    other = max((k for k in near if k != best), key=lambda k: result.counts.count[k])
    return result.counts.keys_at(np.array([best, other]))


def _listed_pair(town, acting, result):
    first, second = _neighbours(result)
    if second not in set(result.hotspots["hotspot_id"]):
        targeting.keep_place(town, acting, result, second, "Beside the best")
    return first, second


def test_without_edits_the_list_is_the_computed_one(town, acting, result):
    listed = targeting.apply_edits(town, acting, result)
    assert listed.hotspots["hotspot_id"].tolist() == result.hotspots["hotspot_id"].tolist()
    assert listed.score == listed.unedited_score
    assert listed.score.hit_rate == pytest.approx(result.accuracy.hit_rate)
    assert listed.score.pai == pytest.approx(result.accuracy.pai)
    assert listed.run_text == result.run_id


def test_dropped_renamed_kept_and_undone_one_by_one(town, acting, result):
    ids = result.hotspots["hotspot_id"].tolist()
    targeting.drop_place(town, acting, result, ids[2], "A depot, not a street")
    targeting.rename_place(town, acting, result, ids[0], "High Street", "As officers call it")
    below = targeting.next_places(town, result)
    targeting.keep_place(town, acting, result, below["hotspot_id"][0], "Opens at night now")
    listed = targeting.apply_edits(town, acting, result)
    places = listed.hotspots
    assert places["hotspot_id"].tolist() == [
        *ids[:2],
        *ids[3:],
        below["hotspot_id"][0],
    ]
    assert places["rank"].tolist() == list(range(1, 9))
    assert places["name"].iloc[0] == "High Street"
    assert places["count"].iloc[-1] == below["count"][0]
    lost = result.hotspots["count"].iloc[2]
    assert listed.score.count == listed.unedited_score.count - lost + below["count"][0]
    for edit, _ in listed.history:
        targeting.undo_edit(town, acting, edit.edit_id)
    again = targeting.apply_edits(town, acting, result)
    assert again.hotspots["hotspot_id"].tolist() == ids
    assert {state for _, state in again.history} == {"undone"}
    targeting.redo_edit(town, acting, listed.history[0][0].edit_id)
    assert ids[2] not in set(targeting.apply_edits(town, acting, result).hotspots["hotspot_id"])
    made = town.value("SELECT count(*) FROM audit WHERE object_type = 'hot spot list'")
    assert made == 7


def test_merged_cells_add_up_and_split_again(town, acting, result):
    first, second = _listed_pair(town, acting, result)
    before = targeting.apply_edits(town, acting, result).hotspots.set_index("hotspot_id")
    targeting.merge_places(town, acting, result, [second, first], "One walk", "Both")
    listed = targeting.apply_edits(town, acting, result)
    merged = listed.hotspots[listed.hotspots["name"] == "Both"].iloc[0]
    parts = before.loc[[first, second]]
    assert merged["count"] == parts["count"].sum()
    assert merged["test_count"] == parts["test_count"].sum()
    assert merged["area_m2"] == pytest.approx(parts["area_m2"].sum())
    assert merged["rank"] == 1
    assert merged["replaces"] == first
    assert sorted(merged["cells"]) == sorted([first, second])
    targeting.split_place(town, acting, result, merged["hotspot_id"], "Two walks after all")
    parted = targeting.apply_edits(town, acting, result).hotspots
    assert {first, second} <= set(parted["hotspot_id"])
    assert parted["count"].sum() == before["count"].sum()


def test_a_merge_too_far_or_too_long_is_refused(town, acting, result):
    places = result.hotspots
    apart = places.geometry.iloc[0].distance(places.geometry)
    far = places["hotspot_id"].iloc[int(apart.argmax())]
    with pytest.raises(InputError, match="more than 50 m apart"):
        targeting.merge_places(town, acting, result, [places["hotspot_id"].iloc[0], far], "why")
    short = make_settings(TargetingSettings, {**CHOSEN, "walkable_m": 200})
    small = targeting.preview_hotspots(town, acting, short)
    pair = _listed_pair(town, acting, small)
    with pytest.raises(InputError, match="one visit walks at most 200 m"):
        targeting.merge_places(town, acting, small, pair, "why")


def test_a_redrawn_place_is_counted_exactly(town, acting, result):
    place = result.hotspots.iloc[1]
    shape, how = targeting.moved(place["geometry"], 33, -21)
    targeting.redraw_place(town, acting, result, place["hotspot_id"], shape, "The park", how)
    listed = targeting.apply_edits(town, acting, result)
    drawn = listed.hotspots.iloc[1]
    scope = result.counts.scope
    assert drawn["count"] == _brute(town, shape, scope.train.first, scope.train.last)
    assert drawn["test_count"] == _brute(town, shape, scope.test.first, scope.test.last)
    assert drawn["count"] != place["count"]
    assert drawn["replaces"] == place["hotspot_id"]
    assert drawn["hotspot_id"] != place["hotspot_id"]
    assert "moved 33 m east, 21 m south" in listed.history[0][0].sentence()


def test_an_overlap_is_told_and_counts_once(town, acting, result):
    place = result.hotspots.iloc[0]
    shape = place["geometry"].centroid.buffer(60)
    targeting.add_place(town, acting, result, shape, "Inside the best", "A trial of it")
    listed = targeting.apply_edits(town, acting, result)
    assert any("overlaps" in told and "Inside the best" in told for told in listed.warnings)
    assert listed.score.count == listed.unedited_score.count
    assert listed.score.area_km2 == pytest.approx(listed.unedited_score.area_km2)
    assert listed.score.places == 9


def test_the_score_of_drawn_places_is_that_of_their_union(town, acting, result):
    first = result.hotspots.iloc[0]
    for number, (east, north) in enumerate([(40, 0), (0, 45)]):
        shape, _ = targeting.moved(first["geometry"], east, north)
        targeting.add_place(town, acting, result, shape, f"Own {number}", "why")
    listed = targeting.apply_edits(town, acting, result)
    union = shapely.union_all(listed.hotspots.geometry.to_numpy())
    train, test = result.counts.scope.train, result.counts.scope.test
    assert listed.score.count == _brute(town, union, train.first, train.last)
    hits = _brute(town, union, test.first, test.last)
    assert listed.score.hit_rate == pytest.approx(hits / result.counts.test_crimes)
    share = union.area / result.counts.area.polygon.area
    assert listed.score.pai == pytest.approx(listed.score.hit_rate / share)


def test_edits_outlive_a_change_of_threshold_or_wait(town, acting, result):
    ids = result.hotspots["hotspot_id"].tolist()
    targeting.rename_place(town, acting, result, ids[0], "Stays", "why")
    targeting.rename_place(town, acting, result, ids[7], "Waits", "why")
    short = make_settings(TargetingSettings, {**CHOSEN, "select": 4})
    listed = targeting.apply_edits(town, acting, targeting.preview_hotspots(town, acting, short))
    assert listed.hotspots["name"].iloc[0] == "Stays"
    assert [state for _, state in listed.history] == ["applied", "waits: not in the list now"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("reason", "Say why"),
        ("name", "Another place"),
        ("gone", "not on the list"),
        ("far", "lies"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_stores_nothing(town, acting, result, kind, told):
    ids, names = result.hotspots["hotspot_id"].tolist(), result.hotspots["name"].tolist()
    acts = {
        "reason": lambda: targeting.drop_place(town, acting, result, ids[0], "  "),
        "name": lambda: targeting.rename_place(town, acting, result, ids[0], names[1], "why"),
        "gone": lambda: targeting.drop_place(town, acting, result, "hexagon:150:1:1", "why"),
        "far": lambda: targeting.add_place(
            town, acting, result, shapely.box(0, 0, 100, 100), "Sea", "why"
        ),
    }
    with pytest.raises(InputError, match=told):
        acts[kind]()
    assert targeting.list_edits(town) == []


def test_a_place_without_a_heap_needs_no_keeping(town, acting, result):
    with pytest.raises(InputError, match="needs no decision"):
        targeting.keep_place(town, acting, result, result.hotspots["hotspot_id"].iloc[0], "why")


def test_only_those_who_decide_may_edit(town, result):
    inspector = User("i", "I", frozenset({"inspector"}))
    key = result.hotspots["hotspot_id"].iloc[0]
    with pytest.raises(Refused):
        targeting.drop_place(town, inspector, result, key, "why")
    assert len(targeting.apply_edits(town, inspector, result).hotspots) == 8


def test_dropping_or_keeping_a_heap_settles_it(town, acting, store):
    here = {"x": 430_500.0, "y": 300_500.0, "location": "Town Hospital"}
    store(town, "crimes", [{**here, "offence": "Assault"}] * 40)
    chosen = make_settings(TargetingSettings, {"select": 8})
    result = targeting.preview_hotspots(town, acting, chosen)
    assert len(result.undecided) == 1
    key = result.undecided["hotspot_id"].iloc[0]
    edit_id = targeting.keep_place(town, acting, result, key, "Fights at the entrance")
    assert targeting.apply_edits(town, acting, result).undecided.empty
    targeting.undo_edit(town, acting, edit_id)
    assert len(targeting.apply_edits(town, acting, result).undecided) == 1
    targeting.drop_place(town, acting, result, key, "Recorded at the desk")
    assert targeting.apply_edits(town, acting, result).undecided.empty
    targeting.sign_off(town, acting, chosen, with_edits=True)
    assert len(targeting.list_in_force(town).hotspots) == 7
