"""Bad uploads, two people at once, F5, and a server that dies in the middle of a job."""

import json
import os
import zipfile

import pytest
from playwright.sync_api import expect

from analytics.workspace import Workspace
from tests.browser.serving import ROOT, Server, Visitor, command_line, free_port, start, stop

GOOD = (
    "crime_id,occurred_from,longitude,latitude,offence\nR1,2026-08-30 21:10,-1.53,52.58,Robbery\n"
)
WIDE = ",".join(f"c{number}" for number in range(10_000))
BAD = {
    "empty.csv": (b"", "is empty"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG picture"),
    "carets.csv": (GOOD.replace(",", "^").encode(), "Only one column"),
    "wide.csv": (f"{WIDE}\n{WIDE}\n".encode(), "10,000 columns"),
    "zero.csv": (GOOD.replace("Robbery", "Rob\0bery").encode(), "is not text"),
    "header.csv": (GOOD.splitlines()[0].encode(), "header but no rows"),
    "up.zip": (b"", "leads out of the zip"),
    "bomb.zip": (b"", "250 times its size"),
}


class Running:
    """A server that a test may kill and start again on the same address."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        environment = {
            **os.environ,
            "SEVEN_STEPS_WORKSPACE": str(folder / "workspace"),
            "SEVEN_STEPS_SECRETS": str(folder / "secrets"),
        }
        workspace = folder / "workspace"
        command_line(environment, "init", str(workspace), "--sample")
        printed = json.loads(command_line(environment, "users", str(workspace), "--json"))
        users = {row["roles"][0]: (row["username"], row["password"]) for row in printed["users"]}
        self.server = Server(f"http://127.0.0.1:{self.port}", workspace, users, environment)
        self.start()

    def start(self):
        log = self.folder / "server.log"
        self.process = start(ROOT / "asgi.py", self.port, self.server.environment, log)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = Running(tmp_path_factory.mktemp("robust"))
    yield made
    if made.process.poll() is None:
        stop(made.process)


@pytest.fixture
def window(chromium, running):
    """Open windows of people signed in at the same time."""
    opened = []

    def visit(role: str, path: str) -> Visitor:
        context = chromium.new_context(viewport={"width": 1280, "height": 1400}, locale="en-GB")
        opened.append(context)
        visitor = Visitor(context, running.server)
        visitor.open(path)
        visitor.sign_in(role)
        visitor.settle()
        return visitor

    yield visit
    for context in opened:
        context.close()


def put(visitor: Visitor, file) -> None:
    """Give a file to the upload field of the open tab, in place of the one before."""
    page = visitor.page
    visitor.open("technology")
    visitor.title()
    visitor.settle()
    page.get_by_role("tab", name="Load data").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    visitor.settle()


def test_bad_uploads_get_a_sentence_and_change_nothing(window, running, tmp_path):
    analyst = window("analyst", "technology")
    before = command_line(running.server.environment, "feeds", str(running.server.workspace))
    for name, (content, sentence) in BAD.items():
        file = tmp_path / name
        file.write_bytes(content)
        if name.endswith(".zip"):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                inner = b"0" * 80_000_000 if name == "bomb.zip" else GOOD.encode()
                archive.writestr("a.csv" if name == "bomb.zip" else "../../a.csv", inner)
        put(analyst, file)
        told = analyst.page.get_by_role("alert").filter(has_text=sentence)
        expect(told.first).to_be_visible(timeout=30_000)
        assert analyst.page.get_by_text("Something unexpected").count() == 0, name
        assert analyst.page.get_by_text("Traceback").count() == 0, name
    after = command_line(running.server.environment, "feeds", str(running.server.workspace))
    assert after == before


def cell_width(visitor: Visitor) -> str:
    slider = visitor.page.get_by_role("slider", name="Cell width")
    slider.wait_for(timeout=60_000)
    return slider.evaluate("it => it.value ?? it.getAttribute('aria-valuenow')")


def test_a_draft_survives_f5_and_is_no_one_else_s(window):
    first = window("analyst", "targeting")
    first.title()
    before = cell_width(first)
    first.page.get_by_role("slider", name="Cell width").press("End")
    first.page.wait_for_timeout(1_000)
    first.settle()
    chosen = cell_width(first)
    assert chosen != before

    first.page.reload()
    first.title()
    first.settle()
    other = window("lead", "targeting")
    other.title()

    assert cell_width(first) == chosen
    assert cell_width(other) == before


def test_a_job_cut_off_by_a_dead_server_is_told_and_run_again(window, running, sample_files):
    analyst = window("analyst", "")
    running.kill()
    arguments = {"feed": "pings", "files": [str(sample_files / "pings.csv.gz")]}
    with Workspace.open(running.server.workspace) as workspace, workspace.bookkeeping() as change:
        change.execute(
            "INSERT INTO jobs (job_id, lane, kind, arguments, state, progress, message, username, "
            "roles, created_ms, is_cancel_wanted) VALUES ('j1', 'long', 'load', ?, 'running', 0.4, "
            "'Reading', 'demo-analyst', 'analyst', 1, false)",
            [json.dumps(arguments)],
        )
    running.start()

    analyst.open("")
    analyst.title()
    analyst.settle()
    again = analyst.page.get_by_role("button", name="Run again")
    expect(again).to_be_visible(timeout=30_000)
    expect(analyst.page.get_by_text("run it again")).to_be_visible()
    again.click()

    expect(again).to_have_count(0, timeout=30_000)
    told = command_line(running.server.environment, "jobs", str(running.server.workspace), "--json")
    states = {job["job_id"]: job["state"] for job in json.loads(told)["jobs"]}
    assert states.pop("j1") == "interrupted"
    assert set(states.values()) <= {"waiting", "running", "done"}
