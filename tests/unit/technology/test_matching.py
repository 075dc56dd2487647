"""Which columns are taken without asking, and the text that decides where they are not."""

import json

import pytest

from analytics.workspace import InputError, UndecidedColumns

DEGREES = [(-1.5 + n / 1000, 53.4 + n / 2000) for n in range(40)]
METRES = [(433_000 + 7 * n, 389_000 + 5 * n) for n in range(40)]


def _table(header: str, points: list[tuple], when: str = "2025-01-{day:02d} 10:30") -> str:
    rows = [
        f"Robbery,{when.format(day=1 + n % 28)},{a},{b}" for n, (a, b) in enumerate(points, start=0)
    ]
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize(
    ("x", "y", "points", "crs"),
    [
        ("Long (WGS84)", "Lat (WGS84)", DEGREES, "EPSG:4326"),
        ("start_lng", "start_lat", DEGREES, "EPSG:4326"),
        ("decimalLongitude", "decimalLatitude", DEGREES, "EPSG:4326"),
        ("OS Easting", "OS Northing", METRES, "EPSG:27700"),
        ("Grid_Ref_Easting", "Grid_Ref_Northing", METRES, "EPSG:27700"),
    ],
)
def test_a_coordinate_is_found_among_the_words_of_its_header(load, write, x, y, points, crs):
    report = load("crimes", write("a.csv", _table(f"Offence,Date,{x},{y}", points)))
    assert report.rows_stored == 40
    assert (report.columns["x"], report.columns["y"], report.columns["crs"]) == (x, y, crs)


def test_two_pairs_of_coordinates_are_asked_about(load, write):
    rows = [f"Robbery,2025-01-01 10:30,{a},{b},{a},{b}" for a, b in DEGREES]
    header = "Offence,Date,start_lng,start_lat,end_lng,end_lat"
    with pytest.raises(UndecidedColumns, match="Several columns could hold"):
        load("crimes", write("a.csv", "\n".join([header, *rows])))


def test_the_only_date_is_taken_whatever_it_is_called(load, write):
    table = _table("Offence,incident_dt_date,longitude,latitude", DEGREES)
    assert load("crimes", write("a.csv", table)).columns["occurred_from"] == "incident_dt_date"


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        (
            "Committed From Date,Committed From Time,Committed To Date,Committed To Time",
            ["Committed From Date", "Committed From Time"],
            ["Committed To Date", "Committed To Time"],
        ),
        (
            "CMPLNT_FR_DT,CMPLNT_FR_TM,CMPLNT_TO_DT,CMPLNT_TO_TM",
            ["CMPLNT_FR_DT", "CMPLNT_FR_TM"],
            ["CMPLNT_TO_DT", "CMPLNT_TO_TM"],
        ),
        ("When from,Time,When to,Time reported", ["When from", "Time"], "When to"),
    ],
)
def test_both_ends_of_a_span_are_found_with_their_times(load, write, header, start, end):
    rows = [
        f"Robbery,2025-01-{1 + n % 27:02d},22:15,2025-01-{2 + n % 27:02d},06:45,{a},{b}"
        for n, (a, b) in enumerate(DEGREES)
    ]
    table = "\n".join([f"Offence,{header},longitude,latitude", *rows])
    columns = load("crimes", write("a.csv", table)).columns
    assert (columns["occurred_from"], columns["occurred_to"]) == (start, end)


def test_start_and_end_are_told_apart_by_a_word_of_their_names(load, write):
    rows = [
        f"Robbery,2025-02-{1 + n % 27:02d} 06:45,2025-01-{1 + n % 27:02d} 22:15,{a},{b}"
        for n, (a, b) in enumerate(DEGREES)
    ]
    table = "\n".join(["Offence,t_end,t_start,longitude,latitude", *rows])
    columns = load("crimes", write("a.csv", table)).columns
    assert (columns["occurred_from"], columns["occurred_to"]) == ("t_start", "t_end")


def test_a_date_of_recording_is_not_taken_for_the_date_of_the_crime(load, write):
    table = _table("Offence,Date Entered,longitude,latitude", DEGREES)
    with pytest.raises(UndecidedColumns, match="No column for occurred_from"):
        load("crimes", write("a.csv", table))


@pytest.mark.parametrize(
    ("feed", "text"),
    [
        ("crimes", _table("typ,wann,ost,nord", METRES)),
        ("crimes", _table("typ,wann,a,b", DEGREES)),
        ("crimes", _table("Offence,Date,X,Y", METRES)),
        ("crimes", _table("Offence,Date,longitude,latitude", [(b, a) for a, b in DEGREES])),
        ("crimes", "Offence,Date,longitude,latitude\nA,03/04/2025 10:00,-1.5,53.4\n"),
        ("pings", "device,gemessen,lat,lon\nA,2026-06-01 10:00:00,53.4,-1.5\n"),
        ("roster", "unit,start,end\nU1,2026-06-01 14:00,2026-06-01 22:00\n"),
        ("assignment", "day,hotspot_id,gruppe\n2026-06-01,A,control\n2026-06-01,B,treatment\n"),
        ("harm", "offence,days\n34B,365\n8N,184\n"),
    ],
)
def test_the_text_that_is_asked_for_decides(load, write, feed, text):
    file = write("a.csv", text)
    with pytest.raises(UndecidedColumns) as asked:
        load(feed, file)
    proposed = json.loads(str(asked.value).partition("for example ")[2].partition("}")[0] + "}")
    report = load(feed, file, columns=proposed)
    assert (report.rows_stored, report.rows_quarantined) == (text.count("\n") - 1, 0)


def test_degrees_said_to_be_metres_are_refused(load, write):
    file = write("a.csv", _table("Offence,Date,longitude,latitude", DEGREES))
    with pytest.raises(InputError, match="are degrees, but EPSG:27700 counts in metres"):
        load("crimes", file, crs="EPSG:27700")
    with pytest.raises(InputError, match="are degrees"):
        load(
            "crimes",
            file,
            columns={
                "x": "longitude",
                "y": "latitude",
                "occurred_from": "Date",
                "crs": "EPSG:27700",
            },
        )
    assert load("crimes", file).rows_stored == 40


def test_shapes_given_to_a_feed_of_points_are_a_sentence(load, write):
    text = '{"type": "FeatureCollection",\n "features": []}'
    with pytest.raises(InputError, match="It is JSON, not a table"):
        load("points", write("a.geojson", text))


def test_words_for_control_are_read(empty_workspace, load, write):
    text = "date,place,arm\n2026-06-01,A,patrol\n2026-06-01,B,no patrol\n"
    assert load("assignment", write("a.csv", text)).rows_stored == 2
    arms = empty_workspace.rows("SELECT place_id, is_treatment FROM assignment ORDER BY place_id")
    assert arms == [("A", True), ("B", False)]
