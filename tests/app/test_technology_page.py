"""The technology page, without a browser: the register and the guided load."""

from pathlib import Path

import pytest

from components import uploads

POLICE_UK = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


@pytest.fixture
def given_files(monkeypatch: pytest.MonkeyPatch):
    """Stand in for the upload field, which AppTest cannot fill."""
    held: list[Path] = []
    monkeypatch.setattr(uploads, "files", lambda *given, **named: list(held))
    return held


def _open_tab(app, name: str):
    app.session_state["technology-tabs"] = name
    return app.run()


def _press(app, label: str):
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_an_empty_workspace_opens_where_crimes_are_loaded(empty_app, open_page, given_files):
    app = open_page("technology", "analyst")
    assert not app.exception
    field = next(box for box in app.selectbox if box.label == "What do you load?")
    assert field.value == "crimes"


def test_the_register_says_what_is_held(sample_app, open_page):
    app = open_page("technology", "lead")

    assert not app.exception
    assert "crimes" in app.markdown[1].value or any("crimes" in m.value for m in app.markdown)
    shown = app.dataframe[0].value.set_index("title")["rows"]
    assert shown["Crimes"] == sample_app.value("SELECT count(*) FROM crimes")
    assert shown["Stop and search"] == sample_app.value("SELECT count(*) FROM stops") > 0
    assert shown["Incidents"] == 0


def test_a_csv_is_recognised_checked_and_loaded(sample_copy, open_page, given_files, tmp_path):
    file = tmp_path / "2026-07-marlshire-street.csv"
    rows = ["abc,2026-07,A,A,-1.53,52.58,High Street,E01,x,Robbery,,\n"] * 2
    rows.append(",2026-07,A,A,,,No Location,,,Anti-social behaviour,,\n")
    file.write_text(POLICE_UK + "".join(rows), encoding="utf-8")
    given_files.append(file)
    before = sample_copy.value("SELECT count(*) FROM crimes")

    app = _open_tab(open_page("technology", "analyst"), "Load data")
    assert not app.exception
    assert app.subheader[0].value == "What will be stored, and what kept aside?"
    assert sample_copy.value("SELECT count(*) FROM crimes") == before
    # A month of another source lies beside what is held of it: to replace or to add is asked.
    app.radio[0].set_value("add")
    app = _press(app.run(), "Load")

    assert not app.exception
    assert "loaded" in app.success[0].value
    assert sample_copy.value("SELECT count(*) FROM crimes") == before + 1
    reasons = sample_copy.value("SELECT reasons FROM loads ORDER BY at_ms DESC LIMIT 1")
    assert reasons == '{"exact_repeat": 1, "no_place": 1}'


def test_a_picture_named_csv_gets_a_sentence(sample_copy, open_page, given_files, tmp_path):
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    given_files.append(file)
    before = sample_copy.value("SELECT count(*) FROM loads")

    app = _open_tab(open_page("technology", "analyst"), "Load data")

    assert not app.exception
    assert app.error[0].value == "File 'picture.csv': It is not a table but a PNG picture."
    assert sample_copy.value("SELECT count(*) FROM loads") == before


def test_someone_who_may_not_load_sees_the_register_only(empty_app, open_page):
    app = open_page("technology", "lead")

    labels = [tab.label for tab in app.tabs]
    assert labels[0] == "Register"
    assert not {"Load data", "Loads", "Recipes"} & set(labels)


def test_a_loaded_upload_does_not_stay_on_disk(empty_app, tmp_path):
    put_down = empty_app.path / "uploads" / "one" / "roster.csv"
    put_down.parent.mkdir(parents=True)
    put_down.write_text("officer\nPC 1234\n", encoding="utf-8")
    elsewhere = tmp_path / "roster.csv"
    elsewhere.write_text("officer\n", encoding="utf-8")
    uploads.remove([put_down, elsewhere])
    assert not put_down.parent.exists()
    assert elsewhere.exists()
