"""What the data and the register show for the readiness checklist: facts, never answers.

They are written with every load, undo and change of the register, so that they are as new as the
data. Items that no data can bear out (consultation, walk tests, approvals) get none.
"""

from analytics.workspace import Transaction, User, Workspace, note_evidence
from analytics.workspace.roles import ROLES

ITEMS = ("T2-01", "T2-02", "T2-03", "T2-07", "T2-08", "T2-09", "T2-10", "T3-08")


def note(transaction: Transaction, workspace: Workspace, made_by: str) -> None:
    """Write the facts as suggested evidence; `made_by` is the load or the change behind them."""
    for item_id, fact in _facts(transaction, workspace).items():
        if fact:
            note_evidence(transaction, item_id, fact, made_by)
        else:
            transaction.execute("DELETE FROM evidence WHERE item_id = ?", [item_id])


def refresh(workspace: Workspace, user: User) -> None:
    """Write the facts anew after something other than a load changed what they rest on."""
    with workspace.bookkeeping() as transaction:
        note(transaction, workspace, user.username)


def _facts(transaction: Transaction, workspace: Workspace) -> dict[str, str]:
    return {
        "T2-01": _mapped(transaction),
        "T2-02": _located(transaction, workspace),
        "T2-03": _interval(transaction),
        "T2-07": _joined(transaction),
        "T2-08": _failures(workspace, transaction),
        "T2-09": _approved(transaction),
        "T2-10": _access(transaction),
        "T3-08": _geocoded(transaction),
    }


def _one(transaction: Transaction, sql: str) -> tuple:
    return transaction.execute(sql).fetchall()[0]


def _mapped(transaction: Transaction) -> str:
    crimes, shapes = _one(
        transaction, "SELECT (SELECT count(*) FROM crimes), (SELECT count(*) FROM boundary)"
    )
    if not crimes:
        return ""
    inside = "with the force's boundary" if shapes else "without a boundary as yet"
    return f"{crimes:,} crimes are held with their coordinates, {inside}."


def _located(transaction: Transaction, workspace: Workspace) -> str:
    """Tell rostered units with a device, over the days that have fixes."""
    devices, first, last = _one(
        transaction,
        """SELECT (SELECT count(DISTINCT device) FROM devices), min(day), max(day)
        FROM ping_files""",
    )
    if first is None:
        return ""
    units = transaction.execute(
        "SELECT DISTINCT unit FROM roster WHERE unit IS NOT NULL AND day BETWEEN ? AND ?",
        [first, last],
    ).fetchall()
    noun = "device" if devices == 1 else "devices"
    text = f"{devices:,} {noun} sent positions from {_day(first)} to {_day(last)}"
    if not units:
        return f"{text}; no roster of these days is loaded to compare with."
    heard = {
        name
        for pair in transaction.execute("SELECT DISTINCT device, unit FROM devices").fetchall()
        for name in pair
        if name
    }
    found = sum(unit in heard or workspace.keys.pseudonym(unit) in heard for (unit,) in units)
    return f"{text}; {found:,} of {len(units):,} rostered units are among them."


def _interval(transaction: Transaction) -> str:
    devices, median, low, high, p95 = _one(
        transaction,
        """SELECT count(DISTINCT device), quantile_cont(interval_s, 0.5), min(interval_s),
            max(interval_s), max(interval_p95_s) FROM devices WHERE interval_s IS NOT NULL""",
    )
    if not devices:
        return ""
    noun = "device" if devices == 1 else "devices"
    return (
        f"Measured per device from the gaps of {devices:,} {noun}: median {median:,.0f} s, from "
        f"{low:,.0f} to {high:,.0f} s between devices, 95th percentile up to {p95:,.0f} s."
    )


def _joined(transaction: Transaction) -> str:
    crimes, timed, roster, fixes = _one(
        transaction,
        """SELECT (SELECT count(*) FROM crimes),
            (SELECT count(*) FROM crimes WHERE time_precision = 'minute'),
            (SELECT count(*) FROM roster),
            (SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) FROM ping_files)""",
    )
    if not (crimes or roster or fixes):
        return ""
    return (
        f"Held in one place: {crimes:,} crimes ({timed:,} with a time of day), {fixes:,} "
        f"positions, {roster:,} rostered duties. Positions join places by coordinates and time, "
        "the roster by unit and day."
    )


def _failures(workspace: Workspace, transaction: Transaction) -> str:
    (loads,) = _one(transaction, "SELECT count(*) FROM loads WHERE NOT is_undone")
    if not loads:
        return ""
    inbox = workspace.path / "inbox"
    failed = len(list(inbox.glob("*/failed/*.txt")))
    known = "none of them waits" if not failed else f"{failed:,} of them wait"
    return (
        f"Files that cannot be loaded are kept with the reason and shown on Home; {known} for a "
        "person now. A drill of the fallback is not in the data."
    )


def _approved(transaction: Transaction) -> str:
    rows = transaction.execute(
        "SELECT feed, dpia_reference FROM feeds WHERE dpia_reference <> '' ORDER BY feed"
    ).fetchall()
    if not rows:
        return ""
    named = "; ".join(f"{feed}: {reference}" for feed, reference in rows)
    return f"DPIA references in the register of feeds: {named}."


def _access(transaction: Transaction) -> str:
    records, people = _one(
        transaction,
        """SELECT (SELECT count(*) FROM audit),
            (SELECT count(*) FROM people WHERE NOT is_disabled)""",
    )
    return (
        f"Access follows {len(ROLES)} roles; {people:,} people may sign in. The audit log holds "
        f"{records:,} records, each chained to the one before."
    )


def _geocoded(transaction: Transaction) -> str:
    rules = ("no_place", "suppressed_place", "impossible_place", "unreadable_number")
    counts = " + ".join(f"coalesce(CAST(reasons->>'{rule}' AS BIGINT), 0)" for rule in rules)
    read, unplaced, fixed = _one(
        transaction,
        f"""SELECT CAST(coalesce(sum(rows_read - rows_already_held) FILTER (mode <> 'fix'), 0)
                AS BIGINT), CAST(coalesce(sum({counts}), 0) AS BIGINT),
            CAST(coalesce(sum(rows_stored) FILTER (mode = 'fix'), 0) AS BIGINT)
        FROM (SELECT * REPLACE (coalesce(mode, 'add') AS mode) FROM loads
            WHERE feed = 'crimes' AND NOT is_undone)""",
    )
    if not read:
        return ""
    unplaced = max(0, unplaced - fixed)
    (decided,) = _one(transaction, "SELECT count(*) FROM heaping_decisions")
    return (
        f"{(read - unplaced) / read:.1%} of {read:,} crime rows read have a usable place (85% is "
        f"the least: Ratcliffe 2004); {decided:,} places where records heap are decided."
    )


def _day(day) -> str:
    return f"{day.day} {day:%b %Y}"
