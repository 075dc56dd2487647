"""Run the visit SQL on the registered ping files; everything stays in one cursor's own tables."""

from dataclasses import dataclass

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import Geofences
from analytics.technology.intervals import (
    STEPS_SQL,
    DeviceInterval,
    device_intervals,
    pooled_interval_s,
)
from analytics.tracking import cleaning, visits
from analytics.tracking.places import JudgedPlaces
from analytics.tracking.settings import TrackingSettings

NO_STEPS = pd.DataFrame({"device": [], "step": [], "fixes": []})
LONGEST_SILENCE_MS = 4 * 3_600_000
"""A longer gap is time off duty, not silence on a shift (convention)."""
ALL_COLUMNS = "device, ms, lon, lat, gap_ms, speed_kmh, accuracy_m"
PING_COLUMNS = ("device", "ms", "lon", "lat", "gap_ms", "speed_kmh")


@dataclass(frozen=True)
class Apart:
    """What is set apart: `assignments` (device, start_ms, end_ms) of units at incidents, and, where
    only project units count, the ranges `project` of their devices."""

    assignments: pd.DataFrame
    project: pd.DataFrame | None = None


NOTHING_APART = Apart(
    pd.DataFrame(columns=["device", "start_ms", "end_ms"]).astype({"device": str})
)


@dataclass(frozen=True)
class Measured:
    """What the SQL gave: fixes read and left out, devices, visits, place-days and hours."""

    pings: int
    left_out: list[tuple[str, int]]
    silences: int
    interval_s: float | None
    devices: list[DeviceInterval]
    visits: pd.DataFrame
    place_days: pd.DataFrame
    hours: np.ndarray


def read_pings(
    cursor: duckdb.DuckDBPyConnection,
    files: list[str],
    start_ms: int,
    end_ms: int,
    settings: TrackingSettings,
) -> list[tuple[str, int]]:
    """Make the view `pings` of usable fixes in [start_ms, end_ms) and `all_pings` of every fix.

    Returns the reasons for leaving fixes out, with how many (`cleaning.REASONS`). The files are
    read in place, never copied.
    """
    names = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    period = f"ms >= {int(start_ms)} AND ms < {int(end_ms)}"
    fixes = f"(SELECT {ALL_COLUMNS} FROM read_parquet([{names}]) WHERE {period})"
    if settings.keep_every > 1:
        thinned = cleaning.THINNED.format(pings=f"{fixes} AS p", every=settings.keep_every)
        cursor.execute("DROP VIEW IF EXISTS all_pings")
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE all_pings AS {thinned}")
    else:
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW all_pings AS SELECT * FROM {fixes} AS p")
    return cleaning.clean(cursor, settings)


def read_days(cursor: duckdb.DuckDBPyConnection, days: pd.DataFrame, hours: pd.DataFrame) -> None:
    """Make the tables of patrol days and local hours that instants are joined to."""
    _table(cursor, "day_ranges", days.assign(day=pd.to_datetime(days["day"]).dt.date))
    _table(cursor, "hour_ranges", hours)


def read_devices(cursor: duckdb.DuckDBPyConnection) -> tuple[list[DeviceInterval], float | None]:
    """Describe the devices of `all_pings` and return the pooled median interval (seconds)."""
    gaps = cursor.execute("SELECT device, gap_ms, fixes FROM device_gaps").df()
    devices = device_intervals(gaps, NO_STEPS)
    if not all(device.is_regular or device.median_s is None for device in devices):
        # Only a device without a regular interval may report by distance.
        steps = cursor.execute(STEPS_SQL.format(pings="all_pings")).df()
        devices = device_intervals(gaps, steps)
    return devices, pooled_interval_s(gaps)


def measure(
    cursor: duckdb.DuckDBPyConnection,
    places: JudgedPlaces,
    settings: TrackingSettings,
    left_out: list[tuple[str, int]],
    apart: Apart,
) -> Measured:
    """Turn `pings` into visits, place-days and hours for the judged places, after `read_days`."""
    devices, interval_s = read_devices(cursor)
    find_inside(cursor, places, settings.buffer_m, apart)
    intervals = pd.DataFrame(
        {
            "device": [device.device for device in devices],
            "interval_ms": [round((device.median_s or 0) * 1000) for device in devices],
            "measure": [device.measure(settings.dwell_minutes) for device in devices],
        }
    )
    _table(cursor, "intervals", intervals)
    run_visits(cursor, settings)
    return Measured(
        pings=sum(device.pings for device in devices),
        left_out=left_out,
        silences=_silences(cursor, settings.gap_minutes),
        interval_s=interval_s,
        devices=devices,
        visits=cursor.execute("SELECT * FROM judged ORDER BY place, first_ms, device").df(),
        place_days=cursor.execute(visits.PLACE_DAYS).df(),
        hours=_hour_matrix(cursor.execute(visits.HOURS).fetchall()),
    )


def find_inside(
    cursor: duckdb.DuckDBPyConnection,
    places: JudgedPlaces,
    buffer_m: float,
    apart: Apart = NOTHING_APART,
) -> None:
    """Make the table `inside`: one row per fix and place.

    Flagged 1 where an exclusion holds the fix, 2 where its unit was assigned to an incident.
    """
    fences = Geofences.build(
        gpd.GeoDataFrame(
            {"place_id": places.frame["place"].to_numpy()},
            geometry=places.frame.geometry.to_numpy(),
            crs=places.frame.crs,
        ),
        buffer_m,
    )
    fences.register(cursor)
    held = fences.membership_sql("pings", PING_COLUMNS)
    _table(cursor, "validity", pd.DataFrame(places.frame[["place", "start_ms", "end_ms"]]))
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE held AS SELECT h.* FROM ({held}) h "
        "JOIN validity v ON v.place = h.place_id AND h.ms >= v.start_ms AND h.ms < v.end_ms"
    )
    find_excluded(cursor, places.exclusions, places.frame.crs, "held")
    find_assigned(cursor, apart.assignments, "held")
    whose = ""
    if apart.project is not None:
        _table(cursor, "project_days", apart.project)
        whose = (
            "JOIN project_days d ON d.device = h.device AND h.ms >= d.start_ms AND h.ms < d.end_ms"
        )
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE inside AS {visits.INSIDE.format(whose=whose)}")


def find_excluded(
    cursor: duckdb.DuckDBPyConnection, areas: list[shapely.Geometry], crs: object, pings: str
) -> None:
    """Make the table `excluded` (device, ms): fixes of `pings` in a station, custody, hospital."""
    if not areas:
        cursor.execute("CREATE OR REPLACE TEMP TABLE excluded (device VARCHAR, ms BIGINT)")
        return
    shapes = gpd.GeoDataFrame({"place_id": range(len(areas))}, geometry=areas, crs=crs)
    fences = Geofences.build(shapes)
    fences.register(cursor, "exclusion_cells", "exclusion_edges")
    held = fences.membership_sql(pings, ("device", "ms"), "exclusion_cells", "exclusion_edges")
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE excluded AS SELECT DISTINCT device, ms FROM ({held}) h"
    )


def find_assigned(cursor: duckdb.DuckDBPyConnection, assignments: pd.DataFrame, pings: str) -> None:
    """Make the table `assigned` (device, ms): fixes of `pings` while the unit was at an incident."""
    typed = assignments.astype({"device": str, "start_ms": "int64", "end_ms": "int64"})
    _table(cursor, "assignments", typed)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE assigned AS {visits.ASSIGNED.format(pings=pings)}"
    )


def _silences(cursor: duckdb.DuckDBPyConnection, gap_minutes: float) -> int:
    """Count gaps within a shift (at most `LONGEST_SILENCE_MS`) that are too long for one visit."""
    return cursor.execute(
        f"SELECT COUNT(*) FROM all_pings WHERE gap_ms > {round(gap_minutes * 60_000)} "
        f"AND gap_ms <= {LONGEST_SILENCE_MS}"
    ).fetchall()[0][0]


def run_visits(cursor: duckdb.DuckDBPyConnection, settings: TrackingSettings) -> None:
    """Make the tables stays, visits, judged and presence from `inside` and the small tables."""
    queries = {
        "stays": visits.STAYS.format(
            gap_ms=round(settings.gap_minutes * 60_000),
            vehicle_speed_kmh=float(settings.vehicle_speed_kmh),
        ),
        "visits": visits.VISITS.format(vehicle_speed_kmh=float(settings.vehicle_speed_kmh)),
        "judged": visits.JUDGED.format(dwell_ms=round(settings.dwell_minutes * 60_000)),
        "presence": visits.PRESENCE,
    }
    for name, query in queries.items():
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def _table(cursor: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    cursor.register("small_frame", frame)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM small_frame")
    cursor.unregister("small_frame")


def _hour_matrix(rows: list[tuple]) -> np.ndarray:
    """Return patrol minutes as 7 weekdays (Monday first) by 24 local hours."""
    matrix = np.zeros((7, 24))
    for weekday, hour, patrol_ms in rows:
        matrix[weekday, hour] = float(patrol_ms) / 60_000
    return matrix


def device_days(cursor: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return device and patrol day of every device-day with at least one fix in `all_pings`.

    Minutes with a fix stand for the fixes, so that the join to days meets few rows.
    """
    frame = cursor.execute(
        "WITH minutes AS (SELECT DISTINCT device, ms - ms % 60000 AS ms FROM all_pings) "
        "SELECT DISTINCT m.device, d.day FROM minutes m "
        "JOIN day_ranges d ON m.ms >= d.start_ms AND m.ms < d.end_ms ORDER BY m.device, d.day"
    ).df()
    return frame.assign(day=pd.to_datetime(frame["day"]).dt.date)
