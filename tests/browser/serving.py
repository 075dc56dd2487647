"""Starting the app as a server, and a browser window that watches what it does."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from components.cookies import COOKIE

ROOT = Path(__file__).parents[2]
PYTHON = Path(sys.executable)
WAIT_S = 60


@dataclass(frozen=True)
class Server:
    """A running app: its address, its workspace and one sign-in per role."""

    url: str
    workspace: Path
    users: dict[str, tuple[str, str]]
    environment: dict[str, str]


def start(script: Path, port: int, environment: dict[str, str], log: Path) -> subprocess.Popen:
    """Start a Streamlit server and wait until it answers."""
    command = [PYTHON, "-m", "streamlit", "run", script.name, "--server.port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=script.parent,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return process
    process.kill()
    pytest.fail(f"The server did not start:\n{log.read_text()[-3000:]}")


def stop(process: subprocess.Popen) -> None:
    """Stop a server that `start` started."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command_line(environment: dict[str, str], *arguments: str) -> str:
    """Run `python -m analytics` and return what it prints."""
    done = subprocess.run(
        [str(PYTHON), "-m", "analytics", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Visitor:
    """One browser window, which notes every request and every complaint of the browser."""

    def __init__(self, context: BrowserContext, server: Server):
        self.server = server
        self.context = context
        self.page: Page = context.new_page()
        self.outside: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_complaint)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_request(self, request: object) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and parts.hostname != "127.0.0.1":
            self.outside.append(request.url)

    def _note_complaint(self, message: object) -> None:
        if message.type == "error" and "404 (Not Found)" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str = "") -> Page:
        """Go to a page of the app and return at once."""
        self.page.goto(f"{self.server.url}/{path}")
        return self.page

    def sign_in(self, role: str) -> None:
        """Fill the form in front of us with the role's demo user."""
        username, password = self.server.users[role]
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_label("Username")).to_have_count(0, timeout=60_000)
        until = time.monotonic() + WAIT_S
        while not self.cookie() and time.monotonic() < until:
            self.page.wait_for_timeout(100)
        assert self.cookie(), "the sign-in wrote no cookie"

    def cookie(self) -> dict | None:
        """The sign-in cookie that the browser holds, None when there is none."""
        held = [cookie for cookie in self.context.cookies() if cookie["name"] == COOKIE]
        return held[0] if held and held[0]["value"] else None

    def settle(self) -> None:
        """Wait until the script has run to its end."""
        state = self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
        expect(state).to_have_count(1, timeout=60_000)
        self.page.wait_for_timeout(300)

    def title(self) -> str:
        """The question at the head of the page."""
        heading = self.page.get_by_role("heading", level=1)
        heading.wait_for(timeout=60_000)
        return heading.inner_text()
