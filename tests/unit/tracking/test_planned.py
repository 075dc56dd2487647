"""Planned against delivered visit by visit, misses, alerts, unmet need, teams and replay."""

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import tracking
from analytics.tracking import TrackingSettings, periods, planned
from analytics.workspace import InputError, Refused, User
from tests.unit.tracking.conftest import (
    FIRST_DAY,
    MINUTE_MS,
    NOON_MS,
    add_plan,
    add_tracks,
    standing,
)
from tests.unit.tracking.test_apart import add_roster

NOON = datetime(2026, 6, 8, 12)
INSPECTOR = User("ins", "Inspector", frozenset({"inspector"}))
LEAD = User("lead", "Lead", frozenset({"lead"}))
OFFICER = User("off", "Officer", frozenset({"officer"}))


def plan_rows(*visits):
    rows = [
        (FIRST_DAY, "late", unit, place, NOON + timedelta(minutes=at), 15)
        for unit, place, at in visits
    ]
    return pd.DataFrame(rows, columns=planned.PLANNED_COLUMNS)


def made(*visits):
    rows = [
        (place, FIRST_DAY, unit, NOON + timedelta(minutes=at), 12.0, quality)
        for unit, place, at, quality in visits
    ]
    return pd.DataFrame(rows, columns=["place_id", "day", "unit", "at", "minutes", "quality"])


HEARD = {("U1", FIRST_DAY), ("U2", FIRST_DAY)}
LATE_ENOUGH = NOON + timedelta(hours=12)


def status(plan, delivered, heard=HEARD, until=LATE_ENOUGH):
    rows, extra = planned.match(plan, delivered, heard, until)
    return rows["status"].tolist(), extra.to_dict()


def test_each_outcome_has_its_name():
    plan = plan_rows(
        ("U1", "A", 0), ("U1", "B", 60), ("U2", "C", 0), ("U3", "D", 0), ("U1", "E", 0)
    )
    delivered = made(("U1", "A", 10, 2), ("U2", "B", 90, 2), ("U2", "C", 5, 1), ("U1", "A", 300, 2))
    found, extra = status(plan, delivered)
    assert found == [
        "on time",
        "by another unit",
        "too short",
        "unknown: no GPS of the unit",
        "missed",
    ]
    assert extra == {"A": 1}
    assert status(plan_rows(("U1", "A", 0)), made(("U1", "A", -45, 2)))[0] == ["early"]
    assert status(plan_rows(("U1", "A", 0)), made(("U1", "A", 31, 2)))[0] == ["late"]
    assert status(plan_rows(("U1", "A", 0)), made(("U1", "A", 0, 0)))[0] == ["only driven through"]
    assert status(plan_rows(("U1", "A", 0)), made(), until=NOON - timedelta(hours=1))[0] == [
        "not due yet"
    ]


def test_the_planned_unit_is_preferred_then_the_nearest_start():
    plan = plan_rows(("U1", "A", 0), ("U2", "A", 120))
    delivered = made(("U2", "A", 0, 2), ("U1", "A", 150, 2))
    assert status(plan, delivered)[0] == ["late", "early"]
    near = plan_rows(("U1", "A", 0), ("U1", "A", 120))
    rows, _ = planned.match(near, made(("U1", "A", 115, 2), ("U1", "A", 20, 2)), HEARD, LATE_ENOUGH)
    assert rows["off_minutes"].tolist() == [20.0, -5.0]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["U1", "U2"]), st.integers(0, 400)), max_size=4),
    st.lists(
        st.tuples(st.sampled_from(["U1", "U2"]), st.integers(0, 400), st.integers(0, 2)), max_size=4
    ),
)
def test_the_matching_is_one_to_one_capped_and_cheapest(wanted, got):
    plan = plan_rows(*((unit, "A", at) for unit, at in wanted))
    delivered = made(*((unit, "A", at, quality) for unit, at, quality in got))
    rows, extra = planned.match(plan, delivered, HEARD, LATE_ENOUGH)
    qualifying = [visit for visit in got if visit[2] == 2]
    done = rows["status"].isin(planned.DELIVERED)
    assert done.sum() == min(len(wanted), len(qualifying))
    assert extra.sum() == len(qualifying) - done.sum()

    def cost(unit, at, visit):
        return abs(at - visit[1]) + planned.OTHER_UNIT_MINUTES * (unit != visit[0])

    short, long = sorted((wanted, qualifying), key=len)
    best = min(
        (
            sum(
                cost(*(pair if short is wanted else other), other if short is wanted else pair)
                for pair, other in zip(short, chosen, strict=True)
            )
            for chosen in itertools.permutations(long, len(short))
        ),
        default=0,
    )
    spent = sum(
        abs(row.off_minutes) + planned.OTHER_UNIT_MINUTES * (row.by_unit != row.unit)
        for row in rows[done].itertuples()
    )
    assert spent == pytest.approx(best)


@pytest.fixture
def week(tracked, acting):
    """Plan: A twice, C once; A was patrolled by a and b, C by nobody."""
    add_plan(tracked, acting, [(FIRST_DAY, "A"), (FIRST_DAY, "A"), (FIRST_DAY, "C")])
    add_roster(
        tracked, acting, {"U1": (["x"], None, "North"), "a": (["p", "q", "r"], None, "South")}
    )
    return tracked


def dosage_of(workspace, user):
    return tracking.preview_dosage(workspace, user, TrackingSettings())


def test_delivered_visits_are_those_of_compliance(week, acting):
    dosage = dosage_of(week, acting)
    found = tracking.planned_visits(week, acting, dosage)
    done = found.rows["status"].isin(planned.DELIVERED).sum()
    assert done == dosage.delivery.delivered == 2
    assert found.rows.set_index("hotspot_id").loc["C", "status"] == planned.UNKNOWN
    assert "2 of 3 planned visits were delivered" in found.sentence()


def test_a_miss_is_explained_then_closed(week, acting):
    add_tracks(week, acting, standing("U1", 435_000, 300_000, NOON_MS, 5), "pings-2")
    found = tracking.planned_visits(week, acting, dosage_of(week, acting))
    rows = tracking.missed_visits(week, acting, found)
    assert rows[["hotspot_id", "reason", "is_open"]].values.tolist() == [["C", "", True]]
    visit = tracking.MissedVisit(
        *rows.iloc[0][["day", "shift", "unit", "hotspot_id"]], rows.iloc[0]["starts"]
    )
    with pytest.raises(InputError, match="Say first why"):
        tracking.close_miss(week, INSPECTOR, visit)
    with pytest.raises(InputError, match="other reason"):
        tracking.explain_miss(week, INSPECTOR, visit, "other")
    with pytest.raises(Refused):
        tracking.explain_miss(week, OFFICER, visit, "abstracted")
    tracking.explain_miss(week, INSPECTOR, visit, "abstracted", "Cordon at the station")
    tracking.close_miss(week, LEAD, visit)
    after = tracking.missed_visits(week, acting, found).iloc[0]
    assert (after["reason"], after["explained_by"], after["closed_by"]) == (
        "abstracted",
        "ins",
        "lead",
    )
    assert not after["is_open"]
    told = tracking.misses_sentence(tracking.missed_visits(week, acting, found), found)
    assert "1 explained, 1 closed. Most often: called away to other work (1)." in told
    assert "no visit could be missed" in tracking.misses_sentence(
        found.rows[:0], replace(found, rows=found.rows[:0])
    )
    unheard = found.rows.assign(status="unknown: no GPS of the unit")
    assert "unknown without GPS" in tracking.misses_sentence(
        found.rows[:0], replace(found, rows=unheard)
    )
    assert week.value("SELECT value FROM evidence WHERE item_id = 'T6-10'").startswith("1 missed")


def test_places_that_wait_too_long_are_told(tracked, acting):
    tracking.set_alert_hours(tracked, INSPECTOR, 1)
    add_tracks(
        tracked, acting, standing("b", 430_000, 300_000, NOON_MS + 180 * MINUTE_MS, 12), "p2"
    )
    found = tracking.unvisited(tracked, dosage_of(tracked, acting))
    assert found.places["hotspot_id"].tolist() == ["C", "B"]
    assert found.places["hours"].tolist()[1] == pytest.approx((192 - 35) / 60, abs=0.02)
    assert "2 places have had no visit for 1 hours" in found.sentence().replace(
        "have had", "have had"
    )
    with pytest.raises(InputError):
        tracking.set_alert_hours(tracked, INSPECTOR, 0)


def test_unmet_need_sums_to_nothing_and_names_the_worst(tracked, acting):
    table = tracking.unmet_need(dosage_of(tracked, acting))
    assert table["unmet"].sum() == pytest.approx(0)
    assert table.iloc[0]["place_id"] == "C"
    by_hand = {"A": 1 / 3 - 22 / 27, "B": 1 / 3 - 5 / 27, "C": 1 / 3}
    assert table.set_index("place_id")["unmet"].to_dict() == pytest.approx(by_hand)
    assert "48% of the patrol minutes would have to move" in tracking.unmet_sentence(table)


def test_hours_apart_sum_to_nothing():
    rng = np.random.default_rng(1)
    apart = tracking.hours_apart(rng.random((7, 24)), rng.random((7, 24)))
    assert apart.sum() == pytest.approx(0, abs=1e-9)
    assert tracking.hours_apart(np.zeros((7, 24)), np.ones((7, 24))) is None


def test_teams_of_few_officers_are_not_shown_by_themselves(week, acting):
    dosage = dosage_of(week, acting)
    table = tracking.team_weeks(week, acting, dosage, tracking.planned_visits(week, acting, dosage))
    assert set(table["team"]) == {"South"}
    row = table.iloc[0]
    assert (row["week"], row["visits"], row["qualifying"]) == (date(2026, 6, 8), 2, 1)


def test_replay_is_off_until_all_is_recorded_and_asks_why(tracked, acting):
    with pytest.raises(Refused, match="DPIA"):
        tracking.replay(tracked, INSPECTOR, FIRST_DAY, "To settle a complaint")
    with tracked.write(acting, "alter", "feed", "pings") as kept:
        kept.execute("UPDATE feeds SET dpia_reference = 'DPIA 7/2026' WHERE feed = 'pings'")
    with pytest.raises(Refused, match="policy of tracking"):
        tracking.replay(tracked, INSPECTOR, FIRST_DAY, "To settle a complaint")
    with pytest.raises(Refused):
        tracking.record_policy(tracked, INSPECTOR, "Tracking policy 3")
    tracking.record_policy(tracked, LEAD, "Tracking policy 3, May 2026")
    for user in (LEAD, OFFICER):
        with pytest.raises(Refused):
            tracking.replay(tracked, user, FIRST_DAY, "To settle a complaint")
    with pytest.raises(InputError, match="why"):
        tracking.replay(tracked, INSPECTOR, FIRST_DAY, "x")
    found = tracking.replay(tracked, INSPECTOR, FIRST_DAY, "To settle a complaint")
    assert len(found.fixes) == (15 + 5 + 12) * 4
    assert found.fixes["at"].min() == NOON
    detail = tracked.value("SELECT detail FROM audit WHERE object_type = 'tracks'")
    assert "To settle a complaint" in detail


def test_reasons_are_summed_by_place_with_what_the_log_suggests():
    rows = pd.DataFrame(
        {
            "hotspot_id": ["A", "A", "B", "A"],
            "name": ["Anne St", "Anne St", "Bell Rd", "Anne St"],
            "rank": [2, 2, 1, 2],
            "reason": ["device", "", "", ""],
            "suggested": ["", "abstracted", "", "abstracted"],
            "is_open": [False, True, True, True],
            "status": ["missed", "too short", "missed", "missed"],
        }
    )
    table = tracking.why_by_place(rows)
    assert table[["hotspot_id", "missed", "open"]].values.tolist() == [["A", 3, 2], ["B", 1, 1]]
    assert table.loc[0, "why"] == (
        "not explained; log: Called away to other work (2), device or GPS fault (1)"
    )
    assert table.loc[1, "why"] == "not explained (1)"
    assert table["gps"].tolist() == ["nobody came (2), too short (1)", "nobody came (1)"]
    assert tracking.why_by_place(rows[:0]).empty


def test_hours_furthest_apart_are_named():
    apart = np.zeros((7, 24))
    apart[4, 23], apart[0, 9] = 5.0, -5.0
    text = tracking.apart_sentence(apart, worst=1)
    assert "behind need on Fri 23:00 (5.0 points)" in text
    assert "ahead of it on Mon 09:00 (5.0 points)" in text
    assert "5% of the patrol time" in text


def test_the_shift_is_the_one_on_duty_else_the_last_begun(tracked, acting):
    with tracked.write(acting, "create", "roster", "r") as kept:
        for shift, first, last in (("early", 7, 15), ("late", 15, 23)):
            start, end = (datetime(2026, 6, 8, hour) for hour in (first, last))
            kept.execute(
                "INSERT INTO roster (day, shift, starts, ends, unit) VALUES (?, ?, ?, ?, 'U1')",
                [FIRST_DAY, shift, start, end],
            )

    def at(hour, day=8):
        return periods.shift_of(tracked, FIRST_DAY, datetime(2026, 6, day, hour))

    assert [at(6), at(7), at(14), at(15), at(23), at(3, 9)] == ["", "early", "early"] + ["late"] * 3


def test_a_period_without_gps_is_told_and_not_zero(tracked):
    assert "That is unknown, and not zero" in tracking.period_named(tracked, "Yesterday").missing
    week = tracking.period_named(tracked, "7 days")
    assert (week.last - week.first).days == 6 and not week.missing
    assert tracking.period_named(tracked, "Dates").is_chosen
    assert not tracking.period_named(tracked, "All GPS").is_chosen


def test_the_workbook_has_the_visits_and_the_unmet_need(week, acting, tmp_path):
    target = tmp_path / "dosage.xlsx"
    tracking.workbook(week, acting, dosage_of(week, acting), target)
    with pd.ExcelFile(target, engine="calamine") as book:
        assert {"Planned visits", "Unmet need"} <= set(book.sheet_names)


def test_home_is_told_which_places_of_a_saved_dosage_wait(tracked):
    def result(*since):
        places = [
            {"name": f"Place {rank}", "rank": rank, "days_since_last_visit": days}
            for rank, days in enumerate(since, start=1)
        ]
        return {"from": "2026-06-01", "to": "2026-06-07", "hotspots": places}

    assert tracking.waiting_sentence(tracked, result(0, 2)) == ""
    assert tracking.waiting_sentence(tracked, result(0, 3)) == (
        "1 place had no visit for 48 hours, longest Place 2."
    )
    assert "2 places had no visit for 48 hours, longest Place 3" in tracking.waiting_sentence(
        tracked, result(0, 3, None)
    )


def test_a_changed_plan_is_another_run(week, acting):
    """Dosage is kept by what it reads, and the changes made to a plan are part of that."""
    before = dosage_of(week, acting)
    with week.write(acting, "alter", "plan", "plan-1") as kept:
        kept.execute(
            "INSERT INTO plan_edits (edit_id, programme_id, number, plan_id, kind, edited_ms, "
            "is_undone) VALUES ('e1', 'other', 1, 'plan-1', 'cancel', 1, false)"
        )
    changed = dosage_of(week, acting)
    with week.write(acting, "alter", "plan", "plan-1") as kept:
        kept.execute("UPDATE plan_edits SET is_undone = true")
    runs = {before.run_id, changed.run_id, dosage_of(week, acting).run_id}
    assert len(runs) == 3
