"""Column matchings remembered per source: a recipe is found again by the file's header."""

import hashlib
import json
from typing import Any

from analytics.technology.layout import Layout
from analytics.technology.matching import read_matching
from analytics.workspace import User, Workspace, now_ms


def header_signature(layout: Layout) -> str:
    """Return a short name of a header: its column names in order, without case."""
    text = json.dumps([name.strip().lower() for name in layout.names])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def save_recipe(
    workspace: Workspace, user: User, feed: str, name: str, signature: str, columns: dict[str, Any]
) -> None:
    """Remember a matching for files of a feed with this header; an older one is replaced.

    Raises InputError when `columns` names something the feed does not have.
    """
    workspace.require(user, "load")
    read_matching(feed, columns)
    with workspace.write(user, "alter", "recipe", f"{feed}:{name}", columns) as transaction:
        transaction.execute(
            "DELETE FROM recipes WHERE feed = ? AND header_signature = ?", [feed, signature]
        )
        transaction.execute(
            "INSERT INTO recipes VALUES (?, ?, ?, ?, ?, ?)",
            [feed, name, signature, json.dumps(columns), user.username, now_ms()],
        )


def find(workspace: Workspace, feed: str, layout: Layout) -> dict[str, Any] | None:
    """Return the matching saved for a file's header, None when there is none."""
    text = workspace.value(
        "SELECT columns FROM recipes WHERE feed = ? AND header_signature = ?",
        [feed, header_signature(layout)],
    )
    return json.loads(text) if text else None
