"""Unmet need: a place's share of need less its share of patrol.

Need is the place's share of the crimes behind the list, patrol its share of the patrol minutes in
all places. Above 0 the place had less than its part of the patrol that was delivered; the sum over
places is 0, so that it says where patrol would have been better spent and not whether there was
enough of it.
"""

import numpy as np
import pandas as pd

from analytics.tracking.dosage import Dosage
from analytics.tracking.summary import WEEKDAYS


def unmet_need(dosage: Dosage) -> pd.DataFrame:
    """Return the places with need_share, patrol_share, unmet (points of a share), worst first.

    Shares are missing where no place has a count (saved places) or nobody patrolled.
    """
    places = pd.DataFrame(dosage.hotspots.drop(columns="geometry"))
    need = pd.to_numeric(places["count"], errors="coerce").astype(float)
    patrol = places["patrol_minutes"].astype(float)
    places["need_share"] = need / need.sum() if need.sum() > 0 else np.nan
    places["patrol_share"] = patrol / patrol.sum() if patrol.sum() > 0 else np.nan
    places["unmet"] = places["need_share"] - places["patrol_share"]
    return places.sort_values(["unmet", "rank"], ascending=[False, True], ignore_index=True)


def misplaced_share(table: pd.DataFrame) -> float | None:
    """Return the share of patrol that would have to move for every place to have its part."""
    gap = table["unmet"].clip(lower=0)
    return None if table["unmet"].isna().all() else float(gap.sum())


def unmet_sentence(table: pd.DataFrame) -> str:
    """Say where need was met least, and how much of the patrol was elsewhere."""
    moved = misplaced_share(table)
    if moved is None:
        return "Need and patrol cannot be compared: no counts, or no patrol, in these days."
    worst = table.iloc[0]
    return (
        f"{moved:.0%} of the patrol minutes would have to move for every place to have its part of "
        f"need; {worst['name']} lacks most ({worst['need_share']:.1%} of need, "
        f"{worst['patrol_share']:.1%} of patrol)."
    )


def hours_apart(patrol: np.ndarray, need: np.ndarray) -> np.ndarray | None:
    """Return need less patrol by weekday and hour (7 x 24), in points of a share; None without."""
    if not patrol.sum() or not need.sum():
        return None
    return 100 * (need / need.sum() - patrol / patrol.sum())


def apart_sentence(apart: np.ndarray, worst: int = 3) -> str:
    """Name the hours in which need is furthest ahead of patrol, and patrol of need.

    `apart` is that of `hours_apart`: weekdays (Monday first) by hours, in points of a share.
    """
    short = _named_hours(apart, worst)
    spare = _named_hours(-apart, worst)
    moved = np.clip(apart, 0, None).sum()
    return (
        f"Patrol falls furthest behind need on {short}, and is furthest ahead of it on {spare}. "
        f"{moved:.0f}% of the patrol time lies in hours that have more than their part."
    )


def _named_hours(apart: np.ndarray, worst: int) -> str:
    order = np.argsort(-apart, axis=None, kind="stable")[:worst]
    named = [np.unravel_index(int(place), apart.shape) for place in order]
    return ", ".join(
        f"{WEEKDAYS[day][:3]} {hour:02d}:00 ({abs(apart[day, hour]):.1f} points)"
        for day, hour in named
    )
