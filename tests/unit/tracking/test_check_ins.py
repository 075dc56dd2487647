"""Check-ins: own visits only, forgotten ones closed by their person, compared with GPS."""

from datetime import date, datetime, time

import pytest

from analytics import tracking
from analytics.tracking import check_ins
from analytics.workspace import InputError, Refused, User, people, retention

MINUTE_MS = 60_000
OFFICER = User("pat", "Pat", frozenset({"officer"}))
OTHER = User("sam", "Sam", frozenset({"officer"}))


@pytest.fixture
def clock(tracked, acting, monkeypatch):
    """Noon of the first day of the tracks, moved on by calling it with minutes."""
    noon = datetime(2026, 6, 8, 12, tzinfo=tracked.timezone).timestamp() * 1000
    now = [round(noon)]
    monkeypatch.setattr(check_ins, "present_ms", lambda workspace: now[0])
    with tracked.write(acting, "create", "person", "pat") as kept:
        kept.execute("INSERT INTO people (username, is_disabled) VALUES ('pat', false)")
        kept.execute("INSERT INTO people (username, is_disabled) VALUES ('sam', false)")
        kept.execute("INSERT INTO devices (device, unit) VALUES ('a', 'a'), ('b', 'b')")
    tracking.link_person(tracked, acting, "pat", "a", "North", "PC 1234")

    def move(minutes):
        now[0] += round(minutes * MINUTE_MS)

    return move


def test_a_visit_runs_from_check_in_to_check_out(tracked, clock):
    one = tracking.check_in(tracked, OFFICER, "A", crew=2, mode="foot")
    clock(12)
    tracking.check_out(tracked, OFFICER, one, note="spoke to the shop")
    (held,) = tracking.own_check_ins(tracked, OFFICER, date(2026, 6, 8))
    assert (held.minutes, held.crew, held.note, held.is_closed_late) == (
        12, 2, "spoke to the shop", False
    )  # fmt: skip
    with pytest.raises(InputError, match="closed already"):
        tracking.check_out(tracked, OFFICER, one)


def test_a_new_place_ends_the_visit_before(tracked, clock):
    tracking.check_in(tracked, OFFICER, "A")
    clock(10)
    tracking.check_in(tracked, OFFICER, "B")
    minutes = [one.minutes for one in tracking.own_check_ins(tracked, OFFICER, date(2026, 6, 8))]
    assert minutes == [10, None]


def test_a_forgotten_visit_counts_nothing_until_its_person_says_when_it_ended(tracked, clock):
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(tracking.LONGEST_MIN + 1)
    assert tracking.open_check_in(tracked, OFFICER).is_forgotten
    with pytest.raises(InputError, match="Say first when it ended"):
        tracking.check_in(tracked, OFFICER, "B")
    with pytest.raises(InputError, match="Say when it ended"):
        tracking.check_out(tracked, OFFICER, one)
    with pytest.raises(InputError, match="future"):
        tracking.check_out(tracked, OFFICER, one, ended=time(18))
    assert check_ins.self_reported(tracked, date(2026, 6, 8), date(2026, 6, 8)).empty
    tracking.check_out(tracked, OFFICER, one, ended=time(12, 14))
    (held,) = tracking.own_check_ins(tracked, OFFICER, date(2026, 6, 8))
    assert (held.minutes, held.is_closed_late) == (14, True)


def test_nobody_closes_or_sees_the_visit_of_another(tracked, acting, clock):
    one = tracking.check_in(tracked, OFFICER, "A")
    tracking.link_person(tracked, acting, "sam", "b")
    with pytest.raises(InputError, match="not yours"):
        tracking.check_out(tracked, OTHER, one)
    assert tracking.own_check_ins(tracked, OTHER, date(2026, 6, 8)) == []
    assert tracking.own_results(tracked, OTHER).weeks["visits"].sum() == 0


def test_links_are_set_by_who_may_and_keep_no_number(tracked, clock):
    assert tracked.value("SELECT officer FROM person_units WHERE username = 'pat'") != "PC 1234"
    with pytest.raises(Refused):
        tracking.link_person(tracked, OFFICER, "pat", "b")
    with pytest.raises(InputError, match="No unit is linked"):
        tracking.check_in(tracked, OTHER, "A")


def test_check_ins_are_compared_with_gps_and_never_added(tracked, acting, clock):
    before = tracking.preview_dosage(tracked, acting, tracking.TrackingSettings())
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(20)
    tracking.check_out(tracked, OFFICER, one)
    other = tracking.check_in(tracked, OFFICER, "C")
    clock(11)
    tracking.check_out(tracked, OFFICER, other)
    dosage = tracking.preview_dosage(tracked, acting, tracking.TrackingSettings())
    assert dosage.total("patrol_minutes") == before.total("patrol_minutes")
    found = tracking.agreement(tracked, acting, dosage)
    # GPS has unit a in A (15 minutes) and B; the officer tells of A (20 minutes) and C.
    assert (found.both, found.gps_only, found.self_only, found.without_gps) == (1, 1, 1, 0)
    assert found.median_difference_min == pytest.approx(5, abs=0.1)


def test_check_ins_go_with_the_gps_and_links_with_the_account(tracked, acting, clock):
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(12)
    tracking.check_out(tracked, OFFICER, one)
    retention.purge(tracked, acting, "pings", date(2026, 6, 8))
    assert tracked.value("SELECT count(*) FROM check_ins") == 1
    retention.purge(tracked, acting, "pings", date(2026, 6, 9))
    assert tracked.value("SELECT count(*) FROM check_ins") == 0
    people.disable(tracked, acting, "pat")
    assert tracked.value("SELECT count(*) FROM person_units") == 0
