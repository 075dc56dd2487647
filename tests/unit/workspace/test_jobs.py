"""Jobs: two lanes, cancelling, crashes, and commands handed over by another process."""

import os
import threading
import time

import pytest

from analytics.workspace import InputError, Refused, User, WorkspaceBusy, jobs, people, queue
from analytics.workspace.roles import operating_system_user


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
    answer = queue.hand_over(workspace.path, ["feeds", "W"], wait_s=10)
    assert answer == queue.Answer(f"{operating_system_user().username} ['feeds', 'W']", "", 0)
    assert list((workspace.path / "queue").iterdir()) == []


def test_a_command_no_one_takes_is_withdrawn_with_a_sentence(workspace):
    with pytest.raises(WorkspaceBusy, match="did not answer"):
        queue.hand_over(workspace.path, ["feeds"], wait_s=5, pickup_s=0.2)
    assert list((workspace.path / "queue").iterdir()) == []


def test_a_queue_file_that_is_no_request_does_not_end_the_watch(workspace, worker):
    def command(w, user, arguments, report):
        queue.answer_request(w, arguments["request_id"], queue.Answer("done", "", 0))
        return {}

    for name, text in (("a", "{not json"), ("b", "[]"), ("c", '{"username": "os:root"}')):
        (workspace.path / "queue" / f"{name}.json").write_text(text, encoding="utf-8")
    worker({"command": command}, watchers=(queue.take_requests,))
    assert queue.hand_over(workspace.path, ["feeds"], wait_s=10).stdout == "done"
    assert list((workspace.path / "queue").iterdir()) == []


def test_a_fault_of_one_watcher_does_not_end_the_watch(workspace, worker):
    seen = threading.Event()

    def faulty(_):
        raise ZeroDivisionError

    def counting(_):
        seen.set()

    worker({}, watchers=(faulty, counting))
    assert seen.wait(5)
    seen.clear()
    assert seen.wait(5)


def test_who_asks_by_a_queue_file_is_its_owner_and_not_whom_it_names(workspace):
    request = workspace.path / "queue" / "x.json"
    request.write_text('{"arguments": ["feeds"], "username": "os:someone-else"}', encoding="utf-8")
    queue.take_requests(workspace)
    assert jobs.recent(workspace)[0].username == operating_system_user().username


def test_an_answer_can_be_read_by_its_owner_only(workspace):
    queue.answer_request(workspace, "x", queue.Answer("a new password", "", 0))
    assert (workspace.path / "queue" / "x.answer").stat().st_mode & 0o077 == 0


def test_the_operating_system_s_user_is_not_taken_from_the_environment(monkeypatch):
    before = operating_system_user()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "chief")
    assert operating_system_user() == before
    assert before.name != "chief"


def test_a_job_has_the_rights_its_person_holds_when_it_begins(workspace, worker, anyone):
    people.add_person(workspace, anyone, "ann", "Ann", {"analyst"})
    ann = User("ann", "Ann", frozenset({"analyst"}))
    kinds = {"load": lambda w, user, a, p: w.require(user, "load") or {}}
    first = jobs.submit(workspace, ann, "load", {})
    people.set_roles(workspace, anyone, "ann", {"officer"})
    worker(kinds)
    assert "may not do this" in _wait(workspace, first).error
    people.set_roles(workspace, anyone, "ann", {"analyst"})
    assert _wait(workspace, jobs.submit(workspace, ann, "load", {})).state == "done"
    people.add_person(workspace, anyone, "adm", "Adm", {"admin"})
    people.disable(workspace, anyone, "ann")
    assert "may not do this" in _wait(workspace, jobs.submit(workspace, ann, "load", {})).error


def test_a_handed_over_command_cannot_be_run_again_by_someone_else(workspace, worker, anyone):
    worker({"command": lambda *_: {}})
    job_id = jobs.submit(workspace, anyone, "command", {"arguments": ["users"], "request_id": "x"})
    _wait(workspace, job_id)
    inspector = User("ins", "Ins", frozenset({"inspector"}))
    with pytest.raises(InputError, match="Type it again"):
        jobs.run_again(workspace, inspector, job_id)
    with pytest.raises(Refused):
        jobs.run_again(workspace, User("off", "Off", frozenset({"officer"})), job_id)


def test_a_command_waits_for_a_busy_app_and_is_told_when_it_stops(workspace, worker, anyone):
    desk = queue.Desk(workspace)
    threading.Timer(1.0, desk.close).start()
    with pytest.raises(WorkspaceBusy, match="did not answer"):
        queue.hand_over(workspace.path, ["feeds"], wait_s=20, pickup_s=0.2)

    desk = queue.Desk(workspace)
    stopping = threading.Timer(1.0, desk.close)
    stopping.start()
    threading.Timer(0.3, desk, [workspace]).start()
    with pytest.raises(WorkspaceBusy, match="stopped before it answered"):
        queue.hand_over(workspace.path, ["feeds"], wait_s=20, pickup_s=0.2)


def test_commands_of_a_stopped_app_are_not_done_by_the_next(workspace, worker):
    request = workspace.path / "queue" / "x.json"
    request.write_text('{"arguments": ["feeds"]}', encoding="utf-8")
    queue.take_requests(workspace)
    done = []
    desk = queue.Desk(workspace)
    worker({"command": lambda *_: done.append(1) or {}}, watchers=(desk,))
    time.sleep(0.2)
    assert [job.state for job in jobs.recent(workspace)] == ["interrupted"]
    assert done == []
    desk.close()


def test_requests_and_answers_that_no_one_waits_for_are_removed(workspace):
    folder = workspace.path / "queue"
    for name in ("old.json", "old.answer", "old.answer.part"):
        (folder / name).write_text('{"arguments": ["load"]}', encoding="utf-8")
        os.utime(folder / name, (0, 0))
    (folder / "new.answer").write_text("{}", encoding="utf-8")
    queue.take_requests(workspace)
    assert [file.name for file in folder.iterdir()] == ["new.answer"]
    assert jobs.recent(workspace) == []
