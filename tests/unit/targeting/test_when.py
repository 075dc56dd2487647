"""Patrol windows and the season on planted days and hours."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics import targeting
from analytics.targeting import TargetingSettings, WhenSettings
from analytics.targeting.season import BANK, SCHOOL, TERM, kinds_of_days
from analytics.targeting.windows import window_text
from analytics.workspace import NotMeasurable, make_settings

CHOICES = TargetingSettings()
WHEN = WhenSettings()


def _at(moments, **more):
    return [{"x": 1_000.0, "y": 1_000.0, "occurred_from": moment, **more} for moment in moments]


def _fridays(hour: int, count: int) -> list[datetime]:
    first = datetime(2024, 1, 5)
    return [first + timedelta(weeks=week, hours=hour) for week in range(count)]


@pytest.fixture
def night_town(empty_workspace, store):
    """104 Fridays with crimes at 20, 22 and 01 next morning, and one crime on every other Tuesday."""
    moments = [m for hour in (20, 22, 25) for m in _fridays(hour, 104)]
    moments += [m - timedelta(days=3) for m in _fridays(12, 104)[::2]]
    store(empty_workspace, "crimes", _at(moments))
    return empty_workspace


def test_windows_hold_the_nights_and_name_the_days(night_town, acting):
    choices = make_settings(WhenSettings, {"share": 0.8, "block_hours": 3})
    found = targeting.recommend_windows(night_town, acting, CHOICES, choices)
    assert found.windows["window"].tolist() == ["Fri 20:00-02:00"]
    assert (found.hours, found.events, found.basis) == (6, 364, "own")
    assert found.held == pytest.approx(6 / 7)
    assert found.low < 6 / 7 < found.high
    assert found.chance == pytest.approx(6 / 168)
    assert "6 hours a week hold 86%" in found.text()
    assert [year.hours_shared for year in found.years] == [6]
    assert found.years[0].held == pytest.approx(6 / 7, abs=0.01)


@pytest.mark.parametrize(
    ("start", "length", "text"),
    [
        (4 * 24 + 14, 6, "Fri 20:00-02:00"),
        (4 * 24 + 19, 3, "Sat 01:00-04:00"),
        (6 * 24 + 20, 6, "Mon 02:00-08:00"),
        (4 * 24, 48, "Fri 06:00-Sun 06:00"),
    ],
)
def test_window_names_calendar_days(start, length, text):
    assert window_text(start, length, 6) == text


def test_few_crimes_fall_back_on_all_and_then_are_refused(town, acting, empty_workspace):
    result = targeting.preview_hotspots(
        town, acting, make_settings(TargetingSettings, {"select": 1})
    )
    ids = result.hotspots["hotspot_id"].tolist()
    found = targeting.recommend_windows(town, acting, result.settings, WHEN, ids)
    assert (found.basis, found.events) == ("pooled", 2_000)
    with town.bookkeeping() as change:
        change.execute("DELETE FROM crimes WHERE occurred_from >= '2024-01-20'")
        change.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) "
            "VALUES ('less', 'crimes', 1, 'less', false)"
        )
    with pytest.raises(NotMeasurable, match="at least 100 timed crimes"):
        targeting.recommend_windows(town, acting, CHOICES, WHEN)


def test_hours_of_the_day_add_up_and_their_limits_are_exact_for_known_times(night_town, acting):
    hours = targeting.hours_of_day(night_town, acting, CHOICES, WHEN)
    assert hours["hour"].tolist()[:2] == ["06", "07"]
    assert hours["value"].sum() == pytest.approx(364)
    at_eight = hours.set_index("hour").loc["20"]
    assert at_eight["value"] == 104
    # Exact Poisson limits of 104, from the tables of chi-square.
    assert (at_eight["low"], at_eight["high"]) == pytest.approx((84.98, 126.01), abs=0.01)


def test_months_are_divided_by_their_days_and_gaps_are_left_out(night_town, acting):
    months = targeting.month_season(night_town, acting, CHOICES, WHEN).set_index("month")
    # The crimes end in the last week of December 2025: it is not held as a whole.
    assert months.loc["Dec", "years"] == 1
    held = night_town.frame("SELECT occurred_from FROM crimes")["occurred_from"]
    assert months.loc["Feb", "days"] == 29 + 28
    assert months.loc["Feb", "crimes"] == (held.dt.month == 2).sum()
    assert (months["low"] < months["value"]).all()
    short = make_settings(TargetingSettings, {"to": "2024-09-30"})
    with pytest.raises(NotMeasurable, match="every month"):
        targeting.month_season(night_town, acting, short, WHEN)


def test_school_holidays_are_compared_with_like_weekdays(empty_workspace, acting, store):
    days = [datetime(2024, 1, 1) + timedelta(days=k) for k in range(731)]
    summer = (datetime(2025, 7, 21), datetime(2025, 8, 31))
    moments = []
    for day in days:
        often = 4 if day.weekday() >= 4 else 2
        often *= 3 if summer[0] <= day <= summer[1] else 1
        moments += [day + timedelta(hours=20)] * often
    store(empty_workspace, "crimes", _at(moments))
    found = targeting.day_types(empty_workspace, acting, CHOICES, WHEN)
    assert "School holidays are not measurable" in found.reason
    assert found.table["kind"].tolist() == [TERM, BANK]
    targeting.add_event(
        empty_workspace, acting, "Summer", "school holiday", summer[0].date(), summer[1].date()
    )
    found = targeting.day_types(empty_workspace, acting, CHOICES, WHEN)
    school = found.table.set_index("kind").loc[SCHOOL]
    assert school["days"] == 42 - 1  # The bank holiday of 25 August is none of them.
    assert school["ratio"] == pytest.approx(3)
    assert school["ratio_low"] < 3 < school["ratio_high"]
    assert found.table["days"].sum() == 731
    assert found.table["crimes"].sum() == len(moments)
    assert found.reason == ""


def test_month_only_data_refuse_hours_and_days_but_not_months(empty_workspace, acting, store):
    moments = [datetime(2024 + m // 12, m % 12 + 1, 1) for m in range(24) for _ in range(20)]
    store(empty_workspace, "crimes", _at(moments, time_precision="month"))
    for ask in (targeting.recommend_windows, targeting.hours_of_day, targeting.day_types):
        with pytest.raises(NotMeasurable, match="gives the month"):
            ask(empty_workspace, acting, CHOICES, WHEN)
    months = targeting.month_season(empty_workspace, acting, CHOICES, WHEN)
    assert months["crimes"].tolist() == [40] * 12


@pytest.mark.real
@pytest.mark.parametrize(
    ("nation", "division"),
    [("ENG", "england-and-wales"), ("SCT", "scotland"), ("NIR", "northern-ireland")],
)
def test_bank_holidays_are_those_of_gov_uk(real_data, empty_workspace, nation, division):
    table = pd.read_csv(real_data / "uk_bank_holidays" / "bank_holidays.csv")
    published = set(table[table["division"] == division]["date"])
    years = range(2018, 2026)
    days = [date(y, 1, 1) + timedelta(days=k) for y in years for k in range(365 + (y % 4 == 0))]
    kinds = kinds_of_days(empty_workspace, days, nation)
    found = {str(day) for day, kind in zip(days, kinds, strict=True) if kind == BANK}
    published = {day for day in published if 2018 <= int(day[:4]) <= 2025}
    # The package also names the public holiday itself where a substitute day is taken for it.
    extra = sorted(found - published)
    assert published <= found
    assert all(np.is_busday(day) is np.False_ for day in extra)
