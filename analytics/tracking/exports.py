"""Dosage as files: totals by place and day, never a device's track."""

from pathlib import Path

import pandas as pd

from analytics.reports import about_export, write_excel, write_geojson
from analytics.tracking.dosage import Dosage
from analytics.tracking.planned import planned_visits
from analytics.tracking.unmet import unmet_need
from analytics.workspace import User, Workspace

PLACE_COLUMNS = {
    "rank": "Rank",
    "place_id": "Place",
    "name": "Name",
    "visits": "Visits",
    "drive_throughs": "Drive-throughs",
    "qualifying_visits": "Qualifying visits",
    "qualifying_low": "Qualifying, lowest",
    "qualifying_high": "Qualifying, highest",
    "patrol_minutes": "Patrol minutes",
    "officer_minutes": "Officer minutes, one per device",
    "lower_minutes": "Officer minutes, lower",
    "upper_minutes": "Officer minutes, upper",
    "crew_minutes": "Officer minutes by crew",
    "vehicle_minutes": "Of these at vehicle speed",
    "background_minutes": "Of these by units not on the roster",
    "drive_through_minutes": "Drive-through minutes (not counted)",
    "excluded_minutes": "Minutes in exclusion places (not counted)",
    "incident_minutes": "Minutes assigned to incidents (not counted)",
    "planned": "Planned visits",
    "delivered": "Planned visits delivered",
    "compliance": "Compliance",
    "last_visit": "Last visit",
    "days_since_last_visit": "Days since last visit",
    "median_gap_hours": "Median gap between visits, hours",
    "longest_gap_hours": "Longest gap, hours",
}
DAY_COLUMNS = {"place_id": "Place", "day": "Patrol day", "planned": "Planned visits"} | {
    name: label
    for name, label in PLACE_COLUMNS.items()
    if name.endswith("_minutes") or name in ("visits", "drive_throughs")
}
VISIT_COLUMNS = {
    "day": "Patrol day",
    "shift": "Shift",
    "unit": "Unit planned",
    "hotspot_id": "Place",
    "name": "Name",
    "rank": "Rank",
    "starts": "Planned start",
    "minutes": "Planned minutes",
    "status": "What became of it",
    "by_unit": "Visited by",
    "at": "Visit began",
    "stayed_minutes": "Minutes stayed",
    "off_minutes": "Minutes after the plan",
}
UNMET_COLUMNS = {
    "rank": "Rank",
    "place_id": "Place",
    "name": "Name",
    "need_share": "Share of need",
    "patrol_share": "Share of patrol",
    "unmet": "Unmet (need less patrol)",
}
MEASURES = {
    "headline": "counted",
    "bounds": "given as a range",
    "not measurable": "not measurable",
}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def workbook(workspace: Workspace, user: User, dosage: Dosage, target: Path | None = None) -> bytes:
    """Return dosage as an Excel workbook: places, days, planned visits, hours; written to `target` too."""
    workspace.require(user, "export")
    sheets = {
        "Hot spots": _labelled(dosage.hotspots, PLACE_COLUMNS),
        "Days": _labelled(dosage.place_days, DAY_COLUMNS),
        "Planned visits": _labelled(planned_visits(workspace, user, dosage).rows, VISIT_COLUMNS),
        "Unmet need": _labelled(unmet_need(dosage), UNMET_COLUMNS),
        "Patrol minutes by hour": _hours(dosage),
        "Devices": device_table(dosage),
        "Cleaning": cleaning_table(dosage),
        "Remarks": pd.DataFrame({"Remark": list(dosage.warnings)}),
    }
    return write_excel(target, sheets, _about(workspace, dosage))


def write_exports(workspace: Workspace, user: User, dosage: Dosage, folder: Path) -> list[Path]:
    """Write dosage.xlsx and dosage.geojson into a folder, log the disclosure, return the paths."""
    workspace.require(user, "export")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    book, layer = folder / "dosage.xlsx", folder / "dosage.geojson"
    workspace.log(user, "disclose", "dosage", dosage.run_id, {"files": [book.name, layer.name]})
    workbook(workspace, user, dosage, book)
    columns = [name for name in PLACE_COLUMNS if name in dosage.hotspots.columns]
    places = dosage.hotspots[[*columns, "geometry"]]
    write_geojson(layer, places, _about(workspace, dosage), id_column="place_id")
    return [book, layer]


def device_table(dosage: Dosage) -> pd.DataFrame:
    """Return one row per device, numbered and not named: interval and what it can measure."""
    devices = sorted(dosage.devices, key=lambda device: -(device.median_s or 0))
    return pd.DataFrame(
        {
            "Device": [f"Device {number}" for number in range(1, len(devices) + 1)],
            "Fixes": [device.pings for device in devices],
            "Median interval (s)": [device.median_s for device in devices],
            "95th percentile (s)": [device.p95_s for device in devices],
            "Reports": [
                "by distance"
                if device.is_distance_triggered
                else ("by time" if device.is_regular else "irregularly")
                for device in devices
            ],
            "Qualifying visits are": [
                MEASURES[device.measure(dosage.settings.dwell_minutes)] for device in devices
            ],
        }
    )


def cleaning_table(dosage: Dosage) -> pd.DataFrame:
    """Return why fixes are left out, how many, and their share of all."""
    found = dosage.cleaning
    return pd.DataFrame(
        {
            "What": found["what"],
            "Fixes": found["fixes"],
            "Share": found["fixes"] / max(dosage.pings, 1),
            "Left out": found["is_left_out"].map({True: "yes", False: "no"}),
        }
    )


def _hours(dosage: Dosage) -> pd.DataFrame:
    table = pd.DataFrame(dosage.hours, columns=[f"{hour:02d}:00" for hour in range(24)])
    table.insert(0, "Patrol day", WEEKDAYS)
    return table


def _labelled(frame: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(frame[list(labels)]).rename(columns=labels)


def _about(workspace: Workspace, dosage: Dosage) -> dict[str, str]:
    first, last = dosage.first_day, dosage.last_day
    return about_export(
        workspace,
        title="Patrol dosage by place",
        run_id=dosage.run_id,
        period=f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y} (patrol days)",
        source=f"GPS, {dosage.pings:,} fixes; {dosage.source}",
    )
