"""Files dropped into an inbox folder: taken once whole, moved away, and never tried for ever."""

import logging

import pytest

from analytics import technology
from analytics.technology import inbox
from analytics.workspace import InputError, Refused, User, Workspace
from tests.unit.technology.conftest import POLICE_UK, police_uk_row


@pytest.fixture
def folder(empty_workspace):
    return empty_workspace.path / "inbox" / "crimes"


def names(folder) -> set[str]:
    return {file.name for file in folder.iterdir()} if folder.is_dir() else set()


def look_twice(workspace, user):
    technology.watch_inbox(workspace, user)
    return technology.watch_inbox(workspace, user)


def test_a_file_is_taken_once_it_has_stopped_growing(empty_workspace, acting, folder):
    file = folder / "a.csv"
    file.write_text(POLICE_UK + police_uk_row("a"))
    assert technology.watch_inbox(empty_workspace, acting) == []
    with file.open("a") as growing:
        growing.write(police_uk_row("b"))
    assert technology.watch_inbox(empty_workspace, acting) == []

    (taken,) = technology.watch_inbox(empty_workspace, acting)

    assert taken.report.rows_stored == 2
    assert names(folder) == {"done"}
    assert names(folder / "done") == {"a.csv"}


def test_hidden_files_and_folders_are_left_alone(empty_workspace, acting, folder):
    (folder / ".a.csv.part").write_text(POLICE_UK)
    (folder / "mine").mkdir()
    assert look_twice(empty_workspace, acting) == []
    assert names(folder) == {".a.csv.part", "mine"}


def test_a_missing_inbox_holds_up_no_other(empty_workspace, acting, folder):
    (empty_workspace.path / "inbox" / "pings").rmdir()
    (folder / "a.csv").write_text(POLICE_UK + police_uk_row("a"))
    (taken,) = look_twice(empty_workspace, acting)
    assert taken.report.rows_stored == 1


def test_a_bad_file_lies_in_failed_with_its_sentence_until_it_is_dismissed(
    empty_workspace, acting, folder
):
    for text in ("", "id\n1\n"):
        (folder / "bad.csv").write_text(text)
        look_twice(empty_workspace, acting)

    found = technology.inbox_failures(empty_workspace)

    assert list(found["feed"]) == ["crimes", "crimes"]
    assert any("It is empty" in said for said in found["sentence"])
    officer = User("o", "O", frozenset({"officer"}))
    with pytest.raises(Refused):
        technology.dismiss_failure(empty_workspace, officer, "crimes", "bad.csv")
    for file in found["file"]:
        technology.dismiss_failure(empty_workspace, acting, "crimes", file)
    assert names(folder / "failed") == set()
    assert technology.inbox_failures(empty_workspace).empty
    with pytest.raises(InputError, match="no longer there"):
        technology.dismiss_failure(empty_workspace, acting, "crimes", "../../workspace.duckdb")
    assert (empty_workspace.path / "workspace.duckdb").exists()


def test_a_file_that_trips_the_program_is_put_aside_with_an_incident(
    empty_workspace, acting, folder, monkeypatch, caplog
):
    def faulty(*_, **__):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(inbox, "load", faulty)
    (folder / "a.csv").write_text(POLICE_UK)
    with caplog.at_level(logging.ERROR):
        (taken,) = look_twice(empty_workspace, acting)

    assert "incident" in taken.failure
    assert "boom" not in taken.failure
    assert "boom" in caplog.text
    assert names(folder) == {"failed"}
    assert look_twice(empty_workspace, acting) == []


def test_a_file_loaded_just_before_a_crash_is_moved_and_not_stored_twice(
    empty_workspace, acting, folder
):
    file = folder / "a.csv"
    file.write_text(POLICE_UK + police_uk_row("a"))
    technology.load(empty_workspace, acting, "crimes", [file])
    path = empty_workspace.path
    empty_workspace.close()
    with Workspace.open(path) as workspace:
        (taken,) = look_twice(workspace, acting)
        assert (taken.report.rows_stored, taken.report.rows_already_held) == (0, 1)
        assert names(folder / "done") == {"a.csv"}
