"""Backup, restore and retention."""

import zipfile
from datetime import date

import pytest

from analytics.workspace import (
    Refused,
    User,
    Workspace,
    WorkspaceError,
    audit,
    backup,
    people,
    retention,
    sessions,
)
from analytics.workspace.keys import Keys


def _add_ping_file(workspace, name, day):
    (workspace.pings_folder / name).write_bytes(b"pings")
    with workspace.bookkeeping() as change:
        change.execute("INSERT INTO ping_files VALUES (?, 'l', ?, 5, 0, 1)", [name, day])


def _is_verified(workspace):
    with workspace.cursor() as cursor:
        return audit.verify(cursor, workspace.keys.read_head()).verified


def test_a_restored_copy_has_the_data_and_a_verified_log_of_its_own(workspace, anyone, tmp_path):
    _add_ping_file(workspace, "a.parquet", date(2026, 1, 1))
    made = backup.backup(workspace, anyone, tmp_path / "b.zip")
    assert made.bytes == (tmp_path / "b.zip").stat().st_size
    pseudonym = workspace.keys.pseudonym("PC 1234")
    backup.restore(tmp_path / "b.zip", tmp_path / "copy", anyone)
    with Workspace.open(tmp_path / "copy") as copy:
        assert [name.endswith("a.parquet") for name in copy.ping_files()] == [True]
        assert (copy.pings_folder / "a.parquet").read_bytes() == b"pings"
        assert copy.keys.pseudonym("PC 1234") == pseudonym
        assert _is_verified(copy)
    assert _is_verified(workspace)


def test_the_hash_key_is_not_in_the_backup(workspace, anyone, tmp_path):
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    key = workspace.keys.escrow().encode()
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert all(key not in archive.read(name) for name in archive.namelist())


def test_people_log_and_purges_stay_those_of_the_present(workspace, anyone, tmp_path):
    _add_ping_file(workspace, "old.parquet", date(2020, 1, 1))
    _add_ping_file(workspace, "new.parquet", date(2026, 1, 1))
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    assert retention.purge(workspace, anyone, "pings", date(2024, 1, 1)) == 5
    with workspace.bookkeeping() as change:
        change.execute("INSERT INTO people (username, name) VALUES ('later', 'Came later')")
    records = workspace.value("SELECT count(*) FROM audit")
    folder = workspace.path
    workspace.close()
    backup.restore(tmp_path / "b.zip", folder, anyone)
    with Workspace.open(folder) as restored:
        assert [name.rsplit("/")[-1] for name in restored.ping_files()] == ["new.parquet"]
        assert not (restored.pings_folder / "old.parquet").exists()
        assert restored.value("SELECT name FROM people WHERE username = 'later'") == "Came later"
        assert restored.value("SELECT count(*) FROM audit") == records + 1
        assert _is_verified(restored)


def test_a_damaged_backup_is_refused_and_the_present_stays(workspace, anyone, tmp_path):
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["workspace.duckdb"] = members["workspace.duckdb"][:-1] + b"x"
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(WorkspaceError, match="damaged"):
        backup.restore(tmp_path / "bad.zip", tmp_path / "copy", anyone)
    assert not (tmp_path / "copy").exists()
    with pytest.raises(WorkspaceError, match="not a backup"):
        (tmp_path / "not.zip").write_text("no")
        backup.restore(tmp_path / "not.zip", tmp_path / "copy", anyone)


def test_restore_needs_the_hash_key(workspace, anyone, tmp_path):
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    key = workspace.keys.escrow()
    (workspace.keys.folder / "hash.key").unlink()
    with pytest.raises(WorkspaceError, match="--hash-key"):
        backup.restore(tmp_path / "b.zip", tmp_path / "copy", anyone)
    with pytest.raises(WorkspaceError, match="not the one"):
        backup.restore(tmp_path / "b.zip", tmp_path / "copy", anyone, hash_key="00" * 32)
    backup.restore(tmp_path / "b.zip", tmp_path / "copy", anyone, hash_key=key)
    assert (tmp_path / "copy").exists()


def test_purging_by_retention_keeps_daily_aggregates(workspace, anyone):
    _add_ping_file(workspace, "old.parquet", date(2020, 1, 1))
    with workspace.bookkeeping() as change:
        change.execute("INSERT INTO dosage_days (hotspot_id, day) VALUES ('h', DATE '2020-01-01')")
    assert retention.purge_expired(workspace, anyone) == {"pings": 5}
    assert workspace.ping_files() == []
    assert workspace.value("SELECT count(*) FROM dosage_days") == 1
    assert workspace.value("SELECT count(*) FROM purges") == 1


def test_pseudonyms_depend_on_the_key_alone(tmp_path):
    first, second = Keys(tmp_path / "a"), Keys(tmp_path / "b")
    assert first.create() != second.create()
    assert first.pseudonym("PC 1") != second.pseudonym("PC 1")
    second.recover(first.escrow())
    assert first.pseudonym(" pc 1 ") == second.pseudonym("PC 1")


def test_a_session_ended_since_the_backup_does_not_come_to_life_again(workspace, anyone, tmp_path):
    people.add_person(workspace, anyone, "ann", "Ann", {"analyst"})
    ann = User("ann", "Ann", frozenset({"analyst"}))
    session = sessions.start_session(workspace, ann)
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    sessions.end_session(workspace, ann, session)
    folder = workspace.path
    workspace.close()
    backup.restore(tmp_path / "b.zip", folder, anyone)
    backup.restore(tmp_path / "b.zip", tmp_path / "copy", anyone)
    for restored in (folder, tmp_path / "copy"):
        with Workspace.open(restored) as opened:
            assert sessions.session_user(opened, session) is None


def test_a_load_undone_since_the_backup_stays_undone(workspace, anyone, tmp_path):
    with workspace.bookkeeping() as change:
        change.execute(
            "INSERT INTO loads (load_id, feed, is_undone) VALUES ('L1', 'crimes', false)"
        )
        change.execute("INSERT INTO crimes (load_id) VALUES ('L1'), ('L2')")
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    with workspace.write(anyone, "erase", "load", "L1") as change:
        retention.undo(change, anyone, "crimes", "L1")
    folder = workspace.path
    workspace.close()
    backup.restore(tmp_path / "b.zip", folder, anyone)
    with Workspace.open(folder) as restored:
        assert restored.rows("SELECT load_id FROM crimes") == [("L2",)]
        assert restored.value("SELECT is_undone FROM loads WHERE load_id = 'L1'")


def test_only_who_manages_the_workspace_may_restore_it(workspace, anyone, tmp_path):
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    with pytest.raises(Refused):
        backup.restore(
            tmp_path / "b.zip", tmp_path / "copy", User("a", "A", frozenset({"analyst"}))
        )
    assert not (tmp_path / "copy").exists()


def test_no_one_else_on_the_machine_may_read_workspace_or_backup(workspace, anyone, tmp_path):
    backup.backup(workspace, anyone, tmp_path / "b.zip")
    backup.restore(tmp_path / "b.zip", tmp_path / "copy", anyone)
    for private in (workspace.path, tmp_path / "b.zip", tmp_path / "copy"):
        assert private.stat().st_mode & 0o077 == 0, private


def test_devices_go_with_the_last_of_their_positions(workspace, anyone):
    _add_ping_file(workspace, "old.parquet", date(2020, 1, 1))
    with workspace.bookkeeping() as change:
        change.execute("INSERT INTO devices (device, load_id) VALUES ('d', 'l')")
    retention.purge(workspace, anyone, "pings", date(2024, 1, 1))
    assert workspace.value("SELECT count(*) FROM devices") == 0


def test_opening_removes_unpacked_uploads_that_a_crash_left(workspace):
    stray = workspace.path / "spill" / "load-dead-beef"
    stray.mkdir()
    (stray / "00000.csv").write_text("collar number\nPC 1234\n")
    folder = workspace.path
    workspace.close()
    with Workspace.open(folder):
        assert not stray.exists()
