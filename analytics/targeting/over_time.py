"""How the places of a list have changed: month by month, between two periods, in space and time."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.targeting.cells import CellCounts, counts_by_period
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import Period
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics import emerging
from analytics.targeting.statistics.persistence import FEWEST_PER_PERIOD
from analytics.targeting.statistics.rate_change import rate_change
from analytics.targeting.statistics.shrinkage import ExpectedFall, expected_fall
from analytics.targeting.statistics.significance import benjamini_hochberg
from analytics.targeting.time_settings import OverTimeSettings
from analytics.workspace import NotMeasurable, User, Workspace

DAYS_PER_YEAR = 365.25
_DEFAULT_MONTHS = 12


@dataclass(frozen=True, eq=False)
class MonthlySeries:
    """Crimes by calendar month inside the study area, all months that are held in part or whole.

    `months`: first_day, days (covered by the data), listed and rest (crimes of the list's places
    and of all others; missing where the month is not held), listed_per_day, rest_per_day,
    is_provisional (touched by the recording lag). `table`: cells x months.
    """

    months: pd.DataFrame
    table: np.ndarray
    held: Period
    lag_days: int | None

    @property
    def missing(self) -> list[str]:
        """Months without a single crime anywhere: gaps of the extract, not quiet months."""
        gaps = self.months[self.months["listed"].isna()]["first_day"]
        return [f"{calendar.month_abbr[day.month]} {day.year}" for day in gaps]


@dataclass(frozen=True, eq=False)
class PlaceChange:
    """Rates of two periods compared, for the list's places one by one, all of them, and the rest.

    `places`: hotspot_id, name, rank, before, after (crimes), before_per_year, after_per_year,
    ratio, low, high, p, p_adjusted (Benjamini-Hochberg over the places), change ("rose", "fell" or
    "within chance"). `totals`: the same for "The list" and "Rest of the area". Days are those held.
    """

    places: pd.DataFrame
    totals: pd.DataFrame
    before: Period
    after: Period
    days_before: int
    days_after: int
    is_chosen_on: bool


@dataclass(frozen=True, eq=False)
class SpaceTime:
    """Space-time category of every cell; `of_places` that of each listed place's best cell."""

    categories: np.ndarray
    of_places: pd.Series
    step: str
    steps: int
    first: date
    last: date
    left_out: tuple[str, ...]
    crimes_per_step: float

    def counts(self) -> pd.DataFrame:
        """Return category, places (of the list) and cells (of the whole area), commonest first."""
        cells = pd.Series(self.categories).value_counts()
        frame = pd.DataFrame({"cells": cells, "places": self.of_places.value_counts()})
        frame = frame.fillna(0).astype(int).rename_axis("category").reset_index()
        return frame.sort_values(["places", "cells"], ascending=False, ignore_index=True)


def monthly_series(workspace: Workspace, user: User, result: HotspotResult) -> MonthlySeries:
    """Return crimes by month from the ranking period's first day to the last day held."""
    workspace.require(user, "see:targeting")
    held = _held(workspace, result)
    table = month_table(workspace, result.settings, result.counts, held)
    starts = _month_starts(held)
    listed = table[result.positions].sum(axis=0)
    whole = table.sum(axis=0)
    lag = workspace.value("SELECT recording_lag_days FROM feeds WHERE feed = 'crimes'")
    sure_until = held.last - timedelta(days=int(lag or 0))
    frame = pd.DataFrame(
        {
            "first_day": starts,
            "days": [_days_in(start, held) for start in starts],
            "listed": np.where(whole > 0, listed, np.nan),
            "rest": np.where(whole > 0, whole - listed, np.nan),
            "is_provisional": [lag is not None and _month_end(day) > sure_until for day in starts],
        }
    )
    for column in ("listed", "rest"):
        frame[f"{column}_per_day"] = frame[column] / frame["days"]
    return MonthlySeries(frame, table, held, lag)


def month_table(
    workspace: Workspace, settings: TargetingSettings, counts: CellCounts, held: Period
) -> np.ndarray:
    """Return the crimes of every cell by calendar month from `held.first` to `held.last`."""

    def scan() -> np.ndarray:
        end = held.last + timedelta(days=1)
        starts = [max(day, held.first) for day in _month_starts(held)]
        return counts_by_period(workspace, settings, counts, starts, end)

    return counts.details.get(("months", held), scan)


def change_between(
    workspace: Workspace, user: User, result: HotspotResult, choices: OverTimeSettings
) -> PlaceChange:
    """Compare two periods, place by place; raises NotMeasurable when less than that is held."""
    workspace.require(user, "see:targeting")
    series = monthly_series(workspace, user, result)
    before, after = change_periods(series, choices)
    _check_whole_months(workspace, before, after)
    days = [_days_held(series, period) for period in (before, after)]
    if min(days) == 0:
        raise NotMeasurable("One of the two periods holds no crimes at all. Choose other dates.")
    table = result.counts.details.get(
        ("periods", before, after),
        lambda: np.column_stack(
            [
                counts_by_period(
                    workspace, result.settings, result.counts, [p.first], p.last + timedelta(days=1)
                )[:, 0]
                for p in (before, after)
            ]
        ),
    )
    groups = positions_of_places(result)
    pairs = np.array([table[cells].sum(axis=0) for cells in groups])
    places = _compared(pairs, days, choices)
    places["p_adjusted"] = benjamini_hochberg(places["p"].to_numpy())
    is_sure = places["p_adjusted"] < choices.false_discovery
    places["change"] = np.select(
        [is_sure & (places["ratio"] > 1), is_sure], ["rose", "fell"], default="within chance"
    )
    listed = table[result.positions].sum(axis=0)
    totals = _compared(np.array([listed, table.sum(axis=0) - listed]), days, choices)
    totals.insert(0, "part", ["The list", "Rest of the area"])
    names = result.hotspots[["hotspot_id", "name", "rank"]].reset_index(drop=True)
    chosen_on = result.counts.scope.train.overlaps(before)
    return PlaceChange(names.join(places), totals, before, after, *days, chosen_on)


def change_periods(series: MonthlySeries, choices: OverTimeSettings) -> tuple[Period, Period]:
    """Fill in the two periods: the last twelve whole months held, and as many months before.

    Raises NotMeasurable when the crimes held do not reach back far enough.
    """
    after = Period(*choices.after) if choices.after else _last_year(series.held)
    months = len(_month_starts(after))
    start = (pd.Timestamp(after.first) - pd.DateOffset(months=months)).date()
    earlier = Period(start, after.first - timedelta(days=1))
    before = Period(*choices.before) if choices.before else earlier
    if before.last >= after.first:
        raise NotMeasurable("The two periods overlap. Choose an earlier one that ends before.")
    for period in (before, after):
        if period.first < series.held.first or period.last > series.held.last:
            raise NotMeasurable(
                f"Change is not measurable from {period}: crimes of the list's period are held "
                f"from {series.held}. Choose dates within."
            )
    return before, after


def fall_to_expect(workspace: Workspace, user: User, result: HotspotResult) -> ExpectedFall:
    """Return how far the listed places' count is expected to fall by itself (empirical Bayes).

    Raises NotMeasurable when the places differ no more than chance makes them differ.
    """
    workspace.require(user, "see:targeting")
    series = monthly_series(workspace, user, result)
    years = _days_held(series, result.counts.scope.train) / DAYS_PER_YEAR
    try:
        return expected_fall(result.counts.count, result.positions, years)
    except ValueError as error:
        raise NotMeasurable(f"The fall to expect is not measurable: {error}") from error


def space_time(
    workspace: Workspace, user: User, result: HotspotResult, choices: OverTimeSettings
) -> SpaceTime:
    """Name the space-time category of every cell over the whole months of the ranking period.

    Raises NotMeasurable with fewer than ten steps.
    """
    workspace.require(user, "see:targeting")
    train = result.counts.scope.train
    table = month_table(workspace, result.settings, result.counts, train)
    starts = _month_starts(train)
    whole = [k for k, day in enumerate(starts) if _days_in(day, train) == _month_days(day)]
    if not whole:
        raise NotMeasurable("Space-time categories need whole months. Choose a longer period.")
    table, starts = table[:, whole], [starts[k] for k in whole]
    step = choices.steps
    if step == "auto":
        per_month = table[result.positions].sum() / len(result.hotspots) / table.shape[1]
        is_long = table.shape[1] >= 3 * emerging.FEWEST_STEPS
        step = "quarter" if per_month < FEWEST_PER_PERIOD and is_long else "month"
    steps, first, left_out = _steps(table, starts, step)
    if steps.shape[1] < emerging.FEWEST_STEPS:
        raise NotMeasurable(
            f"Space-time categories need at least {emerging.FEWEST_STEPS} {step}s that are held "
            f"whole; the ranking period has {steps.shape[1]}. Choose a longer period or a shorter "
            "step."
        )
    level = result.settings.significance_level
    found = result.counts.details.get(
        ("space-time", step, choices.steps_back, level),
        lambda: emerging.emerging_hot_spots(
            steps, result.counts.neighbour_matrix(), level, choices.steps_back
        ),
    )
    best = np.array([cells[0] for cells in positions_of_places(result)])
    of_places = pd.Series(found[best], index=result.hotspots["hotspot_id"], name="category")
    per_step = float(steps[result.positions].sum() / len(result.hotspots) / steps.shape[1])
    last = _month_end(starts[-1])
    return SpaceTime(found, of_places, step, steps.shape[1], first, last, tuple(left_out), per_step)


def positions_of_places(result: HotspotResult) -> list[np.ndarray]:
    """Return the positions of every place's cells, best first, in the order of the list."""
    sizes = [len(keys) for keys in result.hotspots["cells"]]
    return np.split(result.positions, np.cumsum(sizes)[:-1])


def _compared(pairs: np.ndarray, days: list[int], choices: OverTimeSettings) -> pd.DataFrame:
    found = rate_change(pairs[:, 0], pairs[:, 1], days[0], days[1], choices.level)
    return pd.DataFrame(
        {
            "before": pairs[:, 0],
            "after": pairs[:, 1],
            "before_per_year": pairs[:, 0] / days[0] * DAYS_PER_YEAR,
            "after_per_year": pairs[:, 1] / days[1] * DAYS_PER_YEAR,
            "ratio": found.ratio,
            "low": found.low,
            "high": found.high,
            "p": found.p,
        }
    )


def _steps(table: np.ndarray, starts: list[date], step: str) -> tuple[np.ndarray, date, list[str]]:
    """Join months to steps, counted back from the last; steps with a missing month are left out."""
    length = 1 if step == "month" else 3
    over = len(starts) % length
    table, starts = table[:, over:], starts[over:]
    is_held = (table.sum(axis=0) > 0).reshape(-1, length).all(axis=1)
    joined = table.reshape(len(table), -1, length).sum(axis=2)
    firsts = starts[::length]
    left_out = [
        f"{calendar.month_abbr[day.month]} {day.year}"
        for day, held in zip(firsts, is_held, strict=True)
        if not held
    ]
    return joined[:, is_held], firsts[0] if firsts else date.min, left_out


def _held(workspace: Workspace, result: HotspotResult) -> Period:
    """From the first day of the ranking period to the end of the test period or the data."""
    scope = result.counts.scope
    last = scope.test.last if scope.test else scope.train.last
    newest = workspace.value("SELECT max(occurred_from)::DATE FROM crimes")
    if workspace.value("SELECT bool_and(time_precision = 'month') FROM crimes"):
        newest = _month_end(newest)
    return Period(scope.train.first, max(min(last, newest), scope.train.first))


def _last_year(held: Period) -> Period:
    end = held.last
    if end != _month_end(end):
        end = end.replace(day=1) - timedelta(days=1)
    start = (pd.Timestamp(end) + timedelta(days=1) - pd.DateOffset(months=_DEFAULT_MONTHS)).date()
    return Period(start, end)


def _check_whole_months(workspace: Workspace, *periods: Period) -> None:
    """Crimes with a month only all count on its first day, so half months cannot be compared."""
    if not workspace.value("SELECT bool_or(time_precision = 'month') FROM crimes"):
        return
    for period in periods:
        if period.first.day != 1 or period.last != _month_end(period.last):
            raise NotMeasurable(
                f"Some crimes have a month only, so {period} cannot be compared. Choose whole "
                "months."
            )


def _days_held(series: MonthlySeries, period: Period) -> int:
    """Days of the period, those of months without any crime anywhere left out."""
    held = series.months[series.months["listed"].notna()]["first_day"]
    return sum(_days_in(day, period) for day in held)


def _month_starts(period: Period) -> list[date]:
    months = pd.period_range(str(period.first), str(period.last), freq="M")
    return [month.start_time.date() for month in months]


def _month_days(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _month_end(day: date) -> date:
    return day.replace(day=_month_days(day))


def _days_in(month: date, period: Period) -> int:
    first, last = max(month, period.first), min(_month_end(month), period.last)
    return max((last - first).days + 1, 0)
