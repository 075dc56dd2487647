"""What Home tells of files and jobs that failed, and to whom."""

from analytics import programme
from analytics.workspace import InputError, User, jobs

ANALYST = User("ann", "Ann", frozenset({"analyst"}))
INSPECTOR = User("ins", "Ins", frozenset({"inspector"}))


def put_failed(workspace, name="bad.csv", said="It is empty. Export it again."):
    folder = workspace.path / "inbox" / "crimes" / "failed"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    (folder / f"{name}.txt").write_text(f"{said}\n")


def run_jobs(workspace, work):
    worker = jobs.Worker(workspace, {"plan": work, "inbox": work}, pause_s=0.01)
    worker.start()
    while any(job.is_open for job in jobs.recent(workspace)):
        pass
    worker.stop()


def refuse(*_):
    raise InputError("There is no roster.")


def test_inbox_failures_are_told_to_those_who_load(empty_workspace):
    put_failed(empty_workspace)
    (found,) = programme.failures(empty_workspace, ANALYST)
    assert (found.feed, found.file) == ("crimes", "bad.csv")
    assert found.sentence == "It is empty. Export it again."
    assert programme.failures(empty_workspace, INSPECTOR) == []


def test_a_job_is_told_to_who_gave_it_until_it_is_given_again(empty_workspace):
    job_id = jobs.submit(empty_workspace, INSPECTOR, "plan", {"settings": {}})
    jobs.submit(empty_workspace, INSPECTOR, "inbox", {})
    run_jobs(empty_workspace, refuse)
    (found,) = programme.failures(empty_workspace, INSPECTOR)
    assert (found.job_id, found.sentence) == (job_id, "There is no roster.")
    assert programme.failures(empty_workspace, ANALYST) == []

    jobs.run_again(empty_workspace, INSPECTOR, job_id)
    assert programme.failures(empty_workspace, INSPECTOR) == []
    run_jobs(empty_workspace, lambda *_: {})
    assert programme.failures(empty_workspace, INSPECTOR) == []


def test_an_interrupted_job_is_told(empty_workspace):
    job_id = jobs.submit(empty_workspace, ANALYST, "plan", {})
    with empty_workspace.bookkeeping() as change:
        change.execute("UPDATE jobs SET state = 'running'")
    run_jobs(empty_workspace, lambda *_: {})
    (found,) = programme.failures(empty_workspace, ANALYST)
    assert found.job_id == job_id
    assert "run it again" in found.sentence
