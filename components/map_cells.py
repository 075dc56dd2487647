"""Layers of equal cells: other places with crime, and patrol time anywhere."""

import math

import numpy as np
import pandas as pd
import pydeck as pdk

from components import theme

MOST_SHAPES = 15_000
PALE = "#E6EAEF"
PALE_DARK = "#1C2938"


def cells(frame: pd.DataFrame | None, width_m: float, shape: str) -> list[pdk.Layer]:
    """Other cells as flat columns: centre points cost a seventh of the bytes of polygons."""
    if frame is None or not len(frame):
        return []
    sides, radius, angle = (
        (6, width_m / math.sqrt(3), 30) if shape == "hexagon" else (4, width_m / math.sqrt(2), 45)
    )
    shown = frame[:MOST_SHAPES]
    data = [
        {"at": [round(lon, 6), round(lat, 6)]}
        for lon, lat in zip(shown["lon"], shown["lat"], strict=True)
    ]
    return [
        pdk.Layer(
            "ColumnLayer",
            id="cells",
            data=data,
            get_position="at",
            disk_resolution=sides,
            radius=radius,
            angle=angle,
            coverage=0.97,
            extruded=False,
            get_fill_color=theme.rgb(PALE_DARK if theme.is_dark() else PALE, 190),
        )
    ]


def heat(frame: pd.DataFrame | None, width_m: float) -> list[pdk.Layer]:
    """Patrol time in squares, shaded by its square root so that quiet streets are seen too."""
    if frame is None or not len(frame):
        return []
    shown = frame[:MOST_SHAPES]
    shares = np.sqrt(shown["minutes"].to_numpy(float) / float(shown["minutes"].max()))
    steps = np.round(shares * 10) / 10
    data = [
        {"at": [round(lon, 6), round(lat, 6)], "fill": theme.rgb(theme.shade("patrol", share), 170)}
        for lon, lat, share in zip(shown["lon"], shown["lat"], steps, strict=True)
    ]
    return [
        pdk.Layer(
            "ColumnLayer",
            id="patrol-cells",
            data=data,
            get_position="at",
            disk_resolution=4,
            radius=width_m / math.sqrt(2),
            angle=45,
            extruded=False,
            get_fill_color="fill",
        )
    ]
