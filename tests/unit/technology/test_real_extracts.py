"""Real extracts load without hand-editing, with every row accounted for."""

from datetime import datetime

import pytest

from analytics import technology

pytestmark = pytest.mark.real


@pytest.fixture
def load_set(empty_workspace, acting, real_data):
    def run(feed, pattern, **named):
        files = sorted(real_data.glob(pattern))
        assert files
        report = technology.load(empty_workspace, acting, feed, files, **named)
        assert report.rows_read == (
            report.rows_stored + report.rows_quarantined + report.rows_already_held
        )
        return report

    return run


def test_south_yorkshire_in_one_go(empty_workspace, load_set):
    boundary = load_set("boundary", "police_uk_south_yorkshire/boundaries/*_lsoa2011.geojson.gz")
    crimes = load_set("crimes", "police_uk_south_yorkshire/street/*.csv.gz")

    assert boundary.rows_stored == 853
    area = empty_workspace.value("SELECT sum(area_m2) / 1e6 FROM boundary")
    assert area == pytest.approx(1551, abs=1)
    assert len(crimes.files) == 35
    assert (crimes.rows_read, crimes.rows_stored) == (524_633, 503_663)
    assert crimes.reasons == {"no_place": 20_970}
    assert (crimes.first, crimes.last) == ("2018-01-01", "2020-12-31")
    assert crimes.warnings[0].startswith("2019-07 is missing")
    no_id = "SELECT count(*) FROM crimes WHERE crime_id IS NULL"
    aside = "SELECT count(*) FROM quarantine WHERE fields->>'crime_id' IS NULL"
    assert empty_workspace.value(no_id) + empty_workspace.value(aside) == 109_258


def test_avon_and_somerset_keeps_ids_that_differ(load_set):
    report = load_set("crimes", "police_uk_avon_somerset_2018_19/street/*.csv.gz")

    assert report.rows_read == 176_383
    assert report.reasons["no_place"] == 19_839
    assert any("record numbers stand on more than one row" in text for text in report.warnings)


def test_memphis_moves_an_empty_workspace_to_its_zone(empty_workspace, load_set):
    report = load_set("crimes", "memphis_robberies_2019/memphis_robberies_2019.csv.gz")

    assert report.rows_stored == 2_245
    assert empty_workspace.crs == "EPSG:32616"
    first = "SELECT occurred_from, time_precision FROM crimes WHERE crime_id = '15213800'"
    assert empty_workspace.rows(first) == [(datetime(2019, 1, 1, 1, 30), "minute")]


def test_san_francisco_and_its_taxis(empty_workspace, load_set):
    crimes = load_set("crimes", "san_francisco_robbery_2019/*.csv.gz")
    pings = load_set("pings", "gps_cabspotting_sf_a/*.txt.gz")

    assert crimes.rows_stored == 951
    assert any("zone mark" in warning for warning in crimes.warnings)
    assert pings.rows_stored == 70_128
    assert empty_workspace.rows("SELECT DISTINCT interval_s FROM devices") == [(60.0,)]


def test_vancouver_violence_is_suppressed(load_set):
    report = load_set("crimes", "vancouver_crimes_2020/*.csv.gz", crs="EPSG:26910")

    assert report.rows_read == 37_512
    assert report.reasons == {"suppressed_place": 3_750, "no_place": 1}
    assert any("exactly 00:00" in warning for warning in report.warnings)


def test_new_york_spans_keep_both_ends(empty_workspace, load_set):
    report = load_set("crimes", "nyc_vehicle_thefts_aoristic/*.csv.gz")

    assert report.rows_stored == 35_746
    hours = "SELECT median(date_diff('minute', occurred_from, occurred_to)) / 60 FROM crimes"
    assert empty_workspace.value(hours) == pytest.approx(10, abs=0.5)


def test_teesside_crimes_roads_and_boroughs(empty_workspace, load_set):
    assert load_set("crimes", "teesside_crime_roads/*.csv.gz").rows_stored == 19_521
    assert load_set("streets", "teesside_crime_roads/*.parquet").rows_stored == 33_481
    assert load_set("boundary", "teesside_crime_roads/*.geojson.gz").rows_stored == 3
    length = empty_workspace.value("SELECT sum(length_m) / 1000 FROM streets")
    assert length == pytest.approx(3_425, abs=1)


def test_the_cambridge_index_meets_its_ambiguous_classes(empty_workspace, load_set):
    assert load_set("harm", "harm_cchi_2020/cchi_2020_values.csv").rows_stored == 698
    scores = "SELECT DISTINCT days FROM harm WHERE code = '8N' ORDER BY days"
    assert [days for (days,) in empty_workspace.rows(scores)] == [2, 10, 19, 84, 547.5, 1460]


def test_three_layouts_of_geolife_tracks(empty_workspace, load_set):
    assert load_set("pings", "gps_geolife_a/geolife_small_*.csv.gz").rows_stored == 5_908
    assert load_set("pings", "gps_geolife_a/geolife_sample_*.csv.gz").rows_stored == 217_653
    tracks = load_set("pings", "gps_geolife_a/00*/Trajectory/*.plt.gz")
    assert tracks.rows_read == 80_989


def test_stop_and_search_reads_latitude_first_and_stores_both_ethnicities(
    empty_workspace, load_set
):
    report = load_set("stops", "stop_search_other_forces/*.csv.gz")

    assert (report.rows_read, report.rows_stored, report.reasons) == (6_562, 6_562, {})
    assert empty_workspace.value("SELECT count(*) FROM stops WHERE x IS NULL") == 112
    lat = empty_workspace.rows("SELECT min(lat) > 50, max(lat) < 55 FROM stops")
    assert lat == [(True, True)]
    counts = "count(ethnicity), count(officer_ethnicity), count(is_object_found)"
    assert empty_workspace.rows(f"SELECT {counts} FROM stops") == [(6_215, 6_170, 5_916)]
