"""Patrols: true minutes against a fine clock, pings against paths, the files against the truth."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from shapely import contains_xy

from sample_data import people
from sample_data.generate import FILES
from sample_data.gps import make_pings
from sample_data.patrol import make_paths
from sample_data.presence import seconds_inside, true_stays, union_minutes
from sample_data.streams import DEFAULT_SEED

DAYS = pd.date_range("2026-06-12", "2026-06-13")


@pytest.fixture(scope="module")
def paths(marlbridge):
    drawn = marlbridge
    return make_paths(7, drawn.streets, drawn.areas, drawn.bases, drawn.assignment, DAYS)


def test_same_seed_gives_the_same_pings(marlbridge, paths):
    drawn = marlbridge
    again = make_paths(7, drawn.streets, drawn.areas, drawn.bases, drawn.assignment, DAYS)
    first, second = make_pings(7, paths), make_pings(7, again)
    assert first.to_csv(index=False) == second.to_csv(index=False)


def test_units_move_no_faster_than_cars_and_stay_within_their_shift(paths):
    for path in paths:
        t, x, y, _ = path.arrays()
        speed = np.hypot(np.diff(x), np.diff(y)) / np.diff(t)
        limit = 2.0 if people.mode_of(path.unit) == "foot" else 16.0
        assert speed.max() < limit
        start, end = people.SHIFTS[people.shift_of(path.unit, path.day)]
        hours = [int(text[:2]) for text in (start, end)]
        last = hours[1] + (24 if hours[1] < hours[0] else 0)
        assert hours[0] * 3600 <= t[0] <= t[-1] <= last * 3600


def test_minutes_inside_agree_with_a_clock_of_a_tenth_of_a_second(marlbridge, paths):
    area = marlbridge.areas[0].polygon
    path = next(p for p in paths if people.mode_of(p.unit) == "foot")
    t, x, y, _ = path.arrays()
    ticks = np.arange(t[0], t[-1], 0.1)
    counted = contains_xy(area, np.interp(ticks, t, x), np.interp(ticks, t, y)).sum() / 10
    assert counted > 0
    assert seconds_inside(t, x, y, area).sum() == pytest.approx(counted, abs=10)


def test_stays_add_up_and_last_no_longer_than_they_took(marlbridge, paths):
    stays = true_stays(paths, marlbridge.areas, marlbridge.station)
    lasted = (stays["leave_s"] - stays["enter_s"]) / 60
    assert (lasted > 0).all()
    np.testing.assert_allclose(stays["minutes"], lasted, atol=0.6)
    station = stays[stays["kind"] == "station"]
    assert set(station["place_id"]) == {"TP01"}
    patrol = stays[stays["kind"] == "patrol"]
    assert (patrol["minutes"] >= 10).sum() > 20


def test_union_counts_overlapping_minutes_once():
    stays = pd.DataFrame({"enter_s": [0.0, 60.0, 600.0], "leave_s": [120.0, 180.0, 660.0]})
    assert union_minutes(stays) == pytest.approx(4.0)


def test_pings_lie_near_the_path_at_fifteen_second_steps(paths):
    pings = make_pings(7, paths[:1])
    steps = np.diff(pings["time_utc"])
    assert (steps % 15 == 0).all()
    assert np.median(steps) == 15
    assert (steps > 15).any()
    # The shift's first ping, in summer time: local midnight is 23:00 UTC of the day before.
    first = pd.Timestamp(pings["time_utc"].iloc[0], unit="s")
    midnight = paths[0].day - pd.Timedelta(hours=1)
    assert 0 <= (first - midnight).total_seconds() - paths[0].t[0] <= 16


def test_committed_truth_adds_up():
    truth = json.loads((FILES / "truth.json").read_text())
    table = truth["presence"]["place_days"]
    days = pd.DataFrame(table["rows"], columns=table["columns"])
    totals = days.groupby("place_id")["patrol_minutes"].sum()
    for place, facts in truth["presence"]["places"].items():
        assert totals[place] == pytest.approx(facts["patrol_minutes"], abs=2.0)
        assert facts["patrol_minutes_union"] <= facts["patrol_minutes"] + 0.01
    assert truth["trial"]["rate_ratio"] == 0.75
    assert truth["as_of"] == "2026-08-31"


def test_committed_pings_open_as_text_with_the_stated_columns():
    with gzip.open(FILES / "pings.csv.gz", "rt") as file:
        assert file.readline() == "device,time_utc,longitude,latitude,accuracy_m\n"
        device, time, longitude, latitude, _ = file.readline().split(",")
    assert device == "U01"
    assert time.endswith("Z")
    assert -1.7 < float(longitude) < -1.4
    assert 52.5 < float(latitude) < 52.7


def test_incidents_never_fall_into_a_stay_of_their_unit():
    activity = pd.read_csv(FILES / "activity.csv")
    incidents = activity[activity["kind"] == "incident"]
    truth = json.loads((FILES / "truth.json").read_text())
    assert len(incidents) > 100 and truth["seed"] == DEFAULT_SEED
    visited = activity[activity["kind"] != "incident"]
    joined = incidents.merge(visited, on="unit", suffixes=("", "_visit"))
    inside = (joined["at_visit"] > joined["at"]) & (joined["at_visit"] < joined["until"])
    assert not inside.any()
