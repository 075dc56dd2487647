"""What a person might mean where names do not say: columns to propose by what they hold.

A guess is never used by itself; it stands in the `--columns` text that a person is asked to check.
"""

import numpy as np

from analytics.technology import coordinates
from analytics.technology.feeds import Column, columns_of
from analytics.technology.layout import Layout
from analytics.technology.matching import Matching, holds

_LEAST_METRES = 10_000
"""British eastings and northings below this lie in the sea off Cornwall."""


def propose(feed: str, layout: Layout, matching: Matching, workspace_crs: str) -> dict[str, object]:
    """Return the text of `--columns` with every required column named: by a guess from the values,
    or in capitals where no column of the file could hold it."""
    proposal = matching.as_json()
    needed = [column for column in columns_of(feed) if column.is_required]
    if any(column.kind == "x" for column in needed) and "x" not in proposal:
        proposal |= _pair(layout, workspace_crs)
    used = {name for names in matching.columns.values() for name in names}
    used |= {str(proposal[axis]) for axis in ("x", "y") if axis in proposal}
    for column in needed:
        if column.name not in proposal:
            proposal[column.name] = _column(column, layout, used)
            used.add(str(proposal[column.name]))
    if "x" in proposal and "crs" not in proposal:
        proposal["crs"] = _likely_crs(layout, str(proposal["x"]), str(proposal["y"]), workspace_crs)
    return proposal


def _likely_crs(layout: Layout, x: str, y: str, workspace_crs: str) -> str:
    """Take the workspace's own CRS where the numbers fall in the area that it is made for."""
    if x in layout.names and y in layout.names:
        xs, ys = (coordinates.numbers(layout.sample(name)) for name in (x, y))
        if len(xs) and len(xs) == len(ys):
            lon, lat = coordinates.transform(xs, ys, workspace_crs, coordinates.DEGREES)
            if coordinates.share_inside(lon, lat, workspace_crs) > 0.8:
                return workspace_crs
    return "EPSG:n"


def _column(column: Column, layout: Layout, used: set[str]) -> str:
    """Take the first free column that could hold this one, else one that is used already."""
    free = [name for name in layout.names if name not in used and layout.sample(name)]
    for name in (*free, *layout.names):
        if layout.sample(name) and holds(column.kind, layout, name) and _fits(column, layout, name):
            return name
    return free[0] if len(free) == 1 else f"{column.name.upper()} COLUMN"


def _fits(column: Column, layout: Layout, name: str) -> bool:
    values = layout.sample(name)
    if column.kind == "flag":
        return len({value.lower() for value in values}) <= 2
    if column.kind == "text":
        return not holds("moment", layout, name) or holds("number", layout, name)
    return True


def _pair(layout: Layout, workspace_crs: str) -> dict[str, str]:
    """Find two columns that lie like coordinates: degrees in the workspace's area, or its metres."""
    values = {name: coordinates.numbers(layout.sample(name)) for name in layout.names}
    held = [
        (name, found)
        for name, found in values.items()
        if len(found) and len(found) >= 0.8 * len(layout.sample(name))
    ]
    for first, a in held:
        for second, b in held:
            if first == second or len(a) != len(b):
                continue
            if _have_decimals(layout, first, second) and _is_around(a, b, workspace_crs):
                return {"x": first, "y": second, "crs": coordinates.DEGREES}
            if (
                workspace_crs == coordinates.BRITISH_GRID
                and min(a.min(), b.min()) > _LEAST_METRES
                and coordinates.fits_british_grid(a, b)
            ):
                return {"x": first, "y": second, "crs": coordinates.BRITISH_GRID}
    return {"x": "EAST", "y": "NORTH"}


def _have_decimals(layout: Layout, first: str, second: str) -> bool:
    return all(
        np.mean(["." in text for text in layout.sample(name)]) > 0.8 for name in (first, second)
    )


def _is_around(lon: np.ndarray, lat: np.ndarray, crs: str) -> bool:
    return coordinates.share_inside(lon, lat, crs) > 0.8
