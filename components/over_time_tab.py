"""Step 3, tab Over time: how the places of a list have changed, and what else happened."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import charts, interval_charts, settings, steps, tables, theme, time_events

_MOST_DRAWN = 15
_NOTES = {
    "before": "Empty: as long, just before the later period.",
    "after": "Empty: the last twelve whole months held.",
}


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show months, the events register, change between two periods and patterns of the places."""
    with steps.action(stop=False):
        st.markdown(_fall_sentence(result, targeting.fall_to_expect(workspace, user, result)))
    with steps.action(stop=False):
        _months(workspace, targeting.monthly_series(workspace, user, result), result)
    time_events.register(workspace, user)
    left, right = st.columns([1, 1.65], gap="medium")
    with left:
        st.subheader("Change between two periods", anchor=False)
        choices = settings.form(
            targeting.OverTimeSettings, key="over-time", title="", bordered=False, notes=_NOTES
        )
    with steps.action(stop=False):
        found = targeting.change_between(workspace, user, result, choices)
        with left:
            st.markdown(_change_answer(found))
        with right:
            _change(found, choices)
        _change_table(found)
    with steps.action(stop=False):
        _patterns(targeting.space_time(workspace, user, result, choices), result, choices)


def _fall_sentence(result: targeting.HotspotResult, found: targeting.ExpectedFall) -> str:
    places = steps.counted(len(result.hotspots), "place")
    verb, amount = ("fall", found.fall) if found.fall >= 0 else ("rise", -found.fall)
    return (
        f"**Even without any patrol, {places} picked for their count are expected to {verb} by "
        f"{amount:.0%}**, from {found.seen_per_year:,.0f} crimes a year to "
        f"{found.expected_per_year:,.0f} ({found.low:,.0f} to {found.high:,.0f}): part of a high "
        "count is luck (regression to the mean, by Poisson-Gamma empirical Bayes over all places). "
        "A later fall of this size is no success yet."
    )


def _months(
    workspace: Workspace, series: targeting.MonthlySeries, result: targeting.HotspotResult
) -> None:
    """Draw both series as an index, so that the few places and the wide rest can be compared."""
    months, train = series.months, result.counts.scope.train
    in_train = months["first_day"].between(train.first.replace(day=1), train.last)
    figure = go.Figure()
    ways = (("listed", "The list's places", "solid"), ("rest", "Rest of the area", "dash"))
    for place, (column, name, dash) in enumerate(ways):
        held = months[in_train & months[column].notna()]
        usual = held[column].sum() / held["days"].sum()
        index = (
            months[f"{column}_per_day"] / usual * 100 if usual else months["listed"] * float("nan")
        )
        sure = index.where(~months["is_provisional"])
        # The pale part begins at the last sure month, so that the line does not break.
        pale = index.where(
            months["is_provisional"] | months["is_provisional"].shift(-1, fill_value=False)
        )
        for values, opacity in ((sure, 1.0), (pale, 0.35)):
            if opacity < 1 and not months["is_provisional"].any():
                continue
            figure.add_scatter(
                x=months["first_day"].astype(str),
                y=values,
                name=name,
                mode="lines+markers",
                opacity=opacity,
                showlegend=opacity == 1.0,
                connectgaps=False,
                line={"color": theme.CATEGORIES[place], "width": 2.3, "dash": dash},
                marker={"size": 5},
                customdata=months[[f"{column}_per_day", column]],
                hovertemplate="%{x|%b %Y}: %{y:.0f} (%{customdata[0]:,.2f} crimes a day)"
                "<extra></extra>",
            )
    told = time_events.mark(
        figure, targeting.time_events(workspace, series.held.first, series.held.last)
    )
    _mark_ranking_end(figure, result)
    figure.update_yaxes(title="Crimes a day, 100 = ranking period", rangemode="tozero")
    figure.update_xaxes(showgrid=False, tickformat="%b %Y")
    charts.show(
        figure,
        title="Crimes a day by month, in the list's places and in the rest",
        key="over-time-months",
        conclusion=_months_sentence(series, result, told),
        height=320,
    )


def _mark_ranking_end(figure: go.Figure, result: targeting.HotspotResult) -> None:
    if result.counts.scope.test:
        figure.add_vline(
            x=str(result.counts.scope.test.first),
            line={"color": theme.QUIET, "width": 1.2, "dash": "dot"},
        )


def _months_sentence(
    series: targeting.MonthlySeries, result: targeting.HotspotResult, told: str
) -> str:
    text = "Counts are divided by the days of the month. "
    if result.counts.scope.test:
        text += (
            "The dotted line is the end of the ranking period: what follows did not make the list. "
        )
    if series.missing:
        text += f"No crimes are held for {', '.join(series.missing)}: a gap, not a quiet month. "
    if series.lag_days:
        text += f"Pale months may still grow: records come in for {series.lag_days} days. "
    if told:
        return f"{text}Marked: {told}."
    return f"{text}Nothing is marked: the events register is empty for these dates."


def _change_answer(found: targeting.PlaceChange) -> str:
    times = found.places["change"].value_counts()
    return (
        f"**{times.get('rose', 0)} places rose and {times.get('fell', 0)} fell beyond chance, of "
        f"{len(found.places)}**, comparing {found.before} with {found.after}."
    )


def _change(found: targeting.PlaceChange, choices: targeting.OverTimeSettings) -> None:
    places = found.places
    order = (places["after_per_year"] - places["before_per_year"]).abs()
    is_clear = places["change"] != "within chance"
    drawn = places.assign(size=order, clear=is_clear).sort_values(
        ["clear", "size"], ascending=False
    )
    drawn = drawn.head(_MOST_DRAWN).sort_values("rank")
    interval_charts.dumbbell(
        drawn.assign(
            label=drawn["rank"].astype(str)
            + ". "
            + drawn["name"]
            + drawn["clear"].map({True: " *", False: ""})
        ),
        label="label",
        first="before_per_year",
        second="after_per_year",
        names=(str(found.before), str(found.after)),
        title=f"The {len(drawn)} places that changed most"
        if len(drawn) < len(places)
        else "Crimes a year, before and after",
        unit="crimes a year",
        key="over-time-change",
        conclusion=_change_sentence(found, choices),
    )


def _change_table(found: targeting.PlaceChange) -> None:
    tables.show(
        found.places,
        {
            "rank": tables.number("Rank"),
            "name": "Place",
            "before": tables.number("Before", unit="crimes"),
            "after": tables.number("After", unit="crimes"),
            "ratio": tables.number("Rate ratio", digits=2),
            "low": tables.number("from", digits=2),
            "high": tables.number("to", digits=2),
            "p_adjusted": tables.number("p after correction", digits=3),
            "change": "Change",
        },
        key="over-time-places",
        most_rows=6,
        alt="Crimes of every listed place in both periods with the ratio of their rates.",
    )


def _change_sentence(found: targeting.PlaceChange, choices: targeting.OverTimeSettings) -> str:
    parts = [_ratio_text(row, choices.level) for row in found.totals.itertuples()]
    text = (
        f"{'; '.join(parts)}. A star marks a change beyond chance: exact test of two Poisson rates, "
        f"Benjamini-Hochberg over the places, {choices.false_discovery:.0%} false discoveries. "
    )
    if found.days_before != found.days_after:
        text += (
            f"Rates allow for {found.days_before:,} days held before and {found.days_after:,} "
            "after. "
        )
    if found.is_chosen_on:
        text += "The places were picked on counts of the earlier period too, so some fall is luck."
    return text


def _ratio_text(row: pd.Series, level: float) -> str:
    change = f"{abs(row.ratio - 1):.0%} {'up' if row.ratio >= 1 else 'down'}"
    return f"{row.part}: {change} (rate ratio {row.ratio:.2f}, {level:.0%} {row.low:.2f} to {row.high:.2f})"


def _patterns(
    found: targeting.SpaceTime,
    result: targeting.HotspotResult,
    choices: targeting.OverTimeSettings,
) -> None:
    level = result.settings.significance_level
    st.subheader("Patterns in space and time", anchor=False)
    counts = found.counts()
    listed = counts[counts["places"] > 0]
    summary = ", ".join(f"{row.places} {row.category}" for row in listed.itertuples())
    st.markdown(f"**Of the {len(result.hotspots)} places: {summary}.**")
    table = result.hotspots[["rank", "name", "class"]].reset_index(drop=True)
    table["category"] = found.of_places.to_numpy()
    left, right = st.columns([1.65, 1], gap="medium")
    with left:
        tables.show(
            table,
            {
                "rank": tables.number("Rank"),
                "name": "Place",
                "class": "Pattern over months",
                "category": "Space-time category",
            },
            key="over-time-patterns",
            most_rows=8,
            alt="Pattern over months and space-time category of every listed place.",
        )
    with right:
        tables.show(
            counts,
            {
                "category": "Category",
                "places": tables.number("Places of the list"),
                "cells": tables.number("All places"),
            },
            key="over-time-categories",
            most_rows=8,
            alt="How many places have each space-time category.",
        )
    near = "the place and its neighbours"
    if choices.steps_back:
        near += f", that {found.step} and {steps.counted(choices.steps_back, found.step)} before,"
    gaps = f" Left out, because not held: {', '.join(found.left_out)}." if found.left_out else ""
    st.caption(
        f"Space-time category: {found.steps} {found.step}s to {targeting.day_text(found.last)}, "
        f"{found.crimes_per_step:.1f} crimes a place and {found.step}.{gaps} A {found.step} is hot "
        f"where Gi* over {near} stands out from all places of "
        f"those {found.step}s (Benjamini-Hochberg over places, {level:g}); the trend is Mann-Kendall "
        f"on its z (p < {level:g}, uncorrected; overlapping steps make it easier to reach). "
        "Categories as in Esri's emerging hot spot tool; oscillating, historical and the cold "
        "mirrors are written from memory of it. Pattern over months: hot in 80% of months is "
        "persistent; in 10% of the most recent fifth but not before, emerging; the reverse, former; "
        "in 10% otherwise, intermittent; Gi* by month, Benjamini-Hochberg. Where crimes are few, "
        "no pattern means not enough to tell."
    )
