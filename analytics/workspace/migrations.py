"""Forward migrations of the schema, one function per version left behind."""

from collections.abc import Callable

import duckdb

from analytics.workspace import schema
from analytics.workspace.errors import WorkspaceError


_EVENTS_OF_2 = """row_id BIGINT, load_id VARCHAR, row_hash UBIGINT,
    crime_id VARCHAR, occurrence_number VARCHAR, offence_code VARCHAR, offence VARCHAR,
    occurred_from TIMESTAMP, occurred_to TIMESTAMP, from_utc_ms BIGINT, to_utc_ms BIGINT,
    time_precision VARCHAR, is_ambiguous_time BOOLEAN, recorded_on DATE,
    x DOUBLE, y DOUBLE, lon DOUBLE, lat DOUBLE, location VARCHAR, area_code VARCHAR,
    is_public_place BOOLEAN, is_domestic BOOLEAN, is_knife BOOLEAN, is_proactive BOOLEAN,
    status VARCHAR, outcome VARCHAR, source VARCHAR"""

_NEW_IN_2 = {
    "superseded": f"feed VARCHAR, replaced_by VARCHAR, {_EVENTS_OF_2}",
    "scopes": """scope_id VARCHAR, programme_id VARCHAR, name VARCHAR, version INTEGER,
        definition JSON, note VARCHAR, saved_by VARCHAR, saved_ms BIGINT, is_retired BOOLEAN""",
    "time_events": """event_id VARCHAR, programme_id VARCHAR, name VARCHAR, kind VARCHAR,
        first_day DATE, last_day DATE, note VARCHAR, added_by VARCHAR, added_ms BIGINT,
        is_removed BOOLEAN""",
    "list_edits": """edit_id VARCHAR, programme_id VARCHAR, number INTEGER, kind VARCHAR,
        hotspot_id VARCHAR, detail JSON, geometry BLOB, reason VARCHAR, edited_by VARCHAR,
        edited_ms BIGINT, is_undone BOOLEAN""",
}

_NEW_IN_3 = (
    "plan_edits",
    "abstractions",
    "briefings",
    "misses",
    "check_ins",
    "claims",
    "templates",
    "policies",
    "person_units",
)


def _from_1(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add replaced extracts, scopes, the event register, edits of lists and hours of places."""
    for table, columns in _NEW_IN_2.items():
        cursor.execute(f"CREATE TABLE {table} ({columns})")
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


def _from_2(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add what tasking and tracking keep: edits, abstractions, briefings, misses, check-ins."""
    for table in _NEW_IN_3:
        cursor.execute(f"CREATE TABLE {table} ({schema.TABLES[table]})")
    for table in ("superseded", *schema.EVENT_FEEDS):
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN ethnicity VARCHAR")
    for table, column in (
        ("activity", "until_utc_ms BIGINT"),
        ("activity", "until_local TIMESTAMP"),
        ("activity", "place_id VARCHAR"),
        ("roster", "crew INTEGER"),
        ("roster", "agency VARCHAR"),
        ("roster", "funding VARCHAR"),
    ):
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _from_3(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add the officer's view of a stopped person's ethnicity, and whether the object was found."""
    for table in ("superseded", *schema.EVENT_FEEDS):
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN officer_ethnicity VARCHAR")
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN is_object_found BOOLEAN")
    # Older recipes of stops know neither column and let the officer's word stand in for the
    # person's: the columns of such files are matched anew.
    cursor.execute("DELETE FROM recipes WHERE feed = 'stops'")


MIGRATIONS: dict[int, Callable[[duckdb.DuckDBPyConnection], None]] = {
    1: _from_1,
    2: _from_2,
    3: _from_3,
}
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
