"""The tracking page, without a browser."""

from datetime import date

import pytest

from analytics import targeting, tracking
from analytics.workspace import User

ROOT_USER = User("os:test", "Test", frozenset(), every_right=True)


def texts(app):
    return " ".join(part.value for part in app.markdown)


def on_tab(app, name):
    app.session_state["tracking-tabs"] = name
    return app.run()


def test_says_what_is_missing_and_links_to_it(empty_app, open_page):
    app = open_page("tracking", "analyst")
    assert not app.exception
    assert "There are no GPS fixes yet." in texts(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Load patrol GPS"]


def test_who_may_not_load_is_told_whom_to_ask(empty_app, open_page):
    app = open_page("tracking", "inspector")
    assert not app.exception
    assert not app.get("page_link")
    told = [part.value for part in app.caption]
    assert any("your role does not open that step" in text and "analyst" in text for text in told)


@pytest.fixture
def with_list(sample_copy):
    """The sample town with a list in force since June."""
    if not tracking.has_list(sample_copy):
        chosen = targeting.TargetingSettings()
        targeting.sign_off(sample_copy, ROOT_USER, chosen, date(2026, 6, 1), allow_undecided=True)
    return sample_copy


@pytest.mark.parametrize("role", ["analyst", "inspector", "lead", "evaluator"])
def test_answers_with_numbers(with_list, open_page, role):
    app = open_page("tracking", role)
    assert not app.exception
    assert not app.error
    assert "patrol hours in" in texts(app)
    assert "waited longest" in texts(app)


def test_a_longer_minimum_leaves_fewer_qualifying_visits(with_list, open_page):
    def qualifying(app):
        table = next(part for part in app.dataframe if "qualifying_visits" in part.value.columns)
        return table.value["qualifying_visits"].sum()

    app = on_tab(open_page("tracking", "analyst"), "Hot spots")
    before = qualifying(app)
    app.slider(key="tracking.dwell_minutes").set_value(20.0).run()
    assert not app.exception
    assert 0 < qualifying(app) < before


def test_saving_keeps_daily_totals(with_list, open_page):
    app = open_page("tracking", "analyst")
    save = next(part for part in app.button if part.label == "Save this dosage")
    save.click().run()
    assert not app.exception
    assert app.success[0].value.startswith("Saved as run ")
    assert with_list.value("SELECT count(*) FROM dosage_days") > 0


def test_no_page_for_an_officer(sample_app, open_page):
    app = open_page("tracking", "officer")
    assert "not for your role" in app.error[0].value


def test_tracks_are_replayed_once_allowed_and_with_a_reason(with_list, open_page):
    app = on_tab(open_page("tracking", "inspector"), "Replay")
    assert "Replay is off" in app.info[0].value
    with with_list.write(ROOT_USER, "alter", "feed", "pings") as kept:
        kept.execute("UPDATE feeds SET dpia_reference = 'DPIA 7' WHERE feed = 'pings'")
    tracking.record_policy(with_list, ROOT_USER, "Tracking policy 3")
    app = on_tab(open_page("tracking", "inspector"), "Replay")
    app.text_input[-1].set_value("A complaint of 30 August")
    next(part for part in app.button if part.label == "Show the tracks").click().run()
    assert not app.exception
    assert not app.error
    assert with_list.value("SELECT count(*) FROM audit WHERE object_type = 'tracks'") == 1
    assert app.slider(key="replay-until")


def test_a_patrol_day_moves_the_map_and_its_table_and_leaves_the_answer(with_list, open_page):
    app = on_tab(open_page("tracking", "inspector"), "Hot spots")
    slider = next(part for part in app.select_slider if part.label == "Patrol day on the map")
    assert slider.value is None
    answer = app.markdown[1].value
    period = sum(_minutes(app))
    slider.set_value(date(2026, 8, 29)).run()
    assert not app.exception
    assert app.markdown[1].value == answer
    assert "Saturday 29 Aug 2026:" in texts(app)
    assert 0 < sum(_minutes(app)) < period
    assert "29 August 2026" in app.get("deck_gl_json_chart")[0].proto.alt
    app.segmented_control(key="period").set_value("Yesterday").run()
    assert not app.exception
    assert "Patrol day on the map" not in [part.label for part in app.select_slider]


def test_the_lead_records_the_policy_of_tracking_but_not_the_dpia(with_list, open_page):
    app = on_tab(open_page("tracking", "lead"), "Replay")
    assert not app.exception
    fields = {part.label: part for part in app.text_input}
    assert "DPIA reference of the patrol GPS" not in fields
    fields["Policy of tracking"].set_value("x")
    next(part for part in app.button if part.label == "Record the policy").click().run()
    assert "its title or number" in app.error[0].value


def _minutes(app):
    table = next(part for part in app.dataframe if "patrol_minutes" in part.value.columns)
    return table.value["patrol_minutes"]
