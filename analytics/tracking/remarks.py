"""What has to be said beside the numbers: warnings, each one sentence."""

import pandas as pd

from analytics.technology.coverage import GpsCoverage
from analytics.technology.intervals import DeviceInterval
from analytics.tracking import assigned
from analytics.tracking.cleaning import REASONS
from analytics.tracking.engine import Measured
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.units import crew_sentence
from analytics.workspace import Workspace


def remarks(
    workspace: Workspace,
    settings: TrackingSettings,
    measured: Measured,
    place_days: pd.DataFrame,
    days: pd.DataFrame,
    coverage: GpsCoverage,
    units: pd.DataFrame,
) -> list[str]:
    """Return the warnings of one computation, the gravest first."""
    found = [
        *_device_remarks(measured.devices, settings),
        *_day_remarks(place_days, days),
        _coverage_remark(coverage),
        _left_out_remark(measured, settings),
        _background_remark(place_days, settings),
        crew_sentence(units),
        assigned.sentence(workspace),
    ]
    return [text for text in found if text]


def _device_remarks(devices: list[DeviceInterval], settings: TrackingSettings) -> list[str]:
    found = []
    by_measure = {
        measure: [d for d in devices if d.measure(settings.dwell_minutes) == measure]
        for measure in ("bounds", "not measurable")
    }
    if by_measure["bounds"]:
        found.append(
            f"{_devices(by_measure['bounds'])} report less often than every "
            f"{settings.dwell_minutes / 5:g} minutes; of their visits only a lowest and a highest "
            "number of qualifying ones is given."
        )
    if by_measure["not measurable"]:
        triggered = sum(d.is_distance_triggered for d in by_measure["not measurable"])
        why = f" ({triggered:,} report by distance, not by time)" if triggered else ""
        found.append(
            f"Qualifying visits of {_devices(by_measure['not measurable'])} are not measurable: "
            f"they report too seldom for a minimum of {settings.dwell_minutes:g} minutes{why}."
        )
    short = [d for d in devices if d.p95_s and settings.gap_minutes * 60 < 2 * d.p95_s]
    if short:
        worst = max(d.p95_s for d in short)
        found.append(
            f"The longest gap ({settings.gap_minutes:g} minutes) is under twice the 95th "
            f"percentile of the ping interval of {_devices(short)} (largest {worst:,.0f} s): one "
            f"stay may count as several. At least {2 * worst / 60:,.1f} minutes would be safe."
        )
    return found


def _day_remarks(place_days: pd.DataFrame, days: pd.DataFrame) -> list[str]:
    silent = len(days) - place_days["day"].nunique()
    if not silent:
        return []
    return [
        f"{silent:,} of {len(days):,} days have no GPS at all; they are unknown, not zero, and are "
        "left out of minutes and compliance."
    ]


def _coverage_remark(coverage: GpsCoverage) -> str:
    share = coverage.share
    return coverage.sentence() if share is None or share < 0.9 else ""


def _left_out_remark(measured: Measured, settings: TrackingSettings) -> str:
    parts = [
        f"{fixes:,} ({REASONS[reason][0].lower()}{REASONS[reason][1:]})"
        for reason, fixes in measured.left_out
        if fixes
    ]
    if not parts:
        return ""
    limits = f"limits {settings.accuracy_max_m:g} m and {settings.impossible_speed_kmh:g} km/h"
    return f"Of {measured.pings:,} GPS fixes these are left out: {'; '.join(parts)}; {limits}."


def _background_remark(place_days: pd.DataFrame, settings: TrackingSettings) -> str:
    background, officers = (
        float(place_days[name].sum()) for name in ("background_minutes", "officer_minutes")
    )
    if not background or settings.project_only:
        return ""
    return (
        f"{background / officers:.0%} of the minutes ({background:,.0f}) are of devices that are "
        "not on the roster of the day; they are counted, and can be left out in the settings."
    )


def _devices(devices: list[DeviceInterval]) -> str:
    return "1 device" if len(devices) == 1 else f"{len(devices):,} devices"
