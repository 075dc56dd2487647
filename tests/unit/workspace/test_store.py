"""Opening, writing and refusing."""

import subprocess
import sys
import threading
from datetime import date

import pytest

from analytics.workspace import (
    InputError,
    Refused,
    User,
    Workspace,
    WorkspaceError,
    schema,
)


def test_a_second_process_gets_a_sentence(workspace):
    code = (
        "from analytics.workspace import Workspace, WorkspaceBusy\n"
        "try:\n    Workspace.open(__import__('sys').argv[1])\n"
        "except WorkspaceBusy as error:\n    print(error)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(workspace.path)], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    assert "open in another process" in answer.stdout


def test_a_failed_write_leaves_nothing_and_no_record(workspace, anyone):
    before = workspace.value("SELECT count(*) FROM audit")
    with pytest.raises(ZeroDivisionError), workspace.write(anyone, "alter", "x", "1") as change:
        change.execute("INSERT INTO drafts VALUES ('a', 'b', '{}', 0)")
        raise ZeroDivisionError
    assert workspace.value("SELECT count(*) FROM drafts") == 0
    assert workspace.value("SELECT count(*) FROM audit") == before


def test_a_refusal_is_recorded(workspace):
    officer = User("pc1", "An officer", frozenset({"officer"}))
    with pytest.raises(Refused, match="may not do this"):
        workspace.require(officer, "load")
    assert workspace.rows("SELECT username, action, object_id FROM audit ORDER BY number")[-1] == (
        "pc1",
        "refuse",
        "load",
    )


def test_an_unknown_action_is_a_programming_fault(workspace, anyone):
    with pytest.raises(KeyError):
        anyone.may("fly")


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2264", "nonsense"])
def test_a_crs_that_is_not_in_metres_is_refused(tmp_path, secrets_folder, anyone, crs):
    with pytest.raises(InputError, match="EPSG:27700"):
        Workspace.create(tmp_path / "other", anyone, crs=crs)
    assert not (tmp_path / "other").exists()


def test_a_newer_workspace_is_refused(workspace):
    folder = workspace.path
    with workspace.bookkeeping() as change:
        change.execute("UPDATE meta SET value = '999' WHERE name = 'schema_version'")
    workspace.close()
    with pytest.raises(WorkspaceError, match="Install the newer program"):
        Workspace.open(folder)


def test_no_workspace_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(WorkspaceError, match="python -m analytics init"):
        Workspace.open(tmp_path)


def test_unregistered_ping_files_are_removed_at_start(workspace):
    stray = workspace.pings_folder / "half.parquet.part"
    stray.write_bytes(b"half")
    folder = workspace.path
    workspace.close()
    with Workspace.open(folder):
        assert not stray.exists()


def test_writers_in_many_threads_keep_one_chain(workspace, anyone):
    def write(name):
        for number in range(10):
            workspace.log(anyone, "consult", name, str(number))

    threads = [threading.Thread(target=write, args=(f"thread{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [n for (n,) in workspace.rows("SELECT number FROM audit ORDER BY number")]
    assert numbers == list(range(1, 62))


def test_the_sample_stands_still_at_its_own_date(tmp_path, secrets_folder, anyone):
    with Workspace.create(
        tmp_path / "sample", anyone, is_sample=True, as_of=date(2026, 8, 31)
    ) as sample:
        assert sample.today() == date(2026, 8, 31)
        assert sample.marking == "SYNTHETIC"


def test_every_table_of_the_schema_exists(workspace):
    held = {name for (name,) in workspace.rows("SELECT table_name FROM duckdb_tables()")}
    assert held == set(schema.TABLES)
    assert schema.VERSION == int(
        workspace.value("SELECT value FROM meta WHERE name = 'schema_version'")
    )


def test_a_fingerprint_changes_with_a_load_and_an_undo(workspace):
    empty = workspace.fingerprint("crimes")
    with workspace.bookkeeping() as change:
        change.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) "
            "VALUES ('a', 'crimes', 1, 'f', false)"
        )
    loaded = workspace.fingerprint("crimes")
    assert loaded != empty
    assert workspace.fingerprint("pings") == workspace.fingerprint("pings")
    with workspace.bookkeeping() as change:
        change.execute("UPDATE loads SET is_undone = true")
    assert workspace.fingerprint("crimes") == empty
