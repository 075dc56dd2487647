"""Rights at the moment of acting, where that comes later than the click."""

from dataclasses import replace

from analytics.workspace.roles import User
from analytics.workspace.store import Workspace


def as_of_now(workspace: Workspace, user: User) -> User:
    """Return the user with the roles held now: none once disabled.

    Users without an account (the operating system's, services) stay as they are.
    """
    rows = workspace.rows(
        "SELECT p.is_disabled, r.role FROM people p LEFT JOIN person_roles r USING (username) "
        "WHERE username = ?",
        [user.username],
    )
    if user.every_right or not rows:
        return user
    held = frozenset(role for is_disabled, role in rows if role and not is_disabled)
    return replace(user, roles=held)
