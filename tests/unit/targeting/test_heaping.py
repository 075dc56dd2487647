"""Places where records heap: found by text, by loaded points, by one dominant coordinate."""

import pandas as pd
import pytest

from analytics import targeting
from analytics.targeting import TargetingSettings, heaping
from analytics.workspace import InputError, make_settings


def settings(**values) -> TargetingSettings:
    return make_settings(TargetingSettings, values)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("On or near Prison", "prison"),
        ("HMP Northgate", "prison"),
        ("On or near Prison Lane", ""),
        ("Marlbridge Police Station front counter", "station"),
        ("On or near Police Station", "station"),
        ("Royal Infirmary", "hospital"),
        ("Hospital Road", ""),
        ("Central Custody Suite", "custody"),
        ("On or near Shopping Area", ""),
        (None, ""),
    ],
)
def test_kind_of_a_location(text, kind):
    assert heaping.kind_of_location(pd.Series([text], dtype=object)).tolist() == [kind]


def _heap(store, workspace, number, location, x=431_000.0, y=301_000.0):
    store(workspace, "crimes", [{"x": x, "y": y, "location": location}] * number)


def test_a_prison_is_found_decided_and_left_out(town, acting, store):
    _heap(store, town, 80, "On or near Prison")
    before = targeting.preview_hotspots(town, acting, settings(select=10))
    heap = before.heaping.iloc[0]
    assert (heap["kind"], heap["records"], heap["rank"]) == ("prison", 80, 1)
    assert before.hotspots["decision"].iloc[0] == "prison"
    assert "needs a decision" in before.answer()
    with pytest.raises(InputError, match="wait for a decision: Prison"):
        targeting.sign_off(town, acting, settings(select=10))
    with pytest.raises(InputError, match="Say why"):
        targeting.decide_heaping(town, acting, heap["place_key"], "exclude", " ")
    targeting.decide_heaping(town, acting, heap["place_key"], "exclude", "Behind walls")
    after = targeting.preview_hotspots(town, acting, settings(select=10))
    assert after.counts.crimes == before.counts.crimes - 80
    assert after.undecided.empty
    assert after.heaping["decision"].tolist() == ["exclude"]
    assert any("80 crimes on 1 excluded point (" in warning for warning in after.warnings)
    assert after.run_id != before.run_id
    targeting.sign_off(town, acting, settings(select=10))


def test_keeping_a_heap_keeps_its_records_and_can_be_undone(town, acting, store):
    _heap(store, town, 80, "City Hospital")
    key = targeting.heaping_places(town, acting, settings())["place_key"].iloc[0]
    targeting.decide_heaping(town, acting, key, "keep", "Assaults in the entrance")
    result = targeting.preview_hotspots(town, acting, settings(select=10))
    assert result.undecided.empty
    assert result.counts.crimes == 2_080
    targeting.decide_heaping(town, acting, key, "undo", "")
    assert len(targeting.preview_hotspots(town, acting, settings(select=10)).undecided) == 1


def test_a_list_may_be_signed_with_a_warning(town, acting, store):
    _heap(store, town, 80, "City Hospital")
    targeting.sign_off(town, acting, settings(select=10), allow_undecided=True)
    assert targeting.list_in_force(town) is not None


def test_a_loaded_point_names_the_heap(town, acting, store):
    _heap(store, town, 60, None)
    points = [{"name": "North Station", "kind": "station", "x": 431_030.0, "y": 301_000.0}]
    store(town, "points", points)
    heap = targeting.heaping_places(town, acting, settings()).iloc[0]
    assert (heap["kind"], heap["name"]) == ("station", "North Station")


def test_one_dominant_coordinate_is_asked_about_unless_places_are_snapped(town, acting, store):
    _heap(store, town, 60, None)
    heap = targeting.heaping_places(town, acting, settings()).iloc[0]
    assert heap["kind"] == "one point"
    with town.write(acting, "alter", "crimes", "snap") as transaction:
        transaction.execute("UPDATE crimes SET x = round(x / 200) * 200, y = round(y / 200) * 200")
    snapped = targeting.heaping_places(town, acting, settings(is_proactive_excluded=True))
    assert snapped.empty


def test_an_unknown_place_or_decision_is_refused(town, acting):
    with pytest.raises(InputError, match="no heaping place"):
        targeting.decide_heaping(town, acting, "heap:1:1", "keep", "so")
    with pytest.raises(InputError, match="Decide 'keep'"):
        targeting.decide_heaping(town, acting, "heap:1:1", "maybe", "so")


def test_of_many_heaps_the_first_are_named_and_the_others_counted(town, acting, store):
    for number in range(6):
        _heap(store, town, 80 + number, f"City Hospital {number}", x=430_200.0 + 300 * number)
    warnings = targeting.preview_hotspots(town, acting, settings(select=10)).warnings
    assert sum("heap on 'City Hospital" in warning for warning in warnings) == 4
    assert "2 further places need a decision." in warnings
