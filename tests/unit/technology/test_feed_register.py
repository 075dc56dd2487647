"""What is stated and measured of a feed: facts, lateness, months, devices, evidence, the inbox."""

from datetime import date

import pytest

from analytics import technology
from analytics.technology.devices import visit_lengths
from analytics.technology.intervals import DeviceInterval
from analytics.thinking import suggested_evidence
from analytics.workspace import InputError, NotMeasurable, Refused, User
from tests.unit.technology.conftest import POLICE_UK, police_uk_row

PINGS = "device,time_utc,longitude,latitude,accuracy_m\n"
HEAD = "ref,when it was,across,up\n"
MATCHED = {"crime_id": "ref", "occurred_from": "when it was", "x": "across", "y": "up"}
MATCHED |= {"crs": "EPSG:4326", "date_order": "day_first"}


def _crimes(workspace):
    return technology.register(workspace).set_index("feed").loc["crimes"]


def test_facts_are_kept_audited_and_make_a_feed_late(empty_workspace, acting, load, write):
    load("crimes", write("x.csv", POLICE_UK + police_uk_row("a", month="2026-07")))
    assert _crimes(empty_workspace)["late_days"] != 12
    facts = technology.FeedFacts("Records unit", "NICHE", 19, "DPIA-7", 30)
    technology.set_feed_facts(empty_workspace, acting, "crimes", facts)

    row = _crimes(empty_workspace)
    assert (row["owner"], row["source"], row["late_days"]) == ("Records unit", "NICHE", 12)
    assert "Late by 12 days: 31 days old, expected every 19 days." in row["problems"]
    assert technology.feed_facts(empty_workspace)["crimes"] == facts
    detail = empty_workspace.value(
        "SELECT detail FROM audit WHERE object_type = 'feed' ORDER BY number DESC LIMIT 1"
    )
    assert "DPIA-7" in detail
    technology.set_feed_facts(empty_workspace, acting, "crimes", facts)
    assert empty_workspace.value("SELECT count(*) FROM audit WHERE object_type = 'feed'") == 1


@pytest.mark.parametrize(
    "facts",
    [
        technology.FeedFacts(owner="x" * 201),
        technology.FeedFacts(expected_cycle_days=0),
        technology.FeedFacts(recording_lag_days=-1),
    ],
)
def test_facts_that_cannot_be_are_refused(empty_workspace, acting, facts):
    with pytest.raises(InputError):
        technology.set_feed_facts(empty_workspace, acting, "crimes", facts)
    with pytest.raises(Refused):
        lead = User("l", "L", frozenset({"lead"}))
        technology.set_feed_facts(empty_workspace, lead, "crimes", technology.FeedFacts("me"))


def test_months_missing_provisional_and_kept_aside(empty_workspace, acting, load, write):
    rows = [police_uk_row("a", month="2026-03"), police_uk_row("b", month="2026-06")]
    rows += [police_uk_row("c", month="2026-08"), police_uk_row("d", month="2026-06", lon="")]
    rows += [police_uk_row("e", month="2026-99")]
    load("crimes", write("x.csv", POLICE_UK + "".join(rows)))
    technology.set_feed_facts(
        empty_workspace, acting, "crimes", technology.FeedFacts(recording_lag_days=70)
    )
    found = technology.completeness(empty_workspace, acting, "crimes")

    assert found.months["rows"].tolist() == [1, 0, 0, 1, 0, 1]
    assert found.months["kept_aside"].tolist() == [0, 0, 0, 1, 0, 0]
    assert found.missing == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 7, 1)]
    # 31 August less 70 days is 22 June: June ends after it.
    assert found.provisional == [date(2026, 6, 1), date(2026, 8, 1)]
    assert (found.lag_from, found.aside_undated) == ("set", 1)
    assert technology.completeness(empty_workspace, acting, "bases") is None


@pytest.mark.parametrize(
    ("interval", "lengths"),
    [
        (DeviceInterval("d", 9, 15.0, 20.0, True, False), (1.25, 0.5)),
        (DeviceInterval("d", 9, 15.0, 60.0, False, False), (5.0, 2.0)),
        (DeviceInterval("d", 9, 15.0, 60.0, False, True), (None, None)),
        (DeviceInterval("d", 1, None, None, False, False), (None, None)),
    ],
)
def test_visits_are_counted_from_five_intervals_and_bounded_from_two(interval, lengths):
    assert visit_lengths(interval) == lengths


def test_devices_tell_their_interval_and_who_is_silent(empty_workspace, acting, load, write):
    with pytest.raises(NotMeasurable):
        technology.device_register(empty_workspace, acting)
    lines = [f"U1,2026-08-{day}T19:{m:02d}:00Z,-1.5,52.5,5\n" for day in (10, 28) for m in range(5)]
    lines += [f"U2,2026-08-10T19:{m:02d}:00Z,-1.5,52.6,5\n" for m in range(5)]
    lines += [f"U3,2026-08-10T19:{m:02d}:00Z,-1.5,52.6,5\n" for m in range(0, 10, 2)]
    load("pings", write("p.csv", PINGS + "".join(lines)))
    roster = "date,shift,start,end,unit\n2026-08-10,late,14:00,22:00,U1\n"
    roster += "2026-08-20,late,14:00,22:00,U2\n2026-08-10,late,14:00,22:00,U4\n"
    load("roster", write("r.csv", roster))
    found = technology.device_register(empty_workspace, acting)

    of = found.devices.set_index("device")
    name = empty_workspace.keys.pseudonym
    assert of.loc[name("U1"), "median_s"] == 60
    assert of.loc[name("U1"), "counts_from_min"] == 5
    assert of.loc[name("U3"), "median_s"] == 120
    silent = {device: bool(of.loc[name(device), "is_silent"]) for device in ("U1", "U2", "U3")}
    # U2 was rostered after its last fix; U3 is not rostered at all, and 18 days have passed.
    assert silent == {"U1": False, "U2": True, "U3": True}
    assert of.loc[name("U2"), "shifts_missed"] == 1
    assert (found.measured, found.silent) == (3, 2)
    assert (found.coverage.rostered_unit_days, found.coverage.unit_days_with_gps) == (3, 1)
    assert "for 3 of 3 devices" in found.sentence()


def test_the_checklist_gets_facts_of_the_data_and_loses_them_with_it(
    empty_workspace, acting, load, write
):
    assert "T2-01" not in suggested_evidence(empty_workspace)
    rows = "".join(police_uk_row(f"a{n}") for n in range(9)) + police_uk_row("b", lon="")
    crimes = load("crimes", write("x.csv", POLICE_UK + rows))
    pings = [f"U1,2026-08-10T19:0{m}:00Z,-1.5,52.5,5\n" for m in range(5)]
    load("pings", write("p.csv", PINGS + "".join(pings)))
    technology.set_feed_facts(
        empty_workspace, acting, "pings", technology.FeedFacts(dpia_reference="DPIA-7")
    )
    found = suggested_evidence(empty_workspace)

    assert "9 crimes are held" in found["T2-01"]
    assert "1 device sent positions" in found["T2-02"]
    assert "median 60 s" in found["T2-03"]
    assert "pings: DPIA-7" in found["T2-09"]
    assert "90.0% of 10 crime rows" in found["T3-08"]
    assert "T2-04" not in found
    technology.undo_load(empty_workspace, acting, crimes.load_id)
    assert "T3-08" not in suggested_evidence(empty_workspace)


def test_next_month_falls_into_the_inbox_and_replaces_only_where_the_recipe_says_so(
    empty_workspace, acting, load, write
):
    first = write("jan.csv", HEAD + "a,13/01/2024,-1.4,53.4\nb,14/01/2024,-1.4,53.4\n")
    load("crimes", first, columns=MATCHED)
    signature = technology.inspect(empty_workspace, acting, "crimes", [first]).signature
    technology.save_recipe(empty_workspace, acting, "crimes", "NICHE", signature, MATCHED)

    added = _drop(empty_workspace, acting, "feb.csv", "c,14/02/2024,-1.4,53.4\n")
    assert (added.report.mode, added.report.rows_stored) == ("add", 1)

    technology.set_recipe_mode(empty_workspace, acting, "crimes", signature, "replace")
    # Saving the recipe again keeps what was said of its mode.
    technology.save_recipe(empty_workspace, acting, "crimes", "NICHE", signature, MATCHED)
    again = "a,13/01/2024,-1.4,53.4\nd,14/01/2024,-1.5,53.4\n"
    replaced = _drop(empty_workspace, acting, "jan2.csv", again)
    assert (replaced.report.mode, replaced.report.changes["cancelled"]) == ("replace", 1)
    held = {number for (number,) in empty_workspace.rows("SELECT crime_id FROM crimes")}
    assert held == {"a", "c", "d"}


def _drop(workspace, user, name, rows):
    (workspace.path / "inbox" / "crimes" / name).write_text(HEAD + rows, encoding="utf-8")
    assert technology.watch_inbox(workspace, user) == []
    (result,) = technology.watch_inbox(workspace, user)
    assert not result.failure
    return result


def test_only_feeds_of_events_may_be_replaced_by_a_recipe(empty_workspace, acting):
    with pytest.raises(InputError, match="Only crimes"):
        technology.set_recipe_mode(empty_workspace, acting, "roster", "x", "replace")
    with pytest.raises(InputError):
        technology.set_recipe_mode(empty_workspace, acting, "crimes", "x", "replace")
