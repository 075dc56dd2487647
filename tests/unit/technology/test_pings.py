"""GPS pings: layouts, times, gaps and speeds, patrol days, devices."""

from datetime import date

import pandas as pd

from analytics import technology

HEAD = "device,time_utc,longitude,latitude,accuracy_m\n"


def _pings(workspace) -> pd.DataFrame:
    return workspace.frame(
        "SELECT * FROM read_parquet(?) ORDER BY device, ms", [workspace.ping_files()]
    )


def test_gap_and_speed_come_from_the_device_s_previous_fix(empty_workspace, load, write):
    rows = [
        "U1,2026-06-10T19:00:00Z,-1.5,52.5,5",
        "U2,2026-06-10T19:00:05Z,-1.5,52.6,5",
        "U1,2026-06-10T19:00:15Z,-1.5,52.501,5",
        "U1,2026-06-10T19:00:15Z,-1.5,52.501,5",
        "U1,,-1.5,52.5,5",
        "U1,2026-06-10T19:00:30Z,,,5",
    ]
    report = load("pings", write("x.csv", HEAD + "\n".join(rows) + "\n"))

    assert report.rows_stored == 3
    assert report.reasons == {"exact_repeat": 1, "missing_required": 1, "no_place": 1}
    pings = _pings(empty_workspace)
    mine = pings[pings["device"] == empty_workspace.keys.pseudonym("U1")]
    assert mine["gap_ms"].tolist()[1:] == [15_000]
    assert pd.isna(mine["gap_ms"].iloc[0])
    # 0.001 degree of latitude is 111.2 m on the mean sphere: 26.7 km/h over 15 s.
    assert round(mine["speed_kmh"].iloc[1], 1) == 26.7
    assert "U1" not in pings.to_csv()
    assert mine["ms"].iloc[0] == pd.Timestamp("2026-06-10T19:00:00Z").value // 1_000_000


def test_files_are_cut_by_patrol_day_in_local_time(empty_workspace, load, write):
    # 05:59 and 06:00 British summer time.
    rows = "U1,2026-06-11T04:59:00Z,-1.5,52.5,\nU1,2026-06-11T05:00:00Z,-1.5,52.5,\n"
    report = load("pings", write("x.csv", HEAD + rows))

    days = empty_workspace.rows("SELECT day, rows FROM ping_files ORDER BY day")
    assert days == [(date(2026, 6, 10), 1), (date(2026, 6, 11), 1)]
    assert (report.first, report.last) == ("2026-06-10", "2026-06-11")


def test_headerless_tracks_take_their_device_from_the_file_name(empty_workspace, load, write):
    north = "37.75153 -122.39447 0 1211033530\n37.75149 -122.39447 0 1211033614\n"
    report = load("pings", write("new_abboip.txt", north))

    assert report.columns["y"] == "column_1"
    devices = empty_workspace.rows("SELECT device, pings, interval_s FROM devices")
    assert devices == [(empty_workspace.keys.pseudonym("new_abboip"), 2, 84.0)]


def test_plt_tracks_skip_their_six_lines(empty_workspace, load, write):
    head = (
        "Geolife trajectory\nWGS 84\nAltitude is in Feet\nReserved 3\n0,2,255,My Track,0,0,2,8\n0\n"
    )
    rows = (
        "39.907414,116.370017,0,92,39747.5723032407,2008-10-26,13:44:07\n"
        "39.907374,116.370074,0,93,39747.5723611111,2008-10-26,13:44:12\n"
    )
    load("pings", write("000.plt", head + rows))

    pings = _pings(empty_workspace)
    assert pings["gap_ms"].tolist()[1:] == [5_000]
    assert pings[["lon", "lat"]].iloc[0].tolist() == [116.370017, 39.907414]


def test_the_same_pings_again_are_already_held(empty_workspace, load, write):
    text = HEAD + "".join(f"U1,2026-06-10T19:00:{s:02}Z,-1.5,52.5,\n" for s in range(0, 60, 15))
    load("pings", write("x.csv", text))
    again = load("pings", write("y.csv", text + "U1,2026-06-10T19:01:00Z,-1.5,52.5,\n"))

    assert (again.rows_stored, again.rows_already_held) == (1, 4)
    assert len(_pings(empty_workspace)) == 5


def test_undoing_a_load_takes_its_files_away(empty_workspace, acting, load, write):
    report = load("pings", write("x.csv", HEAD + "U1,2026-06-10T19:00:00Z,-1.5,52.5,\n"))
    assert len(list(empty_workspace.pings_folder.iterdir())) == 1

    assert technology.undo_load(empty_workspace, acting, report.load_id) == 1
    assert list(empty_workspace.pings_folder.iterdir()) == []
    assert empty_workspace.value("SELECT count(*) FROM devices") == 0


def test_times_in_a_named_zone_become_utc(empty_workspace, load, write):
    text = HEAD.replace("time_utc", "time") + "U1,2026-06-10 20:00:00,-1.5,52.5,\n"
    load("pings", write("x.csv", text), timezone="Europe/London")

    assert _pings(empty_workspace)["ms"].iloc[0] == pd.Timestamp("2026-06-10T19:00Z").value // 10**6


def test_a_file_named_after_its_device_is_recorded_under_the_pseudonym(
    empty_workspace, load, write
):
    text = "37.75153 -122.39447 0 1211033530\n37.75149 -122.39447 0 1211033614\n37.75149 -122.39447 0 1211033614\n"
    report = load("pings", write("new_abboip.txt", text))

    assert report.files == ["new_abboip.txt"]
    assert report.rows_quarantined == 1
    code = empty_workspace.keys.pseudonym("new_abboip")
    assert empty_workspace.rows("SELECT files FROM loads") == [(f'["{code}.txt"]',)]
    assert empty_workspace.rows("SELECT file FROM quarantine") == [(f"{code}.txt",)]
    for (table,) in empty_workspace.rows("SELECT table_name FROM duckdb_tables()"):
        assert "abboip" not in empty_workspace.frame(f"SELECT * FROM {table}").to_csv(), table


def test_fixes_out_of_order_are_put_in_order_and_told(empty_workspace, load, write):
    moments = ("20:00:00", "20:00:30", "20:00:15", "21:30:00", "20:01:00")
    rows = "".join(f"u1,2026-06-01T{at}Z,-1.5{n},52.5,5\n" for n, at in enumerate(moments))
    report = load("pings", write("a.csv", "device,time_utc,longitude,latitude,accuracy_m\n" + rows))
    assert report.rows_stored == 5
    told = next(text for text in report.warnings if "earlier than the one before" in text)
    assert told.startswith("2 of 5 fixes") and "1 of them go back more than an hour" in told
    held = empty_workspace.frame(
        "SELECT ms, gap_ms FROM read_parquet(?) ORDER BY ms", [empty_workspace.ping_files()]
    )
    assert held["gap_ms"].dropna().tolist() == [15_000, 15_000, 30_000, 5_340_000]
