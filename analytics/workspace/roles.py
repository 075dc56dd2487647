"""Roles as data: one table of role x action, read by router, guards, step functions and tests."""

import os
import pwd
from dataclasses import dataclass

ACTIONS: dict[str, str] = {
    "see:home": "See the home page",
    "see:thinking": "See step 1",
    "see:technology": "See step 2",
    "see:targeting": "See step 3",
    "see:training": "See step 4",
    "see:tasking": "See step 5",
    "see:tracking": "See step 6",
    "see:testing": "See step 7",
    "see:admin": "See administration",
    "see:log": "Read the audit log",
    "answer": "Answer the readiness checklist",
    "load": "Load data",
    "tune": "Try and save settings of hot spots",
    "sign_off": "Sign off a hot spot list",
    "decide": "Decide places where records heap",
    "train": "Load and see training records",
    "plan": "Make and issue patrol plans",
    "track": "Compute dosage",
    "check_in": "Check in and out of hot spots, see own results",
    "explain": "Explain and close missed visits",
    "claim": "Enter the hours claimed for the funder",
    "set_policy": "Record the policies of tracking",
    "evaluate": "Compute and save evaluations",
    "lock": "Lock a trial protocol",
    "replay": "Replay tracks of a device",
    "export": "Export places and totals",
    "export_records": "Export record-level data",
    "manage_users": "Add, disable, reset and change people",
    "manage_workspace": "Back up, restore, retention and settings",
    "run_jobs": "Run and cancel jobs",
}

_SEE_STEPS = {
    "see:home",
    "see:thinking",
    "see:technology",
    "see:targeting",
    "see:training",
    "see:tasking",
    "see:tracking",
    "see:testing",
}

ROLES: dict[str, frozenset[str]] = {
    "analyst": frozenset(
        _SEE_STEPS
        | {"answer", "load", "tune", "sign_off", "decide", "train", "plan", "track", "evaluate"}
        | {"export", "export_records", "run_jobs", "explain", "claim", "check_in", "replay"}
    ),
    "inspector": frozenset(
        (_SEE_STEPS - {"see:technology", "see:testing"})
        | {"tune", "train", "plan", "track", "answer", "export", "run_jobs", "explain"}
        | {"check_in", "replay"}
    ),
    "lead": frozenset(
        _SEE_STEPS
        | {"answer", "tune", "sign_off", "decide", "lock", "evaluate", "track", "export"}
        | {"explain", "claim", "set_policy"}
    ),
    "admin": frozenset(
        {"see:home", "see:technology", "see:admin", "see:log", "load", "manage_users"}
        | {"manage_workspace", "run_jobs", "set_policy"}
    ),
    "officer": frozenset({"see:home", "see:tasking", "check_in"}),
    "trainer": frozenset({"see:home", "see:training", "train"}),
    "evaluator": frozenset(
        {"see:home", "see:targeting", "see:tracking", "see:testing"}
        | {"evaluate", "lock", "track", "export"}
    ),
    "auditor": frozenset({"see:home", "see:admin", "see:log"}),
}


@dataclass(frozen=True)
class User:
    """Who acts: a name and the roles held; `every_right` is the operating system's user."""

    username: str
    name: str
    roles: frozenset[str]
    every_right: bool = False

    def may(self, action: str) -> bool:
        """Whether one of the roles allows `action`; raises KeyError for an unknown action."""
        ACTIONS[action]
        return self.every_right or any(action in ROLES[role] for role in self.roles)


def operating_system_user(uid: int | None = None) -> User:
    """Return an account of the machine (default this process's) as a user with every right.

    By its number: the environment's USER and LOGNAME are whatever their owner writes there.
    """
    number = os.getuid() if uid is None else uid
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"uid-{number}"
    return User(f"os:{name}", name, frozenset(), every_right=True)
