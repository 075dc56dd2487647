"""The register of feeds: what is held, how fresh it is, what is wrong with it."""

import json

import pandas as pd

from analytics.technology import commit
from analytics.technology.feeds import TITLES
from analytics.workspace import FEEDS, InputError, User, Workspace, retention

_COUNTED_BY_LOAD = ("boundary", "harm")
MONTHS_SHOWN = 36
_MONTHS = {
    "crimes": ("occurred_from", "count(*)"),
    "incidents": ("occurred_from", "count(*)"),
    "stops": ("occurred_from", "count(*)"),
    "activity": ("at_local", "count(*)"),
    "roster": ("day", "count(*)"),
    "pings": ("day", "sum(rows)"),
}


def register(workspace: Workspace) -> pd.DataFrame:
    """Return one row per feed: rows, first and last day, loads, freshness (days) and problems.

    `by_month` lists the rows of the last 36 months up to the newest, for feeds of events and pings.

    `freshness_days` counts from the last day that the data cover, or from the last load where
    the feed has no dates; it is missing for a feed without data. `problems` is one sentence or
    blank.
    """
    loads = workspace.frame(
        """SELECT feed, count(*) AS loads, min(first) AS first, max(last) AS last,
            sum(rows_stored) AS stored, sum(rows_quarantined) AS kept_aside,
            max(at_ms) AS last_load_ms, arg_max(warnings, at_ms) AS warnings
        FROM loads WHERE NOT is_undone GROUP BY feed"""
    ).set_index("feed")
    about = workspace.frame("SELECT feed, owner, source, expected_cycle_days FROM feeds")
    about = about.set_index("feed")
    return pd.DataFrame([_feed_row(workspace, feed, loads, about) for feed in FEEDS])


def _feed_row(
    workspace: Workspace, feed: str, loads: pd.DataFrame, about: pd.DataFrame
) -> dict[str, object]:
    row: dict[str, object] = {
        "feed": feed,
        "title": TITLES[feed],
        "rows": 0,
        "first": None,
        "last": None,
        "loads": 0,
        "freshness_days": None,
        "kept_aside": 0,
        "last_load_ms": None,
        "owner": about["owner"].get(feed, ""),
        "by_month": [],
        "problems": "",
    }
    if feed not in loads.index:
        return row
    held = loads.loc[feed]
    is_counted = feed in _COUNTED_BY_LOAD
    held_sql = f"SELECT count(*) FROM {feed}"
    if feed == "pings":
        held_sql = "SELECT coalesce(sum(rows), 0) FROM ping_files"
    rows = held["stored"] if is_counted else workspace.value(held_sql)
    row |= {
        "rows": int(rows),
        "first": held["first"] if isinstance(held["first"], str) else None,
        "last": held["last"] if isinstance(held["last"], str) else None,
        "loads": int(held["loads"]),
        "kept_aside": int(held["kept_aside"]),
        "last_load_ms": int(held["last_load_ms"]),
    }
    row["by_month"] = _by_month(workspace, feed)
    row["freshness_days"] = _freshness(workspace, row)
    row["problems"] = _problems(row, json.loads(held["warnings"]), about, feed)
    return row


def _by_month(workspace: Workspace, feed: str) -> list[int]:
    if feed not in _MONTHS:
        return []
    day, rows = _MONTHS[feed]
    table = "ping_files" if feed == "pings" else feed
    counts = workspace.frame(
        f"""SELECT date_trunc('month', {day}) AS month, CAST({rows} AS BIGINT) AS rows FROM {table}
        WHERE {day} IS NOT NULL GROUP BY 1"""
    ).set_index("month")["rows"]
    if counts.empty:
        return []
    months = pd.date_range(end=counts.index.max(), periods=MONTHS_SHOWN, freq="MS")
    months = months[months >= counts.index.min()]
    return [int(count) for count in counts.reindex(months, fill_value=0)]


def _freshness(workspace: Workspace, row: dict[str, object]) -> int:
    if row["last"]:
        last = pd.Timestamp(row["last"])
    else:
        last = pd.Timestamp(row["last_load_ms"], unit="ms").normalize()
    return max(0, (pd.Timestamp(workspace.today()) - last).days)


def _problems(row: dict[str, object], warnings: list[str], about: pd.DataFrame, feed: str) -> str:
    found = []
    cycle = about["expected_cycle_days"].get(feed)
    if pd.notna(cycle) and row["freshness_days"] > cycle:
        found.append(f"Late: {row['freshness_days']:,} days old, expected every {int(cycle)} days.")
    total = row["rows"] + row["kept_aside"]
    if total and row["kept_aside"] / total >= 0.005:
        found.append(f"{row['kept_aside']:,} rows kept aside ({row['kept_aside'] / total:.1%}).")
    return " ".join([*found, *warnings])


def loads(workspace: Workspace, feed: str | None = None) -> pd.DataFrame:
    """Return the loads, newest first: what each read, stored, kept aside and why."""
    chosen, values = ("WHERE feed = ?", [feed]) if feed else ("", [])
    return workspace.frame(
        f"""SELECT load_id, feed, at_ms, username, files, rows_read, rows_stored,
            rows_quarantined, rows_already_held, reasons, warnings, first, last, seconds, is_undone
        FROM loads {chosen} ORDER BY at_ms DESC""",
        values,
    )


def kept_aside(workspace: Workspace, user: User, load_id: str) -> pd.DataFrame:
    """Return the rows a load kept aside: file, line, rule, reason and their mapped fields.

    The view is logged. Raises Refused when the user may not load.
    """
    workspace.require(user, "load")
    rows = workspace.frame(
        """SELECT file, line, rule, reason, CAST(fields AS VARCHAR) AS fields FROM quarantine
        WHERE load_id = ? ORDER BY file, line""",
        [load_id],
    )
    fields = pd.DataFrame([json.loads(text) for text in rows.pop("fields")], index=rows.index)
    workspace.log_view(user, "kept_aside", load_id)
    return pd.concat([rows, fields], axis=1)


def undo_load(workspace: Workspace, user: User, load_id: str) -> int:
    """Take back a load whole, with its rows kept aside; returns the rows removed.

    Raises InputError when there is no such load or it was taken back before.
    """
    workspace.require(user, "load")
    feed = workspace.value("SELECT feed FROM loads WHERE load_id = ? AND NOT is_undone", [load_id])
    if feed is None:
        raise InputError(f"There is no load '{load_id}' to undo. See the register of feeds.")
    names = workspace.rows("SELECT file FROM ping_files WHERE load_id = ?", [load_id])
    counted = "ping_files" if feed == "pings" else feed
    rows = "coalesce(sum(rows), 0)" if feed == "pings" else "count(*)"
    removed = workspace.value(
        f"SELECT CAST({rows} AS BIGINT) FROM {counted} WHERE load_id = ?", [load_id]
    )
    with workspace.write(user, "erase", "load", load_id, {"feed": feed}) as transaction:
        retention.undo(transaction, user, feed, load_id)
    commit.remove_ping_files(workspace.pings_folder, [name for (name,) in names])
    return removed


def answer(workspace: Workspace, feeds: pd.DataFrame) -> str:
    """Return the sentence that answers the page's question from the register."""
    held = feeds[feeds["rows"] > 0].set_index("feed")
    if held.empty:
        return "**Nothing is loaded yet.** Begin with crimes, then the boundary of the force."
    facts = []
    if "crimes" in held.index:
        crimes = held.loc["crimes"]
        facts.append(
            f"**{crimes['rows']:,} crimes** from {_day(crimes['first'])} to {_day(crimes['last'])}"
        )
    if "pings" in held.index:
        pings = held.loc["pings"]
        facts.append(f"**{pings['rows']:,} GPS fixes** up to {_day(pings['last'])}")
    known = f"{' and '.join(facts)} are held. " if facts else ""
    aside, troubled = int(held["kept_aside"].sum()), int((held["problems"] != "").sum())
    return (
        f"{known}{len(held)} of {len(feeds)} feeds are loaded, {aside:,} rows are kept aside, and "
        f"{troubled or 'none'} of the feeds {'has' if troubled == 1 else 'have'} something to look at."
    )


def _day(text: str | None) -> str:
    if not isinstance(text, str):
        return "an unknown day"
    day = pd.Timestamp(text)
    return f"{day.day} {day:%b %Y}"
