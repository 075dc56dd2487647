"""The protocol of a trial and the looks at its arms.

While a trial is assigned and its protocol is not locked, outcomes are shown over both arms
together. Comparing the arms is a look: every look at unfinished data adds a chance of a false
alarm, so each one is recorded and counted in the conclusion.
"""

import json
from dataclasses import dataclass
from typing import Any

from analytics.testing.settings import TestingSettings
from analytics.workspace import DEFAULT_PROGRAMME, InputError, Transaction, User, Workspace, now_ms


@dataclass(frozen=True)
class Protocol:
    """What was fixed before the arms were compared, by whom and when (epoch ms UTC)."""

    settings: dict[str, Any]
    locked_by: str
    locked_ms: int


def locked_protocol(workspace: Workspace, programme_id: str = DEFAULT_PROGRAMME) -> Protocol | None:
    """Return the programme's locked protocol, the newest, None while it is open."""
    rows = workspace.rows(
        "SELECT protocol, locked_by, locked_ms FROM protocols WHERE programme_id = ? "
        "AND locked_ms IS NOT NULL ORDER BY locked_ms DESC LIMIT 1",
        [programme_id],
    )
    return Protocol(json.loads(rows[0][0]), *rows[0][1:]) if rows else None


def lock_protocol(
    workspace: Workspace,
    user: User,
    settings: TestingSettings,
    programme_id: str = DEFAULT_PROGRAMME,
) -> Protocol:
    """Fix the settings of the evaluation for good; raises InputError when they are already."""
    workspace.require(user, "lock")
    if locked_protocol(workspace, programme_id):
        raise InputError("The protocol is already locked. What was fixed cannot be changed.")
    protocol = Protocol(settings.as_json(), user.username, now_ms())
    detail = protocol.settings
    with workspace.write(user, "create", "protocol", programme_id, detail) as transaction:
        if locked_protocol(workspace, programme_id):  # someone else's a moment ago
            raise InputError("The protocol is already locked. What was fixed cannot be changed.")
        transaction.execute(
            "INSERT INTO protocols VALUES (?, ?, ?, ?)",
            [programme_id, json.dumps(protocol.settings), user.username, protocol.locked_ms],
        )
    return protocol


def follows_protocol(
    workspace: Workspace, settings: TestingSettings, programme_id: str = DEFAULT_PROGRAMME
) -> bool:
    """Whether these are the settings that were locked before the arms were compared."""
    held = locked_protocol(workspace, programme_id)
    return held is not None and held.settings == settings.as_json()


def is_arm_hidden(workspace: Workspace, programme_id: str = DEFAULT_PROGRAMME) -> bool:
    """Whether outcomes have to be pooled over the arms: a trial is assigned and still open."""
    assigned = workspace.value(
        "SELECT count(*) FROM assignment WHERE programme_id = ? OR programme_id IS NULL",
        [programme_id],
    )
    return bool(assigned) and locked_protocol(workspace, programme_id) is None


def looks(workspace: Workspace, *, besides: str = "", programme_id: str = DEFAULT_PROGRAMME) -> int:
    """Return how many times the arms were compared, the run `besides` left out.

    The same run seen again, or by another person, is one look.
    """
    return workspace.value(
        "SELECT count(DISTINCT what) FROM looks WHERE programme_id = ? AND what <> ?",
        [programme_id, besides],
    )


def record_look(
    workspace: Workspace, user: User, run_id: str, programme_id: str = DEFAULT_PROGRAMME
) -> None:
    """Record that the user saw the arms compared in this run; once per user and run."""
    if not has_looked(workspace, user, run_id, programme_id):
        with workspace.write(user, "consult", "arms", run_id) as transaction:
            note_look(transaction, user, run_id, programme_id)


def has_looked(
    workspace: Workspace, user: User, run_id: str, programme_id: str = DEFAULT_PROGRAMME
) -> bool:
    """Whether the user has already seen the arms compared in this run."""
    held = "SELECT count(*) FROM looks WHERE programme_id = ? AND username = ? AND what = ?"
    return bool(workspace.value(held, [programme_id, user.username, run_id]))


def note_look(
    transaction: Transaction, user: User, run_id: str, programme_id: str = DEFAULT_PROGRAMME
) -> None:
    """Record a look in the caller's transaction."""
    transaction.execute(
        "INSERT INTO looks VALUES (?, ?, ?, ?)", [programme_id, user.username, now_ms(), run_id]
    )
