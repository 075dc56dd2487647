"""Facts that later steps leave for the readiness checklist, through a table and not by import."""

from analytics.workspace.transaction import Transaction
from analytics.workspace.times import now_ms


def note(transaction: Transaction, item_id: str, value: str, run_id: str) -> None:
    """Record that a run produced evidence for a checklist item; the newest value wins."""
    transaction.execute("DELETE FROM evidence WHERE item_id = ?", [item_id])
    transaction.execute(
        "INSERT INTO evidence VALUES (?, ?, ?, ?)", [item_id, value, run_id, now_ms()]
    )
