"""Which fixes are left out before anything is counted, and why; every one is counted by reason.

Three rules, in this order: accuracy too poor; a second fix of a device at the same moment; a jump
out and back at an impossible speed (both the way there and the way back). After a jump is left out
the speed of the next fix is unknown, not impossible. Fixes out of order in a file are put in order
of time when they are loaded, and the load says how many.
"""

import duckdb

from analytics.technology.intervals import GAPS_SQL
from analytics.tracking.settings import TrackingSettings

REASONS: dict[str, str] = {
    "inaccurate": "Accuracy worse than the limit",
    "same_moment": "A second fix of the device at the same moment",
    "impossible_jump": "A jump out and back faster than possible",
}
"""Reason -> what it means; the keys are those of `clean`."""

JUMPS = """
WITH fast AS (
    SELECT device, ms, gap_ms FROM all_pings WHERE speed_kmh > {most_kmh} AND gap_ms > 0
)
SELECT out.device, out.ms, back.ms AS next_ms
FROM fast out JOIN fast back ON back.device = out.device AND back.ms - back.gap_ms = out.ms
"""
"""Fixes reached and left at an impossible speed, with the moment of the fix after each."""

THINNED = """
WITH ranked AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY device
        ORDER BY ms, CASE WHEN gap_ms = 0 THEN 1 ELSE 0 END, lon, lat) AS n
    FROM {pings}
), numbered AS (
    SELECT device, ms, lon, lat, accuracy_m, n,
        SUM(CAST(ROUND(COALESCE(speed_kmh * gap_ms, 0)) AS BIGINT))
            OVER (PARTITION BY device ORDER BY n
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS way
    FROM ranked
), kept AS (
    SELECT *, ms - LAG(ms) OVER (PARTITION BY device ORDER BY n) AS gap_ms,
        way - LAG(way) OVER (PARTITION BY device ORDER BY n) AS step
    FROM numbered WHERE n % {every} = 0
)
SELECT device, ms, lon, lat, gap_ms, CASE WHEN gap_ms > 0 THEN step / gap_ms END AS speed_kmh,
    accuracy_m
FROM kept
"""
"""Every n-th fix of each device, with gap and speed (along the way travelled) measured anew.

Fixes of one moment are put in a fixed order and the way is summed as an integer (km/h times ms, a
third of a millimetre), so that every engine keeps the same fixes and a device at rest has no speed.
"""

COUNTS = """, SUM(CASE WHEN {inaccurate} THEN 1 ELSE 0 END) AS inaccurate,
    SUM(CASE WHEN NOT ({inaccurate}) AND gap_ms = 0 THEN 1 ELSE 0 END) AS same_moment"""


def clean(cursor: duckdb.DuckDBPyConnection, settings: TrackingSettings) -> list[tuple[str, int]]:
    """Make the view `pings` of the fixes of `all_pings` that count; return reasons and numbers.

    The table `device_gaps` (`intervals.GAPS_SQL`) comes from the same reading of all fixes.
    """
    inaccurate = f"COALESCE(accuracy_m, 0) > {float(settings.accuracy_max_m)}"
    most_kmh = float(settings.impossible_speed_kmh)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE jumps AS {JUMPS.format(most_kmh=most_kmh)}")
    gaps = GAPS_SQL.format(pings="all_pings", also=COUNTS.format(inaccurate=inaccurate))
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE device_gaps AS {gaps}")
    counted = cursor.execute(
        "SELECT SUM(inaccurate), SUM(same_moment) FROM device_gaps"
    ).fetchall()[0]
    jumped = cursor.execute(
        "SELECT COUNT(*) FROM all_pings p JOIN jumps j ON j.device = p.device AND j.ms = p.ms "
        f"WHERE NOT ({inaccurate}) AND (p.gap_ms IS NULL OR p.gap_ms > 0)"
    ).fetchall()[0][0]
    usable = f"NOT ({inaccurate}) AND (p.gap_ms IS NULL OR p.gap_ms > 0)"
    if jumped:
        select = f"""SELECT p.device, p.ms, p.lon, p.lat, p.gap_ms,
            CASE WHEN n.ms IS NULL THEN p.speed_kmh END AS speed_kmh, p.accuracy_m
        FROM all_pings p LEFT JOIN jumps j ON j.device = p.device AND j.ms = p.ms
        LEFT JOIN jumps n ON n.device = p.device AND n.next_ms = p.ms
        WHERE {usable} AND j.ms IS NULL"""
    elif any(counted):
        select = f"SELECT p.* FROM all_pings p WHERE {usable}"
    else:
        # Often nothing is left out: looking at every fix again would double the time of a scan.
        select = "SELECT * FROM all_pings"
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW pings AS {select}")
    inaccurate_count, same = (int(count or 0) for count in counted)
    return list(zip(REASONS, (inaccurate_count, same, jumped), strict=True))
