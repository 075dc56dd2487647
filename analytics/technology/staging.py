"""The staging database: one load's own DuckDB, outside the workspace's lock.

It works in memory and spills into the load's folder beyond a gigabyte.
`picked` holds the text of the mapped columns of every record, in the order of the files, with
the file's number and the record's row (the header being row 1). Nothing else is ever stored.
"""

import secrets
import shutil
from types import TracebackType

import duckdb
import pandas as pd
import pyarrow as pa

from analytics.technology import times
from analytics.technology.feeds import Column, columns_of
from analytics.technology.layout import Layout
from analytics.technology.matching import Matching
from analytics.technology.sources import Source
from analytics.workspace import InputError, Workspace
from analytics.workspace.config import config

_PROCESS = secrets.token_hex(4)
MOST_LINES_COUNTED = 10_000
"""Beyond this many unreadable lines, row numbers no longer allow for them."""
ROWS_AT_A_TIME = 100_000
"""Rows in one batch of the hand-over to the workspace: what of it is in memory at once."""
_BLANKS = "('', 'null', 'n/a', 'na', 'nan', 'none', '-', '#n/a')"


class Staging:
    """A folder with a database for one load; gone with everything in it at the end."""

    def __init__(self, workspace: Workspace):
        spill = workspace.path / "spill"
        spill.mkdir(exist_ok=True)
        for stray in spill.glob("load-*"):
            if not stray.name.startswith(f"load-{_PROCESS}-"):
                shutil.rmtree(stray, ignore_errors=True)
        self.folder = spill / f"load-{_PROCESS}-{secrets.token_hex(6)}"

        self.pseudonyms: frozenset[str] = frozenset()
        """Identifiers that are keyed hashes already: rows that come back corrected."""

    def __enter__(self) -> "Staging":
        self.folder.mkdir()
        self.database = duckdb.connect(
            config={
                "memory_limit": "1GB",
                "threads": config().threads,
                "temp_directory": str(self.folder / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self.database.execute("SET TimeZone = 'UTC'")
        for macro in times.MACROS:
            self.database.execute(macro)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self, sql: str, values: tuple = ()) -> list[tuple]:
        """Run a query of the staging database."""
        return self.database.execute(sql, list(values)).fetchall()

    def value(self, sql: str, values: tuple = ()) -> object:
        """Run a query and return the first value of its first row."""
        return self.database.execute(sql, list(values)).fetchall()[0][0]

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """Run a query whose rows are handed over in batches, in order; it can be read once."""
        return self.database.sql(sql).to_arrow_reader(ROWS_AT_A_TIME)

    def keep(self, table: str, frame: pd.DataFrame) -> None:
        """Make a table from a frame."""
        self.database.register("given_frame", frame)
        self.database.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM given_frame")
        self.database.unregister("given_frame")


def begin_picking(staging: Staging, feed: str) -> None:
    """Make the empty tables that `pick` fills."""
    targets = ", ".join(f'"{column.name}" VARCHAR' for column in columns_of(feed))
    staging.database.execute(
        f"""CREATE TABLE picked (file_no INTEGER, {targets});
        CREATE TABLE rejects (file_no INTEGER, line BIGINT, what VARCHAR, place BIGINT);
        CREATE TABLE first_rows (file_no INTEGER, first BIGINT, above INTEGER)"""
    )


def pick(
    staging: Staging, feed: str, sources: list[Source], layout: Layout, matching: Matching
) -> None:
    """Stream the mapped columns of files with one layout into `picked`.

    Raises InputError when a quotation mark is never closed: what follows it is not readable.
    """
    position = {name: f"c{number}" for number, name in enumerate(layout.names)}
    chosen = [
        f'{_text_sql(column, matching, position)} AS "{column.name}"' for column in columns_of(feed)
    ]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in position.values())
    used = {name for names in matching.columns.values() for name in names}
    trimmed = ", ".join(f"trim({position[name]}) AS {position[name]}" for name in sorted(used))
    has_rows_before = staging.value("SELECT count(*) FROM picked")
    staging.database.execute(
        "DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans"
    )
    staging.database.execute(
        f"""INSERT INTO picked SELECT CAST(left(parse_filename(filename), 5) AS INTEGER),
            {", ".join(chosen)}
        FROM (SELECT filename, {trimmed} FROM read_csv(?, delim = ?, quote = '"', escape = '"', header = {layout.has_header},
            skip = {layout.skip_lines}, auto_detect = false, columns = {{{columns}}},
            store_rejects = true, rejects_limit = 0, filename = true))""",
        [[str(source.path) for source in sources], layout.delimiter],
    )
    above = layout.skip_lines + int(layout.has_header)
    staging.database.execute(
        """INSERT INTO first_rows SELECT file_no, min(rowid), ? FROM picked
        WHERE rowid >= ? GROUP BY file_no""",
        [above, has_rows_before],
    )
    _keep_rejects(staging, sources)


def _keep_rejects(staging: Staging, sources: list[Source]) -> None:
    rows = staging.rows(
        """SELECT CAST(left(parse_filename(s.file_path), 5) AS INTEGER), e.line,
            first(e.error_type), first(e.csv_line)
        FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id)
        GROUP BY ALL ORDER BY 1, 2"""
    )
    names = {int(source.path.name[:5]): source.name for source in sources}
    kept = []
    for file_no, line, kind, text in rows:
        if str(kind) == "UNQUOTED VALUE" and (text or "").strip("\r\n").count("\n"):
            raise InputError(
                "A quotation mark opened in this row is never closed. Close it or export again.",
                file=names[file_no],
                row=line,
            )
        kept.append((file_no, line, str(kind).lower()))
    if kept:
        staging.keep("new_rejects", pd.DataFrame(kept, columns=["file_no", "line", "what"]))
        staging.database.execute(
            """INSERT INTO rejects SELECT file_no, line, what,
                line - row_number() OVER (PARTITION BY file_no ORDER BY line) FROM new_rejects"""
        )


def number_rows(staging: Staging) -> None:
    """Make view `numbered`: every record with its row in its file, the header being row 1.

    Records are in order; each unreadable line before one moves it a row down.
    """
    rejected = staging.value("SELECT count(*) FROM rejects")
    gaps = "0"
    if 0 < rejected <= MOST_LINES_COUNTED:
        gaps = """(SELECT count(*) FROM rejects r WHERE r.file_no = p.file_no
            AND r.place < p.rowid - f.first + f.above + 1)"""
    starts = staging.rows("SELECT first, above FROM first_rows")
    if len(starts) == 1 and gaps == "0":
        place, files = f"p.rowid - {starts[0][0]} + {starts[0][1]} + 1", ""
    else:
        place = f"p.rowid - f.first + f.above + 1 + {gaps}"
        files = "JOIN first_rows f USING (file_no)"
    staging.database.execute(
        f"CREATE VIEW numbered AS SELECT p.rowid AS n, {place} AS place, p.* FROM picked p {files}"
    )


def hide_persons(staging: Staging, workspace: Workspace, feed: str) -> None:
    """Replace identifiers of officers and devices by keyed hashes, once per distinct value."""
    for column in columns_of(feed):
        if column.kind != "person":
            continue
        name = f'"{column.name}"'
        found = staging.rows(f"SELECT DISTINCT {name} FROM picked WHERE {name} IS NOT NULL")
        codes = [
            (text, workspace.keys.pseudonym(text))
            for (text,) in found
            if text not in staging.pseudonyms
        ]
        if codes:
            staging.keep("persons", pd.DataFrame(codes, columns=["text", "code"]))
            staging.database.execute(
                f"UPDATE picked SET {name} = code FROM persons WHERE {name} = text"
            )


def _text_sql(column: Column, matching: Matching, position: dict[str, str]) -> str:
    names = matching.columns.get(column.name)
    if names is None:
        return "NULL"
    cells = [position[name] for name in names]
    if column.kind in ("moment", "date", "number", "x", "y", "clock"):
        # No word for a blank is longer than four bytes.
        cells = [
            f"CASE WHEN strlen({cell}) > 4 THEN {cell} "
            f"WHEN lower({cell}) NOT IN {_BLANKS} THEN {cell} END"
            for cell in cells
        ]
    else:
        cells = [f"nullif({cell}, '')" for cell in cells]
    if len(cells) == 1:
        return cells[0]
    if column.kind == "either":
        return f"coalesce({', '.join(cells)})"
    if len(cells) == 2:
        day = rf"regexp_replace({cells[0]}, ' 0?0:00(:00(\.0+)?)?$', '')"
        return f"{day} || coalesce(' ' || {cells[1]}, '')"
    year, month, day, *clock = cells
    text = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
    if clock:
        minute = f"lpad({clock[1]}, 2, '0')" if len(clock) > 1 else "'00'"
        text += f" || coalesce(' ' || lpad({clock[0]}, 2, '0') || ':' || {minute}, '')"
    return text
