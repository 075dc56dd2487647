"""GPS pings: text to UTC milliseconds and degrees, gap and speed per fix, cut by patrol day."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.technology import coordinates, rules, tabular, times
from analytics.technology import staging as staged
from analytics.technology.prepare import Picked, held_numbers, make_prepared
from analytics.technology.report import Prepared
from analytics.technology.staging import Staging
from analytics.workspace import Workspace

STORED = "device, ms, lon, lat, gap_ms, speed_kmh, accuracy_m"
LONGEST_GAP_MS = 3_600_000
"""A longer gap is the end of a shift and says nothing about the device's interval."""
CLOCK_JUMP_MS = 3_600_000
"""Going back further than this in a file is more than disorder (convention)."""
EARTH_M = 6_371_008.8
MINUTE_MS = 60_000


def prepare(staging: Staging, workspace: Workspace, picked: Picked) -> Prepared:
    """Check the picked pings and make view `ready` of those that no earlier load holds."""
    reading = picked.reading
    if picked.has_file_devices:
        staging.database.execute(
            "UPDATE picked SET device = stem FROM files WHERE picked.file_no = files.file_no"
        )
    if picked.has_file_devices or any(source.encoding == "GPX" for source in picked.sources):
        _hide_file_names(staging, workspace, picked)
    staged.hide_persons(staging, workspace, "pings")
    tabular.decide_date_order(staging, reading, picked.sources[0].name)
    _read(staging, workspace, picked)
    _check(staging, workspace, picked)
    _leave_out_held(staging, workspace)
    _measure(staging, workspace)
    first, last = staging.rows("SELECT min(day), max(day) FROM ready")[0]
    reading.warnings += _warnings(staging)
    prepared = make_prepared(
        picked,
        STORED,
        first.isoformat() if first else None,
        last.isoformat() if last else None,
    )
    names = staging.rows("SELECT name FROM files ORDER BY file_no")
    return replace(prepared, recorded_files=[name for (name,) in names])


def _hide_file_names(staging: Staging, workspace: Workspace, picked: Picked) -> None:
    """Put the device's keyed hash into the name under which its file is recorded."""
    for number, source in enumerate(picked.sources):
        hidden = f"{workspace.keys.pseudonym(source.stem)}{source.suffix}"
        staging.rows("UPDATE files SET name = ? WHERE file_no = ?", (hidden, number))


def _read(staging: Staging, workspace: Workspace, picked: Picked) -> None:
    """Make table `readings`; GPS clocks run in UTC, so a time without a zone is taken as UTC."""
    reading = picked.reading
    times.read_moments(staging.database, ["time"], reading.is_day_first)
    staging.database.execute(
        f"""CREATE TABLE readings AS SELECT n, file_no, place AS line, device, unit,
            epoch_ms(value) - zone_minutes * {MINUTE_MS} AS ms, time IS NULL AS time_is_blank,
            {tabular.number_sql("x", reading)} AS given_x, x IS NULL AS x_is_blank,
            {tabular.number_sql("y", reading)} AS given_y, y IS NULL AS y_is_blank,
            {tabular.number_sql("accuracy_m", reading)} AS accuracy_m
        FROM numbered LEFT JOIN moments ON time = text"""
    )
    zoned = staging.value("SELECT count(*) FROM moments WHERE is_zoned")
    if reading.matching.timezone and reading.matching.timezone != "UTC" and not zoned:
        _from_zone(staging, reading.matching.timezone)
    crs = reading.matching.crs or coordinates.DEGREES
    if crs == coordinates.DEGREES:
        staging.database.execute("ALTER TABLE readings ADD COLUMN lon DOUBLE")
        staging.database.execute("ALTER TABLE readings ADD COLUMN lat DOUBLE")
        staging.database.execute("UPDATE readings SET lon = given_x, lat = given_y")
    else:
        _from_crs(staging, crs)


def _from_zone(staging: Staging, timezone: str) -> None:
    hours = staging.rows(
        "SELECT DISTINCT date_trunc('hour', make_timestamp(ms * 1000)) FROM readings WHERE ms IS NOT NULL"
    )
    staging.keep("zone_hours", times.local_hours([hour for (hour,) in hours], ZoneInfo(timezone)))
    staging.database.execute(
        """UPDATE readings SET ms = ms - offset_ms FROM zone_hours
        WHERE date_trunc('hour', make_timestamp(ms * 1000)) = zone_hours.hour"""
    )


def _from_crs(staging: Staging, crs: str) -> None:
    found = staging.database.execute(
        "SELECT DISTINCT given_x, given_y FROM readings WHERE given_x IS NOT NULL AND given_y IS NOT NULL"
    ).df()
    lon, lat = coordinates.transform(
        found["given_x"].to_numpy(float), found["given_y"].to_numpy(float), crs, coordinates.DEGREES
    )
    spots = pd.DataFrame(
        {"given_x": found["given_x"], "given_y": found["given_y"], "lon": lon, "lat": lat}
    )
    staging.keep("spots", spots)
    staging.database.execute(
        """CREATE OR REPLACE TABLE readings AS SELECT r.*,
            CASE WHEN isfinite(s.lon) THEN s.lon END AS lon,
            CASE WHEN isfinite(s.lat) THEN s.lat END AS lat
        FROM readings r LEFT JOIN spots s USING (given_x, given_y)"""
    )


def _check(staging: Staging, workspace: Workspace, picked: Picked) -> None:
    latest_ms = int(rules.latest_moment(workspace).timestamp() * 1000)
    repeats = ", ".join(map(str, [-1, *held_numbers(picked)]))
    broken = rules.first_broken(
        [
            (rules.ALREADY_HELD, f"file_no IN ({repeats})"),
            ("missing_required", "time_is_blank OR device IS NULL"),
            ("impossible_date", "ms IS NULL OR ms < 0"),
            ("future_date", f"ms > {latest_ms}"),
            ("no_place", "x_is_blank OR y_is_blank"),
            ("unreadable_number", "given_x IS NULL OR given_y IS NULL"),
            ("suppressed_place", "given_x = 0 AND given_y = 0"),
            ("impossible_place", "lon IS NULL OR lat IS NULL OR abs(lon) > 180 OR abs(lat) > 90"),
        ]
    )
    staging.database.execute(f"CREATE TABLE checked AS SELECT *, {broken} AS rule FROM readings")
    staging.database.execute("DROP TABLE readings")
    staging.database.execute(
        """UPDATE checked SET rule = 'exact_repeat' FROM (
            SELECT device, ms, lon, lat, min(n) AS n FROM checked WHERE rule IS NULL
            GROUP BY device, ms, lon, lat HAVING count(*) > 1) AS first_copy
        WHERE checked.rule IS NULL AND checked.device = first_copy.device
            AND checked.ms = first_copy.ms AND checked.lon = first_copy.lon
            AND checked.lat = first_copy.lat AND checked.n > first_copy.n"""
    )


def _leave_out_held(staging: Staging, workspace: Workspace) -> None:
    """Make table `fresh`: checked pings whose device, time and place no registered file holds."""
    first, last = staging.rows("SELECT min(ms), max(ms) FROM checked WHERE rule IS NULL")[0]
    files = [
        str(workspace.pings_folder / name)
        for (name,) in workspace.rows(
            "SELECT file FROM ping_files WHERE last_ms >= ? AND first_ms <= ?",
            [first or 0, last or 0],
        )
    ]
    held = "AND false"
    if files:
        staging.database.execute(
            "CREATE TABLE held AS SELECT device, ms, lon, lat FROM read_parquet(?)", [files]
        )
        held = """AND EXISTS (SELECT 1 FROM held h WHERE h.device = c.device AND h.ms = c.ms
            AND h.lon = c.lon AND h.lat = c.lat)"""
    staging.database.execute(
        f"""CREATE TABLE fresh AS SELECT n, file_no, device, unit, ms, lon, lat, accuracy_m
        FROM checked c WHERE rule IS NULL AND NOT (true {held})"""
    )


def _measure(staging: Staging, workspace: Workspace) -> None:
    """Make table `ready`: gap and speed from the device's previous fix, and the patrol day."""
    hours = staging.rows("SELECT DISTINCT ms // 3600000 * 3600000 FROM fresh")
    staging.keep("zone_offsets", times.utc_hours([hour for (hour,) in hours], workspace.timezone))
    day_ms = workspace.day_starts_minutes * MINUTE_MS
    staging.database.execute(
        f"""CREATE TABLE ready AS
        WITH ordered AS (
            SELECT *, ms - lag(ms) OVER before AS gap_ms, lag(lon) OVER before AS lon_0,
                lag(lat) OVER before AS lat_0
            FROM fresh WINDOW before AS (PARTITION BY device ORDER BY ms, n))
        SELECT n, file_no, device, unit, ms, lon, lat, gap_ms,
            CASE WHEN gap_ms > 0 THEN 3600.0 * {2 * EARTH_M} * asin(least(1.0, sqrt(
                power(sin(radians(lat - lat_0) / 2), 2) + cos(radians(lat)) * cos(radians(lat_0))
                * power(sin(radians(lon - lon_0) / 2), 2)))) / gap_ms END AS speed_kmh,
            accuracy_m,
            CAST(make_timestamp((ms + offset_ms - {day_ms}) * 1000) AS DATE) AS day
        FROM ordered JOIN zone_offsets ON ms // 3600000 * 3600000 = hour_ms"""
    )


def _warnings(staging: Staging) -> list[str]:
    fixes, far = staging.rows("SELECT count(*), count(*) FILTER (speed_kmh > 200) FROM ready")[0]
    found = []
    if far:
        found.append(f"{far:,} of {fixes:,} fixes jump at more than 200 km/h; they are stored.")
    back, jumps = staging.rows(
        f"""SELECT count(*), count(*) FILTER (back_ms > {CLOCK_JUMP_MS}) FROM (
            SELECT lag(ms) OVER (PARTITION BY device, file_no ORDER BY n) - ms AS back_ms
            FROM fresh) WHERE back_ms > 0"""
    )[0]
    if back:
        found.append(
            f"{back:,} of {fixes:,} fixes are earlier than the one before them in their file; they "
            f"are put in order of time. {jumps:,} of them go back more than an hour: a clock that "
            "jumped, or tracks out of order."
        )
    return found
