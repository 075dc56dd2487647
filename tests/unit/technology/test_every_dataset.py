"""Every real extract loads without hand-editing, with the answers that a person would give.

Rows are counted a second time with the csv module; totals are those of the data sets' READMEs.
"""

import csv
import gzip
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest

from analytics import technology
from analytics.workspace import InputError, UndecidedColumns

pytestmark = pytest.mark.real


@dataclass(frozen=True)
class Case:
    """What one data set must come to; `question` is a part of what is asked without `answers`."""

    feed: str
    files: str
    read: int
    aside: dict[str, int] = field(default_factory=dict)
    first: str | None = None
    last: str | None = None
    box: tuple[float, float, float, float] | None = None
    crs: str = "EPSG:27700"
    precision: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    question: str = ""
    warns: tuple[str, ...] = ()


_ILLINOIS = {"crs": "EPSG:26971"}
_TRIPLE = {"x": "column_1", "y": "column_2", "occurred_from": "column_3"}
CHICAGO, MEMPHIS, NEW_YORK, PACIFIC = "EPSG:32616", "EPSG:32616", "EPSG:32618", "EPSG:32610"

EVENTS = {
    "avon and somerset": Case(
        "crimes",
        "police_uk_avon_somerset_2018_19/street/*.csv.gz",
        176_383,
        {"no_place": 19_839, "exact_repeat": 143},
        "2018-07-01",
        "2019-06-30",
        (-5.2861, 50.2160, 1.1244, 54.9482),
        precision="month",
        warns=("record numbers stand on more than one row", "12,055 rows without a record number"),
    ),
    "city of london": Case(
        "crimes",
        "police_uk_city_of_london_2024_25/street/*.csv.gz",
        18_867,
        {"no_place": 1_589, "exact_repeat": 9},
        "2024-01-01",
        "2025-12-31",
        (-4.9979, 51.3956, 0.1646, 54.8637),
        precision="month",
        warns=("LSOA codes that exist only since 2021",),
    ),
    "nottingham": Case(
        "crimes",
        "nottingham_burglary_robbery_2022/*.csv.gz",
        2_350,
        {},
        "2022-01-01",
        "2022-12-31",
        (-1.2451, 52.8936, -1.0943, 53.0175),
        precision="month",
        warns=("the file's name stands for it",),
    ),
    "teesside": Case(
        "crimes",
        "teesside_crime_roads/*.csv.gz",
        19_521,
        {},
        "2022-01-01",
        "2024-01-31",
        (-1.4408, 54.4790, -0.7946, 54.6439),
        precision="month",
    ),
    "chicago assaults": Case(
        "crimes",
        "chicago_aggravated_assaults/*.csv.gz",
        148_636,
        {},
        "2010-01-01",
        "2019-12-31",
        (-87.9255, 41.6446, -87.5246, 42.0225),
        CHICAGO,
        "minute",
        warns=("the UTM zone of the data",),
    ),
    "chicago burglary": Case(
        "crimes",
        "chicago_burglary_arson_2016/chicago_burglary_2016.csv.gz",
        11_701,
        {"missing_required": 1},
        "2015-12-31",
        "2016-12-31",
        (-87.8465, 41.6470, -87.5258, 42.0225),
        CHICAGO,
        "day",
        _ILLINOIS,
        "are not degrees; name their CRS",
    ),
    "chicago arson": Case(
        "crimes",
        "chicago_burglary_arson_2016/chicago_arson_2016.csv.gz",
        522,
        {},
        "2016-01-01",
        "2016-12-29",
        (-87.8358, 41.6479, -87.5305, 42.0185),
        CHICAGO,
        "day",
        _ILLINOIS,
        "are not degrees; name their CRS",
    ),
    "near repeat calculator": Case(
        "crimes",
        "chicago_burglary_arson_2016/near_repeat_calculator_reference/chicago_be_month1.csv.gz",
        970,
        {},
        "2015-12-31",
        "2016-01-31",
        crs=CHICAGO,
        precision="day",
        answers=_ILLINOIS | {"columns": _TRIPLE},
        question="No columns with coordinates were found",
    ),
    "memphis": Case(
        "crimes",
        "memphis_robberies_2019/memphis_robberies_2019.csv.gz",
        2_245,
        {},
        "2019-01-01",
        "2019-12-31",
        (-90.125, 34.996, -89.733, 35.258),
        MEMPHIS,
        "minute",
    ),
    "new york": Case(
        "crimes",
        "nyc_vehicle_thefts_aoristic/*.csv.gz",
        35_746,
        {},
        "2010-07-09",
        "2017-12-30",
        (-74.2493, 40.4989, -73.7010, 40.9114),
        NEW_YORK,
        "minute",
    ),
    "san francisco": Case(
        "crimes",
        "san_francisco_robbery_2019/*.csv.gz",
        951,
        {},
        "2019-01-01",
        "2019-12-31",
        (-122.5099, 37.7087, -122.3727, 37.8291),
        PACIFIC,
        "minute",
        warns=("A zone mark (Z or an offset) stands on 951 times",),
    ),
    "vancouver": Case(
        "crimes",
        "vancouver_crimes_2020/*.csv.gz",
        37_512,
        {"suppressed_place": 3_750, "no_place": 1},
        "2020-01-01",
        "2020-12-31",
        (-123.2221, 49.2012, -123.0235, 49.3133),
        PACIFIC,
        "minute",
        {"crs": "EPSG:26910"},
        "are not degrees; name their CRS",
        ("are exactly 00:00",),
    ),
    "essex stops": Case(
        "stops",
        "stop_search_other_forces/*essex*",
        5_355,
        {},
        "2019-12-01",
        "2020-02-29",
        (-7.9865, 50.1346, 1.2953, 54.9516),
        precision="minute",
        warns=("zone mark",),
    ),
    "leicestershire stops": Case(
        "stops",
        "stop_search_other_forces/*leicestershire*",
        701,
        {},
        "2019-12-01",
        "2020-02-29",
        (-1.5606, 52.4133, -0.6634, 52.8742),
        precision="minute",
    ),
    "derbyshire stops": Case(
        "stops",
        "stop_search_other_forces/*derbyshire*",
        506,
        {},
        "2019-12-01",
        "2020-02-28",
        (-1.9934, 52.7525, -1.2063, 53.4608),
        precision="minute",
    ),
    "south yorkshire stops": Case(
        "stops",
        "police_uk_south_yorkshire/stop_and_search/*.csv.gz",
        5_074,
        {},
        "2019-12-01",
        "2020-02-29",
        warns=("below 85%",),
    ),
}

SHAPES = {
    "chicago districts": ("boundary", "chicago_aggravated_assaults/*.kml.gz", 25, CHICAGO, 608.45),
    "memphis precincts": ("boundary", "memphis_robberies_2019/*precincts*", 9, MEMPHIS, 792.84),
    "nottingham wards": ("boundary", "nottingham_burglary*/*wards*", 20, "EPSG:27700", 74.60),
    "avon areas": ("boundary", "police_uk_avon*/boundaries/*lsoa*", 678, "EPSG:27700", 1332.39),
    "avon wards": ("boundary", "police_uk_avon*/boundaries/*wards*", 143, "EPSG:27700", 1332.4),
    "london areas": ("boundary", "police_uk_city*/boundaries/*lsoa*", 844, "EPSG:27700", 128.68),
    "london wards": ("boundary", "police_uk_city*/boundaries/*wards*", 136, "EPSG:27700", 128.67),
    "yorkshire areas": (
        "boundary",
        "police_uk_south*/boundaries/*lsoa*",
        853,
        "EPSG:27700",
        1551.47,
    ),
    "yorkshire wards": (
        "boundary",
        "police_uk_south*/boundaries/*wards*",
        91,
        "EPSG:27700",
        1551.53,
    ),
    "teesside boroughs": ("boundary", "teesside_crime_roads/*.geojson.gz", 3, "EPSG:27700", 503.9),
    "vancouver": ("boundary", "vancouver_crimes_2020/*.geojson.gz", 22, PACIFIC, 118.76),
    "bristol ways": ("streets", "police_uk_avon*/basemap/*", 6_160, "EPSG:27700", 1375.7),
    "teesside roads": ("streets", "teesside_crime_roads/*.parquet", 33_481, "EPSG:27700", 3425.2),
}

PINGS = {
    "cabspotting": ("gps_cabspotting_sf_a/*.txt.gz", 70_128, 3, "2008-05-17", "2008-06-10"),
    "geolife plt": (
        "gps_geolife_a/00*/Trajectory/*.plt.gz",
        80_989,
        58,
        "2008-10-22",
        "2008-11-03",
    ),
    "scikit-mobility": ("gps_geolife_a/geolife_sample*.gz", 217_653, 2, "2008-10-23", "2009-03-18"),
    "movingpandas": ("gps_geolife_a/geolife_small*.gz", 5_908, 3, "2008-12-10", "2009-06-29"),
}


@pytest.fixture
def load_files(empty_workspace, acting, real_data):
    def run(feed, pattern, **named):
        files = sorted(real_data.glob(pattern))
        assert files
        report = technology.load(empty_workspace, acting, feed, files, **named)
        assert report.rows_read == (
            report.rows_stored + report.rows_quarantined + report.rows_already_held
        )
        return report

    return run


def rows_of(real_data, pattern):
    """Return all rows of gzipped CSV files as dicts, by the csv module."""
    rows = []
    for file in sorted(real_data.glob(pattern)):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream)
    return rows


@pytest.mark.parametrize("name", EVENTS)
def test_events(empty_workspace, acting, real_data, load_files, name):
    case = EVENTS[name]
    if case.question:
        with pytest.raises(UndecidedColumns, match=case.question):
            load_files(case.feed, case.files)
    report = load_files(case.feed, case.files, **case.answers)

    has_header = "columns" not in case.answers
    assert len(rows_of(real_data, case.files)) + (not has_header) == case.read
    assert report.rows_read == case.read
    assert report.reasons == case.aside
    assert report.rows_already_held == 0
    assert (report.first, report.last) == (case.first, case.last)
    assert empty_workspace.crs == case.crs
    for part in case.warns:
        assert any(part in warning for warning in report.warnings), part
    if case.box:
        spread = "SELECT min(lon), min(lat), max(lon), max(lat) FROM " + case.feed
        assert empty_workspace.rows(spread)[0] == pytest.approx(case.box, abs=0.0001)
    if case.precision:
        kinds = f"SELECT DISTINCT time_precision FROM {case.feed}"
        assert empty_workspace.rows(kinds) == [(case.precision,)]


@pytest.mark.parametrize("name", ["avon and somerset", "city of london"])
def test_repeats_kept_aside_are_the_identical_rows_with_a_record_number(real_data, name):
    case = EVENTS[name]
    rows = rows_of(real_data, case.files)
    placed = [tuple(row.values()) for row in rows if row["Longitude"] and row["Crime ID"]]

    assert len(placed) - len(set(placed)) == case.aside["exact_repeat"]
    assert sum(not row["Longitude"] for row in rows) == case.aside["no_place"]


def test_the_repeats_without_a_number_that_are_told_are_those_in_the_files(real_data):
    rows = rows_of(real_data, EVENTS["avon and somerset"].files)
    bare = [tuple(row.values()) for row in rows if not row["Crime ID"] and row["Longitude"]]

    assert len(bare) - len(set(bare)) == 12_055


def test_the_row_without_a_date_is_the_one_in_the_file(real_data):
    rows = rows_of(real_data, EVENTS["chicago burglary"].files)

    assert sum(row["date"].strip().upper() in ("", "NA") for row in rows) == 1


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(empty_workspace, load_files, name):
    feed, files, rows, crs, size = SHAPES[name]
    report = load_files(feed, files)

    assert (report.rows_read, report.rows_stored) == (rows, rows)
    assert empty_workspace.crs == crs
    measure = "sum(length_m) / 1e3" if feed == "streets" else "sum(area_m2) / 1e6"
    assert empty_workspace.value(f"SELECT {measure} FROM {feed}") == pytest.approx(size, rel=1e-4)


@pytest.mark.parametrize("name", PINGS)
def test_pings(empty_workspace, load_files, name):
    files, rows, devices, first, last = PINGS[name]
    report = load_files("pings", files)

    assert (report.rows_read, report.rows_stored) == (rows, rows)
    assert (report.first, report.last) == (first, last)
    assert empty_workspace.value("SELECT count(DISTINCT device) FROM devices") == devices


def test_fixes_of_a_cab_are_the_numbers_of_its_file(empty_workspace, real_data, load_files):
    load_files("pings", "gps_cabspotting_sf_a/new_abboip.txt.gz")
    with gzip.open(real_data / "gps_cabspotting_sf_a/new_abboip.txt.gz", "rt") as file:
        fixes = [line.split() for line in file]
    stored = [
        str(empty_workspace.pings_folder / name)
        for (name,) in empty_workspace.rows("SELECT file FROM ping_files")
    ]
    found = duckdb.execute(
        "SELECT ms, lat, lon FROM read_parquet(?) ORDER BY ms", [stored]
    ).fetchall()

    expected = sorted((int(ms) * 1000, float(lat), float(lon)) for lat, lon, _, ms in fixes)
    assert found == expected


def test_counts_by_area_are_never_taken_for_events(empty_workspace, acting, load_files, real_data):
    with pytest.raises(InputError, match="a table of counts, not of events"):
        load_files("crimes", "birmingham_lsoa_month_counts/*.csv.gz")
    files = list(real_data.glob("birmingham_lsoa_month_counts/*.csv.gz"))
    found = technology.inspect(empty_workspace, acting, "crimes", files)

    assert "a table of counts, not of events" in found.refusal


def test_the_cambridge_workbook_is_its_flat_table(empty_workspace, acting, load_files):
    assert load_files("harm", "harm_cchi_2020/cchi_2020_original.xlsx").rows_stored == 698
    codes = "SELECT DISTINCT code, days FROM harm ORDER BY code, days"
    from_workbook = empty_workspace.rows(codes)
    technology.undo_load(empty_workspace, acting, empty_workspace.value("SELECT load_id FROM harm"))
    assert empty_workspace.value("SELECT count(*) FROM harm") == 0
    load_files("harm", "harm_cchi_2020/cchi_2020_values.csv")

    assert "001/01" in {code for code, _ in from_workbook}
    assert empty_workspace.rows(codes) == from_workbook


def test_block_midpoints_are_no_places_and_seattle_no_crimes(load_files):
    with pytest.raises(InputError, match="holds no polygons"):
        load_files("places", "memphis_robberies_2019/*block*")
    with pytest.raises(UndecidedColumns, match="No columns with coordinates"):
        load_files("crimes", "eval_seattle_dmi/seattledmi.csv.gz")
