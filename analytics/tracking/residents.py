"""Residents of the hot spots by group, as entered: a count, not who is on the street."""

import json

from analytics.workspace import InputError, User, Workspace, now_ms


def read_population(workspace: Workspace) -> dict[str, int]:
    """Return the residents by group that were entered for the hot spots; empty without."""
    rows = workspace.rows(
        "SELECT value FROM templates WHERE kind = 'residents' ORDER BY saved_ms DESC LIMIT 1"
    )
    held = {group: int(number) for group, number in json.loads(rows[0][0]).items()} if rows else {}
    return held if any(held.values()) else {}


def save_population(workspace: Workspace, user: User, residents: dict[str, int]) -> None:
    """Keep the residents of the hot spots by group; raises InputError for a negative number."""
    workspace.require(user, "track")
    if any(number < 0 for number in residents.values()):
        raise InputError("Numbers of residents cannot be negative.")
    with workspace.write(user, "alter", "residents", "hot spots", residents) as transaction:
        transaction.execute(
            "INSERT INTO templates VALUES ('residents', 'hot spots', ?, ?, ?)",
            [json.dumps(residents), user.username, now_ms()],
        )
