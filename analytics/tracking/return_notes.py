"""What has to be said beside the funder's return: what is not covered, unknown or left over."""

from datetime import date

import pandas as pd

from analytics import tasking
from analytics.tracking.check_ins import self_reported
from analytics.tracking.dosage import Dosage
from analytics.tracking.quarters import Quarter
from analytics.workspace import Workspace

GROUP = ["agency", "funding"]
NOT_NAMED = "Not named"


def of_coverage(workspace: Workspace, quarter: Quarter, last: date) -> list[str]:
    """Say where the quarter runs on, and which of its days roster, GPS and plans do not reach."""
    told = []
    if last < quarter.last:
        told.append(f"The quarter runs on: these are its days up to {_day(last)}.")
    sources = {"the roster": "roster", "GPS": "ping_files", "the plans": "plan_visits"}
    for name, table in sources.items():
        days, begins, ends = workspace.rows(
            f"SELECT count(DISTINCT day), min(day), max(day) FROM {table} "
            "WHERE day BETWEEN ? AND ?",
            [quarter.first, last],
        )[0]
        whole = (last - quarter.first).days + 1
        if not days:
            told.append(f"Not covered: {name} {_holds(name)} no day of the quarter.")
        elif days < whole:
            told.append(
                f"Partly covered: {name} {_holds(name)} {days:,} of {whole:,} days "
                f"({_day(begins)} to {_day(ends)})."
            )
    return told


def _holds(name: str) -> str:
    return "hold" if name.endswith("s") and name != "GPS" else "holds"


def of_table(table: pd.DataFrame, reason: str, repeated: int) -> list[str]:
    """Say what of the table is unknown, overstated or counted once; `reason` is why hours are."""
    told = []
    if reason:
        told.append(f"Hours are not measurable: {reason}")
    short = table[table["completeness"] < 1]
    if len(short) and not reason:
        told.append(
            "Where GPS covers less than all rostered unit-days, measured hours are those of the "
            "days with GPS only, and the budget per measured hour is overstated."
        )
    if NOT_NAMED in table.index.get_level_values("agency"):
        told.append("Some units name no agency in the roster; their hours stand under Not named.")
    if table["unit_days"].isna().any():
        told.append("A claim stands for a line that has no duty in the roster of this quarter.")
    if repeated:
        told.append(f"{repeated:,} typed activities are in a loaded file too and count once.")
    return told


def of_left_over(
    workspace: Workspace, duties: pd.DataFrame, dosage: Dosage | None, first: date, last: date
) -> list[str]:
    """Name hours of units that the roster of the day does not hold, and lines of one unit."""
    rostered = set(zip(duties["unit"], duties["day"], strict=True))
    plan = tasking.plan_in_force(workspace, first, last)[["unit", "day", "minutes"]]
    plan = plan.assign(day=pd.to_datetime(plan["day"]).dt.date)
    told = []
    if (hours := _hours_outside(plan, rostered)) > 0:
        told.append(f"{hours:,.1f} planned hours are of units not on the roster that day.")
    if dosage is not None:
        patrol = dosage.visits[dosage.visits["is_drive_through"] == 0]
        seen = patrol.assign(minutes=patrol["headline_ms"] / 60_000)[["unit", "day", "minutes"]]
        if (hours := _hours_outside(seen, rostered)) > 0:
            told.append(f"{hours:,.1f} measured hours are of devices not on the roster that day.")
    if (hours := _hours_outside(self_reported(workspace, first, last), rostered)) > 0:
        told.append(f"{hours:,.1f} self-reported hours are of units not on the roster that day.")
    units = duties.groupby(GROUP)["unit"].nunique()
    for agency, funding in units.index[units == 1]:
        told.append(
            f"{agency}, {funding}: one unit only. Its figures are those of few persons; give them "
            "to nobody who does not need them."
        )
    several = duties.groupby(["unit", "day"])[GROUP].nunique().max(axis=1)
    if (several > 1).any():
        told.append(
            f"{int((several > 1).sum()):,} unit-days stand under several lines; what they did is "
            "counted under the first."
        )
    return told


def _hours_outside(rows: pd.DataFrame, rostered: set) -> float:
    held = [pair in rostered for pair in zip(rows["unit"], rows["day"], strict=True)]
    return float(rows["minutes"][[not one for one in held]].sum() / 60)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
