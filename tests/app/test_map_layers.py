"""What is drawn on maps: rounds that fit the screen, and places that stay visible on a force."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from components import map_layers, map_marks, map_views, maps

WORLD_PX = 512
"""The width of the world at zoom 0, in deck.gl's Web Mercator."""


def _places(east_m: float) -> gpd.GeoDataFrame:
    hexagons = [shapely.Point(430_000 + x, 387_000).buffer(75) for x in (0, east_m)]
    facts = {"hotspot_id": ["A", "B"], "name": ["A", "B"], "rank": [1, 2], "count": [9, 4]}
    return gpd.GeoDataFrame(facts, geometry=hexagons, crs="EPSG:27700")


@pytest.mark.parametrize("spread", [(0.02, 0.005), (0.004, 0.03), (0.0, 0.0)])
def test_a_round_lies_within_the_narrowest_screen(spread):
    lon = np.array([-1.5, -1.5 + spread[0]])
    lat = np.array([52.6, 52.6 + spread[1]])
    view = map_views.view_of(lon, lat, maps.PHONE_PX, 370)
    pixels_a_degree = WORLD_PX * 2**view.zoom / 360
    assert (lon.max() - lon.min()) * pixels_a_degree <= maps.PHONE_PX + 1
    tall = (lat.max() - lat.min()) / math.cos(math.radians(52.6)) * pixels_a_degree
    assert tall <= 370 * 1.02


def test_a_place_visited_twice_has_one_mark_with_both_numbers():
    stops = pd.DataFrame(
        {
            "lon": [-1.5, -1.51, -1.5],
            "lat": [52.6, 52.61, 52.6],
            "name": ["Abbot Lane", "Priory Road", "Abbot Lane"],
            "start": ["18:53", "19:43", "21:29"],
        }
    )
    marks = map_marks.stop_marks(stops)
    assert [mark["text"] for mark in marks] == ["1, 3", "2"]
    assert marks[0]["label"] == "1, 3. Abbot Lane"
    assert marks[0]["detail"] == "18:53, 21:29"
    assert marks[0]["radius"] > marks[1]["radius"]


def test_on_a_whole_force_places_stay_visible_and_their_numbers_wait():
    town, force = _places(3_000), _places(60_000)
    shapes = map_layers.shapes(force, "count", "crimes", None)
    assert map_layers.dots(shapes).radius_min_pixels == 4
    least = {
        name: map_layers.ranks(shapes, "need_ink", map_views.view(places))[0].size_min_pixels
        for name, places in (("town", town), ("force", force))
    }
    assert least == {"town": 8, "force": 0}


def test_a_town_is_shown_whole_and_a_telephone_holds_every_place():
    places = _places(4_000)
    west, south, east, north = places.to_crs(4326).total_bounds
    around = (west - 0.01, south - 0.01, east + 0.01, north + 0.01)
    for width in (450, 330):
        view = map_views.view(places, 620, around, width)
        pixels_a_degree = WORLD_PX * 2**view.zoom / 360
        assert (around[2] - around[0]) * pixels_a_degree <= width + 1


def test_places_in_a_small_part_of_a_county_are_shown_close():
    places = _places(1_000)
    west, south, east, north = places.to_crs(4326).total_bounds
    around = (west - 0.5, south - 0.5, east + 0.5, north + 0.5)
    assert map_views.view(places, 620, around).zoom == map_views.view(places, 620).zoom


def test_a_rank_that_would_lie_on_a_better_one_waits_until_one_comes_closer():
    near, far = _places(80), _places(3_000)
    view = map_views.view(far)

    def told(places):
        shapes = map_layers.shapes(places, "count", "crimes", None)
        waiting, clear = map_layers.rank_marks(shapes, view)
        assert clear.get_pixel_offset == waiting.get_pixel_offset
        return [[shape["rank"] for shape in layer.data] for layer in (clear, waiting)]

    assert told(far) == [["1", "2"], []]
    assert told(near) == [["1"], ["2"]]
    assert told(far.drop(columns="rank")) == [[], []]


def test_a_place_whose_patrol_is_unknown_has_no_disc():
    patrol = pd.DataFrame({"hotspot_id": ["A", "B"], "minutes": [0.0, np.nan]})
    shapes = map_layers.shapes(_places(3_000), "count", "crimes", patrol)
    assert [shape["is_known"] for shape in shapes] == [True, False]
    assert [shape["detail"] for shape in shapes] == [
        "9 crimes · 0 patrol minutes",
        "4 crimes · no GPS",
    ]
