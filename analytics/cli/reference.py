"""The reference of all settings, written from the models that the pages and commands use.

`python -m analytics.cli.reference > docs/settings.md`
"""

import importlib
import sys

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from analytics.workspace import StepSettings

STEPS = ("targeting", "training", "tasking", "tracking", "testing")
COMMAND_OF = {"targeting": "target", "tasking": "task", "tracking": "track", "testing": "test"}
_SIGNS = {Ge: ("ge", "at least"), Gt: ("gt", "above"), Le: ("le", "at most"), Lt: ("lt", "below")}


def models(step: str) -> list[type[StepSettings]]:
    """Return the settings models that a step shows at its front door."""
    room = importlib.import_module(f"analytics.{step}")
    shown = [getattr(room, name) for name in room.__all__]
    return [value for value in shown if isinstance(value, type) and issubclass(value, StepSettings)]


def settings_reference() -> str:
    """Return the reference as Markdown: one table per step, one row per setting."""
    lines = [
        "# Settings",
        "",
        "Every setting of every step: its name in a settings file, what it is, its default and",
        "range, why, and where the default comes from. A settings file is one JSON object and may",
        "hold any subset; the rest are the defaults. The forms on the pages are made from the same",
        "models. Written by `make docs`.",
    ]
    for step in STEPS:
        for model in models(step):
            name = model.step or step
            given = f": `{COMMAND_OF[name]} --settings`" if name in COMMAND_OF else ""
            lines += ["", f"## {name.capitalize()}{given}", ""]
            lines += ["| name | setting | default | why | source |", "|---|---|---|---|---|"]
            lines += [_row(key, field) for key, field in model.model_fields.items()]
    return "\n".join(lines) + "\n"


def _row(key: str, field: FieldInfo) -> str:
    extra = field.json_schema_extra or {}
    unit = f", {extra['unit']}" if extra.get("unit") else ""
    cells = [
        f"`{field.alias or key}`",
        f"{field.title}{unit}",
        f"{_default(field)}{_range(field)}",
        field.description or "",
        extra.get("source", ""),
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return "empty" if not value else ", ".join(map(str, value))
    return str(value)


def _range(field: FieldInfo) -> str:
    limits = [
        f"{words} {getattr(limit, name)}"
        for limit in field.metadata
        for kind, (name, words) in _SIGNS.items()
        if isinstance(limit, kind)
    ]
    return f" ({', '.join(limits)})" if limits else ""


if __name__ == "__main__":
    sys.stdout.write(settings_reference())
