"""Which plan holds on a day, its visits with the changes made, and what it left unserved."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analytics.tasking.plan_edits import apply_edits, standing_edits
from analytics.workspace import DEFAULT_PROGRAMME, Workspace


@dataclass(frozen=True)
class IssuedPlan:
    """A plan that holds: by whom and when it was issued, and on how many of the days asked for."""

    plan_id: str
    issued_by: str
    issued_ms: int
    days: int


def issued_plan(workspace: Workspace, day: date) -> IssuedPlan | None:
    """Return the plan that holds on a day, None where none covers it."""
    return _issued(workspace, day, day, None)


def issued_as(workspace: Workspace, run_id: str, first: date, last: date) -> IssuedPlan | None:
    """Return the issued plan of a run that holds on some day of a period, None where none does."""
    return _issued(workspace, first, last, run_id)


def _issued(workspace: Workspace, first: date, last: date, run_id: str | None) -> IssuedPlan | None:
    rows = workspace.rows(
        f"{_HOLDS} SELECT plan_id, issued_by, issued_ms, count(*) FROM holds "
        "JOIN plans USING (plan_id) WHERE ? IS NULL OR run_id = ? "
        "GROUP BY ALL ORDER BY issued_ms DESC LIMIT 1",
        [first, last, DEFAULT_PROGRAMME, run_id, run_id],
    )
    return IssuedPlan(*rows[0]) if rows else None


def plan_in_force(workspace: Workspace, first: date, last: date) -> pd.DataFrame:
    """Return the planned visits of each day by the newest plan that covers it, changes made.

    Columns of plan_visits, in order of day, shift, unit and visit. Days without a plan have no
    rows; `days_with_plan` tells them from days on which the plan has no visit.
    """
    issued = workspace.frame(
        f"{_HOLDS} SELECT v.* FROM plan_visits v JOIN holds USING (plan_id, day) "
        "ORDER BY v.day, v.shift, v.unit, v.visit_order, v.starts",
        [first, last, DEFAULT_PROGRAMME],
    )
    modes = dict(zip(issued["unit"], issued["mode"], strict=True))
    return apply_edits(issued, standing_edits(workspace, first, last), modes)


def days_with_plan(workspace: Workspace, first: date, last: date) -> pd.DataFrame:
    """Return day and plan_id for each day from `first` to `last` that some plan covers."""
    return workspace.frame(
        f"{_HOLDS} SELECT day, plan_id FROM holds ORDER BY day", [first, last, DEFAULT_PROGRAMME]
    )


def part_missed(workspace: Workspace, day: date) -> dict[str, float]:
    """Return by hot spot the part of the visits wanted on a day that the plan in force left out."""
    rows = workspace.rows(
        f"{_HOLDS} SELECT u.hotspot_id, sum(u.visits_wanted), sum(u.visits_planned) "
        "FROM plan_unmet u JOIN holds USING (plan_id, day) GROUP BY 1 ORDER BY 1",
        [day, day, DEFAULT_PROGRAMME],
    )
    return {place: 1 - planned / wanted for place, wanted, planned in rows if wanted}


_HOLDS = """
    WITH days AS (
        SELECT CAST(unnest(generate_series(CAST(? AS DATE), CAST(? AS DATE), INTERVAL 1 DAY))
            AS DATE) AS day
    ), holds AS (
        SELECT day, plan_id FROM days JOIN plans ON day BETWEEN first_day AND last_day
        WHERE programme_id = ?
        QUALIFY row_number() OVER (PARTITION BY day ORDER BY issued_ms DESC, plan_id DESC) = 1
    )
"""
