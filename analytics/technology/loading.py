"""A load: files in, checked rows stored, the rest kept aside; all or nothing.

Files are read, checked and projected into a staging database outside the workspace's lock. Inside
it one transaction inserts the new rows, the rows kept aside, the load's record and the audit
record.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analytics.technology import checks, commit, compare, pings, prepare, shapes
from analytics.technology.compare import ExtractChanges
from analytics.technology.feeds import SHAPE_FEEDS, columns_of
from analytics.technology.report import LoadReport, Mode, Prepared, checked_mode
from analytics.technology.staging import Staging
from analytics.workspace import InputError, User, Workspace
from analytics.workspace.schema import EVENT_FEEDS

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Asked:
    """How the files of a load are to be read; see `load`."""

    feed: str
    files: list[Path]
    columns: dict[str, Any] | None = None
    crs: str | None = None
    timezone: str | None = None
    mode: Mode = "add"


def load(
    workspace: Workspace,
    user: User,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None = None,
    crs: str | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
    mode: Mode = "add",
) -> LoadReport:
    """Load files into a feed: all of them or, when one cannot be used, none.

    `columns` is a column matching (as `--columns`); without one the feed's saved recipe or the
    suggested matching is used where it is certain. `crs` names the CRS of the coordinates,
    `timezone` the zone of the times where it is not the workspace's. `progress` is called with a
    share (0-1) and a message. With `mode` "replace" what is held of the extract's period and
    differs from it is set aside, and comes back when the load is undone. Raises InputError naming
    the bad file, UndecidedColumns when the matching has to be given, Refused when the user may not
    load.
    """
    workspace.require(user, "load")
    reading = Asked(feed, files, columns, crs, timezone, checked_mode(feed, mode))
    began, tell = time.monotonic(), progress or _silent
    with Staging(workspace) as staging:
        prepared = _prepare(staging, workspace, reading, tell)
        tell(0.8, "Storing")
        return commit.store(workspace, user, staging, prepared, new_load_id(), began)


def preview_load(
    workspace: Workspace,
    user: User,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None = None,
    crs: str | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
    mode: Mode = "add",
) -> LoadReport:
    """Read and check files as `load` would, store nothing; `load_id` is empty.

    The report's checks carry examples, which are records: the view is logged.
    """
    workspace.require(user, "load")
    reading = Asked(feed, files, columns, crs, timezone, checked_mode(feed, mode))
    began = time.monotonic()
    with Staging(workspace) as staging:
        prepared = _prepare(staging, workspace, reading, progress or _silent)
        report = commit.preview(workspace, staging, prepared, began)
        if feed in SHAPE_FEEDS:
            return report
        used = set(prepared.columns)
        found = checks.with_examples(staging, feed, report.checks, used)
    if any(check.examples for check in found):
        workspace.log_view(user, "rows_to_load", feed)
    return replace(report, checks=found)


def compare_extract(
    workspace: Workspace,
    user: User,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None = None,
    crs: str | None = None,
    timezone: str | None = None,
) -> ExtractChanges | None:
    """Compare files with what the feed holds of their period; stores nothing.

    None for feeds other than events, for files without record numbers and where nothing of the
    period is held. The result shows records, so the view is logged. Raises as `load` does.
    """
    workspace.require(user, "load")
    columns_of(feed)
    if feed not in EVENT_FEEDS:
        return None
    reading = Asked(feed, files, columns, crs, timezone, "replace")
    with Staging(workspace) as staging:
        prepared = _prepare(staging, workspace, reading, _silent)
        found = commit.changes(workspace, staging, prepared)
    if found:
        workspace.log_view(user, "extract", feed)
    return found


def new_load_id() -> str:
    """Return the id of a load that is about to be stored."""
    return f"L{secrets.token_hex(6)}"


def _silent(share: float, message: str) -> None:
    """Take progress that nobody wants to see."""


def _prepare(staging: Staging, workspace: Workspace, asked: Asked, tell: Progress) -> Prepared:
    feed, files, columns = asked.feed, asked.files, asked.columns
    if feed in SHAPE_FEEDS:
        return shapes.prepare(staging, workspace, feed, files, columns, asked.crs, tell)
    picked = prepare.read_tables(
        staging, workspace, feed, files, columns, asked.crs, asked.timezone, tell
    )
    picked.is_replacing = asked.mode == "replace"
    tell(0.5, "Checking")
    if feed == "pings":
        return pings.prepare(staging, workspace, picked)
    prepared = prepare.check_tables(staging, workspace, picked)
    prepared.mode = asked.mode
    if asked.mode == "replace" and not compare.can_compare(prepared):
        raise InputError(
            "It has no column of record numbers, so what is held cannot be found again in it. "
            "Match that column, or undo the older load and add this one.",
            file=prepared.files[0],
        )
    return prepared
