"""Jobs: two lanes, cancelling, crashes, and commands handed over by another process."""

import threading
import time

import pytest

from analytics.workspace import InputError, User, WorkspaceBusy, jobs, queue


def _wait(workspace, job_id, final=("done", "failed", "cancelled")):
    for _ in range(200):
        job = jobs.state(workspace, job_id)
        if job.state in final:
            return job
        time.sleep(0.05)
    raise AssertionError(f"The job is still {job.state}.")


@pytest.fixture
def worker(workspace):
    made = []

    def start(kinds, watchers=()):
        one = jobs.Worker(workspace, kinds, watchers, pause_s=0.02)
        one.start()
        made.append(one)
        return one

    yield start
    for one in made:
        one.stop()


def test_a_job_acts_as_the_person_who_asked(workspace, worker):
    worker({"who": lambda w, user, a, p: {"name": user.username, "given": a["x"]}})
    analyst = User("ann", "Ann", frozenset({"analyst"}))
    job = _wait(workspace, jobs.submit(workspace, analyst, "who", {"x": 3}))
    assert job.result == {"name": "ann", "given": 3}


def test_a_long_job_does_not_hold_up_the_quick_lane(workspace, worker, anyone):
    go_on = threading.Event()
    worker(
        {
            "slow": lambda *_: {"waited": go_on.wait(10)},
            "fast": lambda *_: {"ok": True},
        }
    )
    slow = jobs.submit(workspace, anyone, "slow", {})
    fast = _wait(workspace, jobs.submit(workspace, anyone, "fast", {}, lane=jobs.QUICK))
    assert fast.state == "done"
    assert jobs.state(workspace, slow).is_open
    go_on.set()
    assert _wait(workspace, slow).result == {"waited": True}


def test_bad_input_becomes_the_job_s_sentence_and_a_fault_an_incident(workspace, worker, anyone):
    def bad(*_):
        raise InputError("The file is empty.")

    worker({"bad": bad, "fault": lambda *_: 1 / 0})
    assert _wait(workspace, jobs.submit(workspace, anyone, "bad", {})).error == "The file is empty."
    fault = _wait(workspace, jobs.submit(workspace, anyone, "fault", {}))
    assert "incident" in fault.error
    assert "ZeroDivision" not in fault.error


def test_a_running_job_can_be_cancelled(workspace, worker, anyone):
    def endless(w, u, a, report):
        while True:
            report(0.5, "half way")
            time.sleep(0.02)

    worker({"endless": endless})
    job_id = jobs.submit(workspace, anyone, "endless", {})
    while jobs.state(workspace, job_id).message != "half way":
        time.sleep(0.02)
    jobs.cancel(workspace, anyone, job_id)
    assert _wait(workspace, job_id).state == "cancelled"


def test_a_job_cut_off_by_a_crash_is_marked_and_can_be_run_again(workspace, worker, anyone):
    job_id = jobs.submit(workspace, anyone, "count", {"to": 2})
    with workspace.bookkeeping() as change:
        change.execute("UPDATE jobs SET state = 'running'")
    worker({"count": lambda w, u, a, p: {"to": a["to"]}})
    job = jobs.state(workspace, job_id)
    assert job.state == "interrupted"
    assert "run it again" in job.error
    again = _wait(workspace, jobs.run_again(workspace, anyone, job_id))
    assert again.result == {"to": 2}


def test_a_command_is_handed_over_and_answered(workspace, worker, anyone):
    def command(w, user, arguments, report):
        answer = queue.Answer(f"{user.username} {arguments['arguments']}", "", 0)
        queue.answer_request(w, arguments["request_id"], answer)
        return {}

    worker({"command": command}, watchers=(queue.take_requests,))
    answer = queue.hand_over(workspace.path, ["feeds", "W"], "os:someone", wait_s=10)
    assert answer == queue.Answer("os:someone ['feeds', 'W']", "", 0)
    assert list((workspace.path / "queue").iterdir()) == []


def test_a_command_no_one_takes_is_withdrawn_with_a_sentence(workspace):
    with pytest.raises(WorkspaceBusy, match="did not answer"):
        queue.hand_over(workspace.path, ["feeds"], "os:x", wait_s=5, pickup_s=0.2)
    assert list((workspace.path / "queue").iterdir()) == []
