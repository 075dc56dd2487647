"""Charts for paper: crimes by hour and weekday, and by month."""

from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from analytics.reports.looks import INK, LINE, PAPER, PRIMARY
from analytics.reports.maps import RAMPS, as_png


def week_png(
    matrix: np.ndarray,
    weekdays: Sequence[str],
    hours: Sequence[int],
    *,
    unit: str,
    size_cm: tuple[float, float] = (17.0, 7.0),
) -> bytes:
    """Draw a 7 x 24 matrix (weekday by clock hour, in `unit`) as a heat map; returns PNG bytes.

    `hours` are the clock hours in the order to draw them.
    """
    figure, axes = _blank(size_cm)
    ramp = LinearSegmentedColormap.from_list("need", RAMPS["need"])
    drawn = axes.imshow(matrix[:, list(hours)], aspect="auto", cmap=ramp, vmin=0)
    axes.set_xticks(range(0, 24, 2), [f"{hours[k]:02d}" for k in range(0, 24, 2)])
    axes.set_yticks(range(7), weekdays)
    axes.set_xlabel("Hour begins (24-hour clock)", fontsize=8, color=INK)
    axes.tick_params(length=0, labelsize=8, colors=INK)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(drawn, ax=axes, fraction=0.025, pad=0.015)
    bar.ax.tick_params(labelsize=7, colors=INK, length=0)
    bar.outline.set_visible(False)
    bar.set_label(unit, fontsize=7.5, color=INK)
    figure.tight_layout()
    return as_png(figure)


def months_png(
    labels: Sequence[str],
    values: Sequence[float | None],
    *,
    unit: str,
    size_cm: tuple[float, float] = (17.0, 5.5),
) -> bytes:
    """Draw values by month as bars, None as a gap; returns PNG bytes. `labels` stand below."""
    figure, axes = _blank(size_cm)
    heights = [0.0 if value is None else value for value in values]
    axes.bar(range(len(values)), heights, color=PRIMARY, width=0.8)
    every = max(1, round(len(labels) / 12))
    shown = range(0, len(labels), every)
    axes.set_xticks(list(shown), [labels[k] for k in shown])
    axes.set_ylabel(unit, fontsize=8, color=INK)
    axes.tick_params(labelsize=7.5, colors=INK, length=0)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    return as_png(figure)


def _blank(size_cm: tuple[float, float]) -> tuple[Figure, object]:
    figure = Figure(figsize=tuple(side / 2.54 for side in size_cm), dpi=160, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()
