"""Step 5, tasking: from hot spots, roster and hours of need to who goes where, when."""

from analytics.tasking.capacity import Ledger, patrol_hours, visits_possible
from analytics.tasking.exports import (
    answer,
    ledger_table,
    plan_table,
    shift_sheet,
    unmet_table,
    with_places,
    workbook,
    write_exports,
)
from analytics.tasking.issue import days_with_plan, issue_plan, plan_in_force, save_plan
from analytics.tasking.plan import Plan, preview_plan
from analytics.tasking.roster import Duty, base_names, has_roster
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.tonight import (
    TonightSettings,
    TonightUnit,
    tonight,
    units_on_roster,
    units_still_on,
)
from analytics.tasking.travel import MODES

__all__ = [
    "MODES",
    "Duty",
    "Ledger",
    "Plan",
    "TaskingSettings",
    "TonightSettings",
    "TonightUnit",
    "answer",
    "base_names",
    "days_with_plan",
    "has_roster",
    "issue_plan",
    "ledger_table",
    "patrol_hours",
    "plan_in_force",
    "plan_table",
    "preview_plan",
    "save_plan",
    "shift_sheet",
    "tonight",
    "units_on_roster",
    "units_still_on",
    "unmet_table",
    "visits_possible",
    "with_places",
    "workbook",
    "write_exports",
]
