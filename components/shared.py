"""The one open workspace of this process, shared by all sessions and by the job worker."""

import threading
from pathlib import Path

from analytics.workspace import Workspace
from analytics.workspace.config import config

_lock = threading.Lock()
_held: dict[Path, Workspace] = {}


def workspace() -> Workspace:
    """Return the configured workspace, opened at the first call.

    Raises WorkspaceError when there is none or another process holds it.
    """
    path = config().workspace.resolve()
    with _lock:
        if path not in _held:
            _held[path] = Workspace.open(path)
        return _held[path]


def close() -> None:
    """Close whatever is open, at the end of the process or of a test."""
    with _lock:
        while _held:
            _, held = _held.popitem()
            held.close()
