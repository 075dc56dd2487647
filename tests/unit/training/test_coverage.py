"""Who counts as trained: completed, in date and passed, on every day rostered."""

from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest

from analytics import training
from analytics.training import TrainingSettings
from analytics.workspace import NotMeasurable, Refused, User, make_settings

TODAY = date(2026, 8, 31)
NEXT_YEAR = date(2027, 3, 1)


def record(officer, course="Patrol", done=date(2026, 3, 1), expires=NEXT_YEAR, score=90.0, **more):
    values = {"officer": officer, "course": course, "completed_on": done, "expires_on": expires}
    return {**values, "score": score, "pass_mark": 80.0, **more}


def fill(workspace, user, officers, records, days=7):
    """Roster each officer (name -> team) on the coming days, and hold the records."""
    rows = [
        {
            "load_id": "r",
            "day": TODAY + timedelta(days=number),
            "shift": "night",
            "starts": datetime.combine(TODAY + timedelta(days=number), time(22)),
            "ends": datetime.combine(TODAY + timedelta(days=number + 1), time(6)),
            "unit": "U1",
            "officer": officer,
            "team": team,
        }
        for number in range(days)
        for officer, team in officers.items()
    ]
    with workspace.write(user, "collect", "load", "r") as transaction:
        transaction.insert("roster", pd.DataFrame(rows))
        if records:
            transaction.insert("training", pd.DataFrame(records).assign(load_id="t"))


def states(found):
    return dict(zip(found.gaps["officer"], found.gaps["state"], strict=True))


def test_only_completed_in_date_and_passed_counts(empty_workspace, acting):
    officers = dict.fromkeys(("good", "late", "failed", "unscored", "none", "future"), "North")
    records = [
        record("good"),
        record("late", expires=date(2026, 8, 1)),
        record("failed", score=79.9),
        record("unscored", score=None),
        record("future", done=date(2026, 9, 20)),
        record("not rostered"),
    ]
    fill(empty_workspace, acting, officers, records)
    found = training.coverage(empty_workspace, acting, TrainingSettings())
    assert (found.trained, found.rostered) == (1, 6)
    assert found.share == pytest.approx(1 / 6)
    assert states(found) == {
        "late": training.EXPIRED,
        "failed": training.FAILED,
        "unscored": training.NO_SCORE,
        "none": training.NO_RECORD,
        "future": training.NOT_YET,
    }


def test_of_two_teams_with_one_share_the_larger_stands_first(empty_workspace, acting):
    officers = {"a": "North", "b": "South", "c": "South"}
    fill(empty_workspace, acting, officers, [record("someone else")])
    found = training.coverage(empty_workspace, acting, TrainingSettings())
    assert found.teams["team"].tolist() == ["South", "North"]


def test_a_record_holds_through_its_last_day(empty_workspace, acting):
    records = [record("a", expires=TODAY + timedelta(days=6))]
    records += [record("b", expires=TODAY + timedelta(days=3))]
    fill(empty_workspace, acting, {"a": "North", "b": "South"}, records)
    found = training.coverage(empty_workspace, acting, TrainingSettings())
    assert found.teams.set_index("team")["trained"].to_dict() == {"North": 1, "South": 0}
    assert found.gaps["first_day"].dt.date.tolist() == [TODAY + timedelta(days=4)]
    assert (found.trained_officer_days, found.officer_days) == (11, 14)
    # What ends within the period is a gap already; what ends after it is an expiry to come.
    assert found.expiries["days_left"].tolist() == [0]


def test_the_best_of_several_records_counts(empty_workspace, acting):
    records = [record("a", score=50.0), record("a"), record("a", expires=date(2025, 1, 1))]
    fill(empty_workspace, acting, {"a": "North"}, records)
    assert training.coverage(empty_workspace, acting, TrainingSettings()).trained == 1


def test_every_course_is_needed_unless_some_are_chosen(empty_workspace, acting):
    records = [record("a"), record("b"), record("b", course="Search")]
    fill(empty_workspace, acting, {"a": "North", "b": "North"}, records)
    every = training.coverage(empty_workspace, acting, TrainingSettings())
    assert (every.trained, every.courses) == (1, ["Patrol", "Search"])
    chosen = training.coverage(empty_workspace, acting, TrainingSettings(courses=["Patrol"]))
    assert chosen.trained == 2


def test_records_without_expiry_or_pass_mark_take_the_settings(empty_workspace, acting):
    records = [
        record("a", done=date(2025, 10, 1), expires=None, score=70.0, pass_mark=None),
        record("b", done=date(2025, 8, 1), expires=None, score=90.0, pass_mark=None),
    ]
    fill(empty_workspace, acting, {"a": "North", "b": "North"}, records)
    strict = training.coverage(empty_workspace, acting, TrainingSettings())
    assert states(strict) == {"a": training.FAILED, "b": training.EXPIRED}
    mild = TrainingSettings(pass_mark=70, valid_months=24)
    assert training.coverage(empty_workspace, acting, mild).trained == 2


def test_without_roster_or_records_it_is_not_measurable(empty_workspace, acting):
    with pytest.raises(NotMeasurable, match="no roster"):
        training.coverage(empty_workspace, acting, TrainingSettings())
    fill(empty_workspace, acting, {"a": "North"}, [])
    with pytest.raises(NotMeasurable, match="no training records"):
        training.coverage(empty_workspace, acting, TrainingSettings())
    away = make_settings(TrainingSettings, {"from": "2026-12-01"})
    with pytest.raises(NotMeasurable, match="31 Aug 2026 to 6 Sep 2026"):
        training.coverage(empty_workspace, acting, away)


def test_who_may_not_see_records_gets_totals_only(empty_workspace, acting):
    fill(empty_workspace, acting, {"a": "North"}, [record("a")])
    lead = User("lead", "Lead", frozenset({"lead"}))
    found = training.coverage(empty_workspace, lead, TrainingSettings())
    assert found.share == 1
    assert found.gaps is None
    assert found.expiries is None
    with pytest.raises(Refused):
        training.save_coverage(empty_workspace, lead, TrainingSettings())


def test_saving_leaves_evidence(empty_workspace, acting):
    fill(empty_workspace, acting, {"a": "North", "b": "North"}, [record("a")])
    training.save_coverage(empty_workspace, acting, TrainingSettings())
    evidence = dict(empty_workspace.rows("SELECT item_id, value FROM evidence"))
    assert evidence["T4-10"].startswith("1 of 2 rostered officers trained (50%)")
    assert "T4-11" in evidence
