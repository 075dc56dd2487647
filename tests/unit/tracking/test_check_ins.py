"""Check-ins: own visits only, forgotten ones closed by their person, compared with GPS."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from analytics import tracking
from analytics.tracking import check_ins
from analytics.workspace import InputError, Refused, User, people, retention
from tests.unit.tracking.conftest import NOON_MS, add_tracks, standing

MINUTE_MS = 60_000
DAY_MS = 86_400_000
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
    assert (held.minutes, held.crew, held.note, held.is_late) == (
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
    assert (held.minutes, held.is_late) == (14, True)


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
    table = found.table.set_index("told")
    assert table.loc["Both", ["gps_minutes", "self_minutes"]].tolist() == pytest.approx([15, 20])
    assert table.loc["Officers only", "self_minutes"] == 11
    assert table["self_minutes"].isna()["GPS only"]
    # One officer alone: the figures would be of a person.
    assert (found.officers, found.is_shown) == (1, False)
    assert "would be a figure of persons" in found.sentence()
    assert "1 visits" in replace(found, officers=5).sentence()


def test_officers_of_days_without_gps_do_not_make_up_the_number(tracked, acting, clock):
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(8)
    tracking.check_out(tracked, OFFICER, one)
    # Unit a has GPS on the first day and the third; on the second six others tell of it.
    others = [(f"p{number}", 1) for number in range(6)]
    with tracked.write(acting, "create", "check_in", "x") as kept:
        for username, days in [*others, ("pat", 2)]:
            kept.execute(
                "INSERT INTO check_ins SELECT * REPLACE (? AS check_in_id, ? AS username, in_ms + "
                "? AS in_ms, out_ms + ? AS out_ms) FROM check_ins WHERE check_in_id = ?",
                [f"{username}-{days}", username, days * DAY_MS, days * DAY_MS, one],
            )
    add_tracks(tracked, acting, standing("a", 430_000, 300_000, NOON_MS + 2 * DAY_MS, 8), "more")
    dosage = tracking.preview_dosage(tracked, acting, tracking.TrackingSettings())
    found = tracking.agreement(tracked, acting, dosage)
    assert (found.both, found.without_gps) == (2, 1)
    assert (found.officers, found.is_shown) == (1, False)


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


def _at(clock, tracked, *moment, fold=0):
    """Move the clock to a local moment."""
    wanted = datetime(*moment, tzinfo=tracked.timezone, fold=fold).timestamp() * 1000
    clock((wanted - check_ins.present_ms(tracked)) / MINUTE_MS)


def test_the_end_of_the_shift_closes_a_forgotten_visit_without_an_end(tracked, acting, clock):
    with tracked.write(acting, "collect", "load", "r") as kept:
        kept.execute(
            "INSERT INTO roster (day, starts, ends, unit) VALUES "
            "('2026-06-08', '2026-06-08 10:00', '2026-06-08 18:00', 'a')"
        )
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(5 * 60)
    assert tracking.open_check_in(tracked, OFFICER).is_forgotten
    assert tracking.without_end(tracked, OFFICER) == []
    clock(61)
    assert tracking.open_check_in(tracked, OFFICER) is None
    (left,) = tracking.without_end(tracked, OFFICER)
    assert (left.check_in_id, left.minutes, left.is_past_shift) == (one, None, True)
    # The next shift is not kept waiting, and the end can still be told.
    tracking.check_in(tracked, OFFICER, "B")
    tracking.check_out(tracked, OFFICER, one, ended=time(12, 20))
    assert tracking.without_end(tracked, OFFICER) == []
    first, _ = tracking.own_check_ins(tracked, OFFICER, date(2026, 6, 8))
    assert (first.minutes, first.is_late) == (20, True)


def test_without_a_roster_the_patrol_day_ends_the_shift(tracked, clock):
    tracking.check_in(tracked, OFFICER, "A")
    clock(17 * 60)
    assert tracking.open_check_in(tracked, OFFICER).is_forgotten
    clock(61)
    assert tracking.open_check_in(tracked, OFFICER) is None


def test_two_officers_of_a_unit_in_one_place_are_one_visit(tracked, acting, clock):
    tracking.link_person(tracked, acting, "sam", "a")
    one = tracking.check_in(tracked, OFFICER, "A", crew=2)
    clock(3)
    other = tracking.check_in(tracked, OTHER, "A")
    clock(9)
    tracking.check_out(tracked, OFFICER, one)
    clock(2)
    tracking.check_out(tracked, OTHER, other)
    day = date(2026, 6, 8)
    told = check_ins.self_reported(tracked, day, day)
    assert told[["unit", "minutes", "crew"]].values.tolist() == [["a", 14.0, 2]]
    assert "username" not in told.columns
    assert [len(tracking.own_check_ins(tracked, who, day)) for who in (OFFICER, OTHER)] == [1, 1]


def test_in_the_night_the_clock_goes_back_minutes_are_true(tracked, clock):
    # 25 Oct 2026: 01:50 summer time, left at 01:10 winter time, twenty minutes later.
    _at(clock, tracked, 2026, 10, 25, 1, 50)
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(200)
    tracking.check_out(tracked, OFFICER, one, ended=time(1, 10))
    (held,) = tracking.own_check_ins(tracked, OFFICER, date(2026, 10, 24))
    assert held.minutes == 20
    other = tracking.add_visit(tracked, OFFICER, "B", time(1, 55), time(2, 5))
    clock(25 * 60 - 1)
    by_id = {
        one.check_in_id: one.minutes
        for one in tracking.own_check_ins(tracked, OFFICER, date(2026, 10, 24))
    }
    # Of both moments at which the clock showed 01:55 the later one is meant.
    assert by_id[other] == 10


def test_in_the_night_the_clock_goes_forward_minutes_are_true(tracked, clock):
    # 29 Mar 2026: 00:55 winter time to 02:05 summer time is ten minutes.
    _at(clock, tracked, 2026, 3, 29, 0, 55)
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(180)
    tracking.check_out(tracked, OFFICER, one, ended=time(2, 5))
    (held,) = tracking.own_check_ins(tracked, OFFICER, date(2026, 3, 28))
    assert held.minutes == 10


def test_a_visit_without_network_is_entered_afterwards_and_marked(tracked, clock):
    clock(60)
    tracking.add_visit(tracked, OFFICER, "A", time(12, 10), time(12, 25), crew=2)
    (held,) = tracking.own_check_ins(tracked, OFFICER, date(2026, 6, 8))
    assert (held.minutes, held.is_late, held.crew) == (15, True, 2)
    with pytest.raises(InputError, match="another visit"):
        tracking.add_visit(tracked, OFFICER, "B", time(12, 20), time(12, 30))
    with pytest.raises(InputError, match="ended when it began"):
        tracking.add_visit(tracked, OFFICER, "B", time(12, 40), time(12, 40))
    with pytest.raises(InputError, match="future"):
        tracking.add_visit(tracked, OFFICER, "B", time(12, 50), time(13, 10))
    with pytest.raises(InputError, match="longer than"):
        tracking.add_visit(tracked, OFFICER, "B", time(9, 0), time(12, 5))
    tracking.check_in(tracked, OFFICER, "B")
    clock(10)
    with pytest.raises(InputError, match="another visit"):
        tracking.add_visit(tracked, OFFICER, "C", time(13, 2), time(13, 8))


def test_two_tabs_pressing_at_once_open_one_visit(tracked, clock):
    with ThreadPoolExecutor(4) as pool:
        presses = [pool.submit(tracking.check_in, tracked, OFFICER, "A") for _ in range(4)]
    failed = [press.exception() for press in presses if press.exception()]
    assert len(failed) == 3
    assert all("here already" in str(error) for error in failed)
    one = tracking.open_check_in(tracked, OFFICER)
    clock(11)
    with ThreadPoolExecutor(4) as pool:
        args = (tracking.check_out, tracked, OFFICER, one.check_in_id)
        presses = [pool.submit(*args) for _ in range(4)]
    assert sum(press.exception() is None for press in presses) == 1
    assert tracked.value("SELECT count(*) FROM check_ins") == 1


def test_a_person_moved_to_another_unit_today_checks_in_for_that(tracked, acting, clock):
    code = tracked.value("SELECT officer FROM person_units WHERE username = 'pat'")
    with tracked.write(acting, "collect", "load", "r") as kept:
        kept.execute(
            "INSERT INTO roster (day, starts, ends, unit, officer) VALUES (?, ?, ?, 'b', ?)",
            [tracked.today(), tracked.today(), tracked.today(), code],
        )
    assert tracking.own_unit(tracked, OFFICER) == "b"
    with tracked.write(acting, "collect", "load", "r") as kept:
        kept.execute(
            "INSERT INTO roster (day, starts, ends, unit, officer) VALUES (?, ?, ?, 'a', ?)",
            [tracked.today(), tracked.today(), tracked.today(), code],
        )
    # In two units at once, the one linked to the account stands.
    assert tracking.own_unit(tracked, OFFICER) == "a"


def test_the_audit_log_says_who_wrote_and_not_where_or_what_was_done(tracked, clock):
    one = tracking.check_in(tracked, OFFICER, "A")
    clock(12)
    tracking.check_out(tracked, OFFICER, one, note="spoke to the shop")
    tracking.add_activity(tracked, OFFICER, "A", "a", {"arrest": 1}, check_ins.present_ms(tracked))
    rows = tracked.rows(
        "SELECT object_type, object_id, coalesce(detail, '') FROM audit WHERE username = 'pat'"
    )
    assert [kind for kind, *_ in rows] == ["check_in", "check_in", "activity"]
    assert [name for _, name, _ in rows] == [one, one, "a"]
    assert not any("A" in text or "arrest" in text or "shop" in text for *_, text in rows)


def test_what_was_done_is_kept_for_the_unit_of_the_visit(tracked, acting, clock):
    one = tracking.check_in(tracked, OFFICER, "A")
    at_ms = tracking.own_check_ins(tracked, OFFICER, date(2026, 6, 8))[0].in_ms + MINUTE_MS
    # The patrol day ends, and with it the roster's word on the unit, while the visit is open.
    tracking.link_person(tracked, acting, "pat", "b")
    tracking.check_out(tracked, OFFICER, one)
    tracking.add_activity(tracked, OFFICER, "A", "a", {"arrest": 1}, at_ms)
    assert tracked.rows("SELECT unit, quantity FROM activity") == [("a", 1.0)]
    with pytest.raises(InputError, match="your own unit"):
        tracking.add_activity(tracked, OFFICER, "A", "a", {"arrest": 1}, at_ms + 2 * 86_400_000)
    with pytest.raises(InputError, match="your own unit"):
        tracking.add_activity(tracked, OFFICER, "A", "c", {"arrest": 1}, at_ms)
