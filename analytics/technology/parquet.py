"""Parquet tables into CSV, streamed by DuckDB: whole numbers keep their digits, dates are ISO."""

import re
from pathlib import Path

import duckdb

from analytics.workspace import InputError
from analytics.workspace.config import config

MAGIC = b"PAR1"
_NESTED = re.compile(r"STRUCT|MAP|UNION|\[|LIST|BLOB|GEOMETRY|VARIANT")


def write_table(file: str, path: Path, target: Path, warnings: list[str]) -> None:
    """Write the columns of a Parquet file that hold single values as CSV; others are named.

    Raises InputError when it is damaged, has no rows or no such column.
    """
    settings = {"threads": config().threads, "memory_limit": "600MB"}
    try:
        with duckdb.connect(config=settings) as database:
            database.execute("SET TimeZone = 'UTC'")
            columns = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)])
            kinds = {row[0]: row[1] for row in columns.fetchall()}
            plain = [name for name, kind in kinds.items() if not _NESTED.search(kind)]
            if not plain:
                raise InputError(
                    "Its columns hold lists or shapes instead of single values. Save it as a table "
                    "with a column for each value.",
                    file=file,
                )
            if len(plain) < len(kinds):
                others = ", ".join(name for name in kinds if name not in plain)
                warnings.append(f"Not read from '{file}', as they hold no single values: {others}.")
            chosen = ", ".join(f"{_quoted(name)} AS {_quoted(_header(name))}" for name in plain)
            database.execute(
                f"COPY (SELECT {chosen} FROM read_parquet(?)) TO ? (FORMAT csv, HEADER)",
                [str(path), str(target)],
            )
    except duckdb.Error as error:
        raise InputError("The Parquet file is damaged. Export it again.", file=file) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _header(name: str) -> str:
    """Return a header that is not mistaken for a row: a table without names numbers its columns."""
    return f"column {name}" if re.fullmatch(r"[\d./:-]+", name) else name
