"""How often each device reports, and what visits can therefore be measured with it.

A stay is seen only at fixes. With an interval of at most a fifth of the shortest qualifying visit
the headline count holds; up to half of it only bounds do; beyond that nothing can be said
(convention). A device that reports by distance says nothing while it stands.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

Measure = Literal["headline", "bounds", "not measurable"]
Counted = tuple[np.ndarray, np.ndarray]
"""Values, and how many fixes have each."""

REGULAR_TOLERANCE = 0.2
"""A gap within this share of the device's median counts as regular."""
REGULAR_SHARE = 0.5
"""Below this share of regular gaps a device does not report by the clock."""
STEP_M = 5
"""Width of the classes in which distances between fixes are counted."""

GAPS_SQL = """
SELECT device, gap_ms - gap_ms % 100 AS gap_ms, COUNT(*) AS fixes{also}
FROM {pings} GROUP BY device, gap_ms - gap_ms % 100
"""
"""Fixes by device and class of gap (tenths of a second; missing for a fix without one before).

`also` adds sums to the one reading of all fixes.
"""
STEPS_SQL = f"""
SELECT device, CAST(FLOOR(speed_kmh * gap_ms / 3600.0 / {STEP_M}) AS BIGINT) AS step,
    COUNT(*) AS fixes
FROM {{pings}} WHERE gap_ms > 0 AND gap_ms <= 600000 AND speed_kmh IS NOT NULL
GROUP BY device, CAST(FLOOR(speed_kmh * gap_ms / 3600.0 / {STEP_M}) AS BIGINT)
"""


@dataclass(frozen=True)
class DeviceInterval:
    """Reporting interval of one device (seconds), and whether it reports by the clock."""

    device: str
    pings: int
    median_s: float | None
    p95_s: float | None
    is_regular: bool
    is_distance_triggered: bool

    def measure(self, dwell_minutes: float) -> Measure:
        """What can be counted with this device where `dwell_minutes` is the qualifying minimum.

        A device that is irregular but reports while standing is judged on its 95th percentile.
        """
        if self.median_s is None or self.is_distance_triggered:
            return "not measurable"
        interval_s = self.median_s if self.is_regular else self.p95_s
        if interval_s * 5 <= dwell_minutes * 60:
            return "headline"
        return "bounds" if interval_s * 2 <= dwell_minutes * 60 else "not measurable"


def weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Return the smallest value up to which at least `share` of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])


def device_intervals(gaps: pd.DataFrame, steps: pd.DataFrame) -> list[DeviceInterval]:
    """Describe every device of `gaps`, in order of name.

    `gaps` has device, gap_ms (missing for a device's first fix), fixes; `steps` has device, step
    (classes of `STEP_M` metres), fixes.
    """
    counts = gaps.groupby("device")["fixes"].sum().sort_index()
    gaps_of = _by_device(gaps.dropna(subset="gap_ms"), "gap_ms")
    steps_of = _by_device(steps, "step")
    return [
        _describe(device, int(pings), gaps_of.get(device), steps_of.get(device))
        for device, pings in counts.items()
    ]


def pooled_interval_s(gaps: pd.DataFrame) -> float | None:
    """Return the median gap (seconds) over all fixes of all devices, None without any gap."""
    gaps = gaps.dropna(subset="gap_ms")
    if gaps.empty:
        return None
    gap_ms, fixes = gaps["gap_ms"].to_numpy(float), gaps["fixes"].to_numpy(float)
    return weighted_quantile(gap_ms, fixes, 0.5) / 1000


def _by_device(counted: pd.DataFrame, column: str) -> dict[str, Counted]:
    """Return device -> (values of `column`, fixes)."""
    if counted.empty:
        return {}
    # Cut apart as arrays: a frame for each of a thousand devices takes a thousand times as long.
    devices, first = np.unique(counted["device"].to_numpy(object), return_inverse=True)
    order = np.argsort(first, kind="stable")
    cuts = np.flatnonzero(np.diff(first[order])) + 1
    parts = [np.split(counted[name].to_numpy(float)[order], cuts) for name in (column, "fixes")]
    return dict(zip(devices.tolist(), zip(*parts, strict=True), strict=True))


def _describe(
    device: str, pings: int, gaps: Counted | None, steps: Counted | None
) -> DeviceInterval:
    if gaps is None:
        return DeviceInterval(device, pings, None, None, False, False)
    gap_ms, fixes = gaps
    median = weighted_quantile(gap_ms, fixes, 0.5)
    tolerance = max(REGULAR_TOLERANCE * median, 1000)
    regular = fixes[np.abs(gap_ms - median) <= tolerance].sum() / fixes.sum()
    is_regular = bool(regular >= REGULAR_SHARE)
    return DeviceInterval(
        device,
        pings,
        median / 1000,
        weighted_quantile(gap_ms, fixes, 0.95) / 1000,
        is_regular,
        not is_regular and _steps_alike(steps),
    )


def _steps_alike(steps: Counted | None) -> bool:
    """Whether hardly any step is much shorter than the usual one: nothing is sent at rest."""
    if steps is None:
        return False
    middle_m, fixes = (steps[0] + 0.5) * STEP_M, steps[1]
    usual_m = weighted_quantile(middle_m, fixes, 0.5)
    return usual_m >= 2 * STEP_M and weighted_quantile(middle_m, fixes, 0.05) >= usual_m / 2
