"""The planted town: determinism, concentration, faults of the export, the trial's geometry."""

import numpy as np
import pandas as pd
import pytest
from shapely import Point, contains_xy

from sample_data import people, trial
from sample_data.generate import FILES, town
from sample_data.ground import make_ground
from sample_data.streams import DEFAULT_SEED, stream
from sample_data.streets import make_streets


@pytest.fixture(scope="module")
def placed(marlbridge):
    crimes = marlbridge.crimes
    crimes = crimes[crimes["Easting"] != ""]
    return crimes["Easting"].astype(float).to_numpy(), crimes["Northing"].astype(float).to_numpy()


def _top_share(cells: np.ndarray, top: int = 60) -> float:
    counts = np.unique(cells, axis=0, return_counts=True)[1]
    return float(np.sort(counts)[-top:].sum() / len(cells))


def _squares(x, y, width, origin):
    return np.floor(np.column_stack([x - origin[0], y - origin[1]]) / width).astype(int)


def _hexagons(x, y, width, origin):
    """Number pointy-top hexagons: the nearest centre of two interleaved rectangular lattices."""
    tall = width * np.sqrt(3)
    x, y = x - origin[0], y - origin[1]
    even = np.column_stack([np.round(x / width), np.round(y / tall)])
    odd = np.column_stack([np.floor(x / width) + 0.5, np.floor(y / tall) + 0.5])
    size = np.array([width, tall])
    here = np.column_stack([x, y])
    nearer = np.hypot(*(here - even * size).T) <= np.hypot(*(here - odd * size).T)
    return np.where(nearer[:, None], even, odd)


def test_same_seed_gives_the_same_crimes(marlbridge):
    pd.testing.assert_frame_equal(town(DEFAULT_SEED).crimes, marlbridge.crimes)


def test_another_seed_gives_another_town(marlbridge):
    other = make_streets(8, make_ground(8))
    assert not np.array_equal(other.nodes, marlbridge.streets.nodes)
    assert len(set(other.names)) > 300


def test_committed_files_are_those_of_the_default_seed(marlbridge):
    written = (FILES / "crimes.csv").read_bytes()
    assert written == marlbridge.crimes.to_csv(index=False, lineterminator="\r\n").encode()
    roster = (FILES / "roster.csv").read_text()
    assert roster == people.make_roster(DEFAULT_SEED).to_csv(index=False, lineterminator="\n")


@pytest.mark.parametrize("number", [_squares, _hexagons])
def test_sixty_busiest_cells_hold_six_to_nine_per_cent_on_any_grid(placed, number):
    rng = np.random.default_rng(1)
    shares = [_top_share(number(*placed, 150.0, rng.uniform(0, 300, 2))) for _ in range(8)]
    assert min(shares) > 0.06
    assert max(shares) < 0.091


def test_export_holds_the_faults_it_says(marlbridge):
    crimes = marlbridge.crimes
    assert 29_000 < len(crimes) < 31_000
    assert (crimes["Easting"] == "").mean() == pytest.approx(0.04, abs=0.004)
    assert ((crimes["Easting"] == "") == (crimes["Northing"] == "")).all()
    assert 90 < crimes.duplicated().sum() < 150
    once = crimes.drop_duplicates()
    assert once["Crime Ref"].is_unique
    assert once.groupby("Occurrence No").size().max() == 3
    assert set(crimes[["Public Place", "Domestic", "Knife"]].to_numpy().ravel()) == {"Y", "N"}


def test_strays_lie_far_outside_and_heaps_on_one_point(marlbridge, placed):
    x, y = placed
    far = np.hypot(x - 432_000, y - 298_000) > 20_000
    assert 10 <= far.sum() <= 30
    at_station = (x == marlbridge.station.x) & (y == marlbridge.station.y)
    assert at_station.sum() > 30


def test_times_run_forward_within_the_extract(marlbridge):
    crimes = marlbridge.crimes
    start = pd.to_datetime(crimes["Date From"] + " " + crimes["Time From"], format="%d/%m/%Y %H:%M")
    closed = crimes["Date To"] != ""
    end = pd.to_datetime(
        crimes["Date To"][closed] + " " + crimes["Time To"][closed], format="%d/%m/%Y %H:%M"
    )
    assert start.min() >= pd.Timestamp("2023-09-01")
    assert max(start.max(), end.max()) < pd.Timestamp("2026-09-01")
    assert (end >= start[closed]).all()
    burglary = closed & (crimes["Offence Code"] == "28E")
    spans_h = (end[burglary[closed]] - start[burglary]).dt.total_seconds() / 3600
    assert 0.05 < (spans_h > 24).mean() < 0.3
    # 01:00 to 02:00 does not exist on the night the clocks go forward.
    gap = start.dt.normalize().isin(pd.to_datetime(["2024-03-31", "2025-03-30", "2026-03-29"]))
    assert not (gap & (start.dt.hour == 1)).any()


def test_violence_peaks_on_weekend_nights_in_the_night_time_economy(marlbridge):
    places = [p.place_id for p in marlbridge.places if p.character == "night-time economy"]
    occurrences = marlbridge.occurrences
    hours = occurrences.loc[occurrences["source"].isin(places), "hour"].to_numpy() % 168
    # Hour 0 is a Friday (1 September 2023): Friday and Saturday 19:00 to 05:00.
    weekend = ((hours >= 19) & (hours < 29)) | ((hours >= 43) & (hours < 53))
    assert weekend.mean() > 0.4


def test_trial_geometry(marlbridge):
    trial_places = [a for a in marlbridge.areas if a.kind == "trial"]
    comparison = [a for a in marlbridge.areas if a.kind == "comparison"]
    assert (len(trial_places), len(comparison)) == (20, 20)
    rings = [a.polygon.buffer(100.0) for a in trial_places]
    assert not any(ring.intersects(c.polygon) for ring in rings for c in comparison)
    assert all(120 < np.sqrt(a.polygon.area) < 190 for a in marlbridge.areas)
    assert trial_places[0].polygon.contains(marlbridge.station)
    assert marlbridge.ground.boundary.contains(Point(trial_places[0].polygon.centroid))


def test_exactly_seven_places_are_treated_each_day(marlbridge):
    treated = marlbridge.assignment.query("assigned == 'treatment'").groupby("date").size()
    assert len(treated) == 90
    assert set(treated) == {7}
    other = trial.assign(stream(8, "assignment"), ["a", *"bcdefghijklmnopqrst"])
    assert set(other.query("assigned == 'treatment'").groupby("date").size()) == {7}


def test_emerging_places_begin_in_the_last_six_months(marlbridge):
    emerging = [p.place_id for p in marlbridge.places if p.kind == "emerging"]
    own = marlbridge.occurrences[marlbridge.occurrences["source"].isin(emerging)]
    assert len(emerging) == 6
    assert len(own) > 60
    assert own["hour"].min() >= (1_096 - 184) * 24


def test_trial_places_hold_more_than_comparison_places(marlbridge, placed):
    inside = {a.place_id: int(contains_xy(a.polygon, *placed).sum()) for a in marlbridge.areas}
    trial_counts = [n for place, n in inside.items() if place.startswith("TP")]
    comparison = [n for place, n in inside.items() if place.startswith("CP")]
    assert np.median(trial_counts) > 1.8 * np.median(comparison)
    assert max(inside, key=inside.get) == "TP01"
