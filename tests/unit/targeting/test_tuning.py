"""Day and night, persistence, the marginal place, and sliders that never read the crimes again."""

import re
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import targeting
from analytics.workspace import NotMeasurable, Workspace, make_settings

SPLIT = {
    "from": "2024-01-01",
    "to": "2024-12-31",
    "test_from": "2025-01-01",
    "test_to": "2025-12-31",
}


def settings(**values):
    return make_settings(targeting.TargetingSettings, values)


def _is_night(start, end, first=18, last=6) -> bool | None:
    """Walk through the span minute by minute."""
    end = max(start, end)
    minutes = int((end - start).total_seconds() // 60)
    if minutes > 1_440:
        return None

    def dark(moment):
        return (moment.hour - first) % 24 < (last - first) % 24

    if minutes == 0:
        return dark(start)
    night = sum(dark(start + timedelta(minutes=k)) for k in range(minutes))
    return dark(start) if 2 * night == minutes else 2 * night > minutes


# -- day and night ---------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last"), [(18, 6), (22, 4), (1, 5)])
def test_a_crime_counts_where_most_of_its_span_falls(town, acting, store, first, last):
    spans = [(17, 0, 120), (17, 0, 121), (5, 30, 60), (5, 30, 61), (12, 0, 1_440), (12, 0, 1_441)]
    rows = [
        {
            "x": 431_000.0,
            "y": 301_000.0,
            "occurred_from": datetime(2025, 3, 1, hour, minute),
            "occurred_to": datetime(2025, 3, 1, hour, minute) + timedelta(minutes=length),
        }
        for hour, minute, length in spans
    ]
    store(town, "crimes", rows)
    store(town, "crimes", [{"x": 431_000.0, "y": 301_000.0, "time_precision": "day"}] * 3)
    frame = town.frame("SELECT occurred_from AS a, occurred_to AS b, time_precision FROM crimes")
    frame["b"] = frame["b"].fillna(frame["a"])
    expected = pd.Series(
        [
            _is_night(row.a, row.b, first, last) if row.time_precision == "minute" else None
            for row in frame.itertuples()
        ]
    )
    hours = {"night_from_hour": first, "night_to_hour": last}
    for part, wanted in (("night", True), ("day", False)):
        result = targeting.preview_hotspots(
            town, acting, settings(select=5, part_of_day=part, **hours)
        )
        assert result.counts.crimes == int((expected == wanted).sum())
        assert (result.hotspots["hours"] == part).all()
        unknown = int(expected.isna().sum())
        told = f"{unknown:,} of {len(frame):,} crimes without a time of day"
        assert any(told in text for text in result.warnings)


def test_both_joins_the_list_of_the_day_and_that_of_the_night(town, acting):
    parts = {
        part: targeting.preview_hotspots(
            town, acting, settings(select=12, part_of_day=part, **SPLIT)
        )
        for part in ("day", "night")
    }
    both = targeting.preview_hotspots(
        town, acting, settings(select=12, part_of_day="both", **SPLIT)
    )
    ranks = {
        part: dict(zip(r.hotspots["hotspot_id"], r.hotspots["rank"], strict=True))
        for part, r in parts.items()
    }
    places = both.hotspots
    assert set(places["hotspot_id"]) == set(ranks["day"]) | set(ranks["night"])
    for row in places.itertuples():
        listed = [part for part in ranks if row.hotspot_id in ranks[part]]
        assert row.hours == ("all" if len(listed) == 2 else listed[0])
    better = [min(r.get(key, 99) for r in ranks.values()) for key in places["hotspot_id"]]
    assert better == sorted(better)
    scores = [part.accuracy for part in parts.values()]
    hits, events = sum(s.hits for s in scores), sum(s.test_crimes for s in scores)
    assert both.accuracy.hits == hits
    assert both.accuracy.hit_rate == pytest.approx(hits / events)
    best = sum(s.best_hit_rate * s.test_crimes for s in scores)
    assert both.accuracy.pei == pytest.approx(hits / best)
    share = 12 * both.counts.grid.area_m2 / 4e6
    assert both.accuracy.pai == pytest.approx(hits / events / share)
    all_day = targeting.preview_hotspots(town, acting, settings(select=12, **SPLIT))
    assert (all_day.hotspots["hours"] == "all").all()
    assert places["count"].max() == all_day.hotspots["count"].max(), "counts are of all hours"


def test_months_only_have_no_day_and_night(empty_workspace, acting, store):
    rows = [{"x": 1_000.0 + k, "y": 2_000.0, "time_precision": "month"} for k in range(9)]
    store(empty_workspace, "crimes", rows)
    for part in ("day", "night", "both"):
        with pytest.raises(NotMeasurable, match="Day and night are not measurable"):
            targeting.preview_hotspots(empty_workspace, acting, settings(part_of_day=part))


# -- persistence and the marginal place ------------------------------------------------------


@pytest.fixture
def yearly(empty_workspace, acting, store):
    """Six cells over three years: counts by year that decide who is at the top twice."""
    by_year = {
        "steady": (9, 9, 9),
        "twice": (0, 8, 8),
        "once": (0, 0, 40),
        "first two": (8, 8, 0),
        "never": (3, 3, 3),
        "quiet": (1, 1, 1),
    }
    rows = [
        {
            "x": 430_075.0 + 1_000 * place,
            "y": 300_075.0,
            "occurred_from": datetime(2023 + year, 6, 1 + k % 28, 12),
            "location": f"On or near {name.title()}",
        }
        for place, (name, counts) in enumerate(by_year.items())
        for year, times in enumerate(counts)
        for k in range(times)
    ]
    store(empty_workspace, "crimes", rows)
    boundary = shapely.box(429_000, 299_000, 437_000, 302_000)
    store(empty_workspace, "boundary", [{"name": "Town", "geometry": boundary.wkb}])
    return empty_workspace


YEARS = {"from": "2023-01-01", "to": "2025-12-31", "cell_shape": "square", "cell_width_m": 500}


@pytest.mark.parametrize(
    ("years", "names"),
    [
        (0, ["Once", "Steady", "Twice"]),
        (1, ["Once", "Steady", "Twice"]),
        (2, ["Steady", "Twice", "First Two"]),
        (3, ["Steady"]),
    ],
)
def test_persistence_asks_for_years_at_the_top(yearly, acting, years, names):
    result = targeting.preview_hotspots(
        yearly, acting, settings(select=3, persistent_years=years, **YEARS)
    )
    assert result.hotspots["name"].tolist() == names
    said = any(f"at least {years} of the 3 whole years" in text for text in result.warnings)
    assert said == (years > 0)


def test_persistence_needs_the_years(yearly, acting):
    short = {**YEARS, "from": "2024-06-01"}
    with pytest.raises(NotMeasurable, match="needs as many whole years"):
        targeting.preview_hotspots(yearly, acting, settings(persistent_years=2, **short))


def test_the_marginal_place_and_the_one_left_out_are_named(yearly, acting):
    result = targeting.preview_hotspots(yearly, acting, settings(select=3, **YEARS))
    assert result.marginal.sentence() == (
        "Place 3, Twice, has 16 crimes; place 4 would be First Two with 16."
    )
    assert result.marginal.next_share == pytest.approx(16 / result.counts.crimes)
    every = targeting.preview_hotspots(yearly, acting, settings(select=60, **YEARS))
    assert every.marginal.sentence() == (
        "Place 6, Quiet, has 3 crimes; no further place qualifies."
    )
    curve = every.curve
    assert curve["share_of_count"].tolist() == pytest.approx(
        (np.cumsum([40, 27, 16, 16, 9, 3]) / 111).tolist()
    )
    assert curve["share_of_area"].iloc[1] == pytest.approx(2 * 250_000 / 24e6)


# -- moving a slider -------------------------------------------------------------------------


class _Watched:
    """A cursor that notes the text of every query."""

    def __init__(self, cursor, seen):
        self._cursor, self._seen = cursor, seen

    def __enter__(self):
        self._cursor.__enter__()
        return self

    def __exit__(self, *error):
        return self._cursor.__exit__(*error)

    def __getattr__(self, name):
        return getattr(self._cursor, name)

    def execute(self, sql, *values):
        self._seen.append(sql)
        return self._cursor.execute(sql, *values)


@pytest.mark.parametrize("part", ["all", "both"])
def test_moving_a_slider_reads_no_crimes(town, acting, store, monkeypatch, part):
    store(town, "crimes", [{"x": 431_000.0, "y": 301_000.0, "location": "Prison"}] * 60)
    still = {"part_of_day": part, "is_domestic_excluded": True, **SPLIT}
    first = targeting.preview_hotspots(town, acting, settings(select=60, **still))
    for key in first.undecided["place_key"]:
        targeting.decide_heaping(town, acting, key, "exclude", "Not in public")
    targeting.preview_hotspots(town, acting, settings(select=60, persistent_years=1, **still))
    seen: list[str] = []
    made = Workspace.cursor
    monkeypatch.setattr(Workspace, "cursor", lambda self: _Watched(made(self), seen))
    for moved in (
        {"select": 10},
        {"select": 61},
        {"select": 20, "minimum_count": 3},
        {"select": 0.2, "select_by": "share_of_count"},
        {"select": 0.05, "select_by": "share_of_area"},
        {"select": 30, "persistent_years": 1},
    ):
        targeting.preview_hotspots(town, acting, settings(**moved, **still))
    read = [sql for sql in seen if re.search(r"\bFROM crimes\b", sql)]
    assert seen, "queries are watched"
    assert not [sql for sql in read if sql != "SELECT count(*) FROM crimes"], read
