"""Step 2, technology: files from any system into checked, stored, accounted-for data."""

from analytics.technology.feeds import FEED_COLUMNS, SHAPE_FEEDS, TITLES, columns_of
from analytics.technology.inbox import (
    InboxResult,
    dismiss_failure,
    files_in_inboxes,
    inbox_failures,
    watch_inbox,
)
from analytics.technology.loading import load, preview_load
from analytics.technology.recipes import save_recipe
from analytics.technology.recognition import Recognition, inspect
from analytics.technology.register import answer, kept_aside, loads, register, undo_load
from analytics.technology.report import LoadReport
from analytics.technology.rules import RULES

__all__ = [
    "FEED_COLUMNS",
    "RULES",
    "SHAPE_FEEDS",
    "TITLES",
    "InboxResult",
    "LoadReport",
    "Recognition",
    "answer",
    "columns_of",
    "dismiss_failure",
    "files_in_inboxes",
    "inbox_failures",
    "inspect",
    "kept_aside",
    "load",
    "loads",
    "preview_load",
    "register",
    "save_recipe",
    "undo_load",
    "watch_inbox",
]
