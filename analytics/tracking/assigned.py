"""When units were assigned to incidents: presence then is response, not patrol."""

import pandas as pd

from analytics.tracking.units import devices_of_units
from analytics.workspace import Workspace

COLUMNS = ("device", "start_ms", "end_ms")


def assignments(workspace: Workspace, start_ms: int, end_ms: int) -> pd.DataFrame:
    """Return device, start_ms, end_ms of every incident of the feed `activity` in the period.

    Only rows of kind incident with a unit and an end say who was assigned, and for how long.
    """
    rows = workspace.frame(
        "SELECT unit, at_utc_ms AS start_ms, until_utc_ms AS end_ms FROM activity "
        "WHERE lower(kind) = 'incident' AND unit IS NOT NULL AND until_utc_ms > at_utc_ms "
        "AND until_utc_ms > ? AND at_utc_ms < ?",
        [start_ms, end_ms],
    )
    heard = {device for (device,) in workspace.rows("SELECT DISTINCT device FROM devices")}
    pairs = devices_of_units(workspace, heard)
    return rows.merge(pairs, on="unit")[list(COLUMNS)].drop_duplicates()


def sentence(workspace: Workspace) -> str:
    """Say how far time at incidents can be told from patrol; empty where it is told for all."""
    held, usable = workspace.rows(
        "SELECT count(*), count(*) FILTER (unit IS NOT NULL AND until_utc_ms > at_utc_ms) "
        "FROM activity WHERE lower(kind) = 'incident'"
    )[0]
    if not held:
        return (
            "No feed of incident assignments is loaded, so minutes spent at incidents inside a "
            "place are counted as patrol."
        )
    if usable < held:
        return (
            f"{held - usable:,} of {held:,} incidents in the feed 'activity' name no unit or no "
            "end, so minutes spent at them inside a place are counted as patrol."
        )
    return ""
