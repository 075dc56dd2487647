"""From continuous paths to pings: 15-second sampling, drift, jumps, dropouts."""

import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.signal import lfilter

from sample_data.patrol import Path
from sample_data.streams import stream

INTERVAL_S = 15
DRIFT_SD_M, DRIFT_LASTS_S = 4.5, 120.0
FIX_SD_M = 2.0
JUMP_CHANCE, JUMP_SD_M = 0.0008, 160.0
DROPOUTS_PER_HOUR, DROPOUT_MEAN_S = 0.3, 150.0
MISSED_FIX_CHANCE = 0.006
TIMEZONE = "Europe/London"


def make_pings(seed: int, paths: list[Path]) -> pd.DataFrame:
    """Return device, time_utc (seconds since 1970), longitude, latitude, accuracy_m; sorted."""
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    parts = [_sample(stream(seed, "gps", n), path) for n, path in enumerate(paths)]
    pings = pd.concat(parts, ignore_index=True)
    lon, lat = to_degrees.transform(pings.pop("x").to_numpy(), pings.pop("y").to_numpy())
    pings.insert(2, "longitude", np.round(lon, 5))
    pings.insert(3, "latitude", np.round(lat, 5))
    return pings.sort_values(["device", "time_utc"], kind="stable", ignore_index=True)


def _sample(rng: np.random.Generator, path: Path) -> pd.DataFrame:
    t = np.arange(np.ceil(path.t[0]) + rng.integers(0, INTERVAL_S), path.t[-1], INTERVAL_S)
    x, y = np.interp(t, path.t, path.x), np.interp(t, path.t, path.y)
    jumped = rng.uniform(size=t.size) < JUMP_CHANCE
    noise = [_drift(rng, t.size) + rng.normal(0, FIX_SD_M, t.size) for _ in range(2)]
    jump = rng.normal(0, JUMP_SD_M, (2, t.size)) * jumped
    accuracy = _stated_accuracy(rng, t.size)
    accuracy = np.where(jumped, np.round(rng.uniform(60, 200, t.size)), accuracy).astype(int)
    kept = _received(rng, t)
    midnight = path.day.tz_localize(TIMEZONE).timestamp()
    return pd.DataFrame(
        {
            "device": path.unit,
            "time_utc": (midnight + t).astype(np.int64),
            "x": x + noise[0] + jump[0],
            "y": y + noise[1] + jump[1],
            "accuracy_m": accuracy,
        }
    )[kept]


def _drift(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw an error that wanders: what an urban sky does to consecutive fixes."""
    keep = np.exp(-INTERVAL_S / DRIFT_LASTS_S)
    shocks = rng.normal(0, DRIFT_SD_M * np.sqrt(1 - keep**2), size)
    shocks[:1] = rng.normal(0, DRIFT_SD_M, 1)
    return lfilter([1.0], [1.0, -keep], shocks)


def _stated_accuracy(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw the accuracy that a tracker states: whole metres, the same for minutes on end."""
    changes = np.cumsum(rng.uniform(size=size) < 0.06)
    levels = np.clip(np.round(rng.normal(6, 1.6, size + 1)), 3, 15)
    return levels[changes]


def _received(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    kept = rng.uniform(size=t.size) >= MISSED_FIX_CHANCE
    hours = (t[-1] - t[0]) / 3600
    for _ in range(rng.poisson(DROPOUTS_PER_HOUR * hours)):
        start = rng.uniform(t[0], t[-1])
        kept &= (t < start) | (t > start + rng.exponential(DROPOUT_MEAN_S))
    return kept
