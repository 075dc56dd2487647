"""The app as served, in chromium: one server on the sample town for all tests of this folder."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.serving import ROOT, Server, Visitor, command_line, free_port, start, stop

FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, so that `-m "not browser"` leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Debian's chromium is; without it the tests are skipped, except where CI is set."""
    found = shutil.which("chromium")
    if found is None:
        sentence = "Chromium is missing. Install it with: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One browser for all tests."""
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Server]]:
    """Start a server on a fresh sample workspace; every one is stopped at the end."""
    running: list[subprocess.Popen] = []

    def run() -> Server:
        folder = tmp_path_factory.mktemp("served")
        environment = {
            **os.environ,
            "SEVEN_STEPS_WORKSPACE": str(folder / "workspace"),
            "SEVEN_STEPS_SECRETS": str(folder / "secrets"),
        }
        workspace = folder / "workspace"
        command_line(environment, "init", str(workspace), "--sample")
        printed = json.loads(command_line(environment, "users", str(workspace), "--json"))
        users = {row["roles"][0]: (row["username"], row["password"]) for row in printed["users"]}
        port = free_port()
        running.append(start(ROOT / "asgi.py", port, environment, folder / "server.log"))
        return Server(f"http://127.0.0.1:{port}", workspace, users, environment)

    yield run
    for process in running:
        stop(process)


@pytest.fixture(scope="session")
def server(serve: Callable[[], Server]) -> Server:
    """The server that most tests share."""
    return serve()


@pytest.fixture
def visitor(chromium: Browser, server: Server) -> Iterator[Visitor]:
    """A fresh window on the shared server; fails if it called another host or broke a rule."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB")
    window = Visitor(context, server)
    yield window
    context.close()
    assert window.outside == []
    assert window.complaints == []


@pytest.fixture
def phone(chromium: Browser, server: Server) -> Iterator[Visitor]:
    """A window the size of a phone."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    window = Visitor(context, server)
    yield window
    context.close()
    assert window.outside == []


@pytest.fixture(scope="session")
def chromium_session(chromium: Browser, server: Server) -> Iterator[Callable[[str], Visitor]]:
    """Windows already signed in, one per role, shared by tests that only look."""
    held: dict[str, Visitor] = {}

    def window(role: str) -> Visitor:
        if role not in held:
            context = chromium.new_context(viewport={"width": 1280, "height": 1400}, locale="en-GB")
            held[role] = Visitor(context, server)
            held[role].open()
            held[role].sign_in(role)
        return held[role]

    yield window
    for visitor in held.values():
        visitor.context.close()
