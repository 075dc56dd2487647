"""Detection beside its peers: the same input, one process a case, results compared.

`python -m benchmarks.spatial [CASE ...]` makes the inputs (seeded), runs each case of this project
and of the peer in a process of its own (the peer in `.venv-bench`), and prints a table: median
seconds, ratio, peak memory, and how far the results are apart. `make bench` calls it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.peers import measure

ROOT = Path(__file__).parents[1]
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
REPEATS = 5
PEER_NAMES = {
    "hexagons": "geopandas sjoin",
    "gi_star": "esda G_Local",
    "permutations": "esda G_Local",
    "knox": "pointpats Knox",
}
TITLES = {
    "hexagons": "1,000,000 crimes to 150 m hexagons",
    "gi_star": "Gi* over 1,000,000 cells, neighbours included",
    "permutations": "999 permutations of Gi* over 90,000 cells",
    "knox": "Knox, 10,000 events, 99 shuffles",
}


def _hexagon_grid():
    import shapely

    from analytics.geography import Grid

    grid = Grid("hexagon", 150.0)
    # As large as South Yorkshire: 1,551 km2.
    q, r = grid.cells_covering(shapely.box(420_000, 380_000, 459_385, 419_385))
    order = np.lexsort((q, r))
    return grid, q[order], r[order]


def make_input(case: str, folder: Path) -> None:
    """Write the input of a case, drawn from a seed, as FOLDER/CASE.npz."""
    rng = np.random.default_rng(20)
    if case == "hexagons":
        grid, q, r = _hexagon_grid()

        x = rng.uniform(420_000, 459_385, 1_000_000)
        y = rng.uniform(380_000, 419_385, 1_000_000)
        towns = rng.uniform(0, 1, (2, 60)) * 36_000
        near = rng.integers(0, 60, 700_000)
        x[:700_000] = 421_500 + towns[0, near] + rng.normal(0, 400, 700_000)
        y[:700_000] = 381_500 + towns[1, near] + rng.normal(0, 400, 700_000)
        import shapely

        rings = shapely.get_coordinates(grid.polygons(q, r)).reshape(len(q), 7, 2)
        np.savez(folder / "hexagons.npz", x=x, y=y, rings=rings)
    elif case in ("gi_star", "permutations"):
        side = 1_000 if case == "gi_star" else 300
        values = rng.negative_binomial(0.3, 0.2, side * side).astype(float)
        np.savez(folder / f"{case}.npz", values=values)
    else:
        homes = rng.uniform(0, 20_000, (2, 2_500))
        home, days = rng.integers(0, 2_500, 10_000), rng.uniform(0, 365, 10_000)
        x, y = homes[:, home] + rng.normal(0, 60, (2, 10_000))
        np.savez(folder / "knox.npz", x=x, y=y, days=days)


def hexagons(held: dict[str, np.ndarray]) -> Callable[[], np.ndarray]:
    """Count crimes per hexagon: SQL over a table, then numpy, as `targeting.cells` does."""
    import duckdb
    import pandas as pd

    grid, q, r = _hexagon_grid()
    cursor = duckdb.connect()
    cursor.execute("SET threads TO 2")
    cursor.register("given", pd.DataFrame({"x": held["x"], "y": held["y"]}))
    cursor.execute("CREATE TABLE crimes AS SELECT x, y FROM given")
    q_sql, r_sql = grid.cell_numbers_sql("x", "y")
    packed = r.astype(np.int64) * (1 << 31) + q

    def run() -> np.ndarray:
        found = cursor.execute(
            f"SELECT {q_sql} AS q, {r_sql} AS r, count(*) AS n FROM crimes GROUP BY 1, 2"
        ).fetchnumpy()
        wanted = found["r"] * (1 << 31) + found["q"]
        at = np.minimum(np.searchsorted(packed, wanted), len(packed) - 1)
        inside = packed[at] == wanted
        counts = np.zeros(len(packed))
        counts[at[inside]] = found["n"][inside]
        return counts

    return run


def _square(side: int):
    from analytics.geography import Grid

    q, r = np.tile(np.arange(side), side), np.repeat(np.arange(side), side)
    return Grid("square", 150.0).neighbour_matrix(q, r, with_self=True)


def gi_star(held: dict[str, np.ndarray]) -> Callable[[], np.ndarray]:
    """Gi* with its p over a square of cells, neighbours included (esda corrects no p either)."""
    from analytics.targeting.statistics.significance import gi_star, two_sided_p

    side = int(np.sqrt(len(held["values"])))

    def run() -> np.ndarray:
        z = gi_star(held["values"], _square(side))
        two_sided_p(z)
        return z

    return run


def permutations(held: dict[str, np.ndarray]) -> Callable[[], np.ndarray]:
    """Folded p of Gi* from 999 conditional permutations, neighbours included."""
    from analytics.targeting.statistics.permutation import permutation_test

    side = int(np.sqrt(len(held["values"])))
    return lambda: permutation_test(held["values"], _square(side), 999, seed=1).p_folded


def knox(held: dict[str, np.ndarray]) -> Callable[[], np.ndarray]:
    """Close pairs and 99 shuffles."""
    from analytics.targeting.statistics.near_repeat import near_repeat

    def run() -> np.ndarray:
        found = near_repeat(
            held["x"], held["y"], held["days"], (0.0, 200.0), (0.0, 14.0), shuffles=99
        )
        return np.array([found.observed[0, 0], found.p[0, 0]])

    return run


CASES = {"hexagons": hexagons, "gi_star": gi_star, "permutations": permutations, "knox": knox}


def compare(case: str, ours: np.ndarray, theirs: np.ndarray) -> str:
    """Say how far two results are apart; raises AssertionError where they must not be."""
    if case == "hexagons":
        assert (ours == theirs).all()
        return f"{ours.sum():,.0f} crimes, the same count in all {len(ours):,} cells"
    if case == "gi_star":
        apart = np.abs(ours - theirs).max()
        assert apart < 1e-6
        return f"largest difference of z {apart:.1e}"
    if case == "knox":
        assert ours[0] == theirs[0]
        return f"{ours[0]:,.0f} close pairs in both; p {ours[1]:g} and {theirs[1]:g}"
    error = np.sqrt(2 * np.maximum(ours, theirs) * (1 - np.minimum(ours, theirs)) / 999)
    apart = np.abs(ours - theirs) / error
    assert np.quantile(apart, 0.99) < 3.5
    return (
        f"mean difference of p {np.abs(ours - theirs).mean():.4f}; {np.mean(apart < 2):.1%} of "
        "cells within two Monte Carlo standard errors"
    )


def _run(command: list[str]) -> dict:
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        raise SystemExit(made.stderr[-2000:])
    return json.loads(made.stdout.splitlines()[-1])


def bench(case: str, folder: Path) -> dict[str, object]:
    """Run one case of both sides and return a row of the table."""
    make_input(case, folder)
    ours = _run([sys.executable, "-m", "benchmarks.spatial", "--only", case, str(folder)])
    theirs = _run([str(PEER_PYTHON), "-m", "benchmarks.peers", case, str(folder)])
    said = compare(case, np.load(folder / f"{case}-own.npy"), np.load(folder / f"{case}-peer.npy"))
    quick, slow = median(ours["seconds"]), median(theirs["seconds"])
    return {
        "case": TITLES[case],
        "seconds": quick,
        "peak_mb": ours["peak_mb"],
        "peer": PEER_NAMES[case],
        "peer_seconds": slow,
        "peer_peak_mb": theirs["peak_mb"],
        "ratio": slow / quick,
        "facts": said,
    }


def main() -> None:
    """Run the cases named, all when none is, and print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)}")
    parser.add_argument("--only", action="store_true", help="this project's side: CASE FOLDER")
    given = parser.parse_args()
    if given.only:
        case, folder = given.cases[0], Path(given.cases[1])
        with np.load(folder / f"{case}.npz") as file:
            run = CASES[case](dict(file))
        print(json.dumps(measure(run, run, REPEATS, folder / f"{case}-own.npy")))
        return
    print("| case | here, s | peak, MB | peer | peer, s | peak, MB | times faster | results |")
    print("|---|---|---|---|---|---|---|---|")
    for case in given.cases or CASES:
        with tempfile.TemporaryDirectory() as folder:
            row = bench(case, Path(folder))
        print(
            f"| {row['case']} | {row['seconds']:.3f} | {row['peak_mb']:,} | {row['peer']} | "
            f"{row['peer_seconds']:.1f} | {row['peer_peak_mb']:,} | {row['ratio']:,.0f} | "
            f"{row['facts']} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
