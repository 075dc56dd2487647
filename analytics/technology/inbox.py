"""Inbox folders: a file dropped into `inbox/<feed>/` is loaded without a person at hand."""

import logging
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analytics.technology import readiness
from analytics.technology.loading import load
from analytics.technology.recipes import recipe_mode, saved_recipes
from analytics.technology.recognition import inspect
from analytics.technology.report import LoadReport, Mode
from analytics.workspace import FEEDS, InputError, SevenStepsError, User, Workspace

log = logging.getLogger(__name__)

_SETTLED: dict[Path, tuple[int, int]] = {}
"""Size and time of change of each file at the look before: a file still being copied changes."""


@dataclass(frozen=True)
class InboxResult:
    """What became of one file: its report, or the sentence that says why it was not loaded."""

    feed: str
    file: str
    report: LoadReport | None
    failure: str = ""


def watch_inbox(workspace: Workspace, user: User) -> list[InboxResult]:
    """Load every file that has not changed since the last look, and move it away.

    A loaded file goes to `done`, one that could not be loaded to `failed` beside a text file with
    the sentence. Call it every few seconds; raises Refused when the user may not load.
    """
    workspace.require(user, "load")
    results = []
    for feed, file in files_in_inboxes(workspace):
        if _is_settled(file):
            results.append(_take(workspace, user, feed, file))
    return results


def files_in_inboxes(workspace: Workspace) -> list[tuple[str, Path]]:
    """Return each file that waits in an inbox, with its feed; hidden ones are still being made."""
    return [
        (feed, file)
        for feed in FEEDS
        for file in sorted((workspace.path / "inbox" / feed).glob("[!.]*"))
        if file.is_file()
    ]


def _is_settled(file: Path) -> bool:
    now = file.stat()
    state = (now.st_size, now.st_mtime_ns)
    return _SETTLED.get(file) == state or _SETTLED.update({file: state}) is not None


def _take(workspace: Workspace, user: User, feed: str, file: Path) -> InboxResult:
    _SETTLED.pop(file, None)
    try:
        report = load(workspace, user, feed, [file], mode=_mode(workspace, user, feed, file))
    except SevenStepsError as error:
        failure = str(error)
    except Exception:  # a file that trips the program must not be tried again and again
        incident = secrets.token_hex(4)
        log.exception("Incident %s with the file %s in inbox/%s.", incident, file.name, feed)
        failure = f"Something unexpected went wrong (incident {incident})."
    else:
        _move(file, file.parent / "done")
        return InboxResult(feed, file.name, report)
    moved = _move(file, file.parent / "failed")
    moved.with_name(f"{moved.name}.txt").write_text(f"{failure}\n", encoding="utf-8")
    readiness.refresh(workspace, user)
    return InboxResult(feed, file.name, None, failure)


def _mode(workspace: Workspace, user: User, feed: str, file: Path) -> Mode:
    """Return the mode of the file's recipe: without a person at hand nothing else may replace."""
    if not any(recipe.feed == feed for recipe in saved_recipes(workspace)):
        return "add"
    return recipe_mode(workspace, feed, inspect(workspace, user, feed, [file]).signature)


def _move(file: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    target = folder / file.name
    if target.exists():
        target = folder / f"{time.time_ns()}-{file.name}"
    return file.rename(target)


def dismiss_failure(workspace: Workspace, user: User, feed: str, file: str) -> None:
    """Delete a file that could not be loaded, with its sentence; raises Refused, InputError."""
    workspace.require(user, "load")
    listed = inbox_failures(workspace)
    if not ((listed["feed"] == feed) & (listed["file"] == file)).any():
        raise InputError("It is no longer there.", file=file)
    folder = workspace.path / "inbox" / feed / "failed"
    with workspace.write(user, "erase", "inbox", f"{feed}/{file}"):
        (folder / file).unlink()
        (folder / f"{file}.txt").unlink()
    readiness.refresh(workspace, user)


def inbox_failures(workspace: Workspace) -> pd.DataFrame:
    """Return the inbox files that could not be loaded: feed, file, sentence, at (epoch ms)."""
    found = [
        {
            "feed": feed,
            "file": note.name.removesuffix(".txt"),
            "sentence": note.read_text(encoding="utf-8").strip(),
            "at_ms": note.stat().st_mtime_ns // 1_000_000,
        }
        for feed in FEEDS
        for note in sorted((workspace.path / "inbox" / feed / "failed").glob("*.txt"))
        if note.with_name(note.name.removesuffix(".txt")).exists()
    ]
    return pd.DataFrame(found, columns=["feed", "file", "sentence", "at_ms"])
