"""What the backtest and the test of the places show: charts, tables and what to conclude."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics import targeting
from components import charts, steps, tables, theme

_MARKS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon")
_LINES = (*theme.CATEGORIES, "#0F2F5C")
_STANDING_COLOURS = {
    "firm": theme.CATEGORIES[0],
    "likely": theme.CATEGORIES[2],
    "could as well be out": theme.CATEGORIES[1],
}


def backtest(found: targeting.Backtest, choices: targeting.BacktestSettings) -> None:
    """Draw the share caught by cut date and method, and the table of means and differences."""
    first, last = found.scores["cut"].iloc[0], found.scores["cut"].iloc[-1]
    mean = found.summary.set_index("method")["hit_rate"]
    charts.show(
        _by_cut(found),
        title=f"Share of later {found.outcome} caught, by cut date and method",
        key="backtest-chart",
        conclusion=f"On average {found.winner} caught {100 * mean[found.winner]:.1f}%, last year's "
        f"count {100 * mean[targeting.REFERENCE]:.1f}%. "
        f"Each point: {steps.counted(found.number, 'cell')} ranked by the months before the date, "
        f"judged by the {choices.test_months} months from it on. Neighbouring dates share crimes.",
        height=360,
    )
    table = found.summary.assign(
        hit_rate=100 * found.summary["hit_rate"],
        range=[
            f"{100 * low:.1f} to {100 * high:.1f}"
            for low, high in zip(found.summary["lowest"], found.summary["highest"], strict=True)
        ],
        against=[_difference(row) for row in found.summary.itertuples()],
        level=["yes" if level else "" for level in found.summary["is_level"]],
    )
    tables.show(
        table,
        {
            "method": "Method",
            "hit_rate": tables.number("Caught", digits=2, unit="%"),
            "range": tables.text("Lowest to highest (%)"),
            "pei": tables.number("PEI", digits=2, why="Hits over the best possible hits."),
            "pai": tables.number("PAI", digits=1, why="Share caught over share of the area."),
            "rri": tables.number(
                "RRI", digits=2, why="Crimes predicted over crimes caught; 1 is as predicted."
            ),
            "against": tables.text(
                "Against last year's count (points)",
                why="Difference in share caught with its 95% interval, by redrawing places, each "
                "with all its cut dates. Not corrected for the number of methods.",
            ),
            "level": tables.text(
                "Level with the best method", why="Not told apart from the method that caught most."
            ),
        },
        key="backtest-table",
        caption=f"Means over {steps.counted(found.cuts, 'cut date')}, {first} to {last}. "
        f"Run {found.run_id}. " + " ".join(found.notes),
    )


def stability(found: targeting.Stability, choices: targeting.StabilitySettings) -> None:
    """Draw how often each place makes the list, and how the list fares on other grids."""
    places = found.places
    charts.show(
        _by_place(places),
        title="How often each place makes the list when the period is drawn again",
        key="stability-chart",
        conclusion=", ".join(f"{found.number(kind):,} {kind}" for kind in _STANDING_COLOURS)
        + f". {found.draws:,} redraws of {found.blocks:,} whole {found.block}s. Firm: in at "
        f"least {choices.firm_share:.0%} of them; could as well be out: in fewer than "
        f"{choices.doubtful_share:.0%}.",
        height=300,
    )
    columns = {
        "rank": tables.number("Rank"),
        "name": "Place",
        "count": tables.number("Crimes"),
        "share": tables.bar("On the list"),
        "ranks": tables.text("Rank (95%)"),
        "standing": "Standing",
    }
    shown = places.assign(ranks=_interval(places, "rank"))
    if "harm_rank_low" in places:
        shown["harm_ranks"] = _interval(places, "harm_rank")
        columns["harm_ranks"] = tables.text("Harm rank (95%)")
    if found.variants is not None:
        shown["kept"] = [
            f"{kept:.0f} of {of:.0f}"
            for kept, of in zip(places["kept_shifts"], places["shifts"], strict=True)
        ]
        shown["lost"] = [", ".join(f"{w:g} m" for w in widths) for widths in places["lost_widths"]]
        columns["kept"] = tables.text(
            "Kept by shifts", why="Grid positions whose list holds half of its crimes or more."
        )
        columns["lost"] = tables.text("Lost at width")
    tables.show(shown, columns, key="stability-places", caption=_near(found))
    if found.variants is not None:
        _grids(found.variants)
    for note in found.notes:
        st.caption(note)


def count_and_harm(found: targeting.RankComparison) -> None:
    """Draw ranks by count against ranks by harm."""
    figure = go.Figure()
    groups = (("both", "On both lists"), ("count", "By count only"), ("harm", "By harm only"))
    for position, (kind, name) in enumerate(groups):
        part = found.cells[found.cells["on"] == kind]
        figure.add_scatter(
            x=part["count_rank"],
            y=part["harm_rank"],
            mode="markers",
            name=name,
            marker={
                "color": theme.CATEGORIES[position],
                "symbol": _MARKS[position],
                "size": 8,
                "opacity": 0.8,
            },
            customdata=part[["name", "count", "harm"]],
            hovertemplate="%{customdata[0]}<br>rank %{x:,} by count (%{customdata[1]:,}), "
            "%{y:,} by harm (%{customdata[2]:,.0f} days)<extra></extra>",
        )
    ticks = {"type": "log", "tickvals": [k * 10**n for n in range(6) for k in (1, 2, 5)]}
    figure.update_xaxes(title="Rank by count (1 is highest)", **ticks)
    figure.update_yaxes(title="Rank by harm (1 is highest)", **ticks)
    figure.update_layout(showlegend=True)
    text = (
        f"{found.shared:,} of {found.number:,} places are on both lists. Over all "
        f"{found.ranked:,} cells with a crime the ranks agree by "
    )
    if found.spearman is None:
        text += "a measure that cannot be told: there are too few different values."
    else:
        text += f"Spearman {found.spearman:.2f}, Kendall {found.kendall:.2f} (1 is complete)."
    heavy = int((found.cells["worst_event_share"] >= 0.5).sum())
    text += f" At {steps.counted(heavy, 'cell')} shown one event gives half of the harm or more."
    charts.show(
        figure,
        title="The places by count and by harm",
        key="count-harm",
        conclusion=text,
        height=340,
    )


def _by_cut(found: targeting.Backtest) -> go.Figure:
    wide, figure = found.by_cut(), go.Figure()
    others = (targeting.BEST_POSSIBLE, targeting.CHANCE)
    # By name and not by score, so that a method keeps its colour from one run to the next.
    methods = sorted(name for name in wide.columns if name not in ("cut", *others))
    for position, method in enumerate([*methods, *others]):
        is_frame = method in others
        colour = theme.QUIET if is_frame else _LINES[position % len(_LINES)]
        figure.add_scatter(
            x=wide["cut"],
            y=100 * wide[method],
            name=method,
            mode="lines" if is_frame and len(wide) > 1 else "lines+markers",
            line={
                "color": colour,
                "width": 1.6 if is_frame else 2.2,
                "dash": "dash" if is_frame else "solid",
            },
            marker={"symbol": _MARKS[position % len(_MARKS)], "size": 7},
            hovertemplate=f"{method}, %{{x}}: %{{y:.2f}}%<extra></extra>",
        )
    figure.update_yaxes(title="Share caught (%)", rangemode="tozero")
    figure.update_xaxes(title="Cut date (first day of the month)", showgrid=False, type="category")
    figure.update_layout(showlegend=True)
    return figure


def _by_place(places: pd.DataFrame) -> go.Figure:
    figure = go.Figure()
    for standing, colour in _STANDING_COLOURS.items():
        part = places[places["standing"] == standing]
        figure.add_bar(
            x=part["rank"],
            y=100 * part["share"],
            name=standing.capitalize(),
            marker_color=colour,
            customdata=part[["name"]],
            hovertemplate="%{customdata[0]}, rank %{x}: %{y:.0f}%<extra></extra>",
        )
    figure.update_xaxes(title="Rank", showgrid=False)
    figure.update_yaxes(title="Redraws on the list (%)", range=[0, 100])
    figure.update_layout(showlegend=True, bargap=0.15)
    return figure


def _grids(variants: pd.DataFrame) -> None:
    st.subheader("Would another grid give the same places?", anchor=False)
    tables.show(
        variants.round({"share_covered": 3, "ground_shared": 3}),
        {
            "label": "Grid",
            "cells": tables.number("Cells"),
            "share_covered": tables.bar(
                "Crimes of the list also held",
                why="Share of the list's crimes that lie in the other grid's list too.",
            ),
            "ground_shared": tables.bar(
                "Ground shared", why="Ground on both lists over ground on either (Jaccard)."
            ),
        },
        key="stability-grids",
        caption="Each list covers as much ground as this one. The crimes count: cells that move by "
        "half their width share little ground and may still hold the same places.",
    )


def _near(found: targeting.Stability) -> str:
    near = found.near_misses.head(3)
    if near.empty:
        return f"Run {found.run_id}."
    named = ", ".join(
        f"{name} ({count:,} crimes, {share:.0%})"
        for name, count, share in near[["name", "count", "share"]].itertuples(index=False)
    )
    return f"Nearest to the list from outside: {named}. Run {found.run_id}."


def _difference(row) -> str:
    if pd.isna(row.difference) or row.difference_low == row.difference_high:
        return "–"
    low, high = 100 * row.difference_low, 100 * row.difference_high
    return f"{100 * row.difference:+.2f} ({low:+.2f} to {high:+.2f})".replace("-", "−")


def _interval(places: pd.DataFrame, name: str) -> list[str]:
    return [
        f"{low:,.0f} to {high:,.0f}" if pd.notna(low) else "–"
        for low, high in zip(places[f"{name}_low"], places[f"{name}_high"], strict=True)
    ]
