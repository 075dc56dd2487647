"""The register of feeds: what is held, how fresh it is, what is wrong with it."""

import json

import pandas as pd

from analytics.technology.completeness import rows_by_month
from analytics.technology.facts import FeedFacts, feed_facts
from analytics.technology.feeds import TITLES
from analytics.workspace import FEEDS, User, Workspace

_COUNTED_BY_LOAD = ("boundary", "harm")
MONTHS_SHOWN = 36


def register(workspace: Workspace) -> pd.DataFrame:
    """Return one row per feed: rows, first and last day, loads, freshness (days) and problems.

    `by_month` lists the rows of the last 36 months up to the newest, for feeds of events and pings.
    `kept_aside` counts the rows that are not fixed.

    `freshness_days` counts from the last day that the data cover, or from the last load where
    the feed has no dates; it is missing for a feed without data. `late_days` is what it exceeds
    the expected cycle by, missing without a cycle. `problems` is one sentence or blank.
    """
    loads = workspace.frame(
        """SELECT feed, count(*) AS loads, min(first) AS first, max(last) AS last,
            sum(rows_stored) AS stored, sum(rows_quarantined) AS kept_aside,
            max(at_ms) AS last_load_ms, arg_max(warnings, at_ms) AS warnings
        FROM loads WHERE NOT is_undone GROUP BY feed"""
    ).set_index("feed")
    facts = feed_facts(workspace)
    fixed = dict(
        workspace.rows(
            """SELECT f.feed, CAST(sum(CAST(f.changes->>'fixed_rows' AS BIGINT)) AS BIGINT)
            FROM loads f JOIN loads l ON l.load_id = f.changes->>'fixed_load'
            WHERE f.mode = 'fix' AND NOT f.is_undone AND NOT l.is_undone GROUP BY f.feed"""
        )
    )
    return pd.DataFrame(
        [_feed_row(workspace, feed, loads, facts[feed], fixed.get(feed, 0)) for feed in FEEDS]
    )


def _feed_row(
    workspace: Workspace, feed: str, loads: pd.DataFrame, about: FeedFacts, fixed: int
) -> dict[str, object]:
    row: dict[str, object] = {
        "feed": feed,
        "title": TITLES[feed],
        "rows": 0,
        "first": None,
        "last": None,
        "loads": 0,
        "freshness_days": None,
        "late_days": None,
        "kept_aside": 0,
        "last_load_ms": None,
        "owner": about.owner,
        "source": about.source,
        "expected_cycle_days": about.expected_cycle_days,
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
        "kept_aside": int(held["kept_aside"]) - fixed,
        "last_load_ms": int(held["last_load_ms"]),
    }
    row["by_month"] = _by_month(workspace, feed)
    row["freshness_days"] = _freshness(workspace, row)
    if about.expected_cycle_days is not None:
        row["late_days"] = max(0, row["freshness_days"] - about.expected_cycle_days)
    row["problems"] = _problems(row, json.loads(held["warnings"]))
    return row


def _by_month(workspace: Workspace, feed: str) -> list[int]:
    counts = rows_by_month(workspace, feed)
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


def _problems(row: dict[str, object], warnings: list[str]) -> str:
    found = []
    if row["late_days"]:
        found.append(
            f"Late by {row['late_days']:,} days: {row['freshness_days']:,} days old, expected "
            f"every {row['expected_cycle_days']:,} days."
        )
    total = row["rows"] + row["kept_aside"]
    if total and row["kept_aside"] / total >= 0.005:
        found.append(f"{row['kept_aside']:,} rows kept aside ({row['kept_aside'] / total:.1%}).")
    return " ".join([*found, *warnings])


def loads(workspace: Workspace, feed: str | None = None) -> pd.DataFrame:
    """Return the loads, newest first: what each read, stored, kept aside and why."""
    chosen, values = ("WHERE feed = ?", [feed]) if feed else ("", [])
    return workspace.frame(
        f"""SELECT load_id, feed, at_ms, username, files, rows_read, rows_stored,
            rows_quarantined, rows_already_held, reasons, warnings, first, last, seconds, is_undone,
            coalesce(mode, 'add') AS mode, CAST(changes AS VARCHAR) AS changes
        FROM loads {chosen} ORDER BY at_ms DESC""",
        values,
    )


def kept_aside(workspace: Workspace, user: User, load_id: str) -> pd.DataFrame:
    """Return the rows a load keeps aside, not fixed: file, line, rule, reason and their mapped fields.

    The view is logged. Raises Refused when the user may not load.
    """
    workspace.require(user, "load")
    rows = workspace.frame(
        """SELECT file, line, rule, reason, CAST(fields AS VARCHAR) AS fields FROM quarantine
        WHERE load_id = ? AND fixed_by IS NULL ORDER BY file, line""",
        [load_id],
    )
    fields = pd.DataFrame([json.loads(text) for text in rows.pop("fields")], index=rows.index)
    workspace.log_view(user, "kept_aside", load_id)
    return pd.concat([rows, fields], axis=1)


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
