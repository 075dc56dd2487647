"""Step 3 in the app: the answer moves with the controls; decisions and sign-off are kept."""

import json

import pytest

from analytics import targeting


def _text(app) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption])


def _button(app, label):
    return next(button for button in app.button if button.label == label)


def _choice(app, label):
    return next(group for group in app.button_group if group.label == label)


def test_without_crimes_the_page_links_to_technology(empty_app, open_page):
    app = open_page("targeting", "analyst")
    assert not app.exception
    assert "There are no crimes yet." in _text(app)


@pytest.mark.parametrize("role", ["analyst", "inspector", "lead", "evaluator"])
def test_the_answer_moves_with_the_number(sample_copy, open_page, role):
    app = open_page("targeting", role)
    assert not app.exception
    assert "These 60 places held" in _text(app)
    assert "and caught" in _text(app)
    slider = next(s for s in app.slider if s.label == "Number of hot spots")
    slider.set_value(12).run()
    assert not app.exception
    assert "These 12 places held" in _text(app)
    assert "Read with care" in _text(app)


def test_harm_ranks_the_sample(sample_copy, open_page):
    app = open_page("targeting", "analyst")
    _choice(app, "Rank by").set_value("harm").run()
    assert not app.exception
    assert "of the harm" in _text(app)


def test_harm_is_explained_until_its_weights_are_chosen(sample_copy, open_page):
    with sample_copy.bookkeeping() as change:
        change.execute(
            "INSERT INTO harm SELECT * REPLACE (300.0 AS days) FROM harm WHERE code = '8N'"
        )
        change.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) "
            "VALUES ('second', 'harm', 1, 'second', false)"
        )
    app = open_page("targeting", "analyst")
    _choice(app, "Rank by").set_value("harm").run()
    assert not app.exception
    assert any("Codes with several weights" in info.value for info in app.info)


def test_decide_then_sign_off(sample_copy, open_page):
    app = open_page("targeting", "analyst")
    assert _button(app, "Sign off the list").disabled
    result = targeting.preview_hotspots(
        sample_copy,
        _user(),
        targeting.TargetingSettings(test_from=targeting.suggested_test_from(sample_copy)),
    )
    for key in result.undecided["place_key"]:
        targeting.decide_heaping(sample_copy, _user(), key, "keep", "Seen on the ground")
    app.run()
    _button(app, "Sign off the list").click().run()
    assert not app.exception
    held = targeting.list_in_force(sample_copy)
    assert held.version == 1
    assert len(held.hotspots) == 60
    assert any("In force from" in told.value for told in app.success)


def test_a_refused_decision_is_told_and_the_page_goes_on(sample_copy, open_page):
    app = open_page("targeting", "analyst")
    app.session_state["targeting-tabs"] = "To decide"
    app.run()
    before = len([button for button in app.button if button.label == "No, leave them out"])
    _button(app, "No, leave them out").click().run()
    assert any("Say why" in error.value for error in app.error)
    assert _button(app, "Sign off the list")
    reason = next(field for field in app.text_input if field.label == "Reason")
    reason.set_value("Recorded at the desk")
    _button(app, "No, leave them out").click().run()
    assert not app.exception
    # The tab stays open for the next decision.
    assert app.session_state["targeting-tabs"] == "To decide"
    assert (
        len([button for button in app.button if button.label == "No, leave them out"]) == before - 1
    )
    assert "1 place must be decided first" in _text(app)


def test_the_small_hours_are_drawn_at_the_end_of_their_evening(sample_app, open_page):
    app = open_page("targeting", "lead")
    app.session_state["targeting-tabs"] = "When"
    app.run()
    hours = [
        trace["x"]
        for chart in app.get("plotly_chart")
        for trace in json.loads(chart.proto.spec)["data"]
        if trace["type"] == "heatmap"
    ]
    assert hours == [[f"{(6 + hour) % 24:02d}" for hour in range(24)]]


def test_methods_are_set_against_the_list(sample_app, open_page, monkeypatch):
    def at_once(kind, arguments, user, **words):
        assert kind == "permute"
        settings = targeting.TargetingSettings(**arguments["settings"])
        quick = targeting.MethodSettings(near_repeat_shuffles=19, permutations=99)
        return targeting.shuffle_tests(sample_app, user, settings, quick).as_json()

    monkeypatch.setattr("components.shuffles_part.steps.job", at_once)
    app = open_page("targeting", "analyst")
    app.session_state["targeting-tabs"] = "Compare methods"
    app.run()
    assert not app.exception
    assert "Of this list's 60 cells" in _text(app)
    assert "within 100 m and 7 days" in _text(app)
    assert "hot by permutation" in _text(app)
    shared = next(table.value for table in app.dataframe if "method" in table.value.columns)
    assert shared["This list (ranked count)"].iloc[0] == 60
    pills = next(group for group in app.button_group if "hdbscan" in str(group.options).lower())
    pills.set_value(["last_year"]).run()
    assert not app.exception
    assert "Least alike: This list (ranked count) and Last year" in _text(app)


def test_an_inspector_may_look_but_not_sign_off(sample_app, open_page):
    app = open_page("targeting", "inspector")
    assert _button(app, "Sign off the list").disabled


def _user():
    from analytics.workspace import User

    return User("one-analyst", "The analyst", frozenset({"analyst"}))


def test_an_edit_is_made_told_undone_and_signed_off(sample_copy, open_page):
    chosen = targeting.TargetingSettings(test_from=targeting.suggested_test_from(sample_copy))
    result = targeting.preview_hotspots(sample_copy, _user(), chosen)
    for key in result.undecided["hotspot_id"]:
        targeting.drop_place(sample_copy, _user(), result, key, "Recorded at the desk")
    app = open_page("targeting", "analyst")
    app.session_state["targeting-tabs"] = "Edit the list"
    app.run()
    assert not app.exception
    left = 60 - result.undecided["hotspot_id"].nunique()
    assert f"**{left} places after" in _text(app)
    reasons = [field for field in app.text_input if field.label == "Reason"]
    _button(app, "Keep").click().run()
    assert any("Say why" in error.value for error in app.error)
    next(f for f in app.text_input if f.key == reasons[-1].key).set_value("Opens at night").run()
    _button(app, "Keep").click().run()
    assert not app.exception
    assert f"**{left + 1} places after" in _text(app)
    assert "Opens at night" in _text(app)
    _button(app, "Undo").click().run()
    assert f"**{left} places after" in _text(app)
    note = next(field for field in app.text_input if field.label == "Note")
    note.set_value("Agreed with the districts").run()
    _button(app, "Sign off the list").click().run()
    assert not app.exception
    held = targeting.list_in_force(sample_copy)
    assert len(held.hotspots) == left
    assert held.note == "Agreed with the districts"
    assert f"**What changes against version 1:** {left} stay." in _text(app)


def test_who_may_not_decide_sees_the_list_and_no_way_to_edit_it(sample_app, open_page):
    app = open_page("targeting", "inspector")
    app.session_state["targeting-tabs"] = "Edit the list"
    app.run()
    assert not app.exception
    assert "An analyst or the lead edits the list." in _text(app)
    assert "Fair use: where the records may mislead" in [box.label for box in app.expander]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("street", "of the street length"),
        ("given", "The best 40 given cells hold"),
    ],
)
def test_other_kinds_of_places_are_listed(sample_copy, open_page, kind, said):
    app = open_page("targeting", "analyst")
    next(s for s in app.date_input if s.label == "Test from").set_value(None).run()
    next(s for s in app.selectbox if s.label == "Kind of place").set_value(kind).run()
    assert not app.exception
    assert said in _text(app)
    assert "no further place qualifies" in _text(app) or "place 61 would be" in _text(app)
    _choice(app, "Draw the share against").set_value("Ground").run()
    assert not app.exception


def test_day_and_night_in_one_list(sample_copy, open_page):
    app = open_page("targeting", "analyst")
    _choice(app, "Hours").set_value("both").run()
    assert not app.exception
    assert "Night is 18:00 to 06:00" in _text(app)
    assert "Places are ranked within the day and within the night" in _text(app)


def test_one_press_ranks_on_the_newest_crimes_too_and_another_tests_again(sample_copy, open_page):
    app = open_page("targeting", "analyst")
    assert "kept back to test it" in _text(app)
    _button(app, "Rank on all that is held").click().run()
    assert not app.exception
    assert "kept back to test it" not in _text(app)
    assert _dates(app)["Test from"] is None
    _button(app, "Test the list on the last year").click().run()
    assert not app.exception
    assert "kept back to test it" in _text(app)
    assert _dates(app)["Test from"] is not None


def _dates(app):
    return {field.label: field.value for field in app.date_input}


def test_a_place_chosen_in_the_ranking_is_told_and_opened_for_a_change(sample_copy, open_page):
    chosen = targeting.TargetingSettings(test_from=targeting.suggested_test_from(sample_copy))
    place = targeting.preview_hotspots(sample_copy, _user(), chosen).hotspots.iloc[2]
    app = open_page("targeting", "analyst")
    app.session_state["targeting-chosen"] = place["hotspot_id"]
    app.run()
    assert f"**{place['rank']} {place['name']}.**" in _text(app)
    _button(app, "Change it").click().run()
    assert not app.exception
    assert app.session_state["targeting-tabs"] == "Edit the list"
    assert app.session_state["edit-picks"][1] == [place["hotspot_id"]]


def test_the_answer_and_the_map_say_which_list_they_show(sample_copy, open_page):
    chosen = targeting.TargetingSettings(test_from=targeting.suggested_test_from(sample_copy))
    result = targeting.preview_hotspots(sample_copy, _user(), chosen)
    key, name = result.hotspots[["hotspot_id", "name"]].iloc[0]
    targeting.drop_place(sample_copy, _user(), result, key, "A depot")
    app = open_page("targeting", "analyst")
    assert "With 1 edit by hand, 59 places held" in _text(app)
    ranking = app.dataframe[0].value
    assert name not in ranking["name"].tolist()
    _choice(app, "Map and ranking show the list").set_value("As computed").run()
    assert not app.exception
    assert name in app.dataframe[0].value["name"].tolist()


def test_the_sign_off_leads_to_what_must_be_decided_first(sample_copy, open_page):
    app = open_page("targeting", "analyst")
    assert "Every offence counts" in _text(app)
    _button(app, "Open To decide").click().run()
    assert not app.exception
    assert app.session_state["targeting-tabs"] == "To decide"
    assert _button(app, "No, leave them out")


def test_one_reason_may_keep_every_heap(sample_copy, open_page, monkeypatch):
    monkeypatch.setattr("components.list_in_force._ASKED_ONE_BY_ONE", 1)
    app = open_page("targeting", "analyst")
    app.session_state["targeting-tabs"] = "To decide"
    app.run()
    keep = next(button for button in app.button if button.label.startswith("Keep all"))
    keep.click().run()
    assert any("Say why" in error.value for error in app.error)
    next(f for f in app.text_input if f.label == "Reason for all").set_value("Block points")
    next(button for button in app.button if button.label.startswith("Keep all")).click().run()
    assert not app.exception
    assert not _button(app, "Sign off the list").disabled
