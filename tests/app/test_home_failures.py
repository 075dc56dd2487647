"""Home tells what did not work, and offers the one thing to do about it."""

import pytest

from analytics.workspace import User, jobs


@pytest.fixture
def failed(sample_copy):
    """A file in failed/ whose name would be read as Markdown, and a job that a crash cut off."""
    folder = sample_copy.path / "inbox" / "crimes" / "failed"
    folder.mkdir()
    (folder / "a_b*c*.csv").write_text("x")
    (folder / "a_b*c*.csv.txt").write_text("File 'a_b*c*.csv': It is empty. Export it again.\n")
    analyst = User("one-analyst", "The analyst", frozenset({"analyst"}))
    job_id = jobs.submit(sample_copy, analyst, "load", {"feed": "crimes", "files": ["x"]})
    with sample_copy.bookkeeping() as change:
        change.execute("UPDATE jobs SET state = 'running'")
    worker = jobs.Worker(sample_copy, {})
    worker.start()
    worker.stop()
    return sample_copy, job_id


def press(app, label):
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_home_shows_failures_and_what_to_do(failed, open_page):
    workspace, job_id = failed
    app = open_page("home", "analyst")
    assert not app.exception
    assert any("2 things did not work" in shown.value for shown in app.markdown)
    said = [shown.value for shown in app.text]
    assert "File 'a_b*c*.csv': It is empty. Export it again." in said
    assert any("run it again" in sentence for sentence in said)
    assert any("Load\\: x" in shown.value for shown in app.markdown)

    app = press(app, "Run again")
    assert [job.state for job in jobs.recent(workspace)] == ["waiting", "interrupted"]
    assert jobs.recent(workspace)[0].arguments == jobs.state(workspace, job_id).arguments
    assert any("One thing did not work" in shown.value for shown in app.markdown)

    app = press(app, "Delete the file")
    assert not any("did not work" in shown.value for shown in app.markdown)
    assert list((workspace.path / "inbox" / "crimes" / "failed").iterdir()) == []


def test_home_tells_no_one_else(failed, open_page):
    for role in ("inspector", "officer", "auditor"):
        app = open_page("home", role)
        assert not any("did not work" in shown.value for shown in app.markdown)
