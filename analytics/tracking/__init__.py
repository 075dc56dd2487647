"""Step 6, tracking: from GPS fixes to visits, from visits to the patrol each place received."""

from analytics.technology.coverage import GpsCoverage
from analytics.technology.intervals import DeviceInterval
from analytics.tracking.alerts import Alerts, alert_hours, set_alert_hours, unvisited
from analytics.tracking.compliance import Delivery, wilson
from analytics.tracking.contamination import Contamination
from analytics.tracking.dosage import Dosage
from analytics.tracking.exports import cleaning_table, device_table, workbook, write_exports
from analytics.tracking.heat import PatrolHeat, heat
from analytics.tracking.misses import (
    REASONS,
    MissedVisit,
    close_miss,
    explain_miss,
    missed_visits,
    misses_sentence,
)
from analytics.tracking.need import need_hours
from analytics.tracking.planned import PlannedVisits, planned_visits
from analytics.tracking.preview import gps_period, preview_dosage, save_dosage
from analytics.tracking.replay import (
    Tracks,
    record_policy,
    replay,
    tracking_policy,
    units_tracked,
    why_not,
)
from analytics.tracking.sensitivity import sensitivity, sensitivity_sentence
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.summary import (
    answer,
    day_totals,
    days_sentence,
    has_gps,
    has_list,
    latest_days,
    method,
    overlap_sentence,
    place_kinds,
    place_table,
)
from analytics.tracking.teams import team_weeks, teams_sentence
from analytics.tracking.unmet import hours_apart, unmet_need, unmet_sentence

__all__ = [
    "REASONS",
    "Alerts",
    "Contamination",
    "Delivery",
    "DeviceInterval",
    "Dosage",
    "GpsCoverage",
    "MissedVisit",
    "PatrolHeat",
    "PlannedVisits",
    "TrackingSettings",
    "Tracks",
    "alert_hours",
    "answer",
    "cleaning_table",
    "close_miss",
    "day_totals",
    "days_sentence",
    "device_table",
    "explain_miss",
    "gps_period",
    "has_gps",
    "has_list",
    "heat",
    "hours_apart",
    "latest_days",
    "method",
    "missed_visits",
    "misses_sentence",
    "need_hours",
    "overlap_sentence",
    "place_kinds",
    "place_table",
    "planned_visits",
    "preview_dosage",
    "record_policy",
    "replay",
    "save_dosage",
    "sensitivity",
    "sensitivity_sentence",
    "set_alert_hours",
    "team_weeks",
    "teams_sentence",
    "tracking_policy",
    "units_tracked",
    "unmet_need",
    "unmet_sentence",
    "unvisited",
    "why_not",
    "wilson",
    "workbook",
    "write_exports",
]
