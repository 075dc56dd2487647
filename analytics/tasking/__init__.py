"""Step 5, tasking: from hot spots, roster and hours of need to who goes where, when."""

from analytics.tasking.abstractions import (
    REASONS,
    Abstraction,
    abstractions,
    away_times,
    log_abstraction,
    remove_abstraction,
)
from analytics.tasking.arithmetic import Capacity, capacity
from analytics.tasking.bound_of_plan import (
    PlanBound,
    bound_of,
    bound_sentence,
    save_bound,
    with_bound,
)
from analytics.tasking.briefings import (
    Briefing,
    Pop,
    SavedBriefing,
    briefing_versions,
    briefings,
    make_briefing,
    save_briefing,
)
from analytics.tasking.comparison import equal_comparison
from analytics.tasking.exports import (
    answer,
    ledger_table,
    plan_table,
    unmet_table,
    with_places,
    workbook,
)
from analytics.tasking.feasible import doubts
from analytics.tasking.files import calendar, csv, gpx
from analytics.tasking.in_force import (
    IssuedPlan,
    days_with_plan,
    issued_as,
    issued_plan,
    plan_in_force,
)
from analytics.tasking.issue import issue_plan, save_plan
from analytics.tasking.ledger import Ledger, patrol_hours, visits_possible
from analytics.tasking.need import control_hotspots
from analytics.tasking.own_unit import sees_every_unit, unit_on
from analytics.tasking.place_facts import PlaceFacts, place_facts, place_names
from analytics.tasking.plan import Plan, held_plan, is_current, made_plan, preview_plan
from analytics.tasking.plan_edits import (
    PlanEdit,
    Visit,
    add_visit,
    cancel_visit,
    move_visit,
    plan_edits,
    undo_plan_edit,
)
from analytics.tasking.recent import Recent, recent_violence
from analytics.tasking.roster import Duty, base_names, has_roster, unit_names
from analytics.tasking.roster_edits import WeekEdit, undo_week, week_edits
from analytics.tasking.roster_week import (
    bank_holidays,
    roster_week,
    save_week,
    trained_words,
    week_notes,
)
from analytics.tasking.rounds import Round, control_places, rounds_in_force, rounds_of
from analytics.tasking.settings import TaskingSettings
from analytics.tasking.sheet import sheet_in_force, shift_sheet
from analytics.tasking.tonight import (
    replan_without,
    tonight,
    tonight_again,
    tonight_is_current,
)
from analytics.tasking.tonight_units import (
    BegunVisit,
    TonightSettings,
    TonightUnit,
    units_on_roster,
    units_still_on,
)
from analytics.tasking.travel import MODES, round_line
from analytics.tasking.what_if import Variant, what_if
from analytics.tasking.writing import write_exports

__all__ = [
    "MODES",
    "REASONS",
    "Abstraction",
    "BegunVisit",
    "Briefing",
    "Capacity",
    "Duty",
    "IssuedPlan",
    "Ledger",
    "PlaceFacts",
    "Plan",
    "PlanBound",
    "PlanEdit",
    "Pop",
    "Recent",
    "Round",
    "SavedBriefing",
    "TaskingSettings",
    "TonightSettings",
    "TonightUnit",
    "Variant",
    "Visit",
    "WeekEdit",
    "abstractions",
    "add_visit",
    "answer",
    "away_times",
    "bank_holidays",
    "base_names",
    "bound_of",
    "bound_sentence",
    "briefing_versions",
    "briefings",
    "calendar",
    "cancel_visit",
    "capacity",
    "control_hotspots",
    "control_places",
    "csv",
    "days_with_plan",
    "doubts",
    "equal_comparison",
    "gpx",
    "has_roster",
    "held_plan",
    "is_current",
    "issue_plan",
    "issued_as",
    "issued_plan",
    "ledger_table",
    "log_abstraction",
    "made_plan",
    "make_briefing",
    "move_visit",
    "patrol_hours",
    "place_facts",
    "place_names",
    "plan_edits",
    "plan_in_force",
    "plan_table",
    "preview_plan",
    "recent_violence",
    "remove_abstraction",
    "replan_without",
    "roster_week",
    "round_line",
    "rounds_in_force",
    "rounds_of",
    "save_bound",
    "save_briefing",
    "save_plan",
    "save_week",
    "sees_every_unit",
    "sheet_in_force",
    "shift_sheet",
    "tonight",
    "tonight_again",
    "tonight_is_current",
    "trained_words",
    "undo_plan_edit",
    "undo_week",
    "unit_names",
    "unit_on",
    "units_on_roster",
    "units_still_on",
    "unmet_table",
    "visits_possible",
    "week_edits",
    "week_notes",
    "what_if",
    "with_bound",
    "with_places",
    "workbook",
    "write_exports",
]
