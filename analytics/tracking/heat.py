"""Where patrol time went, anywhere, as small cells for the patrol layer of the map."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.geography import Grid, project, unproject
from analytics.tracking import engine
from analytics.tracking.assigned import assignments
from analytics.tracking.days import day_table
from analytics.tracking.places import exclusion_areas
from analytics.tracking.preview import data_fingerprint, files_between, gps_period
from analytics.tracking.recent import recent
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.spark import ping_cursor
from analytics.workspace import User, Workspace, make_run_id

CELL_WIDTH_M = 50.0
MOST_SHAPES = 15_000
BINS_PER_DEGREE = 20_000
"""Fixes are first gathered in bins of about 5 m, so that few positions are projected."""

GATHER = """
SELECT CAST(FLOOR(p.lon * {bins}) AS BIGINT) AS lon_bin,
    CAST(FLOOR(p.lat * {bins}) AS BIGINT) AS lat_bin,
    SUM(CASE WHEN p.gap_ms <= {gap_ms} THEN p.gap_ms ELSE 0 END) AS patrol_ms
FROM pings p LEFT JOIN excluded e ON e.device = p.device AND e.ms = p.ms
LEFT JOIN assigned a ON a.device = p.device AND a.ms = p.ms
WHERE e.ms IS NULL AND a.ms IS NULL AND COALESCE(p.speed_kmh, 0) <= {speed}
GROUP BY CAST(FLOOR(p.lon * {bins}) AS BIGINT), CAST(FLOOR(p.lat * {bins}) AS BIGINT)
"""


@dataclass(frozen=True)
class PatrolHeat:
    """Minutes on patrol by cell: `cells` has x, y (m), lon, lat, minutes, most minutes first."""

    cells: pd.DataFrame
    cell_width_m: float
    cells_in_all: int
    share_shown: float

    def sentence(self) -> str:
        """Say what the layer shows and what it leaves out."""
        text = (
            f"Patrol minutes by {self.cell_width_m:g} m square, below vehicle speed and outside "
            "stations, custody and hospitals and of incidents, summed over devices."
        )
        if len(self.cells) < self.cells_in_all:
            text += (
                f" The {len(self.cells):,} squares with most minutes of {self.cells_in_all:,} are "
                f"drawn ({self.share_shown:.0%} of the minutes)."
            )
        return text


def heat(workspace: Workspace, user: User, settings: TrackingSettings) -> PatrolHeat:
    """Gather the fixes of the period into 50 m squares of the workspace's CRS.

    A fix stands for the time since the device's last one where that is within `gap_minutes`.
    Raises InputError when there are no GPS fixes in the period.
    """
    workspace.require(user, "track")
    key = (workspace.workspace_id, make_run_id("heat", settings, data_fingerprint(workspace)))
    return recent.get(key, lambda: _heat(workspace, settings))


def _heat(workspace: Workspace, settings: TrackingSettings) -> PatrolHeat:
    first, last = gps_period(workspace, settings)
    days = day_table(first, last, workspace.timezone, workspace.day_starts_minutes)
    start_ms, end_ms = int(days["start_ms"].iloc[0]), int(days["end_ms"].iloc[-1])
    files = files_between(workspace, start_ms, end_ms)
    areas = exclusion_areas(workspace, settings.exclusion_radius_m)
    with ping_cursor(workspace) as cursor:
        engine.read_pings(cursor, files, start_ms, end_ms, settings)
        engine.find_excluded(cursor, areas, workspace.crs, "pings")
        engine.find_assigned(cursor, assignments(workspace, start_ms, end_ms), "pings")
        bins = cursor.execute(
            GATHER.format(
                bins=BINS_PER_DEGREE,
                gap_ms=round(settings.gap_minutes * 60_000),
                speed=float(settings.vehicle_speed_kmh),
            )
        ).df()
    return _to_cells(workspace, bins[bins["patrol_ms"] > 0])


def _to_cells(workspace: Workspace, bins: pd.DataFrame) -> PatrolHeat:
    lon = (bins["lon_bin"].to_numpy() + 0.5) / BINS_PER_DEGREE
    lat = (bins["lat_bin"].to_numpy() + 0.5) / BINS_PER_DEGREE
    x, y = project(lon, lat, workspace.crs)
    grid = Grid("square", CELL_WIDTH_M)
    near = np.isfinite(x) & np.isfinite(y)
    q, r = grid.cell_numbers(x[near], y[near])
    minutes = bins["patrol_ms"].to_numpy(float)[near] / 60_000
    cells = (
        pd.DataFrame({"q": q, "r": r, "minutes": minutes})
        .groupby(["q", "r"], as_index=False)["minutes"]
        .sum()
        .sort_values(["minutes", "q", "r"], ascending=[False, True, True])
    )
    shown = cells.head(MOST_SHAPES)
    x, y = grid.centres(shown["q"].to_numpy(), shown["r"].to_numpy())
    lon, lat = unproject(x, y, workspace.crs)
    total = cells["minutes"].sum()
    return PatrolHeat(
        cells=pd.DataFrame(
            {"x": x, "y": y, "lon": lon, "lat": lat, "minutes": shown["minutes"].to_numpy()}
        ),
        cell_width_m=CELL_WIDTH_M,
        cells_in_all=len(cells),
        share_shown=float(shown["minutes"].sum() / total) if total else 1.0,
    )
