"""When things happen: a week of 7 x 24 hours per profile, times the season, in local civil time.

A day begins at 06:00 local time for place-days, so that Saturday night belongs to Saturday.
"""

from functools import cache

import numpy as np
import pandas as pd

FIRST_DAY = pd.Timestamp("2023-09-01")
LAST_DAY = pd.Timestamp("2026-08-31")
DAYS = (LAST_DAY - FIRST_DAY).days + 1
HOURS = DAYS * 24
DAY_STARTS_H = 6

# Per profile: (weekdays, first hour, last hour, weight) bumps over a flat floor; Monday is 0.
ALL, WORKING, WEEKEND = range(7), range(5), (5, 6)
BUMPS: dict[str, tuple[float, tuple]] = {
    "daytime": (0.35, ((ALL, 8, 21, 1.0), (WORKING, 10, 17, 0.5))),
    "afternoon": (0.12, ((ALL, 12, 22, 1.0), (ALL, 15, 19, 0.8))),
    "evening": (0.25, ((ALL, 12, 24, 0.8), (ALL, 17, 24, 0.8), ((4, 5), 19, 24, 0.9),
                       ((5, 6), 0, 3, 1.6))),
    "night": (0.2, ((ALL, 18, 24, 0.8), (ALL, 0, 3, 0.8), ((4, 5), 20, 24, 1.5),
                    ((5, 6), 0, 4, 2.2))),
    "weekend night": (0.06, ((ALL, 19, 24, 0.6), (ALL, 0, 2, 0.5), ((4, 5), 20, 24, 3.6),
                             ((5, 6), 0, 4, 5.2), ((3,), 21, 24, 0.8), ((4,), 0, 2, 0.8))),
    "after school": (0.06, ((WORKING, 15, 18, 3.0), (WORKING, 18, 22, 1.1), (WEEKEND, 13, 21, 1.2))),
    "robbery": (0.10, ((WORKING, 15, 18, 2.0), (ALL, 18, 23, 1.9), ((4, 5), 20, 24, 1.0),
                       ((5, 6), 0, 3, 1.2))),
    "shopping": (0.02, ((range(6), 9, 19, 1.0), (range(6), 12, 17, 0.7), ((5,), 11, 17, 0.8),
                        ((6,), 10, 17, 0.9))),
    "burglary": (0.25, ((WORKING, 9, 17, 1.2), (WORKING, 11, 15, 0.5), (ALL, 18, 23, 0.6))),
    "vehicle": (0.15, ((ALL, 21, 24, 1.2), (ALL, 0, 5, 1.5))),
}  # fmt: skip
# Month factors January to December: violence peaks in summer, burglary when it is dark.
SEASONS = {
    "summer": (0.88, 0.88, 0.95, 0.99, 1.06, 1.10, 1.12, 1.08, 1.02, 1.00, 0.97, 0.95),
    "winter": (1.14, 1.08, 1.02, 0.95, 0.90, 0.88, 0.86, 0.88, 0.95, 1.05, 1.14, 1.15),
    "level": (1.0,) * 12,
}
SEASON_OF = {"burglary": "winter", "vehicle": "winter", "shopping": "level", "daytime": "level"}


@cache
def week(profile: str) -> np.ndarray:
    """Return the (7, 24) weights of a profile, mean 1; raises KeyError for an unknown profile."""
    floor, bumps = BUMPS[profile]
    weights = np.full((7, 24), floor)
    for weekdays, first, last, weight in bumps:
        weights[np.ix_(list(weekdays), list(range(first, last)))] += weight
    # Hours run into one another: nothing starts on the stroke.
    flat = weights.ravel()
    flat = 0.2 * np.roll(flat, 1) + 0.6 * flat + 0.2 * np.roll(flat, -1)
    return (flat / flat.mean()).reshape(7, 24)


@cache
def calendar() -> pd.DatetimeIndex:
    """Return the local civil days of the extract, first to last."""
    return pd.date_range(FIRST_DAY, LAST_DAY)


@cache
def hour_weights(profile: str) -> np.ndarray:
    """Return the weight of every hour of the extract (mean about 1), hour 0 = first midnight."""
    days = calendar()
    season = np.array(SEASONS[SEASON_OF.get(profile, "summer")])[days.month.to_numpy() - 1]
    return (week(profile)[days.day_of_week.to_numpy()] * season[:, None]).ravel()


def patrol_day_sums(hourly: np.ndarray) -> np.ndarray:
    """Sum hourly weights into days that begin at 06:00; the last day lacks its small hours."""
    shifted = np.concatenate([hourly[DAY_STARTS_H:], np.zeros(DAY_STARTS_H)])
    return shifted.reshape(-1, 24).sum(axis=1)


def draw_hours(rng: np.random.Generator, weights: np.ndarray, count: int) -> np.ndarray:
    """Draw moments as fractional hours since the first midnight, in proportion to the weights."""
    cumulative = np.cumsum(weights)
    place = rng.uniform(0, cumulative[-1], count)
    hour = np.minimum(np.searchsorted(cumulative, place, side="right"), len(weights) - 1)
    return skip_spring_gap(hour + rng.uniform(0, 1, count))


@cache
def spring_gaps() -> tuple[int, ...]:
    """Return the hours that do not exist: 01:00 on the last Sunday of each March."""
    days = calendar()
    sundays = (days.month == 3) & (days.day_of_week == 6) & (days.day > 24)
    return tuple(int(day) * 24 + 1 for day in np.flatnonzero(sundays))


def skip_spring_gap(hours: np.ndarray) -> np.ndarray:
    """Move moments in the hour that the spring clock change skips to the hour after it."""
    for gap in spring_gaps():
        hours = np.where((hours >= gap) & (hours < gap + 1), hours + 1, hours)
    return hours


def patrol_day_number(hours: np.ndarray) -> np.ndarray:
    """Number the 06:00 day of each moment; 0 is the first day of the extract."""
    return np.floor((hours - DAY_STARTS_H) / 24).astype(int)


def peak_hours(character_profiles: dict[str, float]) -> list[dict[str, object]]:
    """Describe the busiest fifth of the week of a weighted mixture: weekday, first, last hour."""
    mixture = sum(weight * week(profile) for profile, weight in character_profiles.items())
    cut = np.sort(mixture.ravel())[-34]
    spans = []
    for weekday in range(7):
        hot = np.flatnonzero(mixture[weekday] >= cut)
        for run in np.split(hot, np.flatnonzero(np.diff(hot) > 1) + 1):
            if run.size:
                names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
                spans.append(
                    {
                        "weekday": names[weekday],
                        "from_hour": int(run[0]),
                        "to_hour": int(run[-1]) + 1,
                    }
                )
    return spans
