"""Patrol windows: the fewest hours of the week that hold a chosen share of the crime."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analytics.targeting.profile import chosen_times, require_hours, usable_hours
from analytics.targeting.scope import Period, resolve_scope
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.patrol_windows import HOURS_PER_WEEK, blocks, fewest_hours
from analytics.targeting.statistics.rate_change import weighted_limits
from analytics.targeting.statistics.timing import (
    ENOUGH_EVENTS,
    MINUTES_PER_DAY,
    aoristic_pieces,
    week_hour,
    weekday_hour_matrix,
)
from analytics.targeting.time_settings import WhenSettings
from analytics.workspace import NotMeasurable, User, Workspace

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, eq=False)
class YearLeftOut:
    """Windows chosen without one year: the share of that year's crime they held."""

    period: Period
    events: int
    held: float
    hours_shared: int


@dataclass(frozen=True, eq=False)
class PatrolWindows:
    """The chosen hours and what they hold.

    `windows`: window (text), hours, events, share. `held` is the share of the crimes that all
    windows hold, `low` to `high` its interval; `chance` the share that as many hours would hold if
    crime came evenly. `basis` is "own" or "pooled" (too few crimes in the places asked for).
    """

    windows: pd.DataFrame
    taken: np.ndarray
    hours: int
    held: float
    low: float
    high: float
    events: int
    basis: str
    years: tuple[YearLeftOut, ...]

    @property
    def chance(self) -> float:
        """Share of the week that the windows take."""
        return self.hours / HOURS_PER_WEEK

    def text(self) -> str:
        """Return the windows in words: "Fri 20:00-02:00, Sat 19:00-03:00: 14 hours ..."."""
        return (
            f"{', '.join(self.windows['window'])}: **{self.hours} hours a week hold "
            f"{self.held:.0%}** of the crimes ({self.low:.0%} to {self.high:.0%}); by chance "
            f"{self.hours} of {HOURS_PER_WEEK} hours would hold {self.chance:.0%}."
        )


def recommend_windows(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    choices: WhenSettings,
    hotspot_ids: list[str] | None = None,
) -> PatrolWindows:
    """Return the fewest hours that hold `choices.share` of the crimes of these places.

    Fewer than 100 timed crimes there fall back on all crimes of the study area. Raises
    NotMeasurable without times of day or with fewer than 100 timed crimes in all.
    """
    times, everywhere = chosen_times(workspace, user, settings, hotspot_ids)
    require_hours(everywhere)
    usable, basis = usable_hours(times)[0], "own"
    if usable["times"].sum() < ENOUGH_EVENTS:
        usable, basis = usable_hours(everywhere)[0], "pooled"
    if usable["times"].sum() < ENOUGH_EVENTS:
        raise NotMeasurable(
            f"Patrol windows need at least {ENOUGH_EVENTS} timed crimes; there are "
            f"{int(usable['times'].sum()):,}. Choose more places or a longer period."
        )
    day_starts = workspace.day_starts_minutes
    first_hour = day_starts // 60
    week = _week(usable, day_starts)
    taken = fewest_hours(week, choices.share, choices.block_hours)
    held, low, high = _held(usable, taken, day_starts, choices.level)
    whole = week.sum()
    rows = [
        {
            "window": window_text(start, length, first_hour),
            "hours": length,
            "events": float(np.roll(week, -start)[:length].sum()),
        }
        for start, length in blocks(taken)
    ]
    windows = pd.DataFrame(rows)
    windows["share"] = windows["events"] / whole
    train = resolve_scope(workspace, settings).train
    return PatrolWindows(
        windows=windows,
        taken=taken,
        hours=int(taken.sum()),
        held=held,
        low=low,
        high=high,
        events=int(usable["times"].sum()),
        basis=basis,
        years=tuple(_without_each_year(usable, train, taken, choices, day_starts)),
    )


def window_text(start: int, length: int, first_hour: int) -> str:
    """Write a block of the patrol week as "Fri 20:00-02:00" (calendar day and clock time).

    `start`: hours since the patrol Monday began at `first_hour`; a block over a day or longer
    names its last day too.
    """
    begin, end = first_hour + start, first_hour + start + length
    text = f"{_DAYS[begin // 24 % 7]} {begin % 24:02d}:00-"
    if length >= 24:
        text += f"{_DAYS[end // 24 % 7]} "
    return text + f"{end % 24:02d}:00"


def hours_of_day(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    choices: WhenSettings,
    hotspot_ids: list[str] | None = None,
) -> pd.DataFrame:
    """Return hour (in the order of the patrol day), value (expected crimes), low and high.

    Intervals are those of sums of weighted Poisson events. Raises NotMeasurable without times of
    day.
    """
    times, everywhere = chosen_times(workspace, user, settings, hotspot_ids)
    require_hours(everywhere)
    usable = usable_hours(times)[0]
    event, hour, weight = aoristic_pieces(usable["from_min"], usable["to_min"])
    often = usable["times"].to_numpy(dtype=float)[event]
    clock = hour % 24
    total = np.bincount(clock, weights=weight * often, minlength=24)
    squares = np.bincount(clock, weights=weight**2 * often, minlength=24)
    low, high = weighted_limits(total, squares, level=choices.level)
    order = (workspace.day_starts_minutes // 60 + np.arange(24)) % 24
    frame = pd.DataFrame({"value": total, "low": low, "high": high}).iloc[order]
    return frame.assign(hour=[f"{k:02d}" for k in order]).reset_index(drop=True)


def _week(usable: pd.DataFrame, day_starts: int) -> np.ndarray:
    """Return expected crimes per hour of the patrol week, from Monday's first hour on."""
    matrix = weekday_hour_matrix(
        usable["from_min"].to_numpy(),
        usable["to_min"].to_numpy(),
        usable["times"].to_numpy(),
        day_starts,
    )
    return np.roll(matrix, -(day_starts // 60), axis=1).ravel()


def _held(
    usable: pd.DataFrame, taken: np.ndarray, day_starts: int, level: float
) -> tuple[float, float, float]:
    """Return the share held and its interval from the spread between crimes."""
    event, hour, weight = aoristic_pieces(usable["from_min"], usable["to_min"])
    place = week_hour(hour, day_starts)
    # From the matrix's clock hours to hours since the patrol day began.
    place = place // 24 * 24 + (place % 24 - day_starts // 60) % 24
    inside = np.bincount(event, weights=weight * taken[place], minlength=len(usable))
    often = usable["times"].to_numpy(dtype=float)
    number = often.sum()
    share = float((inside * often).sum() / number)
    spread = np.sqrt(((inside - share) ** 2 * often).sum() / number / (number - 1))
    half = float(norm.ppf((1 + level) / 2) * spread)
    return share, max(share - half, 0.0), min(share + half, 1.0)


def _without_each_year(
    usable: pd.DataFrame,
    train: Period,
    taken: np.ndarray,
    choices: WhenSettings,
    day_starts: int,
) -> list[YearLeftOut]:
    """Choose the windows without each whole year in turn and score them on that year."""
    found = []
    day = usable["from_min"] // MINUTES_PER_DAY
    end = pd.Timestamp(train.last) + pd.Timedelta(days=1)
    while (start := end - pd.DateOffset(years=1)) >= pd.Timestamp(train.first):
        first, last = (int((edge - pd.Timestamp(0)).days) for edge in (start, end))
        is_year = (day >= first) & (day < last)
        year, rest = usable[is_year], usable[~is_year]
        if min(year["times"].sum(), rest["times"].sum()) >= ENOUGH_EVENTS:
            chosen = fewest_hours(_week(rest, day_starts), choices.share, choices.block_hours)
            week = _week(year, day_starts)
            period = Period(start.date(), (end - pd.Timedelta(days=1)).date())
            found.append(
                YearLeftOut(
                    period,
                    int(year["times"].sum()),
                    float(week[chosen].sum() / week.sum()),
                    int((chosen & taken).sum()),
                )
            )
        end = start
    return found[::-1]
