"""The map of a design: treated and comparison places with the rings round them."""

import geopandas as gpd
import pydeck as pdk
import streamlit as st

from components import ground, map_views, theme

_COLOURS = {"treated": theme.BLUE, "both": theme.BLUE, "control": "#EDAE49", "ring": "#6B7785"}
_NAMES = {
    "treated": "treated",
    "control": "comparison",
    "both": "treated and control by day",
    "ring": "ring for displacement",
}


def draw(shapes: gpd.GeoDataFrame, *, key: str, height: int = 430) -> None:
    """Draw shapes (arm, name, geometry in any CRS) on the force's ground, with a legend."""
    wide = shapes.to_crs(4326).explode(ignore_index=True)
    layers = [_layer(wide[wide["arm"] == arm], arm) for arm in _COLOURS if arm in set(wide["arm"])]
    layers.sort(key=lambda layer: layer.id != "arm-ring")
    view = map_views.view(shapes, height)
    deck = pdk.Deck(
        layers=[*ground.layers(), *layers, *ground.names()],
        initial_view_state=view,
        map_provider=None,
        tooltip={"html": "{label}"},
    )
    counts = shapes["arm"].value_counts()
    said = ", ".join(f"{counts[arm]} {_NAMES[arm]}" for arm in counts.index if arm != "ring")
    st.pydeck_chart(deck, height=height, key=key, alt=f"Map of the places: {said}.")
    swatches = "".join(
        f'<span><i style="background:{_COLOURS[arm]}"></i>{_NAMES[arm]}</span>'
        for arm in _COLOURS
        if arm in counts.index
    )
    st.html(f'<div class="legend">{swatches}</div>')


def _layer(shapes: gpd.GeoDataFrame, arm: str) -> pdk.Layer:
    data = [
        {
            "polygon": [
                [[round(x, 6), round(y, 6)] for x, y, *_ in ring.coords]
                for ring in (shape.exterior, *shape.interiors)
            ],
            "label": f"{name} ({_NAMES[arm]})",
        }
        for name, shape in zip(shapes["name"], shapes.geometry, strict=True)
    ]
    return pdk.Layer(
        "PolygonLayer",
        id=f"arm-{arm}",
        data=data,
        get_polygon="polygon",
        get_fill_color=theme.rgb(_COLOURS[arm], 70 if arm == "ring" else 210),
        get_line_color=theme.rgb(theme.ink(), 180),
        line_width_min_pixels=0 if arm == "ring" else 1,
        get_line_width=0 if arm == "ring" else 3,
        pickable=True,
    )
