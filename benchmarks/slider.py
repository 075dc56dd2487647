"""Server time of moving a threshold slider on a workspace with a million crimes.

`python -m benchmarks.slider FOLDER [--crimes 1000000] [--moves 30]` makes a workspace in FOLDER
(which must not exist), moves the number of places, the minimum count, the share and the
persistence in turn, and prints one JSON object: seconds of the first list, median and worst of
the moves. The median must stay under 0.3 s.
"""

import argparse
import json
import resource
import statistics
import time
from datetime import date
from pathlib import Path

import shapely

from analytics import targeting
from analytics.workspace import User, Workspace, make_settings, now_ms

ME = User("os:benchmark", "Benchmark", frozenset(), every_right=True)
SIDE_M = 30_000
DATES = {
    "from": "2022-01-01",
    "to": "2024-12-31",
    "test_from": "2025-01-01",
    "test_to": "2025-12-31",
}


def make_workspace(folder: Path, crimes: int) -> Workspace:
    """Make a workspace with `crimes` invented crimes of four years, half of them clustered."""
    workspace = Workspace.create(folder, ME, name="Benchmark", as_of=date(2026, 1, 1))
    boundary = shapely.box(400_000, 300_000, 400_000 + SIDE_M, 300_000 + SIDE_M).wkb
    with workspace.write(ME, "collect", "load", "benchmark") as transaction:
        transaction.execute(
            "INSERT INTO crimes BY NAME SELECT i AS row_id, 'b' AS load_id, i::UBIGINT AS row_hash, "
            "400000 + CASE WHEN i % 2 = 0 THEN hash(i) % 30000 ELSE 5000 + 20 * sqrt(hash(i // 400) "
            "% 1000000) + hash(i) % 90 END AS x, 300000 + CASE WHEN i % 2 = 0 THEN hash(i * 7) % "
            "30000 ELSE 5000 + 20 * sqrt(hash(i // 400 + 3) % 1000000) + hash(i * 3) % 90 END AS y, "
            "TIMESTAMP '2022-01-01' + to_minutes((hash(i * 11) % 2103840)::BIGINT) AS occurred_from, "
            "'minute' AS time_precision, 'Assault' AS offence FROM range(?) t(i)",
            [crimes],
        )
        transaction.execute(
            "INSERT INTO boundary (load_id, name, geometry) VALUES ('b', 'Square', ?)", [boundary]
        )
        for feed in ("crimes", "boundary"):
            transaction.execute(
                "INSERT INTO loads (load_id, feed, at_ms, is_undone, fingerprint) "
                "VALUES ('b', ?, ?, false, ?)",
                [feed, now_ms(), feed],
            )
    return workspace


def moves(number: int) -> list[dict]:
    """Return as many different positions of the controls."""
    kinds = [
        lambda k: {"select": 20 + 7 * k},
        lambda k: {"select": 60, "minimum_count": 1 + k},
        lambda k: {"select_by": "share_of_count", "select": 0.05 + 0.005 * k},
        lambda k: {"select": 30 + k, "persistent_years": 2},
        lambda k: {"select_by": "share_of_area", "select": 0.001 + 0.0005 * k},
    ]
    return [kinds[k % len(kinds)](k) for k in range(number)]


def measure(workspace: Workspace, number: int) -> dict[str, float]:
    """Time the first list and every move after it, in seconds."""

    def preview(values: dict) -> tuple[float, targeting.HotspotResult]:
        chosen = make_settings(targeting.TargetingSettings, {**DATES, **values})
        started = time.perf_counter()
        result = targeting.preview_hotspots(workspace, ME, chosen)
        return time.perf_counter() - started, result

    first, result = preview({"select": 60})
    seconds = [preview(values)[0] for values in moves(number)]
    return {
        "crimes": int(result.counts.crimes + result.counts.test_crimes),
        "cells": len(result.counts.count),
        "first_seconds": round(first, 3),
        "median_seconds": round(statistics.median(seconds), 4),
        "worst_seconds": round(max(seconds), 4),
        "moves": number,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Make the workspace, move the sliders and print the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--crimes", type=int, default=1_000_000)
    parser.add_argument("--moves", type=int, default=30)
    given = parser.parse_args()
    with make_workspace(given.folder, given.crimes) as workspace:
        print(json.dumps(measure(workspace, given.moves)))


if __name__ == "__main__":
    main()
