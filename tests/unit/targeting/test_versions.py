"""Versions of a list: signed with edits and note, and compared place by place."""

from datetime import date

import geopandas as gpd
import pytest
import shapely

from analytics import targeting
from analytics.targeting import TargetingSettings
from analytics.targeting.versions import changed_places
from analytics.workspace import InputError, make_settings


@pytest.fixture
def chosen():
    return make_settings(TargetingSettings, {"select": 6})


def _layer(**boxes):
    return gpd.GeoDataFrame(
        {"name": list(boxes), "hotspot_id": list(boxes)},
        geometry=[shapely.box(x, 0, x + wide, 10) for x, wide in boxes.values()],
        crs="EPSG:27700",
    )


def test_each_place_stays_is_redrawn_is_new_or_goes():
    before = _layer(a=(0, 10), b=(20, 10), c=(40, 10), d=(60, 10))
    after = _layer(a=(0, 10), b2=(25, 10), new=(100, 10), cd=(40, 30))
    found = changed_places(before, after).set_index("name")["change"].to_dict()
    assert found == {"a": "stays", "b2": "redrawn", "new": "new", "cd": "redrawn"}
    gone = changed_places(before, after.iloc[:1]).set_index("name")["change"].to_dict()
    assert gone == {"a": "stays", "b": "goes", "c": "goes", "d": "goes"}


def test_a_signed_list_keeps_edits_hours_and_note(town, acting, chosen):
    result = targeting.preview_hotspots(town, acting, chosen)
    place = result.hotspots.iloc[0]
    shape, how = targeting.moved(place["geometry"], 20, 0)
    targeting.redraw_place(town, acting, result, place["hotspot_id"], shape, "The park", how)
    targeting.sign_off(town, acting, chosen, date(2026, 1, 1), with_edits=True, note="Agreed 3 May")
    held = targeting.list_in_force(town)
    assert held.note == "Agreed 3 May"
    first = held.hotspots.iloc[0]
    assert first["replaces"] == place["hotspot_id"]
    assert first["edits"] == ["redrawn: The park"]
    assert first["hours"] == "all"
    assert first.geometry.equals(shape)
    again = targeting.version_of(town, acting, 1)
    assert again.hotspots["hotspot_id"].tolist() == held.hotspots["hotspot_id"].tolist()
    with pytest.raises(InputError, match="no version 9"):
        targeting.version_of(town, acting, 9)


def test_the_command_line_signs_without_the_edits(town, acting, chosen):
    result = targeting.preview_hotspots(town, acting, chosen)
    targeting.drop_place(town, acting, result, result.hotspots["hotspot_id"].iloc[0], "why")
    targeting.sign_off(town, acting, chosen)
    assert len(targeting.list_in_force(town).hotspots) == 6


def test_what_changes_against_the_list_before(town, acting, chosen):
    targeting.sign_off(town, acting, chosen, date(2026, 1, 1))
    before = targeting.list_in_force(town)
    result = targeting.preview_hotspots(town, acting, chosen)
    targeting.drop_place(town, acting, result, result.hotspots["hotspot_id"].iloc[5], "why")
    draft = targeting.apply_edits(town, acting, result)
    changes = targeting.compare_lists(town, result, before.hotspots, draft.hotspots)
    assert (changes.number("stays"), changes.number("goes")) == (5, 1)
    assert changes.share_before == pytest.approx(result.share_of_count)
    assert changes.share_after == pytest.approx(draft.score.share_of_count)
    assert changes.sentence().startswith("5 stay, 1 goes.")
    targeting.sign_off(town, acting, chosen, date(2026, 2, 1), with_edits=True)
    versions = targeting.list_versions(town, acting)
    assert versions["version"].tolist() == [2, 1]
    assert versions["places"].tolist() == [5, 6]
    assert versions["state"].tolist() == ["in force", "over"]
