"""Where need and patrol part, hour by hour."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from components import charts, theme

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def draw(
    matrix: Any, *, key: str, first_hour: int = 0, conclusion: str = "", height: int = 290
) -> None:
    """Draw need less patrol (points of a share) by weekday and hour: orange lacks, blue has more."""
    values = np.roll(np.asarray(matrix, dtype=float), -first_hour, axis=1)
    hours = [f"{(hour + first_hour) % 24:02d}" for hour in range(24)]
    widest = float(np.abs(values).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=hours,
            y=WEEKDAYS,
            zmin=-widest,
            zmax=widest,
            colorscale=[[0.0, theme.BLUE], [0.5, "#FFFFFF"], [1.0, "#C8441A"]],
            colorbar={"title": "points", "thickness": 10},
            hovertemplate="%{y} %{x}:00: %{z:.2f} points<extra></extra>",
        )
    )
    figure.update_xaxes(title="Local hour", type="category")
    figure.update_yaxes(autorange="reversed")
    charts.show(
        figure,
        title="Where need and patrol part",
        key=key,
        conclusion=conclusion,
        height=height,
    )
