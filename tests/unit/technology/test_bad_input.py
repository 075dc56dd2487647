"""Files that cannot be used get one plain sentence and leave the workspace as it was."""

import gzip
import json
import os
import zipfile

import pytest

from analytics import technology
from analytics.technology import commit, loading
from analytics.technology.staging import Staging
from analytics.workspace import InputError, Refused, UndecidedColumns, User, WorkspaceError
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


@pytest.mark.parametrize(
    "path", ["../../up.csv", "a/../../b.csv", "..\\up.csv", "/abs.csv", "C:/x.csv"]
)
@pytest.mark.parametrize("feed", ["crimes", "boundary"])
def test_a_zip_with_a_path_that_leads_out_of_it_is_refused(
    empty_workspace, acting, tmp_path, path, feed
):
    file = tmp_path / "in" / "given.zip"
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("good.csv", GOOD)
        archive.writestr(path, GOOD)

    with pytest.raises(InputError, match="leads out of the zip"):
        technology.load(empty_workspace, acting, feed, [file])

    assert {made.name for made in tmp_path.iterdir()} == {"in", "workspace"}
    assert empty_workspace.value("SELECT count(*) FROM loads") == 0


def test_a_zip_made_from_the_folder_itself_leaves_no_table_out(load, tmp_path):
    file = tmp_path / "given.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("./2020-01/a.csv", GOOD)
        archive.writestr("./.hidden/b.csv", GOOD)

    assert load("crimes", file).rows_read == 3


def test_the_sign_of_a_pattern_in_a_file_s_name_is_no_pattern(load, write):
    assert load("crimes", write("a*.c[sv]", GOOD)).rows_read == 3


def test_a_pipe_and_a_name_that_no_disk_takes_are_refused(empty_workspace, acting, tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)

    with pytest.raises(InputError, match="not a file on disk"):
        technology.load(empty_workspace, acting, "crimes", [pipe])
    with pytest.raises(InputError, match="cannot be opened: File name too long"):
        technology.load(empty_workspace, acting, "crimes", [tmp_path / ("n" * 300)])


def test_a_file_that_changes_its_columns_in_the_middle_keeps_those_rows_aside(load, write):
    shorter = "".join(f"{number},2020-01,-1.4,53.4\n" for number in range(5))
    longer = "".join(police_uk_row(f"b{number}").strip() + ",1,2\n" for number in range(4))

    report = load("crimes", write("mixed.csv", GOOD + shorter + longer + police_uk_row("z")))

    assert report.rows_read == 13
    assert report.reasons == {"unreadable_line": 9, "exact_repeat": 2}
    assert report.rows_stored == 2


def test_zero_bytes_late_in_a_file_lose_no_row(load, write):
    rows = "".join(police_uk_row(f"c{number}") for number in range(2_000))

    report = load("crimes", write("late.csv", POLICE_UK + rows + "\0" * 400 + "\n" + GOOD[-70:]))

    assert report.rows_stored >= 2_000
    assert report.rows_read == report.rows_stored + report.rows_quarantined


@pytest.mark.parametrize("name", ["o'neil", "with space", "{a,b}", "ünïcode"])
def test_a_workspace_may_lie_in_a_folder_with_an_odd_name(acting, tmp_path, write, name):
    from analytics.workspace import Workspace, backup

    pings = "device,time_utc,longitude,latitude\nU1,2020-01-01T10:00:00Z,-1.4,53.4\n"
    with Workspace.create(tmp_path / name, acting) as workspace:
        crimes = technology.load(workspace, acting, "crimes", [write("a.csv", GOOD)])
        fixes = technology.load(workspace, acting, "pings", [write("p.csv", pings)])
        technology.load(workspace, acting, "pings", [write("p.csv", pings)])
        backup.backup(workspace, acting, tmp_path / f"{name}.zip")
    backup.restore(tmp_path / f"{name}.zip", tmp_path / name, acting)

    assert (crimes.rows_stored, fixes.rows_stored) == (1, 1)
    with Workspace.open(tmp_path / name) as workspace:
        assert (
            workspace.value("SELECT count(*) FROM read_parquet(?)", [workspace.ping_files()]) == 1
        )


@pytest.mark.parametrize("name", ["ws [2]", "what?", "a*"])
def test_a_folder_whose_name_is_a_pattern_is_refused(acting, tmp_path, name):
    from analytics.workspace import Workspace

    with pytest.raises(WorkspaceError, match="the wrong files"):
        Workspace.create(tmp_path / name, acting)
    assert list(tmp_path.iterdir()) == []
    Workspace.create(tmp_path / "plain", acting).close()
    (tmp_path / "plain").rename(tmp_path / name)
    with pytest.raises(WorkspaceError, match="the wrong files"):
        Workspace.open(tmp_path / name)


def test_positions_stay_when_only_the_log_s_head_cannot_be_written(
    empty_workspace, acting, write, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    pings = "device,time_utc,longitude,latitude\nU1,2020-01-01T10:00:00Z,-1.4,53.4\n"
    monkeypatch.setattr(type(empty_workspace.keys), "write_head", full)

    with pytest.raises(WorkspaceError, match=r"It is saved, but .* No space left"):
        technology.load(empty_workspace, acting, "pings", [write("p.csv", pings)])

    files = empty_workspace.ping_files()
    assert empty_workspace.value("SELECT count(*) FROM read_parquet(?)", [files]) == 1


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


@pytest.mark.parametrize("name", ["p.geojson", "p.json", "p.kml", "p.gpkg"])
def test_a_shape_file_cannot_point_to_another_file(empty_workspace, acting, write, name):
    secret = write("secret.csv", 'WKT,name\n"POLYGON((-1 53,-1 54,-2 54,-1 53))",secret\n')
    pointer = (
        "<OGRVRTDataSource><OGRVRTLayer name='secret'><LayerSRS>EPSG:4326</LayerSRS>"
        f"<SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(InputError, match=r"cannot be read|not a table"):
        technology.load(empty_workspace, acting, "places", [write(name, pointer)])
    assert empty_workspace.value("SELECT count(*) FROM places") == 0


def test_a_load_prepared_for_another_crs_does_not_move_places_stored_meanwhile(
    empty_workspace, acting, write
):
    abroad = write("m.csv", "ref,date,longitude,latitude\na,13/01/2024,-90.05,35.15\n")
    home = write("b.csv", "name,easting,northing\nCentral,430000,300000\n")
    with Staging(empty_workspace) as staging:
        prepared = loading._prepare(
            staging, empty_workspace, loading.Asked("crimes", [abroad]), lambda *_: None
        )
        assert prepared.crs == "EPSG:32615"
        technology.load(empty_workspace, acting, "bases", [home])
        with pytest.raises(InputError, match="CRS changed"):
            commit.store(empty_workspace, acting, staging, prepared, "L1", 0.0)
    assert empty_workspace.crs == "EPSG:27700"
    assert empty_workspace.value("SELECT count(*) FROM crimes") == 0
