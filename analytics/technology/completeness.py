"""A feed month by month: rows held, rows kept aside, months missing, months still provisional."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pandas as pd

from analytics.technology import times
from analytics.technology.lag import FEWEST_DATED, LAG_SHARE
from analytics.workspace import User, Workspace
from analytics.workspace.schema import EVENT_FEEDS

_DAYS = {
    "crimes": "occurred_from",
    "incidents": "occurred_from",
    "stops": "occurred_from",
    "activity": "at_local",
    "roster": "day",
    "pings": "day",
}
_TEXTS = _DAYS | {"pings": "time"}


@dataclass(frozen=True)
class Completeness:
    """Rows of a feed by month.

    `months` has month (first day), rows, kept_aside, share_aside, is_missing (no row between the
    first and the last month) and is_provisional (not over, or over for less than the recording
    lag). `lag_days` is the lag, with `lag_from` "set", "measured" or "not measurable".
    """

    months: pd.DataFrame
    lag_days: int | None
    lag_from: str
    aside_undated: int

    @property
    def missing(self) -> list[date]:
        """First days of the months without a row."""
        return [month.date() for month in self.months.loc[self.months["is_missing"], "month"]]

    @property
    def provisional(self) -> list[date]:
        """First days of the months whose figures will still grow."""
        return [month.date() for month in self.months.loc[self.months["is_provisional"], "month"]]


def completeness(workspace: Workspace, user: User, feed: str) -> Completeness | None:
    """Return a feed's completeness by month; None for feeds without dates or without rows."""
    workspace.require(user, "see:technology")
    held = rows_by_month(workspace, feed)
    if held.empty:
        return None
    aside, undated = _aside_by_month(workspace, feed)
    every = pd.date_range(held.index.min(), held.index.max(), freq="MS", name="month")
    months = pd.DataFrame({"rows": held.reindex(every, fill_value=0)})
    months["kept_aside"] = aside.reindex(every, fill_value=0)
    both = months["rows"] + months["kept_aside"]
    months["share_aside"] = (months["kept_aside"] / both).where(both > 0)
    months["is_missing"] = months["rows"] == 0
    lag_days, lag_from = recording_lag(workspace, feed)
    sure = pd.Timestamp(workspace.today() - timedelta(days=lag_days or 0))
    ends = months.index + pd.offsets.MonthBegin(1)
    months["is_provisional"] = (ends > sure) & ~months["is_missing"]
    outside = int(aside.sum() - months["kept_aside"].sum())
    return Completeness(months.reset_index(), lag_days, lag_from, undated + outside)


def rows_by_month(workspace: Workspace, feed: str) -> pd.Series:
    """Return the rows held by month (first day); empty for feeds without dates."""
    if feed not in _DAYS:
        return pd.Series(dtype="int64")
    day, table = _DAYS[feed], "ping_files" if feed == "pings" else feed
    rows = "sum(rows)" if feed == "pings" else "count(*)"
    found = workspace.frame(
        f"""SELECT CAST(date_trunc('month', {day}) AS TIMESTAMP) AS month,
            CAST({rows} AS BIGINT) AS rows
        FROM {table} WHERE {day} IS NOT NULL GROUP BY 1 ORDER BY 1"""
    )
    return found.set_index("month")["rows"]


def recording_lag(workspace: Workspace, feed: str) -> tuple[int | None, str]:
    """Return the days after which 95% of a feed's records are in, and where that comes from."""
    given = workspace.value("SELECT recording_lag_days FROM feeds WHERE feed = ?", [feed])
    if given is not None:
        return int(given), "set"
    if feed in EVENT_FEEDS:
        dated, lag = workspace.rows(
            f"""SELECT count(*), quantile_disc(recorded_on - CAST(occurred_from AS DATE),
                {LAG_SHARE}) FROM {feed} WHERE recorded_on >= CAST(occurred_from AS DATE)
                AND time_precision <> 'month'"""
        )[0]
        if dated >= FEWEST_DATED:
            return int(lag), "measured"
    return None, "not measurable"


def _aside_by_month(workspace: Workspace, feed: str) -> tuple[pd.Series, int]:
    """Count the rows kept aside and not fixed by the month of their date, and those without one."""
    rows = workspace.frame(
        """SELECT CAST(q.fields AS VARCHAR) AS fields, CAST(l.columns AS VARCHAR) AS columns
        FROM quarantine q JOIN loads l USING (load_id)
        WHERE q.feed = ? AND q.fixed_by IS NULL AND NOT l.is_undone""",
        [feed],
    )
    if rows.empty:
        return pd.Series(dtype="int64"), 0
    rows["text"] = [json.loads(text).get(_TEXTS[feed]) for text in rows.pop("fields")]
    orders = {text: json.loads(text).get("date_order") for text in rows["columns"].unique()}
    rows["order"] = rows["columns"].map(orders).fillna("day_first")
    found = [_months(part["text"], order == "day_first") for order, part in rows.groupby("order")]
    months = pd.concat(found)
    return months.value_counts().sort_index(), int(months.isna().sum())


def _months(texts: pd.Series, is_day_first: bool) -> pd.Series:
    """Read texts as dates, as a load reads them, and return the first day of their months."""
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        for macro in times.MACROS:
            database.execute(macro)
        given = pd.DataFrame({"given": texts.astype("string").fillna("")})
        database.register("picked", given)
        times.read_moments(database, ["given"], is_day_first)
        read = database.execute(
            "SELECT text, CAST(date_trunc('month', value) AS TIMESTAMP) AS month FROM moments"
        ).df()
    return pd.to_datetime(given["given"].map(read.set_index("text")["month"]))
