"""Ping files: one Parquet file per patrol day and load, with an immutable name."""

from analytics.technology.pings import LONGEST_GAP_MS, STORED
from analytics.technology.staging import Staging
from analytics.workspace import Transaction, Workspace

DEVICES = "devices.parquet"

PingFile = tuple[str, object, int, int, int]
"""Name, patrol day, rows, first and last epoch ms."""


def write_files(staging: Staging, workspace: Workspace, load_id: str) -> list[PingFile]:
    """Write the ready pings by patrol day, sorted by device and time; returns what was written.

    A file is written aside and renamed into the pings' folder; it counts once registered.
    """
    days = staging.rows(
        "SELECT day, count(*), min(ms), max(ms) FROM ready GROUP BY day ORDER BY day"
    )
    staging.database.execute(
        "CREATE TABLE by_day AS SELECT * FROM ready ORDER BY day, device, ms, n"
    )
    written = []
    for day, rows, first_ms, last_ms in days:
        name = f"{day:%Y-%m-%d}_{load_id}.parquet"
        part = staging.folder / name
        staging.database.execute(
            f"""COPY (SELECT {STORED}, '{load_id}' AS load_id FROM by_day WHERE day = DATE '{day}'
            ORDER BY device, ms, n) TO ? (FORMAT parquet)""",
            [str(part)],
        )
        part.rename(workspace.pings_folder / name)
        written.append((name, day, rows, first_ms, last_ms))
    _measure_devices(staging, load_id)
    return written


def register_files(
    transaction: Transaction, load_id: str, files: list[PingFile], devices: str
) -> int:
    """Register the files and measure the devices inside the load's transaction; returns rows."""
    for name, day, rows, first_ms, last_ms in files:
        transaction.execute(
            "INSERT INTO ping_files VALUES (?, ?, ?, ?, ?, ?)",
            [name, load_id, day, rows, first_ms, last_ms],
        )
    transaction.execute(
        "INSERT INTO devices SELECT * FROM read_parquet(?)",
        [devices],
    )
    return sum(file[2] for file in files)


def _measure_devices(staging: Staging, load_id: str) -> None:
    """Write each device's ping interval: median and 95th percentile of the gaps within a shift."""
    is_gap = f"FILTER (gap_ms > 0 AND gap_ms <= {LONGEST_GAP_MS})"
    staging.database.execute(
        f"""COPY (SELECT device, '{load_id}' AS load_id, count(*) AS pings, min(ms) AS first_ms,
            max(ms) AS last_ms, quantile_cont(gap_ms, 0.5) {is_gap} / 1000.0 AS interval_s,
            quantile_cont(gap_ms, 0.95) {is_gap} / 1000.0 AS interval_p95_s,
            any_value(unit) AS unit
        FROM ready GROUP BY device ORDER BY device)
        TO ? (FORMAT parquet)""",
        [str(staging.folder / DEVICES)],
    )
