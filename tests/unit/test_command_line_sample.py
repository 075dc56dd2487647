"""The whole chain on the sample town, command by command, with the keys that are promised."""

import io
import json
import zipfile

import geopandas as gpd
import pytest

from analytics.cli import run


def keys(*plain: str, **records: set[str]) -> dict[str, set[str]]:
    """Promised keys: plain ones, and those that hold records with keys of their own."""
    return {**{name: set() for name in plain}, **records}


TARGET_KEYS = keys(
    *("run_id", "settings", "crimes", "cells", "cell_area_m2", "study_area_km2", "warnings"),
    hotspots={"hotspot_id", "name", "rank", "count", "harm", "share_of_count", "share_of_harm"}
    | {"lon", "lat", "area_m2", "class"},
    concentration={"gini", "generalised_gini", "places_for_half"},
    accuracy={"train_from", "train_to", "test_from", "test_to", "hit_rate", "best_hit_rate"}
    | {"last_year_hit_rate", "pai", "pei", "rri"},
)
TASK_KEYS = keys(
    *("run_id", "value", "upper_bound", "unmet", "warnings"),
    visits={"date", "shift", "unit", "order", "hotspot_id", "start", "minutes"},
)
TRACK_KEYS = keys(
    *("run_id", "pings", "ping_interval_s", "visits", "drive_throughs", "qualifying_visits"),
    *("patrol_minutes", "officer_minutes", "lower_minutes", "upper_minutes", "warnings"),
    hotspots={"hotspot_id", "visits", "lower_minutes", "qualifying_visits", "patrol_minutes"}
    | {"planned_visits", "compliance", "days_since_last_visit"},
)
TEST_KEYS = keys(
    *("run_id", "design", "conclusion", "warnings"),
    estimates={"method", "outcome", "part", "scale", "value", "low", "high", "level", "p_value"},
)
LOAD_KEYS = keys(
    *("feed", "files", "rows_read", "rows_stored", "rows_quarantined", "rows_already_held"),
    *("reasons", "first", "last", "warnings", "seconds"),
).keys()


def command(*arguments: object) -> dict:
    """Run one command with --json that must succeed and return its object."""
    out, err = io.StringIO(), io.StringIO()
    code = run([*map(str, arguments), "--json"], None, out, err)
    assert code == 0, err.getvalue()
    return json.loads(out.getvalue(), parse_constant=pytest.fail)


def assert_keys(found: dict, expected: dict[str, set[str]]) -> None:
    """Every promised key is there, in the object and in the first of each of its lists."""
    assert expected.keys() <= found.keys()
    for name, inner in expected.items():
        if inner:
            record = found[name][0] if isinstance(found[name], list) else found[name]
            assert inner <= record.keys()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict:
    return command("init", tmp_path_factory.mktemp("town") / "w", "--sample")


@pytest.fixture(scope="module")
def town(made):
    return made["workspace"]


@pytest.fixture(scope="module")
def listed(town, tmp_path_factory) -> tuple[dict, object]:
    """The list in force from all but the last half year, and the folder of its files."""
    folder = tmp_path_factory.mktemp("out")
    settings = folder / "s.json"
    settings.write_text('{"to": "2026-02-28", "test_from": "2026-03-01", "select": 40}')
    return command("target", town, "--settings", settings, "--out", folder), folder


def test_init_loads_every_file_and_accounts_for_every_row(made):
    assert made["name"] == "Marlshire Police"
    assert made["is_sample"] is True
    assert len(made["loads"]) == 13
    for load in made["loads"]:
        assert load.keys() >= LOAD_KEYS
        kept = load["rows_stored"] + load["rows_quarantined"] + load["rows_already_held"]
        assert load["rows_read"] == kept


def test_feeds(town):
    rows = {feed["feed"]: feed["rows"] for feed in command("feeds", town)["feeds"]}
    assert len(rows) == 14
    assert rows["crimes"] > 25_000
    assert not rows["incidents"]


def test_loading_the_same_file_again_stores_nothing(town, sample_files):
    again = command("load", town, "bases", sample_files / "bases.csv")
    assert again["rows_stored"] == 0
    assert again["rows_already_held"] == again["rows_read"]


def test_target(listed):
    found, folder = listed
    assert_keys(found, TARGET_KEYS)
    assert len(found["hotspots"]) == 40
    assert [spot["rank"] for spot in found["hotspots"]][:3] == [1, 2, 3]
    layer = gpd.read_file(folder / "hotspots.geojson")
    assert layer["hotspot_id"].tolist() == [spot["hotspot_id"] for spot in found["hotspots"]]
    assert gpd.read_file(folder / "hotspots.gpkg", layer="hotspots").crs.to_epsg() == 27700
    assert zipfile.is_zipfile(folder / "hotspots.xlsx")
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_draft_is_not_in_force_and_without_a_test_period_is_not_judged(town, listed, tmp_path):
    (tmp_path / "s.json").write_text('{"select": 10}')
    draft = command("target", town, "--settings", tmp_path / "s.json", "--draft")
    assert draft["accuracy"] is None
    assert draft["warnings"]
    assert len(command("track", town)["hotspots"]) == 40


def test_the_same_run_has_the_same_name(town, listed, tmp_path):
    (tmp_path / "s.json").write_text('{"select": 10}')
    names = {
        command("target", town, "--settings", tmp_path / "s.json", "--draft")["run_id"]
        for _ in range(2)
    }
    assert len(names) == 1


def test_task(town, listed, tmp_path):
    day = '"2026-09-01"'
    (tmp_path / "s.json").write_text(f'{{"from": {day}, "to": {day}, "seed": 7}}')
    plans = [command("task", town, "--settings", tmp_path / "s.json") for _ in range(2)]
    assert_keys(plans[0], TASK_KEYS)
    assert plans[0]["visits"] == plans[1]["visits"]
    assert plans[0]["value"] <= plans[0]["upper_bound"]


def test_track(town, listed, tmp_path):
    found = command("track", town, "--out", tmp_path)
    assert_keys(found, TRACK_KEYS)
    assert found["ping_interval_s"] == pytest.approx(15)
    assert found["lower_minutes"] <= found["officer_minutes"] <= found["upper_minutes"]
    assert found["patrol_minutes"] <= found["officer_minutes"]
    assert list(tmp_path.iterdir())


@pytest.mark.parametrize("design", ["before_after", "crossover"])
def test_test(town, listed, tmp_path, design):
    (tmp_path / "s.json").write_text(json.dumps({"design": design, "seed": 1}))
    found = command("test", town, "--settings", tmp_path / "s.json", "--out", tmp_path / "out")
    assert_keys(found, TEST_KEYS)
    assert found["design"] == design
    assert found["conclusion"].endswith(".")
    assert list((tmp_path / "out").iterdir())


def test_demo_sign_ins_are_made_for_the_sample(town):
    made = command("users", town)["users"]
    assert len({one["password"] for one in made}) == len(made) == 8


def test_the_log_is_whole_after_all_that(town, listed):
    assert command("log", town, "--verify")["verified"] is True
