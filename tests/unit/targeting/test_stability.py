"""How firm places are: planted towns, other grids by hand, count against harm."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import targeting
from analytics.geography import Grid
from analytics.targeting.grid_stability import grid_stability, other_grids
from analytics.targeting.stability import stability
from analytics.workspace import NotMeasurable


def asked(**more):
    return targeting.TargetingSettings(**{"select": 10, "cell_width_m": 200} | more)


def firmness(workspace, user, settings=None, **choices):
    result = targeting.preview_hotspots(workspace, user, settings or asked())
    options = targeting.StabilitySettings(**{"draws": 100} | choices)
    return stability(workspace, user, result, options), result


def test_every_place_is_told_with_share_rank_and_grids(town, acting):
    found, result = firmness(town, acting)
    places = found.places
    assert places["hotspot_id"].tolist() == result.hotspots["hotspot_id"].tolist()
    assert found.blocks == 104
    assert found.block == "week"
    assert places["share"].between(0, 1).all()
    assert (places["rank_low"] <= places["rank_high"]).all()
    firm = places["share"] >= 0.8
    assert (places.loc[firm, "standing"] == "firm").all()
    assert found.number("firm") == firm.sum()
    assert set(places["shifts"]) == {8}
    assert found.near_misses["share"].is_monotonic_decreasing
    assert "places are firm" in found.verdict()


def test_an_outstanding_place_is_firm_and_a_tied_tail_is_not(empty_workspace, acting, store):
    days = pd.date_range("2024-01-01", "2025-12-31", freq="D")
    rng = np.random.default_rng(6)

    def at(x, times):
        moments = rng.choice(days, times)
        return [{"x": x, "y": 300_100.0, "occurred_from": pd.Timestamp(m)} for m in moments]

    rows = at(430_100.0, 200)
    for place in range(1, 10):
        rows += at(430_100.0 + 200 * place, 12)
    store(empty_workspace, "crimes", rows)
    square = shapely.box(430_000, 300_000, 432_000, 302_000)
    store(empty_workspace, "boundary", [{"name": "Town", "geometry": square.wkb}])
    found, _ = firmness(empty_workspace, acting, asked(select=4, cell_shape="square"), draws=400)
    assert found.places["share"].iloc[0] == 1
    assert found.places["rank_high"].iloc[0] == 1
    # Three places left for nine equal ones.
    assert found.places["share"].iloc[1:].mean() == pytest.approx(1 / 3, abs=0.12)
    assert set(found.places["standing"].iloc[1:]) == {"could as well be out"}


def test_other_grids_fill_the_cell_evenly_and_keep_its_shape():
    base = Grid("hexagon", 150.0)
    grids = other_grids(base, targeting.StabilitySettings())
    shifts = [grid for kind, grid in grids if kind == "shift"]
    assert len(shifts) == 8
    assert [grid.width_m for kind, grid in grids if kind == "width"] == [100, 200, 250]
    spots = np.random.default_rng(1).uniform(0, 5_000, (500, 2))
    keys = {tuple(grid.keys(*grid.cell_numbers(spots[:, 0], spots[:, 1]))) for grid in shifts}
    assert len(keys) == 8
    # Each shift moves centres by a third of a cell or more, never onto the base's centres.
    for grid in shifts:
        q, r = base.cell_numbers(*(np.array([part]) for part in grid.origin))
        x, y = base.centres(q, r)
        assert np.hypot(grid.origin[0] - x, grid.origin[1] - y)[0] >= 49


def test_covered_shares_equal_a_count_point_by_point(town, acting):
    result = targeting.preview_hotspots(town, acting, asked())
    points = targeting.crime_points(town, result.settings, result.counts)
    choices = targeting.StabilitySettings(shifts=2, widths_m=[300])
    found = grid_stability(result, points, choices)
    ground = shapely.union_all(result.hotspots.geometry.to_numpy())
    inside = shapely.contains_xy(ground, points["x"], points["y"])
    for row, (_, grid) in zip(
        found.variants.itertuples(), other_grids(result.counts.grid, choices), strict=True
    ):
        keys = pd.Series(grid.keys(*grid.cell_numbers(*points[["x", "y"]].to_numpy().T)))
        counts = keys.value_counts()
        numbers = np.array([Grid.parse_key(key)[1:] for key in counts.index])
        order = np.lexsort((numbers[:, 0], numbers[:, 1], -counts.to_numpy()))[: row.cells]
        chosen = set(counts.index[order])
        kept = keys.isin(chosen).to_numpy() & inside
        assert row.share_covered == pytest.approx(kept.sum() / inside.sum())
        other = shapely.union_all([grid.polygon(*numbers[k]) for k in order])
        jaccard = ground.intersection(other).area / ground.union(other).area
        assert row.ground_shared == pytest.approx(jaccard)


def test_a_place_that_a_shift_loses_is_named(empty_workspace, acting, store):
    # Crowds off the middle of a cell stay whole when the grid moves by half a cell; the wide one
    # in the middle of its cell falls apart.
    rng = np.random.default_rng(2)
    days = pd.date_range("2024-01-01", "2025-12-31", freq="D")
    rows = []
    for k, (x, y, spread) in enumerate(
        [(430_125, 300_125, 5), (430_550, 300_550, 40), (431_125, 301_125, 5)]
    ):
        for _ in range((90, 40, 30)[k]):
            dx, dy = rng.uniform(-spread, spread, 2)
            rows.append({"x": x + dx, "y": y + dy, "occurred_from": pd.Timestamp(rng.choice(days))})
    store(empty_workspace, "crimes", rows)
    square = shapely.box(430_000, 300_000, 432_000, 302_000)
    store(empty_workspace, "boundary", [{"name": "Town", "geometry": square.wkb}])
    settings = asked(select=2, cell_shape="square", cell_width_m=100)
    found, _ = firmness(empty_workspace, acting, settings, shifts=2)
    assert found.places["kept_shifts"].iloc[0] == 3
    assert found.places["kept_shifts"].iloc[1] < 2
    assert found.vanishing == [found.places["name"].iloc[1]]
    assert found.places["name"].iloc[1] in found.verdict()


def test_months_are_redrawn_where_no_day_is_known_and_gaps_left_out(empty_workspace, acting, store):
    months = pd.date_range("2024-01-01", "2025-12-01", freq="MS").delete(5)
    rows = [
        {
            "x": 430_100.0 + 200 * (k % 7),
            "y": 300_100.0,
            "occurred_from": pd.Timestamp(month),
            "time_precision": "month",
        }
        for month in months
        for k in range(20)
    ]
    store(empty_workspace, "crimes", rows)
    square = shapely.box(430_000, 300_000, 432_000, 302_000)
    store(empty_workspace, "boundary", [{"name": "Town", "geometry": square.wkb}])
    found, _ = firmness(empty_workspace, acting, asked(select=3))
    assert (found.block, found.blocks) == ("month", 23)


def test_a_short_period_is_refused_in_one_sentence(town, acting):
    short = asked(**{"from": date(2025, 12, 1), "to": date(2025, 12, 31)})
    with pytest.raises(NotMeasurable, match="4 weeks; at least 12"):
        firmness(town, acting, short)


def test_the_test_is_kept_and_shown_again(town, acting):
    settings, choices = asked(), targeting.StabilitySettings(draws=100)
    result = targeting.preview_hotspots(town, acting, settings)
    assert targeting.stored_stability(town, acting, result, choices) is None
    made = targeting.save_stability(town, acting, settings, choices)
    held = targeting.stored_stability(town, acting, result, choices)
    assert held.verdict() == made.verdict()
    pd.testing.assert_frame_equal(held.places, made.places)
    pd.testing.assert_frame_equal(held.variants, made.variants)


def test_count_against_harm_by_hand(empty_workspace, acting, store):
    spots = {"A": (430_100.0, 3, "8N"), "B": (430_300.0, 2, "34B"), "C": (430_500.0, 1, "1")}
    rows = [
        {"x": x, "y": 300_100.0, "offence_code": code, "occurred_from": datetime(2025, 3, k + 1)}
        for x, times, code in spots.values()
        for k in range(times)
    ]
    store(empty_workspace, "crimes", rows)
    square = shapely.box(430_000, 300_000, 432_000, 302_000)
    store(empty_workspace, "boundary", [{"name": "Town", "geometry": square.wkb}])
    weights = [
        {"index_name": "Own", "version": "1", "code": code, "title": code, "days": days}
        for code, days in (("8N", 10.0), ("34B", 365.0), ("1", 5475.0))
    ]
    store(empty_workspace, "harm", weights)
    result = targeting.preview_hotspots(
        empty_workspace, acting, asked(select=2, cell_shape="square")
    )
    found = targeting.compare_count_and_harm(result)
    assert found.cells["count"].tolist() == [3, 2, 1]
    assert found.cells["harm"].tolist() == [30, 730, 5475]
    assert found.cells["harm_rank"].tolist() == [3, 2, 1]
    assert found.cells["on"].tolist() == ["count", "both", "harm"]
    assert found.cells["worst_event_share"].tolist() == pytest.approx([1 / 3, 0.5, 1])
    assert (found.shared, found.spearman, found.kendall) == (1, -1, -1)


def test_harm_without_weights_cannot_be_compared(town, acting):
    result = targeting.preview_hotspots(town, acting, asked())
    with pytest.raises(NotMeasurable, match="no table of harm weights"):
        targeting.compare_count_and_harm(result)
