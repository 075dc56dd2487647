"""What an officer alone may see of the own patrols: no other person can ask for it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from analytics import tasking
from analytics.tracking.check_ins import CheckIn, own_check_ins
from analytics.tracking.links import own_unit
from analytics.tracking.settings import TrackingSettings
from analytics.workspace import User, Workspace

WEEKS = 6


@dataclass(frozen=True)
class OwnResults:
    """One officer's check-ins and the plan of the own unit, week by week (Monday first).

    `weeks` has week, visits, minutes (self-reported), planned and delivered (planned visits of
    the unit that the officer checked in to, capped at planned by place and day).
    """

    unit: str
    weeks: pd.DataFrame


def own_results(workspace: Workspace, user: User, weeks: int = WEEKS) -> OwnResults:
    """Return the user's own results of the latest weeks; nobody can ask for another's."""
    workspace.require(user, "check_in")
    unit = own_unit(workspace, user)
    today = workspace.today()
    monday = today - timedelta(days=today.weekday())
    rows = []
    for number in range(weeks - 1, -1, -1):
        first = monday - timedelta(weeks=number)
        days = [
            first + timedelta(days=day) for day in range(7) if first + timedelta(days=day) <= today
        ]
        visits = [(day, one) for day in days for one in own_check_ins(workspace, user, day)]
        minutes = [one.minutes for _, one in visits if one.minutes is not None]
        planned, delivered = _delivered(workspace, unit, days, visits)
        rows.append((first, len(visits), sum(minutes), planned, delivered))
    columns = ["week", "visits", "minutes", "planned", "delivered"]
    return OwnResults(unit, pd.DataFrame(rows, columns=columns))


def _delivered(
    workspace: Workspace, unit: str, days: list[date], visits: list[tuple[date, CheckIn]]
) -> tuple[int, int]:
    """Count the unit's planned visits and those that the check-ins of ten minutes deliver."""
    least = TrackingSettings().dwell_minutes
    plan = tasking.plan_in_force(workspace, days[0], days[-1])
    mine = plan[plan["unit"] == unit]
    wanted = mine.assign(day=pd.to_datetime(mine["day"]).dt.date)
    wanted = wanted.groupby(["day", "hotspot_id"]).size()
    made = pd.Series(
        [(day, one.hotspot_id) for day, one in visits if (one.minutes or 0) >= least], dtype=object
    ).value_counts()
    delivered = sum(min(int(number), int(made.get(key, 0))) for key, number in wanted.items())
    return int(wanted.sum()), delivered
