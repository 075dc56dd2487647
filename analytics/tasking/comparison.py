"""What sharing the visits out equally to all would cost, with the same visits in the same hours.

Equal spreading is the mistake that the guide names. Both ways are valued alike: of a place's visits
on a day the second covers half of what the first covers, the third a third.
"""

import numpy as np
import pandas as pd

from analytics.tasking.plan import Plan

COLUMNS = ["shared_out", "visits", "violence_covered", "part_of_plan"]


def equal_comparison(plan: Plan) -> pd.DataFrame:
    """Return this plan beside as many visits spread equally over the same places on each day.

    Columns: shared_out (words), visits, violence_covered (crimes, or days of harm, expected in the
    minutes that visits cover) and part_of_plan. Places under control or a partner's are in neither.
    """
    held = plan.place_days[plan.place_days["is_open"]]
    covers = held["covers"].to_numpy(dtype=float)
    planned = held["planned"].to_numpy(dtype=float)
    by_day = held.groupby("day")["planned"].transform("mean").to_numpy(dtype=float)
    rows = [
        ("As in this plan", planned.sum(), violence_covered(held)),
        ("Equal to all", round(by_day.sum(), 6), float((covers * turns(by_day)).sum())),
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS[:3])
    ours = frame["violence_covered"].iat[0]
    frame["part_of_plan"] = frame["violence_covered"] / ours if ours else np.nan
    return frame


def violence_covered(place_days: pd.DataFrame) -> float:
    """Return the violence expected in the minutes that the planned visits cover.

    Each place's visits of a day are valued at a moment drawn from its need, the second half, the
    third a third; `place_days` has covers and planned.
    """
    covers = place_days["covers"].to_numpy(dtype=float)
    return float((covers * turns(place_days["planned"].to_numpy())).sum())


def turns(visits: np.ndarray) -> np.ndarray:
    """Return 1 + 1/2 + ... + 1/n for n visits, straight between whole numbers."""
    visits = np.asarray(visits, dtype=float)
    whole = np.floor(visits).astype(int)
    sums = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, max(whole.max(initial=0), 1) + 2))])
    return sums[whole] + (visits - whole) / (whole + 1)
