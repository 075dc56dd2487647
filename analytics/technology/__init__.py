"""Step 2, technology: files from any system into checked, stored, accounted-for data."""

from analytics.technology.checks import DECIDE, FLAGGED, KEPT_ASIDE, REPORTED, STORED, Check
from analytics.technology.compare import CHANGES, ExtractChanges
from analytics.technology.completeness import Completeness, completeness
from analytics.technology.coverage import GpsCoverage, gps_coverage
from analytics.technology.crs_candidates import crs_name, usual_crss
from analytics.technology.devices import DeviceRegister, device_register
from analytics.technology.evidence import (
    DateEvidence,
    Evidence,
    PlaceEvidence,
    gather_evidence,
    share_on_ground,
)
from analytics.technology.facts import FeedFacts, feed_facts, set_feed_facts
from analytics.technology.feeds import FEED_COLUMNS, SHAPE_FEEDS, TITLES, columns_of
from analytics.technology.fixing import (
    MOST_EDITED,
    Fixed,
    fix_rows,
    open_rows,
    open_rules,
    reload_fixed,
)
from analytics.technology.inbox import (
    InboxResult,
    dismiss_failure,
    files_in_inboxes,
    inbox_failures,
    watch_inbox,
)
from analytics.technology.loading import compare_extract, load, preview_load
from analytics.technology.matching import OPTIONS
from analytics.technology.recipes import (
    Recipe,
    delete_recipe,
    recipe_mode,
    rename_recipe,
    save_recipe,
    saved_recipes,
    set_recipe_mode,
)
from analytics.technology.recognition import (
    SURENESS,
    Recognition,
    feed_by_header,
    feed_by_recipe,
    inspect,
)
from analytics.technology.register import answer, kept_aside, loads, register
from analytics.technology.report import LoadReport
from analytics.technology.rules import RULES
from analytics.technology.undoing import UndoEffect, undo_effect, undo_load

__all__ = [
    "CHANGES",
    "DECIDE",
    "FEED_COLUMNS",
    "FLAGGED",
    "KEPT_ASIDE",
    "MOST_EDITED",
    "OPTIONS",
    "REPORTED",
    "RULES",
    "SHAPE_FEEDS",
    "STORED",
    "SURENESS",
    "TITLES",
    "Check",
    "Completeness",
    "DateEvidence",
    "DeviceRegister",
    "Evidence",
    "ExtractChanges",
    "FeedFacts",
    "Fixed",
    "GpsCoverage",
    "InboxResult",
    "LoadReport",
    "PlaceEvidence",
    "Recipe",
    "Recognition",
    "UndoEffect",
    "answer",
    "columns_of",
    "compare_extract",
    "completeness",
    "crs_name",
    "delete_recipe",
    "device_register",
    "dismiss_failure",
    "feed_by_header",
    "feed_by_recipe",
    "feed_facts",
    "files_in_inboxes",
    "fix_rows",
    "gather_evidence",
    "gps_coverage",
    "inbox_failures",
    "inspect",
    "kept_aside",
    "load",
    "loads",
    "open_rows",
    "open_rules",
    "preview_load",
    "recipe_mode",
    "register",
    "reload_fixed",
    "rename_recipe",
    "save_recipe",
    "saved_recipes",
    "set_feed_facts",
    "set_recipe_mode",
    "share_on_ground",
    "undo_effect",
    "undo_load",
    "usual_crss",
    "watch_inbox",
]
