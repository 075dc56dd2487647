"""Who reaches which page: every page, every role, and someone not signed in."""

import runpy
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from analytics.workspace import ROLES, User, people, sessions
from components import navigation, steps

ROOT = Path(__file__).parents[2]
PAGES = list(navigation.PAGES)


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.title]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", list(ROLES))
def test_a_role_reaches_the_pages_of_its_row_and_no_other(empty_app, open_page, page, role):
    app = open_page(page, role)

    assert not app.exception
    if f"see:{page}" in ROLES[role]:
        assert titles(app) == [steps.QUESTIONS[page]]
        assert not [error.value for error in app.error]
    else:
        assert titles(app) == []
        assert f"not for your role ({role})" in app.error[0].value
        refused = empty_app.rows(
            "SELECT action, object_type FROM audit WHERE username = ? ORDER BY number DESC LIMIT 1",
            [f"one-{role}"],
        )
        assert refused == [("refuse", "page")]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_reached_without_signing_in(empty_app, open_page, page):
    app = open_page(page, None)

    assert not app.exception
    assert titles(app) == ["Seven Steps"]
    assert [field.label for field in app.text_input] == ["Username", "Password"]


def test_serving_switches_the_pages_folder_off():
    """Without the switch, the first deep link after a start runs its page past app.py."""
    PagesManager.uses_pages_directory = None
    asgi = runpy.run_path(str(ROOT / "asgi.py"))

    assert PagesManager.uses_pages_directory is False
    assert asgi["app"].script_path.name == "app.py"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_run_by_itself_asks_to_sign_in(empty_app, page):
    """What the first deep link after a start would run, were app.py ever passed by."""
    app = AppTest.from_file(str(ROOT / navigation.PAGES[page][0]), default_timeout=30).run()

    assert not app.exception
    assert titles(app) == ["Seven Steps"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_sample_town(sample_app, open_page, page):
    role = next(role for role, actions in ROLES.items() if f"see:{page}" in actions)
    app = open_page(page, role, timeout=120)

    assert not app.exception
    assert titles(app) == [steps.QUESTIONS[page]]
    assert "SYNTHETIC" in app.markdown[0].value or any(
        "SYNTHETIC" in text.value for text in app.markdown
    )


class TestSigningIn:
    """The form itself, on a workspace of its own."""

    @pytest.fixture
    def ann(self, empty_app, acting, monkeypatch):
        monkeypatch.setattr(people, "_BCRYPT_ROUNDS", 4)
        if empty_app.value("SELECT count(*) FROM people WHERE username = 'ann'"):
            return people.reset_password(empty_app, acting, "ann")
        return people.add_person(empty_app, acting, "ann", "Ann Lee", {"lead", "officer"})

    @pytest.fixture
    def form(self, empty_app):
        return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()

    @staticmethod
    def send(form: AppTest, username: str, password: str) -> AppTest:
        form.text_input[0].input(username)
        form.text_input[1].input(password)
        return form.button[0].click().run()

    def test_the_right_password_opens_home(self, form, ann):
        app = self.send(form, "Ann", ann)
        assert titles(app) == [steps.QUESTIONS["home"]]
        assert any("**Ann Lee**" in text.value for text in app.markdown)

    def test_a_wrong_password_says_so_and_no_more(self, form, ann):
        known = self.send(form, "ann", "wrong").error[0].value
        other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        assert known == self.send(other, "nobody", "wrong").error[0].value
        assert "not right" in known

    def test_the_sixth_attempt_meets_the_lock(self, form, ann):
        for _ in range(5):
            self.send(form, "ann", "wrong")
        app = self.send(form, "ann", ann)
        assert "Try again in" in app.error[0].value
        assert titles(app) == ["Seven Steps"]

    def test_signing_out_closes_the_page(self, form, ann):
        app = self.send(form, "ann", ann)
        session = app.session_state["_session_id"]
        app.button(key="sign-out").click().run()
        assert titles(app) == ["Seven Steps"]
        assert "_session_id" not in app.session_state or not app.session_state["_session_id"]
        from components import shared

        assert sessions.session_user(shared.workspace(), session) is None

    def test_a_disabled_person_is_out_at_the_next_click(self, empty_app, form, ann, acting):
        app = self.send(form, "ann", ann)
        people.disable(empty_app, acting, "ann")
        app.run()
        assert titles(app) == ["Seven Steps"]
        people.enable(empty_app, acting, "ann")

    def test_changed_roles_hold_at_the_next_click(self, empty_app, form, ann, acting):
        app = self.send(form, "ann", ann)
        app.switch_page(navigation.PAGES["thinking"][0]).run()
        assert titles(app) == [steps.QUESTIONS["thinking"]]
        people.set_roles(empty_app, acting, "ann", {"officer"})
        app.run()
        assert "not for your role (officer)" in app.error[0].value
        people.set_roles(empty_app, acting, "ann", {"lead", "officer"})


def test_a_person_with_two_roles_sees_the_pages_of_both(empty_app, acting, open_page):
    people.set_roles(empty_app, acting, "one-trainer", {"trainer", "auditor"})
    both = User("one-trainer", "The trainer", frozenset({"trainer", "auditor"}))
    try:
        assert titles(open_page("training", "trainer")) == [steps.QUESTIONS["training"]]
        assert titles(open_page("admin", "trainer")) == [steps.QUESTIONS["admin"]]
        assert both.may("see:log")
    finally:
        people.set_roles(empty_app, acting, "one-trainer", {"trainer"})
