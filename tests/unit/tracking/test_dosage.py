"""From tracks to dosage against plan, in a workspace."""

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import shapely
from python_calamine import CalamineWorkbook

from analytics.tracking import (
    TrackingSettings,
    heat,
    preview_dosage,
    save_dosage,
    workbook,
    write_exports,
)
from analytics.workspace import InputError, Refused, User, get_run, make_settings
from tests.unit.tracking.conftest import (
    FIRST_DAY,
    MINUTE_MS,
    NOON_MS,
    add_list,
    add_plan,
    add_tracks,
    standing,
)

DAY_MS = 86_400_000


def rows_of(dosage):
    return dosage.hotspots.set_index("place_id")


def test_visits_and_minutes_per_place(tracked, acting):
    found = preview_dosage(tracked, acting, TrackingSettings())
    places = rows_of(found)
    assert places["visits"].to_dict() == {"A": 2, "B": 1, "C": 0}
    assert places["qualifying_visits"].to_dict() == {"A": 2, "B": 0, "C": 0}
    assert places["officer_minutes"].to_dict() == {"A": 27, "B": 5, "C": 0}
    assert places["patrol_minutes"].to_dict() == {"A": 22, "B": 5, "C": 0}
    assert places["days_since_last_visit"].tolist()[:2] == [0, 0]
    assert found.missed["place_id"].tolist() == ["C"]
    assert found.ping_interval_s == 15


def test_json_has_the_keys_of_the_command_line(tracked, acting):
    found = json.loads(json.dumps(preview_dosage(tracked, acting, TrackingSettings()).as_json()))
    assert {
        *("run_id", "pings", "ping_interval_s", "visits", "drive_throughs", "qualifying_visits"),
        *("patrol_minutes", "officer_minutes", "lower_minutes", "upper_minutes", "warnings"),
    } <= set(found)
    assert {
        *("hotspot_id", "visits", "lower_minutes", "qualifying_visits", "patrol_minutes"),
        *("planned_visits", "compliance", "days_since_last_visit"),
    } <= set(found["hotspots"][0])
    assert (found["lower_minutes"], found["officer_minutes"]) == (31.25, 32.0)
    assert found["upper_minutes"] == 32.75
    assert found["hotspots"][2]["days_since_last_visit"] is None


def test_each_day_is_judged_by_the_list_in_force(empty_workspace, acting):
    here, moved = (430_000, 300_000), (430_500, 300_000)
    second = FIRST_DAY + timedelta(days=1)
    add_list(empty_workspace, acting, 1, FIRST_DAY, {"A": here}, valid_to=second)
    add_list(empty_workspace, acting, 2, second, {"B": moved})
    tracks = [
        *standing("a", *here, NOON_MS, 10),
        *standing("a", *moved, NOON_MS + 20 * MINUTE_MS, 10),
        *standing("a", *here, NOON_MS + DAY_MS, 10),
        *standing("a", *moved, NOON_MS + DAY_MS + 20 * MINUTE_MS, 10),
    ]
    add_tracks(empty_workspace, acting, tracks)
    found = preview_dosage(empty_workspace, acting, TrackingSettings())
    days = found.place_days[["place_id", "list_id", "day", "visits"]].to_dict("records")
    assert days == [
        {"place_id": "A", "list_id": "list-1", "day": FIRST_DAY, "visits": 1},
        {"place_id": "B", "list_id": "list-2", "day": second, "visits": 1},
    ]


def test_days_between_two_lists_and_after_the_last_are_told(empty_workspace, acting):
    here, days = (430_000, 300_000), [FIRST_DAY + timedelta(days=n) for n in range(5)]
    add_list(empty_workspace, acting, 1, days[0], {"A": here}, valid_to=days[1])
    add_list(empty_workspace, acting, 2, days[2], {"A": here}, valid_to=days[3])
    tracks = [fix for n in range(5) for fix in standing("a", *here, NOON_MS + n * DAY_MS, 10)]
    add_tracks(empty_workspace, acting, tracks)
    found = preview_dosage(empty_workspace, acting, TrackingSettings())
    assert found.total("visits") == 2
    said = [text for text in found.warnings if text.startswith("No list was in force")]
    one, last = said
    assert f"{days[1].day}" in one and f"{days[3].day}" in last and f"{days[4].day}" in last


def test_days_before_the_first_list_are_judged_by_it_and_said(empty_workspace, acting):
    later = FIRST_DAY + timedelta(days=30)
    add_list(empty_workspace, acting, 1, later, {"A": (430_000, 300_000)})
    add_tracks(empty_workspace, acting, standing("a", 430_000, 300_000, NOON_MS, 10))
    found = preview_dosage(empty_workspace, acting, TrackingSettings())
    assert found.total("visits") == 1
    assert any("No list was in force" in text for text in found.warnings)


def test_compliance_is_capped_by_place_day(tracked, acting):
    second = FIRST_DAY + timedelta(days=1)
    add_tracks(
        tracked, acting, standing("a", 500_000, 300_000, NOON_MS + DAY_MS, 1), load_id="pings-2"
    )
    plan = [(FIRST_DAY, "A"), (FIRST_DAY, "B"), (second, "A"), (second, "C")]
    add_plan(tracked, acting, plan)
    found = preview_dosage(tracked, acting, TrackingSettings())
    assert (found.delivery.planned, found.delivery.delivered) == (4, 1)
    assert rows_of(found)["compliance"].to_dict() == {"A": 0.5, "B": 0.0, "C": 0.0}
    assert rows_of(found)["days_since_last_visit"]["A"] == 1


def test_a_day_without_gps_is_unknown_and_not_zero(tracked, acting):
    third = FIRST_DAY + timedelta(days=2)
    add_tracks(
        tracked, acting, standing("a", 500_000, 300_000, NOON_MS + 2 * DAY_MS, 1), load_id="p2"
    )
    add_plan(tracked, acting, [(FIRST_DAY + timedelta(days=1), "A"), (third, "A")])
    found = preview_dosage(tracked, acting, TrackingSettings())
    assert set(found.place_days["day"]) == {FIRST_DAY, third}
    assert found.delivery.planned == 1
    assert any("1 of 3 days have no GPS" in text for text in found.warnings)


def test_waiting_at_a_station_is_shown_apart(tracked, acting):
    with tracked.write(acting, "collect", "points", "p") as transaction:
        transaction.execute(
            "INSERT INTO points VALUES ('p', 1, 'Station', 'station', 430000, 300000, 0, 0)"
        )
    found = rows_of(preview_dosage(tracked, acting, TrackingSettings(exclusion_radius_m=30)))
    assert (found["visits"]["A"], found["officer_minutes"]["A"]) == (0, 0)
    assert found["excluded_minutes"]["A"] == 27
    assert found["officer_minutes"]["B"] == 5


def test_saved_places_are_judged_on_request(tracked, acting):
    shape = shapely.to_wkb(shapely.box(430_900, 299_900, 431_100, 300_100))
    with tracked.write(acting, "collect", "places", "p") as transaction:
        transaction.execute(
            "INSERT INTO places VALUES ('p', 1, 'TP01', 'Corner', 'trial', ?, 431000, 300000, 4e4)",
            [shape],
        )
    chosen = TrackingSettings(places="saved", place_kind="trial")
    found = preview_dosage(tracked, acting, chosen)
    assert rows_of(found)["officer_minutes"].to_dict() == {"TP01": 5}
    save_dosage(tracked, acting, chosen)
    assert tracked.value("SELECT count(*) FROM dosage_days") == 0
    with pytest.raises(InputError, match="no saved place 'X'"):
        preview_dosage(tracked, acting, TrackingSettings(places="saved", place_ids=["X"]))


def test_slow_device_gives_bounds_and_no_headline(empty_workspace, acting):
    add_list(empty_workspace, acting, 1, FIRST_DAY, {"A": (430_000, 300_000)})
    tracks = standing("slow", 430_000, 300_000, NOON_MS, 12, interval_s=240)
    add_tracks(empty_workspace, acting, tracks)
    found = preview_dosage(empty_workspace, acting, TrackingSettings(gap_minutes=8))
    assert found.qualifying_visits is None
    assert found.qualifying_range == (0, 1)
    assert found.as_json()["qualifying_visits"] is None
    assert any("lowest and a highest" in text for text in found.warnings)


def test_short_gap_setting_is_warned_about(tracked, acting):
    found = preview_dosage(tracked, acting, TrackingSettings(gap_minutes=0.4))
    assert any("95th percentile" in text for text in found.warnings)


def test_buffer_grows_the_geofence(tracked, acting):
    add_tracks(tracked, acting, standing("c", 432_085, 300_000, NOON_MS, 12), load_id="pings-2")
    assert rows_of(preview_dosage(tracked, acting, TrackingSettings()))["visits"]["C"] == 0
    found = preview_dosage(tracked, acting, TrackingSettings(buffer_m=25))
    assert rows_of(found)["visits"]["C"] == 1


def test_save_keeps_run_days_and_evidence_once(tracked, acting):
    saved = save_dosage(tracked, acting, TrackingSettings())
    save_dosage(tracked, acting, TrackingSettings())
    days = tracked.frame("SELECT * FROM dosage_days ORDER BY hotspot_id")
    assert days["hotspot_id"].tolist() == ["A", "B", "C"]
    assert days["patrol_minutes"].tolist() == [22, 5, 0]
    assert get_run(tracked, saved.run_id).result["visits"] == 3
    noted = dict(tracked.rows("SELECT item_id, run_id FROM evidence"))
    assert {"T6-01", "T6-03", "T6-06", "T6-07"} <= set(noted)


def test_coverage_counts_rostered_units_without_gps(tracked, acting):
    with tracked.write(acting, "collect", "roster", "r") as transaction:
        transaction.insert(
            "roster",
            pd.DataFrame({"day": FIRST_DAY, "unit": ["a", "b", "c", "d"], "load_id": "r"}),
        )
    found = preview_dosage(tracked, acting, TrackingSettings())
    assert found.coverage.share == 0.5
    assert found.as_json()["gps_coverage"] == 0.5
    assert any("2 of 4 rostered unit-days" in text for text in found.warnings)


def test_coverage_without_a_roster_is_unknown(tracked, acting):
    found = preview_dosage(tracked, acting, TrackingSettings())
    assert found.coverage.share is None
    assert any("no roster is loaded" in text for text in found.warnings)


def test_hours_hold_all_patrol_minutes_at_local_time(tracked, acting):
    found = preview_dosage(tracked, acting, TrackingSettings())
    assert found.hours.shape == (7, 24)
    assert found.hours[0, 12] == found.hours.sum() == 27


def test_heat_holds_the_minutes_of_all_fixes(tracked, acting):
    found = heat(tracked, acting, TrackingSettings())
    assert found.cells["minutes"].sum() == pytest.approx(14.75 + 4.75 + 11.75)
    assert len(found.cells) == found.cells_in_all
    assert found.share_shown == 1


def test_exports_hold_totals_and_no_device(tracked, acting, tmp_path):
    found = preview_dosage(tracked, acting, TrackingSettings())
    paths = write_exports(tracked, acting, found, tmp_path / "out")
    assert sorted(path.name for path in paths) == ["dosage.geojson", "dosage.xlsx"]
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "dosage.xlsx"))
    first = book.get_sheet_by_name("Hot spots").to_python()[1]
    assert first[:4] == [1, "A", "Place A", 2]
    layer = json.loads((tmp_path / "out" / "dosage.geojson").read_text())
    assert [part["id"] for part in layer["features"]] == ["A", "B", "C"]
    assert workbook(tracked, acting, found)[:2] == b"PK"


def test_nothing_to_read_is_one_sentence(empty_workspace, acting):
    with pytest.raises(InputError, match="no GPS fixes yet"):
        preview_dosage(empty_workspace, acting, TrackingSettings())
    add_tracks(empty_workspace, acting, standing("a", 430_000, 300_000, NOON_MS, 1))
    with pytest.raises(InputError, match="No hot spot list"):
        preview_dosage(empty_workspace, acting, TrackingSettings())


def test_a_period_without_gps_is_one_sentence(tracked, acting):
    chosen = make_settings(TrackingSettings, {"from": "2025-01-01", "to": "2025-01-31"})
    with pytest.raises(InputError, match="no GPS fixes from"):
        preview_dosage(tracked, acting, chosen)


def test_dates_out_of_order_and_unknown_settings_are_refused():
    with pytest.raises(InputError, match="Swap the two dates"):
        make_settings(TrackingSettings, {"from": "2026-02-01", "to": "2026-01-01"})
    with pytest.raises(InputError, match="'buffer' is not known"):
        make_settings(TrackingSettings, {"buffer": 3})


def test_only_those_who_may_track(tracked):
    officer = User("o", "Officer", frozenset({"officer"}))
    with pytest.raises(Refused):
        preview_dosage(tracked, officer, TrackingSettings())


def test_fixes_at_the_edge_of_a_day_belong_to_the_patrol_day(empty_workspace, acting):
    add_list(empty_workspace, acting, 1, FIRST_DAY, {"A": (430_000, 300_000)})
    four_in_the_morning = NOON_MS + 16 * 60 * MINUTE_MS
    add_tracks(empty_workspace, acting, standing("a", 430_000, 300_000, four_in_the_morning, 12))
    found = preview_dosage(empty_workspace, acting, TrackingSettings())
    assert found.place_days["day"].tolist() == [FIRST_DAY]
    assert found.hours[0, 4] == 12
    assert np.isclose(found.hours.sum(), 12)
