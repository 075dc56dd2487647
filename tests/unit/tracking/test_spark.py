"""Every ping query on DuckDB and on Apache Spark: equal rows."""

import os
from datetime import date
from zoneinfo import ZoneInfo

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.geography import unproject
from analytics.technology.intervals import GAPS_SQL, STEPS_SQL
from analytics.tracking import TrackingSettings, engine, visits
from analytics.tracking.days import day_table, hour_table
from analytics.tracking.heat import BINS_PER_DEGREE, GATHER
from analytics.tracking.places import JudgedPlaces
from analytics.tracking.spark import SparkCursor, connect

CRS = "EPSG:27700"
DAYS = (date(2026, 3, 28), date(2026, 3, 29), "Europe/London", 360)
"""Two patrol days round the night on which the clock goes forward."""
TABLES = (
    "device_gaps",
    "jumps",
    "held",
    "excluded",
    "assigned",
    "inside",
    "stays",
    "visits",
    "judged",
    "presence",
)
QUERIES = {
    "pings": "SELECT * FROM pings",
    "place_days": visits.PLACE_DAYS,
    "hours": visits.HOURS,
    "gaps": GAPS_SQL.format(pings="all_pings", also=""),
    "steps": STEPS_SQL.format(pings="all_pings"),
    "heat": GATHER.format(bins=BINS_PER_DEGREE, gap_ms=300_000, speed=30.0),
    **{name: f"SELECT * FROM {name}" for name in TABLES},
}


@pytest.fixture(scope="module")
def spark():
    if not os.environ.get("CI"):
        pytest.importorskip("pyspark")
    session = connect("local[2]")
    # Few rows: one partition and no compiled code per query are several times as fast.
    session.conf.set("spark.sql.shuffle.partitions", "1")
    session.conf.set("spark.sql.codegen.wholeStage", "false")
    session.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    session.conf.set("spark.sql.adaptive.enabled", "false")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def fixes(tmp_path_factory):
    """A Parquet file of four devices that walk, stand, drive, jump, repeat and fall silent."""
    random = np.random.default_rng(5)
    days = day_table(DAYS[0], DAYS[1], ZoneInfo(DAYS[2]), DAYS[3])
    parts = []
    for number, device in enumerate("abcd"):
        steps = random.choice([15_000, 15_000, 15_000, 60_000, 400_000], 700)
        ms = int(days["start_ms"].iloc[0]) + number * 7_000 + np.cumsum(steps)
        pace = np.where(random.random(700) < 0.1, 90.0, 12.0)
        x = 430_000 + np.cumsum(random.normal(0, pace))
        y = 300_000 + np.cumsum(random.normal(0, pace))
        x[200:215], y[200:215] = 430_010.0, 300_010.0
        x[300] += 20_000
        ms[400] = ms[399]
        accuracy = np.where(random.random(700) < 0.03, 80.0, 5.0)
        accuracy[:50] = np.nan
        frame = pd.DataFrame({"device": device, "ms": ms, "x": x, "y": y, "accuracy_m": accuracy})
        before = frame.shift()
        frame["gap_ms"] = (frame["ms"] - before["ms"]).astype("Int64")
        moved = np.hypot(frame["x"] - before["x"], frame["y"] - before["y"])
        gap = frame["gap_ms"].astype(float).where(frame["gap_ms"] != 0)
        frame["speed_kmh"] = 3600 * moved / gap
        parts.append(frame)
    pings = pd.concat(parts)
    pings["lon"], pings["lat"] = unproject(pings.pop("x"), pings.pop("y"), CRS)
    file = tmp_path_factory.mktemp("pings") / "it's one day.parquet"
    pings.to_parquet(file, index=False)
    return str(file)


def run(cursor, file, settings):
    """Run the whole of tracking with one cursor; return its result and the rows of every query."""
    days = day_table(DAYS[0], DAYS[1], ZoneInfo(DAYS[2]), DAYS[3])
    hours = hour_table(DAYS[0], DAYS[1], ZoneInfo(DAYS[2]), DAYS[3])
    start_ms, end_ms = int(days["start_ms"].iloc[0]), int(days["end_ms"].iloc[-1])
    left_out = engine.read_pings(cursor, [file], start_ms, end_ms, settings)
    engine.read_days(cursor, days, hours)
    spots = [(430_000, 300_000), (430_120, 300_060), (429_800, 300_200), (430_600, 299_700)]
    frame = gpd.GeoDataFrame(
        {"place": range(4), "start_ms": start_ms, "end_ms": end_ms},
        geometry=[shapely.Point(spot).buffer(150) for spot in spots],
        crs=CRS,
    )
    station = shapely.Point(430_050, 300_000).buffer(50)
    assigned = pd.DataFrame(
        {"device": ["b"], "start_ms": [start_ms], "end_ms": [start_ms + 3_600_000]}
    )
    project = pd.DataFrame({"device": ["a", "b"], "start_ms": start_ms, "end_ms": end_ms})
    measured = engine.measure(
        cursor,
        JudgedPlaces(frame, [station], [], ""),
        settings,
        left_out,
        engine.Apart(assigned, project if settings.project_only else None),
    )
    rows = {name: cursor.execute(query).df() for name, query in QUERIES.items()}
    return measured, rows | {"device_days": engine.device_days(cursor)}


def same_form(rows):
    """Order rows and columns by name and value, with numbers as floats and days as days."""
    rows = rows.reindex(sorted(rows.columns), axis=1)
    for column in rows:
        if column == "day":
            rows[column] = pd.to_datetime(rows[column]).dt.date.astype(str)
        elif column in ("device", "measure"):
            rows[column] = rows[column].astype(str).astype(object)
        else:
            rows[column] = rows[column].astype(float)
    by = [name for name in rows if name not in ("speed_kmh", "speed_gap")]
    return rows.sort_values(by).reset_index(drop=True)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(TrackingSettings(), id="as set at first"),
        pytest.param(TrackingSettings(keep_every=3, gap_minutes=7.5), id="thinned"),
        pytest.param(TrackingSettings(project_only=True, buffer_m=25), id="project units, buffer"),
    ],
)
def test_every_ping_query_gives_equal_rows_on_both_engines(spark, fixes, settings):
    ours, expected = run(duckdb.connect().cursor(), fixes, settings)
    cursor = SparkCursor(spark)
    theirs, found = run(cursor, fixes, settings)
    assert (theirs.left_out, theirs.silences) == (ours.left_out, ours.silences)
    assert (theirs.devices, theirs.interval_s) == (ours.devices, ours.interval_s)
    np.testing.assert_allclose(theirs.hours, ours.hours)
    for name, rows in expected.items():
        assert len(rows) > 0 or name == "jumps", f"{name} shows nothing"
        pd.testing.assert_frame_equal(
            same_form(found[name]), same_form(rows), check_dtype=False, rtol=1e-9, obj=name
        )
    if settings.keep_every == 1:
        assert dict(ours.left_out)["impossible_jump"] > 0
    if settings.project_only:
        kept, held = (set(expected[name]["device"]) for name in ("inside", "held"))
        assert kept == held & {"a", "b"} and held - kept
    cursor.close()
    assert spark._jsparkSession.sharedState().cacheManager().isEmpty(), "something is still kept"
