"""The picture of estimates with their intervals that an evaluation report shows."""

import math
from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from analytics.reports.looks import INK, PAPER, PRIMARY, QUIET
from analytics.reports.maps import as_png


def forest_png(
    estimates: Sequence[tuple[str, float, float, float]],
    *,
    no_effect: float,
    axis: str,
    width_cm: float = 17.0,
    dots_per_inch: int = 160,
) -> bytes:
    """Draw labelled estimates (label, value, low, high) of one scale and return PNG bytes.

    Estimates without a finite interval are drawn as points; without a finite value they are left
    to the table. `no_effect` (1 for ratios, 0 for differences) is drawn as a dashed line.
    """
    shown = [row for row in estimates if math.isfinite(row[1])]
    height_cm = 2.2 + 0.75 * max(len(shown), 1)
    figure = Figure(figsize=(width_cm / 2.54, height_cm / 2.54), dpi=dots_per_inch, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.axvline(no_effect, color=QUIET, linestyle="--", linewidth=1)
    for height, (_, value, low, high) in enumerate(reversed(shown)):
        if math.isfinite(low) and math.isfinite(high):
            axes.plot([low, high], [height, height], color=PRIMARY, linewidth=1.8)
        axes.plot(value, height, marker="o", color=PRIMARY, markersize=5)
    axes.set_yticks(range(len(shown)), [row[0] for row in reversed(shown)], fontsize=8, color=INK)
    axes.set_ylim(-0.6, max(len(shown), 1) - 0.4)
    axes.set_xlabel(axis, fontsize=8, color=INK)
    axes.tick_params(axis="x", labelsize=8, colors=INK)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    return as_png(figure)
