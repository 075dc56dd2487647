"""The one transaction of a load: new rows, rows kept aside, the load's record, the audit."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analytics.technology import checks, compare, handover, ping_store, places, readiness
from analytics.technology.compare import Comparison, ExtractChanges
from analytics.technology.report import LoadReport, Prepared
from analytics.technology.staging import Staging
from analytics.workspace import InputError, Transaction, User, Workspace, now_ms
from analytics.workspace.audit import digest
from analytics.workspace.schema import EVENT_FEEDS


@dataclass(frozen=True)
class Counts:
    """Rows of a load by what became of them."""

    read: int
    stored: int
    reasons: dict[str, int]

    @property
    def quarantined(self) -> int:
        """Rows kept aside by this load."""
        return sum(self.reasons.values())

    @property
    def held(self) -> int:
        """Rows that the feed held already."""
        return self.read - self.stored - self.quarantined


@dataclass(frozen=True)
class Tally:
    """Rows read and rows kept aside by rule, before it is known how many are new.

    `rows_each` is how many rows read stand behind one that is stored.
    """

    read: int
    reasons: dict[str, int]
    rows_each: int

    def with_stored(self, rows: int) -> Counts:
        """Return the counts of a load that stores so many rows."""
        return Counts(self.read, rows * self.rows_each, self.reasons)


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
    is_pings = prepared.feed == "pings"
    files = ping_store.write_files(staging, workspace, load_id) if is_pings else []
    detail: dict[str, object] = {"feed": prepared.feed, "files": prepared.recorded_files}
    tally, aside = _tally(staging, prepared), handover.read_aside(staging, prepared, load_id)
    staging.rows("DROP TABLE picked")
    # Comparing takes seconds on a large feed: it is done before the lock, and again inside it
    # only where another load or an undo came between.
    seen = workspace.fingerprint(prepared.feed)
    with workspace.cursor() as cursor:
        compared = _compare(cursor, staging, prepared)
    try:
        with workspace.write(user, "collect", "load", load_id, detail) as transaction:
            _check_crs(workspace, prepared, transaction)
            if workspace.fingerprint(prepared.feed) != seen:
                compared = _compare(transaction, staging, prepared)
            if is_pings:
                devices = str(staging.folder / ping_store.DEVICES)
                stored = ping_store.register_files(transaction, load_id, files, devices)
            elif compared and prepared.mode == "replace":
                detail["rows_replaced"] = compare.replace(
                    transaction, prepared.feed, load_id, compared
                )
                stored = handover.insert_unlike(transaction, staging, prepared, load_id, compared)
            else:
                stored = handover.insert_new(transaction, staging, prepared, load_id)
            counts = tally.with_stored(stored)
            twice = _perhaps_twice(transaction, prepared, counts)
            result = report(
                prepared, counts, load_id, began, compared.changes if compared else None, twice
            )
            is_kept = detail.get("rows_replaced") or prepared.origin
            if counts.stored or counts.quarantined or is_kept:
                handover.insert_aside(transaction, aside)
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
        counts = _tally(staging, prepared).with_stored(staging.value("SELECT count(*) FROM ready"))
        return report(prepared, counts, "", began)
    with workspace.cursor() as cursor:
        compared = _compare(cursor, staging, prepared)
        if compared and prepared.mode == "replace":
            stored = compared.unlike.num_rows
        else:
            stored = handover.count_new(cursor, staging, prepared)
        counts = _tally(staging, prepared).with_stored(stored)
        twice = _perhaps_twice(cursor, prepared, counts)
    return report(prepared, counts, "", began, compared.changes if compared else None, twice)


def changes(workspace: Workspace, staging: Staging, prepared: Prepared) -> ExtractChanges | None:
    """Compare a prepared load with what is held of its period; None where that means nothing."""
    if not compare.can_compare(prepared):
        return None
    with workspace.cursor() as cursor:
        compared = compare.pair(cursor, prepared, staging)
    return compared.changes if compared else None


def _compare(cursor: compare.Cursor, staging: Staging, prepared: Prepared) -> Comparison | None:
    """Compare, unless rows of a file already loaded are missing from `ready`."""
    is_partial = prepared.mode == "add" and prepared.known_files
    if not compare.can_compare(prepared) or is_partial or prepared.origin:
        return None
    return compare.pair(cursor, prepared, staging)


def report(
    prepared: Prepared,
    counts: Counts,
    load_id: str,
    began: float,
    changes: ExtractChanges | None = None,
    twice: str = "",
) -> LoadReport:
    """Put a load's counts into its report."""
    warnings = [*prepared.warnings, *_warnings_of(changes, prepared.mode)]
    warnings += [twice] if twice else []
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


def _perhaps_twice(cursor: compare.Cursor, prepared: Prepared, counts: Counts) -> str:
    """Warn where events without a number may stand twice: same days, not one equal row."""
    if prepared.feed not in EVENT_FEEDS or compare.can_compare(prepared) or prepared.origin:
        return ""
    if counts.held or not counts.stored or prepared.first is None:
        return ""
    others = cursor.execute(
        "SELECT count(*) FROM loads WHERE feed = ? AND NOT is_undone AND rows_stored > 0 "
        "AND first <= ? AND last >= ?",
        [prepared.feed, prepared.last, prepared.first],
    ).fetchall()[0][0]
    if not others:
        return ""
    return (
        "Events of these days are held from another load, and not one row is equal. If both are "
        "the same extract with other columns matched, the events stand twice: take the earlier "
        "load back."
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


def _tally(staging: Staging, prepared: Prepared) -> Tally:
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
    return Tally(read, reasons, prepared.rows_each)


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
