"""The backtest against a count by hand, its dates, and what it concludes on planted towns."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import targeting
from analytics.targeting.backtest import backtest, cut_dates, whole_months
from analytics.workspace import NotMeasurable, User


def asked(**more):
    return targeting.TargetingSettings(**{"select": 10, "cell_width_m": 200} | more)


def judged(workspace, user, settings=None, **choices):
    result = targeting.preview_hotspots(workspace, user, settings or asked())
    return backtest(workspace, user, result, targeting.BacktestSettings(**choices)), result


def by_hand(workspace, result, first, cut, end, number=10):
    """Share caught by the fullest cells before the cut, ties averaged, from the crimes one by one."""
    held = workspace.frame("SELECT x, y, occurred_from FROM crimes")
    grid = result.counts.grid
    held["cell"] = grid.keys(*grid.cell_numbers(held["x"].to_numpy(), held["y"].to_numpy()))
    before = held[(held["occurred_from"] >= first) & (held["occurred_from"] < cut)]
    after = held[(held["occurred_from"] >= cut) & (held["occurred_from"] < end)]
    counts = before["cell"].value_counts()
    last = counts.sort_values(ascending=False).iloc[number - 1]
    later = after["cell"].value_counts()
    sure = later.reindex(counts.index[counts > last]).fillna(0).sum()
    tied = later.reindex(counts.index[counts == last]).fillna(0)
    left = number - (counts > last).sum()
    return (sure + tied.mean() * left) / len(after), later.nlargest(number).sum() / len(after)


def test_scores_at_each_cut_equal_those_counted_by_hand(town, acting):
    found, result = judged(town, acting, test_months=3)
    cuts = found.scores.groupby("cut", sort=False).first()
    assert found.cuts == len(cuts) == 4
    for cut, row in cuts.iterrows():
        first, end = pd.Timestamp(row["train_from"]), pd.Timestamp(row["test_to"])
        caught, best = by_hand(
            town, result, first, pd.Timestamp(cut), end + pd.DateOffset(months=1)
        )
        scores = found.scores[found.scores["cut"] == cut].set_index("method")
        assert scores.loc["Count", "hit_rate"] == pytest.approx(caught)
        assert scores.loc["Best possible", "hit_rate"] == pytest.approx(best)
        assert scores.loc["Count", "pei"] == pytest.approx(caught / best)
        area = 10 * result.counts.grid.area_m2 / result.counts.area.polygon.area
        assert scores.loc["Count", "pai"] == pytest.approx(caught / area)
        assert scores.loc["Chance", "hit_rate"] == pytest.approx(area)


def test_areas_of_points_at_a_cut_are_those_of_a_list_made_then(town, acting):
    found, _ = judged(town, acting, test_months=3)
    cut = found.scores[found.scores["method"] == "DBSCAN areas"].iloc[-1]
    last = pd.Timestamp(cut["cut"]) - pd.Timedelta(days=1)
    end = pd.Timestamp(cut["test_to"]) + pd.offsets.MonthEnd(0)
    then = asked(**{"from": pd.Timestamp(cut["train_from"]).date(), "to": last.date()})
    then = then.model_copy(
        update={"test_from": pd.Timestamp(cut["cut"]).date(), "test_to": end.date()}
    )
    compared = targeting.compare_methods(town, acting, then)
    row = compared.scores.set_index("name").loc["DBSCAN areas"]
    assert cut["hit_rate"] == pytest.approx(row["hit_rate"])


def test_means_and_differences_are_those_of_the_cut_dates(town, acting):
    found, _ = judged(town, acting)
    mean = found.scores.groupby("method")["hit_rate"].mean()
    summary = found.summary.set_index("method")
    assert summary["hit_rate"].to_dict() == pytest.approx(mean.to_dict())
    difference = mean["Count"] - mean["Last year's count"]
    row = summary.loc["Count"]
    assert row["difference"] == pytest.approx(difference)
    assert row["difference_low"] <= difference <= row["difference_high"]
    best = summary.loc["Best possible", "hit_rate"]
    assert (summary["hit_rate"] <= best + 1e-12).all()
    assert (summary["lowest"] <= summary["hit_rate"]).all()


def test_cut_dates_leave_whole_windows_on_both_sides():
    choices = targeting.BacktestSettings(every_months=3, test_months=6, over_months=24)
    cuts = cut_dates(36, 24, choices)
    assert [cut.at for cut in cuts] == [12, 15, 18, 21, 24, 27, 30]
    assert all(cut.end - cut.at == 6 and cut.end <= 36 for cut in cuts)
    assert [cut.first for cut in cuts] == [0, 0, 0, 0, 0, 3, 6]
    assert cut_dates(17, 24, choices) == []


def test_too_few_months_are_told_in_one_sentence(empty_workspace, acting, store):
    store(
        empty_workspace,
        "crimes",
        [
            {"x": 430_000.0 + k, "y": 300_000.0, "occurred_from": datetime(2025, 1 + k % 6, 1)}
            for k in range(60)
        ],
    )
    with pytest.raises(NotMeasurable, match="at least 12 whole months"):
        judged(empty_workspace, acting)


def test_months_cut_off_at_the_end_are_not_judged(town, acting, store):
    store(town, "crimes", [{"x": 431_000.0, "y": 301_000.0, "occurred_from": datetime(2026, 1, 9)}])
    result = targeting.preview_hotspots(town, acting, asked(to=date(2025, 12, 31)))
    months = whole_months(town, result)
    assert (str(months[0]), str(months[-1])) == ("2024-01", "2025-12")


def test_a_town_whose_hot_spots_stay_is_best_ranked_by_count(empty_workspace, acting, store):
    rng = np.random.default_rng(4)
    level = np.repeat([6.0, 0.15], [12, 388])
    per_cell = rng.poisson(level[:, None] * np.ones(36) / 3)
    cell, month = np.nonzero(per_cell)
    times = per_cell[cell, month]
    order = rng.permutation(400)[cell]
    rows = pd.DataFrame(
        {
            "x": 430_050.0 + 100 * (order % 20),
            "y": 300_050.0 + 100 * (order // 20),
            "occurred_from": pd.to_datetime("2023-01-01")
            + pd.to_timedelta(month * 30.4 + 1, unit="D"),
            "time_precision": "day",
            "offence": "Assault",
        }
    )
    store(empty_workspace, "crimes", rows.loc[np.repeat(rows.index, times)])
    square = shapely.box(430_000, 300_000, 432_000, 302_000)
    store(empty_workspace, "boundary", [{"name": "Town", "geometry": square.wkb}])
    settings = asked(select=12, cell_shape="square", cell_width_m=100)
    found, _ = judged(empty_workspace, acting, settings)
    summary = found.summary.set_index("method")
    assert "Count" in [found.winner, *found.level_with_winner]
    assert summary.loc["Count", "pei"] > 0.9
    assert summary.loc["Gi*", "hit_rate"] < summary.loc["Count", "hit_rate"]
    assert not summary.loc["Gi*", "is_level"]
    assert "does as well as any" in found.verdict()


def test_a_list_ranked_by_harm_is_judged_by_harm(town, acting, store):
    days = {"8N": 10.0, "34B": 365.0}
    store(
        town,
        "harm",
        [
            {"index_name": "Own", "version": "1", "code": code, "title": code, "days": weight}
            for code, weight in days.items()
        ],
    )
    found, _ = judged(town, acting, asked(rank_by="harm"), every_months=6, test_months=6)
    last = found.scores[found.scores["cut"] == "Jul 2025"].set_index("method")
    held = town.frame("SELECT offence_code FROM crimes WHERE occurred_from >= DATE '2025-07-01'")
    assert last["events"].iloc[0] == held["offence_code"].map(days).sum()
    assert found.outcome == "harm"
    assert last.loc["Harm", "rri"] > 0
    assert np.isnan(last.loc["Count", "rri"].astype(float))
    best = last.loc["Best possible", "hit_rate"]
    assert (last["hit_rate"] <= best + 1e-12).all()
    assert "of the later harm" in found.verdict()


def test_a_backtest_is_kept_and_shown_again(town, acting):
    settings, choices = asked(), targeting.BacktestSettings(every_months=6)
    result = targeting.preview_hotspots(town, acting, settings)
    assert targeting.stored_backtest(town, acting, result, choices) is None
    told = []
    made = targeting.save_backtest(town, acting, settings, choices, lambda s, t: told.append(s))
    held = targeting.stored_backtest(town, acting, result, choices)
    assert held.verdict() == made.verdict()
    pd.testing.assert_frame_equal(held.summary, made.summary)
    pd.testing.assert_frame_equal(held.by_cut(), made.by_cut())
    assert told == sorted(told)
    other = targeting.BacktestSettings(every_months=1)
    assert targeting.stored_backtest(town, acting, result, other) is None


def test_the_right_to_tune_is_needed_to_run_one(town):
    evaluator = User("eve", "Eve", frozenset({"evaluator"}))
    with pytest.raises(Exception, match="may not"):
        targeting.save_backtest(town, evaluator, asked(), targeting.BacktestSettings())


def test_further_measures_of_the_score_count_cells(town, acting):
    settings = asked(test_from=date(2025, 7, 1))
    result = targeting.preview_hotspots(town, acting, settings)
    found = targeting.score_details(result)
    hit = (result.counts.test[result.positions] > 0).sum()
    had = (result.counts.test > 0).sum()
    assert (found.with_crime, found.cells) == (hit, 10)
    assert found.precision == hit / 10
    assert found.recall == hit / had
    assert found.f1 == pytest.approx(2 * hit / (10 + had))
    assert found.per_km2 == pytest.approx(result.accuracy.hits / result.area_km2)
    with pytest.raises(NotMeasurable):
        targeting.score_details(targeting.preview_hotspots(town, acting, asked()))
