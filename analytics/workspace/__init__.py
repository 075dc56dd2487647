"""The workspace: one DuckDB file per force, with runs, people, jobs and the audit log."""

from analytics.workspace.errors import (
    InputError,
    JobCancelled,
    NotMeasurable,
    Refused,
    SevenStepsError,
    UndecidedColumns,
    WorkspaceBusy,
    WorkspaceError,
)
from analytics.workspace.evidence import note as note_evidence
from analytics.workspace.roles import ACTIONS, ROLES, User
from analytics.workspace.runs import Run, code_version, get_run, latest_run, make_run_id, store_run
from analytics.workspace.schema import DEFAULT_PROGRAMME, FEEDS
from analytics.workspace.settings import StepSettings, make_settings, read_settings, setting
from analytics.workspace.store import Workspace
from analytics.workspace.transaction import Transaction
from analytics.workspace.times import now_ms

__all__ = [
    "ACTIONS",
    "DEFAULT_PROGRAMME",
    "FEEDS",
    "ROLES",
    "InputError",
    "JobCancelled",
    "NotMeasurable",
    "Refused",
    "Run",
    "SevenStepsError",
    "StepSettings",
    "Transaction",
    "UndecidedColumns",
    "User",
    "Workspace",
    "WorkspaceBusy",
    "WorkspaceError",
    "code_version",
    "get_run",
    "latest_run",
    "make_run_id",
    "make_settings",
    "note_evidence",
    "now_ms",
    "read_settings",
    "setting",
    "store_run",
]
