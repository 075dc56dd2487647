"""The app as a process of its own: inboxes, commands handed over, a second one, and its end."""

import gzip
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from analytics.workspace import Workspace, audit
from tests.browser.serving import PYTHON, free_port, start, stop
from tests.conftest import ROOT

WAIT_S = 60.0
BAD = "id,date,type\n1,2020-01-01,a\n"


@dataclass
class App:
    """A running server and the folder it holds."""

    process: subprocess.Popen
    folder: Path
    environment: dict[str, str]

    def run(self, *arguments) -> subprocess.CompletedProcess:
        """Run one command to its end, beside the app."""
        return subprocess.run(
            [str(PYTHON), "-m", "analytics", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def told(self, *arguments) -> dict:
        """Run a command that must succeed and return its JSON."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """Start the app on a new sample workspace, or again on one that was served before."""
    running = []

    def run(folder: Path | None = None, *, sample: bool = True) -> App:
        if folder is None:
            folder = tmp_path_factory.mktemp("app") / "town"
            made = [str(PYTHON), "-m", "analytics", "init", str(folder)]
            made += ["--sample"] if sample else []
            subprocess.run(made, cwd=ROOT, check=True, capture_output=True)
        environment = {**os.environ, "SEVEN_STEPS_WORKSPACE": str(folder)}
        log = folder.parent / f"server-{len(running)}.log"
        process = start(ROOT / "asgi.py", free_port(), environment, log)
        running.append(process)
        return App(process, folder, environment)

    yield run
    for process in running:
        if process.poll() is None:
            stop(process)


@pytest.fixture(scope="module")
def app(serve) -> App:
    """The app that most tests share."""
    return serve()


def until(is_true: Callable[[], bool], sentence: str) -> None:
    """Wait for something another process does."""
    end = time.monotonic() + WAIT_S
    while not is_true():
        assert time.monotonic() < end, sentence
        time.sleep(0.1)


def feed(app: App, name: str) -> dict:
    (found,) = [row for row in app.told("feeds", app.folder)["feeds"] if row["feed"] == name]
    return found


def crimes_csv(first: int, count: int) -> str:
    rows = "".join(
        f"X{number},2026-08-0{1 + number % 9} 21:{number % 60:02d},-1.53,52.58,Robbery\n"
        for number in range(first, first + count)
    )
    return f"crime_id,occurred_from,longitude,latitude,offence\n{rows}"


def test_a_file_in_an_inbox_arrives_and_a_bad_one_is_put_aside_with_its_sentence(app):
    held = feed(app, "crimes")["rows"]
    inbox = app.folder / "inbox" / "crimes"
    (inbox / "august.csv").write_text(crimes_csv(0, 25), encoding="utf-8")
    (inbox / "no places.csv").write_text(BAD, encoding="utf-8")

    until(lambda: (inbox / "done" / "august.csv").exists(), "the good file was not loaded")
    until(lambda: (inbox / "failed" / "no places.csv.txt").exists(), "the bad one was not judged")

    assert feed(app, "crimes")["rows"] == held + 25
    said = (inbox / "failed" / "no places.csv.txt").read_text(encoding="utf-8")
    assert "No columns with coordinates" in said
    assert (inbox / "failed" / "no places.csv").read_text(encoding="utf-8") == BAD
    assert [file.name for file in inbox.iterdir() if file.is_file()] == []


def test_the_same_file_again_stores_nothing_twice(app):
    held = feed(app, "crimes")["rows"]
    inbox = app.folder / "inbox" / "crimes"
    (inbox / "september.csv").write_text(crimes_csv(0, 25), encoding="utf-8")

    until(lambda: (inbox / "done" / "september.csv").exists(), "it was not taken")

    assert feed(app, "crimes")["rows"] == held


def test_commands_are_handed_over_and_answered(app, tmp_path):
    file = tmp_path / "more.csv"
    file.write_text(crimes_csv(100, 40), encoding="utf-8")
    loaded = app.told("load", app.folder, "crimes", file)
    assert (loaded["rows_read"], loaded["rows_stored"]) == (40, 40)

    settings = ROOT / "sample_data" / "chain" / "target.json"
    out = tmp_path / "out"
    made = ("--settings", settings, "--valid-from", "2026-06-01", "--out", out)
    found = app.told("target", app.folder, *made)
    assert len(found["hotspots"]) == 40
    assert {file.name for file in out.iterdir()} == {
        *("hotspots.geojson", "hotspots.gpkg", "hotspots.xlsx", "report.pdf"),
        *("hotspots.kml", "hotspots_shapefile.zip"),
    }
    assert app.told("log", app.folder, "--verify")["verified"] is True
    assert "does the work" in app.run("ready", app.folder).stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("load", "W", "crimes", "absent.csv"), 1, "does not exist"),
        (("load", "W", "crimes", "bad.csv"), 1, "No columns with coordinates"),
        (("load", "W", "crime", "bad.csv"), 1, "no feed 'crime'"),
        (("target", "W", "--settings", "wrong.json"), 1, "cell_size"),
        (("load", "W"), 2, "required"),
        (("dance", "W"), 2, "invalid choice"),
    ],
)
def test_wrong_input_has_the_same_exit_code_and_sentence_as_without_the_app(
    app, tmp_path, arguments, code, said
):
    (tmp_path / "bad.csv").write_text(BAD, encoding="utf-8")
    (tmp_path / "wrong.json").write_text('{"cell_size": 3}', encoding="utf-8")
    named = [app.folder if word == "W" else word for word in arguments]
    named = [tmp_path / word if str(word).endswith((".csv", ".json")) else word for word in named]

    done = app.run(*named, "--json")

    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_restore_while_the_app_runs_is_refused_and_changes_nothing(app, tmp_path):
    copy = tmp_path / "copy.zip"
    app.told("backup", app.folder, copy)
    before = feed(app, "crimes")["rows"]

    done = app.run("restore", copy, app.folder)

    assert done.returncode == 1
    assert "is open in another process" in done.stderr
    assert feed(app, "crimes")["rows"] == before
    siblings = {path.name for path in app.folder.parent.iterdir() if path.is_dir()}
    assert siblings == {app.folder.name}


def test_a_second_server_on_the_same_workspace_ends_with_a_sentence(app):
    command = [PYTHON, "-m", "streamlit", "run", "asgi.py", "--server.port", free_port()]
    second = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env=app.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT_S,
    )
    assert second.returncode == 1
    assert "is open in another process" in second.stderr
    assert "Traceback" not in second.stderr
    assert feed(app, "crimes")["rows"] > 0


def test_a_server_killed_in_a_job_tells_who_waits_and_marks_the_job(serve, sample_files, tmp_path):
    app = serve(sample=False)
    answers = []
    with gzip.open(sample_files / "pings.csv.gz", "rt", encoding="utf-8") as text:
        lines = [next(text) for _ in range(150_001)]
    (tmp_path / "pings.csv").write_text("".join(lines), encoding="utf-8")
    ask = ("load", app.folder, "pings", tmp_path / "pings.csv")
    waiting = threading.Thread(target=lambda: answers.append(app.run(*ask)))
    waiting.start()
    until(
        lambda: list((app.folder / "spill").glob("load-*/00000*")) != [], "the load did not begin"
    )
    app.process.kill()
    app.process.wait()
    waiting.join(WAIT_S)

    assert not waiting.is_alive()
    assert answers[0].returncode == 1
    assert "stopped before it answered" in answers[0].stderr

    again = serve(app.folder)
    (job,) = [job for job in again.told("jobs", app.folder)["jobs"] if job["state"] != "done"][-1:]
    assert job["state"] == "interrupted"
    assert feed(again, "pings")["rows"] == 0
    assert again.told(*ask)["rows_stored"] == 150_000
    stop(again.process)
    with Workspace.open(app.folder) as workspace:
        with workspace.cursor() as cursor:
            assert audit.verify(cursor, workspace.keys.read_head()).verified
        assert [file.name for file in (app.folder / "queue").iterdir()] == [".app"]
        assert workspace.value("SELECT sum(rows) FROM ping_files") == 150_000
