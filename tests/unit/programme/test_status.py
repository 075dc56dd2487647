"""Home's seven rows: what each step's state is made of, and who is asked for what."""

import json
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
import shapely

from analytics import programme
from analytics.workspace import DEFAULT_PROGRAMME, User, now_ms

TODAY = date(2026, 8, 31)
MONDAY = date(2026, 8, 24)


def _states(workspace, user):
    return {row.step: row for row in programme.status(workspace, user)}


def _load(workspace, feed, rows, at_ms=None):
    with workspace.bookkeeping() as change:
        change.execute(
            "INSERT INTO loads (load_id, feed, at_ms, rows_stored, fingerprint, is_undone) "
            "VALUES (?, ?, ?, ?, 'f', false)",
            [f"{feed}-{at_ms}", feed, at_ms or now_ms(), rows],
        )


@pytest.fixture
def town(empty_workspace):
    """A list of one hot spot, three crimes in it, a plan for one day and its dosage."""
    square = shapely.box(430_000, 300_000, 430_100, 300_100)
    crimes = pd.DataFrame(
        {
            "row_id": [1, 2, 3],
            "occurred_from": [datetime(2026, 8, 25, 22)] * 3,
            "time_precision": "minute",
            "x": [430_050.0, 430_060.0, 430_500.0],
            "y": [300_050.0, 300_060.0, 300_050.0],
        }
    )
    with empty_workspace.bookkeeping() as change:
        change.insert("crimes", crimes)
        change.execute(
            "INSERT INTO lists (list_id, programme_id, version, run_id, signed_by, signed_ms, "
            "valid_from) VALUES ('L1', ?, 1, 'r', 'u', 2000, DATE '2026-06-01')",
            [DEFAULT_PROGRAMME],
        )
        change.execute(
            "INSERT INTO hotspots (list_id, hotspot_id, rank, name, count, cells, geometry) "
            "VALUES ('L1', 'h1', 1, 'High Street', 2, '[]', ?)",
            [shapely.to_wkb(square)],
        )
        change.execute(
            "INSERT INTO plans VALUES ('P1', ?, 'L1', 'r', ?, ?, 1, 'u', 3000, '{}')",
            [DEFAULT_PROGRAMME, MONDAY, TODAY],
        )
        for order in (1, 2):
            change.execute(
                "INSERT INTO plan_visits VALUES ('P1', ?, 'late', 'U1', ?, 'h1', ?, 15, 5, 'foot')",
                [MONDAY, order, datetime(2026, 8, 24, 18)],
            )
        for day, visits in ((MONDAY, 5), (MONDAY + timedelta(days=1), 4)):
            change.execute(
                "INSERT INTO dosage_days (programme_id, list_id, hotspot_id, day, "
                "qualifying_visits) VALUES (?, 'L1', 'h1', ?, ?)",
                [DEFAULT_PROGRAMME, day, visits],
            )
    _load(empty_workspace, "crimes", 3, at_ms=1000)
    return empty_workspace


def test_an_empty_workspace_asks_for_crimes_first(empty_workspace, acting):
    rows = _states(empty_workspace, acting)
    assert list(rows) == [
        "thinking",
        "technology",
        "targeting",
        "training",
        "tasking",
        "tracking",
        "testing",
    ]
    assert {row.state for row in rows.values()} == {"not started"}
    assert programme.next_action(empty_workspace, acting).step == "technology"


def test_what_is_asked_depends_on_the_role(empty_workspace):
    trainer = User("t", "T", frozenset({"trainer"}))
    assert programme.next_action(empty_workspace, trainer).step == "training"
    auditor = User("a", "A", frozenset({"auditor"}))
    assert programme.next_action(empty_workspace, auditor) is None


def test_new_crimes_make_the_list_stale(town, acting):
    assert _states(town, acting)["targeting"].state == "done"
    _load(town, "crimes", 5)
    assert _states(town, acting)["targeting"].state == "stale"


def test_a_new_list_makes_the_plan_stale(town, acting):
    assert _states(town, acting)["tasking"].state == "done"
    with town.bookkeeping() as change:
        change.execute("UPDATE lists SET signed_ms = 9000")
    assert _states(town, acting)["tasking"].state == "stale"


def test_a_trial_s_arms_are_not_split_while_its_protocol_is_open(town, acting):
    result = {"design": "crossover", "conclusion": "13 crimes treated, 65 control. More."}
    with town.bookkeeping() as change:
        change.execute(
            "INSERT INTO runs VALUES ('r1', 'testing', ?, '{}', 'f', 'c', NULL, 'u', ?, ?)",
            [DEFAULT_PROGRAMME, now_ms(), json.dumps(result)],
        )
        change.execute(
            "INSERT INTO assignment (programme_id, day, place_id, is_treatment) "
            "VALUES (?, DATE '2026-06-01', 'TP01', true)",
            [DEFAULT_PROGRAMME],
        )
    assert "13 crimes" not in _states(town, acting)["testing"].fact
    analyst = User("a", "A", frozenset({"analyst"}))
    assert _states(town, acting)["testing"].action == "Lock the protocol"
    assert _states(town, analyst)["testing"].action == ""
    with town.bookkeeping() as change:
        change.execute(
            "INSERT INTO protocols VALUES (?, '{}', 'u', ?)", [DEFAULT_PROGRAMME, now_ms()]
        )
    assert _states(town, acting)["testing"].fact == "13 crimes treated, 65 control."


def test_delivered_visits_are_capped_at_planned_and_crimes_are_those_inside(town):
    weeks = programme.recent_weeks(town)
    assert list(weeks["week"].dt.date) == [MONDAY - timedelta(days=7 * n) for n in (3, 2, 1, 0)]
    last = weeks.iloc[-1]
    assert (last["planned_visits"], last["delivered_visits"]) == (2, 2)
    assert last["qualifying_visits"] == 9
    assert last["crimes"] == 2
    assert weeks.iloc[0][["planned_visits", "delivered_visits"]].isna().all()


def test_the_night_to_monday_belongs_to_the_week_before(town):
    with town.bookkeeping() as change:
        change.execute(
            "UPDATE crimes SET occurred_from = TIMESTAMP '2026-08-24 02:00' WHERE row_id = 1"
        )
    weeks = programme.recent_weeks(town).set_index("week")["crimes"]
    assert weeks[pd.Timestamp(MONDAY - timedelta(days=7))] == 1
    assert weeks[pd.Timestamp(MONDAY)] == 1


def test_no_list_gives_no_weeks(empty_workspace):
    assert programme.recent_weeks(empty_workspace).empty
