"""The map of two lists: places in both, in this one only, in the other only."""

import geopandas as gpd
import pydeck as pdk
import streamlit as st

from components import ground, map_views, theme

_COLOURS = {"both": theme.CATEGORIES[3], "first": theme.BLUE, "second": theme.CATEGORIES[2]}


def draw(shapes: gpd.GeoDataFrame, names: dict[str, str], *, key: str, height: int = 520) -> None:
    """Draw shapes (group, label, geometry in any CRS); `names` words the groups of the legend.

    Groups are "both", "first" and "second". A switch shows them all or one at a time.
    """
    choices = ["all", *(group for group in _COLOURS if group in set(shapes["group"]))]
    shown = st.segmented_control(
        "Show",
        choices,
        default="all",
        required=True,
        format_func=lambda group: "All" if group == "all" else names[group],
        key=f"{key}-groups",
    )
    view = map_views.view(shapes, height)
    wide = shapes.to_crs(4326).explode(ignore_index=True)
    drawn = [group for group in choices[1:] if shown in ("all", group)]
    deck = pdk.Deck(
        layers=[
            *ground.layers(),
            *(_layer(wide[wide["group"] == group], group, names[group]) for group in drawn),
            *ground.names(),
        ],
        initial_view_state=view,
        map_provider=None,
        tooltip={"html": "<b>{label}</b><br>{detail}"},
    )
    counts = shapes["group"].value_counts()
    said = ", ".join(f"{counts[group]:,} {names[group].lower()}" for group in choices[1:])
    st.pydeck_chart(deck, height=height, key=key, alt=f"Map of two lists: {said}.")
    swatches = "".join(
        f'<span><i style="background:{_COLOURS[group]}"></i>{names[group]}: '
        f"{counts[group]:,}</span>"
        for group in drawn
    )
    st.html(f'<div class="legend">{swatches}</div>')


def _layer(shapes: gpd.GeoDataFrame, group: str, name: str) -> pdk.Layer:
    data = [
        {
            "polygon": [[round(x, 6), round(y, 6)] for x, y, *_ in shape.exterior.coords],
            "label": label,
            "detail": name,
        }
        for label, shape in zip(shapes["label"], shapes.geometry, strict=True)
    ]
    return pdk.Layer(
        "PolygonLayer",
        id=f"list-{group}",
        data=data,
        get_polygon="polygon",
        get_fill_color=theme.rgb(_COLOURS[group], 215),
        get_line_color=theme.rgb(theme.ink(), 200),
        line_width_min_pixels=1,
        get_line_width=3,
        pickable=True,
    )
