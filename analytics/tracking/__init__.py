"""Step 6, tracking: from GPS fixes to visits, from visits to the patrol each place received."""

from analytics.technology.coverage import GpsCoverage
from analytics.technology.intervals import DeviceInterval
from analytics.tracking.activity import KINDS as ACTIVITY_KINDS
from analytics.tracking.activity import (
    Activity,
    add_activity,
    has_activity,
    preview_activity,
    save_activity,
)
from analytics.tracking.activity import sentence as activity_sentence
from analytics.tracking.check_ins import (
    LONGEST_MIN,
    Agreement,
    CheckIn,
    agreement,
    check_in,
    check_out,
    open_check_in,
    own_check_ins,
    present_ms,
    remove_check_in,
)
from analytics.tracking.claims import save_budget, save_claim, save_template, templates
from analytics.tracking.compliance import Delivery, wilson
from analytics.tracking.dosage import Dosage
from analytics.tracking.exports import device_table, workbook, write_exports
from analytics.tracking.heat import PatrolHeat, heat
from analytics.tracking.links import Link, link_person, links, own_unit, unit_or_none, unlink_person
from analytics.tracking.need import need_hours
from analytics.tracking.own import OwnResults, own_results
from analytics.tracking.preview import gps_period, preview_dosage, save_dosage
from analytics.tracking.quarters import Quarter
from analytics.tracking.rates import LEAST_SHOWN
from analytics.tracking.report import return_report, return_workbook, shown_table
from analytics.tracking.returns import COLUMNS as RETURN_COLUMNS
from analytics.tracking.returns import FundersReturn, preview_return, quarters
from analytics.tracking.returns import sentence as return_sentence
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.stops import (
    CAVEAT,
    GROUPS,
    Stops,
    preview_stops,
    read_population,
    save_population,
    save_stops,
)
from analytics.tracking.stops import NOTE as STOPS_NOTE
from analytics.tracking.stops import sentence as stops_sentence
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

__all__ = [
    "ACTIVITY_KINDS",
    "CAVEAT",
    "GROUPS",
    "LEAST_SHOWN",
    "LONGEST_MIN",
    "RETURN_COLUMNS",
    "STOPS_NOTE",
    "Activity",
    "Agreement",
    "CheckIn",
    "Delivery",
    "DeviceInterval",
    "Dosage",
    "FundersReturn",
    "GpsCoverage",
    "Link",
    "OwnResults",
    "PatrolHeat",
    "Quarter",
    "Stops",
    "TrackingSettings",
    "activity_sentence",
    "add_activity",
    "agreement",
    "answer",
    "check_in",
    "check_out",
    "day_totals",
    "days_sentence",
    "device_table",
    "gps_period",
    "has_activity",
    "has_gps",
    "has_list",
    "heat",
    "latest_days",
    "link_person",
    "links",
    "method",
    "need_hours",
    "open_check_in",
    "overlap_sentence",
    "own_check_ins",
    "own_results",
    "own_unit",
    "place_kinds",
    "place_table",
    "present_ms",
    "preview_activity",
    "preview_dosage",
    "preview_return",
    "preview_stops",
    "quarters",
    "read_population",
    "remove_check_in",
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
    "shown_table",
    "stops_sentence",
    "templates",
    "unit_or_none",
    "unlink_person",
    "wilson",
    "workbook",
    "write_exports",
]
