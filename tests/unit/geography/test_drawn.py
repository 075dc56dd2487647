"""Boundaries from a person's file: read where sound, refused in one sentence where not."""

import geopandas as gpd
import pytest
import shapely

from analytics.geography import join_within, longest_way_across, read_polygon, sound_polygon
from analytics.workspace import InputError

PLACE = shapely.box(430_000, 300_000, 430_200, 300_100)


def _layer(*shapes, crs="EPSG:27700"):
    return gpd.GeoDataFrame({"name": ["a"] * len(shapes)}, geometry=list(shapes), crs=crs)


@pytest.mark.parametrize(
    ("name", "driver"), [("p.geojson", "GeoJSON"), ("p.gpkg", "GPKG"), ("p.kml", "KML")]
)
def test_one_polygon_is_read_back_in_metres(tmp_path, name, driver):
    layer = _layer(PLACE)
    given = layer if driver == "GPKG" else layer.to_crs(4326)
    given.to_file(tmp_path / name, driver=driver)
    found = read_polygon(tmp_path / name, "EPSG:27700")
    assert found.symmetric_difference(PLACE).area < 1.0


def _write_two(file):
    _layer(PLACE, PLACE).to_crs(4326).to_file(file, driver="GeoJSON")


def _write_point(file):
    _layer(PLACE.centroid).to_crs(4326).to_file(file, driver="GeoJSON")


def _write_bow_tie(file):
    tie = shapely.Polygon(
        [(430_000, 300_000), (430_100, 300_100), (430_100, 300_000), (430_000, 300_100)]
    )
    _layer(tie).to_crs(4326).to_file(file, driver="GeoJSON")


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (_write_two, "holds 2 shapes"),
        (_write_point, "one polygon is wanted"),
        (_write_bow_tie, "crosses itself"),
        (lambda file: file.write_text("{"), "cannot be read as a map"),
        (lambda file: file.write_bytes(b"\x00\xff" * 99), "cannot be read as a map"),
    ],
)
def test_anything_else_is_one_sentence(tmp_path, write, told):
    file = tmp_path / "p.geojson"
    write(file)
    with pytest.raises(InputError, match=told):
        read_polygon(file, "EPSG:27700")


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match="no boundary file"):
        read_polygon(tmp_path / "p.docx", "EPSG:27700")


def test_a_sliver_is_no_place():
    with pytest.raises(InputError, match="less than 1 m²"):
        sound_polygon(shapely.box(0, 0, 0.5, 0.5))


def test_the_longest_way_across_is_the_diagonal():
    assert longest_way_across(shapely.box(0, 0, 300, 400)) == pytest.approx(500)


def test_places_join_when_they_touch_or_nearly_do():
    left, right = shapely.box(0, 0, 100, 100), shapely.box(140, 0, 240, 100)
    assert join_within([left, shapely.box(100, 0, 200, 100)], 0).area == pytest.approx(20_000)
    assert join_within([left, right], 39) is None
    joined = join_within([left, right], 40)
    assert joined.geom_type == "Polygon"
    assert joined.covers(shapely.union_all([left, right]))
    assert joined.area == pytest.approx(24_000, rel=0.01)
