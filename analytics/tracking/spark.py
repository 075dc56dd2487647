"""The same ping SQL on Apache Spark, for fixes that outgrow one machine.

`SparkCursor` stands in for a DuckDB cursor: each statement of `engine` is translated by sqlglot and
run by Spark, and every ping query is compared row by row in the tests. It needs the packages of
`requirements-spark.txt` and Java 17; without an address in the configuration nothing here is used.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pyarrow as pa

from analytics.workspace import InputError, Workspace
from analytics.workspace.config import config

_MAKE = re.compile(r"\s*CREATE (?:OR REPLACE )?TEMP (TABLE|VIEW) (\w+) AS (.*)", re.S)
_EMPTY = re.compile(r"\s*CREATE (?:OR REPLACE )?TEMP TABLE (\w+) \((.*)\)\s*$", re.S)
_DROP = re.compile(r"\s*DROP VIEW IF EXISTS (\w+)\s*$")
_FILES = re.compile(r"read_parquet\(\[(.*?)\]\)", re.S)


@contextmanager
def ping_cursor(workspace: Workspace) -> Iterator[Any]:
    """Yield what runs the ping SQL: Spark where the configuration names one, otherwise DuckDB."""
    if not config().spark:
        with workspace.cursor() as cursor:
            yield cursor
        return
    cursor = SparkCursor(connect(config().spark))
    try:
        yield cursor
    finally:
        cursor.close()


def connect(address: str) -> Any:
    """Return a Spark session at `address`: local[2], spark://host:7077, yarn, or sc://host:15002.

    Raises InputError when the optional packages are absent.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError(
            "The configuration names Apache Spark, but its packages are not installed. Run "
            "'pip install -r requirements-spark.txt', or remove the setting 'spark'."
        ) from error
    builder = SparkSession.builder.appName("Seven Steps")
    if address.startswith("sc://"):
        return builder.remote(address).getOrCreate()
    builder = builder.master(address).config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.session.timeZone", "UTC")
    if address.startswith("local"):
        builder = builder.config("spark.sql.shuffle.partitions", "4")
    return builder.getOrCreate()


def translate(sql: str) -> str:
    """Return Spark SQL of one query written for DuckDB."""
    import sqlglot

    return sqlglot.transpile(sql, read="duckdb", write="spark")[0]


class SparkCursor:
    """The few methods of a DuckDB cursor that `engine` uses, answered by a Spark session.

    A temporary table is a view whose rows Spark keeps; it is let go when replaced, or by `close`.
    It is named, not held as a frame: over Spark Connect a frame is read anew from its own sources,
    which may be gone by then.
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self.statements: list[str] = []
        self._kept: set[str] = set()
        self._views: set[str] = set()
        self._answer: Any = None

    def register(self, name: str, frame: pd.DataFrame) -> None:
        """Make a frame known under a name."""
        table = pa.Table.from_pandas(pd.DataFrame(frame), preserve_index=False)
        self._show(name, self.session.createDataFrame(table))

    def unregister(self, name: str) -> None:
        """Forget a registered frame; what was made from it stays."""
        self.session.catalog.dropTempView(name)

    def execute(self, sql: str) -> "SparkCursor":
        """Run one statement; `fetchall` or `df` give its rows."""
        self.statements.append(sql)
        if empty := _EMPTY.match(sql):
            columns = empty[2].replace("VARCHAR", "STRING")
            self._show(empty[1], self.session.createDataFrame([], columns))
        elif drop := _DROP.match(sql):
            self.session.catalog.dropTempView(drop[1])
        elif made := _MAKE.match(sql):
            self._show(made[2], self.session.sql(self._translated(made[3])))
            if made[1] == "TABLE":
                self.session.catalog.cacheTable(made[2])
                self._kept.add(made[2])
        else:
            self._answer = self.session.sql(self._translated(sql)).toArrow()
        return self

    def fetchall(self) -> list[tuple]:
        """Return the rows of the last query as tuples."""
        return [tuple(row.values()) for row in self._answer.to_pylist()]

    def df(self) -> pd.DataFrame:
        """Return the rows of the last query as a frame."""
        return self._answer.to_pandas()

    def close(self) -> None:
        """Let go of every table and view that this cursor made."""
        for name in self._kept:
            self.session.catalog.uncacheTable(name)
        for name in self._views:
            self.session.catalog.dropTempView(name)
        self._kept.clear()
        self._views.clear()

    def _show(self, name: str, rows: Any) -> None:
        if name in self._kept:
            self.session.catalog.uncacheTable(name)
            self._kept.remove(name)
        rows.createOrReplaceTempView(name)
        self._views.add(name)

    def _translated(self, sql: str) -> str:
        """Translate a query after the files it reads were made a view."""
        if found := _FILES.search(sql):
            files = [name.replace("''", "'") for name in re.findall(r"'((?:[^']|'')*)'", found[1])]
            self._show("ping_files_read", self.session.read.parquet(*files))
            sql = sql[: found.start()] + "ping_files_read" + sql[found.end() :]
        return translate(sql)
