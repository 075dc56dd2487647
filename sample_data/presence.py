"""True minutes: how long each unit was inside each place, from the continuous path alone.

Membership is exact (each straight leg is cut at the polygon). Time within `STATION_RADIUS_M` of
the police station is waiting, not patrol. A pass made mostly in a vehicle is a drive-through.
"""

import numpy as np
import pandas as pd
from shapely import Point, Polygon, intersection, length, linestrings, points, within

from sample_data.patrol import FOOT, Path
from sample_data.places import Area

STATION_RADIUS_M = 50.0
LEAST_SHARE_ON_FOOT = 0.5
STAY_COLUMNS = ["place_id", "day", "unit", "kind", "enter_s", "leave_s", "minutes"]


def true_stays(paths: list[Path], areas: list[Area], station: Point) -> pd.DataFrame:
    """Return every unbroken stay: place, day, unit, kind (patrol, drive-through, station), times."""
    disc = station.buffer(STATION_RADIUS_M, quad_segs=32)
    shapes = [(area.place_id, "patrol", area.polygon.difference(disc)) for area in areas]
    shapes += [
        (area.place_id, "station", area.polygon.intersection(disc))
        for area in areas
        if area.polygon.intersects(disc)
    ]
    rows = []
    for path in paths:
        t, x, y, mode = path.arrays()
        for place_id, kind, shape in shapes:
            inside = seconds_inside(t, x, y, shape)
            for named, enter, leave, minutes in _stays(t, mode, inside, kind):
                rows.append((place_id, path.day, path.unit, named, enter, leave, minutes))
    stays = pd.DataFrame(rows, columns=STAY_COLUMNS)
    return stays.sort_values(["day", "place_id", "unit", "enter_s"], ignore_index=True)


def _stays(t: np.ndarray, mode: np.ndarray, inside: np.ndarray, kind: str) -> list[tuple]:
    """Return kind, entering and leaving second, and minutes of each unbroken run of legs inside."""
    legs = np.flatnonzero(inside > 0)
    if not legs.size:
        return []
    stays = []
    for run in np.split(legs, np.flatnonzero(np.diff(legs) > 1) + 1):
        on_foot = inside[run][mode[run] == FOOT].sum()
        is_on_foot = on_foot >= LEAST_SHARE_ON_FOOT * inside[run].sum()
        named = kind if kind == "station" or is_on_foot else "drive-through"
        enter, leave = t[run[0] + 1] - inside[run[0]], t[run[-1]] + inside[run[-1]]
        if run.size == 1:
            enter, leave = t[run[0]], t[run[0]] + inside[run[0]]
        stays.append((named, float(enter), float(leave), float(inside[run].sum()) / 60))
    return stays


def seconds_inside(t: np.ndarray, x: np.ndarray, y: np.ndarray, shape: Polygon) -> np.ndarray:
    """Return, per leg of a path, the seconds spent inside a shape."""
    spent = np.diff(t)
    west, south, east, north = shape.bounds
    near = (
        (np.maximum(x[:-1], x[1:]) >= west)
        & (np.minimum(x[:-1], x[1:]) <= east)
        & (np.maximum(y[:-1], y[1:]) >= south)
        & (np.minimum(y[:-1], y[1:]) <= north)
    )
    inside = np.zeros(len(spent))
    reach = np.hypot(np.diff(x), np.diff(y))
    if not near.any():
        return inside
    still = np.flatnonzero(near & (reach == 0))
    inside[still] = spent[still] * within(points(x[still], y[still]), shape)
    moving = np.flatnonzero(near & (reach > 0))
    ends = np.stack([np.column_stack([x[moving], y[moving]]),
                     np.column_stack([x[moving + 1], y[moving + 1]])], axis=1)  # fmt: skip
    lines = linestrings(ends)
    inside[moving] = spent[moving] * length(intersection(lines, shape)) / reach[moving]
    return inside


def union_minutes(stays: pd.DataFrame) -> float:
    """Return the minutes in which at least one unit was there."""
    total, reached = 0.0, -np.inf
    for enter, leave in sorted(zip(stays["enter_s"], stays["leave_s"], strict=True)):
        total += max(0.0, leave - max(enter, reached))
        reached = max(reached, leave)
    return total / 60


def summarise(stays: pd.DataFrame) -> dict[str, dict]:
    """Return per place: minutes of each kind summed over units, their union, numbers of stays."""
    summary = {}
    for place_id, here in stays.groupby("place_id", sort=True):
        patrol = here[here["kind"] == "patrol"]
        union = sum(union_minutes(day) for _, day in patrol.groupby("day", sort=True))
        by_kind = here.groupby("kind")["minutes"].sum()
        summary[str(place_id)] = {
            "patrol_minutes": round(float(by_kind.get("patrol", 0.0)), 2),
            "patrol_minutes_union": round(union, 2),
            "drive_through_minutes": round(float(by_kind.get("drive-through", 0.0)), 2),
            "station_minutes": round(float(by_kind.get("station", 0.0)), 2),
            "patrol_stays": len(patrol),
            "stays_of_10_minutes": int((patrol["minutes"] >= 10).sum()),
            "drive_throughs": int((here["kind"] == "drive-through").sum()),
        }
    return summary
