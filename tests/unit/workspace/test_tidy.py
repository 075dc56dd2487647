"""What is deleted by itself, and what stays."""

import os
import time

import pytest

from analytics.workspace import jobs, tidy
from analytics.workspace.times import now_ms


@pytest.fixture
def later(monkeypatch):
    """Let days pass: files get their time of change from the machine and cannot be backdated."""
    now = time.time()

    def by(days):
        monkeypatch.setattr(tidy.time, "time", lambda: now + days * tidy.DAY_S)

    return by


def _put(file, text="collar number\nPC 1234\n"):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (0, 0))  # the age of the content is no matter
    return file


def test_raw_files_go_when_they_are_no_longer_needed(workspace, later):
    upload = _put(workspace.path / "uploads" / "abc" / "roster.csv")
    done = _put(workspace.path / "inbox" / "roster" / "done" / "a.csv")
    failed = _put(workspace.path / "inbox" / "roster" / "failed" / "b.csv")
    waiting = _put(workspace.path / "inbox" / "roster" / "c.csv")
    assert tidy.tidy(workspace) == {}
    later(2)
    assert tidy.tidy(workspace) == {"uploads": 1}
    assert not upload.parent.exists()
    later(8)
    assert tidy.tidy(workspace) == {"loaded": 1}
    assert not done.exists()
    assert failed.exists()
    later(91)
    assert tidy.tidy(workspace) == {"failed": 1}
    assert waiting.exists()


def test_rows_kept_aside_expire_with_a_record(workspace):
    with workspace.bookkeeping() as change:
        change.execute(
            "INSERT INTO quarantine (load_id, expires_ms) VALUES ('old', ?), ('new', ?)",
            [now_ms() - 1, now_ms() + 60_000],
        )
    assert tidy.tidy(workspace) == {"kept_aside": 1}
    assert workspace.rows("SELECT load_id FROM quarantine") == [("new",)]
    newest = "SELECT username, action, detail FROM audit ORDER BY number DESC LIMIT 1"
    assert workspace.rows(newest) == [("service:tidy", "erase", '{"rows": 1}')]


def test_jobs_are_forgotten_but_not_while_they_are_open(workspace, anyone):
    ids = {kind: jobs.submit(workspace, anyone, kind, {}) for kind in ("load", "plan", "backup")}
    with workspace.bookkeeping() as change:
        change.execute(
            "UPDATE jobs SET state = 'done', finished_ms = ? WHERE kind <> 'backup'",
            [now_ms() - 2 * tidy.DAY_S * 1000],
        )
    assert tidy.tidy(workspace) == {"jobs": 1}
    assert {job.job_id for job in jobs.recent(workspace)} == {ids["plan"], ids["backup"]}
