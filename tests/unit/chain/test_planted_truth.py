"""The chain finds in the sample town what was planted there."""

import json

import pandas as pd
import pytest
from shapely.geometry import Point

from analytics import targeting, testing, tracking
from analytics.workspace import make_settings

CORNER_M = 30.0
"""Crimes of a planted place scatter along its streets by a standard deviation of 15 m."""


@pytest.fixture(scope="module")
def truth(sample_files):
    return json.loads((sample_files / "truth.json").read_text())


def test_every_row_of_the_extract_is_accounted_for(opened, sample_files):
    ((read, stored, aside, held),) = opened.rows(
        "SELECT rows_read, rows_stored, rows_quarantined, rows_already_held FROM loads "
        "WHERE feed = 'crimes'"
    )
    lines = (sample_files / "crimes.csv").read_bytes().count(b"\n") - 1
    assert read == lines == stored + aside + held
    assert stored == opened.value("SELECT count(*) FROM crimes")
    assert aside == opened.value("SELECT count(*) FROM quarantine WHERE feed = 'crimes'")


def test_the_top_list_finds_the_planted_persistent_places(opened, acting, truth):
    persistent = [place for place in truth["places"]["planted"] if place["kind"] == "persistent"]
    settings = make_settings(
        targeting.TargetingSettings, {"select": len(persistent), "is_public_place_only": True}
    )
    for heap in targeting.heaping_places(opened, acting, settings).itertuples():
        targeting.decide_heaping(
            opened, acting, heap.place_key, "exclude", "Records are entered at the desk.", settings
        )
    found = targeting.preview_hotspots(opened, acting, settings).hotspots
    assert len(found) == len(persistent)
    ground = found.geometry.union_all().buffer(CORNER_M)
    caught = [p for p in persistent if ground.contains(Point(p["easting"], p["northing"]))]
    assert len(caught) >= 0.9 * len(persistent)


def test_headline_minutes_are_within_5_percent_of_the_true_minutes(opened, acting, truth):
    settings = make_settings(tracking.TrackingSettings, {"places": "saved", "place_kind": "trial"})
    found = tracking.preview_dosage(opened, acting, settings)
    minutes = {row["hotspot_id"]: row for row in found.as_json()["hotspots"]}
    true = {
        place_id: place
        for place_id, place in truth["presence"]["places"].items()
        if place_id.startswith("TP")
    }
    assert set(minutes) == set(true)
    delivered = sum(row["officer_minutes"] for row in minutes.values())
    assert delivered == pytest.approx(sum(p["patrol_minutes"] for p in true.values()), rel=0.05)
    for place_id, row in minutes.items():
        assert row["officer_minutes"] == pytest.approx(true[place_id]["patrol_minutes"], rel=0.05)


def test_true_presence_lies_between_the_bounds_on_nearly_every_place_day(opened, acting, truth):
    settings = make_settings(tracking.TrackingSettings, {"places": "saved", "place_kind": "trial"})
    days = tracking.presence_bounds(opened, acting, settings)
    held = truth["presence"]["place_days"]
    rows = pd.DataFrame(held["rows"], columns=held["columns"])
    rows["true"] = rows["patrol_minutes"] + rows["drive_through_minutes"]
    true = rows.assign(day=pd.to_datetime(rows["day"]).dt.date).groupby(["place_id", "day"])["true"]
    days = days.merge(true.sum().reset_index(), on=["place_id", "day"], how="left")
    days["true"] = days["true"].fillna(0.0)
    inside = (days["true"] >= days["low_minutes"]) & (days["true"] <= days["high_minutes"])
    assert len(days) == 20 * 84 and (days["true"] > 0).sum() > 900
    assert inside.mean() >= 0.95
    assert inside[days["true"] > 0].mean() >= 0.9


def test_the_crossover_s_interval_holds_the_planted_ratio(opened, acting, truth):
    settings = make_settings(
        testing.TestingSettings, {"design": "crossover", "seed": 1, "is_public_place_only": True}
    )
    found = testing.preview_evaluation(opened, acting, settings).as_json()
    ratio = next(
        row
        for row in found["estimates"]
        if row["scale"] == "ratio" and row["outcome"] == "count" and row["low"] is not None
    )
    assert ratio["low"] < truth["trial"]["rate_ratio"] < ratio["high"]
    assert "detect" in found["conclusion"].lower()
