"""What tracking needs of activity, roster and stops: assignments, crews, funding, ethnicity."""


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
    both = ["Self-defined ethnicity", "Officer-defined ethnicity"]
    assert report.columns["ethnicity"] == both
    assert empty_workspace.rows("SELECT DISTINCT ethnicity FROM stops") == [("White - British",)]
    load("crimes", write("c.csv", head + body))
    assert empty_workspace.rows("SELECT DISTINCT ethnicity FROM crimes") == [(None,)]


def test_the_officers_ethnicity_stands_where_the_person_gave_none(load, write, empty_workspace):
    head = "Date,Longitude,Latitude,Type,Self-defined ethnicity,Officer-defined ethnicity\n"
    rows = ["Asian - Indian,White", ",Black", ","]
    body = "".join(
        f"2026-07-0{day}T10:00:00,-1.53,52.58{day},Person search,{row}\n"
        for day, row in enumerate(rows, start=1)
    )
    load("stops", write("s.csv", head + body))
    assert empty_workspace.rows("SELECT ethnicity FROM stops ORDER BY occurred_from") == [
        ("Asian - Indian",),
        ("Black",),
        (None,),
    ]
