"""Step 3, targeting: which places, how many, how sure."""

from analytics.targeting.compare import score_curve, significant_places
from analytics.targeting.exports import geojson, geopackage, report, workbook, write_exports
from analytics.targeting.harm import choose_weight, harm_weights
from analytics.targeting.heaping import decide_heaping
from analytics.targeting.hotspots import heaping_places, preview_hotspots, save_hotspots
from analytics.targeting.lists import HotspotList, list_in_force, lists_between, sign_off
from analytics.targeting.profile import hour_weekday
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import (
    Period,
    crime_filter,
    day_text,
    offence_choices,
    suggested_test_from,
)
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.timing import WEEKDAYS, HourProfile

__all__ = [
    "WEEKDAYS",
    "HotspotList",
    "HotspotResult",
    "HourProfile",
    "Period",
    "TargetingSettings",
    "choose_weight",
    "crime_filter",
    "day_text",
    "decide_heaping",
    "geojson",
    "geopackage",
    "harm_weights",
    "heaping_places",
    "hour_weekday",
    "list_in_force",
    "lists_between",
    "offence_choices",
    "preview_hotspots",
    "report",
    "save_hotspots",
    "score_curve",
    "sign_off",
    "significant_places",
    "suggested_test_from",
    "workbook",
    "write_exports",
]
