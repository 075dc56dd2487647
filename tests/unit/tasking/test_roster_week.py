"""A week of the roster edited on the page: what is kept, what is refused, what a plan sees."""

from datetime import date, time, timedelta

import pytest

from analytics import tasking, technology
from analytics.tasking.roster import read_duties
from analytics.workspace import InputError, Refused, User
from tests.unit.tasking.conftest import MONDAY


def rows_of(workspace, acting, first=MONDAY, source=None):
    return tasking.roster_week(workspace, acting, first, source).to_dict("records")


def new_row(**changes):
    row = {"key": None, "day": MONDAY, "unit": "B1", "team": "", "shift": "", "base": "Base"}
    row |= {"starts": time(20), "ends": time(4), "mode": "cycle", "officers": 1}
    return row | {"agency": "Council", "funding": "Grant A"} | changes


def test_saving_a_week_unchanged_keeps_every_officer(patrol_workspace, acting):
    before = patrol_workspace.rows("SELECT day, unit, officer FROM roster ORDER BY ALL")
    duties = read_duties(patrol_workspace, MONDAY, MONDAY + timedelta(days=6))[0]
    mark = patrol_workspace.fingerprint("roster")
    tasking.save_week(patrol_workspace, acting, MONDAY, rows_of(patrol_workspace, acting))
    after = patrol_workspace.rows("SELECT day, unit, officer FROM roster ORDER BY ALL")
    assert after == before
    assert read_duties(patrol_workspace, MONDAY, MONDAY + timedelta(days=6))[0] == duties
    assert patrol_workspace.fingerprint("roster") != mark


def test_edits_additions_and_removals_reach_the_plan(patrol_workspace, acting):
    rows = rows_of(patrol_workspace, acting)
    first = rows[0] | {"starts": time(16), "mode": "car", "officers": 3}
    kept = [row for row in rows[1:] if row["unit"] != "U3"]
    tasking.save_week(patrol_workspace, acting, MONDAY, [first, *kept, new_row()])
    duties = {
        (duty.day, duty.unit): duty
        for duty in read_duties(patrol_workspace, MONDAY, MONDAY + timedelta(days=6))[0]
    }
    changed = duties[MONDAY, first["unit"]]
    assert (changed.starts.time(), changed.mode, changed.officers) == (time(16), "car", 3)
    added = duties[MONDAY, "B1"]
    assert (added.mode, added.officers, added.ends.time()) == ("cycle", 1, time(4))
    assert added.ends.date() == MONDAY + timedelta(days=1)
    assert not any(unit == "U3" for _, unit in duties)
    assert patrol_workspace.value("SELECT funding FROM roster WHERE unit = 'B1'") == "Grant A"


def test_a_week_is_copied_with_its_officers(patrol_workspace, acting):
    following = MONDAY + timedelta(days=7)
    rows = rows_of(patrol_workspace, acting, following, MONDAY)
    assert {row["day"] for row in rows} == {following + timedelta(days=n) for n in range(7)}
    tasking.save_week(patrol_workspace, acting, following, rows)
    counts = patrol_workspace.rows(
        "SELECT day >= ?, count(*), count(DISTINCT officer) FROM roster GROUP BY 1", [following]
    )
    assert len({found[1:] for found in counts}) == 1 and len(counts) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": " "}, "names no unit"),
        ({"day": MONDAY - timedelta(days=1)}, "not in this week"),
        ({"ends": None}, "start and an end"),
        ({"ends": time(19)}, "at most 16"),
        ({"mode": "horse"}, "moves by 'horse'"),
        ({"officers": 0}, "1 to 12 officers"),
        ({"unit": "U1", "starts": time(15), "ends": time(18)}, "is on twice"),
    ],
)
def test_a_wrong_row_is_a_sentence_and_changes_nothing(patrol_workspace, acting, changes, words):
    before = patrol_workspace.rows("SELECT * FROM roster ORDER BY ALL")
    rows = [*rows_of(patrol_workspace, acting), new_row(**changes)]
    with pytest.raises(InputError, match=words):
        tasking.save_week(patrol_workspace, acting, MONDAY, rows)
    assert patrol_workspace.rows("SELECT * FROM roster ORDER BY ALL") == before


def test_only_planners_edit_the_roster(patrol_workspace):
    lead = User("lead", "Lead", frozenset({"lead"}))
    with pytest.raises(Refused):
        tasking.save_week(patrol_workspace, lead, MONDAY, [])


def test_bank_holidays_of_2026_are_known():
    found = tasking.bank_holidays(date(2026, 8, 24), date(2026, 12, 31))
    assert date(2026, 8, 31) in found and date(2026, 12, 25) in found
    assert date(2026, 12, 28) in found, "Boxing Day falls on a Saturday"


def test_an_edited_week_is_not_taken_back_to_nothing(patrol_workspace, acting):
    load_id = tasking.save_week(patrol_workspace, acting, MONDAY, rows_of(patrol_workspace, acting))
    with pytest.raises(InputError, match="Edit it again"):
        technology.undo_load(patrol_workspace, acting, load_id)
