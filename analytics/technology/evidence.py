"""What the files themselves say about how to read their dates and coordinates, for one to decide.

The matched columns are read once, whole; nothing is stored.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analytics.technology import coordinates, prepare, tabular, times
from analytics.technology import staging as staged
from analytics.technology.crs_candidates import Candidate, find_candidates, find_ground
from analytics.technology.feeds import columns_of
from analytics.technology.matching import Matching, check_matching, read_matching
from analytics.technology.sheets import open_tables
from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading
from analytics.workspace import User, Workspace
from analytics.workspace.schema import EVENT_FEEDS

POINTS_SAMPLED = 5_000
EXAMPLES = 6


@dataclass(frozen=True)
class DateEvidence:
    """How the dates are written: `orders` counts slashed dates (all, day first, month first only).

    `examples` holds texts with their reading `day_first` and `month_first` (None: impossible);
    `precision` is "month", "day" or "minute", None without dates; `hours` are the 24 counts of the
    hour as written, `zoned` the times with a zone mark, `hours_from_utc` the counts if read as UTC.
    """

    column: tuple[str, ...]
    orders: tuple[int, int, int]
    order: str | None
    examples: pd.DataFrame
    precision: str | None
    spans: int
    zoned: int
    hours: list[int] = field(default_factory=list)
    hours_from_utc: list[int] = field(default_factory=list)

    @property
    def has_open_order(self) -> bool:
        """Whether the dates allow both orders, or contradict each other."""
        return self.orders[0] > 0 and self.order is None


@dataclass(frozen=True)
class PlaceEvidence:
    """A sample of the coordinates as written, and the CRSs that they may be in."""

    columns: tuple[str, str]
    rows: int
    blank: int
    withheld: int
    x: np.ndarray
    y: np.ndarray
    candidates: list[Candidate]

    def points(self, crs: str, is_swapped: bool = False) -> pd.DataFrame:
        """Return the sampled points in degrees (lon, lat) when read in `crs`."""
        a, b = (self.y, self.x) if is_swapped else (self.x, self.y)
        lon, lat = coordinates.transform(a, b, crs, coordinates.DEGREES)
        good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        return pd.DataFrame({"lon": np.asarray(lon)[good], "lat": np.asarray(lat)[good]})


@dataclass(frozen=True)
class Evidence:
    """What files say about their dates and their coordinates; None where the feed has none."""

    dates: DateEvidence | None
    places: PlaceEvidence | None


def gather_evidence(
    workspace: Workspace, user: User, feed: str, files: list[Path], columns: dict[str, Any]
) -> Evidence:
    """Read the matched columns of files and say how their dates and coordinates can be read.

    `columns` is the text of `--columns`; its options on order and CRS are ignored. The examples
    are single values, and the view is logged. Raises InputError naming the first file or column
    that cannot be used.
    """
    workspace.require(user, "load")
    given = read_matching(feed, columns)
    with Staging(workspace) as staging:
        sources, _ = open_tables(workspace, files, staging.folder, feed, columns)
        staged.begin_picking(staging, feed)
        has_comma = False
        for layout, members in prepare.group(sources):
            matching = check_matching(feed, given, layout, members[0].name)
            staged.pick(staging, feed, members, layout, matching)
            has_comma |= layout.has_decimal_comma
        tabular.require_some(staging, sources[0].name)
        staging.keep("files", prepare.file_table(sources))
        staged.number_rows(staging)
        matching = replace(given, date_order=None, timezone=None)
        dates = _dates(staging, workspace, feed, matching)
        reading = Reading(feed, matching, has_comma)
        places = _places(staging, workspace, reading) if "x" in matching.columns else None
    workspace.log_view(user, "rows_to_load", feed)
    return Evidence(dates, places)


def _dates(
    staging: Staging, workspace: Workspace, feed: str, matching: Matching
) -> DateEvidence | None:
    dated = [
        column.name
        for column in columns_of(feed)
        if column.kind in ("moment", "date", "clock") and column.name in matching.columns
    ]
    if not dated:
        return None
    quoted = [f'"{name}"' for name in dated]
    orders = times.date_order_counts(staging.database, quoted)
    order = times.order_of(orders) if orders[0] else None
    main = dated[0]
    examples = _examples(staging, main, quoted, is_slashed=orders[0] > 0)
    is_day_first = order != "month_first"
    reading = Reading(feed, replace(matching, date_order=order or "day_first"))
    precision, spans, zoned = None, 0, 0
    if feed in EVENT_FEEDS or feed == "activity":
        tabular.read_values(staging, reading)
        precision = staging.value(f"SELECT mode({main}_precision) FROM readings")
        if feed in EVENT_FEEDS:
            spans = staging.value("SELECT count(occurred_to) FROM readings")
        zoned = staging.value(f"SELECT count(*) FROM readings WHERE {main}_is_zoned")
    else:
        _forget(staging)
        times.read_moments(staging.database, quoted, is_day_first)
    hours, from_utc = [], []
    if precision == "minute":
        hours, from_utc = _hours(staging, main, workspace.timezone)
    return DateEvidence(
        matching.columns[main], orders, order, examples, precision, spans, zoned, hours, from_utc
    )


def _examples(staging: Staging, column: str, quoted: list[str], is_slashed: bool) -> pd.DataFrame:
    """Read a few texts in both orders; those that prove an order come first."""
    read = {}
    for name, is_day_first in (("day_first", True), ("month_first", False)):
        _forget(staging)
        times.read_moments(staging.database, quoted, is_day_first)
        staging.database.execute(
            f"CREATE OR REPLACE TEMP TABLE read_{name} AS SELECT text, value, precision FROM moments"
        )
        read[name] = f"read_{name}"
    _forget(staging)
    return staging.database.execute(
        f"""SELECT text, d.value AS day_first, m.value AS month_first, d.precision
        FROM (SELECT "{column}" AS text, min(rowid) AS n FROM picked
            WHERE "{column}" IS NOT NULL GROUP BY 1) AS texts
        JOIN read_day_first d USING (text) JOIN read_month_first m USING (text)
        ORDER BY ({is_slashed} AND (d.value IS NULL) <> (m.value IS NULL)) DESC, n
        LIMIT {EXAMPLES}"""
    ).df()


def _forget(staging: Staging) -> None:
    staging.database.execute("DROP TABLE IF EXISTS moments; DROP TABLE IF EXISTS texts")


def _hours(staging: Staging, column: str, zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """Count times by hour of the day: as written, and as local time if they are in UTC."""
    counted = staging.rows(
        f"""SELECT date_trunc('hour', {column}), count(*) FROM readings
        WHERE {column} IS NOT NULL AND {column}_precision = 'minute' GROUP BY 1"""
    )
    written, converted = [0] * 24, [0] * 24
    for hour, count in counted:
        written[hour.hour] += count
        converted[_as_local(hour, zone).hour] += count
    return written, converted


def _as_local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)


def _places(staging: Staging, workspace: Workspace, reading: Reading) -> PlaceEvidence:
    x, y = (f"({tabular.number_sql(name, reading)})" for name in ("x", "y"))
    rows, blank, withheld = staging.rows(
        f"""SELECT count(*), count(*) FILTER (x IS NULL OR y IS NULL),
            count(*) FILTER ({x} = 0 AND {y} = 0) FROM picked"""
    )[0]
    found = staging.database.execute(
        f"""SELECT x, y FROM (SELECT {x} AS x, {y} AS y FROM picked
            WHERE {x} IS NOT NULL AND {y} IS NOT NULL AND NOT ({x} = 0 AND {y} = 0)) AS points
        USING SAMPLE reservoir({POINTS_SAMPLED} ROWS) REPEATABLE (1)"""
    ).df()
    xs, ys = found["x"].to_numpy(float), found["y"].to_numpy(float)
    ground = find_ground(workspace)
    columns = reading.matching.columns
    return PlaceEvidence(
        columns=(columns["x"][0], columns["y"][0]),
        rows=rows,
        blank=blank,
        withheld=withheld,
        x=xs,
        y=ys,
        candidates=find_candidates(workspace, ground, xs, ys),
    )


def share_on_ground(workspace: Workspace, points: pd.DataFrame) -> tuple[int, str]:
    """Return how many points (lon, lat) lie on the force's ground, and what that ground is.

    The name is blank where neither a boundary nor crimes are loaded.
    """
    ground = find_ground(workspace)
    inside = ground.share(points["lon"].to_numpy(), points["lat"].to_numpy())
    return round(inside * len(points)), ground.name
