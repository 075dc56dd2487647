"""Files of a list: what a GIS, a spreadsheet and a reader find in them."""

import json

import geopandas as gpd
import pandas as pd
import pytest

from analytics import targeting
from analytics.targeting import TargetingSettings
from analytics.workspace import Refused, User, make_settings


@pytest.fixture
def result(town, acting):
    chosen = make_settings(TargetingSettings, {"select": 8, "test_from": "2025-01-01"})
    return targeting.preview_hotspots(town, acting, chosen)


def test_the_four_files_hold_the_list(town, acting, result, tmp_path):
    files = targeting.write_exports(town, acting, result, tmp_path / "out")
    names = ["hotspots.geojson", "hotspots.gpkg", "hotspots.xlsx", "report.pdf"]
    assert [file.name for file in files] == names
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
