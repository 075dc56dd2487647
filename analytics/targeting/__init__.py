"""Step 3, targeting: which places, how many, how sure."""

from analytics.targeting.backtest import save_backtest, stored_backtest
from analytics.targeting.backtest_result import BEST_POSSIBLE, CHANCE, REFERENCE, Backtest
from analytics.targeting.cell_comparison import CellComparison, compare_cells
from analytics.targeting.cell_drawing import cells_round, of_cells
from analytics.targeting.compare import score_curve, significant_places
from analytics.targeting.edited import EditedList, apply_edits, next_places, unedited
from analytics.targeting.editing import (
    add_place,
    drop_place,
    keep_place,
    merge_places,
    merge_shape,
    moved,
    redraw_place,
    rename_place,
    split_place,
)
from analytics.targeting.edits import Edit, list_edits, redo_edit, undo_edit, when_text
from analytics.targeting.events_register import (
    EVENT_COLUMNS,
    EVENT_KINDS,
    add_event,
    add_events,
    change_event,
    read_events,
    remove_event,
    time_events,
)
from analytics.targeting.exports import (
    geojson,
    geopackage,
    kml,
    report,
    shapefile,
    workbook,
    write_exports,
)
from analytics.targeting.fair_use import Caution, fair_use
from analytics.targeting.harm import (
    HarmTable,
    choose_weight,
    chosen_weights,
    harm_tables,
    harm_weights,
)
from analytics.targeting.harm_own import save_harm_table
from analytics.targeting.heaping import decide_heaping, excluded_points
from analytics.targeting.hotspots import heaping_places, preview_hotspots, save_hotspots
from analytics.targeting.lists import HotspotList, list_in_force, lists_between, sign_off
from analytics.targeting.method_lists import Method
from analytics.targeting.method_settings import MethodSettings
from analytics.targeting.methods import THIS_LIST, MethodComparison, compare_methods
from analytics.targeting.over_time import (
    MonthlySeries,
    PlaceChange,
    SpaceTime,
    change_between,
    fall_to_expect,
    monthly_series,
    space_time,
)
from analytics.targeting.places import place_kinds
from analytics.targeting.points import crime_points
from analytics.targeting.profile import hour_weekday
from analytics.targeting.rank_comparison import RankComparison, compare_count_and_harm
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import (
    Period,
    crime_filter,
    day_text,
    offence_choices,
    offence_codes,
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
from analytics.targeting.score_details import ScoreDetails, score_details
from analytics.targeting.season import (
    DayTypes,
    day_types,
    month_season,
)
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.shuffles import ShuffleTests, near_repeat_table, shuffle_tests
from analytics.targeting.size_advice import SizeAdvice, expected_cells, size_advice
from analytics.targeting.stability import (
    Stability,
    save_stability,
    stored_stability,
)
from analytics.targeting.statistics.shrinkage import ExpectedFall
from analytics.targeting.statistics.timing import WEEKDAYS, HourProfile
from analytics.targeting.sureness_settings import BacktestSettings, StabilitySettings
from analytics.targeting.time_settings import (
    OverTimeSettings,
    WhenSettings,
)
from analytics.targeting.versions import ListChanges, compare_lists, list_versions, version_of
from analytics.targeting.windows import (
    PatrolWindows,
    hours_of_day,
    recommend_windows,
)

__all__ = [
    "BEST_POSSIBLE",
    "CHANCE",
    "EVENT_COLUMNS",
    "EVENT_KINDS",
    "REFERENCE",
    "THIS_LIST",
    "WEEKDAYS",
    "Backtest",
    "BacktestSettings",
    "Caution",
    "CellComparison",
    "DayTypes",
    "Edit",
    "EditedList",
    "ExpectedFall",
    "HarmTable",
    "HotspotList",
    "HotspotResult",
    "HourProfile",
    "ListChanges",
    "Method",
    "MethodComparison",
    "MethodSettings",
    "MonthlySeries",
    "NamedScope",
    "OverTimeSettings",
    "PatrolWindows",
    "Period",
    "PlaceChange",
    "RankComparison",
    "ScoreDetails",
    "ShuffleTests",
    "SizeAdvice",
    "SpaceTime",
    "Stability",
    "StabilitySettings",
    "TargetingSettings",
    "WhenSettings",
    "add_event",
    "add_events",
    "add_place",
    "apply_edits",
    "cells_round",
    "change_between",
    "change_event",
    "choose_weight",
    "chosen_weights",
    "compare_cells",
    "compare_count_and_harm",
    "compare_lists",
    "compare_methods",
    "crime_filter",
    "crime_points",
    "day_text",
    "day_types",
    "decide_heaping",
    "definition_of",
    "drop_place",
    "excluded_points",
    "expected_cells",
    "fair_use",
    "fall_to_expect",
    "geojson",
    "geopackage",
    "harm_tables",
    "harm_weights",
    "heaping_places",
    "hour_weekday",
    "hours_of_day",
    "keep_place",
    "kml",
    "list_edits",
    "list_in_force",
    "list_versions",
    "lists_between",
    "merge_places",
    "merge_shape",
    "month_season",
    "monthly_series",
    "moved",
    "near_repeat_table",
    "next_places",
    "of_cells",
    "offence_choices",
    "offence_codes",
    "place_kinds",
    "preview_hotspots",
    "read_events",
    "recommend_windows",
    "redo_edit",
    "redraw_place",
    "remove_event",
    "rename_place",
    "report",
    "retire_scope",
    "save_backtest",
    "save_harm_table",
    "save_hotspots",
    "save_scope",
    "save_stability",
    "scope_account",
    "scopes",
    "score_curve",
    "score_details",
    "shapefile",
    "shuffle_tests",
    "sign_off",
    "significant_places",
    "size_advice",
    "space_time",
    "split_place",
    "stored_backtest",
    "stored_stability",
    "suggested_offences",
    "suggested_test_from",
    "time_events",
    "undo_edit",
    "unedited",
    "version_of",
    "when_text",
    "workbook",
    "write_exports",
]
