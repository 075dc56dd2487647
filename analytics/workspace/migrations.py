"""Forward migrations of the schema, one function per version left behind."""

from collections.abc import Callable

import duckdb

from analytics.workspace import schema
from analytics.workspace.errors import WorkspaceError


def _from_1(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add replaced extracts, scopes, the event register, edits of lists and hours of places."""
    for table in ("superseded", "scopes", "time_events", "list_edits"):
        cursor.execute(f"CREATE TABLE {table} ({schema.TABLES[table]})")
    for table, column in (
        ("feeds", "recording_lag_days INTEGER"),
        ("recipes", "mode VARCHAR"),
        ("loads", "mode VARCHAR"),
        ("loads", "changes JSON"),
        ("quarantine", "fixed_by VARCHAR"),
        ("lists", "note VARCHAR"),
        ("hotspots", "hours VARCHAR"),
        ("hotspots", "edits JSON"),
    ):
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


MIGRATIONS: dict[int, Callable[[duckdb.DuckDBPyConnection], None]] = {1: _from_1}
"""From a version to the step that makes it the next one."""


def migrate(cursor: duckdb.DuckDBPyConnection) -> None:
    """Bring the database to `schema.VERSION` in one transaction; a newer one is refused."""
    try:
        (text,) = cursor.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    except duckdb.CatalogException as error:
        raise WorkspaceError(
            "The database in this folder is not that of a workspace. Choose another folder."
        ) from error
    version = int(text)
    if version > schema.VERSION:
        raise WorkspaceError(
            f"This workspace has schema {version}; this program knows up to {schema.VERSION}. "
            "Install the newer program."
        )
    if version == schema.VERSION:
        return
    cursor.execute("BEGIN")
    for step in range(version, schema.VERSION):
        MIGRATIONS[step](cursor)
    cursor.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", [str(schema.VERSION)])
    cursor.execute("COMMIT")
