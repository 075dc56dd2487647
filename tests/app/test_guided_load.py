"""The guided load, without a browser: what is certain is passed over, what is open is asked."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Transformer
from shapely import box

from analytics import technology
from components import uploads
from tests.app.conftest import ROOT_USER

SAMPLE = Path(__file__).parents[2] / "sample_data" / "files"
CHECKS = "What will be stored, and what kept aside?"
DATES = "Are the dates and times read right?"
PLACES = "Do the points fall where they should?"
COLUMNS = "Which columns hold what?"


@pytest.fixture
def given_files(monkeypatch: pytest.MonkeyPatch):
    """Stand in for the upload field, which AppTest cannot fill."""
    held: list[Path] = []
    monkeypatch.setattr(uploads, "files", lambda *given, **named: list(held))
    return held


@pytest.fixture
def empty_copy(serve, empty_folder: Path, tmp_path: Path):
    """The app on a copy of the workspace without data, which a test may change."""
    return serve(shutil.copytree(empty_folder, tmp_path / "empty"))


def open_load(open_page):
    app = open_page("technology", "analyst")
    app.session_state["technology-tabs"] = "Load data"
    app.run()
    assert not app.exception
    return app


def press(app, label: str):
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def choose(app, label: str, option):
    """Set a radio by the value behind its option."""
    next(box for box in app.radio if box.label == label).set_value(option)
    app.run()
    assert not app.exception
    return app


def screen(app) -> str:
    return app.subheader[0].value


def write(folder: Path, name: str, lines: list[str]) -> Path:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_certain_file_goes_straight_to_checks_and_is_loaded(empty_copy, open_page, given_files):
    given_files.append(SAMPLE / "crimes.csv")
    app = open_load(open_page)

    assert screen(app) == CHECKS
    assert any("29,724 rows" in each.value for each in app.markdown)
    app = press(app, "Load")
    assert "loaded" in app.success[0].value
    assert empty_copy.value("SELECT count(*) FROM crimes") == 28_404
    assert [recipe.name for recipe in technology.saved_recipes(empty_copy)] == ["Crimes: crimes"]


def test_what_was_chosen_survives_a_new_session(empty_copy, open_page, given_files, tmp_path):
    file = write(tmp_path, "a.csv", ["id,when it was,lon,lat", "a,03/04/2026,-1.4,53.4"])
    given_files.append(file)
    app = open_load(open_page)
    assert screen(app) == COLUMNS
    next(b for b in app.multiselect if b.label.startswith("Happened from")).set_value(
        ["when it was"]
    )
    app.run()
    app = press(app, "Go on")
    assert screen(app) == DATES

    given_files.clear()
    again = open_load(open_page)
    assert screen(again) == DATES
    press(again, "Back")
    assert screen(again) == COLUMNS


def test_dates_that_allow_both_orders_are_asked(empty_copy, open_page, given_files, tmp_path):
    rows = [f"r{n},0{n}/05/2026 21:30,-122.4{n},37.78" for n in range(1, 9)]
    given_files.append(write(tmp_path, "us.csv", ["id,date,longitude,latitude", *rows]))
    app = open_load(open_page)

    assert screen(app) == DATES
    assert "Not one of 8 dates proves an order" in app.warning[0].value
    on = next(button for button in app.button if button.label == "Go on")
    assert on.disabled
    app = choose(app, "What comes first in the file's dates?", "month_first")
    assert "1 May 2026" not in app.dataframe[0].value["month_first"].tolist()[0]
    app = press(app, "Go on")
    assert screen(app) == CHECKS
    app = press(app, "Load")
    months = empty_copy.rows("SELECT DISTINCT month(occurred_from), day(occurred_from) FROM crimes")
    assert sorted(months) == [(n, 5) for n in range(1, 9)]


def test_month_first_is_decided_by_the_data(empty_copy, open_page, given_files, tmp_path):
    rows = [f"r{n},4/{n}/2026 11:31:00 PM,-122.4{n},37.78" for n in range(1, 29)]
    given_files.append(write(tmp_path, "us.csv", ["id,date,longitude,latitude", *rows]))
    app = open_load(open_page)
    assert screen(app) == CHECKS
    app = press(app, "3 Dates and times")
    assert any("The month comes first**: 16 of 28" in each.value for each in app.markdown)
    app = press(app, "Go on")
    app = press(app, "Load")
    first, last = empty_copy.rows("SELECT min(occurred_from), max(occurred_from) FROM crimes")[0]
    assert (str(first), str(last)) == ("2026-04-01 23:31:00", "2026-04-28 23:31:00")


def test_zone_marks_ask_for_the_zone_with_the_hour_profile(
    empty_copy, open_page, given_files, tmp_path
):
    rows = [f"r{n},2026-07-{n:02d}T21:30:00Z,-1.4{n},53.4" for n in range(1, 29)]
    given_files.append(write(tmp_path, "z.csv", ["id,date,longitude,latitude", *rows]))
    app = open_load(open_page)
    assert screen(app) == DATES
    assert "stands on 28 times" in app.warning[0].value
    assert any("21:00" in each.value for each in app.caption)
    app = choose(app, "How are the times to be read?", "UTC")
    assert any("22:00" in each.value for each in app.caption)
    app = press(press(app, "Go on"), "Load")
    hours = empty_copy.rows("SELECT DISTINCT hour(occurred_from) FROM crimes")
    assert hours == [(22,)]


def utm_rows() -> list[str]:
    """Points of the sample town in UTM zone 30 north, under plain names."""
    to_utm = Transformer.from_crs(27700, 32630, always_xy=True)
    rows = []
    for n in range(40):
        x, y = to_utm.transform(431_000 + 20 * n, 298_500 + 15 * n)
        rows.append(f"u{n},2026-05-{n % 28 + 1:02d} 12:10,{x:.1f},{y:.1f}")
    return ["id,date,X,Y", *rows]


def test_utm_is_found_by_the_boundary_and_confirmed_on_a_map(
    sample_copy, open_page, given_files, tmp_path
):
    given_files.append(write(tmp_path, "utm.csv", utm_rows()))
    app = open_load(open_page)
    assert screen(app) == PLACES
    assert any("40 of 40 sampled points lie within" in each.value for each in app.markdown)
    app = press(app, "Go on")
    assert screen(app) == CHECKS
    app = press(choose(app, "What shall happen to them?", "add"), "Load")
    x, y = sample_copy.rows("SELECT x, y FROM crimes WHERE crime_id = 'u0'")[0]
    assert (x, y) == pytest.approx((431_000, 298_500), abs=3)


def test_a_recipe_leads_straight_to_checks_next_month(
    sample_copy, open_page, given_files, tmp_path
):
    given_files.append(write(tmp_path, "utm-may.csv", utm_rows()))
    app = choose(press(open_load(open_page), "Go on"), "What shall happen to them?", "add")
    app = press(press(app, "Load"), "Load something else")
    june = [line.replace("2026-05", "2026-06").replace("u", "v", 1) for line in utm_rows()]
    given_files[:] = [write(tmp_path, "utm-june.csv", june)]
    app.run()
    assert screen(app) == CHECKS
    assert any("recipe Crimes: utm may" in each.value for each in app.caption)


def test_next_months_crimes_given_as_a_boundary_are_known_for_what_they_are(
    empty_copy, open_page, given_files, tmp_path
):
    given_files.append(SAMPLE / "crimes.csv")
    app = press(open_load(open_page), "Load")
    assert any("Next: the force boundary." in each.value for each in app.markdown)
    given_files.clear()
    app = press(app, "Load the force boundary")
    assert app.selectbox[0].value == "boundary"
    lines = (SAMPLE / "crimes.csv").read_text(encoding="utf-8").splitlines()
    given_files.append(write(tmp_path, "crimes-next.csv", lines[:400]))
    app.run()
    assert "look like crimes" in app.info[0].value
    app = press(app, "Load them as crimes")
    assert screen(app) != "" and not app.error


def test_recipes_can_be_renamed_and_deleted(empty_copy):
    columns = {"occurred_from": "date", "x": "lon", "y": "lat"}
    technology.save_recipe(empty_copy, ROOT_USER, "crimes", "one", "abc", columns)
    technology.save_recipe(empty_copy, ROOT_USER, "crimes", "two", "def", columns)
    with pytest.raises(Exception, match="already"):
        technology.rename_recipe(empty_copy, ROOT_USER, "crimes", "abc", "two")
    technology.rename_recipe(empty_copy, ROOT_USER, "crimes", "abc", "NICHE monthly extract")
    names = [recipe.name for recipe in technology.saved_recipes(empty_copy)]
    assert "NICHE monthly extract" in names
    for signature in ("abc", "def"):
        technology.delete_recipe(empty_copy, ROOT_USER, "crimes", signature)
    assert not {"NICHE monthly extract", "two"} & {
        recipe.name for recipe in technology.saved_recipes(empty_copy)
    }


def test_a_newer_extract_asks_whether_to_replace_or_add(
    sample_copy, open_page, given_files, tmp_path
):
    lines = (SAMPLE / "crimes.csv").read_text(encoding="utf-8").splitlines()
    september = [line for line in lines[1:] if line.split(",")[-11].endswith("/09/2023")] or [
        line for line in lines[1:] if "/09/2023" in line
    ]
    newer = [line for line in september if "/08/" not in line and "/10/" not in line][3:]
    given_files.append(write(tmp_path, "crimes-september.csv", [lines[0], *newer]))
    app = open_load(open_page)
    assert screen(app) == CHECKS
    load = next(button for button in app.button if button.label == "Load")
    assert load.disabled
    app = choose(app, "What shall happen to them?", "replace")
    app = press(app, "Load")
    mode, changes = sample_copy.rows("SELECT mode, changes FROM loads ORDER BY at_ms DESC LIMIT 1")[
        0
    ]
    assert mode == "replace"
    assert json.loads(changes)["cancelled"] > 0


def test_a_table_of_counts_is_refused_with_a_sentence(empty_copy, open_page, given_files, tmp_path):
    lines = ["lsoa_code,category,year,month,crime_count", "E01008881,Robbery,2023,5,4"]
    given_files.append(write(tmp_path, "counts.csv", lines))
    app = open_load(open_page)
    assert "It is a table of counts, not of events" in app.error[0].value
    assert any(box.label == "What do you load?" for box in app.selectbox)


def test_files_that_are_gone_are_asked_for_again(empty_copy, open_page, given_files, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    given_files.append(write(folder, "a.csv", ["id,date,lon,lat", "a,2026-04-03,-1.4,53.4"]))
    app = open_load(open_page)
    assert screen(app) == CHECKS
    given_files.clear()
    shutil.rmtree(folder)
    app = open_load(open_page)
    assert any(box.label == "What do you load?" for box in app.selectbox)


def test_a_file_that_is_held_already_has_nothing_to_load(sample_copy, open_page, given_files):
    given_files.append(SAMPLE / "crimes.csv")
    app = open_load(open_page)
    assert "held already" in app.info[0].value
    assert "Load" not in [button.label for button in app.button]


def test_a_boundary_has_no_steps_for_columns_and_dates(empty_copy, open_page, given_files):
    given_files.append(SAMPLE / "boundary.geojson")
    app = open_page("technology", "analyst")
    app.session_state["technology-tabs"] = "Load data"
    app.session_state["load-feed"] = "boundary"
    app.run()
    assert not app.exception
    assert screen(app) == CHECKS
    labels = [button.label for button in app.button]
    assert "2 Coordinates" in labels
    app = press(app, "Load")
    assert empty_copy.value("SELECT count(*) FROM boundary") > 0


def test_the_sheet_is_asked_where_two_layouts_fit(empty_copy, open_page, given_files, tmp_path):
    file = tmp_path / "book.xlsx"
    with pd.ExcelWriter(file, engine="xlsxwriter") as book:
        for name, head in (("Robbery", "Crime Ref"), ("Burglary", "Incident ID")):
            rows = {head: [f"{name}{n}" for n in range(5)], "Date": ["2026-05-13 21:30"] * 5}
            rows |= {"Longitude": [-1.4] * 5, "Latitude": [53.4] * 5}
            pd.DataFrame(rows).to_excel(book, sheet_name=name, index=False)
    given_files.append(file)
    app = open_load(open_page)
    assert screen(app) == "Which sheet holds the crimes?"
    app = choose(app, "Several fit, and only one sheet can be read at a time", "Burglary")
    app = press(app, "Go on")
    assert screen(app) == CHECKS
    app = press(app, "Load")
    numbers = empty_copy.rows("SELECT crime_id FROM crimes ORDER BY 1")
    assert numbers == [(f"Burglary{n}",) for n in range(5)]


def test_a_sheet_that_was_named_is_kept_when_its_columns_are_corrected(
    empty_copy, open_page, given_files, tmp_path
):
    file = tmp_path / "book.xlsx"
    with pd.ExcelWriter(file, engine="xlsxwriter") as book:
        for name, head in (("Robbery", "Crime Ref"), ("Burglary", "Incident ID")):
            rows = {head: [f"{name}{n}" for n in range(5)], "Date": ["2026-05-13 21:30"] * 5}
            rows |= {"Longitude": [-1.4] * 5, "Latitude": [53.4] * 5, "Words": [name] * 5}
            pd.DataFrame(rows).to_excel(book, sheet_name=name, index=False)
    given_files.append(file)
    app = open_load(open_page)
    app = choose(app, "Several fit, and only one sheet can be read at a time", "Burglary")
    app = press(app, "Go on")
    app = press(app, "2 Columns")
    next(box for box in app.selectbox if box.label == "Offence or category").set_value("Words")
    app.run()
    app = press(app, "Go on")
    assert screen(app) == CHECKS
    app = press(app, "Load")
    assert empty_copy.rows("SELECT DISTINCT offence, count(*) FROM crimes GROUP BY 1") == [
        ("Burglary", 5)
    ]


def test_the_layer_that_was_named_is_the_one_loaded(empty_copy, open_page, given_files, tmp_path):
    file = tmp_path / "areas.gpkg"
    squares = [box(-1.5 + n / 100, 53.4, -1.49 + n / 100, 53.41) for n in range(3)]
    areas = gpd.GeoDataFrame({"name": list("abc")}, geometry=squares, crs="EPSG:4326")
    areas.to_file(file, layer="wards")
    areas.head(1).to_file(file, layer="beats")
    given_files.append(file)
    app = open_page("technology", "analyst")
    app.session_state["technology-tabs"] = "Load data"
    app.session_state["load-feed"] = "places"
    app.run()
    assert not app.exception
    assert screen(app) == "Which layer holds the places?"
    app = choose(app, "Several fit, and only one layer can be read at a time", "beats")
    app = press(app, "Go on")
    app = press(app, "Load")
    assert empty_copy.rows("SELECT name FROM places") == [("a",)]
