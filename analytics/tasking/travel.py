"""Travel between places: along the streets where they are loaded, else straight with a detour."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from analytics.geography import Recent, Roads, StreetNetwork, street_network, streets
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import Workspace

FOOT, CYCLE, CAR = "foot", "cycle", "car"
MODES = (FOOT, CYCLE, CAR)
_WORDS = {
    FOOT: ("foot", "walk", "pedestrian", "beat"),
    CYCLE: ("cycle", "bike", "bicycle"),
    CAR: ("car", "vehicle", "van", "drive", "mobile", "motor"),
}

LOCAL_PART = 0.75
"""Speed by car on streets whose class says that they are local, beside other streets (a
convention)."""

_LOCAL = ("local", "residential", "living", "service", "minor", "access", "estate")
_NO_CAR = ("path", "foot", "pedestrian", "steps", "bridleway", "cycleway", "track", "alley")
_NO_FOOT = ("motorway",)

_ROUND_M = 2_000.0
"""How far round its places a plan looks for streets."""

_recent = Recent(12)


def mode_of(text: str | None) -> str | None:
    """Return foot, cycle or car for the words of a roster; None when they say neither."""
    words = (text or "").strip().lower()
    for mode in (CYCLE, CAR, FOOT):
        if any(word in words for word in _WORDS[mode]):
            return mode
    return None


def metres_per_minute(mode: str, settings: TaskingSettings) -> float:
    """Return the speed of a mode."""
    speed_kmh = {
        FOOT: settings.walking_kmh,
        CYCLE: settings.cycling_kmh,
        CAR: settings.driving_kmh,
    }[mode]
    return speed_kmh * 1000 / 60


def travel_minutes(
    x: np.ndarray, y: np.ndarray, mode: str, settings: TaskingSettings
) -> np.ndarray:
    """Return the whole minutes between all places in a straight line times the detour, rounded up.

    `x` and `y` are metres; a place that is not known (NaN) takes no time to reach or leave.
    """
    return _whole(_straight(x, y, mode, settings), mode, settings)


@dataclass(frozen=True, eq=False)
class Ways:
    """How units get about: `network` is the streets round the places, None for straight lines.

    `key` names the streets that the network was made of; without it no matrix is kept.
    `points` (n x 2) are the places that it is likely to be asked about, found all at once.
    """

    settings: TaskingSettings
    network: StreetNetwork | None = None
    key: str = ""
    points: np.ndarray | None = None
    _roads: dict[str, Roads] = field(default_factory=dict)

    def minutes(self, x: np.ndarray, y: np.ndarray, mode: str) -> np.ndarray:
        """Return the whole minutes between all places as a square matrix, rounded up.

        A place that is not known (NaN) takes no time to reach or leave. The way from a place to
        the street beside it is walked; places that no street joins are reached in a straight line
        times the detour.
        """
        asked = np.column_stack([x, y])
        points, back = asked, np.arange(len(asked))
        if self.network is not None:
            known = asked if self.points is None else np.concatenate([self.points, asked])
            points, back = np.unique(known, axis=0, return_inverse=True)
            back = back.ravel()[len(known) - len(asked) :]
        found = self._between(points, mode)
        return _whole(found[np.ix_(back, back)], mode, self.settings)

    def far_from_streets(self, x: np.ndarray, y: np.ndarray) -> int:
        """Return how many of the known places no street joins."""
        points = np.column_stack([x, y])
        points = np.unique(points[np.isfinite(points).all(axis=1)], axis=0)
        if self.network is None:
            return len(points)
        return int((~np.isfinite(self.roads(FOOT).join(points)[1])).sum())

    def line(self, x: np.ndarray, y: np.ndarray, mode: str) -> shapely.LineString:
        """Return the way through places in order, in metres; places not known are passed over."""
        points = np.column_stack([x, y])
        points = points[np.isfinite(points).all(axis=1)]
        if self.network is not None and len(points) > 1:
            points = self.roads(mode).line(points)
        return shapely.LineString(points) if len(points) > 1 else shapely.LineString()

    def roads(self, mode: str) -> Roads:
        """Return the streets at the speeds of a mode."""
        if mode not in self._roads:
            speeds = _speeds(self.network.classes, mode, self.settings)
            self._roads[mode] = self.network.at_speeds(speeds)
        return self._roads[mode]

    def _between(self, points: np.ndarray, mode: str) -> np.ndarray:
        if self.network is None:
            return _straight(points[:, 0], points[:, 1], mode, self.settings)
        if not self.key:
            return self._by_street(points, mode)
        chosen = self.settings
        speeds = metres_per_minute(mode, chosen), chosen.walking_kmh, chosen.detour_factor
        key = (self.key, mode, speeds, points.tobytes())
        return _recent.get(key, lambda: self._by_street(points, mode))

    def _by_street(self, points: np.ndarray, mode: str) -> np.ndarray:
        straight = _straight(points[:, 0], points[:, 1], mode, self.settings)
        minutes, metres = self.roads(mode).minutes_between(points)
        to_street = metres / metres_per_minute(FOOT, self.settings)
        found = minutes + to_street[:, None] + to_street[None, :]
        # Beside the same corner one walks across, not to the corner and back.
        found = np.where(minutes > 0, found, np.minimum(found, straight))
        found = np.where(np.isfinite(found), found, straight)
        np.fill_diagonal(found, 0.0)
        return found


def read_ways(
    workspace: Workspace, settings: TaskingSettings, x: np.ndarray, y: np.ndarray
) -> Ways:
    """Return how units get about between places (metres): by street where streets are loaded."""
    known = np.isfinite(x) & np.isfinite(y)
    if settings.travel_by == "straight" or not known.any():
        return Ways(settings)
    box = np.array([x[known].min(), y[known].min(), x[known].max(), y[known].max()])
    # Whole kilometres, so that plans of one list share the streets they look at.
    low = np.floor((box[:2] - _ROUND_M) / 1000) * 1000
    high = np.ceil((box[2:] + _ROUND_M) / 1000) * 1000
    key = f"{workspace.workspace_id}:{workspace.fingerprint('streets')}:{low}:{high}"
    network = _recent.get(key, lambda: _network(workspace, low, high))
    if not len(network.ends):
        return Ways(settings)
    return Ways(settings, network, key, np.column_stack([x[known], y[known]]))


def round_line(
    workspace: Workspace,
    x: np.ndarray,
    y: np.ndarray,
    mode: str,
    settings: TaskingSettings | None = None,
) -> shapely.LineString:
    """Return the way of a round through places in order (metres in the workspace's CRS).

    Along the streets where they are loaded, else straight; empty for fewer than two known places.
    """
    return read_ways(workspace, settings or TaskingSettings(), x, y).line(x, y, mode)


def way_words(ways: Ways, x: np.ndarray, y: np.ndarray) -> str:
    """Say in a sentence how travel was measured between these places."""
    if ways.network is None:
        reason = "" if ways.settings.travel_by == "straight" else "No streets are loaded: "
        return (
            f"{reason}travel is straight lines times {ways.settings.detour_factor:g}.".capitalize()
        )
    far = ways.far_from_streets(x, y)
    words = "Travel is along the loaded streets; which of them are one-way is not known."
    if far:
        words += (
            f" {far} places or bases lie too far from a street and are reached in straight lines "
            f"times {ways.settings.detour_factor:g}."
        )
    return words


def _network(workspace: Workspace, low: np.ndarray, high: np.ndarray) -> StreetNetwork:
    held = streets(workspace)
    lines = held.geometry.to_numpy()
    near = shapely.intersects(lines, shapely.box(*low, *high)) if len(lines) else []
    return street_network(
        lines[near] if len(lines) else lines, held["class"][near].tolist() if len(lines) else []
    )


def _speeds(classes: np.ndarray, mode: str, settings: TaskingSettings) -> np.ndarray:
    """Return metres a minute on streets of these classes, zero where the mode may not go."""
    speed = metres_per_minute(mode, settings)
    by_class = {word: speed * _part(word, mode) for word in set(classes)}
    return np.array([by_class[word] for word in classes], dtype=float)


def _part(word: str, mode: str) -> float:
    """Return the part of a mode's speed that holds on a class of street."""
    if mode == CAR:
        if any(name in word for name in _NO_CAR):
            return 0.0
        return LOCAL_PART if any(name in word for name in _LOCAL) else 1.0
    return 0.0 if any(name in word for name in _NO_FOOT) else 1.0


def _straight(x: np.ndarray, y: np.ndarray, mode: str, settings: TaskingSettings) -> np.ndarray:
    metres = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) * settings.detour_factor
    return metres / metres_per_minute(mode, settings)


def _whole(minutes: np.ndarray, mode: str, settings: TaskingSettings) -> np.ndarray:
    """Round up to whole minutes, parking added to every drive; unknown ways take no time."""
    if mode == CAR:
        minutes = np.where(minutes > 0, minutes + settings.parking_minutes, 0.0)
    return np.ceil(np.round(np.nan_to_num(minutes, nan=0.0), 9)).astype(np.int64)
