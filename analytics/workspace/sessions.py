"""Sign-ins that are open now: kept here, so that ending one does not depend on a browser."""

import secrets

from analytics.workspace.config import config
from analytics.workspace.people import roles_of
from analytics.workspace.roles import User
from analytics.workspace.store import Workspace
from analytics.workspace.times import now_ms

_DAY_MS = 86_400_000


def start_session(workspace: Workspace, user: User) -> str:
    """Open a session of at most one shift (`session_hours`) and return its id."""
    session_id, now = secrets.token_urlsafe(24), now_ms()
    ends_ms = now + int(config().session_hours * 3_600_000)
    with workspace.write(user, "sign_in", "person", user.username) as transaction:
        transaction.execute("DELETE FROM sessions WHERE ends_ms < ?", [now - 30 * _DAY_MS])
        transaction.execute(
            "INSERT INTO sessions SELECT ?, username, token_version, ?, ?, false "
            "FROM people WHERE username = ?",
            [session_id, now, ends_ms, user.username],
        )
    return session_id


def session_user(workspace: Workspace, session_id: str) -> User | None:
    """Return who a session belongs to, with the roles held now.

    None when it has ended, or the person was disabled, reset or signed out everywhere since.
    """
    rows = workspace.rows(
        "SELECT p.username, p.name FROM sessions s JOIN people p USING (username) "
        "WHERE s.session_id = ? AND NOT s.is_ended AND s.ends_ms > ? "
        "AND NOT p.is_disabled AND p.token_version = s.token_version",
        [session_id, now_ms()],
    )
    if not rows:
        return None
    username, name = rows[0]
    return User(username, name, roles_of(workspace, username))


def end_session(workspace: Workspace, user: User, session_id: str) -> None:
    """Sign out: the session's cookie is worth nothing from now on, wherever it was copied to."""
    with workspace.write(user, "sign_out", "person", user.username) as transaction:
        transaction.execute(
            "UPDATE sessions SET is_ended = true WHERE session_id = ?", [session_id]
        )
