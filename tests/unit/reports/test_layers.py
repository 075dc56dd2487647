"""GIS layers are what other programs expect."""

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.reports import write_geojson, write_geopackage
from analytics.workspace import InputError

ABOUT = {"Marking": "SYNTHETIC", "Run": "0123456789ab"}


@pytest.fixture
def layer() -> gpd.GeoDataFrame:
    """Two squares of 100 m near Sheffield, the first drawn clockwise with a hole."""
    with_hole = shapely.Polygon(
        [(435000, 387000), (435000, 387100), (435100, 387100), (435100, 387000)],
        [[(435040, 387040), (435060, 387040), (435060, 387060), (435040, 387060)]],
    )
    return gpd.GeoDataFrame(
        {
            "hotspot_id": ["hexagon:150:1:2", "hexagon:150:1:3"],
            "harm": [np.nan, 12.5],
            "since": [date(2026, 3, 3), None],
            "cells": [["a", "b"], ["c"]],
        },
        geometry=[with_hole, shapely.box(435200, 387000, 435300, 387100)],
        crs="EPSG:27700",
    )


def _signed_area(ring: list) -> float:
    xy = np.array(ring)
    return float((xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]).sum() / 2)


def test_geojson_is_lonlat_with_right_hand_rings_and_seven_decimals(layer, tmp_path):
    write_geojson(tmp_path / "a.geojson", layer, ABOUT, id_column="hotspot_id")
    found = json.loads((tmp_path / "a.geojson").read_text())
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert found["about"] == ABOUT
    rings = found["features"][0]["geometry"]["coordinates"]
    assert _signed_area(rings[0]) > 0 > _signed_area(rings[1])
    lon, lat = rings[0][0]
    assert -1.5 < lon < -1.4
    assert 53.3 < lat < 53.4
    assert all(round(value, 7) == value for point in rings[0] for value in point)
    assert found["features"][0]["id"] == "hexagon:150:1:2"


def test_geojson_keeps_its_place_to_a_few_centimetres(layer):
    back = gpd.read_file(write_geojson(None, layer, ABOUT).decode()).to_crs("EPSG:27700")
    assert back.hausdorff_distance(layer.geometry).max() < 0.05


def test_unknown_is_null_and_never_zero(layer):
    properties = json.loads(write_geojson(None, layer, ABOUT))["features"][0]["properties"]
    assert properties["harm"] is None
    assert properties["since"] == "2026-03-03"
    assert properties["cells"] == ["a", "b"]


def test_geopackage_holds_the_layer_in_its_crs_and_the_facts(layer, tmp_path):
    file = tmp_path / "a.gpkg"
    write_geopackage(file, layer, "hotspots", ABOUT)
    back = gpd.read_file(file, layer="hotspots")
    assert back.crs.to_epsg() == 27700
    assert back.geometry.area.tolist() == pytest.approx([9600, 10000])
    assert pd.isna(back["harm"][0])
    assert back["cells"][0] == '["a", "b"]'
    facts = gpd.read_file(file, layer="about")
    assert dict(zip(facts["fact"], facts["value"], strict=True)) == ABOUT
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]


def test_writing_again_replaces_the_file(layer, tmp_path):
    file = tmp_path / "a.gpkg"
    write_geopackage(file, layer, "hotspots", ABOUT)
    write_geopackage(file, layer.head(1), "hotspots", ABOUT)
    assert len(gpd.read_file(file, layer="hotspots")) == 1


def test_a_folder_that_is_a_file_is_named_in_a_sentence(layer, tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(InputError, match="Choose another folder"):
        write_geojson(tmp_path / "x" / "a.geojson", layer, ABOUT)
