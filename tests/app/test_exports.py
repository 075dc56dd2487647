"""Downloads: the right of the moment, a reason for records, a record of each disclosure."""

import pytest

from analytics.workspace import InputError, Refused, User, people
from components import exports

ANALYST = User("one-analyst", "The analyst", frozenset({"analyst"}))
ROOT_USER = User("os:test", "Test", frozenset(), every_right=True)


@pytest.fixture
def pressed(monkeypatch):
    """What pressing a drawn download button would fetch; the reason field holds `reason`."""

    def offer(user, *, records=False, reason=""):
        made = []
        monkeypatch.setattr(exports.st, "text_input", lambda *given, **named: reason)
        monkeypatch.setattr(
            exports.st, "download_button", lambda label, make, *given, **named: made.append(make)
        )
        exports.offer("x", b"abc", "x.csv", user, "hotspots", "r1", key="x", records=records)
        return made[0] if made else None

    return offer


def test_a_press_is_recorded_and_needs_the_right_of_the_moment(sample_copy, pressed):
    fetch = pressed(ANALYST)
    newest = "SELECT action, object_id, detail FROM audit ORDER BY number DESC LIMIT 1"
    assert fetch() == b"abc"
    assert sample_copy.rows(newest) == [
        ("disclose", "r1", '{"bytes": 3, "file": "x.csv", "reason": ""}')
    ]
    people.set_roles(sample_copy, ROOT_USER, "one-analyst", {"trainer"})
    with pytest.raises(Refused):
        fetch()
    assert sample_copy.rows(newest)[0][:2] == ("refuse", "export")


def test_records_leave_only_with_right_and_reason(sample_copy, pressed):
    assert pressed(User("one-lead", "L", frozenset({"lead"})), records=True) is None
    with pytest.raises(InputError, match="reason"):
        pressed(ANALYST, records=True)()
    assert pressed(ANALYST, records=True, reason="court order")() == b"abc"
