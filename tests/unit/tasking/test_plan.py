"""Whole plans over a small workspace: feasible, repeatable, honest about what is not served."""

from datetime import datetime, time, timedelta

import pandas as pd
import pytest
import shapely

from analytics import tasking
from analytics.tasking import TaskingSettings, TonightUnit
from analytics.tasking.roster import read_duties
from analytics.workspace import InputError, Refused, User, get_run, make_settings, read_settings

from .conftest import COUNTS, MONDAY, add_list, add_roster

WEEK = {"from": MONDAY, "to": MONDAY + timedelta(days=6), "iterations": 80}


def chosen(**values) -> TaskingSettings:
    return make_settings(TaskingSettings, {**WEEK, "seed": 1, **values})


def wanted_total(plan) -> int:
    missed = plan.unmet["visits_wanted"] - plan.unmet["visits_planned"]
    return len(plan.visits) + int(missed.sum())


def test_every_visit_lies_in_its_shift_and_no_unit_is_in_two_places(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    duties = {(duty.day, duty.unit): duty for duty in plan.duties}
    assert len(plan.visits) > 100
    for (day, unit), visits in plan.visits.groupby(["day", "unit"]):
        duty = duties[day, unit]
        ordered = visits.sort_values("visit_order")
        assert ordered["visit_order"].tolist() == list(range(1, len(ordered) + 1))
        ends = ordered["starts"] + pd.to_timedelta(ordered["minutes"], unit="min")
        assert ordered["starts"].min() >= duty.starts
        assert ends.max() <= duty.ends
        leaves = ordered["starts"] - pd.to_timedelta(ordered["travel_minutes"], unit="min")
        assert (leaves.iloc[1:].to_numpy() >= ends.iloc[:-1].to_numpy()).all()
        busy = ordered["minutes"].sum() + ordered["travel_minutes"].sum()
        assert busy <= (duty.ends - duty.starts).total_seconds() / 60
    assert plan.visits["minutes"].between(10, 16).all()


def test_a_meal_break_is_kept_free(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    assert len(plan.breaks) == len(plan.duties)
    for (day, _, unit), (begins, ends) in plan.breaks.items():
        assert ends - begins == timedelta(minutes=45)
        mine = plan.visits[(plan.visits["day"] == day) & (plan.visits["unit"] == unit)]
        stops = mine["starts"] + pd.to_timedelta(mine["minutes"], unit="min")
        assert ((stops <= begins) | (mine["starts"] >= ends)).all()


def test_the_seed_gives_the_plan_again_and_another_gives_another(patrol_workspace, acting):
    first = tasking.preview_plan(patrol_workspace, acting, chosen())
    tasking.plan._recent = type(tasking.plan._recent)(8)
    again = tasking.preview_plan(patrol_workspace, acting, chosen())
    pd.testing.assert_frame_equal(first.visits, again.visits)
    assert again is not first
    assert again.run_id == first.run_id
    other = tasking.preview_plan(patrol_workspace, acting, chosen(seed=2))
    assert other.run_id != first.run_id
    assert other.visits["hotspot_id"].tolist() != first.visits["hotspot_id"].tolist()


def test_without_a_seed_one_is_drawn_and_kept(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen(seed=None))
    assert isinstance(plan.settings.seed, int)
    again = tasking.preview_plan(patrol_workspace, acting, plan.settings)
    assert again.run_id == plan.run_id


def test_planned_and_unmet_add_up_to_wanted(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen(visits_per_day=6))
    assert plan.ledger.visits_wanted == pytest.approx(6 * len(COUNTS) * 7, abs=1)
    assert wanted_total(plan) == plan.ledger.visits_wanted
    assert plan.ledger.unserved > 0
    assert (plan.unmet["visits_planned"] < plan.unmet["visits_wanted"]).all()
    planned = plan.visits.groupby(["day", "hotspot_id"]).size()
    for row in plan.unmet.itertuples():
        assert planned.get((row.day, row.hotspot_id), 0) == row.visits_planned


def test_no_plan_is_worth_more_than_its_bound(patrol_workspace, acting):
    for visits_per_day in (1, 3, 8):
        plan = tasking.preview_plan(patrol_workspace, acting, chosen(visits_per_day=visits_per_day))
        assert 0 < plan.value <= plan.upper_bound + 1e-6


def test_visits_follow_the_share_of_crime(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    visits = plan.visits.groupby("hotspot_id").size()
    assert visits["H01"] > visits["H04"] > visits["H08"]
    assert set(visits.index) == {f"H{number:02d}" for number in range(1, 13)}


def test_equal_parts_are_possible_for_a_trial(patrol_workspace, acting):
    plan = tasking.preview_plan(
        patrol_workspace, acting, chosen(share_out="equal", visits_per_day=1)
    )
    wanted = plan.visits.groupby(["day", "hotspot_id"]).size()
    assert plan.ledger.visits_wanted == 7 * len(COUNTS)
    assert wanted.max() == 1


def test_when_units_are_short_the_places_of_greatest_need_come_first(empty_workspace, acting):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, units=1, hours=4)
    plan = tasking.preview_plan(empty_workspace, acting, chosen(share_out="equal"))
    served = plan.visits.groupby("hotspot_id").size().reindex([f"H{n:02d}" for n in range(1, 13)])
    assert served.fillna(0).iloc[:4].sum() > 2 * served.fillna(0).iloc[8:].sum()
    assert plan.ledger.unserved > 0


def test_night_shifts_run_past_midnight_and_belong_to_their_evening(empty_workspace, acting):
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting, days=1, starts=time(20), hours=8)
    one_day = {"from": MONDAY, "to": MONDAY}
    plan = tasking.preview_plan(empty_workspace, acting, chosen(**one_day))
    assert set(plan.visits["day"]) == {MONDAY}
    assert plan.visits["starts"].max() > datetime(2026, 9, 8, 0, 0)


def test_control_days_are_not_planned(patrol_workspace, acting):
    control = shapely.box(430_000, 298_000, 430_100, 298_100)
    place = {"load_id": "p", "place_id": "TP01", "name": "Corner", "kind": "trial"}
    place |= {"geometry": shapely.to_wkb(control), "x": 0.0, "y": 0.0, "area_m2": 1e4}
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    assignment = {"load_id": "a", "place_id": "TP01", "day": days}
    assignment |= {"is_treatment": [number % 2 == 0 for number in range(7)]}
    with patrol_workspace.write(acting, "collect", "load", "trial") as transaction:
        transaction.insert("places", pd.DataFrame([place]))
        transaction.insert("assignment", pd.DataFrame(assignment))
        transaction.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) VALUES "
            "('p', 'places', 1, 'p', false), ('a', 'assignment', 2, 'a', false)"
        )
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    on_h01 = set(plan.visits.loc[plan.visits["hotspot_id"] == "H01", "day"])
    assert on_h01 == set(days[::2])
    assert any("3 hot spot days are control days" in text for text in plan.warnings)
    assert wanted_total(plan) == plan.ledger.visits_wanted


def test_days_without_anyone_on_the_roster_are_named(patrol_workspace, acting):
    later = {"from": MONDAY + timedelta(days=5), "to": MONDAY + timedelta(days=8)}
    plan = tasking.preview_plan(patrol_workspace, acting, chosen(**later))
    assert any("Nobody is on the roster on 14 Sep, 15 Sep" in text for text in plan.warnings)
    idle = plan.unmet[plan.unmet["day"] > MONDAY + timedelta(days=6)]
    assert set(idle["reason"]) == {"No unit is on duty that day"}


def test_no_roster_points_to_tonight(empty_workspace, acting):
    add_list(empty_workspace, acting)
    with pytest.raises(InputError, match="Load a roster, or plan tonight"):
        tasking.preview_plan(empty_workspace, acting, chosen())


def test_no_list_points_to_targeting(empty_workspace, acting):
    add_roster(empty_workspace, acting)
    with pytest.raises(InputError, match="Sign one off under Targeting"):
        tasking.preview_plan(empty_workspace, acting, chosen())


@pytest.mark.parametrize("minutes", [9, 17])
def test_visits_outside_ten_to_sixteen_minutes_are_refused(minutes):
    with pytest.raises(InputError, match="visit_minutes"):
        make_settings(TaskingSettings, {"visit_minutes": minutes})


def test_a_last_day_before_the_first_is_refused():
    with pytest.raises(InputError, match="before the first"):
        read_settings(TaskingSettings, '{"from": "2026-09-08", "to": "2026-09-07"}')


def test_who_may_not_plan_is_refused(patrol_workspace):
    officer = User("pc", "PC", frozenset({"officer"}))
    with pytest.raises(Refused):
        tasking.preview_plan(patrol_workspace, officer, chosen())


def test_an_issued_plan_is_stored_whole_and_holds_until_a_newer_one(patrol_workspace, acting):
    first = tasking.save_plan(patrol_workspace, acting, chosen())
    held = tasking.plan_in_force(patrol_workspace, MONDAY, MONDAY + timedelta(days=6))
    assert len(held) == len(first.visits)
    assert get_run(patrol_workspace, first.run_id).seed == 1
    evidence = dict(patrol_workspace.rows("SELECT item_id, value FROM evidence"))
    assert {"T5-01", "T5-02", "T5-04", "T5-06", "T5-08"} <= set(evidence)
    tuesday = MONDAY + timedelta(days=1)
    second = tasking.save_plan(
        patrol_workspace, acting, chosen(**{"from": tuesday, "to": tuesday, "seed": 9})
    )
    held = tasking.plan_in_force(patrol_workspace, MONDAY, MONDAY + timedelta(days=6))
    by_day = held.groupby(held["day"].dt.date)["plan_id"].unique().map(list)
    assert by_day[MONDAY] == ["plan-0001"]
    assert by_day[tuesday] == ["plan-0002"]
    assert (held["day"].dt.date == tuesday).sum() == len(second.visits)


def test_the_plan_as_json_has_the_keys_of_the_command_line(patrol_workspace, acting):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen()).as_json()
    assert {"run_id", "visits", "value", "upper_bound", "unmet", "warnings"} <= set(plan)
    keys = {"date", "shift", "unit", "order", "hotspot_id", "start", "minutes"}
    assert keys <= set(plan["visits"][0])
    assert any("hours of need are not known" in text for text in plan["warnings"])


def test_sheets_and_files_are_written(patrol_workspace, acting, tmp_path):
    plan = tasking.preview_plan(patrol_workspace, acting, chosen())
    sheet = tasking.shift_sheet(patrol_workspace, acting, plan, MONDAY, "U1")
    assert sheet.startswith(b"%PDF")
    with pytest.raises(InputError, match="no sheet to print"):
        tasking.shift_sheet(patrol_workspace, acting, plan, MONDAY, "U99")
    short = tasking.tonight(patrol_workspace, acting, [unit("A")], day=MONDAY)
    files = tasking.write_exports(patrol_workspace, acting, short, tmp_path)
    names = {file.name for file in files}
    assert {"plan.csv", "plan.xlsx", "shift_sheets.pdf", "plan.ics", "plan.gpx"} <= names
    assert {"unit_A.ics", "unit_A.gpx"} <= names
    assert len(pd.read_csv(files[0])) == len(short.visits)


def unit(name: str, mode: str = "foot", starts: int = 20, until: int = 2, base: str = "Base"):
    return TonightUnit(name=name, mode=mode, starts=time(starts), until=time(until), base=base)


def test_tonight_needs_no_roster(empty_workspace, acting):
    add_list(empty_workspace, acting)
    units = [unit("A"), unit("B", "car", 22, 4, "")]
    plan = tasking.tonight(empty_workspace, acting, units, day=MONDAY)
    assert set(plan.visits["unit"]) == {"A", "B"}
    assert plan.visits["starts"].min() >= datetime(2026, 9, 7, 20, 0)
    ends = plan.visits["starts"] + pd.to_timedelta(plan.visits["minutes"], unit="min")
    assert ends[plan.visits["unit"] == "A"].max() <= datetime(2026, 9, 8, 2, 0)
    assert ends[plan.visits["unit"] == "B"].max() <= datetime(2026, 9, 8, 4, 0)
    assert {"H01", "H02", "H03"} <= set(plan.visits["hotspot_id"])


def test_issuing_tonight_keeps_what_began_before_it(patrol_workspace, acting):
    week = tasking.save_plan(patrol_workspace, acting, chosen())
    night = tasking.tonight(patrol_workspace, acting, [unit("Z")], day=MONDAY)
    tasking.issue_plan(patrol_workspace, acting, night)
    held = tasking.plan_in_force(patrol_workspace, MONDAY, MONDAY)
    before = week.visits[(week.visits["day"] == MONDAY) & (week.visits["starts"].dt.hour < 20)]
    assert len(held) == len(before) + len(night.visits)
    assert (held.loc[held["starts"] >= "2026-09-07 20:00", "unit"] == "Z").all()


@pytest.mark.parametrize(
    ("units", "sentence"),
    [
        ([], "no unit to plan for"),
        ([unit("A"), unit("A")], "named twice"),
        ([unit(" ")], "has no name"),
        ([unit("A", starts=20, until=19)], "before it starts"),
    ],
)
def test_what_tonight_cannot_use_is_told(patrol_workspace, acting, units, sentence):
    with pytest.raises(InputError, match=sentence):
        tasking.tonight(patrol_workspace, acting, units, day=MONDAY)


def test_units_on_the_roster_begin_tonights_list(patrol_workspace):
    units = tasking.units_on_roster(patrol_workspace, MONDAY)
    assert [(each.name, each.mode, each.until) for each in units] == [
        ("U1", "foot", time(22)),
        ("U2", "foot", time(22)),
        ("U3", "foot", time(22)),
    ]


def test_at_2145_only_the_rest_of_each_shift_is_left(patrol_workspace):
    clock = {"late": (14, 22), "off": (13, 21), "night": (18, 2), "later": (23, 5)}
    units = [unit(name, starts=begins, until=ends) for name, (begins, ends) in clock.items()]
    left = tasking.units_still_on(patrol_workspace, units, time(21, 45))
    assert [(each.name, each.starts, each.until) for each in left] == [
        ("late", time(21, 45), time(22)),
        ("night", time(21, 45), time(2)),
        ("later", time(23), time(5)),
    ]
    after_midnight = tasking.units_still_on(patrol_workspace, units, time(1, 30))
    assert [each.name for each in after_midnight] == ["night", "later"]


def test_two_shifts_without_a_name_are_two_and_officers_never_together_are_told(
    empty_workspace, acting
):
    row = {"load_id": "r", "day": MONDAY, "unit": "U1", "mode": "foot", "officer": "a"}
    shifts = [
        (7, 15, None, "U1"),
        (15, 23, None, "U1"),
        (7, 11, "day", "U2"),
        (12, 16, "day", "U2"),
    ]
    rows = [
        row
        | {"shift": shift, "unit": unit}
        | {"starts": datetime(2026, 9, 7, begins), "ends": datetime(2026, 9, 7, ends)}
        for begins, ends, shift, unit in shifts
    ]
    with empty_workspace.write(acting, "collect", "load", "r") as change:
        change.insert("roster", pd.DataFrame(rows))
    duties, warnings = read_duties(empty_workspace, MONDAY, MONDAY)
    assert [(duty.unit, duty.shift, duty.starts.hour) for duty in duties] == [
        ("U1", "07:00", 7),
        ("U1", "15:00", 15),
    ]
    assert any("1 unit-shifts have officers who are never on together (U2)" in w for w in warnings)
