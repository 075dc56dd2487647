"""On which weekdays and at which hours crime happens, with unknown times spread over their span.

Aoristic weights (Ratcliffe 2000): an event known to lie between two times gives each hour the
share of the span that falls in it. Spans over 24 hours say nothing about the hour; they are left
out and counted. A weekday is the patrol day's: with a day that begins at 06:00, Sunday 02:00
belongs to Saturday.
"""

from dataclasses import dataclass, field

import numpy as np

MINUTES_PER_DAY = 1440
LONGEST_SPAN_MIN = MINUTES_PER_DAY
ENOUGH_EVENTS = 100
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Coarse parts for small numbers: patrol days by shift-like blocks of eight hours.
_BUSY_DAYS = (4, 5)
_BLOCK_STARTS = (6, 14, 22)


@dataclass(frozen=True)
class HourProfile:
    """Expected events by weekday (rows, Monday first) and clock hour (columns, 0 to 23).

    `basis` says what the matrix rests on: "own" events of the places asked for, "pooled" over all
    places, or "coarse" (means over day, evening and night of Friday-Saturday and of other days).
    """

    matrix: np.ndarray
    events: int
    basis: str = "own"
    left_out_long: int = 0
    left_out_no_hour: int = 0
    day_starts_hour: int = 6
    warnings: tuple[str, ...] = field(default=())

    @property
    def shares(self) -> np.ndarray:
        """The matrix scaled to sum to 1."""
        return self.matrix / self.matrix.sum()

    @property
    def hours(self) -> list[int]:
        """Clock hours in the order of the patrol day, for drawing."""
        return [(self.day_starts_hour + k) % 24 for k in range(24)]


def aoristic_hours(from_min: np.ndarray, to_min: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spread events over absolute hours: returns (hour number, weight), one row per event-hour.

    `from_min`, `to_min`: whole minutes on one clock; equal times are one instant. The hour number
    is minutes // 60. Weights of one event add up to 1. Raises ValueError when an end is before
    its start.
    """
    _, hour, weight = aoristic_pieces(from_min, to_min)
    return hour, weight


def aoristic_pieces(
    from_min: np.ndarray, to_min: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (position of the event, hour number, weight), one row per event-hour."""
    from_min = np.asarray(from_min, dtype=np.int64)
    to_min = np.asarray(to_min, dtype=np.int64)
    if np.any(to_min < from_min):
        raise ValueError("An event ends before it begins.")
    span = to_min - from_min
    first, last = from_min // 60, np.where(span > 0, (to_min - 1) // 60, from_min // 60)
    pieces = last - first + 1
    event = np.repeat(np.arange(len(from_min)), pieces)
    step = np.arange(len(event)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    hour = first[event] + step
    overlap = np.minimum(to_min[event], (hour + 1) * 60) - np.maximum(from_min[event], hour * 60)
    weight = np.where(span[event] > 0, overlap / np.maximum(span[event], 1), 1.0)
    return event, hour, weight


def weekday_hour_matrix(
    from_min: np.ndarray,
    to_min: np.ndarray,
    times: np.ndarray | None = None,
    day_starts_min: int = 360,
) -> np.ndarray:
    """Return the 7 x 24 aoristic matrix of events no longer than 24 hours.

    `from_min`, `to_min`: minutes since 1 January 1970, local clock; `times`: how often each row
    occurs. The day is taken to begin on the hour in which `day_starts_min` falls.
    """
    event, hour, weight = aoristic_pieces(from_min, to_min)
    if times is not None:
        weight = weight * np.asarray(times, dtype=float)[event]
    place = week_hour(hour, day_starts_min)
    return np.bincount(place, weights=weight, minlength=168).reshape(7, 24)


def week_hour(hour: np.ndarray, day_starts_min: int = 360) -> np.ndarray:
    """Return the place in a flat 7 x 24 matrix (patrol weekday, clock hour) of hours since 1970."""
    # 1 January 1970 was a Thursday, weekday 3.
    weekday = ((np.asarray(hour) - day_starts_min // 60) // 24 + 3) % 7
    return weekday * 24 + np.asarray(hour) % 24


def coarse(matrix: np.ndarray) -> np.ndarray:
    """Replace each hour by the mean of its part: three blocks of 8 hours by two kinds of day."""
    smooth = np.zeros_like(matrix, dtype=float)
    busy = np.isin(np.arange(7), _BUSY_DAYS)
    for days in (busy, ~busy):
        for start in _BLOCK_STARTS:
            hours = (start + np.arange(8)) % 24
            part = np.ix_(np.flatnonzero(days), hours)
            smooth[part] = matrix[part].mean()
    return smooth
