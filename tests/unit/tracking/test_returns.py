"""The funder's return: quarters, groups, what is unknown, files."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import tracking
from analytics.tracking.quarters import quarter_of, quarters_between
from analytics.workspace import InputError, Refused, User


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
