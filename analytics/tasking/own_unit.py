"""Which unit a person is with: the one linked to the account, or where the roster says otherwise."""

from datetime import date

from analytics.workspace import User, Workspace


def unit_on(workspace: Workspace, user: User, day: date) -> str | None:
    """Return the user's unit of a day, None without one.

    It is the one linked to the account, unless the day's roster names the linked officer under one
    other unit and not under that.
    """
    rows = workspace.rows(
        "SELECT unit, officer FROM person_units WHERE username = ? ORDER BY set_ms DESC LIMIT 1",
        [user.username],
    )
    if not rows:
        return None
    unit, officer = rows[0]
    rostered = workspace.rows(
        "SELECT DISTINCT unit FROM roster WHERE officer = ? AND day = ? AND unit IS NOT NULL",
        [officer, day],
    )
    others = [name for (name,) in rostered]
    return others[0] if len(others) == 1 else unit


def sees_every_unit(user: User) -> bool:
    """Whether a person sees every unit's plan: those who plan, or sign lists off."""
    return user.may("plan") or user.may("sign_off")
