"""Which crimes a list rests on: offences, flags and dates, as SQL over the crimes table."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from analytics.targeting.hours import part_filter
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import InputError, Workspace


@dataclass(frozen=True)
class Period:
    """Calendar days, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{day_text(self.first)} to {day_text(self.last)}"

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Scope:
    """The ranking period, the test period if any, and the year before the ranking's end."""

    train: Period
    test: Period | None
    last_year: Period
    warnings: tuple[str, ...] = ()


def day_text(day: date) -> str:
    """Write a date as 3 Mar 2026."""
    return f"{day.day} {calendar.month_abbr[day.month]} {day.year}"


def offence_choices(workspace: Workspace) -> list[str]:
    """Return every offence of the crimes held, the commonest first: codes where there are any."""
    return [
        name
        for (name,) in workspace.rows(
            "SELECT coalesce(offence, offence_code) AS name FROM crimes "
            "WHERE coalesce(offence, offence_code) IS NOT NULL "
            "GROUP BY 1 ORDER BY count(*) DESC, 1"
        )
    ]


def offence_codes(workspace: Workspace) -> list[tuple[str, str]]:
    """Return each offence code of the crimes held with its commonest name, commonest code first."""
    return workspace.rows(
        "SELECT offence_code, coalesce(mode(offence), '') FROM crimes "
        "WHERE offence_code IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    )


def suggested_test_from(workspace: Workspace) -> date | None:
    """Return the first day of the last twelve months held, None with less than two years."""
    first, last = workspace.rows(
        "SELECT min(occurred_from)::DATE, max(occurred_from)::DATE FROM crimes"
    )[0]
    if first is None:
        return None
    # The first of a month, so that data with a month only are cut between months.
    start = (pd.Timestamp(last).normalize().replace(day=1) - pd.DateOffset(months=11)).date()
    return start if (start - first).days >= 365 else None


def resolve_scope(workspace: Workspace, settings: TargetingSettings) -> Scope:
    """Fill in the dates left open from the crimes held.

    Raises InputError when there are no dated crimes, or the ranking period would end before it
    begins.
    """
    first, last = workspace.rows(
        "SELECT min(occurred_from)::DATE, max(occurred_from)::DATE FROM crimes"
    )[0]
    if first is None:
        raise InputError("There are no dated crimes in the workspace. Load crimes first.")
    if workspace.value("SELECT bool_and(time_precision = 'month') FROM crimes"):
        last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    test = None
    if settings.test_from:
        test = Period(settings.test_from, settings.test_to or max(last, settings.test_from))
    end = settings.to_date or (test.first - timedelta(days=1) if test else last)
    start = settings.from_date or min(first, end)
    if start > end:
        raise InputError(
            f"The ranking period would begin on {day_text(start)} and end on {day_text(end)}. "
            "Correct 'from', 'to' or 'test_from'."
        )
    train = Period(start, end)
    before = (pd.Timestamp(end) - pd.DateOffset(years=1)).date() + timedelta(days=1)
    return Scope(train, test, Period(before, end), tuple(_doubts(workspace, train, test, last)))


def crime_filter(
    settings: TargetingSettings, excluded: tuple[tuple[float, float], ...] = ()
) -> tuple[str, list[Any]]:
    """Return the WHERE text and its values that choose placed crimes by offence, flag and hours.

    Records at the `excluded` coordinates (within 1 m) are left out. A flag that is unknown counts
    as not set, so that an extract without the flag is not emptied.
    """
    parts, values = ["x IS NOT NULL", "y IS NOT NULL"], []
    if settings.offences:
        marks = ", ".join("?" for _ in settings.offences)
        parts.append(f"(offence IN ({marks}) OR offence_code IN ({marks}))")
        values += [*settings.offences, *settings.offences]
    if settings.is_domestic_excluded:
        parts.append("is_domestic IS DISTINCT FROM true")
    if settings.is_public_place_only:
        parts.append("is_public_place IS DISTINCT FROM false")
    if settings.is_proactive_excluded:
        parts.append("is_proactive IS DISTINCT FROM true")
    if hours := part_filter(settings):
        parts.append(hours)
    for x, y in excluded:
        parts.append("NOT (abs(x - ?) < 1.0 AND abs(y - ?) < 1.0)")
        values += [x, y]
    return " AND ".join(parts), values


def check_offences(workspace: Workspace, settings: TargetingSettings) -> None:
    """Raise InputError naming the first chosen offence that no crime has."""
    for name in settings.offences:
        held = workspace.value(
            "SELECT count(*) FROM crimes WHERE offence = ? OR offence_code = ?", [name, name]
        )
        if not held:
            common = "', '".join(offence_choices(workspace)[:5])
            raise InputError(
                f"No crime has the offence '{name}'. Use a name or code of the extract, such as "
                f"'{common}'."
            )


def _doubts(workspace: Workspace, train: Period, test: Period | None, last: date) -> list[str]:
    found = []
    if test and train.overlaps(test):
        found.append(
            f"The test period ({test}) overlaps the ranking period ({train}): its scores flatter "
            "the list."
        )
    if train.last > last:
        found.append(f"The crimes held end on {day_text(last)}, before the end of the period.")
    months = workspace.value("SELECT count(*) FROM crimes WHERE time_precision = 'month'")
    if months:
        for period in (train, test):
            if period and not _whole_months(period):
                found.append(
                    f"{months:,} crimes have a month only and count on its first day; {period} "
                    "is not made of whole months."
                )
    missing = _missing_months(workspace, train)
    if missing:
        found.append(f"No crimes are held for {', '.join(missing)}.")
    return found


def _whole_months(period: Period) -> bool:
    return period.first.day == 1 and (period.last + timedelta(days=1)).day == 1


def _missing_months(workspace: Workspace, period: Period) -> list[str]:
    held = {
        month
        for (month,) in workspace.rows(
            "SELECT DISTINCT strftime(occurred_from, '%Y-%m') FROM crimes "
            "WHERE occurred_from::DATE BETWEEN ? AND ?",
            [period.first, period.last],
        )
    }
    wanted = pd.period_range(str(period.first), str(period.last), freq="M")
    missing = [month.strftime("%b %Y") for month in wanted if str(month) not in held]
    return missing if held and len(missing) <= 12 else []
