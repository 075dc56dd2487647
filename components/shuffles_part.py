"""Tests by shuffling under Compare methods: near repeats, and Gi* by permutation, as one job."""

import math
from typing import Any

import pandas as pd
import streamlit as st

from analytics import targeting
from analytics.workspace import User
from components import steps, tables

_MOST_LIKELY_P = 0.05


def draw(user: User, found: targeting.MethodComparison, chosen: targeting.MethodSettings) -> None:
    """Offer the tests of these settings and show them once done."""
    st.subheader("Tested by shuffling", anchor=False)
    st.caption(
        "Does one crime make another nearby soon after likelier? And do the neighbours of a place "
        "hold more than chance would give them? Both are told by shuffling, which takes a while."
    )
    tests = steps.job(
        "permute",
        {"settings": found.result.settings.as_json(), "methods": chosen.as_json()},
        user,
        key=f"permute-{found.run_id}",
        label="Test by shuffling",
        primary=False,
    )
    if tests is None:
        return
    _near_repeat(tests, chosen)
    _permutation(tests)


def _near_repeat(tests: dict[str, Any], chosen: targeting.MethodSettings) -> None:
    if tests["near_repeat"] is None:
        st.info(tests["reason"])
        return
    frame = pd.DataFrame(tests["near_repeat"])
    frame["distance"] = [
        _metres(*edges) for edges in zip(frame["from_m"], frame["to_m"], strict=True)
    ]
    frame["days"] = [
        _days(*edges) for edges in zip(frame["from_days"], frame["to_days"], strict=True)
    ]
    st.markdown(_near_repeat_answer(frame, chosen))
    ratios = frame.pivot(index="distance", columns="days", values="ratio")
    ratios = ratios.loc[frame["distance"].unique(), frame["days"].unique()].reset_index()
    days = {name: tables.number(f"{name} days", digits=2) for name in frame["days"].unique()}
    tables.show(
        ratios,
        {"distance": "Distance", **days},
        key="near-repeat",
        caption="Pairs of crimes over the number that chance gives, by distance and days between.",
        alt="Pairs of crimes over chance by distance and days between them.",
    )
    with st.expander("Pairs and p of every band"):
        tables.show(
            frame,
            {
                "distance": "Distance",
                "days": "Days between",
                "observed": tables.number("Pairs"),
                "expected": tables.number("By chance", digits=1, why="Mean over the shuffles."),
                "ratio": tables.number("Pairs over chance", digits=2),
                "p": tables.number("p", digits=4, why="One-sided, of this band alone."),
            },
            key="near-repeat-pairs",
            most_rows=30,
        )
    left_out = tests["left_out"]
    st.caption(
        f"Knox 1964: pairs of {tests['events']:,} crimes by {chosen.near_repeat_metric.title()} "
        f"distance and calendar days between them, bands from (included) to (not included); chance "
        f"from {chosen.near_repeat_shuffles:,} shuffles of the dates, seed {chosen.seed}. p is not "
        "corrected for the number of bands. The same spot stands apart: one event recorded in "
        "several rows, or records snapped to one map point, look like repeats. "
        + (f"{left_out:,} crimes with a month only are left out. " if left_out else "")
        + f"Run {tests['run_id']}."
    )


def _near_repeat_answer(frame: pd.DataFrame, chosen: targeting.MethodSettings) -> str:
    """Say how much likelier a crime nearby soon after is than by chance."""
    near = frame[(frame["from_m"] > 0) & frame["to_m"].notna() & (frame["from_days"] == 0)]
    first = near.iloc[0]
    where = f"within {chosen.near_repeat_band_m:,.0f} m and {chosen.near_repeat_band_days} days"
    if first["ratio"] is None or math.isnan(first["ratio"]):
        return f"**Near repeats are not measurable {where}:** no pair is expected there."
    if first["p"] > _MOST_LIKELY_P:
        return (
            f"**No sign of near repeats {where}:** {first['observed']:,.0f} pairs, "
            f"{first['expected']:,.0f} expected by chance (p {first['p']:.3f})."
        )
    return (
        f"**Near repeats {where}:** {first['ratio']:.2f} times as many pairs as by chance "
        f"(p {first['p']:.3f}). A place is worth a second look in the days after a crime."
    )


def _permutation(tests: dict[str, Any]) -> None:
    frame = pd.DataFrame(tests["places"])
    by_shuffle, by_formula = tests["hot_cells"]
    st.markdown(
        f"**{steps.counted(by_shuffle, 'cell')} of the study area "
        f"{'is' if by_shuffle == 1 else 'are'} hot by permutation, {by_formula:,} by formula** "
        "(both after Benjamini-Hochberg). The formula judges the place with its neighbours, the "
        "permutation the neighbours alone, given the place: a single full cell among quiet ones is "
        "hot by the first only."
    )
    tables.show(
        frame,
        {
            "rank": tables.number("Rank"),
            "name": "Place",
            "z": tables.number("Gi* (z)", digits=2),
            "p": tables.number("p, formula", digits=5, why="Two-sided, raw."),
            "p_permuted": tables.number("p, permuted", digits=5, why="Two-sided, raw."),
            "p_adjusted": tables.number(
                "p, permuted and corrected", digits=5, why="Benjamini-Hochberg over all cells."
            ),
        },
        key="permuted",
        most_rows=8,
        alt="Gi* of the listed places by formula and by permutation.",
    )
    st.caption(
        f"{tests['permutations']:,} permutations: the place keeps its value, its neighbours' are "
        "drawn without replacement from all other cells (Anselin 1995, as in esda); p is twice the "
        "rarer side. A merged place is judged by its best cell."
    )


def _metres(low: float, high: float | None) -> str:
    if low == 0:
        return "Same spot (under 1 m)"
    if high is None or math.isnan(high):
        return f"{low:,.0f} m or more"
    return f"{low:,.0f} to {high:,.0f} m"


def _days(low: float, high: float | None) -> str:
    if high is None or math.isnan(high):
        return f"{low:,.0f} or more"
    return f"{low:,.0f} to {high - 1:,.0f}"
