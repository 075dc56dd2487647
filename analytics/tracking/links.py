"""Which officer, unit and team of the roster an account stands for."""

from dataclasses import dataclass

from analytics import tasking
from analytics.workspace import InputError, User, Workspace, now_ms


@dataclass(frozen=True)
class Link:
    """An account and the unit and team that it stands for."""

    username: str
    unit: str
    team: str
    has_officer: bool


def link_person(
    workspace: Workspace, user: User, username: str, unit: str, team: str = "", officer: str = ""
) -> None:
    """Say which unit an account stands for; the officer's number is kept as its keyed hash only.

    A blank number keeps the one that is held. Raises InputError for an unknown account or a blank
    unit, Refused for who neither manages people nor plans.
    """
    _require_linking(workspace, user)
    known = workspace.value("SELECT count(*) FROM people WHERE username = ?", [username])
    if not known:
        raise InputError(f"There is no account '{username}'.")
    if not unit.strip():
        raise InputError("Name the unit as the roster does, such as U01.")
    code = (
        workspace.keys.pseudonym(officer.strip()) if officer.strip() else _held(workspace, username)
    )
    detail = {"unit": unit.strip(), "team": team.strip()}
    with workspace.write(user, "alter", "person_unit", username, detail) as transaction:
        transaction.execute("DELETE FROM person_units WHERE username = ?", [username])
        transaction.execute(
            "INSERT INTO person_units VALUES (?, ?, ?, ?, ?, ?)",
            [username, code, unit.strip(), team.strip() or None, user.username, now_ms()],
        )


def unlink_person(workspace: Workspace, user: User, username: str) -> None:
    """Take the link of an account away."""
    _require_linking(workspace, user)
    with workspace.write(user, "delete", "person_unit", username) as transaction:
        transaction.execute("DELETE FROM person_units WHERE username = ?", [username])


def links(workspace: Workspace, user: User) -> list[Link]:
    """Return every account with its unit (blank where none is linked), by username."""
    _require_linking(workspace, user)
    rows = workspace.rows(
        "SELECT p.username, coalesce(u.unit, ''), coalesce(u.team, ''), u.officer IS NOT NULL "
        "FROM people p LEFT JOIN person_units u USING (username) WHERE NOT p.is_disabled "
        "ORDER BY p.username"
    )
    return [Link(*row) for row in rows]


def own_unit(workspace: Workspace, user: User) -> str:
    """Return the user's unit of today, as `unit_or_none`; raises InputError without one."""
    unit = unit_or_none(workspace, user)
    if unit is None:
        raise InputError(
            "No unit is linked to your account. Ask an administrator to link it to your unit."
        )
    return unit


def unit_or_none(workspace: Workspace, user: User) -> str | None:
    """Return the user's unit of today (`tasking.unit_on`), None without one."""
    return tasking.unit_on(workspace, user, workspace.today())


def _held(workspace: Workspace, username: str) -> str | None:
    """Return the pseudonym of the officer's number that is held for an account."""
    rows = workspace.rows("SELECT officer FROM person_units WHERE username = ?", [username])
    return rows[0][0] if rows else None


def _require_linking(workspace: Workspace, user: User) -> None:
    if not user.may("manage_users"):
        workspace.require(user, "plan")
