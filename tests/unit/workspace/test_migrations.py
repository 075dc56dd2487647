"""A workspace of every released version opens with today's tables and keeps its rows."""

from pathlib import Path

import duckdb
import pytest

from analytics.workspace import Workspace, schema
from analytics.workspace.migrations import MIGRATIONS

RELEASED = Path(__file__).parent / "released"


def columns(rows) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows:
        found.setdefault(table, []).append((column, kind))
    return found


COLUMNS = (
    "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
    "ORDER BY table_name, column_index"
)


def test_every_released_version_has_its_tables_kept_here():
    held = {int(file.stem[1:]) for file in RELEASED.glob("v*.sql")}
    assert held == set(MIGRATIONS) == set(range(1, schema.VERSION))


@pytest.mark.parametrize("version", sorted(MIGRATIONS))
def test_an_older_workspace_is_migrated_with_its_rows(workspace, version):
    wanted = columns(workspace.rows(COLUMNS))
    folder = workspace.path
    feeds = workspace.value("SELECT count(*) FROM feeds")
    meta = workspace.rows("SELECT name, value FROM meta")
    audit = workspace.rows("SELECT * FROM audit ORDER BY number")
    workspace.close()
    file = folder / "workspace.duckdb"
    for old in folder.glob("workspace.duckdb*"):
        old.unlink()
    with duckdb.connect(str(file)) as older:
        older.execute((RELEASED / f"v{version}.sql").read_text())
        older.executemany("INSERT INTO meta VALUES (?, ?)", meta)
        older.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", [str(version)])
        marks = ", ".join("?" * len(audit[0]))
        older.executemany(f"INSERT INTO audit VALUES ({marks})", audit)
        for feed in schema.FEEDS:
            older.execute("INSERT INTO feeds (feed) VALUES (?)", [feed])
            older.execute("INSERT INTO recipes (feed, columns) VALUES (?, '{}')", [feed])
    with Workspace.open(folder) as migrated:
        assert columns(migrated.rows(COLUMNS)) == wanted
        assert migrated.value("SELECT count(*) FROM feeds") == feeds
        # Those of stops would fill up the person's ethnicity with the officer's word.
        kept = {feed for (feed,) in migrated.rows("SELECT feed FROM recipes")}
        assert kept == set(schema.FEEDS) - {"stops"}
        assert migrated.rows("SELECT * FROM audit ORDER BY number")[: len(audit)] == audit
        assert migrated.value("SELECT value FROM meta WHERE name = 'schema_version'") == str(
            schema.VERSION
        )
