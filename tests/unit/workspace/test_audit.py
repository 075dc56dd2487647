"""The log finds edit, deletion, truncation and rewriting."""

import pytest

from analytics.workspace import User, audit


def _log_five(workspace, user):
    for number in range(5):
        workspace.log(user, "consult", "page", str(number))


def _verify(workspace):
    with workspace.cursor() as cursor:
        return audit.verify(cursor, workspace.keys.read_head())


def test_untouched_log_is_verified(workspace, anyone):
    _log_five(workspace, anyone)
    found = _verify(workspace)
    assert (found.records, found.verified) == (6, True)


@pytest.mark.parametrize(
    ("tampering", "where"),
    [
        ("UPDATE audit SET username = 'someone.else' WHERE number = 3", "Record 3 was changed"),
        ("DELETE FROM audit WHERE number = 3", "Record 3 is missing"),
        ("DELETE FROM audit WHERE number > 4", "recorded head at length 6"),
    ],
)
def test_tampering_is_found(workspace, anyone, tampering, where):
    _log_five(workspace, anyone)
    with workspace.bookkeeping() as transaction:
        transaction.execute(tampering)
    found = _verify(workspace)
    assert not found.verified
    assert where in found.reason


def test_a_log_rewritten_from_the_start_does_not_pass_the_recorded_head(workspace, anyone):
    _log_five(workspace, anyone)
    intruder = User("intruder", "Intruder", frozenset())
    with workspace.bookkeeping() as transaction:
        transaction.execute("DELETE FROM audit")
    with workspace.cursor() as cursor:
        for number in range(8):
            audit.append(cursor, intruder, "consult", "page", str(number), None)
        assert audit.verify(cursor, None).verified
    assert not _verify(workspace).verified


def test_a_longer_log_than_the_recorded_head_is_verified(workspace, anyone):
    _log_five(workspace, anyone)
    head = workspace.keys.read_head()
    _log_five(workspace, anyone)
    with workspace.cursor() as cursor:
        assert audit.verify(cursor, head).verified


def test_views_are_recorded_once_a_quarter_of_an_hour(workspace, anyone):
    for _ in range(3):
        workspace.log_view(anyone, "kept_aside", "load-1")
    workspace.log_view(anyone, "kept_aside", "load-2")
    assert workspace.value("SELECT count(*) FROM audit WHERE action = 'consult'") == 2
