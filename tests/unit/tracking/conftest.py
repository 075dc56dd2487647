"""Fixes inside places by hand, and small workspaces with tracks along a line."""

from datetime import UTC, date, datetime

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.geography import unproject
from analytics.tracking import TrackingSettings, engine
from analytics.tracking.days import patrol_day

MINUTE_MS = 60_000
FIRST_DAY = date(2026, 6, 8)
NOON_MS = int(datetime(2026, 6, 8, 11, tzinfo=UTC).timestamp() * 1000)
"""Noon by the clock of the first day, in summer time."""


@pytest.fixture(scope="session")
def visits_of():
    """Return a function: fixes inside places -> the cursor after the visit SQL has run."""

    def run(fixes, *, interval_s, measure="headline", **settings):
        columns = ["device", "ms", "gap_ms", "speed_kmh", "place", "is_excluded"]
        cursor = duckdb.connect().cursor()
        cursor.register("given", pd.DataFrame(fixes, columns=columns))
        cursor.execute(
            "CREATE TEMP TABLE inside AS SELECT device, CAST(ms AS BIGINT) AS ms, "
            "CAST(gap_ms AS BIGINT) AS gap_ms, CAST(speed_kmh AS DOUBLE) AS speed_kmh, "
            "place, is_excluded FROM given"
        )
        intervals = pd.DataFrame(
            {
                "device": sorted({fix[0] for fix in fixes}),
                "interval_ms": round(interval_s * 1000),
                "measure": measure,
            }
        )
        cursor.register("i", intervals)
        cursor.execute("CREATE TEMP TABLE intervals AS SELECT * FROM i")
        cursor.execute(
            "CREATE TEMP TABLE day_ranges AS SELECT DATE '2026-06-08' AS day, "
            "CAST(0 AS BIGINT) AS start_ms, CAST(86400000 AS BIGINT) AS end_ms"
        )
        engine.run_visits(cursor, TrackingSettings(**settings))
        return cursor

    return run


@pytest.fixture(scope="session")
def minutes_inside():
    """Return a function: minutes of fixes -> rows of `inside`, standing still in place 0."""

    def rows(minutes, device="a", excluded=()):
        return [
            (device, minute * MINUTE_MS, MINUTE_MS, 0.0, 0, int(minute in excluded))
            for minute in minutes
        ]

    return rows


def add_tracks(workspace, user, tracks, load_id="pings-1"):
    """Register fixes (device, ms, x, y in metres of the CRS) as Parquet files by patrol day."""
    frame = pd.DataFrame(tracks, columns=["device", "ms", "x", "y"]).sort_values(["device", "ms"])
    before = frame.groupby("device")[["ms", "x", "y"]].shift()
    frame["gap_ms"] = (frame["ms"] - before["ms"]).astype("Int64")
    frame["speed_kmh"] = 3600 * (
        np.hypot(frame["x"] - before["x"], frame["y"] - before["y"])
        / (frame["ms"] - before["ms"]).astype(float)
    )
    frame["lon"], frame["lat"] = unproject(frame["x"], frame["y"], workspace.crs)
    frame["accuracy_m"], frame["load_id"] = 5.0, load_id
    starts = workspace.day_starts_minutes
    frame["day"] = [patrol_day(ms, workspace.timezone, starts) for ms in frame["ms"]]
    columns = ["device", "ms", "lon", "lat", "gap_ms", "speed_kmh", "accuracy_m", "load_id"]
    with workspace.write(user, "collect", "pings", load_id) as transaction:
        for day, part in frame.groupby("day"):
            name = f"{load_id}-{day}.parquet"
            part[columns].to_parquet(workspace.pings_folder / name, index=False)
            transaction.execute(
                "INSERT INTO ping_files VALUES (?, ?, ?, ?, ?, ?)",
                [name, load_id, day, len(part), int(part["ms"].min()), int(part["ms"].max())],
            )


def add_list(workspace, user, version, valid_from, squares, valid_to=None):
    """Sign a list by hand: `squares` is hotspot_id -> (x, y) of the centre of a 150 m square."""
    list_id = f"list-{version}"
    with workspace.write(user, "create", "list", list_id) as transaction:
        transaction.execute(
            "INSERT INTO lists VALUES (?, 'serious-violence', ?, 'run', 'os:test', 0, ?, ?, ?, '{}', NULL)",
            [list_id, version, valid_from, valid_to, workspace.crs],
        )
        for rank, (hotspot_id, (x, y)) in enumerate(squares.items(), start=1):
            shape = shapely.box(x - 75, y - 75, x + 75, y + 75)
            lon, lat = unproject(x, y, workspace.crs)
            transaction.execute(
                "INSERT INTO hotspots (list_id, hotspot_id, rank, name, count, cells, geometry, x, y, lon, "
                "lat, area_m2) VALUES (?, ?, ?, ?, 10, '[]', ?, ?, ?, ?, ?, 22500)",
                [
                    *(list_id, hotspot_id, rank, f"Place {hotspot_id}", shapely.to_wkb(shape)),
                    *(x, y, float(lon), float(lat)),
                ],
            )
    return list_id


def add_plan(workspace, user, visits):
    """Issue a plan by hand: `visits` is (day, hotspot_id) per planned visit."""
    days = [day for day, _ in visits]
    with workspace.write(user, "create", "plan", "plan-1") as transaction:
        transaction.execute(
            "INSERT INTO plans VALUES ('plan-1', 'serious-violence', 'list-1', 'run', ?, ?, 1, "
            "'os:test', 1, '{}')",
            [min(days), max(days)],
        )
        for order, (day, hotspot_id) in enumerate(visits):
            transaction.execute(
                "INSERT INTO plan_visits VALUES ('plan-1', ?, 'late', 'U1', ?, ?, ?, 15, 5, 'foot')",
                [day, order, hotspot_id, datetime.combine(day, datetime.min.time())],
            )


def standing(device, x, y, start_ms, minutes, interval_s=15):
    """Fixes of a device that stands at one spot from `start_ms` for `minutes`."""
    step = interval_s * 1000
    return [
        (device, ms, x, y) for ms in range(start_ms, start_ms + round(minutes * MINUTE_MS), step)
    ]


@pytest.fixture
def tracked(empty_workspace, acting):
    """A workspace where unit `a` stood 15 minutes in A and 5 in B, and `b` 12 minutes in A."""
    tracks = [
        *standing("a", 430_000, 300_000, NOON_MS, 15),
        *standing("a", 431_000, 300_000, NOON_MS + 30 * MINUTE_MS, 5),
        *standing("b", 430_010, 300_010, NOON_MS + 10 * MINUTE_MS, 12),
    ]
    add_tracks(empty_workspace, acting, tracks)
    squares = {"A": (430_000, 300_000), "B": (431_000, 300_000), "C": (432_000, 300_000)}
    add_list(empty_workspace, acting, 1, FIRST_DAY, squares)
    return empty_workspace
