"""Files that cannot be used get one plain sentence and leave the workspace as it was."""

import gzip
import json
import zipfile

import pytest

from analytics import technology
from analytics.workspace import InputError, Refused, UndecidedColumns, User
from tests.unit.technology.conftest import POLICE_UK, police_uk_row

GOOD = POLICE_UK + police_uk_row("a1") * 3
WIDE = ",".join(f"c{number}" for number in range(10_000))

TEXTS = {
    "empty.csv": (b"", "It is empty"),
    "blank.csv": (b"\n\n  \n", "It is empty"),
    "header.csv": (POLICE_UK.encode(), "header but no rows"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG picture"),
    "photo.csv": (b"\xff\xd8\xff\xe0" + bytes(range(256)), "a JPEG picture"),
    "binary.csv": (bytes(range(256)) * 20, "It is not text"),
    "carets.csv": (GOOD.replace(",", "^").encode(), "Only one column"),
    "wide.csv": (f"{WIDE}\n{WIDE}\n".encode(), "10,000 columns"),
    "places.csv": (b"id,date,type\n1,2020-01-01,a\n", "No columns with coordinates"),
    "dates.csv": (b"id,lon,lat,type\n1,-1.4,53.4,a\n", "No column for occurred_from"),
    "quote.csv": ((GOOD + '"open' + police_uk_row("b") * 3).encode(), "never closed"),
    "cut.csv.gz": (gzip.compress(GOOD.encode())[:60], "damaged"),
    "counts.csv": (b"lsoa_code,year,month,crime_count\nE01,2023,5,4\n", "one row per event"),
    "book.xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "Excel"),
    "rows.parquet": (b"PAR1" + b"\0" * 99, "Parquet"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_is_no_table_is_refused(empty_workspace, acting, write, name):
    content, part = TEXTS[name]
    file = write(name, content)
    audited = empty_workspace.value("SELECT count(*) FROM audit")

    with pytest.raises(InputError) as raised:
        technology.load(empty_workspace, acting, "crimes", [file])

    assert part in str(raised.value)
    assert name in str(raised.value)
    assert empty_workspace.value("SELECT count(*) FROM loads") == 0
    assert empty_workspace.value("SELECT count(*) FROM audit") == audited
    assert not list((empty_workspace.path / "spill").glob("load-*"))


def test_one_bad_file_among_good_ones_keeps_all_out(empty_workspace, acting, write):
    good, bad = write("good.csv", GOOD), write("bad.csv", b"")

    with pytest.raises(InputError, match=r"bad\.csv"):
        technology.load(empty_workspace, acting, "crimes", [good, bad])

    assert empty_workspace.value("SELECT count(*) FROM crimes") == 0


def test_a_missing_file_and_a_folder_are_named(empty_workspace, acting, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        technology.load(empty_workspace, acting, "crimes", [tmp_path / "nothing.csv"])
    with pytest.raises(InputError, match="is a folder"):
        technology.load(empty_workspace, acting, "crimes", [tmp_path])
    with pytest.raises(InputError, match="The feed 'crime' is not known"):
        technology.load(empty_workspace, acting, "crime", [tmp_path])


@pytest.mark.parametrize(
    ("members", "part"),
    [
        ({"inner.zip": b"PK"}, "Unpack that first"),
        ({"README.md": b"text"}, "no table"),
        ({"rows.exe": b"MZ"}, "not a kind of file"),
        ({"bomb.csv": b"0" * 80_000_000}, "250 times its size"),
    ],
)
def test_a_zip_with_something_else_in_it_is_refused(
    empty_workspace, acting, tmp_path, members, part
):
    file = tmp_path / "given.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)

    with pytest.raises(InputError, match=part):
        technology.load(empty_workspace, acting, "crimes", [file])


def test_a_zip_that_declares_more_than_the_limit_is_refused_unopened(
    empty_workspace, acting, tmp_path, monkeypatch
):
    from analytics.workspace.config import config

    monkeypatch.setenv("SEVEN_STEPS_MAX_UNPACKED_GB", "0.00001")
    config.cache_clear()
    file = tmp_path / "large.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", GOOD * 100)
    try:
        with pytest.raises(InputError, match="would unpack to more than"):
            technology.load(empty_workspace, acting, "crimes", [file])
    finally:
        monkeypatch.undo()
        config.cache_clear()


POINT = {"type": "Point", "coordinates": [-1.4, 53.4]}
SHAPES = {
    "cut.geojson": ('{"type":', "cannot be read"),
    "list.geojson": ("[1, 2]", "cannot be read"),
    "bare.geojson": (None, "no shapes"),
    "points.geojson": (POINT, "no polygons"),
    "rows.parquet": ("PAR1 nothing", "no shapes"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_boundary_without_polygons_is_refused(empty_workspace, acting, write, name):
    content, part = SHAPES[name]
    if not isinstance(content, str):
        feature = {"type": "Feature", "properties": {"a": 1}, "geometry": content}
        content = json.dumps({"type": "FeatureCollection", "features": [feature]})

    with pytest.raises(InputError, match=part):
        technology.load(empty_workspace, acting, "boundary", [write(name, content)])


def test_dates_that_can_be_read_both_ways_are_asked_about(empty_workspace, acting, write):
    file = write("x.csv", "id,date,lon,lat\n1,03/04/2020,-1.4,53.4\n2,12/04/2020,-1.4,53.4\n")

    with pytest.raises(UndecidedColumns) as raised:
        technology.load(empty_workspace, acting, "crimes", [file])

    assert raised.value.suggestion["date_order"] == "day_first"
    said = raised.value.suggestion | {"date_order": "month_first"}
    technology.load(empty_workspace, acting, "crimes", [file], columns=said)
    days = empty_workspace.rows("SELECT occurred_from FROM crimes ORDER BY 1")
    assert [day.month for (day,) in days] == [3, 12]


@pytest.mark.parametrize(
    ("columns", "part"),
    [
        ({"easting_m": "lon"}, "names 'easting_m'"),
        ({"x": "east", "y": "lat", "occurred_from": "date"}, "no column 'east'"),
        ({"x": "lon", "y": "lat"}, "does not name occurred_from"),
        ({"x": "lon", "crs": "EPSG:0"}, "CRS 'EPSG:0' is not known"),
        ({"date_order": "year_first"}, "'date_order' must be one of"),
        ({"x": 7}, "must be a column's name"),
    ],
)
def test_a_wrong_column_matching_is_refused_by_name(empty_workspace, acting, write, columns, part):
    file = write("x.csv", "id,date,lon,lat\n1,2020-04-13,-1.4,53.4\n")

    with pytest.raises(InputError, match=part):
        technology.load(empty_workspace, acting, "crimes", [file], columns=columns)


def test_someone_without_the_right_may_not_load(empty_workspace, write):
    inspector = User("i", "I", frozenset({"inspector"}))

    with pytest.raises(Refused):
        technology.load(empty_workspace, inspector, "crimes", [write("x.csv", GOOD)])
