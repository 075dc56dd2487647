"""GPS devices as they report: interval, what visit length that supports, who has fallen silent."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from analytics.geography import Recent
from analytics.technology.coverage import GpsCoverage, gps_coverage
from analytics.technology.intervals import (
    GAPS_SQL,
    STEPS_SQL,
    DeviceInterval,
    device_intervals,
    pooled_interval_s,
)
from analytics.technology.pings import LONGEST_GAP_MS
from analytics.workspace import NotMeasurable, User, Workspace

DAYS_JUDGED = 28
"""Intervals are measured on the last four weeks that have fixes: settings of devices change."""
SILENT_DAYS = 7
"""Without a roster to tell, a device is silent after this many days (convention)."""

_recent = Recent(4)


@dataclass(frozen=True)
class DeviceRegister:
    """Devices as measured over the last weeks with fixes (`first_day` to `last_day`).

    `devices` has per device: device (keyed hash), unit, fixes, last_seen (day), silent_days,
    shifts_missed (missing: no roster), median_s, p95_s, kind, counts_from_min, bounds_from_min,
    is_silent. `interval_s` is the median gap over all fixes; `coverage` compares with the roster.
    """

    devices: pd.DataFrame
    interval_s: float | None
    coverage: GpsCoverage
    first_day: date
    last_day: date

    @property
    def measured(self) -> int:
        """Devices that reported in the weeks judged."""
        return int(self.devices["median_s"].notna().sum())

    @property
    def silent(self) -> int:
        """Devices that should have been heard and were not."""
        return int(self.devices["is_silent"].sum())

    def sentence(self, dwell_minutes: float = 10.0) -> str:
        """Say in two sentences how often the devices report and what that supports."""
        judged = self.devices[self.devices["median_s"].notna()]
        if judged.empty:
            return "The ping interval is not measurable: no device sent two fixes within an hour."
        counted = int((judged["counts_from_min"] <= dwell_minutes).sum())
        bounds = int((judged["bounds_from_min"] <= dwell_minutes).sum()) - counted
        text = (
            f"The median ping interval is {self.interval_s:,.0f} s. Visits of {dwell_minutes:.0f} "
            f"minutes or more can be counted for {counted:,} of {len(judged):,} devices"
        )
        text += f", for {bounds:,} only within bounds" if bounds else ""
        silent = f" {self.silent:,} have fallen silent." if self.silent else " None is silent."
        return f"{text}.{silent}"


def device_register(workspace: Workspace, user: User) -> DeviceRegister:
    """Measure every device on the last four weeks of fixes; raises NotMeasurable without fixes."""
    workspace.require(user, "see:technology")
    key = (workspace.workspace_id, workspace.fingerprint("pings", "roster"))
    return _recent.get(key, lambda: _measure(workspace))


def visit_lengths(interval: DeviceInterval) -> tuple[float | None, float | None]:
    """Return the shortest visits (minutes) that can be counted, and that can be given bounds.

    Counted where the interval is at most a fifth of the visit, bounds up to half of it; a device
    that reports by distance supports neither.
    """
    if interval.median_s is None or interval.is_distance_triggered:
        return None, None
    interval_s = interval.median_s if interval.is_regular else interval.p95_s
    return interval_s * 5 / 60, interval_s * 2 / 60


def _measure(workspace: Workspace) -> DeviceRegister:
    last = workspace.value("SELECT max(day) FROM ping_files")
    if last is None:
        raise NotMeasurable("No GPS fixes are held. Load the feed 'pings' first.")
    first = last - timedelta(days=DAYS_JUDGED - 1)
    source = _source(workspace, first)
    with workspace.cursor() as cursor:
        gaps = cursor.execute(GAPS_SQL.format(pings=source, also="")).df()
        steps = cursor.execute(STEPS_SQL.format(pings=source)).df()
        days = cursor.execute(
            f"""SELECT DISTINCT p.device, f.day FROM {source} p
            JOIN ping_files f ON parse_filename(p.filename) = f.file"""
        ).df()
    days["day"] = pd.to_datetime(days["day"]).dt.date
    return DeviceRegister(
        devices=_table(workspace, device_intervals(gaps, steps), last),
        interval_s=pooled_interval_s(gaps),
        coverage=gps_coverage(workspace, first, last, days),
        first_day=first,
        last_day=last,
    )


def _source(workspace: Workspace, first: date) -> str:
    """Return the SQL of the fixes since a day; a gap above an hour is the end of a shift."""
    rows = workspace.rows("SELECT file FROM ping_files WHERE day >= ?", [first])
    paths = [str(workspace.pings_folder / name).replace("'", "''") for (name,) in rows]
    files = ", ".join(f"'{path}'" for path in paths)
    return (
        "(SELECT device, speed_kmh, filename, "
        f"CASE WHEN gap_ms <= {LONGEST_GAP_MS} THEN gap_ms END AS gap_ms "
        f"FROM read_parquet([{files}], filename = true))"
    )


def _table(workspace: Workspace, intervals: list[DeviceInterval], newest: date) -> pd.DataFrame:
    """Put what was measured beside when each device was last heard."""
    seen = workspace.frame(
        """SELECT device, max(unit) AS unit, CAST(sum(pings) AS BIGINT) AS fixes,
            max(last_ms) AS last_ms FROM devices GROUP BY device ORDER BY device"""
    )
    local = pd.to_datetime(seen.pop("last_ms"), unit="ms", utc=True)
    starts = pd.Timedelta(minutes=workspace.day_starts_minutes)
    local = local.dt.tz_convert(workspace.timezone).dt.tz_localize(None)
    seen["last_seen"] = (local - starts).dt.normalize()
    seen["silent_days"] = (pd.Timestamp(newest) - seen["last_seen"]).dt.days
    seen["shifts_missed"] = _shifts_missed(workspace, seen, newest)
    measured = {interval.device: interval for interval in intervals}
    known = [measured.get(device) for device in seen["device"]]
    lengths = [visit_lengths(interval) if interval else (None, None) for interval in known]
    seen["median_s"] = [interval.median_s if interval else None for interval in known]
    seen["p95_s"] = [interval.p95_s if interval else None for interval in known]
    seen["kind"] = [_kind(interval) for interval in known]
    seen["counts_from_min"] = [counted for counted, _ in lengths]
    seen["bounds_from_min"] = [bounds for _, bounds in lengths]
    numbers = ["median_s", "p95_s", "counts_from_min", "bounds_from_min"]
    seen[numbers] = seen[numbers].astype(float)
    by_days = seen["shifts_missed"].isna() & (seen["silent_days"] > SILENT_DAYS)
    seen["is_silent"] = by_days | (seen["shifts_missed"] > 0).fillna(False)
    return seen.sort_values(["is_silent", "silent_days"], ascending=False, ignore_index=True)


def _kind(interval: DeviceInterval | None) -> str:
    if interval is None or interval.median_s is None:
        return "too few fixes"
    if interval.is_distance_triggered:
        return "by distance: silent while it stands"
    return "by the clock" if interval.is_regular else "irregular"


def _shifts_missed(workspace: Workspace, seen: pd.DataFrame, newest: date) -> pd.Series:
    """Count each device's rostered days since it was last heard; missing where none is rostered."""
    roster = workspace.rows(
        "SELECT DISTINCT unit, day FROM roster WHERE unit IS NOT NULL AND day <= ?", [newest]
    )
    days: dict[str, list[date]] = {}
    for unit, day in roster:
        for name in (unit, workspace.keys.pseudonym(unit)):
            days.setdefault(name, []).append(day)
    missed = []
    for device, unit, last in zip(seen["device"], seen["unit"], seen["last_seen"], strict=True):
        rostered = days.get(device) or days.get(unit)
        missed.append(sum(day > last.date() for day in rostered) if rostered else None)
    return pd.Series(missed, index=seen.index, dtype="Int64")
