"""What the peers do with the inputs of `benchmarks.spatial` and `.tracking`, one case a process.

`.venv-bench/bin/python -m benchmarks.peers CASE FOLDER` prints one JSON object: seconds of the
repeats (reading the input and imports left out, compiled code warmed up), peak memory, facts of
the result; arrays go to FOLDER/CASE-peer.npy for comparison. Imports nothing of this project.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

REPEATS = {"hexagons": 3, "gi_star": 1, "permutations": 3, "knox": 1, "clip": 1}


def hexagons(held: dict[str, np.ndarray]) -> tuple[Callable[[], np.ndarray], Callable | None]:
    """Count points in polygons by geopandas' spatial join, from columns x and y and ready cells."""
    import geopandas as gpd
    import shapely

    cells = gpd.GeoDataFrame(geometry=shapely.polygons(held["rings"]), crs=27700)

    def run() -> np.ndarray:
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(held["x"], held["y"]), crs=27700)
        joined = gpd.sjoin(points, cells, predicate="within")
        return np.bincount(joined["index_right"], minlength=len(cells)).astype(float)

    return run, None


def gi_star(held: dict[str, np.ndarray]) -> tuple[Callable[[], np.ndarray], Callable | None]:
    """Gi* by esda with queen weights of a lattice, weights included."""
    import esda
    import libpysal

    side = int(np.sqrt(len(held["values"])))

    def run() -> np.ndarray:
        weights = libpysal.weights.lat2W(side, side, rook=False)
        return esda.G_Local(
            held["values"], weights, transform="B", star=True, permutations=0
        ).Zs.astype(float)

    return run, None


def permutations(held: dict[str, np.ndarray]) -> tuple[Callable[[], np.ndarray], Callable | None]:
    """Folded p of Gi* from 999 conditional permutations by esda (numba, all cores)."""
    import esda
    import libpysal

    def shuffle(values: np.ndarray) -> np.ndarray:
        side = int(np.sqrt(len(values)))
        weights = libpysal.weights.lat2W(side, side, rook=False)
        return esda.G_Local(
            values,
            weights,
            transform="B",
            star=True,
            permutations=999,
            keep_simulations=False,
            n_jobs=-1,
            seed=1,
        ).p_sim

    return lambda: shuffle(held["values"]), lambda: shuffle(held["values"][:400])


def knox(held: dict[str, np.ndarray]) -> tuple[Callable[[], np.ndarray], Callable | None]:
    """Count close pairs and 99 shuffles by pointpats."""
    from pointpats.spacetime import Knox

    def run() -> np.ndarray:
        np.random.seed(1)
        found = Knox(
            np.column_stack([held["x"], held["y"]]), held["days"][:, None], 200.0, 14.0, 99
        )
        return np.array([found.statistic_, found.p_sim], dtype=float)

    return run, None


def clip(held: dict[str, np.ndarray]) -> tuple[Callable[[], np.ndarray], Callable | None]:
    """Clip trajectories by places with movingpandas, join what is at most `gap_ms` apart.

    Only trajectories that meet a place are clipped by it: the peer spends days on the others.
    """
    import geopandas as gpd
    import movingpandas as mpd
    import pandas as pd
    import shapely

    shapes = shapely.polygons(held["rings"])
    gap_ms = int(held["gap_ms"])

    def run() -> np.ndarray:
        points = gpd.GeoDataFrame(
            {"device": held["device"], "t": pd.to_datetime(held["ms"], unit="ms")},
            geometry=gpd.points_from_xy(held["x"], held["y"]),
            crs=27700,
        )
        visits, lower_ms = 0, 0
        for track in mpd.TrajectoryCollection(points, traj_id_col="device", t="t").trajectories:
            line = track.to_linestring()
            for shape in shapes[shapely.intersects(shapes, line)]:
                ended = None
                for part in track.clip(shape, point_based=True).trajectories:
                    first, last = part.get_start_time(), part.get_end_time()
                    joined = ended is not None and (first - ended).total_seconds() * 1000 <= gap_ms
                    visits += not joined
                    lower_ms += (last - (ended if joined else first)).total_seconds() * 1000
                    ended = last
        return np.array([visits, lower_ms])

    return run, None


CASES = {
    "hexagons": hexagons,
    "gi_star": gi_star,
    "permutations": permutations,
    "knox": knox,
    "clip": clip,
}


def measure(
    run: Callable[[], np.ndarray], warm_up: Callable | None, repeats: int, save_as: Path
) -> dict[str, Any]:
    """Run a case `repeats` times; keep its last result and return its times and memory."""
    if warm_up:
        warm_up()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    np.save(save_as, result)
    # Linux gives kilobytes.
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": round(peak_mb)}


def main() -> None:
    """Run the case named on the command line."""
    case, folder = sys.argv[1], Path(sys.argv[2])
    with np.load(folder / f"{case}.npz") as file:
        held = dict(file)
    run, warm_up = CASES[case](held)
    print(json.dumps(measure(run, warm_up, REPEATS[case], folder / f"{case}-peer.npy")))


if __name__ == "__main__":
    main()
