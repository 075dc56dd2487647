"""A million rows of data.police.uk to checked, stored crimes, beside DuckDB's bare reading.

`python -m benchmarks.load_crimes [--rows N] [--repeats N]` makes the file (seeded), then runs in a
process of its own each time: here, `technology.load` into a new workspace; at the peer,
`CREATE TABLE AS read_csv` into a new database file and the projection of every point by pyproj.
Prints median seconds and seconds of processor time, the median ratio of the pairs run one after the
other, peak memory, and the rows of both.
On a busy machine the ratio of processor time is the one to trust.
"""

import argparse
import csv
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
).split(",")
KINDS = ("Anti-social behaviour", "Robbery", "Violence and sexual offences", "Burglary", "Drugs")
POINTS = 60_000
"""Map points of a force: South Yorkshire's three years stand on about as many."""


def make_file(path: Path, rows: int) -> None:
    """Write a street file of `rows` rows: a fifth without number, 4% without place."""
    rng = np.random.default_rng(3)
    lon = rng.uniform(-1.75, -0.95, POINTS).round(6)
    lat = rng.uniform(53.30, 53.65, POINTS).round(6)
    point, kind = rng.integers(0, POINTS, rows), rng.integers(0, len(KINDS), rows)
    month, is_blank = rng.integers(0, 36, rows), rng.random(rows) < 0.04
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADER)
        for number in range(rows):
            place, what = int(point[number]), KINDS[kind[number]]
            key = f"{number:064x}" if kind[number] else ""
            spot = ("", "", "No Location", "", "")
            if not is_blank[number]:
                area = f"E0100{place % 5000:04d}"
                name = f"Sheffield {place % 500:03d}A"
                spot = (lon[place], lat[place], f"On or near Road {place}", area, name)
            when = f"{2018 + month[number] // 12}-{month[number] % 12 + 1:02d}"
            force = "South Yorkshire Police"
            outcome = "Under investigation" if key else ""
            writer.writerow((key, when, force, force, *spot, what, outcome, ""))


def run_here(path: Path, folder: Path) -> dict[str, float]:
    """Load the file into a new workspace."""
    os.environ["SEVEN_STEPS_SECRETS"] = str(folder / "secrets")
    from analytics import technology
    from analytics.workspace import User, Workspace

    user = User("os:bench", "Benchmark", frozenset(), every_right=True)
    workspace = Workspace.create(folder / "workspace", user, name="Benchmark")
    began, cpu = time.perf_counter(), time.process_time()
    report = technology.load(workspace, user, "crimes", [path])
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    placed = workspace.value("SELECT count(*) FROM crimes")
    workspace.close()
    return {"seconds": seconds, "cpu": cpu, "rows": report.rows_read, "placed": placed}


def run_peer(path: Path, folder: Path) -> dict[str, float]:
    """Read the file with DuckDB as it is and project every point."""
    import duckdb
    from pyproj import Transformer

    began, cpu = time.perf_counter(), time.process_time()
    with duckdb.connect(str(folder / "peer.duckdb"), config={"threads": 2}) as database:
        database.execute("CREATE TABLE crimes AS SELECT * FROM read_csv(?)", [str(path)])
        found = database.execute(
            "SELECT Longitude, Latitude FROM crimes WHERE Longitude IS NOT NULL"
        ).fetchnumpy()
        project = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
        x, _ = project.transform(found["Longitude"], found["Latitude"])
        rows = database.execute("SELECT count(*) FROM crimes").fetchall()[0][0]
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpu": cpu, "rows": rows, "placed": len(x)}


SIDES = {"here": run_here, "peer": run_peer}


def _in_process(side: str, path: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.load_crimes", "--one", side]
        command += ["--file", str(path), "--folder", folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _median(runs: list[dict[str, float]], what: str) -> float:
    return median(run[what] for run in runs)


def main() -> None:
    """Run both sides in turn, or one of them once (as its own process)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", choices=SIDES)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.one:
        gc.collect()
        found = SIDES[given.one](given.file, given.folder)
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2020-01-benchmark-street.csv"
        make_file(path, given.rows)
        runs = {side: [] for side in SIDES}
        for _ in range(given.repeats):
            for side, done in runs.items():
                done.append(_in_process(side, path))
    for side, done in runs.items():
        peak = max(each["peak_mb"] for each in done)
        print(
            f"{side}: {_median(done, 'seconds'):.2f} s, {_median(done, 'cpu'):.2f} s of processor "
            f"time, peak {peak:,.0f} MB, {done[0]['rows']:,} rows, "
            f"{done[0]['placed']:,} with a place"
        )
    for what in ("seconds", "cpu"):
        pairs = zip(runs["here"], runs["peer"], strict=True)
        ratio = median(here[what] / peer[what] for here, peer in pairs)
        print(f"ratio ({what}), median of {given.repeats} pairs: {ratio:.2f}")
    if any(len({e[key] for done in runs.values() for e in done}) > 1 for key in ("rows", "placed")):
        sys.exit("The rows of the two sides differ.")


if __name__ == "__main__":
    main()
