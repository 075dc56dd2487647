"""Demand: how many visits each hot spot wants, about when, and what each is worth.

Visits are shared out in proportion to concentration, because equal spreading is the mistake that
the guide names. Their moments are drawn from the hours of need by systematic sampling, so that
visits follow need over the day while nobody can foresee the next one. A visit is worth the violence
expected in the minutes it covers; of a day's visits to one place the second best is worth half of
that, the third a third: returns diminish (a convention, under which shares of visits in proportion
to need serve the most).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.tasking.settings import TaskingSettings


def visit_quotas(
    share: np.ndarray, visits_per_day: float, least: np.ndarray, most: np.ndarray
) -> np.ndarray:
    """Return visits a day for each hot spot: in proportion to `share`, within `least` and `most`.

    The mean is `visits_per_day` where the limits of the places allow it. What they take from one
    place is shared among the others in proportion.
    """
    count = len(share)
    share = share / share.sum()
    low, high = 0.0, count * np.max(most) / max(share[share > 0].min(), 1e-12)
    for _ in range(200):
        scale = (low + high) / 2
        if np.clip(scale * share, least, most).sum() < count * visits_per_day:
            low = scale
        else:
            high = scale
    return np.clip(high * share, least, most)


def visits_by_day(
    quotas: np.ndarray, day_factors: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Turn quotas into whole visits per day (days x hot spots), fractions carried from day to day.

    `day_factors` say how much each day needs beside the mean day. The whole period's total is the
    sum of all quotas, rounded; which places get the odd visit, and on which day, is drawn.
    """
    wanted = np.cumsum(quotas[None, :] * day_factors[:, None], axis=0)
    totals = wanted[-1]
    order = rng.permutation(len(quotas))
    ends = np.floor(np.cumsum(totals[order]) + rng.random())
    whole = np.empty(len(quotas))
    whole[order] = np.diff(ends, prepend=0.0)
    fraction = totals - np.floor(totals)
    is_up = whole > np.floor(totals)
    draw = rng.random(len(quotas))
    offset = np.where(is_up, 1 - fraction + draw * fraction, draw * (1 - fraction))
    # The offset may round up to one, which would add a visit that nobody wants.
    offset = np.minimum(offset, np.nextafter(1.0, 0.0))
    reached = np.floor(wanted + offset + 1e-9)
    return np.diff(reached, axis=0, prepend=0.0).astype(int)


@dataclass(frozen=True)
class Held:
    """A visit that stands before any is drawn: pinned by hand, or planned and begun earlier.

    `place` is an index into the hot spots, `begins` a minute of the day, below zero for a visit of
    the day before.
    """

    place: int
    begins: int
    minutes: int
    is_pinned: bool

    @property
    def ends(self) -> int:
        """The minute in which it ends."""
        return self.begins + self.minutes


def draw_windows(
    visits: int,
    need: np.ndarray,
    settings: TaskingSettings,
    rng: np.random.Generator,
    held: Sequence[Held] = (),
) -> list[tuple[int, int]]:
    """Draw the windows in which the visits of one place on one day may start.

    `need` is the need in each minute of the day, zero while no unit is out or none may go. `held`
    are the visits of this place that stand. Returns per visit the earliest and latest start
    (minutes of the day); the earliest is after the latest when the spacing leaves no room.
    """
    if visits <= 0 or not need.any():
        return []
    mass = np.cumsum(need)
    points = (np.arange(visits) + rng.random()) / visits * mass[-1]
    moments = np.minimum(np.searchsorted(mass, points, side="right"), np.flatnonzero(need > 0)[-1])
    half = settings.window_minutes // 2
    begins, ends = _runs(need, moments)
    early = np.maximum(moments - half, begins)
    late = np.minimum(moments + half, ends - settings.visit_minutes)
    middle = (moments[:-1] + moments[1:]) / 2
    apart = (settings.visit_minutes + settings.spacing_minutes) / 2
    late[:-1] = np.minimum(late[:-1], np.floor(middle - apart))
    early[1:] = np.maximum(early[1:], np.ceil(middle + apart))
    return [
        _clear_of(int(first), int(last), held, settings)
        for first, last in zip(early, late, strict=True)
    ]


def covered(
    need: np.ndarray, early: int, late: int, minutes: int, settings: TaskingSettings
) -> float:
    """Return the expected violence that a visit in a window covers.

    The mean need of the minutes that the visit may take, times the minutes it covers: its own and
    the set interval after it, in which another visit to the place is worth nothing.
    """
    part = need[max(early, 0) : max(late + minutes, 0)]
    part = part[part > 0]
    return float(part.mean()) * (minutes + settings.spacing_minutes) if len(part) else 0.0


def wanted_visits(
    counts: Sequence[int],
    need: np.ndarray,
    settings: TaskingSettings,
    rng: np.random.Generator,
    *,
    held: Sequence[Held] = (),
    carried: np.ndarray | None = None,
    least: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return one row per candidate visit of one day, the pinned ones first.

    `counts` are the visits wanted per hot spot, `need` (hot spots x minutes) the expected violence
    per minute, zero while no unit is out or none may go. `carried` multiplies a place's worth by
    what the days before left unserved; the visits within a place's `least` are worth as much as
    the best of the day. Columns: place (index into the hot spots), early, late (minutes of the
    day), minutes, covers (expected violence), first (worth as the place's only visit), begun
    (visits to the place that stand already), promised (of its visits worth the day's best), turn
    and worth (were all of them made), is_pinned.
    """
    pinned = [
        (visit.place, visit.begins, visit.begins, visit.minutes)
        for visit in held
        if visit.is_pinned
    ]
    drawn = []
    for place, visits in enumerate(counts):
        mine = [visit for visit in held if visit.place == place]
        fixed = sum(visit.is_pinned for visit in mine)
        windows = draw_windows(int(visits) - fixed, need[place], settings, rng, mine)
        drawn += [(place, early, late, settings.visit_minutes) for early, late in windows]
    frame = pd.DataFrame(pinned + drawn, columns=["place", "early", "late", "minutes"], dtype=int)
    frame["covers"] = [
        covered(need[row.place], row.early, row.late, row.minutes, settings)
        for row in frame.itertuples()
    ]
    begun = Counter(v.place for v in held if not v.is_pinned and v.begins >= 0)
    frame["begun"] = frame["place"].map(begun).fillna(0).astype(int)
    by_value = frame.sort_values("covers", ascending=False, kind="stable").groupby("place")
    frame["turn"] = by_value.cumcount() + 1 + frame["begun"]
    frame["first"] = frame["covers"] * (1.0 if carried is None else carried[frame["place"]])
    frame["worth"] = frame["first"] / frame["turn"]
    frame["promised"] = 0 if least is None else np.floor(least)[frame["place"]].astype(int)
    frame.loc[frame["turn"] <= frame["promised"], "worth"] = frame["worth"].max()
    frame["is_pinned"] = np.arange(len(frame)) < len(pinned)
    return frame.astype({"covers": float, "first": float, "worth": float, "turn": int})


def _runs(need: np.ndarray, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last-plus-one minute of the unbroken need round each moment."""
    closed = np.flatnonzero(need <= 0)
    after = np.searchsorted(closed, moments)
    edges = np.concatenate([[-1], closed, [len(need)]])
    return edges[after] + 1, edges[after + 1]


def _clear_of(
    early: int, late: int, held: Sequence[Held], settings: TaskingSettings
) -> tuple[int, int]:
    """Return the longest part of a window that keeps the spacing from the visits that stand."""
    parts = [(early, late)]
    for visit in held:
        last_before = visit.begins - settings.spacing_minutes - settings.visit_minutes
        first_after = visit.ends + settings.spacing_minutes
        parts = [
            part
            for begins, ends in parts
            for part in ((begins, min(ends, last_before)), (max(begins, first_after), ends))
            if part[0] <= part[1]
        ]
    return max(parts, key=lambda part: part[1] - part[0], default=(early, early - 1))
