"""Places over time on a town with planted changes; the events register."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from analytics import targeting
from analytics.targeting import OverTimeSettings, TargetingSettings
from analytics.workspace import InputError, NotMeasurable, Refused, User, make_settings


def settings(**values):
    return make_settings(TargetingSettings, {"study_area": "boundary", **values})


def _result(workspace, acting, **values):
    return targeting.preview_hotspots(workspace, acting, settings(**{"select": 10, **values}))


def test_months_are_counted_by_hand_and_divided_by_their_days(town, acting):
    result = _result(town, acting, test_from="2025-07-01")
    series = targeting.monthly_series(town, acting, result)
    rows = town.frame("SELECT x, y, occurred_from FROM crimes WHERE occurred_from < '2026-01-01'")
    month = rows["occurred_from"].dt.to_period("M").astype(str)
    whole = (series.months["listed"] + series.months["rest"]).to_numpy()
    assert whole.tolist() == month.value_counts().sort_index().tolist()
    assert series.table.sum() == len(rows)
    february = series.months.iloc[1]
    assert february["days"] == 29
    assert february["listed_per_day"] == february["listed"] / 29
    train = series.months[series.months["first_day"] < date(2025, 7, 1)]
    assert train["listed"].sum() == result.hotspots["count"].sum()


def test_a_month_without_crimes_is_a_gap_and_recent_months_are_provisional(town, acting):
    with town.bookkeeping() as change:
        change.execute("DELETE FROM crimes WHERE strftime(occurred_from, '%Y-%m') = '2024-08'")
        change.execute("UPDATE feeds SET recording_lag_days = 40 WHERE feed = 'crimes'")
        change.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) "
            "VALUES ('gap', 'crimes', 1, 'gap', false)"
        )
    series = targeting.monthly_series(town, acting, _result(town, acting))
    assert series.missing == ["Aug 2024"]
    assert np.isnan(series.months.iloc[7]["listed_per_day"])
    assert series.months["is_provisional"].tolist() == [False] * 22 + [True] * 2
    found = targeting.change_between(town, acting, _result(town, acting), OverTimeSettings())
    assert (found.days_before, found.days_after) == (366 - 31, 365)


def test_a_planted_rise_is_found_and_steady_places_are_not(town, acting, store):
    rng = np.random.default_rng(2)
    rise = [
        {
            "x": 431_000.0 + rng.normal(0, 5),
            "y": 301_000.0 + rng.normal(0, 5),
            "occurred_from": datetime(2025, 1, 1) + pd.Timedelta(days=int(rng.integers(0, 365))),
        }
        for _ in range(80)
    ]
    store(town, "crimes", rise)
    result = _result(town, acting)
    found = targeting.change_between(town, acting, result, OverTimeSettings())
    rose = found.places[found.places["change"] == "rose"]
    planted = targeting.preview_hotspots(town, acting, settings(select=1)).hotspots["hotspot_id"]
    assert rose["hotspot_id"].tolist() == planted.tolist()
    assert (found.places["change"] == "fell").sum() == 0
    assert found.is_chosen_on
    whole = found.totals[["before", "after"]].sum()
    held = town.frame("SELECT year(occurred_from) AS year FROM crimes")["year"].value_counts()
    assert whole.tolist() == [held[2024], held[2025]]
    listed = found.places[["before", "after"]].sum()
    assert listed.tolist() == found.totals.iloc[0][["before", "after"]].tolist()


def test_merged_places_are_compared_whole(town, acting):
    result = _result(town, acting, select=30, merge_touching=True)
    found = targeting.change_between(town, acting, result, OverTimeSettings())
    assert (result.hotspots["cells"].str.len() > 1).any()
    both = found.places["before"] + found.places["after"]
    assert both.tolist() == result.hotspots["count"].tolist()


def test_unequal_periods_and_dates_that_are_not_held(town, acting):
    result = _result(town, acting)
    choices = make_settings(
        OverTimeSettings,
        {"before": ["2024-01-01", "2024-12-31"], "after": ["2025-10-01", "2025-12-31"]},
    )
    found = targeting.change_between(town, acting, result, choices)
    assert (found.days_before, found.days_after) == (366, 92)
    assert found.totals["ratio"].iloc[1] == pytest.approx(1, abs=0.35)
    early = make_settings(OverTimeSettings, {"before": ["2020-01-01", "2020-12-31"]})
    with pytest.raises(NotMeasurable, match="Choose dates within"):
        targeting.change_between(town, acting, result, early)
    with pytest.raises(InputError, match="must end before"):
        make_settings(
            OverTimeSettings,
            {"before": ["2024-01-01", "2024-12-31"], "after": ["2024-06-01", "2025-12-31"]},
        )


def test_the_fall_to_expect_is_what_luck_alone_does(empty_workspace, acting, store):
    """Places with one true level, picked in 2024: 2025 brings what was predicted."""
    rng = np.random.default_rng(7)
    levels = rng.gamma(2.0, 2.0, 900)
    rows = []
    for place, level in enumerate(levels):
        for year in (2024, 2025):
            days = rng.integers(0, 365, rng.poisson(level))
            x, y = 430_000 + place % 30 * 200 + 100, 300_000 + place // 30 * 200 + 100
            rows += [
                {"x": x, "y": y, "occurred_from": datetime(year, 1, 1) + pd.Timedelta(days=int(d))}
                for d in days
            ]
    store(empty_workspace, "crimes", rows)
    result = targeting.preview_hotspots(
        empty_workspace,
        acting,
        settings(
            study_area="trimmed_hull",
            cell_shape="square",
            cell_width_m=200,
            select=60,
            test_from="2025-01-01",
        ),
    )
    found = targeting.fall_to_expect(empty_workspace, acting, result)
    later = result.counts.test[result.positions].sum()
    assert found.fall > 0.2
    assert found.low <= later <= found.high


def test_space_time_categories_need_ten_steps_and_name_them(town, acting, store):
    heat = [
        {"x": 431_000.0, "y": 301_000.0, "occurred_from": datetime(2024 + m // 12, m % 12 + 1, day)}
        for m in range(24)
        for day in range(1, 9)
    ]
    store(town, "crimes", heat)
    found = targeting.space_time(town, acting, _result(town, acting), OverTimeSettings())
    assert (found.step, found.steps) == ("month", 24)
    assert found.of_places.iloc[0].split()[0] in ("persistent", "intensifying", "diminishing")
    counts = found.counts()
    assert counts["cells"].sum() == len(found.categories)
    assert counts["places"].sum() == 10
    quarters = make_settings(OverTimeSettings, {"steps": "quarter"})
    with pytest.raises(NotMeasurable, match="at least 10 quarters"):
        targeting.space_time(town, acting, _result(town, acting), quarters)


def test_events_are_kept_changed_removed_and_logged(town, acting):
    first, last = date(2025, 3, 1), date(2025, 3, 9)
    event = targeting.add_event(town, acting, "Sceptre", "operation", first, last, "Knife week")
    assert targeting.time_events(town, date(2025, 3, 9))["name"].tolist() == ["Sceptre"]
    assert targeting.time_events(town, date(2025, 3, 10)).empty
    targeting.change_event(
        town, acting, event, name="Sceptre 2", kind="operation", first_day=first, last_day=first
    )
    assert targeting.time_events(town)["last_day"].tolist() == [first]
    targeting.remove_event(town, acting, event)
    assert targeting.time_events(town).empty
    logged = town.rows("SELECT action FROM audit WHERE object_type = 'time event' ORDER BY number")
    assert [action for (action,) in logged] == ["create", "alter", "delete"]
    with pytest.raises(InputError, match="no longer"):
        targeting.remove_event(town, acting, event)
    with pytest.raises(InputError, match="in this order"):
        targeting.add_event(town, acting, "Backwards", "other", last, first)
    with pytest.raises(InputError, match="kind"):
        targeting.add_event(town, acting, "Odd", "party", first, last)
    stranger = User("eve", "Eve", frozenset({"evaluator"}))
    with pytest.raises(Refused):
        targeting.add_event(town, stranger, "Mine", "other", first, last)


def test_school_holidays_come_from_a_file_once(town, acting, tmp_path):
    file = tmp_path / "holidays.csv"
    file.write_text("name,first_day,last_day\nSummer,23/07/2025,2025-09-01\n", encoding="utf-8-sig")
    rows = targeting.read_events(file)
    assert len(targeting.add_events(town, acting, rows)) == 1
    assert targeting.add_events(town, acting, rows) == []
    held = targeting.time_events(town).iloc[0]
    assert (held["kind"], held["first_day"]) == ("school holiday", date(2025, 7, 23))
    file.write_text("name,first_day,last_day\nSummer,soon,2025-09-01\n")
    with pytest.raises(InputError, match=r"Line 2.*'soon' is not a date"):
        targeting.read_events(file)
    file.write_text("first_day,last_day\n2025-09-01,2025-09-01\n")
    with pytest.raises(InputError, match="column name"):
        targeting.read_events(file)
    file.write_bytes("name,first_day\nÉté".encode("utf-16"))
    with pytest.raises(InputError, match="CSV"):
        targeting.read_events(file)
