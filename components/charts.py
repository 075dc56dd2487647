"""Charts in one look: a title that says what is shown, units on axes, a sentence of conclusion."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components import theme

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
            line={"color": blue(), "width": 2.5},
            hovertemplate="%{customdata:,} places: %{y:.1f}%<extra></extra>",
        )
    )
    if chosen and chosen <= len(percent):
        _mark(figure, chosen, percent[chosen - 1], across[chosen - 1])
    figure.update_xaxes(title=along_title, showgrid=False)
    figure.update_yaxes(title=unit, rangemode="tozero")
    show(figure, title=title, key=key, conclusion=conclusion, height=height)


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
    show(figure, title=title, key=key, conclusion=conclusion, height=tall)


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
    show(figure, title=title, key=key, conclusion=conclusion, height=height)


def blue() -> str:
    """Return the blue of marks that stands out in the present theme."""
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


def show(
    figure: go.Figure, *, title: str, key: str, conclusion: str = "", height: int = 300
) -> None:
    """Draw a figure in the common look, with its title above and its conclusion under it."""
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
