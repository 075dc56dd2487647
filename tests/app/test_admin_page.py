"""The admin page: what it lets an administrator record, and how it is said."""

from analytics import technology, tracking
from analytics.workspace import User, retention
from components import log_words

ROOT_USER = User("os:test", "Test", frozenset(), every_right=True)


def on_part(app, name):
    app.session_state["admin-part"] = name
    return app.run()


def press(app, label):
    return next(part for part in app.button if part.label == label).click().run()


def field(app, label):
    return next(part for part in [*app.text_input, *app.text_area] if part.label == label)


def test_the_admin_records_what_allows_replay(sample_copy, open_page):
    app = on_part(open_page("admin", "admin"), "Tracking policy")
    assert "Replay is off" in app.info[0].value
    field(app, "DPIA reference of the patrol GPS").set_value("DPIA 12, 3 Mar 2026")
    app = press(app, "Record the DPIA")
    field(app, "Policy of tracking").set_value("Tracking policy 3, May 2026")
    field(app, "What it allows").set_value("Complaints only.")
    app = press(app, "Record the policy")
    assert not app.exception
    assert not app.error
    assert "Replay is on" in app.success[0].value
    held = tracking.tracking_policy(sample_copy)
    assert (held.reference, held.text) == ("Tracking policy 3, May 2026", "Complaints only.")
    assert held.recorded_by == "one-admin"
    assert technology.feed_facts(sample_copy)["pings"].dpia_reference == "DPIA 12, 3 Mar 2026"


def test_no_policy_for_those_who_may_not_record_it(sample_app, open_page):
    app = open_page("admin", "auditor")
    assert "Audit log" in str(app.main)
    assert "Record the policy" not in [part.label for part in app.button]


def test_an_account_is_linked_and_keeps_its_number(sample_copy, open_page):
    app = on_part(open_page("admin", "admin"), "Units of people")
    assert not app.exception
    app.selectbox(key="link-account").set_value("one-officer").run()
    app.selectbox(key="link-unit-one-officer").set_value("U01")
    app.text_input(key="link-officer-one-officer").set_value("PC 1234").run()
    app = press(app, "Link")
    app.selectbox(key="link-unit-one-officer").set_value("U02")
    app.text_input(key="link-officer-one-officer").set_value("").run()
    app = press(app, "Link")
    assert not app.error
    link = {one.username: one for one in tracking.links(sample_copy, ROOT_USER)}["one-officer"]
    assert (link.unit, link.has_officer) == ("U02", True)


def test_retention_begins_from_what_is_held(sample_copy, open_page):
    app = on_part(open_page("admin", "admin"), "Retention")
    assert not app.exception
    assert app.number_input(key="retention-days-crimes").value == 2555
    app = press(app, "Save the retention")
    assert retention.retention(sample_copy)["crimes"] == 2555
    app.selectbox(key="retention-feed").set_value("activity").run()
    assert app.number_input(key="retention-days-activity").value is None


def test_the_log_is_read_in_words(sample_app, open_page):
    app = on_part(open_page("admin", "auditor"), "Audit log")
    assert not app.exception
    table = next(part for part in app.dataframe if "detail" in part.value.columns)
    assert not table.value["detail"].str.contains("{", regex=False).any()
    assert log_words.action("sign_in_failed") == "failed sign-in"
    assert log_words.detail('{"unit": "U02", "team": "", "roles": ["a", "b"]}') == (
        "unit: U02; roles: a, b"
    )
    assert log_words.detail("not JSON") == "not JSON"
    assert log_words.detail(None) == ""
    assert log_words.detail('{"days": 0, "is_on": false}') == "days: 0; is on: no"
