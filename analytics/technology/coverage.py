"""How complete the GPS is: a rostered unit without fixes is missing, not absent from the place."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analytics.workspace import Workspace


@dataclass(frozen=True)
class GpsCoverage:
    """Rostered unit-days and how many have fixes; `reason` says why it is unknown."""

    rostered_unit_days: int = 0
    unit_days_with_gps: int = 0
    unmatched_units: tuple[str, ...] = ()
    reason: str = ""

    @property
    def share(self) -> float | None:
        """Share of rostered unit-days with GPS (0 to 1), None when it cannot be known."""
        if self.reason or not self.rostered_unit_days:
            return None
        return self.unit_days_with_gps / self.rostered_unit_days

    def sentence(self) -> str:
        """Say in one sentence how complete the GPS is."""
        if self.share is None:
            return f"How complete the GPS is cannot be measured: {self.reason}"
        text = (
            f"{self.unit_days_with_gps:,} of {self.rostered_unit_days:,} rostered unit-days have "
            f"GPS ({self.share:.0%})."
        )
        if self.unmatched_units:
            text += f" {len(self.unmatched_units):,} rostered units never appear in the GPS."
        return text


def gps_coverage(
    workspace: Workspace, first: date, last: date, device_days: pd.DataFrame
) -> GpsCoverage:
    """Compare the roster with `device_days` (device, day) between two patrol days.

    A unit is matched to a device by the device table's unit, or because the device carries the
    unit's name (both are then the same keyed hash).
    """
    roster = workspace.rows(
        "SELECT DISTINCT unit, day FROM roster WHERE day BETWEEN ? AND ? AND unit IS NOT NULL",
        [first, last],
    )
    if not roster:
        return GpsCoverage(reason="no roster is loaded for these days.")
    known = dict(workspace.rows("SELECT DISTINCT device, unit FROM devices WHERE unit IS NOT NULL"))
    seen: set[tuple[str, date]] = set()
    for device, day in zip(device_days["device"], device_days["day"], strict=True):
        seen.add((device, day))
        if device in known:
            seen.add((known[device], day))
    units = sorted({unit for unit, _ in roster})
    hashes = {unit: workspace.keys.pseudonym(unit) for unit in units}
    heard = {name for name, _ in seen}
    matched = {unit for unit in units if unit in heard or hashes[unit] in heard}
    if not matched:
        return GpsCoverage(reason="no rostered unit can be matched to a GPS device.")
    with_gps = sum((unit, day) in seen or (hashes[unit], day) in seen for unit, day in roster)
    unmatched = tuple(unit for unit in units if unit not in matched)
    return GpsCoverage(len(roster), with_gps, unmatched)
