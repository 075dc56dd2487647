"""Inbox folders: a file dropped into `inbox/<feed>/` is loaded without a person at hand."""

import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analytics.technology.loading import load
from analytics.technology.report import LoadReport
from analytics.workspace import FEEDS, SevenStepsError, User, Workspace

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
    for feed in FEEDS:
        folder = workspace.path / "inbox" / feed
        if not folder.is_dir():
            continue
        for file in sorted(folder.iterdir()):
            if file.is_file() and not file.name.startswith(".") and _is_settled(file):
                results.append(_take(workspace, user, feed, file))
    return results


def _is_settled(file: Path) -> bool:
    now = file.stat()
    state = (now.st_size, now.st_mtime_ns)
    return _SETTLED.get(file) == state or _SETTLED.update({file: state}) is not None


def _take(workspace: Workspace, user: User, feed: str, file: Path) -> InboxResult:
    _SETTLED.pop(file, None)
    try:
        report = load(workspace, user, feed, [file])
    except SevenStepsError as error:
        moved = _move(file, file.parent / "failed")
        moved.with_name(f"{moved.name}.txt").write_text(f"{error}\n", encoding="utf-8")
        return InboxResult(feed, file.name, None, str(error))
    _move(file, file.parent / "done")
    return InboxResult(feed, file.name, report)


def _move(file: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    target = folder / file.name
    if target.exists():
        target = folder / f"{time.time_ns()}-{file.name}"
    return file.rename(target)


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
