"""Files of a list: what a GIS, a spreadsheet and a reader find in them."""

import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from analytics import targeting
from analytics.targeting import TargetingSettings
from analytics.targeting.problem_profile import problem_profile
from analytics.workspace import Refused, User, make_settings


@pytest.fixture
def result(town, acting):
    chosen = make_settings(TargetingSettings, {"select": 8, "test_from": "2025-01-01"})
    return targeting.preview_hotspots(town, acting, chosen)


def test_the_files_hold_the_list(town, acting, result, tmp_path):
    files = targeting.write_exports(town, acting, result, tmp_path / "out")
    names = ["hotspots.geojson", "hotspots.gpkg", "hotspots.xlsx", "report.pdf"]
    assert [file.name for file in files] == [*names, "hotspots.kml", "hotspots_shapefile.zip"]
    wide = json.loads(files[0].read_text(encoding="utf-8"))
    assert len(wide["features"]) == 8
    lon, lat = wide["features"][0]["geometry"]["coordinates"][0][0]
    assert -8 < lon < 2
    assert 49 < lat < 61
    assert "crs" not in wide
    layer = gpd.read_file(files[1], layer="hotspots")
    assert layer.crs == "EPSG:27700"
    assert layer.geometry.area.to_numpy() == pytest.approx(result.hotspots["area_m2"].to_numpy())
    sheets = pd.read_excel(files[2], sheet_name=None, engine="calamine")
    assert sheets["Hot spots"]["Crimes"].tolist() == result.hotspots["count"].tolist()
    assert {"Scores", "Warnings", "When", "About"} <= set(sheets)
    assert files[3].read_bytes().startswith(b"%PDF-")
    assert town.value("SELECT count(*) FROM audit WHERE action = 'disclose'") == 1


def test_kml_and_shapefile_open_with_names_and_say_what_they_are(town, acting, result, tmp_path):
    places = result.hotspots
    (tmp_path / "h.kml").write_bytes(targeting.kml(town, result))
    seen = gpd.read_file(tmp_path / "h.kml")
    assert seen["Name"].tolist() == [
        f"{row.rank} {row.name}" for row in places[["rank", "name"]].itertuples(index=False)
    ]
    assert f"Crimes: {places['count'].iloc[0]}" in seen["description"].iloc[0]
    there = seen.to_crs(places.crs).geometry
    assert there.area.to_numpy() == pytest.approx(places.area.to_numpy(), rel=1e-4)
    text = (tmp_path / "h.kml").read_text(encoding="utf-8")
    assert result.run_id in text
    assert town.marking in text
    (tmp_path / "h.zip").write_bytes(targeting.shapefile(town, result))
    flat = gpd.read_file(tmp_path / "h.zip")
    assert flat.crs == "EPSG:27700"
    assert flat["crimes"].tolist() == places["count"].tolist()
    assert flat["name"].tolist() == places["name"].tolist()
    assert all(len(name) <= 10 for name in flat.columns)
    with zipfile.ZipFile(tmp_path / "h.zip") as archive:
        assert archive.read("hotspots.cpg").decode().strip() == "UTF-8"
        told = archive.read("hotspots.txt").decode()
    assert result.run_id in told
    assert "test_crim   Crimes in the test period" in told


def test_an_edited_list_is_exported_as_edited(town, acting, result, tmp_path):
    place = result.hotspots.iloc[0]
    targeting.rename_place(town, acting, result, place["hotspot_id"], "Mötley Lane", "As called")
    targeting.drop_place(town, acting, result, result.hotspots["hotspot_id"].iloc[1], "A depot")
    listed = targeting.apply_edits(town, acting, result)
    files = {file.name: file for file in targeting.write_exports(town, acting, listed, tmp_path)}
    assert len(json.loads(files["hotspots.geojson"].read_text())["features"]) == 7
    assert gpd.read_file(files["hotspots_shapefile.zip"])["name"].iloc[0] == "Mötley Lane"
    sheets = pd.read_excel(files["hotspots.xlsx"], sheet_name=None, engine="calamine")
    assert sheets["Edits"]["Reason"].tolist() == ["As called", "A depot"]
    about = dict(sheets["About"].to_numpy().tolist())
    assert about["Run"].startswith(f"{result.run_id} with 2 edits by hand")


def test_the_report_has_a_card_a_place_and_a_map_where_streets_are_held(
    town, acting, store, result
):
    x, y = result.hotspots[["x", "y"]].iloc[0]
    lane = shapely.LineString([(x - 400, y), (x + 400, y)])
    street = {"street_id": "1", "name": "Mill Lane", "class": "", "length_m": lane.length}
    store(town, "streets", [{**street, "geometry": lane.wkb}])
    data, images = problem_profile(town, acting, targeting.unedited(town, result), [])
    headings = [section["heading"] for section in data["sections"]]
    assert headings.index("Ranking") < headings.index("When") < headings.index("Fair use")
    cards = next(s["cards"] for s in data["sections"] if "cards" in s)
    assert len(cards) == 8
    assert images[cards[0]["image"]["name"]].startswith(b"\x89PNG")
    assert {"map", "months", "week"} <= set(images)
    first = dict(cards[0]["facts"])
    years = [part.split(": ") for part in first["By year"].split(", ")]
    place = result.hotspots.iloc[0]
    assert sum(int(number) for _, number in years) == place["count"]
    assert set(first) >= {"Crimes", "Offences", "Peak hours", "In the test period"}


def test_files_need_the_right_to_export(town, result, tmp_path):
    officer = User("o", "O", frozenset({"officer"}))
    with pytest.raises(Refused):
        targeting.write_exports(town, officer, result, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_scores_by_length_and_gi(result):
    table = targeting.score_curve(result)
    at = table[table["places"] == 8].iloc[0]
    assert at["this_list"] == pytest.approx(result.accuracy.hit_rate)
    assert at["best"] == pytest.approx(result.accuracy.best_hit_rate)
    assert (table["this_list"] <= table["best"] + 1e-12).all()
    hot = targeting.significant_places(result)
    assert hot["rank"].tolist() == list(range(1, 9))
    assert hot["z"].notna().all()
    assert (hot["p"] <= hot["p_adjusted"]).all()
