"""Layers of points with a name or a number: bases, stations, the stops of a round."""

from typing import Any

import pandas as pd
import pydeck as pdk

from components import theme


def stop_marks(stops: pd.DataFrame) -> list[dict[str, Any]]:
    """One mark per place of a round (lon, lat, name, start in order), with the stops made there."""
    made: dict[tuple[float, float], dict[str, Any]] = {}
    for order, row in enumerate(stops.to_dict("records"), start=1):
        at = (float(row["lon"]), float(row["lat"]))
        mark = made.setdefault(
            at, {"at": list(at), "orders": [], "name": row.get("name", ""), "starts": []}
        )
        mark["orders"].append(str(order))
        mark["starts"].append(str(row.get("start", "")))
    return [
        {
            "at": mark["at"],
            "text": ", ".join(mark["orders"]),
            "label": f"{', '.join(mark['orders'])}. {mark['name']}",
            "detail": ", ".join(mark["starts"]),
            "radius": 10 + 2.8 * max(len(", ".join(mark["orders"])) - 2, 0),
        }
        for mark in made.values()
    ]


def numbered(marks: list[dict]) -> list[pdk.Layer]:
    return [
        pdk.Layer(
            "ScatterplotLayer",
            id="stops",
            data=marks,
            get_position="at",
            get_radius="radius",
            radius_units=pdk.types.String("pixels"),
            get_fill_color=theme.rgb(theme.shade("patrol", 0.85)),
            pickable=True,
        ),
        pdk.Layer(
            "TextLayer",
            id="stop-numbers",
            data=marks,
            get_position="at",
            get_text="text",
            get_size=12,
            size_units=pdk.types.String("pixels"),
            get_color=[255, 255, 255, 255],
            font_family=pdk.types.String(theme.FONT),
            font_weight=600,
        ),
    ]


def marks(points: pd.DataFrame | None) -> list[pdk.Layer]:
    if points is None or not len(points):
        return []
    data = [
        {"at": [float(row["lon"]), float(row["lat"])], "label": row["name"], "detail": ""}
        for row in points.to_dict("records")
    ]
    return [
        pdk.Layer(
            "ScatterplotLayer",
            id="marks",
            data=data,
            get_position="at",
            get_radius=6,
            radius_units=pdk.types.String("pixels"),
            get_fill_color=theme.rgb(theme.ink()),
            stroked=True,
            get_line_color=theme.rgb(theme.paper()),
            line_width_min_pixels=2,
            pickable=True,
        ),
        pdk.Layer(
            "TextLayer",
            id="mark-names",
            data=data,
            get_position="at",
            get_text="label",
            get_size=12,
            get_pixel_offset=[0, -14],
            get_color=theme.rgb(theme.ink()),
            font_family=pdk.types.String(theme.FONT),
            font_weight=600,
            character_set=pdk.types.String("auto"),
        ),
    ]
