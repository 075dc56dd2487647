"""The app without a browser: Streamlit's AppTest on workspaces of its own."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from analytics import cli
from analytics.workspace import ROLES, User, Workspace, people, sessions
from analytics.workspace.config import config
from components import navigation, shared

ROOT = Path(__file__).parents[2]
ROOT_USER = User("os:test", "Test", frozenset(), every_right=True)


def _add_one_person_per_role(workspace: Workspace) -> None:
    for role in ROLES:
        people.add_person(workspace, ROOT_USER, f"one-{role}", f"The {role}", {role})


@pytest.fixture(autouse=True)
def served_as_in_asgi(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the switch that asgi.py sets: AppTest resets it and would run pages past app.py."""
    made = PagesManager.__init__

    def make(self: PagesManager, *given, **named) -> None:
        made(self, *given, **named)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", make)


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a workspace without data, with one person per role."""
    folder = tmp_path_factory.mktemp("app") / "empty"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_BCRYPT_ROUNDS", 4)
        with Workspace.create(
            folder, ROOT_USER, name="Testshire Police", as_of=date(2026, 8, 31)
        ) as workspace:
            _add_one_person_per_role(workspace)
    return folder


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the sample town's workspace, made as a person makes it."""
    folder = tmp_path_factory.mktemp("app") / "sample"
    assert cli.main(["init", str(folder), "--sample"]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_BCRYPT_ROUNDS", 4)
        with Workspace.open(folder) as workspace:
            _add_one_person_per_role(workspace)
    return folder


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Workspace]]:
    """Make a folder the app's workspace for one test; returns the opened workspace."""

    def use(folder: Path) -> Workspace:
        shared.close()
        monkeypatch.setenv("SEVEN_STEPS_WORKSPACE", str(folder))
        config.cache_clear()
        return shared.workspace()

    yield use
    shared.close()
    config.cache_clear()


@pytest.fixture
def empty_app(serve: Callable[[Path], Workspace], empty_folder: Path) -> Workspace:
    """The app on the workspace without data."""
    return serve(empty_folder)


@pytest.fixture
def sample_app(serve: Callable[[Path], Workspace], sample_folder: Path) -> Workspace:
    """The app on the sample town; tests that change it take `sample_copy` instead."""
    return serve(sample_folder)


@pytest.fixture
def sample_copy(
    serve: Callable[[Path], Workspace], sample_folder: Path, tmp_path: Path
) -> Workspace:
    """The app on a copy of the sample town that a test may change."""
    return serve(shutil.copytree(sample_folder, tmp_path / "copy"))


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Open a page through app.py as the person of a role; None is someone not signed in."""

    def visit(page: str, role: str | None, timeout: float = 60) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=timeout)
        if role is not None:
            user = User(f"one-{role}", f"The {role}", frozenset({role}))
            app.session_state["_session_id"] = sessions.start_session(shared.workspace(), user)
        app.run()
        if page != "home":
            app.switch_page(navigation.PAGES[page][0]).run()
        return app

    return visit
