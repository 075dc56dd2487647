"""Real extracts go in at one end by command line and come out with the numbers known for them."""

import json

import pytest

from analytics.workspace import Workspace

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def south_yorkshire(command, real_data, tmp_path_factory):
    """Workspace folder with 35 monthly files and the boundary made from its small areas."""
    source = real_data / "police_uk_south_yorkshire"
    folder = tmp_path_factory.mktemp("real") / "south-yorkshire"
    command("init", folder)
    report = command("load", folder, "crimes", *sorted((source / "street").glob("*.csv.gz")))
    command(
        "load", folder, "boundary", source / "boundaries" / "south_yorkshire_lsoa2011.geojson.gz"
    )
    return folder, report


def test_every_row_of_35_files_is_accounted_for(south_yorkshire):
    folder, report = south_yorkshire
    assert len(report["files"]) == 35
    assert report["rows_read"] == 524_633
    assert report["rows_stored"] == 503_663
    assert report["rows_quarantined"] == 20_970
    assert report["reasons"] == {"no_place": 20_970}
    assert any("2019-07 is missing" in warning for warning in report["warnings"])
    with Workspace.open(folder) as workspace:
        without_id = workspace.value(
            "SELECT count(*) FROM crimes WHERE offence = 'Anti-social behaviour' "
            "AND crime_id IS NULL"
        )
    assert without_id > 100_000


def test_the_same_files_again_store_nothing(south_yorkshire, command, real_data):
    folder, _ = south_yorkshire
    files = sorted((real_data / "police_uk_south_yorkshire" / "street").glob("2018-0*.csv.gz"))
    again = command("load", folder, "crimes", *files)
    assert again["rows_stored"] == 0
    assert again["rows_read"] == again["rows_already_held"] + again["rows_quarantined"]


def test_the_list_of_south_yorkshire_catches_what_is_known(south_yorkshire, command, tmp_path):
    folder, _ = south_yorkshire
    settings = tmp_path / "settings.json"
    settings.write_text(
        json.dumps(
            {
                "offences": ["Violence and sexual offences", "Robbery", "Possession of weapons"],
                "from": "2018-01-01",
                "to": "2019-12-31",
                "test_from": "2020-01-01",
                "test_to": "2020-12-31",
                "cell_width_m": 150,
                "select": 60,
            }
        )
    )
    found = command("target", folder, "--settings", settings, "--out", tmp_path / "out")
    accuracy = found["accuracy"]
    assert found["study_area_km2"] == pytest.approx(1551, abs=1)
    assert accuracy["hit_rate"] == pytest.approx(0.060, abs=0.001)
    assert accuracy["last_year_hit_rate"] == pytest.approx(0.060, abs=0.001)
    assert accuracy["best_hit_rate"] == pytest.approx(0.070, abs=0.001)
    assert accuracy["pai"] == pytest.approx(80, abs=1)
    assert any("Prison" in warning for warning in found["warnings"])
    assert any("Harm is not measurable" in warning for warning in found["warnings"])
    assert all(spot["harm"] is None for spot in found["hotspots"])
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"hotspots.geojson", "hotspots.gpkg", "hotspots.xlsx", "report.pdf"} <= written


def test_memphis_gives_the_cells_and_the_statistic_of_its_peer(command, real_data, tmp_path):
    folder = tmp_path / "memphis"
    command("init", folder, "--crs", "EPSG:2843", "--timezone", "America/Chicago")
    command(
        "load",
        folder,
        "crimes",
        real_data / "memphis_robberies_2019" / "memphis_robberies_2019.csv.gz",
    )
    settings = tmp_path / "settings.json"
    settings.write_text(
        '{"cell_shape": "square", "cell_width_m": 500, "study_area": "hull", '
        '"grid_origin": "lower_left"}'
    )
    found = command("target", folder, "--settings", settings)
    assert found["crimes"] == 2245
    assert found["cells"] == 3301
    assert found["hotspots"][0]["count"] == 24


def test_taxi_tracks_give_visits_to_robbery_hot_spots(command, real_data, tmp_path):
    folder = tmp_path / "san-francisco"
    command("init", folder, "--crs", "EPSG:26910", "--timezone", "America/Los_Angeles")
    command(
        "load",
        folder,
        "crimes",
        real_data / "san_francisco_robbery_2019" / "san_francisco_robbery.csv.gz",
    )
    loaded = command(
        "load", folder, "pings", *sorted((real_data / "gps_cabspotting_sf_a").glob("*.txt.gz"))
    )
    assert loaded["rows_stored"] == 23_495 + 21_241 + 25_392
    command("target", folder)
    found = command("track", folder)
    assert found["pings"] == 70_128
    assert found["ping_interval_s"] == pytest.approx(60, abs=1)
    assert found["visits"] > 0
    assert found["lower_minutes"] <= found["officer_minutes"] <= found["upper_minutes"]
