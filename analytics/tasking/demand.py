"""Demand: how many visits each hot spot wants, about when, and what each is worth.

Visits are shared out in proportion to concentration, because equal spreading is the mistake that
the guide names. Their moments are drawn from the hours of need by systematic sampling, so that
visits follow need over the day while nobody can foresee the next one. Of a day's visits to one
place the one at the time of greatest need is worth the place's full share, the second half of it,
the third a third: returns diminish, and the places of greatest need are served first when units
are short (a convention).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.tasking.settings import TaskingSettings


def visit_quotas(share: np.ndarray, visits_per_day: float, least: float, most: float) -> np.ndarray:
    """Return visits a day for each hot spot: in proportion to `share`, within `least` and `most`.

    The mean is `visits_per_day`. What the limits take from one place is shared among the others in
    proportion. `least` above the mean, or `most` below it, give way to the mean.
    """
    count = len(share)
    least, most = min(least, visits_per_day), max(most, visits_per_day)
    share = share / share.sum()
    low, high = 0.0, count * most / max(share[share > 0].min(), 1e-12)
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


def draw_windows(
    visits: int, need: np.ndarray, settings: TaskingSettings, rng: np.random.Generator
) -> list[tuple[int, int, float]]:
    """Draw the windows in which the visits of one place on one day may start.

    `need` is the need in each minute of the day, zero while no unit is out. Returns per visit the
    earliest and latest start (minutes of the day) and the need at the moment drawn; the earliest
    is after the latest when the spacing leaves no room.
    """
    on_duty = np.flatnonzero(need > 0)
    if visits == 0 or len(on_duty) == 0:
        return []
    mass = np.cumsum(need)
    points = (np.arange(visits) + rng.random()) / visits * mass[-1]
    moments = np.minimum(np.searchsorted(mass, points, side="right"), on_duty[-1])
    half = settings.window_minutes // 2
    early = np.maximum(moments - half, on_duty[0])
    late = np.minimum(moments + half, on_duty[-1] + 1 - settings.visit_minutes)
    middle = (moments[:-1] + moments[1:]) / 2
    apart = (settings.visit_minutes + settings.spacing_minutes) / 2
    late[:-1] = np.minimum(late[:-1], np.floor(middle - apart))
    early[1:] = np.maximum(early[1:], np.ceil(middle + apart))
    return [
        (int(first), int(last), float(need[moment]))
        for first, last, moment in zip(early, late, moments, strict=True)
    ]


def wanted_visits(
    counts: Sequence[int],
    worth: np.ndarray,
    need: np.ndarray,
    settings: TaskingSettings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return one row per visit wanted on one day.

    `counts` and `worth` are per hot spot, `need` per minute with zero while no unit is out.
    Columns: place (index into the hot spots), early, late (minutes of the day), worth.
    """
    rows = []
    for place, visits in enumerate(counts):
        windows = draw_windows(int(visits), need, settings, rng)
        busiest_first = sorted(range(len(windows)), key=lambda turn: -windows[turn][2])
        for turn, index in enumerate(busiest_first, start=1):
            early, late, _ = windows[index]
            rows.append((place, early, late, worth[place] / turn))
    frame = pd.DataFrame(rows, columns=["place", "early", "late", "worth"])
    return frame.astype({"place": int, "early": int, "late": int, "worth": float})
