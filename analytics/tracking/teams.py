"""Feedback by team, week by week; never by person.

A team of fewer than `FEWEST_OFFICERS` officers on the roster is not shown by itself: its figures
would be those of a person. Such teams are shown together, or not at all.
"""

from datetime import timedelta

import pandas as pd

from analytics.tracking.dosage import Dosage
from analytics.tracking.planned import DELIVERED, NOT_DUE, UNKNOWN, PlannedVisits
from analytics.workspace import User, Workspace

FEWEST_OFFICERS = 3
"""Smaller teams are not shown by themselves (a convention)."""
OTHERS = "Small teams together"


def team_weeks(
    workspace: Workspace, user: User, dosage: Dosage, planned: PlannedVisits
) -> pd.DataFrame:
    """Return team, week (its Monday), visits, qualifying, minutes, planned, delivered, compliance.

    Visits count for the team of the unit that made them, plans for the team of the unit planned;
    visits not due and those of units without GPS are left out of compliance.
    """
    workspace.require(user, "see:tracking")
    teams = _teams(workspace, dosage)
    seen = dosage.visits[dosage.visits["is_drive_through"] == 0]
    made = seen.assign(team=seen["team"].map(teams), week=_week(seen["day"]))
    made = (
        made.dropna(subset=["team"])
        .groupby(["team", "week"])
        .agg(
            visits=("place_id", "size"), qualifying=("qualifies", "sum"), ms=("headline_ms", "sum")
        )
    )
    due = planned.rows[~planned.rows["status"].isin([NOT_DUE, UNKNOWN])]
    units = dict(workspace.rows("SELECT unit, min(team) FROM roster GROUP BY unit"))
    due = due.assign(team=due["unit"].map(units).map(teams), week=_week(due["day"]))
    due = due.assign(done=due["status"].isin(DELIVERED)).dropna(subset=["team"])
    plans = due.groupby(["team", "week"]).agg(planned=("done", "size"), delivered=("done", "sum"))
    table = made.join(plans, how="outer").fillna(0).reset_index()
    table["minutes"] = table.pop("ms") / 60_000
    table["compliance"] = (table["delivered"] / table["planned"]).where(table["planned"] > 0)
    return table


def teams_sentence(table: pd.DataFrame) -> str:
    """Say what the table shows and what it hides."""
    if table.empty:
        return "No roster names teams for these days, so nothing can be shown by team."
    return (
        f"Teams of fewer than {FEWEST_OFFICERS} officers are shown together, and nothing is shown "
        "by person. Differences between teams also follow from their hours and places."
    )


def _teams(workspace: Workspace, dosage: Dosage) -> dict[str, str]:
    """Return team -> the name under which it is shown; small ones share one, if large enough."""
    sizes = dict(
        workspace.rows(
            "SELECT team, greatest(count(DISTINCT officer), coalesce(max(crew), 0)) FROM roster "
            "WHERE team IS NOT NULL AND day BETWEEN ? AND ? GROUP BY team",
            [dosage.first_day, dosage.last_day],
        )
    )
    small = {team: size for team, size in sizes.items() if size < FEWEST_OFFICERS}
    shown = {team: team for team in sizes if team not in small}
    if sum(small.values()) >= FEWEST_OFFICERS:
        shown |= dict.fromkeys(small, OTHERS)
    return shown


def _week(days: pd.Series) -> list[object]:
    return [day - timedelta(days=day.weekday()) for day in days]
