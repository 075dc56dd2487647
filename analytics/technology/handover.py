"""From the staging database into the workspace: the rows to store, and the rows kept aside.

Rows are handed over as a stream of batches. What a feed holds already is found by the hash of the
row, so that a whole row is looked at only when it is stored.
"""

import pandas as pd
import pyarrow as pa

from analytics.technology import rules
from analytics.technology.compare import Comparison, Cursor
from analytics.technology.feeds import columns_of
from analytics.technology.report import Prepared
from analytics.technology.staging import Staging
from analytics.technology.tabular import REPEATS_ARE_REAL
from analytics.workspace import Transaction, now_ms
from analytics.workspace.schema import EVENT_FEEDS, QUARANTINE_DAYS

DAY_MS = 86_400_000


def count_new(cursor: Cursor, staging: Staging, prepared: Prepared) -> int:
    """Count the ready rows that the feed does not hold yet, each row read once."""
    _find_held(cursor, staging, prepared)
    # A row of harm weights stands for several codes.
    rows = "DISTINCT n" if prepared.feed == "harm" else "*"
    return staging.value(f"SELECT count({rows}) FROM ready") - _held(cursor)


def insert_new(transaction: Transaction, staging: Staging, prepared: Prepared, load_id: str) -> int:
    """Insert the ready rows that the feed does not hold yet; returns how many rows read."""
    stored = count_new(transaction, staging, prepared)
    condition = "n NOT IN (SELECT n FROM held_numbers)" if _held(transaction) else "true"
    _insert(transaction, staging, prepared, load_id, condition)
    return stored


def insert_unlike(
    transaction: Transaction,
    staging: Staging,
    prepared: Prepared,
    load_id: str,
    comparison: Comparison,
) -> int:
    """Insert the extract's rows that no held row stands for; returns how many."""
    transaction.register("unlike_numbers", comparison.unlike)
    _insert(transaction, staging, prepared, load_id, "n IN (SELECT n FROM unlike_numbers)")
    transaction.unregister("unlike_numbers")
    return comparison.unlike.num_rows


def _find_held(cursor: Cursor, staging: Staging, prepared: Prepared) -> None:
    """Make table `held_numbers` (n) of the ready rows that the feed holds, copy for copy."""
    table = prepared.feed
    cursor.execute("CREATE OR REPLACE TEMP TABLE held_numbers (n BIGINT)")
    if not cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)").fetchall()[0][0]:
        return
    copies = "count(*)" if table in REPEATS_ARE_REAL else "1000000000"
    cursor.register("ready_hashes", staging.stream("SELECT n, row_hash FROM ready").read_all())
    cursor.execute(
        f"""INSERT INTO held_numbers
        WITH held AS (SELECT row_hash, {copies} AS copies FROM {table}
                WHERE row_hash IN (SELECT row_hash FROM ready_hashes) GROUP BY row_hash),
            alike AS (SELECT n, copies, row_number() OVER (PARTITION BY row_hash ORDER BY n) AS copy
                FROM ready_hashes JOIN held USING (row_hash))
        SELECT DISTINCT n FROM alike WHERE copy <= copies"""
    )
    cursor.unregister("ready_hashes")


def _held(cursor: Cursor) -> int:
    return cursor.execute("SELECT count(*) FROM held_numbers").fetchall()[0][0]


def _insert(
    transaction: Transaction, staging: Staging, prepared: Prepared, load_id: str, condition: str
) -> None:
    """Insert ready rows in the order of the files; `row_id` follows it too."""
    feed, columns = prepared.feed, _filled(prepared)
    row_id = ""
    if feed in (*EVENT_FEEDS, "activity"):
        rows = staging.value("SELECT coalesce(max(n), 0) + 1 FROM ready")
        first = transaction.execute(
            "SELECT min(number) FROM (SELECT nextval('row_ids') AS number FROM range(?))", [rows]
        ).fetchall()[0][0]
        row_id = f"{first} + n AS row_id, "
    transaction.register("ready_rows", staging.stream(f"SELECT n, {columns} FROM ready"))
    try:
        transaction.execute(
            f"""INSERT INTO {feed} BY NAME SELECT {row_id}'{load_id}' AS load_id, {columns}
            FROM ready_rows WHERE {condition} ORDER BY n"""
        )
    finally:
        transaction.unregister("ready_rows")


def _filled(prepared: Prepared) -> str:
    """Return the stored columns without those of events that no column of the files fills."""
    names = prepared.stored_columns.replace("\n", " ").split(",")
    if prepared.feed not in EVENT_FEEDS:
        return prepared.stored_columns
    empty = {c.name for c in columns_of(prepared.feed) if c.name not in prepared.columns}
    return ", ".join(name for name in names if name.strip() not in empty - {"offence", "x", "y"})


def read_aside(staging: Staging, prepared: Prepared, load_id: str) -> pa.Table:
    """Return the rows kept aside, each with its rule and its mapped values, for `quarantine`."""
    mapped = [c.name for c in columns_of(prepared.feed) if c.name in prepared.columns]
    fields = ", ".join(f'"{name}" := p."{name}"' for name in mapped)
    fields = f"to_json(struct_pack({fields}))" if mapped else "'{}'"
    known = ", ".join(map(str, [-1, *prepared.known_files]))
    staging.keep("reasons", pd.DataFrame(list(rules.RULES.items()), columns=["rule", "reason"]))
    expires = now_ms() + QUARANTINE_DAYS * DAY_MS
    return staging.stream(
        f"""SELECT '{load_id}' AS load_id, '{prepared.feed}' AS feed, f.name AS file, a.line,
            a.rule, a.reason, CAST(a.fields AS VARCHAR) AS fields,
            CAST({expires} AS BIGINT) AS expires_ms
        FROM (
            SELECT p.file_no, c.line, c.rule, r.reason, {fields} AS fields
            FROM (SELECT n, line, rule FROM checked WHERE rule IS NOT NULL) c
                JOIN numbered p USING (n) JOIN reasons r USING (rule)
            UNION ALL
            SELECT j.file_no, j.line, 'unreadable_line', r.reason, '{{}}'
            FROM rejects j JOIN reasons r ON r.rule = 'unreadable_line'
        ) a JOIN files f USING (file_no)
        WHERE a.file_no NOT IN ({known}) ORDER BY a.file_no, a.line"""
    ).read_all()


def insert_aside(transaction: Transaction, aside: pa.Table) -> None:
    """Insert the rows that `read_aside` returned."""
    transaction.register("rows_aside", aside)
    transaction.execute("INSERT INTO quarantine BY NAME SELECT * FROM rows_aside")
    transaction.unregister("rows_aside")
