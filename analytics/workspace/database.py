"""What a workspace is on disk: the DuckDB file with its limits and first rows, and its folders."""

import logging
import shutil
from pathlib import Path

import duckdb

from analytics.workspace import schema
from analytics.workspace.config import config
from analytics.workspace.errors import WorkspaceBusy, WorkspaceError

DATABASE = "workspace.duckdb"
PING_FOLDER = "pings"

log = logging.getLogger(__name__)


def check_path(folder: Path) -> None:
    """Refuse a path that DuckDB reads as a pattern: it could answer from a folder beside it."""
    if found := set(str(folder.resolve())) & set("*?["):
        raise WorkspaceError(
            f"The path of '{folder}' holds the sign {min(found)}, with which the database finds "
            "the wrong files. Choose a name without it."
        )


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open the file, made where there is none, with the configured limits and in UTC.

    Raises WorkspaceBusy when another process holds it, WorkspaceError when it cannot be read.
    """
    spill = folder / "spill"
    spill.mkdir(exist_ok=True)
    limits = config()
    try:
        connection = duckdb.connect(
            str(folder / DATABASE),
            config={
                "memory_limit": limits.memory_limit,
                "threads": limits.threads,
                "temp_directory": str(spill),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise WorkspaceBusy(
                f"The workspace '{folder}' is open in another process. "
                "Close that one, or let it do the work."
            ) from error
        raise WorkspaceError(f"The workspace '{folder}' cannot be opened: {error}") from error
    except duckdb.Error as error:
        raise WorkspaceError(f"The workspace '{folder}' cannot be read: {error}") from error
    return connection


def fill(connection: duckdb.DuckDBPyConnection, values: dict[str, str]) -> None:
    """Make the tables of a new workspace with its facts, first programme and register of feeds."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for statement in schema.create_statements():
            cursor.execute(statement)
        cursor.executemany("INSERT INTO meta VALUES (?, ?)", list(values.items()))
        cursor.execute(
            "INSERT INTO programmes VALUES (?, 'Serious violence', '', true)",
            [schema.DEFAULT_PROGRAMME],
        )
        cursor.executemany(
            "INSERT INTO feeds VALUES (?, '', '', NULL, ?, '', NULL)",
            [(feed, schema.RETENTION_DAYS.get(feed)) for feed in schema.FEEDS],
        )
        cursor.execute("COMMIT")


def make_folders(folder: Path) -> None:
    """Make the folders of ping files, handed-over commands and inboxes where they are missing."""
    for name in (PING_FOLDER, "queue", *(f"inbox/{feed}" for feed in schema.FEEDS)):
        (folder / name).mkdir(parents=True, exist_ok=True)


def remove_strays(folder: Path, registered: list[str]) -> None:
    """Delete what a crash left: ping files that no load registered, unpacked uploads, copies."""
    for left in (folder / "spill").iterdir():
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
    names = {Path(file).name for file in registered}
    for file in (folder / PING_FOLDER).iterdir():
        if file.name not in names:
            log.warning("Removed the unregistered ping file %s.", file.name)
            file.unlink()
