"""The tasking page, without a browser."""

import re
import time
from datetime import date
from datetime import time as clock

import pytest

from analytics import targeting, tasking
from analytics.tasking import TaskingSettings
from analytics.workspace import User, jobs, make_settings
from analytics.workspace.drafts import save_draft

ROOT_USER = User("os:test", "Test", frozenset(), every_right=True)
TODAY = date(2026, 8, 31)
QUICK = {"to": TODAY, "iterations": 60, "seed": 5}


def texts(app):
    return " ".join(part.value for part in app.markdown)


def button(app, label):
    return next(part for part in app.button if part.label == label)


def stop_times(app):
    """The times of the stops of the unit that is shown."""
    lists = [part.proto.body for part in app.get("html") if 'class="stops"' in part.proto.body]
    return re.findall(r"<b>(\d\d:\d\d)</b>", lists[0])


@pytest.fixture
def with_list(sample_copy):
    """The sample town with a list in force on its own day."""
    if targeting.list_in_force(sample_copy) is None:
        chosen = make_settings(targeting.TargetingSettings, {"select": 20})
        targeting.sign_off(sample_copy, ROOT_USER, chosen, TODAY, allow_undecided=True)
    return sample_copy


def finished_plan(workspace, username):
    """A plan job that this person started and that is done."""
    user = User(username, username, frozenset({"inspector"}))
    chosen = make_settings(TaskingSettings, {"from": TODAY, **QUICK})
    plan = tasking.preview_plan(workspace, user, chosen)
    save_draft(workspace, user, "settings:tasking", chosen.as_json())
    save_draft(workspace, user, "job:plan", jobs.submit(workspace, user, "plan", {}))

    worker = jobs.Worker(workspace, {"plan": lambda *_: plan.as_json()}, pause_s=0.01)
    worker.start()
    try:
        while jobs.recent(workspace, 1)[0].is_open:
            time.sleep(0.02)
    finally:
        worker.stop()
    return plan


def test_without_a_list_it_links_to_targeting(empty_app, open_page):
    app = open_page("tasking", "inspector")
    assert not app.exception
    assert "No hot spot list is in force" in texts(app)


@pytest.mark.parametrize("role", ["analyst", "inspector"])
def test_planners_are_offered_a_plan(with_list, open_page, role):
    app = open_page("tasking", role)
    assert not app.exception
    assert not app.error
    assert "No plan has been issued for the coming week." in texts(app)
    assert button(app, "Make the plan")


@pytest.mark.parametrize("role", ["lead"])
def test_others_see_the_plan_in_force_only(with_list, open_page, role):
    plan = tasking.save_plan(
        with_list, ROOT_USER, make_settings(TaskingSettings, {"from": TODAY, **QUICK})
    )
    app = open_page("tasking", role)
    assert not app.exception
    assert f"{len(plan.visits):,} visits by" in texts(app)
    assert not [part for part in app.button if part.label in ("Make the plan", "Issue the plan")]


def test_a_plan_is_looked_at_and_then_issued(with_list, open_page):
    plan = finished_plan(with_list, "one-inspector")
    app = open_page("tasking", "inspector")
    assert not app.exception
    assert f"{plan.ledger.visits_planned:,} visits of 15 minutes" in texts(app)
    assert with_list.value("SELECT count(*) FROM plans") == 0
    button(app, "Issue the plan").click().run()
    assert not app.exception
    assert len(tasking.plan_in_force(with_list, TODAY, TODAY)) == len(plan.visits)
    again = open_page("tasking", "inspector")
    again.session_state["tasking-tabs"] = "Week"
    again.run()
    assert any("In force: plan-0001" in part.value for part in again.caption)
    assert "Issue the plan" not in [part.label for part in again.button]


def test_tonight_from_2145_plans_only_who_is_still_on(with_list, open_page):
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Tonight"
    app.run()
    ends = {part.key[-1]: part.value for part in app.time_input if "until" in part.key}
    assert min(ends.values(), key=lambda at: (at.hour < 6, at)) == clock(22)
    since = next(part for part in app.time_input if part.key == "tonight-since")
    since.set_value(clock(22)).run()
    assert any("Off by 22:00 and left out" in part.value for part in app.caption)
    button(app, "Make tonight's sheet").click().run()
    assert not app.exception and not app.error
    starts = stop_times(app)
    assert starts
    assert all(start >= "22:00" or start < "06:00" for start in starts)


def test_a_unit_that_is_not_on_is_left_out(with_list, open_page):
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Tonight"
    app.run()
    names = [part.value for part in app.text_input if part.label == "Unit"]
    out = next(part for part in app.get("button_group") if "leave out" in part.proto.label)
    out.set_value([names[0]]).run()
    assert f"{len(names) - 1} units tonight" in texts(app)
    button(app, "Make tonight's sheet").click().run()
    assert not app.exception and not app.error
    offs = [part.label for part in app.button if part.label.endswith(" is off")]
    assert offs == [f"{name} is off" for name in names[1:]]


def test_an_inspector_with_a_planned_week_comes_for_tonight(with_list, open_page):
    tasking.save_plan(
        with_list, ROOT_USER, make_settings(TaskingSettings, {"from": TODAY, **QUICK})
    )
    app = open_page("tasking", "inspector")
    assert button(app, "Make tonight's sheet")
    assert "A plan holds today:" in texts(app)
    assert button(open_page("tasking", "analyst"), "Make the plan")


def test_tonight_makes_a_sheet_without_the_roster(with_list, open_page):
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Tonight"
    app.run()
    button(app, "Make tonight's sheet").click().run()
    assert not app.exception
    assert not app.error
    assert "visits of 15 minutes" in texts(app)
    assert any("Not issued yet" in part.value for part in app.caption)
    button(app, "Issue tonight's plan").click().run()
    assert not app.exception
    assert any("In force: plan-0001" in part.value for part in app.caption)
    assert "Issue tonight's plan" not in [part.label for part in app.button]
    assert set(tasking.plan_in_force(with_list, TODAY, TODAY)["shift"]) == {"Tonight"}


def test_tonights_sheet_stands_when_the_plan_is_changed_by_hand(with_list, open_page):
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Tonight"
    app.run()
    button(app, "Make tonight's sheet").click().run()
    before = stop_times(app)
    assert not any("stands as it was made" in part.value for part in app.info)
    button(app, "Issue tonight's plan").click().run()
    row = tasking.plan_in_force(with_list, TODAY, TODAY).iloc[-1]
    starts = row["starts"].to_pydatetime()
    visit = tasking.Visit(TODAY, row["shift"], row["unit"], row["hotspot_id"], starts, 15.0)
    tasking.cancel_visit(with_list, ROOT_USER, visit, "Asked for")
    app.run()
    assert not app.exception and not app.error
    assert stop_times(app) == before
    assert any("stands as it was made" in part.value for part in app.info)


def test_the_sheet_of_the_night_before_is_not_tonights(with_list, open_page):
    who = User("one-inspector", "The inspector", frozenset({"inspector"}))
    units = [{"name": "Z9", "mode": "foot", "starts": "20:00", "until": "02:00", "base": ""}]
    stale = {"day": "2026-08-30", "units": units, "seed": 1, "lost": ["Z8"]}
    save_draft(with_list, who, "tonight", stale)
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Tonight"
    app.run()
    assert not app.exception and not app.error
    assert button(app, "Make tonight's sheet")
    assert "Z9" not in [part.value for part in app.text_input if part.label == "Unit"]


def test_a_control_day_is_told_tonight(with_list, open_page):
    spot, name = with_list.rows("SELECT hotspot_id, name FROM hotspots ORDER BY rank LIMIT 1")[0]
    with with_list.write(ROOT_USER, "collect", "load", "a") as transaction:
        transaction.execute(
            "INSERT INTO assignment (day, place_id, is_treatment) VALUES (?, ?, false)",
            [TODAY, spot],
        )
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Tonight"
    app.run()
    button(app, "Make tonight's sheet").click().run()
    assert any(part.value.startswith("Control day") and name in part.value for part in app.warning)


def test_losing_a_unit_plans_the_rest_and_logs_it(with_list, open_page):
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Tonight"
    app.run()
    button(app, "Make tonight's sheet").click().run()
    lost = next(part.label for part in app.button if part.label.endswith(" is off"))
    button(app, lost).click().run()
    assert not app.exception and not app.error
    assert any("Planned anew from 20:00 without" in part.value for part in app.info)
    off = tasking.abstractions(with_list, TODAY, TODAY)
    assert [f"{one.unit} is off" for one in off] == [lost]
    assert lost not in [part.label for part in app.button]


def test_an_officer_sees_and_prints_the_own_round_only(with_list, open_page):
    plan = tasking.save_plan(
        with_list, ROOT_USER, make_settings(TaskingSettings, {"from": TODAY, **QUICK})
    )
    app = open_page("tasking", "officer")
    app.session_state["own-tabs"] = "My plan"
    assert "No unit is linked to your account" in texts(app.run())
    unit = plan.visits["unit"].iloc[0]
    with with_list.write(ROOT_USER, "alter", "person", "one-officer") as transaction:
        transaction.execute(
            "INSERT INTO person_units VALUES ('one-officer', 'o', ?, 't', 'x', 1)", [unit]
        )
    app = open_page("tasking", "officer")
    app.session_state["own-tabs"] = "My plan"
    app.run()
    assert not app.exception and not app.error
    mine = plan.visits[plan.visits["unit"] == unit]
    assert f"{unit}: {len(mine)} visit" in texts(app)
    assert stop_times(app) == sorted(mine["starts"].dt.strftime("%H:%M"))
    facts = tasking.place_facts(with_list, [*mine["hotspot_id"]])
    told = next(part.proto.body for part in app.get("html") if 'class="stops"' in part.proto.body)
    assert all(one.where in told and one.why in told for one in facts.values())
    assert all(one.where for one in facts.values()), "every place has a street to name"


def test_a_briefing_is_written_and_kept(with_list, open_page):
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Briefings"
    app.run()
    next(part for part in app.text_area if part.label == "Known problem").set_value("Fights")
    next(part for part in app.text_input if part.label == "Hours").set_value("18:00-02:00")
    button(app, "Save briefing").click().run()
    assert not app.exception and not app.error
    (saved,) = tasking.briefings(with_list).values()
    assert (saved.briefing.known_problem, saved.briefing.hours) == ("Fights", (("18:00", "02:00"),))


def test_a_visit_is_cancelled_and_the_change_undone(with_list, open_page):
    tasking.save_plan(
        with_list, ROOT_USER, make_settings(TaskingSettings, {"from": TODAY, **QUICK})
    )
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Changes"
    app.run()
    assert not app.exception
    before = len(tasking.plan_in_force(with_list, TODAY, TODAY))
    assert not app.warning, "nothing is doubted before a place is chosen"
    place = next(part for part in app.selectbox if part.label == "Place")
    spot = with_list.value("SELECT hotspot_id FROM hotspots ORDER BY rank LIMIT 1")
    place.set_value(spot).run()
    next(part for part in app.text_input if part.label == "Reason").set_value("Asked for")
    button(app, "Add the visit").click().run()
    assert not app.exception and not app.error
    assert len(tasking.plan_in_force(with_list, TODAY, TODAY)) == before + 1
    button(app, "Undo").click().run()
    assert not app.exception
    assert len(tasking.plan_in_force(with_list, TODAY, TODAY)) == before


def test_the_roster_of_a_week_is_shown_and_copied(with_list, open_page):
    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Roster"
    app.run()
    assert not app.exception and not app.error
    assert "unit-hours" in texts(app)
    button(app, "Save the week").click().run()
    assert any("nothing was saved" in part.value for part in app.toast)
    assert with_list.value("SELECT count(*) FROM loads WHERE mode = 'edit'") == 0
    assert any("bank holiday" in part.value for part in app.caption)
    button(app, "Copy the week before").click().run()
    assert "Copied from the week before, not saved yet" in texts(app)
    before = with_list.rows("SELECT * FROM roster ORDER BY ALL")
    button(app, "Save the week").click().run()
    assert not app.exception and not app.error
    assert "Copied" not in texts(app)
    assert with_list.rows("SELECT * FROM roster ORDER BY ALL") != before

    app = open_page("tasking", "inspector")
    app.session_state["tasking-tabs"] = "Roster"
    app.run()
    assert any("Last saved by one-inspector" in part.value for part in app.caption)
    button(app, "Take back").click().run()
    assert not app.exception and not app.error
    assert with_list.rows("SELECT * FROM roster ORDER BY ALL") == before
    again = open_page("tasking", "analyst")
    again.session_state["tasking-tabs"] = "Roster"
    again.run()
    assert any("Taken back by one-inspector" in part.value for part in again.caption)
    assert "Take back" not in [part.label for part in again.button]


def test_the_sum_before_the_plan_moves_with_the_settings(with_list, open_page):
    def wanted(app):
        tables = [part.value for part in app.dataframe if "Line" in part.value.columns]
        return dict(tables[0].to_numpy())["Visits wanted"]

    app = open_page("tasking", "analyst")
    before = wanted(app)
    slider = next(part for part in app.slider if "Visits a day" in part.label)
    slider.set_value(4.0).run()
    assert not app.exception and not app.error
    assert int(wanted(app).replace(",", "")) > int(before.replace(",", ""))


def test_a_plan_is_shown_beside_equal_shares_and_other_numbers_of_units(with_list, open_page):
    finished_plan(with_list, "one-inspector")
    app = open_page("tasking", "inspector")
    assert any("Equal to all" in part.value.to_string() for part in app.dataframe)
    button(app, "Work it out").click().run()
    assert not app.exception and not app.error
    assert any("As rostered" in part.value.to_string() for part in app.dataframe)
