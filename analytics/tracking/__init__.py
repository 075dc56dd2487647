"""Step 6, tracking: from GPS fixes to visits, from visits to the patrol each place received."""

from analytics.technology.coverage import GpsCoverage
from analytics.technology.intervals import DeviceInterval
from analytics.tracking.activity import KINDS as ACTIVITY_KINDS
from analytics.tracking.activity import (
    LEAST_OFFICERS,
    Activity,
    add_activity,
    has_activity,
    preview_activity,
    save_activity,
)
from analytics.tracking.activity import sentence as activity_sentence
from analytics.tracking.agreement import Agreement, agreement
from analytics.tracking.alerts import (
    Alerts,
    alert_hours,
    set_alert_hours,
    unvisited,
    waiting_sentence,
)
from analytics.tracking.beside import control_places_on, exclusions
from analytics.tracking.check_ins import (
    LONGEST_MIN,
    CheckIn,
    add_visit,
    check_in,
    check_out,
    open_check_in,
    own_check_ins,
    present_ms,
    remove_check_in,
    without_end,
)
from analytics.tracking.claims import save_budget, save_claim, save_template, templates
from analytics.tracking.compliance import Delivery, wilson
from analytics.tracking.contamination import Contamination
from analytics.tracking.dosage import Dosage
from analytics.tracking.ethnicity import BASES as ETHNICITY_BASES
from analytics.tracking.ethnicity import GROUPS, REFERENCE, UNKNOWN
from analytics.tracking.exports import cleaning_table, device_table, workbook, write_exports
from analytics.tracking.heat import PatrolHeat, heat
from analytics.tracking.links import Link, link_person, links, own_unit, unit_or_none, unlink_person
from analytics.tracking.misses import (
    REASONS,
    MissedVisit,
    close_miss,
    explain_miss,
    missed_visits,
    misses_sentence,
    why_by_place,
)
from analytics.tracking.need import need_hours, need_period
from analytics.tracking.one_day import (
    PatrolDay,
    day_table_of,
    days_of,
    patrol_day_of,
    period_sentence,
)
from analytics.tracking.own import OwnResults, own_results
from analytics.tracking.periods import PERIODS, Period, of_shift, period_named
from analytics.tracking.planned import PlannedVisits, planned_visits
from analytics.tracking.policy import gps_dpia, record_policy, tracking_policy, why_not
from analytics.tracking.position_error import presence_bounds, presence_sentence
from analytics.tracking.preview import gps_period, preview_dosage, save_dosage
from analytics.tracking.quarters import Quarter
from analytics.tracking.rates import LEAST_SHOWN
from analytics.tracking.replay import Tracks, replay, units_tracked
from analytics.tracking.report import return_report, return_workbook, shown_table
from analytics.tracking.residents import read_population, save_population
from analytics.tracking.returns import COLUMNS as RETURN_COLUMNS
from analytics.tracking.returns import FundersReturn, preview_return, quarters
from analytics.tracking.returns import sentence as return_sentence
from analytics.tracking.sensitivity import sensitivity, sensitivity_sentence
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.stops import (
    CAVEAT,
    NEAR_M,
    Stops,
    found_sentence,
    preview_stops,
    save_stops,
    stop_quarters,
    unknown_sentence,
)
from analytics.tracking.stops import NOTE as STOPS_NOTE
from analytics.tracking.stops import sentence as stops_sentence
from analytics.tracking.stops_report import stops_workbook
from analytics.tracking.stops_tables import missing_word
from analytics.tracking.summary import (
    answer,
    day_totals,
    days_sentence,
    has_gps,
    has_list,
    method,
    overlap_sentence,
    place_kinds,
    place_table,
)
from analytics.tracking.teams import team_weeks, teams_sentence
from analytics.tracking.unmet import apart_sentence, hours_apart, unmet_need, unmet_sentence

__all__ = [
    "ACTIVITY_KINDS",
    "CAVEAT",
    "ETHNICITY_BASES",
    "GROUPS",
    "LEAST_OFFICERS",
    "LEAST_SHOWN",
    "LONGEST_MIN",
    "NEAR_M",
    "PERIODS",
    "REASONS",
    "REFERENCE",
    "RETURN_COLUMNS",
    "STOPS_NOTE",
    "UNKNOWN",
    "Activity",
    "Agreement",
    "Alerts",
    "CheckIn",
    "Contamination",
    "Delivery",
    "DeviceInterval",
    "Dosage",
    "FundersReturn",
    "GpsCoverage",
    "Link",
    "MissedVisit",
    "OwnResults",
    "PatrolDay",
    "PatrolHeat",
    "Period",
    "PlannedVisits",
    "Quarter",
    "Stops",
    "TrackingSettings",
    "Tracks",
    "activity_sentence",
    "add_activity",
    "add_visit",
    "agreement",
    "alert_hours",
    "answer",
    "apart_sentence",
    "check_in",
    "check_out",
    "cleaning_table",
    "close_miss",
    "control_places_on",
    "day_table_of",
    "day_totals",
    "days_of",
    "days_sentence",
    "device_table",
    "exclusions",
    "explain_miss",
    "found_sentence",
    "gps_dpia",
    "gps_period",
    "has_activity",
    "has_gps",
    "has_list",
    "heat",
    "hours_apart",
    "link_person",
    "links",
    "method",
    "missed_visits",
    "misses_sentence",
    "missing_word",
    "need_hours",
    "need_period",
    "of_shift",
    "open_check_in",
    "overlap_sentence",
    "own_check_ins",
    "own_results",
    "own_unit",
    "patrol_day_of",
    "period_named",
    "period_sentence",
    "place_kinds",
    "place_table",
    "planned_visits",
    "presence_bounds",
    "presence_sentence",
    "present_ms",
    "preview_activity",
    "preview_dosage",
    "preview_return",
    "preview_stops",
    "quarters",
    "read_population",
    "record_policy",
    "remove_check_in",
    "replay",
    "return_report",
    "return_sentence",
    "return_workbook",
    "save_activity",
    "save_budget",
    "save_claim",
    "save_dosage",
    "save_population",
    "save_stops",
    "save_template",
    "sensitivity",
    "sensitivity_sentence",
    "set_alert_hours",
    "shown_table",
    "stop_quarters",
    "stops_sentence",
    "stops_workbook",
    "team_weeks",
    "teams_sentence",
    "templates",
    "tracking_policy",
    "unit_or_none",
    "units_tracked",
    "unknown_sentence",
    "unlink_person",
    "unmet_need",
    "unmet_sentence",
    "unvisited",
    "waiting_sentence",
    "why_by_place",
    "why_not",
    "wilson",
    "without_end",
    "workbook",
    "write_exports",
]
