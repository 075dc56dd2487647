"""Killed in the middle of a load, a sign-off or an answer: all of it is there, or nothing."""

import csv
import gzip
import json
import random
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from analytics.workspace import Workspace, audit
from tests.conftest import ROOT

STORING = "Storing"

ANSWERS = """
import sys
from datetime import date
from analytics import thinking
from analytics.workspace import User, Workspace
user = User("ann", "Ann", frozenset({"analyst"}))
with Workspace.open(sys.argv[1]) as workspace:
    for level in (1, 2, 3, 4):
        for item in thinking.ITEMS:
            thinking.save_answer(workspace, user, item.id, level=level, owner="Ann",
                evidence=f"level {level}", evidence_on=date(2026, 8, 1))
            print(item.id, level, flush=True)
            print("saved", file=sys.stderr, flush=True)
"""


KILLED_IN = """
import os, signal, sys
from analytics import cli
from analytics.technology import ping_store
from analytics.workspace import keys
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
setattr({where}, {what!r}, die)
cli.run(sys.argv[1:], None, sys.stdout, sys.stderr)
"""


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "analytics", *map(str, arguments)]


def told(*arguments) -> dict:
    """Run a command in a process of its own to its end and return its JSON."""
    done = subprocess.run(
        [*command(*arguments), "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def killed(arguments: list[str], delay_s: float, after: str = "") -> str:
    """Start a process, kill it `delay_s` after it said `after`, and return what it printed."""
    process = subprocess.Popen(
        arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while after and (line := process.stderr.readline()):
        if after in line:
            break
    time.sleep(delay_s)
    process.kill()
    printed, _ = process.communicate()
    return printed


def assert_whole(folder: Path) -> list[tuple[str, int]]:
    """Open the workspace, check that nothing in it is half, and return its loads."""
    with Workspace.open(folder) as workspace:
        with workspace.cursor() as cursor:
            found = audit.verify(cursor, workspace.keys.read_head())
        assert found.verified, found.reason
        loads = workspace.rows(
            "SELECT load_id, feed, rows_stored, rows_quarantined, rows_read, rows_already_held "
            "FROM loads ORDER BY at_ms"
        )
        logged = workspace.rows("SELECT object_id FROM audit WHERE action = 'collect'")
        assert {load[0] for load in loads} <= {object_id for (object_id,) in logged}
        for load_id, feed, stored, aside, read, held in loads:
            assert read == stored + aside + held
            kept = "SELECT count(*) FROM quarantine WHERE load_id = ?"
            assert workspace.value(kept, [load_id]) == aside
            if feed == "pings":
                rows = "SELECT sum(rows) FROM ping_files WHERE load_id = ?"
                assert (workspace.value(rows, [load_id]) or 0) == stored
            elif feed == "crimes":
                assert workspace.value(
                    "SELECT count(*) FROM crimes WHERE load_id = ?", [load_id]
                ) == (stored)
        known = [load[0] for load in loads]
        for table in ("crimes", "quarantine", "ping_files", "devices"):
            others = f"SELECT count(*) FROM {table} WHERE NOT list_contains(?, load_id)"
            assert workspace.value(others, [known]) == 0, table
        registered = {Path(file).name for file in workspace.ping_files()}
        assert registered == {file.name for file in workspace.pings_folder.iterdir()}
        if registered:
            for name, rows in workspace.rows("SELECT file, rows FROM ping_files"):
                file = str(workspace.pings_folder / name)
                assert workspace.value("SELECT count(*) FROM read_parquet(?)", [file]) == rows
        assert list((workspace.path / "spill").iterdir()) == []
        return [(load[1], load[2]) for load in loads]


@pytest.fixture
def folder(tmp_path, command):
    made = tmp_path / "workspace"
    command("init", made)
    return made


def check_kills(folder: Path, load: list, delays: list[float]) -> dict:
    """Kill a load at each delay, then do it; return the report of the load that stored."""
    command_line = [*command("load", folder, *load), "--json"]
    reports = []
    for number, delay_s in enumerate(delays):
        printed = killed(command_line, delay_s, after=STORING if number % 2 else "")
        loads = assert_whole(folder)
        assert len(loads) <= 1
        if printed:
            reports.append(json.loads(printed))
            assert loads == [(load[0], reports[0]["rows_stored"])]
    once = told("load", folder, *load)
    again = told("load", folder, *load)
    assert again["rows_stored"] == 0
    assert again["rows_read"] == again["rows_already_held"] == once["rows_read"]
    (stored,) = {count for feed, count in assert_whole(folder) if count}
    return {**once, "stored": stored}


@pytest.mark.real
def test_a_load_of_crimes_that_is_killed_leaves_all_or_nothing(folder, real_data):
    files = sorted((real_data / "police_uk_south_yorkshire" / "street").iterdir())[:6]
    rows, usable, seen = 0, 0, set()
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as text:
            for row in csv.DictReader(text):
                rows += 1
                if not row["Longitude"]:
                    continue
                mark = tuple(row.values())
                usable += not row["Crime ID"] or mark not in seen
                seen.add(mark)
    chance = random.Random(20260831)
    delays = [chance.uniform(0.5, 4.5), 0.0, chance.uniform(1.5, 4.5), chance.uniform(0.0, 1.0)]

    done = check_kills(folder, ["crimes", *files], delays)

    assert done["rows_read"] == rows
    assert done["stored"] == usable


def test_a_load_of_pings_that_is_killed_leaves_all_or_nothing(folder, sample_files, tmp_path):
    count = 150_000
    with gzip.open(sample_files / "pings.csv.gz", "rt", encoding="utf-8") as text:
        lines = [next(text) for _ in range(count + 1)]
    file = tmp_path / "pings.csv"
    file.write_text("".join(lines), encoding="utf-8")
    chance = random.Random(7)
    delays = [chance.uniform(1.0, 4.0), 0.05, chance.uniform(1.0, 4.0), chance.uniform(0.1, 0.8)]

    done = check_kills(folder, ["pings", file], delays)

    assert done["rows_read"] == done["stored"] == count


@pytest.mark.parametrize(
    ("where", "what", "is_kept"),
    [
        ("ping_store", "_measure_devices", False),  # files lie there, none is registered
        ("ping_store", "register_files", False),  # within the transaction
        ("keys.Keys", "write_head", True),  # committed, the head of the log not yet recorded
    ],
)
def test_a_kill_at_the_worst_moment_of_a_load_of_pings(
    folder, sample_files, tmp_path, command, where, what, is_kept
):
    with gzip.open(sample_files / "pings.csv.gz", "rt", encoding="utf-8") as text:
        lines = [next(text) for _ in range(2_001)]
    file = tmp_path / "pings.csv"
    file.write_text("".join(lines), encoding="utf-8")
    code = KILLED_IN.format(where=where, what=what)

    killer = [sys.executable, "-c", code, "load", str(folder), "pings", str(file)]
    died = subprocess.run(killer, cwd=ROOT, capture_output=True, check=False)

    assert died.returncode == -9
    loads = assert_whole(folder)
    assert loads == ([("pings", 2_000)] if is_kept else [])
    again = command("load", folder, "pings", file)
    assert again["rows_stored"] == (0 if is_kept else 2_000)
    assert again["rows_already_held"] == (2_000 if is_kept else 0)
    assert_whole(folder)


def assert_lists_whole(folder: Path) -> list[str]:
    assert_whole(folder)
    with Workspace.open(folder) as workspace:
        lists = workspace.rows("SELECT list_id, run_id, summary FROM lists ORDER BY version")
        for list_id, run_id, summary in lists:
            places = "SELECT count(*) FROM hotspots WHERE list_id = ?"
            assert workspace.value(places, [list_id]) == json.loads(summary)["hotspots"] == 40
            assert workspace.value("SELECT count(*) FROM runs WHERE run_id = ?", [run_id]) == 1
        logged = "SELECT count(*) FROM audit WHERE action = 'create' AND object_type = 'list'"
        assert workspace.value(logged) == len(lists)
        places = "SELECT count(DISTINCT list_id) FROM hotspots"
        assert workspace.value(places) == len(lists)
        return [list_id for list_id, _, _ in lists]


def test_a_sign_off_that_is_killed_leaves_a_whole_list_or_none(sample):
    settings = ROOT / "sample_data" / "chain" / "target.json"
    target = ["target", sample, "--settings", settings, "--valid-from", "2026-06-01"]
    chance = random.Random(3)
    signed = 0
    for delay_s in (chance.uniform(1.0, 2.5), chance.uniform(2.0, 4.0), chance.uniform(3.0, 6.0)):
        printed = killed([*command(*target), "--json"], delay_s)
        lists = assert_lists_whole(sample)
        assert len(lists) - signed in ((1,) if printed else (0, 1))
        signed = len(lists)
    assert len(told(*target)["hotspots"]) == 40
    assert len(assert_lists_whole(sample)) == signed + 1


def test_answers_that_were_saved_survive_being_killed(folder):
    chance = random.Random(11)
    for _ in range(2):
        process = [sys.executable, "-c", ANSWERS, str(folder)]
        printed = killed(process, chance.uniform(0.1, 1.5), after="saved").splitlines()
        accepted = dict(line.split() for line in printed if line.count(" ") == 1)
        assert accepted
        assert_whole(folder)
        with Workspace.open(folder) as workspace:
            kept = workspace.rows("SELECT item_id, level, evidence, evidence_on FROM answers")
            logged = workspace.rows(
                "SELECT object_id, detail FROM audit WHERE object_type = 'answer' ORDER BY number"
            )
        levels = {item: level for item, level, _, _ in kept}
        assert len(levels) == len(kept)
        assert levels == {item: json.loads(detail)["level"] for item, detail in logged}
        for item, level in accepted.items():
            assert levels[item] in (int(level), int(level) + 1)
        assert all(text == f"level {level}" for _, level, text, _ in kept)
        assert {day for *_, day in kept} == {date(2026, 8, 1)}


def test_an_init_that_is_killed_leaves_nothing_in_the_way(tmp_path):
    folder = tmp_path / "town"
    killed(command("init", folder, "--sample"), 0.3, after="pings")
    assert not folder.exists()
    told("init", folder)
    assert_whole(folder)
    assert [left.name for left in tmp_path.iterdir()] == ["town"]
