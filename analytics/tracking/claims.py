"""What people enter for the funder's return: hours claimed, budgets, and the saved template."""

import json
import math
import secrets

import pandas as pd

from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

_TEMPLATE, _BUDGET = "return", "return_budget"


def save_claim(
    workspace: Workspace,
    user: User,
    quarter: str,
    agency: str,
    funding: str,
    hours: float,
    note: str = "",
) -> None:
    """Keep the hours claimed for a quarter, agency and line; a newer claim takes its place.

    Raises InputError for a negative or absurd number.
    """
    workspace.require(user, "claim")
    _check_number(hours, 1_000_000, "hours")
    detail = {"quarter": quarter, "agency": agency, "funding": funding, "hours": hours}
    claim_id = secrets.token_hex(8)
    with workspace.write(user, "create", "claim", claim_id, detail) as transaction:
        transaction.execute(
            "UPDATE claims SET is_removed = true WHERE programme_id = ? AND quarter = ? "
            "AND agency = ? AND funding = ?",
            [DEFAULT_PROGRAMME, quarter, agency, funding],
        )
        transaction.execute(
            "INSERT INTO claims VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, false)",
            [claim_id, DEFAULT_PROGRAMME, quarter, agency, funding, hours, note, user.username,
             now_ms()],
        )  # fmt: skip


def read_claims(workspace: Workspace, quarter: str) -> pd.Series:
    """Return the hours claimed in a quarter by agency and funding line, as `claimed_hours`."""
    rows = workspace.frame(
        "SELECT agency, funding, hours_claimed AS claimed_hours FROM claims "
        "WHERE programme_id = ? AND quarter = ? AND NOT is_removed",
        [DEFAULT_PROGRAMME, quarter],
    )
    return rows.set_index(["agency", "funding"])["claimed_hours"]


def save_budget(
    workspace: Workspace, user: User, quarter: str, agency: str, funding: str, pounds: float
) -> None:
    """Keep the budget of a quarter, agency and line; raises InputError for a negative number."""
    workspace.require(user, "claim")
    _check_number(pounds, 1_000_000_000, "pounds")
    _save(workspace, user, _BUDGET, json.dumps([quarter, agency, funding]), {"pounds": pounds})


def read_budgets(workspace: Workspace, quarter: str) -> pd.Series:
    """Return the budgets of a quarter in pounds by agency and funding line."""
    found = {}
    for name, value in _saved(workspace, _BUDGET):
        of, agency, funding = json.loads(name)
        if of == quarter:
            found[agency, funding] = json.loads(value)["pounds"]
    index = pd.MultiIndex.from_tuples(list(found), names=["agency", "funding"]) if found else (
        pd.MultiIndex.from_arrays([[], []], names=["agency", "funding"])
    )  # fmt: skip
    return pd.Series(list(found.values()), index=index, dtype=float)


def save_template(
    workspace: Workspace, user: User, name: str, columns: dict[str, str], agencies: list[str]
) -> None:
    """Keep what a return shows: column -> its heading, in order, and which agencies (all: [])."""
    workspace.require(user, "claim")
    if not name.strip() or not columns:
        raise InputError("Name the template and choose at least one column.")
    value = {"columns": columns, "agencies": agencies}
    _save(workspace, user, _TEMPLATE, name.strip(), value)


def templates(workspace: Workspace) -> dict[str, dict]:
    """Return the saved templates of the return by name."""
    return {name: json.loads(value) for name, value in _saved(workspace, _TEMPLATE)}


def _saved(workspace: Workspace, kind: str) -> list[tuple[str, str]]:
    return workspace.rows(
        "SELECT name, value FROM templates WHERE kind = ? "
        "QUALIFY row_number() OVER (PARTITION BY name ORDER BY saved_ms DESC) = 1 ORDER BY name",
        [kind],
    )


def _save(workspace: Workspace, user: User, kind: str, name: str, value: dict) -> None:
    with workspace.write(user, "alter", kind, name, value) as transaction:
        transaction.execute("DELETE FROM templates WHERE kind = ? AND name = ?", [kind, name])
        transaction.execute(
            "INSERT INTO templates VALUES (?, ?, ?, ?, ?)",
            [kind, name, json.dumps(value), user.username, now_ms()],
        )


def _check_number(number: float, most: float, what: str) -> None:
    if not math.isfinite(number) or not 0 <= number <= most:
        raise InputError(f"Enter between 0 and {most:,.0f} {what}.")
