"""Which unit a device is, and what the roster says of it on each day: team, crew, agency, funding.

A device belongs to a unit by the table of devices, or because it carries the unit's name (both are
then the same keyed hash). A unit on the roster of a day is a project unit that day; other presence
is background. Without any roster nothing can be told apart, and every device counts as project.
"""

import pandas as pd

from analytics.workspace import Workspace

COLUMNS = ("device", "day", "unit", "team", "crew", "agency", "funding", "is_project")

_ROSTER_SQL = """
    SELECT unit, day, min(team) AS team, nullif(greatest(count(DISTINCT officer),
        coalesce(max(crew), 0)), 0) AS crew, min(agency) AS agency, min(funding) AS funding
    FROM roster WHERE day BETWEEN ? AND ? AND unit IS NOT NULL GROUP BY unit, day
"""


def device_units(workspace: Workspace, device_days: pd.DataFrame) -> pd.DataFrame:
    """Return one row per device and patrol day of `device_days` (device, day): `COLUMNS`.

    `unit` is missing where no roster or table of devices names it; `crew` is the number of
    officers on the roster, missing where it names none. `is_project` says that the unit is on the
    roster of the day (True for all where no roster covers the days).
    """
    if device_days.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    first, last = device_days["day"].min(), device_days["day"].max()
    roster = workspace.frame(_ROSTER_SQL, [first, last])
    roster["day"] = pd.to_datetime(roster["day"]).dt.date
    names = unit_of_devices(workspace, set(device_days["device"]))
    frame = device_days[["device", "day"]].assign(unit=device_days["device"].map(names))
    frame = frame.merge(roster, on=["unit", "day"], how="left", indicator="found")
    is_known = not roster.empty and not set(roster["unit"]).isdisjoint(names.values())
    frame["is_project"] = (frame["found"] == "both") | (not is_known)
    return frame[list(COLUMNS)]


def unit_of_devices(workspace: Workspace, devices: set[str]) -> dict[str, str]:
    """Return device -> unit for the devices that the register or the roster names."""
    known = dict(workspace.rows("SELECT DISTINCT device, unit FROM devices WHERE unit IS NOT NULL"))
    names = {device: known[device] for device in devices if device in known}
    for (unit,) in workspace.rows("SELECT DISTINCT unit FROM roster WHERE unit IS NOT NULL"):
        for carried in (unit, workspace.keys.pseudonym(unit)):
            if carried in devices:
                names.setdefault(carried, unit)
    return names


def devices_of_units(workspace: Workspace, devices: set[str]) -> pd.DataFrame:
    """Return unit, device pairs of the given devices; a unit may carry several."""
    pairs = unit_of_devices(workspace, devices).items()
    return pd.DataFrame([(unit, device) for device, unit in pairs], columns=["unit", "device"])


def crew_sentence(units: pd.DataFrame) -> str:
    """Say for how many device-days the crew is known."""
    if units.empty:
        return ""
    known = int(units["crew"].notna().sum())
    if not known:
        return "No roster names the officers of a unit, so each device counts as one officer."
    rest = len(units) - known
    text = f"Crew sizes come from the roster on {known:,} of {len(units):,} device-days"
    return f"{text}; the other {rest:,} count as one officer." if rest else f"{text}."


def project_ranges(units: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Return device, start_ms, end_ms of the days on which a device is a project unit's.

    `days` has day, start_ms, end_ms.
    """
    mine = units[units["is_project"]][["device", "day"]]
    return mine.merge(days, on="day")[["device", "start_ms", "end_ms"]]
