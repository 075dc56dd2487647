"""The funder's return: quarters, groups, what is unknown, files."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import tracking
from analytics.tracking.quarters import quarter_of, quarters_between
from analytics.workspace import InputError, Refused, User
from tests.unit.tracking.conftest import NOON_MS, add_plan


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_each_day_lies_in_its_financial_quarter_and_quarters_follow_each_other(day):
    quarter = quarter_of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.after().first == quarter.last + pd.Timedelta(days=1)
    assert quarters_between(day, day) == [quarter]


def test_quarters_are_named_from_april():
    assert quarter_of(date(2027, 2, 1)).title == "2026-27 Q4 (Jan to Mar 2027)"
    assert quarter_of(date(2026, 4, 1)).title == "2026-27 Q1 (Apr to Jun 2026)"


@pytest.fixture
def rostered(tracked, acting):
    """Unit a of the police has GPS; unit w of the council is on the roster only."""
    with tracked.write(acting, "collect", "load", "r") as kept:
        kept.execute("INSERT INTO devices (device, unit) VALUES ('a', 'a'), ('b', 'b')")
        kept.execute(
            "INSERT INTO roster (day, starts, ends, unit, agency, funding) VALUES "
            "('2026-06-08', '2026-06-08 10:00', '2026-06-08 18:00', 'a', 'Police', 'Fund'), "
            "('2026-06-08', '2026-06-08 10:00', '2026-06-08 14:00', 'w', 'Council', 'Fund')"
        )
    return tracked


def _return(workspace, user):
    quarter = quarter_of(date(2026, 6, 8))
    return tracking.preview_return(workspace, user, quarter, tracking.TrackingSettings())


def test_a_line_without_gps_has_no_measured_hours(rostered, acting):
    table = _return(rostered, acting).table.set_index("agency")
    assert table.loc["Police", "measured_hours"] == pytest.approx(20.5 / 60, abs=0.01)
    assert table.loc["Police", ["rostered_hours", "completeness"]].tolist() == [8, 1]
    assert pd.isna(table.loc["Council", "measured_hours"])
    assert pd.isna(table.loc["Council", "visits"])
    assert table.loc["Council", "completeness"] == 0
    assert pd.isna(table.loc["Police", "cost_per_hour"])


def test_claims_and_budgets_are_entered_and_replaced(rostered, acting):
    key = _return(rostered, acting).quarter.key
    tracking.save_claim(rostered, acting, key, "Police", "Fund", 5)
    tracking.save_claim(rostered, acting, key, "Police", "Fund", 7)
    tracking.save_budget(rostered, acting, key, "Police", "Fund", 100)
    table = _return(rostered, acting).table.set_index("agency")
    assert table.loc["Police", "claimed_hours"] == 7
    assert table.loc["Police", "cost_per_hour"] == pytest.approx(
        100 / table.loc["Police", "measured_hours"]
    )
    with pytest.raises(InputError, match="between 0"):
        tracking.save_claim(rostered, acting, key, "Police", "Fund", -1)
    with pytest.raises(Refused):
        inspector = User("i", "I", frozenset({"inspector"}))
        tracking.save_claim(rostered, inspector, key, "Police", "Fund", 1)


def test_files_follow_the_template(rostered, acting):
    found = _return(rostered, acting)
    tracking.save_template(rostered, acting, "Home Office", {"agency": "Body"}, ["Police"])
    shown = tracking.shown_table(found, tracking.templates(rostered)["Home Office"])
    assert shown.to_dict("list") == {"Body": ["Police"]}
    assert tracking.return_workbook(rostered, acting, found)[:2] == b"PK"
    assert tracking.return_report(rostered, acting, found)[:5] == b"%PDF-"


@pytest.fixture
def full(rostered, acting):
    """The roster with plans, activity typed and loaded, check-ins and a claim beside the GPS."""
    add_plan(rostered, acting, [(date(2026, 6, 8), "A"), (date(2026, 6, 8), "B")])
    with rostered.write(acting, "collect", "load", "all") as kept:
        kept.execute("UPDATE plan_visits SET unit = 'a' WHERE hotspot_id = 'A'")
        kept.execute(
            "INSERT INTO activity (load_id, kind, unit, place_id, quantity, at_local) VALUES "
            "('l', 'search', 'a', 'A', 3, '2026-06-08 12:05'), "
            "('typed', 'search', 'a', 'A', 2, '2026-06-08 12:06'), "
            "('typed', 'arrest', 'a', 'B', 1, '2026-06-08 12:40'), "
            "('l', 'weapon', 'w', 'A', 1, '2026-06-08 12:50'), "
            "('l', 'arrest', 'w', 'nowhere', 7, '2026-06-08 12:50')"
        )
        noon = NOON_MS
        kept.execute(
            "INSERT INTO check_ins VALUES ('c', 'serious-violence', 'pat', 'w', 'A', ?, ?, 2, "
            "'foot', '', ?, false)",
            [noon, noon + 45 * 60_000, noon + 45 * 60_000],
        )
        kept.execute("UPDATE roster SET agency = '=1+1' WHERE unit = 'w'")
    tracking.save_claim(rostered, acting, "2026-27 Q1", "Police", "Fund", 12.5)
    return rostered


def test_the_excel_file_opened_again_equals_sums_from_the_tables(full, acting, tmp_path):
    file = tmp_path / "return.xlsx"
    file.write_bytes(tracking.return_workbook(full, acting, _return(full, acting)))
    table = pd.read_excel(file, sheet_name="2026-27 Q1", engine="calamine")
    police, council = (table[table["Agency"] == name].iloc[0] for name in ("Police", "=1+1"))
    assert set(table["Financial year"] + " " + table["Quarter"]) == {"2026-27 Q1"}

    (hours,) = full.rows(
        "SELECT sum(epoch(ends) - epoch(starts)) / 3600 FROM roster WHERE agency = 'Police'"
    )[0]
    assert police["Rostered hours"] == hours == 8
    planned = full.value("SELECT sum(minutes) / 60 FROM plan_visits WHERE unit = 'a'")
    assert police["Planned patrol hours"] == planned == 0.25
    assert police["Claimed hours"] == 12.5
    # Unit a stood 15 minutes in A and 5 in B, a fix every 15 seconds.
    assert police["Measured hours (GPS)"] == pytest.approx(20 / 60, abs=0.01)
    assert (police["Visits (GPS)"], police["GPS completeness"]) == (2, 1)
    assert (police["Searches"], police["Arrests"], police["Weapons seized"]) == (3, 1, 0)
    assert (council["Arrests"], council["Weapons seized"]) == (0, 1)
    assert council["Self-reported hours"] == 0.75
    assert pd.isna(council["Measured hours (GPS)"])


def test_what_is_not_covered_left_over_or_counted_once_is_said(full, acting):
    found = _return(full, acting)
    notes = " ".join(found.notes)
    assert found.is_partial
    assert "only partly covered" in tracking.return_sentence(found)
    assert "Partly covered: the roster holds 1 of 91 days (8 Jun 2026 to 8 Jun 2026)." in notes
    assert "0.2 planned hours are of units not on the roster that day" in notes
    # Unit b stood 12 minutes in A and is on no roster.
    assert "0.2 measured hours are of devices not on the roster that day" in notes
    assert "2 typed activities are in a loaded file too and count once" in notes


def test_without_gps_arrests_are_still_counted_and_hours_are_not(full, acting):
    with full.write(acting, "erase", "feed", "pings") as kept:
        kept.execute("DELETE FROM ping_files")
    found = _return(full, acting)
    table = found.table.set_index("agency")
    assert table.loc["Police", ["searches", "arrests"]].tolist() == [3, 1]
    assert table["measured_hours"].isna().all()
    assert "not measurable without GPS" in tracking.return_sentence(found)
    assert any("GPS holds no day of the quarter" in note for note in found.notes)
