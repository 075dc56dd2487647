"""The ground under every map: the force's own streets and boundary, no tiles from elsewhere."""

import geopandas as gpd
import pandas as pd
import pydeck as pdk
import shapely
import streamlit as st

from analytics import geography
from analytics.workspace import Workspace
from components import shared, theme

_MOST_STREETS = 9_000
_MAIN = {"motorway", "trunk", "primary", "secondary", "a road", "b road", "main", "tertiary"}
_SIMPLIFY_M = 2.0
_GAP_M = 40.0
_LABEL_EVERY_M = 450.0


def layers() -> list[pdk.Layer]:
    """Return the layers of boundary, streets and street names of the open workspace."""
    workspace = shared.workspace()
    name = (workspace.workspace_id, workspace.fingerprint("streets", "boundary"))
    streets, _, outline = _prepared(name, workspace)
    dark = theme.is_dark()
    made = [
        pdk.Layer(
            "PathLayer",
            id="boundary",
            data=outline,
            get_path="path",
            get_color=theme.rgb("#7C8A9A"),
            get_width=1.5,
            width_units=pdk.types.String("pixels"),
        ),
        pdk.Layer(
            "PathLayer",
            id="streets",
            data=streets,
            get_path="path",
            get_color=theme.rgb("#3A4C61" if dark else "#C6CFD9"),
            get_width="width",
            width_units=pdk.types.String("meters"),
            width_min_pixels=0.8,
            width_max_pixels=9,
            cap_rounded=True,
            joint_rounded=True,
        ),
    ]
    return [layer for layer in made if layer.data]


def bounds() -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of the boundary in degrees, None where none is held."""
    workspace = shared.workspace()
    name = (workspace.workspace_id, workspace.fingerprint("streets", "boundary"))
    outline = _prepared(name, workspace)[2]
    at = [point for line in outline for point in line["path"]]
    if not at:
        return None
    lon, lat = zip(*at, strict=True)
    return min(lon), min(lat), max(lon), max(lat)


def names() -> list[pdk.Layer]:
    """Return the street names, to be drawn over the shapes; they thin out where they would meet."""
    workspace = shared.workspace()
    key = (workspace.workspace_id, workspace.fingerprint("streets", "boundary"))
    _, labels, _ = _prepared(key, workspace)
    if not labels:
        return []
    return [
        pdk.Layer(
            "TextLayer",
            id="street-names",
            data=labels,
            get_position="at",
            get_text="name",
            get_angle="angle",
            get_size=12,
            size_units=pdk.types.String("pixels"),
            get_color=theme.rgb("#B9C4D0" if theme.is_dark() else "#4A5665"),
            font_family=pdk.types.String(theme.FONT),
            outline_width=3,
            outline_color=theme.rgb(theme.paper(), 220),
            font_settings={"sdf": True, "fontSize": 32, "buffer": 6},
            character_set=pdk.types.String("auto"),
            extensions=[{"@@type": "CollisionFilterExtension"}],
            collision_enabled=True,
            collision_group=pdk.types.String("names"),
            collision_test_props={"sizeScale": 2.4},
            get_collision_priority="priority",
        )
    ]


@st.cache_data(max_entries=4, show_spinner=False)
def _prepared(
    key: tuple[str, str], _workspace: Workspace
) -> tuple[list[dict], list[dict], list[dict]]:
    """Paths, names and outline in degrees, kept by what is loaded; they are no one's in
    particular, so all users may share them."""
    streets, area = geography.streets(_workspace), geography.boundary(_workspace)
    outline = []
    if len(area):
        edges = _edge(area).simplify(10.0).to_crs(4326).explode()
        outline = [{"path": _path(line)} for line in edges]
    if not len(streets):
        return [], [], outline
    return _paths(streets), _labels(streets), outline


def _edge(area: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """The edge of all polygons together, without the narrow gaps between neighbours."""
    whole = area.geometry.union_all().buffer(_GAP_M).buffer(-_GAP_M)
    return gpd.GeoSeries([whole.boundary], crs=area.crs)


def _paths(streets: gpd.GeoDataFrame) -> list[dict]:
    """Lines with a width in metres; the longest streets first where there are too many."""
    kept = streets.assign(is_main=_is_main(streets)).sort_values(
        ["is_main", "length_m"], ascending=[False, False]
    )[:_MOST_STREETS]
    lines = kept.geometry.simplify(_SIMPLIFY_M).to_crs(4326)
    made = []
    for line, main in zip(lines, kept["is_main"], strict=True):
        for part in getattr(line, "geoms", [line]):
            made.append({"path": _path(part), "width": 12 if main else 5})
    return made


def _is_main(streets: gpd.GeoDataFrame) -> pd.Series:
    return streets["class"].fillna("").str.lower().isin(_MAIN)


def _labels(streets: gpd.GeoDataFrame) -> list[dict]:
    """One name at the middle of each street, and again along a long one, never upside down."""
    named = streets[streets["name"].notna() & (streets["name"] != "")]
    named = named.assign(is_main=_is_main(named)).sort_values("length_m", ascending=False)
    made, taken = [], set()
    for name, line, main in zip(named["name"], named.geometry, named["is_main"], strict=True):
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        square = (name, round(middle.x / _LABEL_EVERY_M), round(middle.y / _LABEL_EVERY_M))
        if square in taken:
            continue
        taken.add(square)
        made.append((name, middle, _angle(line), 500 if main else min(int(line.length / 10), 400)))
    if not made:
        return []
    points = gpd.GeoSeries([middle for _, middle, _, _ in made], crs=streets.crs).to_crs(4326)
    return [
        {
            "name": name,
            "at": [round(point.x, 6), round(point.y, 6)],
            "angle": angle,
            "priority": priority,
        }
        for (name, _, angle, priority), point in zip(made, points, strict=True)
    ]


def _angle(line: shapely.LineString) -> float:
    import math

    ahead = shapely.line_interpolate_point(line, [0.4, 0.6], normalized=True)
    angle = math.degrees(math.atan2(ahead[1].y - ahead[0].y, ahead[1].x - ahead[0].x))
    return round((angle + 90) % 180 - 90, 1)


def _path(line: shapely.LineString) -> list[list[float]]:
    return [[round(x, 6), round(y, 6)] for x, y, *_ in line.coords]
