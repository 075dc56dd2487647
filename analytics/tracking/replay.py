"""Replay of one shift's tracks: record-level, and off until the force has said that it is lawful.

Needs the right to replay, a DPIA reference of the feed of pings, and a policy of tracking recorded
by the lead or an administrator. Every replay asks why and is logged with that reason. Devices keep
their pseudonyms; units are named only where the roster names them.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analytics.tracking.days import day_table
from analytics.tracking.policy import why_not
from analytics.tracking.preview import files_between
from analytics.tracking.units import unit_of_devices
from analytics.workspace import InputError, Refused, User, Workspace

SHORTEST_REASON = 10
MOST_FIXES = 15_000


@dataclass(frozen=True)
class Tracks:
    """`fixes`: unit, ms, at (naive local), lon, lat, in time; `every`: 1, or each n-th fix drawn."""

    day: date
    fixes: pd.DataFrame
    every: int


def replay(
    workspace: Workspace, user: User, day: date, reason: str, unit: str | None = None
) -> Tracks:
    """Return the fixes of one patrol day, of one unit or all, and log the view with its reason.

    Raises Refused without the right or while replay is off, InputError without a reason or fixes.
    """
    workspace.require(user, "replay")
    if off := why_not(workspace):
        raise Refused(off)
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise InputError("Say in a few words why these tracks are looked at; it is logged.")
    starts, ends = day_table(day, day, workspace.timezone, workspace.day_starts_minutes).loc[
        0, ["start_ms", "end_ms"]
    ]
    files = files_between(workspace, int(starts), int(ends))
    if not files:
        raise InputError(f"There are no GPS fixes on {day.day} {day:%b %Y}.")
    fixes = workspace.frame(
        "SELECT device, ms, lon, lat FROM read_parquet(?) WHERE ms >= ? AND ms < ? "
        "ORDER BY ms, device",
        [files, int(starts), int(ends)],
    )
    names = unit_of_devices(workspace, set(fixes["device"]))
    fixes["unit"] = [names.get(device, f"device {device[:6]}") for device in fixes["device"]]
    if unit is not None:
        fixes = fixes[fixes["unit"] == unit]
    if fixes.empty:
        raise InputError(f"{unit} sent no fix on {day.day} {day:%b %Y}.")
    workspace.log(
        user,
        "consult",
        "tracks",
        str(day),
        {"unit": unit or "all", "reason": reason, "fixes": len(fixes)},
    )
    every = -(-len(fixes) // MOST_FIXES)
    shown = fixes.iloc[::every].reset_index(drop=True)
    at = pd.to_datetime(shown["ms"], unit="ms", utc=True).dt.tz_convert(workspace.timezone)
    shown = shown.assign(at=at.dt.tz_localize(None))
    return Tracks(day, shown[["unit", "ms", "at", "lon", "lat"]], every)


def units_tracked(workspace: Workspace, day: date) -> list[str]:
    """Return the units on the roster of a day, to choose from; no fix is read."""
    rows = workspace.rows("SELECT DISTINCT unit FROM roster WHERE day = ? ORDER BY unit", [day])
    return [unit for (unit,) in rows]
