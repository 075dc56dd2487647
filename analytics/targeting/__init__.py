"""Step 3, targeting: which places, how many, how sure."""

from analytics.targeting.compare import score_curve, significant_places
from analytics.targeting.exports import geojson, geopackage, report, workbook, write_exports
from analytics.targeting.harm import (
    HarmTable,
    choose_weight,
    chosen_weights,
    harm_tables,
    harm_weights,
)
from analytics.targeting.harm_own import save_harm_table
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
from analytics.targeting.scopes import (
    NamedScope,
    definition_of,
    retire_scope,
    save_scope,
    scope_account,
    scopes,
    suggested_offences,
)
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.timing import WEEKDAYS, HourProfile

__all__ = [
    "WEEKDAYS",
    "HarmTable",
    "HotspotList",
    "HotspotResult",
    "HourProfile",
    "NamedScope",
    "Period",
    "TargetingSettings",
    "choose_weight",
    "chosen_weights",
    "crime_filter",
    "day_text",
    "decide_heaping",
    "definition_of",
    "geojson",
    "geopackage",
    "harm_tables",
    "harm_weights",
    "heaping_places",
    "hour_weekday",
    "list_in_force",
    "lists_between",
    "offence_choices",
    "preview_hotspots",
    "report",
    "retire_scope",
    "save_harm_table",
    "save_hotspots",
    "save_scope",
    "scope_account",
    "scopes",
    "score_curve",
    "sign_off",
    "significant_places",
    "suggested_offences",
    "suggested_test_from",
    "workbook",
    "write_exports",
]
