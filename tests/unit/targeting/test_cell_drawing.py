"""A place put together from cells: what lies round it, and what cannot be one place."""

import numpy as np
import pytest
import shapely

from analytics import targeting
from analytics.workspace import InputError, make_settings


@pytest.fixture(params=["hexagon", "square"])
def listed(request, town, acting):
    chosen = make_settings(
        targeting.TargetingSettings,
        {"cell_shape": request.param, "select_by": "number", "select": 8},
    )
    return targeting.preview_hotspots(town, acting, chosen)


def test_the_cells_round_a_place_are_those_within_a_cells_width(listed):
    place = listed.hotspots.iloc[0]
    cells = targeting.cells_round(listed, place["geometry"])
    everywhere = listed.counts.polygons_at(np.arange(len(listed.counts.q)))
    reach = place["geometry"].buffer(listed.counts.grid.width_m)
    assert len(cells) == int(shapely.intersects(everywhere, reach).sum())
    assert cells["number"].tolist() == list(range(1, len(cells) + 1))
    assert cells.loc[cells["is_in"], "hotspot_id"].tolist() == [place["hotspot_id"]]
    assert cells["count"].iloc[0] == place["count"]


def test_its_own_cells_give_the_place_back_and_a_neighbour_adds_its_ground(listed):
    place = listed.hotspots.iloc[0]
    cells = targeting.cells_round(listed, place["geometry"])
    same, _ = targeting.of_cells(cells, [1])
    assert same.symmetric_difference(place["geometry"]).area < 1
    touching = cells.geometry.boundary.intersection(place["geometry"].boundary).length
    other = int(cells["number"].iloc[int(np.argmax(touching.iloc[1:])) + 1])
    both, words = targeting.of_cells(cells, [1, other])
    assert both.geom_type == "Polygon"
    assert both.area == pytest.approx(2 * same.area, rel=1e-3)
    assert words == "put together from 2 cells"


def test_no_cells_and_cells_apart_are_refused(listed):
    cells = targeting.cells_round(listed, listed.hotspots.geometry.iloc[0])
    apart = cells.geometry.iloc[-1].distance(cells.geometry)
    far = int(cells["number"].iloc[int(apart.argmax())])
    with pytest.raises(InputError, match="at least one"):
        targeting.of_cells(cells, [])
    with pytest.raises(InputError, match="side by side"):
        targeting.of_cells(cells, [int(cells["number"].iloc[-1]), far])
