"""Step 6, tracking: from GPS fixes to visits, from visits to the patrol each place received."""

from analytics.technology.coverage import GpsCoverage
from analytics.technology.intervals import DeviceInterval
from analytics.tracking.compliance import Delivery, wilson
from analytics.tracking.dosage import Dosage
from analytics.tracking.exports import device_table, workbook, write_exports
from analytics.tracking.heat import PatrolHeat, heat
from analytics.tracking.need import need_hours
from analytics.tracking.preview import gps_period, preview_dosage, save_dosage
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

__all__ = [
    "Delivery",
    "DeviceInterval",
    "Dosage",
    "GpsCoverage",
    "PatrolHeat",
    "TrackingSettings",
    "answer",
    "day_totals",
    "days_sentence",
    "device_table",
    "gps_period",
    "has_gps",
    "has_list",
    "heat",
    "latest_days",
    "method",
    "need_hours",
    "overlap_sentence",
    "place_kinds",
    "place_table",
    "preview_dosage",
    "save_dosage",
    "wilson",
    "workbook",
    "write_exports",
]
