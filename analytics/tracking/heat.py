"""Where patrol time went, anywhere, as small cells for the patrol layer of the map."""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from analytics.geography import Grid, project, unproject
from analytics.tracking import engine
from analytics.tracking.assigned import assignments
from analytics.tracking.days import day_table, hour_table
from analytics.tracking.places import exclusion_areas
from analytics.tracking.preview import data_fingerprint, files_between, gps_period
from analytics.tracking.recent import recent
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.spark import ping_cursor
from analytics.workspace import User, Workspace, make_run_id

CELL_WIDTH_M = 50.0
MOST_SHAPES = 15_000
BINS_PER_DEGREE = 10_000
"""Fixes are first gathered in bins of about 10 m, so that few positions are projected."""

GATHER = """
WITH placed AS (
    SELECT p.ms - p.ms % 60000 AS minute_ms, p.gap_ms,
        CAST(FLOOR(p.lon * {bins}) AS BIGINT) AS lon_bin,
        CAST(FLOOR(p.lat * {bins}) AS BIGINT) AS lat_bin
    FROM pings p LEFT JOIN excluded e ON e.device = p.device AND e.ms = p.ms
    LEFT JOIN assigned a ON a.device = p.device AND a.ms = p.ms
    WHERE e.ms IS NULL AND a.ms IS NULL AND COALESCE(p.speed_kmh, 0) <= {speed}
        AND p.gap_ms <= {gap_ms}
)
, minutes AS (
    SELECT m.minute_ms, d.start_ms AS day_ms
    FROM (SELECT DISTINCT ms - ms % 60000 AS minute_ms FROM all_pings) m
    JOIN day_ranges d ON m.minute_ms >= d.start_ms AND m.minute_ms < d.end_ms
)
SELECT m.day_ms, c.lon_bin, c.lat_bin, SUM(c.gap_ms) AS patrol_ms
FROM placed c JOIN minutes m ON m.minute_ms = c.minute_ms
GROUP BY m.day_ms, c.lon_bin, c.lat_bin
"""
"""By patrol day, which begins at a full minute: few minutes meet the ranges of days, not all fixes."""


@dataclass(frozen=True)
class PatrolHeat:
    """Minutes on patrol by cell: `cells` has x, y (m), lon, lat, minutes, most minutes first.

    `by_day` (day_number, cell, minutes) splits the minutes of `every_cell` by the patrol days of the
    period, so that a day is drawn without reading a fix.
    """

    cells: pd.DataFrame
    cell_width_m: float
    cells_in_all: int
    share_shown: float
    every_cell: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    by_day: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    days: tuple[date, ...] = ()

    def of_day(self, day: date) -> "PatrolHeat":
        """Return the cells of one patrol day of the period; none where it has no minutes."""
        held = self.by_day[self.by_day["day_number"] == self.days.index(day)]
        cells = self.every_cell.iloc[held["cell"].to_numpy()]
        return _most_patrolled(cells.assign(minutes=held["minutes"].to_numpy()))

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
    """Gather the fixes of the period into 50 m squares of the workspace's CRS, day by day.

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
        hours = hour_table(first, last, workspace.timezone, workspace.day_starts_minutes)
        engine.read_days(cursor, days, hours)
        bins = cursor.execute(
            GATHER.format(
                bins=BINS_PER_DEGREE,
                gap_ms=round(settings.gap_minutes * 60_000),
                speed=float(settings.vehicle_speed_kmh),
            )
        ).df()
    bins["day_number"] = np.searchsorted(days["start_ms"], bins["day_ms"])
    return _to_cells(workspace, bins, tuple(days["day"]))


def _to_cells(workspace: Workspace, bins: pd.DataFrame, days: tuple[date, ...]) -> PatrolHeat:
    """Sum bins (day_number, lon_bin, lat_bin, patrol_ms) by square and by square and day."""
    code, places = _numbered(bins["lon_bin"], bins["lat_bin"])
    lon, lat = (
        (places[side].to_numpy() + 0.5) / BINS_PER_DEGREE for side in ("lon_bin", "lat_bin")
    )
    x, y = project(lon, lat, workspace.crs)
    grid = Grid("square", CELL_WIDTH_M)
    near = np.isfinite(x) & np.isfinite(y)
    q, r = grid.cell_numbers(np.where(near, x, 0), np.where(near, y, 0))
    cell, cells = _numbered(pd.Series(q, name="q"), pd.Series(r, name="r"))
    cells["x"], cells["y"] = grid.centres(cells["q"].to_numpy(), cells["r"].to_numpy())
    cells["lon"], cells["lat"] = unproject(cells["x"], cells["y"], workspace.crs)
    minutes = np.where(near[code], bins["patrol_ms"].to_numpy(float) / 60_000, 0)
    row, found = _numbered(bins["day_number"], pd.Series(cell[code], name="cell"))
    found["minutes"] = np.bincount(row, minutes, len(found))
    found = found[found["minutes"] > 0].astype({"day_number": "int32", "cell": "int32"})
    cells = cells[["x", "y", "lon", "lat"]]
    whole = np.bincount(found["cell"], found["minutes"], len(cells))
    return replace(
        _most_patrolled(cells.assign(minutes=whole)), every_cell=cells, by_day=found, days=days
    )


def _numbered(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, pd.DataFrame]:
    """Number the pairs of two columns of integers; returns the number of each row and the pairs."""
    low = int(second.min()) if len(second) else 0
    span = int(second.max()) - low + 1 if len(second) else 1
    number, pairs = pd.factorize(first.to_numpy() * span + (second.to_numpy() - low))
    return number, pd.DataFrame({first.name: pairs // span, second.name: pairs % span + low})


def _most_patrolled(cells: pd.DataFrame) -> PatrolHeat:
    """Keep the cells with most minutes, as many as a map can draw; cells without any are none."""
    cells = cells[cells["minutes"] > 0]
    ordered = cells.sort_values(["minutes", "x", "y"], ascending=[False, True, True])
    shown = ordered.head(MOST_SHAPES)
    total = cells["minutes"].sum()
    return PatrolHeat(
        cells=shown.reset_index(drop=True),
        cell_width_m=CELL_WIDTH_M,
        cells_in_all=len(cells),
        share_shown=float(shown["minutes"].sum() / total) if total else 1.0,
    )
