"""Roster, training, bases, points, assignment, harm, activity, and shapes."""

import json
from datetime import date, datetime

import pytest
import shapely

from analytics import technology
from analytics.technology import FEED_COLUMNS
from analytics.workspace import FEEDS


def test_every_feed_has_columns_and_a_title():
    assert set(FEED_COLUMNS) == set(technology.TITLES) == set(FEEDS)


def test_a_shift_past_midnight_ends_on_the_next_day(empty_workspace, load, write):
    text = (
        "date,shift,start,end,unit,officer,team,mode,base\n"
        "2026-06-01,night,18:00,02:00,U02,MB3492,Town,foot,Central\n"
        "2026-06-01,late,14:00,22:00,U03,MB4425,Town,car,Central\n"
        "2026-06-01,late,noon,22:00,U03,MB4425,Town,car,Central\n"
    )
    report = load("roster", write("roster.csv", text))

    assert report.reasons == {"impossible_date": 1}
    rows = empty_workspace.rows("SELECT starts, ends, officer FROM roster ORDER BY unit")
    assert rows[0] == (
        datetime(2026, 6, 1, 18),
        datetime(2026, 6, 2, 2),
        empty_workspace.keys.pseudonym("MB3492"),
    )
    assert "MB" not in str(empty_workspace.rows("SELECT fields FROM quarantine"))


def test_training_records_hide_who_they_are_about(empty_workspace, load, write):
    text = (
        "officer,team,course,version,completed_on,expires_on,score,pass_mark,observer\n"
        "MB1,Town,Patrol,2.1,15/10/2025,15/10/2026,87%,80,MB9\n"
        "MB1,Town,Patrol,2.1,15/10/2025,15/10/2026,87%,80,MB9\n"
        ",Town,Patrol,2.1,15/10/2025,15/10/2026,87%,80,MB9\n"
        "MB2,Town,Patrol,2.1,31/02/2025,,,80,\n"
    )
    report = load("training", write("t.csv", text))

    assert report.reasons == {"exact_repeat": 1, "impossible_date": 1, "missing_required": 1}
    assert empty_workspace.rows("SELECT officer, completed_on, score FROM training") == [
        (empty_workspace.keys.pseudonym("MB1"), date(2025, 10, 15), 87.0)
    ]


def test_assignment_points_and_bases_are_read(empty_workspace, load, write):
    load(
        "assignment",
        write("a.csv", "date,place_id,assigned\n2026-06-01,P1,treatment\n2026-06-01,P2,control\n"),
    )
    load("bases", write("b.csv", "name,easting,northing\nCentral,431904,298071\n"))
    load("points", write("p.csv", "name,kind,easting,northing\nGeneral,hospital,433235,299035\n"))

    assert empty_workspace.rows("SELECT place_id, is_treatment FROM assignment ORDER BY 1") == [
        ("P1", True),
        ("P2", False),
    ]
    assert empty_workspace.rows("SELECT name, x, y FROM bases") == [("Central", 431904, 298071)]
    assert empty_workspace.rows("SELECT kind FROM points") == [("hospital",)]


def test_own_harm_weights_keep_codes_as_text(empty_workspace, load, write):
    text = (
        "index_name,version,source_url,offence_code,title,days\n"
        "Town illustrative weights,1,https://example.org,008/01,Wounding,500\n"
        "Town illustrative weights,1,https://example.org,008/01,Wounding (racial),600\n"
        "Town illustrative weights,1,https://example.org,1,Murder,5000\n"
    )
    report = load("harm", write("harm.csv", text))

    assert report.rows_stored == 3
    rows = empty_workspace.rows("SELECT code, days, is_illustrative FROM harm ORDER BY days")
    assert rows == [("008/01", 500, True), ("008/01", 600, True), ("1", 5000, True)]


def test_the_cambridge_layout_gives_a_row_per_code(empty_workspace, load, write):
    text = (
        "ATHENA URN,FULL_OFFENCE_TITLE,CCHI Score,Score from:,CLASSIFICATION_CODE,"
        "HOME_OFFICE_CLASSIFICATION,CJS Codes\n"
        "3A.3.2.1,Soliciting murder,5475.0,https://x,3A,003/02,OF61003 OF61003A\n"
        "8N.1,Wounding,547.5,https://x,8N,008/01,\n"
    )
    report = load("harm", write("cchi_2020_values.csv", text))

    assert (report.rows_read, report.rows_stored) == (2, 2)
    rows = empty_workspace.rows("SELECT code, days, version FROM harm ORDER BY days, code")
    assert rows == [
        ("008/01", 547.5, "2020"),
        ("8N", 547.5, "2020"),
        ("8N.1", 547.5, "2020"),
        ("003/02", 5475.0, "2020"),
        ("3A", 5475.0, "2020"),
        ("3A.3.2.1", 5475.0, "2020"),
        ("OF61003", 5475.0, "2020"),
        ("OF61003A", 5475.0, "2020"),
    ]
    assert load("harm", write("again.csv", text)).rows_already_held == 2


def test_activity_becomes_utc(empty_workspace, load, write):
    load(
        "activity",
        write("a.csv", "time,kind,quantity,lon,lat\n2026-07-01 12:00,stop,2,-1.4,53.4\n"),
    )

    assert empty_workspace.rows("SELECT epoch_ms(at_local) - at_utc_ms, kind FROM activity") == [
        (3_600_000, "stop")
    ]


def _geojson(*shapes, **properties) -> str:
    features = [
        {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
        if shape
        else {"type": "Feature", "properties": properties, "geometry": None}
        for shape in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_a_boundary_is_the_union_of_its_mended_areas(empty_workspace, load, write):
    left, right = shapely.box(-1.5, 53.4, -1.49, 53.41), shapely.box(-1.49, 53.4, -1.48, 53.41)
    bow_tie = shapely.Polygon([(-1.5, 53.3), (-1.49, 53.31), (-1.49, 53.3), (-1.5, 53.31)])
    report = load("boundary", write("b.geojson", _geojson(left, right, bow_tie, None)))

    assert (report.rows_stored, report.reasons) == (3, {"no_geometry": 1})
    ((blob, area_m2),) = empty_workspace.rows("SELECT geometry, area_m2 FROM boundary")
    union = shapely.from_wkb(bytes(blob))
    assert union.is_valid
    assert union.area == pytest.approx(area_m2)
    # 0.02 x 0.01 degrees at 53.4 north is 1,330 m x 1,113 m; the bow tie adds a quarter of a box.
    assert area_m2 == pytest.approx(1330 * 1113 * 1.25, rel=0.01)
    assert (
        load("boundary", write("again.geojson", _geojson(left, right, bow_tie, None))).rows_stored
        == 0
    )


def test_streets_and_places_keep_names_and_measure_metres(empty_workspace, load, write):
    line = shapely.LineString([(-1.5, 53.4), (-1.5, 53.41)])
    load(
        "streets",
        write("s.geojson", _geojson(line, distinctive_name="High Street", highway="main")),
    )
    load("places", write("p.geojson", _geojson(shapely.box(-1.5, 53.4, -1.49, 53.41), id="T1")))

    ((name, kind, length),) = empty_workspace.rows('SELECT name, "class", length_m FROM streets')
    assert (name, kind) == ("High Street", "main")
    assert length == pytest.approx(1113, abs=2)
    assert empty_workspace.rows("SELECT place_id, name, kind FROM places") == [("T1", "T1", "own")]
