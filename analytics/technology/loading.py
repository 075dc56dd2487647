"""A load: files in, checked rows stored, the rest kept aside; all or nothing.

Files are read, checked and projected into a staging database outside the workspace's lock. Inside
it one transaction inserts the new rows, the rows kept aside, the load's record and the audit
record.
"""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analytics.technology import commit, pings, prepare, shapes
from analytics.technology.feeds import SHAPE_FEEDS, columns_of
from analytics.technology.report import LoadReport, Prepared
from analytics.technology.staging import Staging
from analytics.workspace import User, Workspace

Progress = Callable[[float, str], None]


def load(
    workspace: Workspace,
    user: User,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None = None,
    crs: str | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load files into a feed: all of them or, when one cannot be used, none.

    `columns` is a column matching (as `--columns`); without one the feed's saved recipe or the
    suggested matching is used where it is certain. `crs` names the CRS of the coordinates,
    `timezone` the zone of the times where it is not the workspace's. `progress` is called with a
    share (0-1) and a message. Raises InputError naming the bad file, UndecidedColumns when the
    matching has to be given, Refused when the user may not load.
    """
    workspace.require(user, "load")
    columns_of(feed)
    began, tell = time.monotonic(), progress or (lambda share, message: None)
    with Staging(workspace) as staging:
        prepared = _prepare(staging, workspace, feed, files, columns, crs, timezone, tell)
        tell(0.8, "Storing")
        return commit.store(workspace, user, staging, prepared, f"L{secrets.token_hex(6)}", began)


def preview_load(
    workspace: Workspace,
    user: User,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None = None,
    crs: str | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Read and check files as `load` would, store nothing; `load_id` is empty."""
    workspace.require(user, "load")
    columns_of(feed)
    began, tell = time.monotonic(), progress or (lambda share, message: None)
    with Staging(workspace) as staging:
        prepared = _prepare(staging, workspace, feed, files, columns, crs, timezone, tell)
        return commit.report(prepared, commit.count(workspace, staging, prepared), "", began)


def _prepare(
    staging: Staging,
    workspace: Workspace,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None,
    crs: str | None,
    timezone: str | None,
    tell: Progress,
) -> Prepared:
    if feed in SHAPE_FEEDS:
        return shapes.prepare(staging, workspace, feed, files, columns, crs, tell)
    picked = prepare.read_tables(staging, workspace, feed, files, columns, crs, timezone, tell)
    tell(0.5, "Checking")
    if feed == "pings":
        return pings.prepare(staging, workspace, picked)
    return prepare.check_tables(staging, workspace, picked)
