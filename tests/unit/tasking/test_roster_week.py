"""A week of the roster edited on the page: what is kept, what is refused, what a plan sees."""

from datetime import date, time, timedelta

import pytest

from analytics import tasking, technology
from analytics.tasking.roster import read_duties
from analytics.workspace import InputError, Refused, User, retention
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


def held(workspace):
    return workspace.rows("SELECT * FROM roster ORDER BY ALL")


def test_the_last_save_of_a_week_is_taken_back_and_then_the_one_before(patrol_workspace, acting):
    states, loads = [held(patrol_workspace)], []
    mark = patrol_workspace.fingerprint("roster")
    for changes in ({"starts": time(16)}, {"mode": "car", "officers": 3}):
        rows = rows_of(patrol_workspace, acting)
        rows = [rows[0] | changes, *rows[1:-1], new_row(unit=f"B{len(loads)}")]
        loads.append(tasking.save_week(patrol_workspace, acting, MONDAY, rows))
        states.append(held(patrol_workspace))
    newest, first = tasking.week_edits(patrol_workspace, acting, MONDAY)
    assert "U1 on Mon 7 Sep, 14:00-22:00: start 14:00, now 16:00" in first.what
    assert any(text.startswith("B0 on Mon 7 Sep, 20:00-04:00 added") for text in first.what)
    assert any(text.endswith("removed") for text in first.what)
    assert "Take that one back first" in first.blocked and not newest.blocked
    with pytest.raises(InputError, match="Take that one back first"):
        tasking.undo_week(patrol_workspace, acting, MONDAY, loads[0])
    for load_id, state in zip(reversed(loads), reversed(states[:-1]), strict=True):
        done = tasking.undo_week(patrol_workspace, acting, MONDAY, load_id)
        assert held(patrol_workspace) == state
        assert (done.is_undone, done.undone_by) == (True, acting.username)
    assert patrol_workspace.fingerprint("roster") == mark
    with pytest.raises(InputError, match="already"):
        tasking.undo_week(patrol_workspace, acting, MONDAY, loads[0])
    logged = patrol_workspace.rows("SELECT detail FROM audit WHERE object_type = 'roster'")
    assert sum("taken_back" in detail for (detail,) in logged) == 2


def test_a_save_stands_once_other_rows_of_its_week_were_loaded(patrol_workspace, acting):
    load_id = tasking.save_week(patrol_workspace, acting, MONDAY, rows_of(patrol_workspace, acting))
    with patrol_workspace.write(acting, "collect", "load", "later") as transaction:
        transaction.execute(
            "INSERT INTO roster (load_id, day, unit) VALUES ('later', ?, 'X')", [MONDAY]
        )
    with pytest.raises(InputError, match="loaded after it"):
        tasking.undo_week(patrol_workspace, acting, MONDAY, load_id)


def test_what_a_save_replaced_is_purged_with_the_roster(patrol_workspace, acting):
    load_id = tasking.save_week(patrol_workspace, acting, MONDAY, [])
    assert patrol_workspace.value("SELECT count(*) FROM roster") == 0
    (edit,) = tasking.week_edits(patrol_workspace, acting, MONDAY)
    assert edit.sentence(1) == "21 removed: U1 on Mon 7 Sep, 14:00-22:00 removed; and 20 more"
    removed = retention.purge(patrol_workspace, acting, "roster", MONDAY + timedelta(days=1))
    assert removed == 42, "three pairs on seven days"
    (edit,) = tasking.week_edits(patrol_workspace, acting, MONDAY)
    assert edit.sentence() == "What it changed is no longer held"
    with pytest.raises(InputError, match="no longer held"):
        tasking.undo_week(patrol_workspace, acting, MONDAY, load_id)


def test_a_load_taken_back_does_not_come_again_with_an_edit(patrol_workspace, acting):
    load_id = tasking.save_week(patrol_workspace, acting, MONDAY, [])
    with patrol_workspace.write(acting, "erase", "load", "r") as transaction:
        retention.undo(transaction, acting, "roster", "r")
    with pytest.raises(InputError, match="no longer held"):
        tasking.undo_week(patrol_workspace, acting, MONDAY, load_id)


def test_only_planners_take_a_week_back(patrol_workspace, acting):
    load_id = tasking.save_week(patrol_workspace, acting, MONDAY, [])
    lead = User("lead", "Lead", frozenset({"lead"}))
    with pytest.raises(Refused):
        tasking.undo_week(patrol_workspace, lead, MONDAY, load_id)


def test_an_edited_week_is_taken_back_where_it_was_edited(patrol_workspace, acting):
    load_id = tasking.save_week(patrol_workspace, acting, MONDAY, rows_of(patrol_workspace, acting))
    with pytest.raises(InputError, match="Tasking, Roster"):
        technology.undo_load(patrol_workspace, acting, load_id)
