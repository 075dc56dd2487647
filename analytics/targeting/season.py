"""The season of crime: by month of the year, and on school holidays, bank holidays and term days."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd

from analytics.targeting.events_register import SCHOOL_HOLIDAY, time_events
from analytics.targeting.profile import chosen_times
from analytics.targeting.scope import Period, resolve_scope
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.rate_change import rate_change, weighted_limits
from analytics.targeting.statistics.timing import LONGEST_SPAN_MIN, MINUTES_PER_DAY
from analytics.targeting.time_settings import WhenSettings
from analytics.workspace import NotMeasurable, User, Workspace

TERM, SCHOOL, BANK = "Other days", "School holidays", "Bank holidays"
_EPOCH = date(1970, 1, 1)
_FEWEST_MONTHS = 12


@dataclass(frozen=True, eq=False)
class DayTypes:
    """Crimes per patrol day on days of each kind.

    `table`: kind, days, crimes, per_day, low, high (of the rate), ratio, ratio_low, ratio_high (over
    other days of the same weekdays; missing for those themselves). `reason` says why a kind is not
    measurable, `left_out` how many crimes have no day.
    """

    table: pd.DataFrame
    reason: str
    left_out: int


def month_season(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    choices: WhenSettings,
    hotspot_ids: list[str] | None = None,
) -> pd.DataFrame:
    """Return month (Jan to Dec), value (crimes a day), low, high, crimes, days and years.

    Only calendar months held as a whole count. Raises NotMeasurable when not every month of the
    year is held.
    """
    times, everywhere = chosen_times(workspace, user, settings, hotspot_ids)
    train = resolve_scope(workspace, settings).train
    whole = _whole_months(train, set(_month_numbers(everywhere)))
    of_year = np.array([month % 12 for month in whole], dtype=int)
    if len(set(of_year)) < _FEWEST_MONTHS:
        raise NotMeasurable(
            "The season is not measurable: the ranking period does not hold every month of the "
            "year as a whole. Choose a longer period."
        )
    crimes = pd.Series(times["times"].to_numpy(), index=_month_numbers(times))
    crimes = crimes.groupby(level=0).sum().reindex(whole, fill_value=0)
    length = np.array([calendar.monthrange(1970 + m // 12, m % 12 + 1)[1] for m in whole])
    total = np.bincount(of_year, weights=crimes.to_numpy(), minlength=12)
    days = np.bincount(of_year, weights=length, minlength=12)
    low, high = weighted_limits(total, total, level=choices.level)
    return pd.DataFrame(
        {
            "month": list(calendar.month_abbr)[1:],
            "value": total / days,
            "low": low / days,
            "high": high / days,
            "crimes": total.astype(int),
            "days": days.astype(int),
            "years": np.bincount(of_year, minlength=12),
        }
    )


def day_types(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    choices: WhenSettings,
    hotspot_ids: list[str] | None = None,
) -> DayTypes:
    """Compare school holidays and bank holidays with other days of the same weekdays.

    A day is the patrol day on which a crime began; crimes with a month only or a span of over 24
    hours have none. School holidays come from the events register. Raises NotMeasurable when no
    crime has a day.
    """
    times, _ = chosen_times(workspace, user, settings, hotspot_ids)
    train = resolve_scope(workspace, settings).train
    usable, left_out = _dated(times)
    if usable.empty:
        raise NotMeasurable(
            "Bank holidays and school holidays are not measurable: this extract gives the month "
            "of a crime, not its day."
        )
    days = [train.first + timedelta(days=k) for k in range((train.last - train.first).days + 1)]
    shift = np.where(usable["time_precision"] == "minute", workspace.day_starts_minutes, 0)
    day = (usable["from_min"].to_numpy() - shift) // MINUTES_PER_DAY
    at = day - (train.first - _EPOCH).days
    # The first hours of the first calendar day belong to the patrol day before it.
    is_in = (at >= 0) & (at < len(days))
    crimes = np.bincount(
        at[is_in].astype(int), weights=usable["times"].to_numpy()[is_in], minlength=len(days)
    )
    left_out += int(usable["times"].to_numpy()[~is_in].sum())
    kinds = kinds_of_days(workspace, days, choices.nation)
    kinds[_in_empty_months(days, crimes)] = ""
    return _compare_kinds(kinds, crimes, days, choices, left_out)


def kinds_of_days(workspace: Workspace, days: list[date], nation: str) -> np.ndarray:
    """Name the kind of each day; a bank holiday within school holidays is a bank holiday."""
    held = time_events(workspace, days[0], days[-1])
    school = held[held["kind"] == SCHOOL_HOLIDAY]
    bank = holidays.country_holidays(
        "GB", subdiv=nation, years=range(days[0].year, days[-1].year + 1)
    )
    kinds = np.full(len(days), TERM, dtype=object)
    for first, last in zip(school["first_day"], school["last_day"], strict=True):
        kinds[[first <= day <= last for day in days]] = SCHOOL
    kinds[[day in bank for day in days]] = BANK
    return kinds


def _compare_kinds(
    kinds: np.ndarray, crimes: np.ndarray, days: list[date], choices: WhenSettings, left_out: int
) -> DayTypes:
    weekday = np.array([day.weekday() for day in days])
    is_other = kinds == TERM
    usual = np.array(
        [
            crimes[is_other & (weekday == k)].mean()
            if (is_other & (weekday == k)).any()
            else np.nan
            for k in range(7)
        ]
    )
    rows, reasons = [], []
    for kind in (TERM, SCHOOL, BANK):
        chosen = kinds == kind
        number = int(chosen.sum())
        if kind != TERM and number < choices.fewest_on_day_type:
            reasons.append(_too_few(kind, number, choices.fewest_on_day_type))
            continue
        total = crimes[chosen].sum()
        low, high = weighted_limits(np.array([total]), np.array([total]), level=choices.level)
        row = {
            "kind": kind,
            "days": number,
            "crimes": int(total),
            "per_day": total / max(number, 1),
            "low": low[0] / max(number, 1),
            "high": high[0] / max(number, 1),
        }
        expected = usual[weekday[chosen]].sum()
        if kind != TERM and expected > 0:
            found = rate_change(
                crimes[is_other].sum(), total, crimes[is_other].sum(), expected, choices.level
            )
            row |= {
                "ratio": float(found.ratio),
                "ratio_low": float(found.low),
                "ratio_high": float(found.high),
            }
        rows.append(row)
    columns = ["kind", "days", "crimes", "per_day", "low", "high"]
    columns += ["ratio", "ratio_low", "ratio_high"]
    return DayTypes(pd.DataFrame(rows).reindex(columns=columns), " ".join(reasons), left_out)


def _too_few(kind: str, number: int, fewest: int) -> str:
    if kind == SCHOOL and number == 0:
        return (
            "School holidays are not measurable: none are in the events register. Add their dates "
            "under Over time, What else happened."
        )
    return f"{kind} are not measurable: the ranking period has {number}, fewer than {fewest}."


def _dated(times: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the crimes whose day is known, and how many are left out."""
    is_short = times["to_min"] - times["from_min"] <= LONGEST_SPAN_MIN
    is_dated = (times["time_precision"] != "month") & is_short
    return times[is_dated], int(times.loc[~is_dated, "times"].sum())


def _in_empty_months(days: list[date], crimes: np.ndarray) -> np.ndarray:
    """Tell which days lie in months without a single crime: gaps, not quiet days."""
    month = np.array([day.year * 12 + day.month for day in days])
    _, at = np.unique(month, return_inverse=True)
    return np.bincount(at, weights=crimes)[at] == 0


def _month_numbers(times: pd.DataFrame) -> np.ndarray:
    """Return months since January 1970 of the crimes' beginnings."""
    moments = times["from_min"].to_numpy().astype("datetime64[m]")
    return moments.astype("datetime64[M]").astype(int)


def _whole_months(period: Period, held: set[int]) -> list[int]:
    """Return the months since January 1970 that the period covers whole and that hold crimes."""
    months = pd.period_range(str(period.first), str(period.last), freq="M")
    return [
        number
        for month in months
        if month.start_time.date() >= period.first
        and month.end_time.date() <= period.last
        and (number := (month.year - 1970) * 12 + month.month - 1) in held
    ]
