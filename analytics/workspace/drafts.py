"""What a person has entered and not yet saved: kept here because a browser forgets it at F5.

Drafts belong to one person, hold settings and no records, and change no result, so they are
written without an audit record.
"""

import json
from typing import Any

from analytics.workspace.roles import User
from analytics.workspace.store import Workspace
from analytics.workspace.times import now_ms


def load_draft(workspace: Workspace, user: User, name: str) -> Any:
    """Return the JSON value that the user last left under `name`, None when there is none."""
    text = workspace.value(
        "SELECT value FROM drafts WHERE username = ? AND name = ?", [user.username, name]
    )
    return None if text is None else json.loads(text)


def save_draft(workspace: Workspace, user: User, name: str, value: Any) -> None:
    """Keep a JSON value under `name` for this user, in place of the one before; None removes."""
    with workspace.bookkeeping() as transaction:
        transaction.execute(
            "DELETE FROM drafts WHERE username = ? AND name = ?", [user.username, name]
        )
        if value is not None:
            transaction.execute(
                "INSERT INTO drafts VALUES (?, ?, ?, ?)",
                [user.username, name, json.dumps(value), now_ms()],
            )
