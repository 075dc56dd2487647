"""People: who may sign in, with which roles, and what keeps others out.

Passwords are bcrypt hashes. Five failures in fifteen minutes lock a name, known or not, so that a
stranger cannot tell which names exist. A sign-in is a session in the workspace that ends by
itself, at sign-out, or at once when the person is disabled or signed out everywhere.
"""

import secrets
from dataclasses import dataclass
from functools import cache

import bcrypt

from analytics.workspace.errors import InputError, Refused
from analytics.workspace.roles import ROLES, User
from analytics.workspace.store import Workspace
from analytics.workspace.transaction import Transaction
from analytics.workspace.times import now_ms

FAILURES_ALLOWED = 5
LOCK_MINUTES = 15
SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD_BYTES = 72
_BCRYPT_ROUNDS = 12
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Person:
    """One account as an administrator sees it."""

    username: str
    name: str
    roles: frozenset[str]
    is_disabled: bool
    created_ms: int
    password_set_ms: int
    last_sign_in_ms: int | None


def list_people(workspace: Workspace, user: User) -> list[Person]:
    """Return every account, by username; raises Refused without the right to manage people."""
    workspace.require(user, "manage_users")
    rows = workspace.rows(
        "SELECT p.username, p.name, p.is_disabled, p.created_ms, p.password_set_ms, "
        "(SELECT max(started_ms) FROM sessions s WHERE s.username = p.username) "
        "FROM people p ORDER BY p.username"
    )
    return [
        Person(username, name, roles_of(workspace, username), disabled, created, password, seen)
        for username, name, disabled, created, password, seen in rows
    ]


def roles_of(workspace: Workspace, username: str) -> frozenset[str]:
    """Return the roles that a username holds now."""
    rows = workspace.rows("SELECT role FROM person_roles WHERE username = ?", [username])
    return frozenset(role for (role,) in rows)


def has_people(workspace: Workspace) -> bool:
    """Whether anyone can sign in at all."""
    return bool(workspace.value("SELECT count(*) FROM people WHERE NOT is_disabled"))


def add_person(workspace: Workspace, user: User, username: str, name: str, roles: set[str]) -> str:
    """Add an account and return its random password, which is shown once and kept only as a hash.

    Raises Refused without the right, InputError when the name is taken or a role is unknown.
    """
    workspace.require(user, "manage_users")
    username, name = _checked_username(username), name.strip()
    _check_roles(roles)
    if not name:
        raise InputError("The person has no name. Enter the name that the log will show.")
    if _exists(workspace, username):
        raise InputError(f"The username '{username}' is taken. Choose another.")
    password = random_password()
    detail = {"roles": sorted(roles)}
    with workspace.write(user, "create", "person", username, detail) as transaction:
        now = now_ms()
        transaction.execute(
            "INSERT INTO people VALUES (?, ?, ?, false, 1, ?, ?)",
            [username, name, _hash(password), now, now],
        )
        _write_roles(transaction, username, roles)
    return password


def set_roles(workspace: Workspace, user: User, username: str, roles: set[str]) -> None:
    """Give a person exactly these roles, from their next click on."""
    workspace.require(user, "manage_users")
    _check_roles(roles)
    _check_exists(workspace, username)
    before = roles_of(workspace, username)
    if "admin" in before and "admin" not in roles:
        _check_not_last_admin(workspace, username)
    detail = {"before": sorted(before), "after": sorted(roles)}
    with workspace.write(user, "alter", "person", username, detail) as transaction:
        _write_roles(transaction, username, roles)


def disable(workspace: Workspace, user: User, username: str) -> None:
    """Shut an account, end its sessions and its link to a unit; not for the last administrator."""
    workspace.require(user, "manage_users")
    _check_exists(workspace, username)
    _check_not_last_admin(workspace, username)
    with workspace.write(user, "alter", "person", username, {"disabled": True}) as transaction:
        transaction.execute(
            "UPDATE people SET is_disabled = true, token_version = token_version + 1 "
            "WHERE username = ?",
            [username],
        )
        transaction.execute("DELETE FROM person_units WHERE username = ?", [username])


def enable(workspace: Workspace, user: User, username: str) -> None:
    """Open a disabled account again, with its old password."""
    workspace.require(user, "manage_users")
    _check_exists(workspace, username)
    with workspace.write(user, "alter", "person", username, {"disabled": False}) as transaction:
        transaction.execute("UPDATE people SET is_disabled = false WHERE username = ?", [username])


def reset_password(workspace: Workspace, user: User, username: str) -> str:
    """Give an account a new random password, returned once; ends its sessions and its lockout."""
    workspace.require(user, "manage_users")
    _check_exists(workspace, username)
    password = random_password()
    with workspace.write(user, "alter", "person", username, {"password": "reset"}) as transaction:
        _write_password(transaction, username, password)
        transaction.execute(
            "DELETE FROM sign_in_failures WHERE username = ?", [_failure_key(workspace, username)]
        )
    return password


def change_password(workspace: Workspace, user: User, old: str, new: str) -> None:
    """Change one's own password and end every session, this one too.

    Raises Refused when the old password is wrong or the name is locked, InputError when the new
    one is too short, too long or the same.
    """
    new = new.strip()
    if len(new) < SHORTEST_PASSWORD:
        raise InputError(f"The new password is short. Use {SHORTEST_PASSWORD} characters or more.")
    if len(new.encode()) > _LONGEST_PASSWORD_BYTES:
        raise InputError(f"The new password is long. Use {_LONGEST_PASSWORD_BYTES} at most.")
    if new == old.strip():
        raise InputError("The new password is the old one. Choose another.")
    if check_password(workspace, user.username, old) is None:
        raise Refused("The old password is not right. Enter the one you signed in with.")
    with workspace.write(
        user, "alter", "person", user.username, {"password": "changed"}
    ) as transaction:
        _write_password(transaction, user.username, new)


def sign_out_everywhere(workspace: Workspace, user: User, username: str) -> None:
    """End every session of a person: anyone may for themselves, an administrator for others."""
    if username != user.username:
        workspace.require(user, "manage_users")
    _check_exists(workspace, username)
    with workspace.write(user, "sign_out", "person", username, {"everywhere": True}) as transaction:
        transaction.execute(
            "UPDATE people SET token_version = token_version + 1 WHERE username = ?", [username]
        )


def demo_users(workspace: Workspace, user: User) -> dict[str, tuple[str, str]]:
    """Make one account per role in the sample workspace: {role: (username, random password)}.

    Accounts that are there get a new password. Raises Refused for any other workspace.
    """
    if not workspace.is_sample:
        raise Refused(
            "Demo users belong to the sample workspace only. Add people one by one in Admin."
        )
    made = {}
    for role in ROLES:
        username = f"demo-{role}"
        if _exists(workspace, username):
            set_roles(workspace, user, username, {role})
            enable(workspace, user, username)
            made[role] = (username, reset_password(workspace, user, username))
        else:
            name = f"Demo {role}"
            made[role] = (username, add_person(workspace, user, username, name, {role}))
    return made


def check_password(workspace: Workspace, username: str, password: str) -> User | None:
    """Return the user whose password this is, None when it is wrong, and record either.

    Raises Refused while the name is locked, whether or not anyone bears it.
    """
    username = username.strip().lower()
    failure = _take_attempt(workspace, username)
    rows = workspace.rows(
        "SELECT name, password_hash FROM people WHERE username = ? AND NOT is_disabled", [username]
    )
    # A hash is computed for unknown names too, or the time taken would tell them apart.
    nobody = ("", _unknown_hash())
    name, stored = rows[0] if rows else nobody
    entered = password.strip().encode()[:_LONGEST_PASSWORD_BYTES]
    fits = bcrypt.checkpw(entered, stored.encode())
    if not (rows and fits):
        known = username if _exists(workspace, username) else failure
        stranger = User(known, "Not signed in", frozenset())
        workspace.log(stranger, "sign_in_failed", "person", known)
        return None
    with workspace.bookkeeping() as transaction:
        transaction.execute("DELETE FROM sign_in_failures WHERE username = ?", [failure])
    return User(username, name, roles_of(workspace, username))


def random_password() -> str:
    """Return a password of four groups of four, easy to read aloud (about 79 bits)."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _take_attempt(workspace: Workspace, username: str) -> str:
    """Count this attempt before the password is looked at, so that many at once gain nothing."""
    key = _failure_key(workspace, username)
    now = now_ms()
    window_starts = now - LOCK_MINUTES * 60_000
    with workspace.bookkeeping() as transaction:
        transaction.execute("DELETE FROM sign_in_failures WHERE at_ms <= ?", [window_starts])
        count, oldest = transaction.execute(
            "SELECT count(*), min(at_ms) FROM sign_in_failures WHERE username = ?", [key]
        ).fetchone()
        if count < FAILURES_ALLOWED:
            transaction.execute("INSERT INTO sign_in_failures VALUES (?, ?)", [key, now])
            return key
    minutes = max(1, -(-(oldest - window_starts) // 60_000))
    raise Refused(
        f"Too many failed sign-ins for this name. Try again in {minutes} "
        f"minute{'' if minutes == 1 else 's'}, or ask an administrator for a new password."
    )


def _failure_key(workspace: Workspace, username: str) -> str:
    """Stand-in for a name as typed: a password typed there by mistake must not be kept."""
    return workspace.keys.pseudonym(f"sign-in {username}")


def _write_password(transaction: Transaction, username: str, password: str) -> None:
    transaction.execute(
        "UPDATE people SET password_hash = ?, password_set_ms = ?, "
        "token_version = token_version + 1 WHERE username = ?",
        [_hash(password), now_ms(), username],
    )


def _write_roles(transaction: Transaction, username: str, roles: set[str]) -> None:
    transaction.execute("DELETE FROM person_roles WHERE username = ?", [username])
    for role in sorted(roles):
        transaction.execute("INSERT INTO person_roles VALUES (?, ?)", [username, role])


def _hash(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(_BCRYPT_ROUNDS)).decode()


@cache
def _unknown_hash() -> str:
    """Return the hash that unknown names are compared with, made at the first sign-in only."""
    return _hash(random_password())


def _checked_username(username: str) -> str:
    username = username.strip().lower()
    if not username or not all(sign.isalnum() or sign in "-._@" for sign in username):
        raise InputError(
            f"The username '{username}' cannot be used. Use letters, digits, '-', '.', '_' or '@'."
        )
    return username


def _check_roles(roles: set[str]) -> None:
    if not roles:
        raise InputError("A person needs at least one role. Choose one.")
    if unknown := sorted(set(roles) - set(ROLES)):
        raise InputError(f"The role '{unknown[0]}' is not known. Use one of: {', '.join(ROLES)}.")


def _exists(workspace: Workspace, username: str) -> bool:
    return bool(workspace.value("SELECT count(*) FROM people WHERE username = ?", [username]))


def _check_exists(workspace: Workspace, username: str) -> None:
    if not _exists(workspace, username):
        raise InputError(f"There is no person '{username}'. Choose one from the list.")


def _check_not_last_admin(workspace: Workspace, username: str) -> None:
    others = workspace.value(
        "SELECT count(*) FROM people p JOIN person_roles r USING (username) "
        "WHERE r.role = 'admin' AND NOT p.is_disabled AND p.username <> ?",
        [username],
    )
    if "admin" in roles_of(workspace, username) and not others:
        raise Refused(
            f"'{username}' is the last administrator. Make someone else administrator first."
        )
