"""What a day's plan leaves unserved, and the main reason for each place."""

from collections import Counter
from datetime import date

import numpy as np

from analytics.tasking.problem import DayProblem

UNMET_COLUMNS = ["day", "hotspot_id", "visits_wanted", "visits_planned", "reason"]

NOBODY = "No unit is on duty that day"
OFF_HOURS = "No unit is on duty at the hours wanted"
TOO_FAR = "No unit can get there and back in its time"
TOO_CLOSE = "Wanted more often than the time between visits allows"
TAKEN = "No unit had time left at the hours wanted"
NOT_SENT = "No unit that may be sent is on duty at the hours wanted"


def unmet_rows(
    day: date, ids: np.ndarray, wanted: np.ndarray, problem: DayProblem, served: list[int]
) -> list[tuple]:
    """Return a row of `UNMET_COLUMNS` per hot spot that gets fewer visits than `wanted`.

    `served` are the rows of the problem's candidate visits that the plan makes.
    """
    places = problem.wanted["place"].to_numpy()
    planned = np.bincount(places[served], minlength=len(ids))
    has_time, fits = problem.has_time_for(), problem.can_serve()
    made = set(served)
    rows = []
    for place in np.flatnonzero(wanted > planned):
        missed = [visit for visit in np.flatnonzero(places == place) if visit not in made]
        reasons = Counter(_reason(problem, has_time, fits, visit) for visit in missed)
        # What units had no time for is not always offered to them.
        if any(places == place):
            reasons[TAKEN] += int(wanted[place]) - int((places == place).sum())
        reason = reasons.most_common(1)[0][0] if reasons else NOBODY
        if not reasons and problem.stretches:
            reason = OFF_HOURS
        rows.append((day, ids[place], int(wanted[place]), int(planned[place]), reason))
    return rows


def _reason(problem: DayProblem, has_time: np.ndarray, fits: np.ndarray, visit: int) -> str:
    early, late = problem.early[visit], problem.late[visit]
    if early > late:
        return TOO_CLOSE
    if fits[:, visit].any():
        return TAKEN
    if has_time[:, visit].any():
        return NOT_SENT
    is_on = any(
        part.early <= late and part.late >= early + problem.minutes[visit]
        for part in problem.stretches
    )
    return TOO_FAR if is_on else OFF_HOURS
