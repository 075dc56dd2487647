"""The register on the technology page: a feed in detail, its facts, its loads, rows to fix."""

import pytest

from analytics import technology
from analytics.workspace import User
from components import uploads

ACTING = User("os:test", "Test", frozenset(), every_right=True)
HEAD = "Crime Ref,Offence Code,Offence,Date From,Easting,Northing\n"


@pytest.fixture(autouse=True)
def no_files(monkeypatch):
    """Stand in for the upload field, which AppTest cannot fill."""
    monkeypatch.setattr(uploads, "files", lambda *given, **named: [])


@pytest.fixture
def detail(open_page):
    def visit(role, feed, tab):
        app = open_page("technology", role)
        app.session_state["register-feed"] = feed
        app.session_state[f"register-{feed}"] = tab
        app.run()
        assert not app.exception
        return app

    return visit


def _text(app):
    return " ".join(one.value for one in [*app.markdown, *app.caption, *app.success, *app.warning])


def _press(app, label):
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def test_months_and_devices_of_the_sample(sample_app, detail):
    app = detail("lead", "crimes", "Months")
    assert "No month is missing." in _text(app)
    app = detail("lead", "pings", "Devices")
    assert "The median ping interval is 15 s." in _text(app)
    assert "10 of 10 devices" in _text(app)


def test_the_analyst_states_facts_and_the_lead_reads_them(sample_copy, detail):
    app = detail("analyst", "crimes", "About")
    next(box for box in app.text_input if box.label == "DPIA reference").input("DPIA-7")
    next(box for box in app.number_input if box.label.startswith("Expected")).set_value(30)
    _press(app, "Save")
    facts = technology.feed_facts(sample_copy)["crimes"]
    assert (facts.dpia_reference, facts.expected_cycle_days) == ("DPIA-7", 30)

    app = detail("lead", "crimes", "About")
    assert "DPIA-7" in _text(app)
    assert not [button for button in app.button if button.label == "Save"]
    assert "On time (expected every 30 days)." in _text(app)


def test_a_replacing_load_is_undone_after_its_effect_is_told(sample_copy, detail, tmp_path):
    for name, numbers in (("old", "abc"), ("new", "bcd")):
        file = tmp_path / f"{name}.csv"
        rows = [f"{n},34B,Robbery,13/01/2023 10:00,431000,298000\n" for n in numbers]
        file.write_text(HEAD + "".join(rows), encoding="utf-8")
        technology.load(sample_copy, ACTING, "crimes", [file], mode="replace")
    before = sample_copy.value("SELECT count(*) FROM crimes")

    app = detail("analyst", "crimes", "Loads")
    assert "1 new, 1 cancelled" in _text(app)
    assert "1 row is taken out and 1 that it had replaced comes back." in _text(app)
    app = _press(app, "Undo it")
    assert "Undone: 1 row is taken out and 1 that it had replaced comes back." in _text(app)
    assert sample_copy.value("SELECT count(*) FROM crimes") == before
    # Now only the first of the two is left, and the oldest may go as well.
    app = _press(app, "Undo it")
    assert sample_copy.value("SELECT count(*) FROM crimes") == before - 3


def test_rows_kept_aside_are_corrected_in_the_page(sample_copy, detail, tmp_path):
    file = tmp_path / "x.csv"
    rows = "a,34B,Robbery,13/01/2023 10:00,,\nb,34B,Robbery,13/01/2023 10:00,431000,298000\n"
    file.write_text(HEAD + rows, encoding="utf-8")
    load = technology.load(sample_copy, ACTING, "crimes", [file])

    app = detail("analyst", "crimes", "Loads")
    next(box for box in app.selectbox if box.key == f"rule-{load.load_id}").select("no_place")
    app.run()
    assert not app.exception
    app.session_state[f"edit-{load.load_id}-no_place"] = {
        "edited_rows": {0: {"x": "431500", "y": "298500"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    before = sample_copy.value("SELECT count(*) FROM crimes")
    app = _press(app, "Check and store the corrected rows")
    assert "1 corrected row is stored" in _text(app)
    assert sample_copy.value("SELECT count(*) FROM crimes") == before + 1
