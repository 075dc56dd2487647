"""The append-only, hash-chained audit log."""

import hashlib
import json
from dataclasses import dataclass

import duckdb

import analytics
from analytics.workspace.roles import User
from analytics.workspace.times import now_ms

GENESIS = "0" * 64
_FIELDS = (
    "number, at_ms, username, roles, action, object_type, object_id, detail, app_version, "
    "previous_hash, hash"
)


@dataclass(frozen=True)
class Verification:
    """Outcome of reading the whole chain: `verified`, its length, and what is wrong if not."""

    records: int
    verified: bool
    reason: str = ""


def digest(value: object) -> str:
    """Return the SHA-256 (hex) of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def append(
    cursor: duckdb.DuckDBPyConnection,
    user: User,
    action: str,
    object_type: str,
    object_id: str,
    detail: object,
) -> tuple[int, str]:
    """Add one record in the cursor's transaction; return the chain's length and head.

    The caller holds the write lock: two writers at once would fork the chain.
    """
    last = cursor.execute("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    record = [
        number,
        now_ms(),
        user.username,
        ",".join(sorted(user.roles)),
        action,
        object_type,
        object_id,
        "" if detail is None else json.dumps(detail, sort_keys=True, default=str),
        analytics.__version__,
        previous,
    ]
    head = digest(record)
    marks = ", ".join("?" for _ in range(11))
    cursor.execute(f"INSERT INTO audit ({_FIELDS}) VALUES ({marks})", [*record, head])
    return number, head


def verify(cursor: duckdb.DuckDBPyConnection, head: tuple[int, str] | None) -> Verification:
    """Recompute the chain and check that it passes through a head recorded outside.

    Finds edited, deleted and reordered records by the chain itself, truncation and rewriting by
    `head` (length and hash at some earlier time); None when no head is at hand.
    """
    previous, count, passes = GENESIS, 0, head is None
    rows = cursor.execute(f"SELECT {_FIELDS} FROM audit ORDER BY number")
    while chunk := rows.fetchmany(10_000):
        for row in chunk:
            *record, stored = row
            count += 1
            if record[0] != count or record[-1] != previous:
                return Verification(count, False, f"Record {count} is missing or out of order.")
            if digest(record) != stored:
                return Verification(count, False, f"Record {count} was changed after it was made.")
            previous = stored
            passes = passes or (count, stored) == head
    if not passes:
        return Verification(
            count, False, f"The log does not pass through the recorded head at length {head[0]}."
        )
    return Verification(count, True)
