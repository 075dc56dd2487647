"""Travel between places: straight line times a detour factor, at the speed of the mode."""

import numpy as np

from analytics.tasking.settings import TaskingSettings

FOOT, CYCLE, CAR = "foot", "cycle", "car"
MODES = (FOOT, CYCLE, CAR)
_WORDS = {
    FOOT: ("foot", "walk", "pedestrian", "beat"),
    CYCLE: ("cycle", "bike", "bicycle"),
    CAR: ("car", "vehicle", "van", "drive", "mobile", "motor"),
}


def mode_of(text: str | None) -> str | None:
    """Return foot, cycle or car for the words of a roster; None when they say neither."""
    words = (text or "").strip().lower()
    for mode in (CYCLE, CAR, FOOT):
        if any(word in words for word in _WORDS[mode]):
            return mode
    return None


def travel_minutes(
    x: np.ndarray, y: np.ndarray, mode: str, settings: TaskingSettings
) -> np.ndarray:
    """Return the whole minutes between all places as a square matrix, rounded up.

    `x` and `y` are metres; a place that is not known (NaN) takes no time to reach or leave.
    """
    speed_kmh = {
        FOOT: settings.walking_kmh,
        CYCLE: settings.cycling_kmh,
        CAR: settings.driving_kmh,
    }[mode]
    metres = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) * settings.detour_factor
    minutes = metres / (speed_kmh * 1000 / 60)
    if mode == CAR:
        minutes = np.where(minutes > 0, minutes + settings.parking_minutes, 0.0)
    return np.ceil(np.nan_to_num(minutes, nan=0.0)).astype(np.int64)
