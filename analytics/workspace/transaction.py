"""One write to the workspace, as it is handed to the work that does it."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from analytics.workspace import audit
from analytics.workspace.roles import User


class Transaction:
    """One write: everything executed here is kept or lost together, with its audit record."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection):
        self._cursor = cursor

    def execute(self, sql: str, values: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        """Run one statement with `?` parameters inside the transaction."""
        return self._cursor.execute(sql, list(values))

    def insert(self, table: str, rows: pd.DataFrame) -> None:
        """Append a frame whose columns are columns of `table`; absent columns stay NULL."""
        if rows.empty:
            return
        names = ", ".join(rows.columns)
        self._cursor.register("incoming_rows", rows)
        try:
            self._cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming_rows")
        finally:
            self._cursor.unregister("incoming_rows")

    def register(self, name: str, rows: Any) -> None:
        """Let statements read rows handed over (a frame, an Arrow table or stream) by a name."""
        self._cursor.register(name, rows)

    def unregister(self, name: str) -> None:
        """Forget rows handed over by a name."""
        self._cursor.unregister(name)

    def audit(
        self, user: User, action: str, object_type: str, object_id: str, detail: object = None
    ) -> tuple[int, str]:
        """Add an audit record to this transaction; return the chain's length and head."""
        return audit.append(self._cursor, user, action, object_type, object_id, detail)
