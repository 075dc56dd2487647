"""Dosage against what is known: the sample town's continuous paths, and real taxis by hand."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import targeting, technology
from analytics.geography import project
from analytics.tracking import TrackingSettings, preview_dosage
from analytics.workspace import Workspace


@pytest.fixture(scope="module")
def user():
    from analytics.workspace import User

    return User("os:test", "Test", frozenset(), every_right=True)


def test_headline_minutes_of_the_sample_are_within_five_percent(
    empty_workspace, acting, sample_files
):
    for feed, name in (("points", "points.csv"), ("places", "places.geojson")):
        technology.load(empty_workspace, acting, feed, [sample_files / name])
    technology.load(empty_workspace, acting, "pings", [sample_files / "pings.csv.gz"])
    chosen = TrackingSettings(places="saved", place_kind="trial")
    found = preview_dosage(empty_workspace, acting, chosen)
    places = found.hotspots.set_index("place_id")
    true = json.loads((sample_files / "truth.json").read_text())["presence"]["places"]
    names = [name for name in true if name.startswith("TP")]
    assert sorted(places.index) == sorted(names)

    def total(key):
        return sum(true[name][key] for name in names)

    assert found.total("officer_minutes") == pytest.approx(total("patrol_minutes"), rel=0.05)
    assert found.total("patrol_minutes") == pytest.approx(total("patrol_minutes_union"), rel=0.05)
    assert found.qualifying_visits == pytest.approx(total("stays_of_10_minutes"), rel=0.02)
    assert found.total("excluded_minutes") == pytest.approx(total("station_minutes"), rel=0.05)
    for name in names:
        assert places.loc[name, "officer_minutes"] == pytest.approx(
            true[name]["patrol_minutes"], rel=0.08
        )


@pytest.fixture(scope="module")
def taxis(tmp_path_factory, real_data, user):
    """San Francisco with a list of robbery hot spots and three weeks of three taxis."""
    folder = tmp_path_factory.mktemp("taxis") / "workspace"
    with Workspace.create(
        folder, user, crs="EPSG:26910", timezone="America/Los_Angeles"
    ) as workspace:
        robberies = sorted((real_data / "san_francisco_robbery_2019").glob("*.csv.gz"))
        technology.load(workspace, user, "crimes", robberies)
        cabs = sorted((real_data / "gps_cabspotting_sf_a").glob("*.txt.gz"))
        technology.load(workspace, user, "pings", cabs)
        hull = targeting.TargetingSettings(study_area="hull")
        targeting.sign_off(workspace, user, hull, allow_undecided=True)
        yield workspace


def stays_by_hand(ms, gap_ms):
    """First and last fix of each visit, by the rule in words."""
    ends = np.flatnonzero(np.diff(ms) > gap_ms)
    return list(zip(ms[np.r_[0, ends + 1]], ms[np.r_[ends, len(ms) - 1]], strict=True))


@pytest.mark.real
def test_taxis_in_hot_spots_equal_a_count_by_hand(taxis, user):
    found = preview_dosage(taxis, user, TrackingSettings())
    files = taxis.ping_files()
    pings = taxis.frame(
        "SELECT device, ms, lon, lat, gap_ms, speed_kmh FROM read_parquet(?) ORDER BY device, ms",
        [files],
    )
    clean = usable(pings)
    left_out = found.cleaning.set_index("reason")["fixes"]
    assert left_out["impossible_jump"] + left_out["same_moment"] == len(pings) - len(clean) > 0
    pings = clean
    x, y = project(pings["lon"].to_numpy(), pings["lat"].to_numpy(), taxis.crs)
    visits = {}
    for place in found.hotspots.itertuples():
        inside = pings[shapely.contains_xy(place.geometry, x, y)]
        visits[place.place_id] = [
            stay
            for _, part in inside.sort_values("ms").groupby("device")
            for stay in stays_by_hand(part["ms"].to_numpy(), 300_000)
        ]
    assert found.hotspots.set_index("place_id")["visits"].to_dict() == {
        place_id: len(stays) for place_id, stays in visits.items()
    }
    lower = sum(last - first for stays in visits.values() for first, last in stays)
    assert found.visits["lower_ms"].sum() == lower
    assert found.total("visits") > 2_000
    assert found.ping_interval_s == 60
    assert found.qualifying_visits > 10


GEOLIFE = ("geolife_small_*.csv.gz", "geolife_sample_*.csv.gz", "00*/Trajectory/*.plt.gz")


def usable(pings):
    """Leave out the fixes that the rules leave out, said again in pandas."""
    is_fast = (pings["speed_kmh"] > 200) & (pings["gap_ms"] > 0)
    jumps = is_fast & is_fast.shift(-1, fill_value=False)
    jumps &= pings["device"] == pings["device"].shift(-1)
    return pings[~jumps & (pings["gap_ms"].fillna(1) != 0)]


@pytest.mark.real
@pytest.mark.parametrize("layout", GEOLIFE)
def test_walkers_of_beijing_in_every_layout_equal_a_count_by_hand(
    tmp_path, real_data, user, layout
):
    with Workspace.create(
        tmp_path / "w", user, crs="EPSG:32650", timezone="Asia/Shanghai"
    ) as workspace:
        technology.load(
            workspace, user, "pings", sorted((real_data / "gps_geolife_a").glob(layout))
        )
        pings = workspace.frame(
            "SELECT device, ms, lon, lat, gap_ms, speed_kmh FROM read_parquet(?) "
            "ORDER BY device, ms",
            [workspace.ping_files()],
        )
        x, y = project(pings["lon"].to_numpy(), pings["lat"].to_numpy(), workspace.crs)
        busiest = pd.DataFrame({"x": x // 400, "y": y // 400}).value_counts().head(12).index
        places = [
            (f"P{n:02d}", shapely.box(a * 400, b * 400, (a + 1) * 400, (b + 1) * 400))
            for n, (a, b) in enumerate(busiest)
        ]
        with workspace.write(user, "collect", "places", "p") as kept:
            for place_id, shape in places:
                kept.execute(
                    "INSERT INTO places (load_id, place_id, name, kind, geometry, area_m2) "
                    "VALUES ('p', ?, ?, 'square', ?, 160000)",
                    [place_id, place_id, shape.wkb],
                )
        found = preview_dosage(workspace, user, TrackingSettings(places="saved"))
        kept = usable(pings.assign(x=x, y=y))
        stays = {
            place_id: [
                stay
                for _, part in kept[shapely.contains_xy(shape, kept["x"], kept["y"])].groupby(
                    "device"
                )
                for stay in stays_by_hand(part["ms"].to_numpy(), 300_000)
            ]
            for place_id, shape in places
        }
        assert found.hotspots.set_index("place_id")["visits"].to_dict() == {
            place_id: len(held) for place_id, held in stays.items()
        }
        lower = sum(last - first for held in stays.values() for first, last in held)
        assert found.visits["lower_ms"].sum() == lower > 0
