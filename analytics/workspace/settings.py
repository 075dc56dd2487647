"""The base of every step's settings model and the one way to fill it from JSON."""

import json
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.workspace.errors import InputError


class StepSettings(BaseModel):
    """Settings of one step: unknown names are refused, every field explains itself.

    Fields are declared with `setting(...)`, which holds the default, title, unit, reason and
    source that the form, the command line, the run record and the documentation all show.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    step: ClassVar[str] = ""

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values under their public names."""
        return self.model_dump(mode="json", by_alias=True)


def setting(
    default: Any,
    *,
    title: str,
    why: str,
    source: str = "convention",
    unit: str = "",
    rare: bool = False,
    **limits: Any,
) -> Any:
    """Declare one settings field.

    `why` is one sentence, `source` a citation or the word "convention", `limits` are pydantic's
    (`ge`, `le`, `alias` ...). `rare` fields fold into "More settings" on a page.
    """
    extra = {"unit": unit, "why": why, "source": source, "rare": rare}
    return Field(default=default, title=title, description=why, json_schema_extra=extra, **limits)


Model = TypeVar("Model", bound=StepSettings)


def read_settings(model: type[Model], text: str) -> Model:
    """Fill `model` from a JSON object that may hold any subset of its names.

    Raises InputError naming the first setting that is unknown or out of range.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"The settings are not valid JSON (line {error.lineno}: {error.msg}). Correct the file."
        ) from error
    if not isinstance(values, dict):
        raise InputError("The settings must be one JSON object, such as {}. Correct the file.")
    return make_settings(model, values)


def make_settings(model: type[Model], values: dict[str, Any]) -> Model:
    """Build `model` from plain values; raises InputError with one sentence on the first fault."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(_sentence(model, error)) from error


def _sentence(model: type[StepSettings], error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(field.alias or key for key, field in model.model_fields.items()))
        return f"Setting '{name}' is not known. Use one of: {known}."
    if first["type"] == "value_error":
        text = str(first["ctx"]["error"])
        return f"Setting '{name}': {text}" if first["loc"] else f"{text[0].upper()}{text[1:]}"
    if first["type"] == "missing":
        whole = ".".join(str(part) for part in first["loc"][:-1]) or name
        return f"Setting '{whole}' has the value {first['input']!r}: a part of it is missing."
    return f"Setting '{name}' has the value {first['input']!r}: {first['msg'].lower()}."
