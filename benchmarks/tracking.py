"""Pings in Parquet to visits: ours beside a box join in DuckDB with shapely, and geopandas.

    python -m benchmarks.tracking [MILLIONS]

One process a case; time, peak memory, visits and minutes are printed, and must be equal. All cases
apply one rule: fixes of a device in a place no more than five minutes apart are one visit.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import project, unproject
from analytics.tracking import TrackingSettings, engine
from analytics.tracking.places import JudgedPlaces

CRS = "EPSG:27700"
GAP_MS = 300_000
PER_DEVICE = 20_000
CASES = ("ours", "box_join", "geopandas")


def places() -> gpd.GeoDataFrame:
    """A hundred hexagons of 150-400 m in a town of 12 km."""
    random = np.random.default_rng(1)
    centres = shapely.points(random.uniform([424_000, 294_000], [436_000, 306_000], (100, 2)))
    shapes = shapely.buffer(centres, random.uniform(90, 230, 100), quad_segs=2)
    return gpd.GeoDataFrame(
        {"place": range(100), "start_ms": 0, "end_ms": 2**62}, geometry=shapes, crs=CRS
    )


def make(folder: Path, millions: int) -> None:
    """Write random walks, a fix every 15 seconds, as Parquet files of two million fixes."""
    random = np.random.default_rng(2)
    for part in range(0, millions * 1_000_000 // PER_DEVICE, 100):
        steps = random.normal(0, 15, (100, 2, PER_DEVICE)).cumsum(axis=2)
        start = random.uniform([425_000, 295_000], [435_000, 305_000], (100, 2))
        x, y = (start[:, k, None] + steps[:, k] for k in (0, 1))
        lon, lat = unproject(x.ravel(), y.ravel(), CRS)
        step_m = np.hypot(np.diff(x, prepend=np.nan), np.diff(y, prepend=np.nan)).ravel()
        pings = pd.DataFrame(
            {
                "device": np.repeat([f"device-{part + n:05d}" for n in range(100)], PER_DEVICE),
                "ms": np.tile(np.arange(PER_DEVICE, dtype=np.int64) * 15_000, 100),
                "lon": lon,
                "lat": lat,
                "gap_ms": pd.array(np.where(np.isnan(step_m), 0, 15_000), "Int64"),
                "speed_kmh": step_m / 15 * 3.6,
                "accuracy_m": 5.0,
            }
        )
        pings["gap_ms"] = pings["gap_ms"].mask(np.isnan(step_m))
        pings.to_parquet(folder / f"part-{part:05d}.parquet", index=False)


def ours(cursor: duckdb.DuckDBPyConnection, files: list[str]) -> tuple[int, int]:
    """Run the engine's own steps up to visits, stays and the union of presence."""
    settings = TrackingSettings()
    engine.read_pings(cursor, files, 0, 2**62, settings)
    days = pd.DataFrame({"day": [pd.Timestamp("2026-06-08")], "start_ms": [0], "end_ms": [2**62]})
    hours = pd.DataFrame({"weekday": [0], "hour": [0], "start_ms": [0], "end_ms": [2**62]})
    engine.read_days(cursor, days, hours)
    found = engine.measure(
        cursor, JudgedPlaces(places(), [], [], ""), settings, [], engine.NOTHING_APART
    )
    return len(found.visits), int(found.visits["lower_ms"].sum())


def box_join(cursor: duckdb.DuckDBPyConnection, files: list[str]) -> tuple[int, int]:
    """Candidates by bounding box in DuckDB, tested by shapely, sessionised in pandas."""
    shapes = places()
    degrees = shapes.to_crs("EPSG:4326")
    boxes = pd.concat([shapes[["place"]], degrees.bounds], axis=1)
    cursor.register("boxes", boxes)
    near = cursor.execute(
        "SELECT device, ms, lon, lat, place FROM read_parquet(?) JOIN boxes "
        "ON lon BETWEEN minx AND maxx AND lat BETWEEN miny AND maxy",
        [files],
    ).df()
    x, y = project(near["lon"].to_numpy(), near["lat"].to_numpy(), CRS)
    held = shapely.contains_xy(shapes.geometry.to_numpy()[near["place"].to_numpy()], x, y)
    return sessions(near[held])


def geopandas(cursor: duckdb.DuckDBPyConnection, files: list[str]) -> tuple[int, int]:
    """Join points to polygons file by file with geopandas, sessionise in pandas."""
    shapes, parts = places()[["place", "geometry"]], []
    for file in files:
        pings = pd.read_parquet(file, columns=["device", "ms", "lon", "lat"])
        points = gpd.GeoDataFrame(
            pings[["device", "ms"]],
            geometry=gpd.points_from_xy(pings["lon"], pings["lat"]),
            crs="EPSG:4326",
        )
        joined = gpd.sjoin(points.to_crs(CRS), shapes, predicate="within")
        parts.append(pd.DataFrame(joined[["device", "ms", "place"]]))
    return sessions(pd.concat(parts))


def sessions(inside: pd.DataFrame) -> tuple[int, int]:
    """Count visits and their milliseconds from first to last fix."""
    inside = inside.sort_values(["device", "place", "ms"])
    before = inside.groupby(["device", "place"])["ms"].shift()
    starts = (inside["ms"] - before).fillna(GAP_MS + 1) > GAP_MS
    spans = inside.groupby(starts.cumsum())["ms"].agg(["min", "max"])
    return len(spans), int((spans["max"] - spans["min"]).sum())


def run_case(case: str, files: list[str]) -> None:
    """Run one case and print what it took and found."""
    cursor = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}).cursor()
    started = time.perf_counter()
    visits, lower_ms = globals()[case](cursor, files)
    facts = {
        "case": case,
        "seconds": round(time.perf_counter() - started, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "visits": visits,
        "minutes": round(lower_ms / 60_000, 1),
    }
    print(json.dumps(facts))


def main() -> None:
    """Make the fixes, run the cases one after the other, compare what they found."""
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    cases = sys.argv[2:] or CASES
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: the peak of whoever makes the fixes would count for every case.
        made = [sys.executable, "-m", "benchmarks.tracking", "--make", folder, str(millions)]
        subprocess.run(made, check=True)
        files = sorted(str(file) for file in Path(folder).glob("*.parquet"))
        found = []
        for case in cases:
            command = [sys.executable, "-m", "benchmarks.tracking", "--case", case, *files]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(done.stdout.strip(), flush=True)
            found.append(json.loads(done.stdout))
    if len({(facts["visits"], facts["minutes"]) for facts in found}) > 1:
        sys.exit("The cases differ in visits or minutes.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        run_case(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
