"""Crimes: layouts, dates, coordinates, and what becomes of every row."""

import hashlib
import zipfile
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import technology
from analytics.workspace import InputError
from tests.unit.technology.conftest import POLICE_UK, police_uk_row

ANY = "id,date,lon,lat,type\n"


def test_the_police_uk_layout_is_recognised(empty_workspace, load, write):
    rows = police_uk_row("a1") + police_uk_row() * 2 + police_uk_row("a2", lon="", lat="")
    report = load("crimes", write("2020-01-s-street.csv", POLICE_UK + rows))

    assert (report.rows_read, report.rows_stored) == (4, 3)
    assert report.reasons == {"no_place": 1}
    assert (report.first, report.last) == ("2020-01-01", "2020-01-31")
    (row,) = empty_workspace.rows(
        """SELECT offence, occurred_from, occurred_to, time_precision, location, area_code, source,
            round(x), round(y), lon, lat FROM crimes WHERE crime_id = 'a1'"""
    )
    assert row == (
        *("Robbery", datetime(2020, 1, 1), None, "month", "On or near A", "E01"),
        *("South Yorkshire Police", 439991.0, 389409.0, -1.4, 53.4),
    )


def test_rows_kept_aside_name_their_row_and_hold_mapped_columns_only(
    empty_workspace, acting, load, write
):
    text = POLICE_UK + police_uk_row("a1") + "too,short\n" + police_uk_row("a2", lon="")
    report = load("crimes", write("x.csv", text + police_uk_row("a3", lat="north")))
    aside = technology.kept_aside(empty_workspace, acting, report.load_id)

    assert list(zip(aside["line"], aside["rule"], strict=True)) == [
        (3, "unreadable_line"),
        (4, "no_place"),
        (5, "unreadable_number"),
    ]
    assert "Context" not in aside.columns
    assert aside["crime_id"].tolist()[1:] == ["a2", "a3"]
    seen = empty_workspace.value("SELECT count(*) FROM audit WHERE action = 'consult'")
    assert seen == 1


def test_each_rule_keeps_its_row_aside(load, write):
    rows = [
        "1,2030-04-03,,-1.4,53.4",
        "2,2020-04-03,2020-04-01,-1.4,53.4",
        "3,1066-01-01,,-1.4,53.4",
        "4,2020-02-30,,-1.4,53.4",
        "5,,,-1.4,53.4",
        "6,2020-04-03,,0,0",
        "7,2020-04-03,,200,53",
        "8,2020-04-03,,-1.4,53.4",
        "8,2020-04-03,,-1.4,53.4",
        "9,2020-04-03,,,53.4",
        "10,2020-04-03,,west,53.4",
    ]
    text = "id,date_from,date_to,lon,lat\n" + "\n".join(rows) + "\n"

    assert load("crimes", write("x.csv", text)).reasons == {
        "impossible_date": 2,
        "exact_repeat": 1,
        "future_date": 1,
        "impossible_place": 1,
        "missing_required": 1,
        "no_place": 1,
        "suppressed_place": 1,
        "to_before_from": 1,
        "unreadable_number": 1,
    }


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2019-05", datetime(2019, 5, 1), "month"),
        ("2019-01-13", datetime(2019, 1, 13), "day"),
        ("2019-01-01 01:30:00", datetime(2019, 1, 1, 1, 30), "minute"),
        ("2010-01-01 00:05", datetime(2010, 1, 1, 0, 5), "minute"),
        ("2019-01-01T19:50:00Z", datetime(2019, 1, 1, 19, 50), "minute"),
        ("2019-12-01T00:21:59+00:00", datetime(2019, 12, 1, 0, 21, 59), "minute"),
        ("2008-12-11 04:42:14+00", datetime(2008, 12, 11, 4, 42, 14), "minute"),
        ("3/31/15", datetime(2015, 3, 31), "day"),
        ("6/15/2016 11:31:00 PM", datetime(2016, 6, 15, 23, 31), "minute"),
        ("13/01/2019 12:05 AM", datetime(2019, 1, 13, 0, 5), "minute"),
        ("31.12.2019 23:59", datetime(2019, 12, 31, 23, 59), "minute"),
        ("13-Jan-2019 10:05", datetime(2019, 1, 13, 10, 5), "minute"),
        ("13 October 2020", datetime(2020, 10, 13), "day"),
        ("2019/01/31 07:30", datetime(2019, 1, 31, 7, 30), "minute"),
        ("20190131", datetime(2019, 1, 31), "day"),
        ("43831.5", datetime(2020, 1, 1, 12), "minute"),
        ("13/01/2019 0.618", datetime(2019, 1, 13, 14, 50), "minute"),
        ("1577880000", datetime(2020, 1, 1, 12), "minute"),
    ],
)
def test_dates_are_read_as_they_are_written(empty_workspace, load, write, text, value, precision):
    load("crimes", write("x.csv", f"{ANY}1,{text},-1.4,53.4,a\n"))

    rows = empty_workspace.rows("SELECT occurred_from, time_precision FROM crimes")
    assert rows == [(value, precision)]


def test_a_first_of_the_month_in_every_row_is_a_month(empty_workspace, load, write):
    load("crimes", write("x.csv", ANY + "1,2022-01-01,-1.4,53.4,a\n2,2022-02-01,-1.4,53.4,a\n"))

    assert empty_workspace.rows("SELECT DISTINCT time_precision FROM crimes") == [("month",)]


def test_a_day_above_twelve_anywhere_decides_the_order(empty_workspace, load, write):
    months = "".join(f"{n},03/04/2020 10:00,-1.4,53.4,a\n" for n in range(700))
    report = load("crimes", write("x.csv", ANY + months + "x,13/04/2020 10:00,-1.4,53.4,a\n"))

    assert report.columns["date_order"] == "day_first"
    assert report.first == "2020-04-03"


def test_date_beside_time_and_year_to_minute_columns_are_joined(empty_workspace, load, write):
    beside = (
        "Crime Ref,Date From,Time From,Date To,Time To,Easting,Northing,Offence Title\n"
        "a,13/01/2024,21:05,14/01/2024,01:00,431000,298000,Assault\n"
        "b,14/01/2024,,,,431000,298000,Assault\n"
    )
    parts = "TYPE,YEAR,MONTH,DAY,HOUR,MINUTE,Longitude,Latitude\nc,2020,6,9,3,4,-1.4,53.4\n"
    load("crimes", write("a.csv", beside))
    load("crimes", write("b.csv", parts))

    rows = empty_workspace.rows(
        "SELECT occurred_from, occurred_to, time_precision FROM crimes ORDER BY row_id"
    )
    assert rows == [
        (datetime(2024, 1, 13, 21, 5), datetime(2024, 1, 14, 1), "minute"),
        (datetime(2024, 1, 14), None, "day"),
        (datetime(2020, 6, 9, 3, 4), None, "minute"),
    ]


def test_local_time_becomes_utc_and_the_repeated_hour_is_marked(empty_workspace, load, write):
    times = ["2025-07-01 12:00", "2025-10-26 01:30", "2025-12-01 12:00"]
    text = ANY + "".join(f"{n},{time},-1.4,53.4,a\n" for n, time in enumerate(times))
    load("crimes", write("x.csv", text))

    rows = empty_workspace.rows(
        """SELECT epoch_ms(occurred_from) - from_utc_ms, is_ambiguous_time FROM crimes
        ORDER BY crime_id"""
    )
    assert rows == [(3_600_000, False), (3_600_000, True), (0, False)]


def test_a_zone_mark_is_doubted_unless_the_zone_is_given(empty_workspace, load, write):
    text = ANY + "1,2025-07-01T12:00:00Z,-1.4,53.4,a\n"
    report = load("crimes", write("x.csv", text))
    assert any("zone mark" in warning for warning in report.warnings)
    load("crimes", write("y.csv", text.replace("1,", "2,", 1)), timezone="UTC")

    rows = empty_workspace.rows("SELECT occurred_from FROM crimes ORDER BY crime_id")
    assert rows == [(datetime(2025, 7, 1, 12),), (datetime(2025, 7, 1, 13),)]


def test_the_same_file_again_is_already_held(empty_workspace, load, write):
    text = POLICE_UK + police_uk_row("a1") + police_uk_row() * 2 + police_uk_row(lon="")
    first = load("crimes", write("x.csv", text))
    again = load("crimes", write("renamed.csv", text))

    assert (first.rows_stored, first.rows_quarantined) == (3, 1)
    assert (again.rows_stored, again.rows_already_held) == (0, 4)
    assert empty_workspace.value("SELECT count(*) FROM crimes") == 3
    assert empty_workspace.value("SELECT count(*) FROM loads") == 1


def test_a_newer_extract_adds_copy_for_copy(empty_workspace, load, write):
    load("crimes", write("x.csv", POLICE_UK + police_uk_row("a1") + police_uk_row() * 3))
    newer = load("crimes", write("y.csv", POLICE_UK + police_uk_row("a2") + police_uk_row() * 5))

    assert (newer.rows_stored, newer.rows_already_held) == (3, 3)
    assert empty_workspace.value("SELECT count(*) FROM crimes WHERE crime_id IS NULL") == 5


def test_a_file_given_twice_in_one_load_counts_once(load, write):
    text = POLICE_UK + police_uk_row() * 2
    report = load("crimes", write("x.csv", text), write("y.csv", text))

    assert (report.rows_read, report.rows_stored, report.rows_already_held) == (4, 2, 2)


def test_repeated_ids_that_differ_are_stored_and_told(load, write):
    text = POLICE_UK + police_uk_row("a1") + police_uk_row("a1", lon="-1.5")
    report = load("crimes", write("x.csv", text))

    assert report.rows_stored == 2
    assert any("1 record numbers stand on more than one row" in w for w in report.warnings)


def test_a_missing_month_is_named(load, write):
    months = [f"2019-{month:02}" for month in range(1, 13) if month != 7]
    text = POLICE_UK + "".join(police_uk_row(month=month) for month in months)

    assert load("crimes", write("x.csv", text)).warnings[0].startswith("2019-07 is missing")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: ("\ufeff" + text).encode(),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", "\r\n", 2).encode(),
        lambda text: (
            text.replace(",", ";").replace("-1.4", "-1,4").replace("53.4", "53,4").encode()
        ),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace(",", "|").encode(),
        lambda text: ("Report of crimes\nMade today\n\n" + text).encode(),
    ],
)
def test_every_way_of_writing_stores_the_same_rows(empty_workspace, load, write, encode):
    text = POLICE_UK + police_uk_row("a1").replace("near A", "near Café") + police_uk_row("a2") * 2
    report = load("crimes", write("x.csv", encode(text)))

    assert (report.rows_read, report.rows_stored, report.reasons) == (3, 2, {"exact_repeat": 1})
    rows = empty_workspace.rows("SELECT crime_id, location, lon, lat FROM crimes ORDER BY 1")
    assert rows == [
        ("a1", "On or near Café", -1.4, 53.4),
        ("a2", "On or near A", -1.4, 53.4),
    ]


def test_a_zip_of_monthly_folders_is_one_load(load, tmp_path):
    file = tmp_path / "months.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("2020-01/2020-01-s-street.csv", POLICE_UK + police_uk_row("a"))
        archive.writestr("2020-02/2020-02-s-street.csv", POLICE_UK + police_uk_row("b"))
        archive.writestr("2020-02/2020-02-s-outcomes.csv", "Crime ID,Month\na,2020-02\n")
    report = load("crimes", file)

    assert report.rows_stored == 2
    assert report.files == ["2020-01/2020-01-s-street.csv", "2020-02/2020-02-s-street.csv"]
    assert "left out of 'months.zip': 1" in report.warnings[0]


def test_projected_coordinates_are_asked_about_and_read_with_a_crs(load, write):
    text = "id,date,X,Y\n1,2020-04-13,491059.48,5459122.42\n2,2020-04-13,0,0\n"
    file = write("x.csv", text)
    with pytest.raises(InputError, match="name their CRS"):
        load("crimes", file)

    report = load("crimes", file, crs="EPSG:26910")
    assert report.reasons == {"suppressed_place": 1}
    assert "now works in EPSG:32610" in report.warnings[1]


def test_places_elsewhere_are_refused_once_the_workspace_holds_some(load, write):
    load("crimes", write("x.csv", ANY + "1,2020-04-13,-1.4,53.4,a\n"))

    with pytest.raises(InputError, match=r"init FOLDER --crs EPSG:32616"):
        load("crimes", write("y.csv", ANY + "1,2020-04-13,-89.9,35.1,a\n"))


def test_swapped_axes_are_asked_about(load, write):
    with pytest.raises(InputError, match="look swapped"):
        load("crimes", write("x.csv", ANY + "1,2020-04-13,53.4,-1.4,a\n"))


def test_a_load_can_be_undone_whole(empty_workspace, acting, load, write):
    load("crimes", write("x.csv", POLICE_UK + police_uk_row("a1")))
    wrong = load("crimes", write("y.csv", POLICE_UK + police_uk_row("a2") + police_uk_row(lon="")))

    assert technology.undo_load(empty_workspace, acting, wrong.load_id) == 1
    assert empty_workspace.rows("SELECT crime_id FROM crimes") == [("a1",)]
    assert empty_workspace.value("SELECT count(*) FROM quarantine") == 0
    with pytest.raises(InputError, match="no load"):
        technology.undo_load(empty_workspace, acting, wrong.load_id)


def test_an_earlier_loaded_file_under_another_matching_is_refused(load, write):
    file = write("x.csv", "id,other,date,lon,lat\n1,2,2020-04-13,-1.4,53.4\n")
    load("crimes", file)

    with pytest.raises(InputError, match="Undo that load first"):
        named = {"crime_id": "other", "occurred_from": "date", "x": "lon", "y": "lat"}
        load("crimes", file, columns=named)


def test_a_preview_counts_like_the_load_and_stores_nothing(empty_workspace, acting, load, write):
    file = write("x.csv", POLICE_UK + police_uk_row("a1") * 2 + police_uk_row(lon=""))
    seen = technology.preview_load(empty_workspace, acting, "crimes", [file])
    assert empty_workspace.value("SELECT count(*) FROM crimes") == 0

    done = load("crimes", file)
    assert (seen.rows_read, seen.rows_stored, seen.reasons) == (
        done.rows_read,
        done.rows_stored,
        done.reasons,
    )


CELLS = st.sampled_from(
    [
        "",
        "a",
        "-1.4",
        "53.4",
        "0",
        "200",
        "2020-01",
        "2020-13",
        "2020-02-30",
        "x,y",
        'q"q',
        "é",
        "1e9",
    ]
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12))
def test_every_row_is_accounted_for_whatever_it_holds(empty_workspace, acting, tmp_path, rows):
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    text = "Crime ID,Month,Longitude,Latitude\na0,2020-01,-1.4,53.4\n"
    text += "".join(",".join(map(quoted, row)) + "\n" for row in rows)
    file = tmp_path / "x.csv"
    file.write_text(text, encoding="utf-8")
    columns = {"crime_id": "Crime ID", "occurred_from": "Month", "x": "Longitude", "y": "Latitude"}
    report = technology.preview_load(
        empty_workspace, acting, "crimes", [file], columns=columns, crs="EPSG:4326"
    )

    assert report.rows_read == len(rows) + 1
    assert report.rows_stored + report.rows_quarantined + report.rows_already_held == len(rows) + 1


def test_the_hash_of_a_row_stays_what_it_was(load, write, empty_workspace):
    """Rows loaded by an older version must be recognised: the hash may never change."""
    load("crimes", write("a.csv", "id,date,longitude,latitude\na,2026-01-05, -1.4 ,53.4\n"))
    text = chr(31).join(["crime_id=a", "offence=a", "occurred_from=2026-01-05", "x=-1.4", "y=53.4"])
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    expected = int.from_bytes(digest[8:], "little")
    assert empty_workspace.value("SELECT row_hash FROM crimes") == expected
