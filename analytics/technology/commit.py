"""The one transaction of a load: new rows, rows kept aside, the load's record, the audit."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analytics.technology import checks, compare, ping_store, places, readiness, rules
from analytics.technology.compare import ExtractChanges
from analytics.technology.feeds import EVENT_FEEDS, columns_of
from analytics.technology.report import LoadReport, Prepared
from analytics.technology.staging import Staging
from analytics.technology.tabular import REPEATS_ARE_REAL
from analytics.workspace import InputError, Transaction, User, Workspace, now_ms
from analytics.workspace.audit import digest
from analytics.workspace.schema import QUARANTINE_DAYS

DAY_MS = 86_400_000


class Counts:
    """Rows of a load by what became of them."""

    def __init__(self, read: int, stored: int, held: int, reasons: dict[str, int]):
        self.read, self.stored, self.held, self.reasons = read, stored, held, reasons

    @property
    def quarantined(self) -> int:
        """Rows kept aside by this load."""
        return sum(self.reasons.values())


def store(
    workspace: Workspace,
    user: User,
    staging: Staging,
    prepared: Prepared,
    load_id: str,
    began: float,
    also: Callable[[Transaction], None] | None = None,
) -> LoadReport:
    """Store a prepared load in one transaction; nothing is kept when anything fails.

    `also` is done in the same transaction, after the rows are in.
    """
    ready = ""
    if prepared.feed != "pings":
        ready = _export(staging, "ready", f"n, {prepared.stored_columns}")
    unusable = compare.export_unusable(staging) if compare.can_compare(prepared) else None
    aside = _export_aside(staging, prepared, load_id)
    files = ping_store.write_files(staging, workspace, load_id) if prepared.feed == "pings" else []
    devices = str(staging.folder / ping_store.DEVICES)
    detail: dict[str, object] = {"feed": prepared.feed, "files": prepared.recorded_files}
    try:
        with workspace.write(user, "collect", "load", load_id, detail) as transaction:
            _check_crs(workspace, prepared, transaction)
            changes = _changes(transaction, prepared, ready, unusable)
            if changes and prepared.mode == "replace":
                detail["rows_replaced"] = compare.replace(transaction, prepared.feed, load_id)
                stored = _insert_unlike(transaction, prepared, ready, load_id)
            else:
                stored = _insert(transaction, prepared, ready, load_id, files, devices)
            counts = _counts(staging, prepared, stored * prepared.rows_each)
            result = report(prepared, counts, load_id, began, changes)
            is_kept = detail.get("rows_replaced") or prepared.origin
            if counts.stored or counts.quarantined or is_kept:
                transaction.execute(
                    "INSERT INTO quarantine BY NAME SELECT * FROM read_parquet(?)", [aside]
                )
                _record(transaction, user, prepared, result)
            if also:
                also(transaction)
            readiness.note(transaction, workspace, load_id)
            detail |= {"rows_stored": counts.stored, "rows_kept_aside": counts.quarantined}
    except BaseException:
        # An error after the commit (the log's head cannot be written) leaves the load in place.
        if not workspace.value("SELECT count(*) FROM loads WHERE load_id = ?", [load_id]):
            for file in files:
                (workspace.pings_folder / file[0]).unlink(missing_ok=True)
        raise
    return result


def preview(workspace: Workspace, staging: Staging, prepared: Prepared, began: float) -> LoadReport:
    """Report what `store` would do, without storing; `load_id` is empty."""
    if prepared.feed == "pings":
        counts = _counts(staging, prepared, staging.value("SELECT count(*) FROM ready"))
        return report(prepared, counts, "", began)
    ready = _export(staging, "ready", f"n, {prepared.stored_columns}")
    unusable = compare.export_unusable(staging) if compare.can_compare(prepared) else None
    with workspace.cursor() as cursor:
        changes = _changes(cursor, prepared, ready, unusable)
        if changes and prepared.mode == "replace":
            sql = f"SELECT count(*) FROM ({_UNLIKE_SQL})"
            stored = cursor.execute(sql, [ready]).fetchall()[0][0]
            return report(prepared, _counts(staging, prepared, stored), "", began, changes)
        distinct = "count(*)" if prepared.feed != "harm" else "count(DISTINCT n)"
        sql = f"SELECT {distinct} FROM ({_new_rows_sql(prepared)})"
        stored = cursor.execute(sql, [ready, ready]).fetchall()[0][0]
    counts = _counts(staging, prepared, stored * prepared.rows_each)
    return report(prepared, counts, "", began, changes)


def changes(workspace: Workspace, staging: Staging, prepared: Prepared) -> ExtractChanges | None:
    """Compare a prepared load with what is held of its period; None where that means nothing."""
    if not compare.can_compare(prepared):
        return None
    ready = _export(staging, "ready", f"n, {prepared.stored_columns}")
    with workspace.cursor() as cursor:
        return compare.pair(cursor, prepared, ready, compare.export_unusable(staging))


def _changes(
    cursor: compare.Cursor, prepared: Prepared, ready: str, unusable: Path | None
) -> ExtractChanges | None:
    """Compare, unless rows of a file already loaded are missing from `ready`."""
    is_partial = prepared.mode == "add" and prepared.known_files
    if unusable is None or is_partial or prepared.origin:
        return None
    return compare.pair(cursor, prepared, ready, unusable)


def report(
    prepared: Prepared,
    counts: Counts,
    load_id: str,
    began: float,
    changes: ExtractChanges | None = None,
) -> LoadReport:
    """Put a load's counts into its report."""
    warnings = [*prepared.warnings, *_warnings_of(changes, prepared.mode)]
    is_replacing = prepared.mode == "replace" and changes is not None and changes.touches_held
    if counts.held and not counts.stored and not is_replacing:
        warnings.append("Every usable row was already held; nothing was added.")
    elif counts.quarantined and not counts.stored:
        warnings.append("No row could be used; see the reasons.")
    return LoadReport(
        load_id=load_id,
        feed=prepared.feed,
        files=prepared.files,
        rows_read=counts.read,
        rows_stored=counts.stored,
        rows_quarantined=counts.quarantined,
        rows_already_held=counts.held,
        reasons=counts.reasons,
        first=prepared.first,
        last=prepared.last,
        warnings=warnings,
        seconds=round(time.monotonic() - began, 3),
        columns=prepared.columns,
        checks=[*checks.kept_aside(prepared.feed, counts.reasons), *prepared.checks],
        mode=prepared.mode,
        changes=changes.as_json() if changes else prepared.origin,
    )


def _warnings_of(changes: ExtractChanges | None, mode: str) -> list[str]:
    if changes is None or not changes.touches_held:
        return []
    found = [changes.sentence()]
    if mode == "add" and changes.changed:
        found.append(
            f"{changes.changed:,} records stand in two versions when it is added. Replace instead "
            "to keep the newer version only (--mode replace)."
        )
    elif mode == "add":
        found.append("What is held stays; replace instead to take it out (--mode replace).")
    return [*found, changes.doubt()] if changes.doubt() else found


def _export(staging: Staging, view: str, columns: str) -> str:
    path = staging.folder / f"{view}.parquet"
    path.unlink(missing_ok=True)
    staging.database.execute(
        f"COPY (SELECT {columns} FROM {view}) TO ? (FORMAT parquet)", [str(path)]
    )
    return str(path)


def _export_aside(staging: Staging, prepared: Prepared, load_id: str) -> str:
    """Write the rows kept aside, in the columns of table `quarantine`."""
    mapped = [c.name for c in columns_of(prepared.feed) if c.name in prepared.columns]
    fields = ", ".join(f'"{name}" := p."{name}"' for name in mapped)
    fields = f"to_json(struct_pack({fields}))" if mapped else "'{}'"
    known = ", ".join(map(str, [-1, *prepared.known_files]))
    staging.keep("reasons", _reason_table())
    path = staging.folder / "aside.parquet"
    expires = now_ms() + QUARANTINE_DAYS * DAY_MS
    staging.database.execute(
        f"""COPY (
            SELECT '{load_id}' AS load_id, '{prepared.feed}' AS feed, f.name AS file, a.line,
                a.rule, a.reason, a.fields, CAST({expires} AS BIGINT) AS expires_ms
            FROM (
                SELECT p.file_no, c.line, c.rule, r.reason, {fields} AS fields
                FROM checked c JOIN numbered p USING (n) JOIN reasons r USING (rule)
                UNION ALL
                SELECT j.file_no, j.line, 'unreadable_line', r.reason, '{{}}'
                FROM rejects j JOIN reasons r ON r.rule = 'unreadable_line'
            ) a JOIN files f USING (file_no)
            WHERE a.file_no NOT IN ({known}) ORDER BY a.file_no, a.line
        ) TO ? (FORMAT parquet)""",
        [str(path)],
    )
    return str(path)


def _reason_table() -> pd.DataFrame:
    return pd.DataFrame(list(rules.RULES.items()), columns=["rule", "reason"])


def _new_rows_sql(prepared: Prepared) -> str:
    """Rows of the parquet file that the feed does not hold yet, copy for copy.

    The file is named twice, as two parameters.
    """
    table, columns = prepared.feed, prepared.stored_columns
    copies = "count(*)" if table in REPEATS_ARE_REAL else "1000000000"
    return f"""SELECT n, {columns} FROM (
            SELECT *, row_number() OVER (PARTITION BY row_hash ORDER BY n) AS copy
            FROM read_parquet(?)) AS incoming
        LEFT JOIN (SELECT row_hash AS held_hash, {copies} AS copies FROM {table}
            WHERE row_hash IN (SELECT row_hash FROM read_parquet(?)) GROUP BY 1) AS held
            ON row_hash = held_hash
        WHERE held_hash IS NULL OR copy > copies"""


_UNLIKE_SQL = """SELECT * FROM read_parquet(?)
    WHERE n IN (SELECT n FROM paired WHERE n IS NOT NULL AND NOT is_same)"""


def _insert_unlike(transaction: Transaction, prepared: Prepared, ready: str, load_id: str) -> int:
    """Insert the extract's rows that no held row stands for; returns how many."""
    columns = prepared.stored_columns
    return transaction.execute(
        f"""INSERT INTO {prepared.feed} (row_id, load_id, {columns})
        SELECT nextval('row_ids'), '{load_id}', {columns} FROM ({_UNLIKE_SQL}) ORDER BY n""",
        [ready],
    ).fetchall()[0][0]


def _insert(
    transaction: Transaction,
    prepared: Prepared,
    ready: str,
    load_id: str,
    files: list[ping_store.PingFile],
    devices: str,
) -> int:
    if prepared.feed == "pings":
        return ping_store.register_files(transaction, load_id, files, devices)
    feed, columns = prepared.feed, prepared.stored_columns
    new_rows = _new_rows_sql(prepared)
    if feed == "harm":
        stored = transaction.execute(
            f"SELECT count(DISTINCT n) FROM ({new_rows})", [ready, ready]
        ).fetchall()[0][0]
    row_id = "row_id, " if feed in (*EVENT_FEEDS, "activity") else ""
    next_id = "nextval('row_ids'), " if row_id else ""
    inserted = transaction.execute(
        f"""INSERT INTO {feed} ({row_id}load_id, {columns})
        SELECT {next_id}'{load_id}', {columns} FROM ({new_rows}) ORDER BY n""",
        [ready, ready],
    ).fetchall()[0][0]
    return stored if feed == "harm" else inserted


def _counts(staging: Staging, prepared: Prepared, stored: int) -> Counts:
    known = ", ".join(map(str, [-1, *prepared.known_files]))
    read = staging.value("SELECT (SELECT count(*) FROM picked) + (SELECT count(*) FROM rejects)")
    reasons = dict(
        staging.rows(
            f"""SELECT rule, count(*) FROM (
                SELECT file_no, rule FROM checked WHERE rule IS NOT NULL AND rule <> 'already_held'
                UNION ALL SELECT file_no, 'unreadable_line' FROM rejects)
            WHERE file_no NOT IN ({known}) GROUP BY rule ORDER BY count(*) DESC, rule"""
        )
    )
    return Counts(read, stored, read - stored - sum(reasons.values()), reasons)


def _check_crs(workspace: Workspace, prepared: Prepared, transaction: Transaction) -> None:
    """Adopt the CRS that the staging chose, unless another load changed it meanwhile."""
    if not prepared.crs or prepared.crs == workspace.crs:
        return
    if places.holds_places(workspace):
        raise InputError("The workspace's CRS changed during this load. Load the file again.")
    transaction.execute("UPDATE meta SET value = ? WHERE name = 'crs'", [prepared.crs])


def _record(transaction: Transaction, user: User, prepared: Prepared, result: LoadReport) -> None:
    transaction.execute(
        """INSERT INTO loads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false,
            ?, ?)""",
        [
            result.load_id,
            result.feed,
            now_ms(),
            user.username,
            json.dumps(prepared.recorded_files),
            json.dumps(prepared.hashes),
            json.dumps(prepared.columns),
            result.rows_read,
            result.rows_stored,
            result.rows_quarantined,
            result.rows_already_held,
            json.dumps(result.reasons),
            json.dumps(result.warnings),
            result.first,
            result.last,
            result.seconds,
            digest([sorted(prepared.hashes), prepared.columns])[:16],
            result.mode,
            json.dumps(result.changes) if result.changes else None,
        ],
    )


def remove_ping_files(folder: Path, names: list[str]) -> None:
    """Delete ping files that are no longer registered."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
