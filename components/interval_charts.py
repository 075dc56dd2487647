"""Charts of estimates that are not sure, and of what changed: intervals, and two dates side by side."""

import pandas as pd
import plotly.graph_objects as go

from components import charts, theme


def forest(
    estimates: pd.DataFrame,
    *,
    title: str,
    key: str,
    unit: str = "Rate ratio",
    no_effect: float = 1.0,
    log_scale: bool = True,
    conclusion: str = "",
) -> None:
    """Draw estimates with intervals: label, value, low, high (missing bounds draw no line)."""
    labels = estimates["label"].astype(str).tolist()
    value = estimates["value"].astype(float)
    figure = go.Figure(
        go.Scatter(
            x=value,
            y=labels,
            mode="markers",
            marker={"color": charts.blue(), "size": 10, "symbol": "square"},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (estimates["high"].astype(float) - value).tolist(),
                "arrayminus": (value - estimates["low"].astype(float)).tolist(),
                "color": charts.blue(),
                "thickness": 2,
                "width": 5,
            },
            customdata=estimates[["low", "high"]].astype(float),
            hovertemplate="%{y}: %{x:.2f} (%{customdata[0]:.2f} to %{customdata[1]:.2f})"
            "<extra></extra>",
        )
    )
    figure.add_vline(x=no_effect, line_width=1.2, line_dash="dash", line_color=theme.QUIET)
    figure.update_yaxes(autorange="reversed", showgrid=False, automargin=True)
    figure.update_xaxes(title=unit, type="log" if log_scale else "linear")
    if log_scale:
        figure.update_xaxes(tickvals=[0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10])
    charts.show(figure, title=title, key=key, conclusion=conclusion, height=120 + 44 * len(labels))


def bars_with_intervals(
    frame: pd.DataFrame,
    *,
    label: str,
    title: str,
    unit: str,
    key: str,
    x_title: str = "",
    conclusion: str = "",
    height: int = 280,
) -> None:
    """Draw one upright bar per row (`label`, value) with a whisker from low to high."""
    value = frame["value"].astype(float)
    figure = go.Figure(
        go.Bar(
            x=frame[label].astype(str),
            y=value,
            marker_color=charts.blue(),
            error_y={
                "type": "data",
                "symmetric": False,
                "array": (frame["high"] - value).tolist(),
                "arrayminus": (value - frame["low"]).tolist(),
                "color": theme.ink(),
                "thickness": 1.2,
                "width": 3,
            },
            customdata=frame[["low", "high"]].astype(float),
            hovertemplate="%{x}: %{y:,.2f} (%{customdata[0]:,.2f} to %{customdata[1]:,.2f}) "
            + unit
            + "<extra></extra>",
        )
    )
    figure.update_layout(bargap=0.3, showlegend=False)
    figure.update_yaxes(title=unit, rangemode="tozero")
    figure.update_xaxes(title=x_title, showgrid=False, type="category", tickangle=0)
    charts.show(figure, title=title, key=key, conclusion=conclusion, height=height)


def dumbbell(
    frame: pd.DataFrame,
    *,
    label: str,
    first: str,
    second: str,
    names: tuple[str, str],
    title: str,
    unit: str,
    key: str,
    conclusion: str = "",
) -> None:
    """Draw, per row, a hollow dot at column `first` joined to a full one at column `second`."""
    rows = frame[label].astype(str).tolist()
    figure = go.Figure()
    for row, start, end in zip(rows, frame[first], frame[second], strict=True):
        figure.add_scatter(
            x=[start, end],
            y=[row, row],
            mode="lines",
            line={"color": theme.FAINT, "width": 3},
            hoverinfo="skip",
            showlegend=False,
        )
    for column, name, symbol in ((first, names[0], "circle-open"), (second, names[1], "circle")):
        figure.add_scatter(
            x=frame[column],
            y=rows,
            name=name,
            mode="markers",
            marker={"color": charts.blue(), "size": 10, "symbol": symbol, "line": {"width": 2}},
            hovertemplate=f"%{{y}}, {name}: %{{x:,.1f}} {unit}<extra></extra>",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False, automargin=True)
    figure.update_xaxes(title=unit, rangemode="tozero")
    charts.show(figure, title=title, key=key, conclusion=conclusion, height=130 + 26 * len(rows))
