"""Named, versioned definitions of the violence that a list is about.

There is no single national definition: each area writes its own (Serious Violence Duty 2022
guidance), and a list can only be repeated when the definition is written down. A scope holds the
offences, the flags and the part of the day; the dates stay with the list, so that the same
definition is used again next year. A saved version never changes.
"""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.targeting.harm import plain_code
from analytics.targeting.scope import crime_filter
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    InputError,
    User,
    Workspace,
    make_settings,
    note_evidence,
    now_ms,
)

DEFINED = (
    "offences",
    "is_domestic_excluded",
    "is_public_place_only",
    "is_proactive_excluded",
    "part_of_day",
    "night_from_hour",
    "night_to_hour",
)
"""The settings that a scope defines."""

SUGGESTED_CODES = ("1", "2", "4/1", "5D", "5E", "8N", "34A", "34B")
"""Home Office codes often meant by serious violence: a convention, to be checked by each force."""


@dataclass(frozen=True)
class NamedScope:
    """One version of a definition; `definition` holds the settings named in `DEFINED`."""

    scope_id: str
    name: str
    version: int
    definition: dict[str, Any]
    note: str
    saved_by: str
    saved_ms: int
    is_retired: bool

    @property
    def label(self) -> str:
        """Name and version, as lists and charts name the scope."""
        return f"{self.name} v{self.version}"


def scopes(
    workspace: Workspace, *, with_retired: bool = False, programme_id: str = DEFAULT_PROGRAMME
) -> list[NamedScope]:
    """Return the saved scopes, by name and newest version first."""
    rows = workspace.rows(
        "SELECT scope_id, name, version, definition, coalesce(note, ''), saved_by, saved_ms, "
        "is_retired FROM scopes WHERE programme_id = ? AND (? OR NOT is_retired) "
        "ORDER BY name, version DESC",
        [programme_id, with_retired],
    )
    return [NamedScope(*row[:3], json.loads(row[3]), *row[4:]) for row in rows]


def save_scope(
    workspace: Workspace,
    user: User,
    name: str,
    settings: TargetingSettings,
    note: str = "",
    *,
    programme_id: str = DEFAULT_PROGRAMME,
) -> NamedScope:
    """Keep the definition in `settings` as the next version of a scope and return it.

    Raises InputError for a blank name, or when the newest version says the same already.
    """
    workspace.require(user, "tune")
    name = " ".join(name.split())
    if not name:
        raise InputError("Give the scope a name, such as 'Serious violence in public'.")
    definition = definition_of(settings)
    held = [
        scope
        for scope in scopes(workspace, with_retired=True, programme_id=programme_id)
        if scope.name == name
    ]
    if held and not held[0].is_retired and held[0].definition == definition:
        raise InputError(f"'{held[0].label}' says the same already; nothing was saved.")
    version = held[0].version + 1 if held else 1
    scope_id = f"{programme_id}:{name}:{version}"
    detail = {"name": name, "version": version, "definition": definition}
    with workspace.write(user, "create", "scope", scope_id, detail) as transaction:
        transaction.execute(
            "INSERT INTO scopes VALUES (?, ?, ?, ?, ?, ?, ?, ?, false)",
            [
                *(scope_id, programme_id, name, version, json.dumps(definition)),
                *(note.strip(), user.username, now_ms()),
            ],
        )
        note_evidence(transaction, "T3-01", f"Scope '{name}' version {version} is written", "")
    return next(
        scope
        for scope in scopes(workspace, programme_id=programme_id)
        if scope.scope_id == scope_id
    )


def retire_scope(workspace: Workspace, user: User, scope_id: str) -> None:
    """Take a scope out of the choices; lists made with it keep naming it."""
    workspace.require(user, "tune")
    if not workspace.value("SELECT count(*) FROM scopes WHERE scope_id = ?", [scope_id]):
        raise InputError(f"There is no scope '{scope_id}'.")
    with workspace.write(user, "alter", "scope", scope_id, {"is_retired": True}) as transaction:
        transaction.execute("UPDATE scopes SET is_retired = true WHERE scope_id = ?", [scope_id])


def definition_of(settings: TargetingSettings) -> dict[str, Any]:
    """Return the part of the settings that a scope defines, offences in order."""
    values = settings.as_json()
    found = {name: values[name] for name in DEFINED}
    return {**found, "offences": sorted(found["offences"])}


def with_scope(workspace: Workspace, settings: TargetingSettings) -> TargetingSettings:
    """Return the settings with the definition of the scope that they name filled in.

    Settings that name none are returned as they are. Raises InputError for an unknown scope, or
    when the settings say otherwise than the scope that they name.
    """
    if settings.scope is None:
        return settings
    held = {scope.label: scope for scope in scopes(workspace, with_retired=True)}
    if settings.scope not in held:
        known = "', '".join(held)
        saved = f"Saved scopes: '{known}'." if held else "No scope is saved yet."
        raise InputError(f"There is no scope '{settings.scope}'. {saved}")
    definition = held[settings.scope].definition
    own, plain = definition_of(settings), definition_of(TargetingSettings())
    for name in DEFINED:
        if own[name] != plain[name] and own[name] != definition.get(name, plain[name]):
            raise InputError(
                f"'{name}' says otherwise than the scope '{settings.scope}'. Leave it out, or save "
                "a new version of the scope."
            )
    return make_settings(TargetingSettings, {**settings.as_json(), **definition})


def suggested_offences(workspace: Workspace) -> list[str]:
    """Return the offences of the extract that the usual convention counts as serious violence.

    By Home Office code, so empty where the extract has none. A suggestion to be checked: the
    codes are a convention, not a national definition.
    """
    rows = workspace.rows(
        "SELECT DISTINCT coalesce(offence, offence_code), offence_code FROM crimes "
        "WHERE offence_code IS NOT NULL ORDER BY ALL"
    )
    return [name for name, code in rows if _is_suggested(code)]


def scope_account(workspace: Workspace, settings: TargetingSettings) -> pd.DataFrame:
    """Say what the scope takes in and leaves out: `what`, `crimes`, `is_in`, in reading order.

    A crime is counted under the first reason that leaves it out; domestic crimes, those not in a
    public place and those found by the police's own activity are shown whether left out or not.
    """
    flags = [
        ("is_domestic", "is_domestic", "Domestic", settings.is_domestic_excluded),
        ("is_public_place", "NOT is_public_place", "Not in public", settings.is_public_place_only),
        ("is_proactive", "is_proactive", "Police-found", settings.is_proactive_excluded),
    ]
    where, values = crime_filter(
        settings.model_copy(
            update={
                "is_domestic_excluded": False,
                "is_public_place_only": False,
                "is_proactive_excluded": False,
            }
        )
    )
    columns, before = [], "true"
    for column, is_meant, _, is_out in flags:
        columns += [
            f"count(*) FILTER (WHERE {before} AND {is_meant})",
            f"count(*) FILTER (WHERE {column} IS NULL)",
        ]
        before += f" AND ({is_meant}) IS DISTINCT FROM true" if is_out else ""
    chosen, *counted = workspace.rows(
        f"SELECT count(*), {', '.join(columns)}, count(*) FILTER (WHERE {before}) "
        f"FROM crimes WHERE {where}",
        values,
    )[0]
    held = workspace.value("SELECT count(*) FROM crimes")
    rows = [
        ("Crimes held", held, True),
        ("Other offences, or without a place", held - chosen, False),
    ]
    for number, (_, _, title, is_out) in enumerate(flags):
        rows.append((title, counted[2 * number], not is_out))
        if counted[2 * number + 1]:
            rows.append((f"{title}: unknown, left in", counted[2 * number + 1], True))
    rows.append(("In this scope, over all dates", counted[-1], True))
    return pd.DataFrame(rows, columns=["what", "crimes", "is_in"])


def _is_suggested(code: str) -> bool:

    plain = plain_code(code)
    return any(plain == wanted or plain.startswith(f"{wanted}/") for wanted in SUGGESTED_CODES)
