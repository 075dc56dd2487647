"""The week hour by hour: how much there was of something, and where need and patrol part."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from components import charts, theme

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def hour_weekday(
    matrix: Any,
    *,
    title: str,
    unit: str,
    key: str,
    ramp: str = "need",
    first_hour: int = 0,
    dotted: Any = None,
    conclusion: str = "",
    height: int = 290,
) -> None:
    """Draw a 7 x 24 matrix (rows Monday to Sunday, columns hours 0 to 23).

    Columns are drawn from `first_hour` on: where the day begins at 06:00, the small hours stand at
    the right end of the evening that they belong to. `dotted`: flags of the same shape, the hours
    to mark with a dot.
    """
    figure = go.Figure(
        go.Heatmap(
            z=np.roll(np.asarray(matrix, dtype=float), -first_hour, axis=1),
            x=[f"{(first_hour + hour) % 24:02d}" for hour in range(24)],
            y=WEEKDAYS,
            colorscale=theme.colour_scale(ramp),
            xgap=1.5,
            ygap=1.5,
            colorbar={"thickness": 10, "outlinewidth": 0, "title": {"text": unit, "side": "right"}},
            hovertemplate="%{y} %{x}:00: %{z:,.1f} " + unit + "<extra></extra>",
        )
    )
    if dotted is not None:
        day, at = np.nonzero(np.roll(np.asarray(dotted, dtype=bool), -first_hour, axis=1))
        figure.add_scatter(
            x=[f"{(first_hour + hour) % 24:02d}" for hour in at],
            y=[WEEKDAYS[row] for row in day],
            mode="markers",
            marker={"size": 7, "color": "#FFFFFF", "line": {"color": theme.INK, "width": 1.4}},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(
        title="Hour of the day", showgrid=False, ticks="", dtick=2, type="category", tickangle=0
    )
    charts.show(figure, title=title, key=key, conclusion=conclusion, height=height)


def apart(
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
