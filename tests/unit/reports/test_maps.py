"""Maps for paper are drawn, with what they were given."""

import io
import threading

import geopandas as gpd
import matplotlib.image
import numpy as np
import pytest
import shapely

from analytics.reports import forest_png, map_png, pdf


@pytest.fixture
def town() -> dict:
    hotspots = gpd.GeoDataFrame(
        {"rank": [1, 2], "count": [9.0, np.nan]},
        geometry=[shapely.box(0, 0, 150, 150), shapely.box(900, 600, 1050, 750)],
        crs="EPSG:27700",
    )
    streets = gpd.GeoDataFrame(
        {"name": ["$Corn$ Market", None, "Bridge Street"]},
        geometry=[
            shapely.LineString([(-100, 75), (1200, 75)]),
            shapely.LineString([(500, -50), (500, 900)]),
            shapely.MultiLineString([[(0, 700), (400, 690)], [(410, 690), (1100, 660)]]),
        ],
        crs="EPSG:27700",
    )
    return {"hotspots": hotspots, "streets": streets}


def _pixels(content: bytes) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(content), format="png")


def test_a_map_has_its_size_and_is_not_blank(town):
    pixels = _pixels(map_png(**town, value="count", unit="crimes", size_cm=(16, 12)))
    assert pixels.shape[:2] == pytest.approx((756, 1008), abs=1)
    assert pixels[..., :3].std() > 0.02


def test_each_layer_adds_ink(town):
    dark = [
        (_pixels(content)[..., :3].mean(axis=2) < 0.9).sum()
        for content in (
            map_png(town["hotspots"]),
            map_png(**town),
            map_png(**town, route=[(75, 75), (500, 400), (975, 675)]),
        )
    ]
    assert dark[0] < dark[1] < dark[2]


def test_street_names_are_drawn(town):
    nameless = {**town, "streets": town["streets"].assign(name="")}
    assert map_png(**town) != map_png(**nameless)


def test_threads_draw_the_same_map(town):
    alone = map_png(**town)
    drawn: list[bytes] = []
    threads = [threading.Thread(target=lambda: drawn.append(map_png(**town))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [alone] * 4


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="at least one layer"):
        map_png()


def test_pictures_go_into_a_document_with_their_alternative_text(town):
    estimates = [("Count", 0.75, 0.6, 0.94), ("Harm", float("nan"), 0, 1), ("x", 1.1, np.nan, 2)]
    forest = forest_png(estimates, no_effect=1, axis="Rate ratio")
    sections = [
        {"heading": "Map", "image": {"name": "map", "alt": "Two hot spots", "caption": "Map"}},
        {"heading": "Effect", "image": {"name": "forest", "alt": "Estimates"}},
    ]
    data = {"title": "T", "about": {"Marking": "M"}, "sections": sections}
    content = pdf(None, "evaluation", data, {"map": map_png(**town), "forest": forest})
    assert content.count(b"/Subtype /Image") + content.count(b"/Subtype/Image") >= 2
