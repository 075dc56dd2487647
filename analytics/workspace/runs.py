"""Runs: every analysis kept with its settings, data fingerprint, code version and seed."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analytics.workspace import audit, schema
from analytics.workspace.roles import User
from analytics.workspace.settings import StepSettings
from analytics.workspace.store import Workspace
from analytics.workspace.transaction import Transaction
from analytics.workspace.times import now_ms


@dataclass(frozen=True)
class Run:
    """One stored analysis: enough to say where a number came from and to compute it again."""

    run_id: str
    step: str
    settings: dict[str, Any]
    fingerprint: str
    code_version: str
    seed: int | None
    username: str
    at_ms: int
    result: dict[str, Any]


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return a hash (12 hex digits) of the package's source text."""
    root = Path(__file__).parents[1]
    text = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        text.update(file.relative_to(root).as_posix().encode())
        text.update(file.read_bytes())
    return text.hexdigest()[:12]


def make_run_id(step: str, settings: StepSettings, fingerprint: str) -> str:
    """Name an analysis by its settings, data and code, whether or not it is stored."""
    return audit.digest([step, settings.as_json(), fingerprint, code_version()])[:12]


def store_run(
    transaction: Transaction,
    user: User,
    run_id: str,
    step: str,
    settings: StepSettings,
    fingerprint: str,
    result: dict[str, Any],
    *,
    seed: int | None = None,
    programme_id: str = schema.DEFAULT_PROGRAMME,
) -> None:
    """Keep a run in the caller's transaction; repeating a run changes nothing."""
    held = transaction.execute("SELECT count(*) FROM runs WHERE run_id = ?", [run_id]).fetchone()
    if held[0]:
        return
    transaction.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run_id,
            step,
            programme_id,
            json.dumps(settings.as_json()),
            fingerprint,
            code_version(),
            seed,
            user.username,
            now_ms(),
            json.dumps(result, default=str),
        ],
    )


def get_run(workspace: Workspace, run_id: str) -> Run | None:
    """Return a stored run, None when there is no such run."""
    rows = workspace.rows(
        "SELECT run_id, step, settings, fingerprint, code_version, seed, username, at_ms, result "
        "FROM runs WHERE run_id = ?",
        [run_id],
    )
    return _run(rows[0]) if rows else None


def latest_run(
    workspace: Workspace, step: str, programme_id: str = schema.DEFAULT_PROGRAMME
) -> Run | None:
    """Return the newest stored run of a step, None when there is none."""
    rows = workspace.rows(
        "SELECT run_id, step, settings, fingerprint, code_version, seed, username, at_ms, result "
        "FROM runs WHERE step = ? AND programme_id = ? ORDER BY at_ms DESC LIMIT 1",
        [step, programme_id],
    )
    return _run(rows[0]) if rows else None


def _run(row: tuple) -> Run:
    values = list(row)
    values[2], values[8] = json.loads(values[2]), json.loads(values[8])
    return Run(*values)
