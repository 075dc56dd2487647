"""The audit log in words: what was done, and the detail of a record without its brackets."""

import json
from typing import Any

ACTIONS = {
    "": "All",
    "alter": "changed",
    "collect": "loaded",
    "consult": "viewed",
    "create": "made",
    "delete": "removed",
    "disclose": "exported",
    "erase": "purged",
    "refuse": "was refused",
    "sign_in": "signed in",
    "sign_out": "signed out",
    "sign_in_failed": "failed sign-in",
}


def action(name: str) -> str:
    """Return an action of the log as a verb."""
    return ACTIONS.get(name, name.replace("_", " "))


def detail(text: str | None) -> str:
    """Return the JSON of a record as "name: value", one after the other; other text as it is."""
    try:
        held = json.loads(text or "{}")
    except json.JSONDecodeError:
        return text or ""
    return _words(held)


def _words(held: Any) -> str:
    if isinstance(held, dict):
        parts = ((str(name).replace("_", " "), _words(value)) for name, value in held.items())
        return "; ".join(f"{name}: {value}" for name, value in parts if value != "")
    if isinstance(held, list):
        return ", ".join(_words(value) for value in held)
    if isinstance(held, bool):
        return "yes" if held else "no"
    return "" if held is None else str(held)
