"""The periods that are compared: defaults a year apart, and whether they are equally long."""

from dataclasses import dataclass
from datetime import date, timedelta

from analytics.testing.settings import TestingSettings, Window
from analytics.workspace import InputError

DEFAULT_MONTHS = 3
SHORTEST_DAYS = 28
SLACK_DAYS = 31


@dataclass(frozen=True)
class Windows:
    """Two periods of calendar days, both ends included, and how they compare in length."""

    before: Window
    after: Window
    warnings: tuple[str, ...] = ()

    @property
    def before_weight(self) -> float:
        """Length of `before` over that of `after`; 1 for the same number of whole months."""
        if _whole_months(self.before) and _whole_months(self.before) == _whole_months(self.after):
            return 1.0
        return days_in(self.before) / days_in(self.after)


def choose_windows(
    settings: TestingSettings, data: Window, patrol_from: date | None, *, months_only: bool
) -> Windows:
    """Return the settings' windows, or the defaults: the same days a year apart.

    `data` is the first and last day of the crimes, `patrol_from` the day patrol began where it is
    known. Raises InputError when a window lies outside the data, or is not of whole months where
    the data has months only.
    """
    after = settings.after or _default_after(data, patrol_from, months_only)
    before = settings.before or (_year_before(after[0]), _year_before(after[1]))
    notes = []
    for name, window in (("before", before), ("after", after)):
        if months_only and not _whole_months(window):
            raise InputError(
                f"The crimes have months only, so '{name}' must run from the first day of a month "
                f"to the last day of one, not {plain_period(window)}."
            )
        if window[1] < data[0] or window[0] > data[1]:
            raise InputError(
                f"'{name}' ({plain_period(window)}) lies outside the crimes held "
                f"({plain_period(data)}). Choose another period or load more crimes."
            )
        slack = timedelta(days=SLACK_DAYS)
        if window[0] < data[0] - slack or window[1] > data[1] + slack:
            notes.append(
                f"'{name}' ({plain_period(window)}) reaches beyond the crimes held "
                f"({plain_period(data)}): it is counted as if nothing happened outside."
            )
    if before[1] >= after[0]:
        raise InputError(
            f"'before' ({plain_period(before)}) must end before 'after' "
            f"({plain_period(after)}) starts. Give both."
        )
    windows = Windows(before, after, tuple(notes))
    if windows.before_weight != 1.0:
        text = (
            f"The windows differ in length ({days_in(before)} and {days_in(after)} days): counts "
            "before are divided by the ratio of the lengths."
        )
        windows = Windows(before, after, (*notes, text))
    return windows


def days_in(window: Window) -> int:
    """Number of days in a window, both ends included."""
    return (window[1] - window[0]).days + 1


def plain_date(day: date) -> str:
    """Write a date as 3 Mar 2026."""
    return f"{day.day} {day:%b %Y}"


def plain_period(window: Window) -> str:
    """Write a window as 3 Mar 2026 to 5 Apr 2026."""
    return f"{plain_date(window[0])} to {plain_date(window[1])}"


def _default_after(data: Window, patrol_from: date | None, months_only: bool) -> Window:
    """From the start of patrol where the data holds four weeks of it, else the last months."""
    last = data[1]
    if patrol_from and not months_only and (last - patrol_from).days >= SHORTEST_DAYS - 1:
        return patrol_from, last
    next_month = _first_of_month(last, 1)
    whole = months_only or next_month - timedelta(days=1) == last
    end = next_month if whole else _first_of_month(last, 0)
    return _first_of_month(end, -DEFAULT_MONTHS), end - timedelta(days=1)


def _first_of_month(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _year_before(day: date) -> date:
    """The same day a year before; a month's last day stays its last day."""
    is_month_end = (day + timedelta(days=1)).day == 1
    if is_month_end:
        return _first_of_month(day.replace(day=1), -11) - timedelta(days=1)
    return day.replace(year=day.year - 1)


def _whole_months(window: Window) -> int:
    """Number of whole months that a window consists of, 0 when it does not."""
    first, end = window[0], window[1] + timedelta(days=1)
    if first.day != 1 or end.day != 1:
        return 0
    return (end.year - first.year) * 12 + end.month - first.month
