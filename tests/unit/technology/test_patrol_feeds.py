"""What tracking needs of activity, roster and stops: assignments, crews, funding, ethnicity."""

from analytics import technology
from analytics.technology import places


def test_an_assignment_has_its_end_in_local_time_and_utc(load, write, empty_workspace):
    table = (
        "at,until,kind,unit,easting,northing\n"
        "2026-07-01 22:15,2026-07-01 23:05,incident,U01,430000,300000\n"
        "2026-07-02 10:00,,engagement,U02,430100,300100\n"
    )
    report = load("activity", write("a.csv", table))
    assert report.rows_stored == 2
    rows = empty_workspace.rows(
        "SELECT kind, until_local IS NULL, until_utc_ms - at_utc_ms FROM activity ORDER BY at_local"
    )
    assert rows == [("incident", False, 50 * 60_000), ("engagement", True, None)]
    assert (
        empty_workspace.value(
            "SELECT hour(until_local) FROM activity WHERE until_utc_ms IS NOT NULL"
        )
        == 23
    )


def test_activity_in_the_older_layout_loads_as_before(load, write, empty_workspace):
    table = "at,kind,quantity,unit,easting,northing\n2026-07-01 22:15,search,2,U01,430000,300000\n"
    assert load("activity", write("a.csv", table)).rows_stored == 1
    assert empty_workspace.rows("SELECT quantity, until_utc_ms, place_id FROM activity") == [
        (2.0, None, None)
    ]


def test_a_roster_says_how_many_officers_and_who_pays(load, write, empty_workspace):
    table = (
        "date,start,end,unit,crew,agency,funding\n"
        "2026-07-01,14:00,22:00,W1,2,Council wardens,Hotspot fund\n"
    )
    assert load("roster", write("r.csv", table)).rows_stored == 1
    assert empty_workspace.rows("SELECT crew, agency, funding FROM roster") == [
        (2, "Council wardens", "Hotspot fund")
    ]


def test_only_stops_keep_the_recorded_ethnicity(load, write, empty_workspace):
    head = "Type,Date,Latitude,Longitude,Self-defined ethnicity,Officer-defined ethnicity,Outcome\n"
    body = "".join(
        f"Person search,2026-07-0{n}T20:15:00+00:00,52.58{n},-1.53,White - British,White,Arrest\n"
        for n in range(1, 6)
    )
    report = load("stops", write("s.csv", head + body))
    assert report.columns["ethnicity"] == "Self-defined ethnicity"
    assert report.columns["officer_ethnicity"] == "Officer-defined ethnicity"
    assert empty_workspace.rows("SELECT DISTINCT ethnicity FROM stops") == [("White - British",)]
    crimes = load("crimes", write("c.csv", head + body))
    assert any("those of the feed 'stops'" in text for text in crimes.warnings)
    assert empty_workspace.rows("SELECT DISTINCT ethnicity FROM crimes") == [(None,)]


def test_both_ethnicities_and_what_was_found_stand_in_columns_of_their_own(
    load, write, empty_workspace
):
    head = (
        "Date,Longitude,Latitude,Type,Self-defined ethnicity,Officer-defined ethnicity,"
        "Outcome linked to object of search\n"
    )
    rows = ["Asian - Indian,White,True", ",Black,False", ",,"]
    body = "".join(
        f"2026-07-0{day}T10:00:00,-1.53,52.58{day},Person search,{row}\n"
        for day, row in enumerate(rows, start=1)
    )
    load("stops", write("s.csv", head + body))
    columns = "ethnicity, officer_ethnicity, is_object_found"
    assert empty_workspace.rows(f"SELECT {columns} FROM stops ORDER BY occurred_from") == [
        ("Asian - Indian", "White", True),
        (None, "Black", False),
        (None, None, None),
    ]


def test_a_stop_without_coordinates_is_stored_and_a_crime_is_kept_aside(
    load, write, empty_workspace
):
    table = (
        "Type,Date,Latitude,Longitude,Outcome\n"
        "Person search,2026-07-01T10:00:00,52.581,-1.53,Arrest\n"
        "Person search,2026-07-02T10:00:00,,,Arrest\n"
        "Person search,2026-07-03T10:00:00,52.583,,Arrest\n"
        "Person search,2026-07-04T10:00:00,far,away,Arrest\n"
        "Person search,2026-07-05T10:00:00,0,0,Arrest\n"
    )
    stops = load("stops", write("s.csv", table))
    assert (stops.rows_stored, stops.reasons) == (
        3,
        {"suppressed_place": 1, "unreadable_number": 1},
    )
    assert empty_workspace.value("SELECT count(x) FROM stops") == 1
    share = next(check for check in stops.checks if check.rule == "geocoded_share")
    assert "2 without coordinates are stored and count as not placeable" in share.note
    crimes = load("crimes", write("c.csv", table))
    assert (crimes.rows_stored, crimes.reasons["no_place"]) == (1, 2)


def test_stops_without_any_coordinates_load_once_and_do_not_fix_the_crs(
    load, write, empty_workspace
):
    line = "Person search,2026-07-0{}T10:00:00,,,Arrest\n"
    head = "Type,Date,Latitude,Longitude,Outcome\n"
    first = load("stops", write("s.csv", head + line.format(1) + line.format(2)))
    assert (first.rows_stored, first.first, first.last) == (2, "2026-07-01", "2026-07-02")
    again = load("stops", write("t.csv", head + line.format(2) + line.format(3)))
    assert (again.rows_stored, again.rows_already_held) == (1, 1)
    assert not places.holds_places(empty_workspace)


def test_an_extract_with_more_columns_matched_says_that_stops_may_stand_twice(load, write):
    line = "Person search,2026-07-0{}T10:00:00,52.5,-1.5,{}Arrest\n"
    head, more = "Type,Date,Latitude,Longitude,Outcome\n", "Self-defined ethnicity,Outcome\n"
    load("stops", write("s.csv", head + line.format(1, "") + line.format(2, "")))
    later = load("stops", write("l.csv", head + line.format(3, "")))
    assert not any("stand twice" in text for text in later.warnings)
    wider = head.replace("Outcome\n", more) + line.format(1, "White,") + line.format(2, "White,")
    again = load("stops", write("w.csv", wider))
    assert again.rows_stored == 2
    assert any("the events stand twice" in text for text in again.warnings)


def test_a_newer_extract_finds_stops_without_coordinates_unchanged(load, write, empty_workspace):
    head = "Reference,Type,Date,Latitude,Longitude,Outcome\n"
    line = "S{0},Person search,2026-07-0{0}T10:00:00,,,{1}\n"
    load("stops", write("s.csv", head + line.format(1, "Arrest") + line.format(2, "Arrest")))
    newer = head + line.format(1, "Arrest") + line.format(2, "Caution")
    report = load("stops", write("t.csv", newer), mode="replace")
    assert report.rows_stored == 1
    assert (report.changes["unchanged"], report.changes["outcome_changed"]) == (1, 1)


def test_stops_given_as_crimes_are_known_by_their_columns(write, empty_workspace, acting):
    head = "Type,Date,Latitude,Longitude,Self-defined ethnicity,Object of search,Outcome\n"
    stops = write("s.csv", head + "Person search,2026-07-01T20:15:00,52.5,-1.5,,Knives,Arrest\n")
    plain = write("c.csv", "Type,Date,Latitude,Longitude\nRobbery,2026-07-01 20:15,52.5,-1.5\n")
    assert technology.feed_by_header(empty_workspace, acting, "crimes", [stops]) == "stops"
    assert technology.feed_by_header(empty_workspace, acting, "stops", [stops]) is None
    assert technology.feed_by_header(empty_workspace, acting, "crimes", [plain]) is None


def test_examples_of_checks_never_show_ethnicity(write, empty_workspace, acting):
    head = "Type,Date,Latitude,Longitude,Self-defined ethnicity,Officer-defined ethnicity\n"
    row = "Person search,2026-07-01T20:15:00,52.5,-1.5,White - Irish,White\n"
    file = write("s.csv", head + row * 3 + row.replace("52.5,-1.5", "far,away"))
    report = technology.preview_load(empty_workspace, acting, "stops", [file])
    examples = [record for check in report.checks for record in check.examples]
    assert examples
    assert not any({"ethnicity", "officer_ethnicity"} & set(record) for record in examples)
