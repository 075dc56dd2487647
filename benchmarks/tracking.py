"""Pings in Parquet to visits: ours beside a box join in DuckDB with shapely, and geopandas.

    python -m benchmarks.tracking [MILLIONS [CASE ...]]

One process a case; time, peak memory, visits and minutes are printed, and must be equal. All cases
apply one rule: fixes of a device in a place no more than five minutes apart are one visit. `ours`
also leaves fixes out by reason, measures every device's interval and unites presence;
`visits_only` does no more than the peers. Where `.venv-bench` is, movingpandas clips the tracks of
the first devices, and its time per fix is set beside ours.
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
from analytics.tracking import TrackingSettings, engine, visits
from analytics.tracking.places import JudgedPlaces

CRS = "EPSG:27700"
GAP_MS = 300_000
PER_DEVICE = 20_000
CASES = ("ours", "visits_only", "box_join", "geopandas")
ROOT = Path(__file__).parents[1]
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
CLIPPED_DEVICES = 2


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


def visits_only(cursor: duckdb.DuckDBPyConnection, files: list[str]) -> tuple[int, int]:
    """Membership and visits of every fix alone, as the peers do it."""
    settings = TrackingSettings()
    names = ", ".join(f"'{file}'" for file in files)
    cursor.execute(f"CREATE TEMP VIEW pings AS SELECT * FROM read_parquet([{names}])")
    engine.find_inside(cursor, JudgedPlaces(places(), [], [], ""), 0.0)
    stays = visits.STAYS.format(gap_ms=GAP_MS, vehicle_speed_kmh=settings.vehicle_speed_kmh)
    return cursor.execute(
        "SELECT count(DISTINCT (place, device, visit)), sum(last_ms - first_ms) "
        f"FROM ({stays}) AS stays"
    ).fetchall()[0]


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
    visits_found, lower_ms = globals()[case](cursor, files)
    facts = {
        "case": case,
        "seconds": round(time.perf_counter() - started, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "visits": visits_found,
        "minutes": round(lower_ms / 60_000, 1),
    }
    print(json.dumps(facts))


def beside_movingpandas(folder: Path, files: list[str], ours_s: float) -> None:
    """Print what movingpandas takes for a million fixes, from the tracks of the first devices."""
    pings = pd.read_parquet(files[0]).head(CLIPPED_DEVICES * PER_DEVICE)
    x, y = project(pings["lon"].to_numpy(), pings["lat"].to_numpy(), CRS)
    np.savez(
        folder / "clip.npz",
        device=pings["device"].to_numpy(str),
        ms=pings["ms"].to_numpy(),
        x=x,
        y=y,
        rings=np.stack([np.asarray(shape.exterior.coords) for shape in places().geometry]),
        gap_ms=GAP_MS,
    )
    command = [str(PEER_PYTHON), "-m", "benchmarks.peers", "clip", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    seconds = json.loads(done.stdout)["seconds"][0] * 1_000_000 / len(pings)
    clipped, lower_ms = np.load(folder / "clip-peer.npy")
    facts = {
        "case": "movingpandas, per million fixes",
        "fixes": len(pings),
        "seconds": round(seconds, 1),
        "times_ours": round(seconds / ours_s),
        "visits_of_two_fixes_or_more": int(clipped),
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
        if PEER_PYTHON.exists() and not sys.argv[2:]:
            beside_movingpandas(Path(folder), files, found[0]["seconds"] / millions)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        run_case(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
