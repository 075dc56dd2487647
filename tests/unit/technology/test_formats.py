"""Workbooks, Parquet, GPX and shapefiles give the rows that the same data give as text."""

import datetime as dt
import io
import zipfile

import duckdb
import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlsxwriter

from analytics import technology
from analytics.workspace import InputError, UndecidedColumns
from tests.unit.technology.conftest import POLICE_UK, police_uk_row

HEADER = ["Crime Ref", "Offence", "Date From", "Time From", "Longitude", "Latitude", "HO code"]
ROWS = [
    ["2016376978", "Robbery", dt.date(2025, 3, 1), dt.time(21, 15), -1.47, 53.38, "034/01"],
    ["0012", "Wounding", dt.date(2025, 3, 30), dt.time(2, 30), -1.48, 53.39, "008/06"],
]


def workbook(path, sheets, title_rows=0):
    """Write sheets (name -> rows) with true date and time cells below some title rows."""
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        clock = book.add_format({"num_format": "hh:mm"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number in range(title_rows):
                sheet.write(number, 0, f"Title {number}")
            for number, row in enumerate(rows, start=title_rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, dt.time):
                        sheet.write_datetime(number, column, cell, clock)
                    elif isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    else:
                        sheet.write(number, column, cell)
    return path


def stored(workspace):
    return workspace.rows(
        "SELECT crime_id, offence_code, occurred_from, round(lon, 2) FROM crimes ORDER BY row_id"
    )


EXPECTED = [
    ("2016376978", "034/01", dt.datetime(2025, 3, 1, 21, 15), -1.47),
    ("0012", "008/06", dt.datetime(2025, 3, 30, 2, 30), -1.48),
]


@pytest.mark.parametrize("title_rows", [0, 1, 4])
def test_date_cells_numbers_and_codes_of_a_workbook_keep_their_values(
    load, empty_workspace, tmp_path, title_rows
):
    rows = [HEADER, [2016376978, *ROWS[0][1:]], ROWS[1]]
    report = load("crimes", workbook(tmp_path / "a.xlsx", {"Sheet1": rows}, title_rows))

    assert report.rows_stored == 2
    assert stored(empty_workspace) == EXPECTED


def test_serial_days_and_fractions_in_plain_number_cells(load, empty_workspace, tmp_path):
    rows = [HEADER, ["2016376978", "Robbery", 45717, 0.885416666666667, *ROWS[0][4:]]]
    load("crimes", workbook(tmp_path / "a.xlsx", {"Sheet1": rows}))

    assert stored(empty_workspace) == EXPECTED[:1]


def test_a_row_kept_aside_is_named_by_its_row_in_excel(load, empty_workspace, tmp_path):
    bad = ["9", "Robbery", "not a date", dt.time(1, 0), -1.4, 53.4, "1"]
    load("crimes", workbook(tmp_path / "a.xlsx", {"S": [HEADER, *ROWS, bad]}, title_rows=3))

    assert empty_workspace.rows("SELECT line, rule FROM quarantine") == [(7, "impossible_date")]


def test_sheets_of_one_layout_are_one_load_and_others_are_named(load, tmp_path):
    notes = [["Note", "Text"], ["made by", "the system"], ["on", "Monday"]]
    sheets = {"Notes": notes, "March": [HEADER, ROWS[0]], "April": [HEADER, ROWS[1]]}
    report = load("crimes", workbook(tmp_path / "a.xlsx", sheets))

    assert report.rows_stored == 2
    assert report.files == ["a.xlsx: March", "a.xlsx: April"]
    assert "Sheets that were not read: a.xlsx: Notes." in report.warnings


def test_two_layouts_that_fit_are_asked_about_and_the_answer_is_taken(
    empty_workspace, acting, load, tmp_path
):
    other = [["Crime Number", *HEADER[1:]], ROWS[1]]
    file = workbook(tmp_path / "a.xlsx", {"Old": [HEADER, ROWS[0]], "New": other})

    with pytest.raises(UndecidedColumns, match="'Old' and 'New' could both be it"):
        technology.load(empty_workspace, acting, "crimes", [file])
    found = technology.inspect(empty_workspace, acting, "crimes", [file])
    assert found.suggestion["sheet"] == "Old"
    assert "could both be it" in found.questions[0]

    assert load("crimes", file, columns={"sheet": "New"}).rows_stored == 1
    assert stored(empty_workspace)[0][0] == "0012"


def test_the_same_workbook_again_holds_nothing_new(load, tmp_path):
    file = workbook(tmp_path / "a.xlsx", {"A": [HEADER, ROWS[0]], "B": [HEADER, ROWS[1]]})
    load("crimes", file)

    assert load("crimes", file).rows_already_held == 2


def test_a_hidden_sheet_is_named_and_blank_rows_are_no_rows(load, tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, hidden = book.add_worksheet("Crimes"), book.add_worksheet("Secret")
        hidden.write_row(0, 0, ["a", "b"])
        hidden.write_row(1, 0, [1, 2])
        hidden.hide()
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, ["Crime Ref", "Date", "Longitude", "Latitude"])
        sheet.write_row(1, 0, ["a", "2025-01-01", -1.4, 53.4])
        for row in range(2, 50):
            sheet.write_blank(row, 0, None, bold)
        sheet.write_row(50, 0, ["b", "2025-01-02", -1.4, 53.4])
    report = load("crimes", path)

    assert (report.rows_read, report.rows_stored) == (2, 2)
    assert "The hidden sheet 'Secret' of 'a.xlsx' was not read." in report.warnings


def test_open_document_sheets_are_read(load, empty_workspace, tmp_path):
    def cell(value):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = [["Crime Ref", "Date", "Longitude", "Latitude"], ["a1", "2025-01-13", "-1.4", "53.4"]]
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content{names}><office:body>'
            f'<office:spreadsheet><table:table table:name="S">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<a/>")
    load("crimes", tmp_path / "a.ods")

    assert empty_workspace.rows("SELECT crime_id, lon FROM crimes") == [("a1", -1.4)]


def test_parquet_keeps_types_and_names_what_it_leaves_out(load, empty_workspace, tmp_path):
    path = tmp_path / "a.parquet"
    duckdb.sql(
        """SELECT 2016376978 AS crime_ref, '034/01' AS ho_code, 'Robbery' AS offence,
            TIMESTAMP '2025-03-01 21:15:00' AS date_from, -1.47 AS longitude,
            53.38::DOUBLE AS latitude, {'a': 1} AS extra, [1, 2] AS list"""
    ).write_parquet(str(path))
    report = load("crimes", path)

    assert stored(empty_workspace) == EXPECTED[:1]
    assert any("hold no single values: extra, list" in text for text in report.warnings)


def test_a_zip_holds_workbooks_parquet_and_text_side_by_side(load, tmp_path):
    text = POLICE_UK + police_uk_row("t1")
    frame = pd.read_csv(io.StringIO(POLICE_UK + police_uk_row("p1")), dtype=str)
    frame.to_parquet(tmp_path / "b.parquet")
    rows = [POLICE_UK.strip().split(","), police_uk_row("x1").strip().split(",")]
    workbook(tmp_path / "c.xlsx", {"S": rows})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("2020-01/a.csv", text)
        archive.write(tmp_path / "b.parquet", "2020-02/b.parquet")
        archive.write(tmp_path / "c.xlsx", "2020-03/c.xlsx")

    assert load("crimes", tmp_path / "all.zip").rows_stored == 3


@pytest.mark.parametrize(
    ("delimiter", "encoding", "end", "comma"),
    [
        ("\t", "utf-8-sig", "\r\n", False),
        (";", "cp1252", "\r\n", True),
        ("|", "utf-16", "\n", False),
        (",", "utf-8", "\r", False),
    ],
)
def test_text_in_every_dress_gives_the_same_row(
    load, empty_workspace, write, delimiter, encoding, end, comma
):
    lon, lat = ("-1,47", "53,38") if comma else ("-1.47", "53.38")
    lines = [
        ["Crime Ref", "Offence", "Date From", "Longitude", "Latitude", "Location"],
        ["a1", "Robbery", "2025-03-01 21:15", lon, lat, "Café Röhre"],
        ["a2", "Robbery", "2025-03-02 21:15", lon, lat, "Long Lane"],
    ]
    text = end.join(delimiter.join(line) for line in lines) + end
    load("crimes", write("a.csv", text.encode(encoding)))

    rows = empty_workspace.rows("SELECT crime_id, lon, lat, location FROM crimes ORDER BY row_id")
    assert rows[0] == ("a1", -1.47, 53.38, "Café Röhre")
    assert len(rows) == 2


GPX = """<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>Export</name>
<time>2024-01-01T00:00:00Z</time></metadata>
<trk><name>Unit 12</name><trkseg>
<trkpt lat="53.40" lon="-1.40"><ele>10</ele><time>2025-03-01T21:00:00Z</time></trkpt>
<trkpt lat="53.41" lon="-1.41"><time>2025-03-01T21:00:30Z</time></trkpt></trkseg>
<trkseg><trkpt lat="53.42" lon="-1.42"><time>2025-03-01T22:01:00+01:00</time></trkpt>
<trkpt lat="53.43" lon="-1.43"></trkpt></trkseg></trk></gpx>"""


def test_gpx_tracks_become_pings_of_the_device_that_the_track_names(load, empty_workspace, write):
    report = load("pings", write("radio7.gpx", GPX))

    assert (report.rows_read, report.rows_stored) == (4, 3)
    assert report.reasons == {"missing_required": 1}
    files = [
        str(empty_workspace.pings_folder / name)
        for (name,) in empty_workspace.rows("SELECT file FROM ping_files")
    ]
    found = duckdb.execute("SELECT device, ms, lon FROM read_parquet(?) ORDER BY ms", [files])
    rows = found.fetchall()
    assert {device for device, _, _ in rows} == {empty_workspace.keys.pseudonym("Unit 12")}
    start = int(dt.datetime(2025, 3, 1, 21, tzinfo=dt.UTC).timestamp() * 1000)
    assert [ms - start for _, ms, _ in rows] == [0, 30_000, 60_000]
    recorded = str(empty_workspace.rows("SELECT files FROM loads"))
    assert "radio7" not in recorded


def test_a_gpx_track_without_a_name_takes_the_name_of_its_file(load, empty_workspace, write):
    load("pings", write("radio7.gpx", GPX.replace("<name>Unit 12</name>", "")))

    assert empty_workspace.rows("SELECT device FROM devices") == [
        (empty_workspace.keys.pseudonym("radio7"),)
    ]


def zipped_shapefile(folder, shapes, leave_out=()):
    shapes.to_file(folder / "areas.shp")
    with zipfile.ZipFile(folder / "areas.zip", "w") as archive:
        for part in folder.glob("areas.*"):
            if part.suffix not in (".zip", *leave_out):
                archive.write(part, f"export/{part.name}")
    return folder / "areas.zip"


@pytest.fixture
def areas():
    bow = shapely.Polygon(
        [(435_000, 390_000), (436_000, 391_000), (436_000, 390_000), (435_000, 391_000)]
    )
    square = shapely.force_3d(shapely.box(430_000, 380_000, 431_000, 381_000), 5.0)
    return gpd.GeoDataFrame({"name": ["Bow", "Square"]}, geometry=[bow, square], crs="EPSG:27700")


def test_a_zipped_shapefile_is_one_source_mended_and_flat(load, empty_workspace, tmp_path, areas):
    report = load("places", zipped_shapefile(tmp_path, areas))

    assert report.rows_stored == 2
    assert "Shapes that were not valid and were mended: 1." in report.warnings
    found = empty_workspace.rows("SELECT name, area_m2, geometry FROM places ORDER BY name")
    assert [name for name, _, _ in found] == ["Bow", "Square"]
    assert [area for _, area, _ in found] == pytest.approx([500_000, 1_000_000], rel=1e-4)
    assert not any(shapely.from_wkb(bytes(shape)).has_z for _, _, shape in found)


def test_a_shapefile_is_given_as_its_parts_too(load, tmp_path, areas):
    areas.to_file(tmp_path / "areas.shp")
    parts = sorted(path for path in tmp_path.iterdir() if path.stem == "areas")

    assert load("places", *parts).rows_stored == 2


@pytest.mark.parametrize(
    ("missing", "part"),
    [
        (".shx", r"lacks its \.shx"),
        (".prj", "does not name its CRS"),
        (".shp", r"\.shp is missing"),
    ],
)
def test_a_missing_part_of_a_shapefile_is_named(
    empty_workspace, acting, tmp_path, areas, missing, part
):
    file = zipped_shapefile(tmp_path, areas, (missing,))

    with pytest.raises(InputError, match=part):
        technology.load(empty_workspace, acting, "places", [file])


def test_a_geopackage_with_several_layers_is_asked_about(
    empty_workspace, acting, load, tmp_path, areas
):
    file = tmp_path / "all.gpkg"
    areas.to_file(file, layer="wards")
    areas.head(1).to_file(file, layer="beats")
    points = areas.set_geometry(areas.geometry.centroid)
    points.to_file(file, layer="middles")

    with pytest.raises(UndecidedColumns, match="several layers that could be it: wards, beats"):
        technology.load(empty_workspace, acting, "places", [file])
    found = technology.inspect(empty_workspace, acting, "places", [file])
    assert found.suggestion["layer"] == "wards"
    assert load("places", file, columns={"layer": "beats"}).rows_stored == 1


def test_every_folder_of_a_packed_kml_is_read(load, tmp_path):
    mark = (
        "<Placemark><name>{0}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        "-1.4,53.4,7 -1.{0},53.4,7 -1.4,53.5,7 -1.4,53.4,7</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark>"
    )
    folders = "".join(
        f"<Folder><name>f{number}</name>{mark.format(number)}</Folder>" for number in (2, 3)
    )
    text = f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>'
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", text)
        archive.writestr("files/icon.png", b"\x89PNG")

    assert load("places", tmp_path / "a.kmz").rows_stored == 2


def _xlsx(folder, rows):
    return workbook(folder / "made.xlsx", {"S": rows}).read_bytes()


BAD = {
    "cut.xlsx": (lambda folder: _xlsx(folder, [HEADER, *ROWS])[:2000], "crimes", "workbook"),
    "not.xlsx": (lambda _: b"PK\x03\x04" + b"x" * 300, "crimes", "workbook"),
    "locked.xlsx": (
        lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
        "crimes",
        "locked by a password",
    ),
    "empty.xlsx": (lambda folder: _xlsx(folder, []), "crimes", "hold no table"),
    "header.xlsx": (lambda folder: _xlsx(folder, [HEADER]), "crimes", "hold no table"),
    "cut.parquet": (lambda _: b"PAR1" + b"\0" * 99, "crimes", "Parquet file is damaged"),
    "timeless.gpx": (
        lambda _: b'<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>',
        "pings",
        "no times",
    ),
    "route.gpx": (lambda _: b'<gpx><rte><rtept lat="1" lon="2"/></rte></gpx>', "pings", "no track"),
    "cut.gpx": (lambda _: GPX[:300].encode(), "pings", "damaged near line"),
    "crimes.gpx": (lambda _: GPX.encode(), "crimes", "patrol GPS"),
    "bomb.gpx": (
        lambda _: b'<!DOCTYPE gpx [<!ENTITY a "aaaa">]><gpx><trk><name>&a;</name></trk></gpx>',
        "pings",
        "entities",
    ),
    "topo.json": (lambda _: b'{"type":"Topology","objects":{},"arcs":[]}', "boundary", "TopoJSON"),
    "bomb.kml": (
        lambda _: b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "b">]><kml></kml>',
        "boundary",
        "cannot be read",
    ),
    "alone.shp": (lambda _: b"\0\0\x27\x0a" + b"\0" * 96, "boundary", r"lacks its \.shx and \.dbf"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_of_a_format_that_cannot_be_read_gets_one_sentence(
    empty_workspace, acting, write, tmp_path, name
):
    make, feed, part = BAD[name]
    with pytest.raises(InputError, match=part) as raised:
        technology.load(empty_workspace, acting, feed, [write(name, make(tmp_path))])

    assert name in str(raised.value)
    assert empty_workspace.value("SELECT count(*) FROM loads") == 0
    assert not list((empty_workspace.path / "spill").glob("load-*"))


def test_columns_headed_alike_in_a_row_are_one_list_of_values(load, empty_workspace, tmp_path):
    rows = [
        ["Title", "Score", "CJS Codes", "CJS Codes", "CJS Codes", "", "ATHENA URN"],
        ["Wounding", 547.5, "AA1", "AA2", "", "AA3", "1.1"],
    ]
    load("harm", workbook(tmp_path / "a.xlsx", {"S": rows}))

    codes = empty_workspace.rows("SELECT code FROM harm ORDER BY code")
    assert [code for (code,) in codes] == ["1.1", "AA1", "AA2", "AA3"]


def test_error_cells_are_blank_and_kept_aside_where_needed(load, tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Crime Ref", "Date", "Longitude", "Latitude"])
        sheet.write_row(1, 0, ["a", "2025-01-01", -1.4, 53.4])
        sheet.write_row(2, 0, ["b", "2025-01-01"])
        sheet.write_formula(2, 2, "=NA()", None, "#N/A")
        sheet.write_formula(2, 3, "=50+3.4", None, 53.4)
    report = load("crimes", path)

    assert (report.rows_stored, report.reasons) == (1, {"no_place": 1})


def test_shapes_in_the_metres_of_the_workspace_keep_their_corners(tmp_path, load, empty_workspace):
    box = shapely.box(450_000, 300_000, 459_000, 306_000)
    file = tmp_path / "force.gpkg"
    gpd.GeoDataFrame({"name": ["force"]}, geometry=[box], crs=27700).to_file(file)
    load("boundary", file)
    held = empty_workspace.value("SELECT geometry FROM boundary")
    assert shapely.from_wkb(bytes(held)).equals(box)
