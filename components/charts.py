"""Charts in one look: a title that says what is shown, units on axes, a sentence of conclusion."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components import theme

_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_CONFIG = {"displayModeBar": False, "showTips": False, "scrollZoom": False, "doubleClick": False}


def concentration_curve(
    shares: Sequence[float],
    *,
    key: str,
    chosen: int | None = None,
    along: Sequence[float] | None = None,
    along_title: str = "Places, highest first",
    title: str = "Each further place adds less",
    unit: str = "Share of crime (%)",
    conclusion: str = "",
    height: int = 260,
) -> None:
    """Draw cumulative shares (0-1) over places, highest first, with the chosen number marked.

    `along` gives other positions on the axis `along_title`, such as the share of area reached.
    """
    percent = np.asarray(shares, dtype=float) * 100
    places = np.arange(1, len(percent) + 1)
    across = places if along is None else np.asarray(along, dtype=float)
    figure = go.Figure(
        go.Scatter(
            x=across,
            y=percent,
            customdata=places,
            mode="lines",
            line={"color": theme.BLUE if not theme.is_dark() else "#7FB0EE", "width": 2.5},
            hovertemplate="%{customdata:,} places: %{y:.1f}%<extra></extra>",
        )
    )
    if chosen and chosen <= len(percent):
        _mark(figure, chosen, percent[chosen - 1], across[chosen - 1])
    figure.update_xaxes(title=along_title, showgrid=False)
    figure.update_yaxes(title=unit, rangemode="tozero")
    _show(figure, title, key, conclusion, height)


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
            y=_WEEKDAYS,
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
            y=[_WEEKDAYS[row] for row in day],
            mode="markers",
            marker={"size": 7, "color": "#FFFFFF", "line": {"color": theme.INK, "width": 1.4}},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(
        title="Hour of the day", showgrid=False, ticks="", dtick=2, type="category", tickangle=0
    )
    _show(figure, title, key, conclusion, height)


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
            marker={"color": _blue(), "size": 10, "symbol": "square"},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (estimates["high"].astype(float) - value).tolist(),
                "arrayminus": (value - estimates["low"].astype(float)).tolist(),
                "color": _blue(),
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
    _show(figure, title, key, conclusion, 120 + 44 * len(labels))


def bars(
    frame: pd.DataFrame,
    *,
    label: str,
    values: Sequence[str],
    title: str,
    unit: str,
    key: str,
    names: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    stacked: bool = True,
    horizontal: bool = True,
    conclusion: str = "",
    height: int | None = None,
) -> None:
    """Draw one bar per row of `frame`, made of the columns `values`, with `label` at its foot."""
    figure = go.Figure()
    for position, column in enumerate(values):
        along, foot = frame[column], frame[label].astype(str)
        figure.add_bar(
            x=along if horizontal else foot,
            y=foot if horizontal else along,
            name=names[position] if names else column.replace("_", " "),
            orientation="h" if horizontal else "v",
            marker_color=(colours or theme.CATEGORIES)[position],
            hovertemplate=f"%{{{'y' if horizontal else 'x'}}}: "
            f"%{{{'x' if horizontal else 'y'}:,.1f}} {unit}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack" if stacked else "group",
        bargap=0.35,
        showlegend=len(values) > 1,
        legend_traceorder="normal",
    )
    if horizontal:
        figure.update_yaxes(autorange="reversed", showgrid=False, automargin=True)
        figure.update_xaxes(title=unit, rangemode="tozero")
    else:
        figure.update_yaxes(title=unit, rangemode="tozero")
        figure.update_xaxes(showgrid=False)
    tall = height or (110 + 30 * len(frame) if horizontal else 280)
    _show(figure, title, key, conclusion, tall)


def line(
    frame: pd.DataFrame,
    *,
    x: str,
    values: Sequence[str],
    title: str,
    unit: str,
    key: str,
    names: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    x_title: str = "",
    from_zero: bool = True,
    conclusion: str = "",
    height: int = 280,
) -> None:
    """Draw the columns `values` over the column `x`; a missing value breaks the line."""
    figure = go.Figure()
    for position, column in enumerate(values):
        figure.add_scatter(
            x=frame[x],
            y=frame[column],
            name=names[position] if names else column.replace("_", " "),
            mode="lines+markers" if len(frame) <= 40 else "lines",
            line={
                "color": (colours or theme.CATEGORIES)[position],
                "width": 2.3,
                "dash": ("solid", "dash", "dot", "dashdot")[position % 4],
            },
            connectgaps=False,
            hovertemplate="%{x}: %{y:,.1f} " + unit + "<extra></extra>",
        )
    figure.update_layout(showlegend=len(values) > 1)
    figure.update_yaxes(title=unit, rangemode="tozero" if from_zero else "normal")
    figure.update_xaxes(title=x_title, showgrid=False)
    _show(figure, title, key, conclusion, height)


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
            marker_color=_blue(),
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
    _show(figure, title, key, conclusion, height)


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
            marker={"color": _blue(), "size": 10, "symbol": symbol, "line": {"width": 2}},
            hovertemplate=f"%{{y}}, {name}: %{{x:,.1f}} {unit}<extra></extra>",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False, automargin=True)
    figure.update_xaxes(title=unit, rangemode="tozero")
    _show(figure, title, key, conclusion, 130 + 26 * len(rows))


def mark_events(figure: go.Figure, events: pd.DataFrame) -> str:
    """Mark dated events (name, kind, first_day, last_day) as lettered bands on a chart over time.

    Returns what the letters stand for, for the sentence under the chart; empty without events.
    School holidays share one letter, because there are many of them.
    """
    holidays = events["kind"] == "school holiday"
    named = [(row.name, [row]) for row in events[~holidays].itertuples(index=False)]
    if holidays.any():
        named.append(("school holidays", list(events[holidays].itertuples(index=False))))
    told = []
    for place, (name, rows) in enumerate(named):
        letter = _letter(place)
        for row in rows:
            # A band of a day or two could not be seen.
            end = max(row.last_day, row.first_day + pd.Timedelta(days=3))
            figure.add_vrect(
                x0=str(row.first_day),
                x1=str(end),
                fillcolor=theme.CATEGORIES[2],
                opacity=0.28,
                line_width=0,
                layer="below",
                annotation_text=letter,
                annotation_position="top left",
                annotation_font_size=12,
            )
        told.append(f"{letter}: {name}")
    return "; ".join(told)


def show(
    figure: go.Figure, *, title: str, key: str, conclusion: str = "", height: int = 300
) -> None:
    """Draw a figure of another kind in the common look."""
    _show(figure, title, key, conclusion, height)


def _letter(place: int) -> str:
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def _blue() -> str:
    return "#7FB0EE" if theme.is_dark() else theme.BLUE


def _mark(figure: go.Figure, places: int, percent: float, across: float) -> None:
    figure.add_scatter(
        x=[across],
        y=[percent],
        mode="markers+text",
        marker={"color": theme.RED, "size": 10},
        text=[f"{places:,} places, {percent:.1f}%"],
        textposition="bottom right",
        hoverinfo="skip",
    )
    figure.update_layout(showlegend=False)


def _show(figure: go.Figure, title: str, key: str, conclusion: str, height: int) -> None:
    grid = "#26374A" if theme.is_dark() else "#E8ECF1"
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 13, "color": theme.ink()},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hoverlabel={"font": {"size": 13}},
        dragmode=False,
        separators=".,",
    )
    figure.update_xaxes(gridcolor=grid, zeroline=False, linecolor=grid, fixedrange=True)
    figure.update_yaxes(gridcolor=grid, zeroline=False, fixedrange=True, automargin=True)
    with st.container(gap="xsmall"):
        st.subheader(title, anchor=False)
        alt = f"{title}. {conclusion}".strip()
        st.plotly_chart(figure, key=key, config=_CONFIG, theme="streamlit", alt=alt)
        if conclusion:
            st.caption(conclusion)
