"""What must be recorded before tracks may be replayed: the DPIA of the GPS and a policy."""

import json
from dataclasses import dataclass

from analytics.workspace import InputError, User, Workspace, now_ms

POLICY = "tracking"
LONGEST_REFERENCE = 200
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class TrackingPolicy:
    """What allows replay: title or number and date, what it allows, who recorded it and when."""

    reference: str
    text: str
    recorded_by: str
    recorded_ms: int


def tracking_policy(workspace: Workspace) -> TrackingPolicy | None:
    """Return the policy of tracking in force, None until one is recorded."""
    rows = workspace.rows(
        "SELECT value, saved_by, saved_ms FROM policies WHERE name = ? "
        "ORDER BY saved_ms DESC LIMIT 1",
        [POLICY],
    )
    if not rows:
        return None
    held = json.loads(rows[0][0])
    return TrackingPolicy(held["reference"], held.get("text", ""), *rows[0][1:])


def record_policy(workspace: Workspace, user: User, reference: str, text: str = "") -> None:
    """Record the policy under which tracks may be replayed, audited; older ones are kept.

    Raises InputError without a reference or where one is too long, Refused without the right.
    """
    workspace.require(user, "set_policy")
    value = {"reference": reference.strip(), "text": text.strip()}
    if len(value["reference"]) < 3:
        raise InputError("Name the policy: its title or number, and its date.")
    if len(value["reference"]) > LONGEST_REFERENCE or len(value["text"]) > LONGEST_TEXT:
        raise InputError(
            f"Keep the title to {LONGEST_REFERENCE} characters and the text to {LONGEST_TEXT:,}."
        )
    with workspace.write(user, "alter", "policy", POLICY, value) as kept:
        kept.execute(
            "INSERT INTO policies VALUES (?, ?, ?, ?)",
            [POLICY, json.dumps(value), user.username, now_ms()],
        )


def gps_dpia(workspace: Workspace) -> str:
    """Return the DPIA reference of the patrol GPS, empty where none is recorded."""
    held = workspace.value("SELECT dpia_reference FROM feeds WHERE feed = 'pings'")
    return (held or "").strip()


def why_not(workspace: Workspace) -> str:
    """Say what is missing before any track may be replayed; empty when nothing is."""
    missing = []
    if not gps_dpia(workspace):
        missing.append("the DPIA reference of the patrol GPS")
    if tracking_policy(workspace) is None:
        missing.append("a policy of tracking")
    if not missing:
        return ""
    return (
        f"Replay is off until {' and '.join(missing)} {'are' if missing[1:] else 'is'} recorded. "
        "The lead or an administrator records the policy here or in Admin; the DPIA reference "
        "stands in the register of feeds."
    )
