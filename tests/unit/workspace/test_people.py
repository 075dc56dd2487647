"""Accounts, roles, lockout and sessions of the workspace."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from analytics.workspace import ROLES, InputError, Refused, User, Workspace, people, sessions
from analytics.workspace.config import config


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bcrypt rounds: the tests are about what is let in, not about how long it takes."""
    monkeypatch.setattr(people, "_BCRYPT_ROUNDS", 4)
    people._unknown_hash.cache_clear()


@pytest.fixture
def root() -> User:
    return User("os:test", "Test", frozenset(), every_right=True)


@pytest.fixture
def workspace(tmp_path, monkeypatch, root):
    monkeypatch.setenv("SEVEN_STEPS_SECRETS", str(tmp_path / "secrets"))
    config.cache_clear()
    held = Workspace.create(tmp_path / "force", root)
    yield held
    held.close()
    config.cache_clear()


def actions(workspace: Workspace) -> list[tuple[str, str]]:
    return workspace.rows("SELECT action, username FROM audit ORDER BY number")


def fail(workspace: Workspace, username: str, times: int) -> None:
    for _ in range(times):
        assert people.check_password(workspace, username, "wrong") is None


def test_a_person_signs_in_with_the_password_shown_once(workspace, root):
    password = people.add_person(workspace, root, " Ann.Lee ", "Ann Lee", {"analyst", "trainer"})

    user = people.check_password(workspace, "ANN.LEE", password)

    assert user == User("ann.lee", "Ann Lee", frozenset({"analyst", "trainer"}))
    stored = workspace.value("SELECT password_hash FROM people")
    assert stored.startswith("$2b$") and password not in stored


@pytest.mark.parametrize(
    ("username", "name", "roles", "sentence"),
    [
        ("ann lee", "Ann", {"lead"}, "cannot be used"),
        ("", "Ann", {"lead"}, "cannot be used"),
        ("ann", " ", {"lead"}, "no name"),
        ("ann", "Ann", set(), "at least one role"),
        ("ann", "Ann", {"chief"}, "'chief' is not known"),
    ],
)
def test_bad_entries_are_refused_in_a_sentence(workspace, root, username, name, roles, sentence):
    with pytest.raises(InputError, match=sentence):
        people.add_person(workspace, root, username, name, roles)
    assert workspace.value("SELECT count(*) FROM people") == 0


def test_a_taken_name_is_refused(workspace, root):
    people.add_person(workspace, root, "ann", "Ann", {"lead"})
    with pytest.raises(InputError, match="taken"):
        people.add_person(workspace, root, "Ann", "Another", {"lead"})


@pytest.mark.parametrize("username", ["ann", "nobody"])
def test_five_failures_lock_a_name_whether_or_not_anyone_bears_it(workspace, root, username):
    people.add_person(workspace, root, "ann", "Ann", {"lead"})
    fail(workspace, username, 5)
    with pytest.raises(Refused, match="Try again in 15 minutes"):
        people.check_password(workspace, username, "wrong")


def test_the_right_password_does_not_open_a_locked_name(workspace, root):
    password = people.add_person(workspace, root, "ann", "Ann", {"lead"})
    fail(workspace, "ann", 5)
    with pytest.raises(Refused):
        people.check_password(workspace, "ann", password)


def test_the_lock_ends_when_the_window_has_passed(workspace, root, monkeypatch):
    password = people.add_person(workspace, root, "ann", "Ann", {"lead"})
    fail(workspace, "ann", 5)
    later = int(time.time() * 1000) + 15 * 60_000 + 1
    monkeypatch.setattr(people, "now_ms", lambda: later)
    assert people.check_password(workspace, "ann", password).username == "ann"


def test_a_right_password_clears_earlier_failures(workspace, root):
    password = people.add_person(workspace, root, "ann", "Ann", {"lead"})
    fail(workspace, "ann", 4)
    assert people.check_password(workspace, "ann", password)
    fail(workspace, "ann", 4)
    assert people.check_password(workspace, "ann", password)


def test_many_guesses_at_once_gain_nothing(workspace, root):
    people.add_person(workspace, root, "ann", "Ann", {"lead"})

    def guess(number: int) -> str:
        try:
            people.check_password(workspace, "ann", f"guess {number}")
        except Refused:
            return "locked"
        return "looked at"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(guess, range(24)))
    assert outcomes.count("looked at") == 5


def test_failures_are_logged_without_what_a_stranger_typed(workspace, root):
    people.add_person(workspace, root, "ann", "Ann", {"lead"})
    fail(workspace, "ann", 1)
    fail(workspace, "my-secret-passphrase", 1)
    logged = [name for action, name in actions(workspace) if action == "sign_in_failed"]
    assert logged[0] == "ann"
    assert "secret" not in str(workspace.rows("SELECT * FROM audit"))
    assert "secret" not in str(workspace.rows("SELECT * FROM sign_in_failures"))


def test_a_reset_gives_a_new_password_and_ends_lockout_and_sessions(workspace, root):
    old = people.add_person(workspace, root, "ann", "Ann", {"lead"})
    session = sessions.start_session(workspace, people.check_password(workspace, "ann", old))
    fail(workspace, "ann", 5)

    new = people.reset_password(workspace, root, "ann")

    assert people.check_password(workspace, "ann", new)
    assert people.check_password(workspace, "ann", old) is None
    assert sessions.session_user(workspace, session) is None


def test_a_person_changes_their_own_password(workspace, root):
    old = people.add_person(workspace, root, "ann", "Ann", {"officer"})
    ann = people.check_password(workspace, "ann", old)
    with pytest.raises(InputError, match="12 characters"):
        people.change_password(workspace, ann, old, "short")
    with pytest.raises(Refused, match="old password"):
        people.change_password(workspace, ann, "not this one", "a much longer phrase")
    people.change_password(workspace, ann, old, "a much longer phrase")
    assert people.check_password(workspace, "ann", "a much longer phrase")


class TestSessions:
    """What a cookie is worth."""

    @pytest.fixture
    def ann(self, workspace, root) -> User:
        people.add_person(workspace, root, "boss", "Boss", {"admin"})
        people.add_person(workspace, root, "ann", "Ann", {"lead"})
        return User("ann", "Ann", frozenset({"lead"}))

    def test_a_session_names_its_user_with_the_roles_held_now(self, workspace, root, ann):
        session = sessions.start_session(workspace, ann)
        assert sessions.session_user(workspace, session) == ann
        people.set_roles(workspace, root, "ann", {"officer"})
        assert sessions.session_user(workspace, session).roles == {"officer"}

    def test_an_unknown_session_is_no_one(self, workspace, ann):
        assert sessions.session_user(workspace, "made-up") is None

    def test_signing_out_ends_that_session_only(self, workspace, ann):
        first, second = (sessions.start_session(workspace, ann) for _ in range(2))
        sessions.end_session(workspace, ann, first)
        assert sessions.session_user(workspace, first) is None
        assert sessions.session_user(workspace, second) == ann

    def test_signing_out_everywhere_ends_all(self, workspace, ann):
        held = [sessions.start_session(workspace, ann) for _ in range(2)]
        people.sign_out_everywhere(workspace, ann, "ann")
        assert [sessions.session_user(workspace, session) for session in held] == [None, None]

    def test_disabling_ends_sessions_and_enabling_does_not_revive_them(self, workspace, root, ann):
        session = sessions.start_session(workspace, ann)
        people.disable(workspace, root, "ann")
        assert sessions.session_user(workspace, session) is None
        people.enable(workspace, root, "ann")
        assert sessions.session_user(workspace, session) is None

    def test_a_session_ends_with_the_shift(self, workspace, ann, monkeypatch):
        session = sessions.start_session(workspace, ann)
        shift_ms = int(config().session_hours * 3_600_000)
        now = int(time.time() * 1000)
        monkeypatch.setattr(sessions, "now_ms", lambda: now + shift_ms - 5_000)
        assert sessions.session_user(workspace, session) == ann
        monkeypatch.setattr(sessions, "now_ms", lambda: now + shift_ms + 5_000)
        assert sessions.session_user(workspace, session) is None

    def test_a_disabled_person_cannot_start_one(self, workspace, root, ann):
        password = people.reset_password(workspace, root, "ann")
        people.disable(workspace, root, "ann")
        assert people.check_password(workspace, "ann", password) is None

    def test_sign_in_and_sign_out_are_logged(self, workspace, ann):
        sessions.end_session(workspace, ann, sessions.start_session(workspace, ann))
        assert actions(workspace)[-2:] == [("sign_in", "ann"), ("sign_out", "ann")]


class TestTheLastAdministrator:
    """The door must not shut behind everyone."""

    @pytest.fixture(autouse=True)
    def boss(self, workspace, root) -> None:
        people.add_person(workspace, root, "boss", "Boss", {"admin"})

    def test_cannot_be_disabled(self, workspace, root):
        with pytest.raises(Refused, match="last administrator"):
            people.disable(workspace, root, "boss")

    def test_cannot_lose_the_role(self, workspace, root):
        with pytest.raises(Refused, match="last administrator"):
            people.set_roles(workspace, root, "boss", {"lead"})

    def test_may_go_when_another_is_there(self, workspace, root):
        people.add_person(workspace, root, "deputy", "Deputy", {"admin", "lead"})
        people.disable(workspace, root, "boss")
        with pytest.raises(Refused):
            people.disable(workspace, root, "deputy")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_only_administrators_manage_people(workspace, root, role):
    people.add_person(workspace, root, "ann", "Ann", {"lead"})
    other = User("other", "Other", frozenset({role}))
    attempts = [
        lambda: people.list_people(workspace, other),
        lambda: people.add_person(workspace, other, "x", "X", {"lead"}),
        lambda: people.set_roles(workspace, other, "ann", {"admin"}),
        lambda: people.disable(workspace, other, "ann"),
        lambda: people.enable(workspace, other, "ann"),
        lambda: people.reset_password(workspace, other, "ann"),
        lambda: people.sign_out_everywhere(workspace, other, "ann"),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    refusals = [action for action, _ in actions(workspace) if action == "refuse"]
    assert len(refusals) == len(attempts)


def test_demo_users_belong_to_the_sample_only(workspace, root):
    with pytest.raises(Refused, match="sample workspace only"):
        people.demo_users(workspace, root)
    assert workspace.value("SELECT count(*) FROM people") == 0


def test_demo_users_are_one_per_role_with_fresh_passwords(tmp_path, workspace, root):
    with Workspace.create(tmp_path / "sample", root, is_sample=True) as sample:
        first = people.demo_users(sample, root)
        second = people.demo_users(sample, root)
        assert set(first) == set(second) == set(ROLES)
        for role, (username, password) in second.items():
            assert people.check_password(sample, username, password).roles == {role}
            assert password != first[role][1]


def test_listing_tells_state_and_last_sign_in(workspace, root):
    password = people.add_person(workspace, root, "ann", "Ann", {"lead"})
    assert people.list_people(workspace, root)[0].last_sign_in_ms is None
    sessions.start_session(workspace, people.check_password(workspace, "ann", password))
    (ann,) = people.list_people(workspace, root)
    assert ann.last_sign_in_ms > 0
    assert not ann.is_disabled
    assert ann.roles == {"lead"}
