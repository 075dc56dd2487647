"""Step 3, tab When: the days and hours of a list's places, patrol windows and the season."""

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics import targeting
from analytics.workspace import NotMeasurable, User, Workspace
from components import hours_chart, interval_charts, settings, steps, tables


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show on which weekdays, at which hours and in which season the crimes of the places happen."""
    places = result.hotspots.set_index("hotspot_id")
    names = {key: f"{row['rank']}. {row['name']}" for key, row in places.iterrows()}
    left, right = st.columns([1, 1.65], gap="medium")
    with left:
        chosen = st.selectbox(
            "Place",
            ["all", *names],
            format_func=lambda key: names.get(key, "All places of the list"),
            key="when-place",
        )
        choices = settings.form(targeting.WhenSettings, key="when", title="", bordered=False)
    cells = places["cells"] if chosen == "all" else [places.loc[chosen, "cells"]]
    ids = [key for keys in cells for key in keys]
    asked = (workspace, user, result.settings)
    with right:
        hours_shown = _hours(asked, choices, ids, left)
    columns = st.columns(2, gap="medium") if hours_shown else [None, st.container()]
    if hours_shown:
        with columns[0], steps.action(stop=False):
            _by_hour(asked, choices, ids)
    with columns[1], steps.action(stop=False):
        _by_month(asked, choices, ids)
    if hours_shown:
        with steps.action(stop=False):
            _by_kind_of_day(asked, choices, ids)


def _hours(
    asked: tuple, choices: targeting.WhenSettings, ids: list[str], beside: DeltaGenerator
) -> bool:
    """Draw the week with the recommended windows; False where hours are not measurable."""
    try:
        profile = targeting.hour_weekday(*asked, ids)
    except NotMeasurable as reason:
        st.info(str(reason))
        return False
    windows = None
    with steps.action(stop=False):
        windows = targeting.recommend_windows(*asked, choices, ids)
    starts = profile.day_starts_hour
    dotted = None
    text = (
        f"A patrol day begins at {starts:02d}:00, so the small hours belong to the evening before."
    )
    if windows is not None:
        dotted = np.roll(windows.taken.reshape(7, 24), starts, axis=1)
        text = f"Dots are the recommended windows. {text}"
    is_own = profile.basis == "own"
    which = f"{profile.events:,} crimes" if is_own else f"All {profile.matrix.sum():,.0f} crimes"
    hours_chart.hour_weekday(
        profile.matrix,
        title=f"{which} by patrol day and hour",
        unit="crimes",
        first_hour=starts,
        dotted=dotted,
        key="targeting-hours",
        conclusion=text,
    )
    for sentence in profile.warnings:
        st.caption(sentence)
    if windows is not None:
        _windows(windows)
        with beside:
            _windows_table(windows)
    return True


def _windows(windows: targeting.PatrolWindows) -> None:
    st.subheader("Recommended patrol windows", anchor=False)
    st.markdown(windows.text())
    if windows.basis == "pooled":
        st.caption("Too few timed crimes in this place: these are the windows of the whole area.")
    if windows.years:
        parts = [f"{year.held:.0%} of {year.period}" for year in windows.years]
        same = min(year.hours_shared for year in windows.years)
        st.caption(
            "Hours look better on the crimes that they were chosen from. Chosen without the year "
            f"in question, they held {' and '.join(parts)}; at least {same} of the "
            f"{windows.hours} hours came back each time."
        )
    else:
        st.caption(
            "Hours look better on the crimes that they were chosen from; whether they last is not "
            "measurable with fewer than two whole years of 100 timed crimes each."
        )


def _windows_table(windows: targeting.PatrolWindows) -> None:
    tables.show(
        windows.windows.assign(share=windows.windows["share"] * 100),
        {
            "window": "Window",
            "hours": tables.number("Hours"),
            "events": tables.number("Crimes", digits=1),
            "share": tables.number("Share", digits=1, unit="%"),
        },
        key="when-windows",
        most_rows=8,
        alt="Recommended patrol windows with their hours and crimes.",
    )


def _by_hour(asked: tuple, choices: targeting.WhenSettings, ids: list[str]) -> None:
    hours = targeting.hours_of_day(*asked, choices, ids)
    peak = hours.loc[hours["value"].idxmax()]
    quiet = hours[hours["high"] < peak["low"]]
    interval_charts.bars_with_intervals(
        hours,
        label="hour",
        title="Crimes by hour of the day, all weekdays",
        unit="crimes",
        x_title="Hour of the day",
        key="when-hours",
        conclusion=f"Most at {peak['hour']}:00: {peak['value']:,.1f} ({peak['low']:,.1f} to "
        f"{peak['high']:,.1f}); {len(quiet)} of the other hours are lower beyond chance, each taken "
        f"by itself. Whiskers: {choices.level:.0%} intervals of weighted Poisson counts.",
    )


def _by_month(asked: tuple, choices: targeting.WhenSettings, ids: list[str]) -> None:
    months = targeting.month_season(*asked, choices, ids)
    high, low = months.loc[months["value"].idxmax()], months.loc[months["value"].idxmin()]
    years = months["years"]
    held = f"{years.min()}" if years.min() == years.max() else f"{years.min()} to {years.max()}"
    is_clear = high["low"] > low["high"]
    interval_charts.bars_with_intervals(
        months,
        label="month",
        title="Crimes a day by month of the year",
        unit="crimes a day",
        key="when-months",
        conclusion=f"Most in {high['month']} ({high['value']:,.2f} a day), fewest in "
        f"{low['month']} ({low['value']:,.2f}); "
        + ("their intervals do not overlap. " if is_clear else "their intervals overlap. ")
        + f"Each month was held in {held} years; a trend over the years shows here too. Whiskers: "
        f"{choices.level:.0%} Poisson intervals.",
    )


def _by_kind_of_day(asked: tuple, choices: targeting.WhenSettings, ids: list[str]) -> None:
    found = targeting.day_types(*asked, choices, ids)
    st.subheader("School holidays and bank holidays", anchor=False)
    if len(found.table) > 1:
        for row in found.table.dropna(subset=["ratio"]).itertuples():
            st.markdown(_kind_sentence(row))
        tables.show(
            found.table,
            {
                "kind": "Days",
                "days": tables.number("Number of days"),
                "crimes": tables.number("Crimes"),
                "per_day": tables.number("Crimes a day", digits=2),
                "low": tables.number("from", digits=2),
                "high": tables.number("to", digits=2),
                "ratio": tables.number("Times other days", digits=2),
                "ratio_low": tables.number("from ", digits=2),
                "ratio_high": tables.number("to ", digits=2),
            },
            key="when-kinds",
            caption=f"Compared with other days of the same weekdays; {choices.level:.0%} Poisson "
            "intervals, as if crimes came independently. A day is the patrol day on which a crime "
            f"began; {found.left_out:,} crimes without a known patrol day of the period are left "
            "out.",
            alt="Crimes a day on school holidays, bank holidays and other days.",
        )
    if found.reason:
        st.caption(found.reason)


def _kind_sentence(row: pd.Series) -> str:
    if row.ratio_low > 1:
        verdict = "more than on other days, beyond chance"
    elif row.ratio_high < 1:
        verdict = "fewer than on other days, beyond chance"
    else:
        verdict = "no clear difference from other days"
    return (
        f"**{row.kind}: {row.ratio:.2f} times** the crimes of other days of the same weekdays "
        f"({row.ratio_low:.2f} to {row.ratio_high:.2f}): {verdict}."
    )
