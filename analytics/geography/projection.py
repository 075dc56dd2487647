"""Between longitude/latitude (WGS84) and the workspace's metres, always in x, y order."""

import threading

import numpy as np
from numpy.typing import ArrayLike
from pyproj import Transformer

LONLAT = "EPSG:4326"

_of_thread = threading.local()


def project(lon: ArrayLike, lat: ArrayLike, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Turn degrees (WGS84) into metres of `crs`; what cannot be projected becomes infinite."""
    return _transform(LONLAT, crs, lon, lat)


def unproject(x: ArrayLike, y: ArrayLike, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Turn metres of `crs` into longitude and latitude in degrees (WGS84)."""
    return _transform(crs, LONLAT, x, y)


def _transform(
    source: str, target: str, first: ArrayLike, second: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    # A Transformer must not be shared by threads, and making one costs milliseconds.
    held = getattr(_of_thread, "transformers", None)
    if held is None:
        held = _of_thread.transformers = {}
    if (source, target) not in held:
        held[source, target] = Transformer.from_crs(source, target, always_xy=True)
    xs, ys = held[source, target].transform(
        np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    )
    return np.asarray(xs), np.asarray(ys)
