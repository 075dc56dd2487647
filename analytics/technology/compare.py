"""A newer extract of a period that is held: what is new, cancelled, reclassified and moved.

Records are found again by their record number. Where a number stands on several rows, rows alike
in everything pair off first and the rest in order of time, offence and place; what is left over is
new or cancelled. Rows without a record number are compared as a multiset: so many alike held, so
many alike in the extract. A record that changed in several ways counts once, in the order of
`CHANGES`.

The extract answers for the months in which it has a usable row, between its first and its last
day, and, where it names who recorded a row, for those sources only. A held record outside that
scope is part of it when the extract lists its number.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from analytics.technology.report import Prepared
from analytics.technology.staging import Staging
from analytics.workspace.schema import EVENT_FEEDS

MOVED_M = 2.0
"""A place that differs by no more is the same: national grid and degrees differ by 1.7 m."""
LARGE_SHARE = 0.1
"""Share of cancelled records above which the extract may cover only a part (convention)."""
SAMPLE_ROWS = 20

CHANGES: dict[str, str] = {
    "reclassified": "The offence or its code differs",
    "moved": f"The place differs by more than {MOVED_M:.0f} m",
    "retimed": "The time differs",
    "outcome_changed": "Only the outcome or the status differs",
    "otherwise_changed": "Another column differs",
}
"""Ways in which a held record may differ, in the order in which they are judged."""


class Cursor(Protocol):
    """What runs a statement: a cursor of the workspace, or its transaction."""

    def execute(self, sql: str, values: Any = ()) -> Any:
        """Run one statement."""

    def register(self, name: str, rows: Any) -> Any:
        """Let statements read rows by a name."""

    def unregister(self, name: str) -> Any:
        """Forget that name."""


@dataclass(frozen=True)
class ExtractChanges:
    """How an extract differs from what is held of its period (rows; days as ISO dates).

    `kept_aside` are held records whose row in the extract cannot be used; `held` is how many held
    rows the extract answers for, `held_loads` the loads they came with. `samples` holds up to
    twenty rows of each kind of change: record-level data.
    """

    new: int
    cancelled: int
    reclassified: int
    moved: int
    retimed: int
    outcome_changed: int
    otherwise_changed: int
    unchanged: int
    kept_aside: int
    held: int
    period_first: str
    period_last: str
    held_loads: tuple[str, ...] = ()
    samples: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)

    @property
    def changed(self) -> int:
        """Held records that differ in the extract."""
        return sum(getattr(self, name) for name in CHANGES)

    @property
    def touches_held(self) -> bool:
        """Whether replacing would change a row that is held."""
        return bool(self.changed or self.cancelled or self.kept_aside)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain values, without records."""
        plain = {name: value for name, value in self.__dict__.items() if name != "samples"}
        return plain | {"held_loads": list(self.held_loads)}

    def sentence(self) -> str:
        """Say in one sentence how the extract differs from what is held."""
        named = {
            "new": self.new,
            "no longer in the extract": self.cancelled,
            "reclassified": self.reclassified,
            "moved": self.moved,
            "with another time": self.retimed,
            "with another outcome or status": self.outcome_changed,
            "changed otherwise": self.otherwise_changed,
            "in the extract but not usable": self.kept_aside,
            "unchanged": self.unchanged,
        }
        parts = [f"{count:,} {words}" for words, count in named.items() if count]
        days = (date.fromisoformat(day) for day in (self.period_first, self.period_last))
        first, last = (f"{day.day} {day:%b %Y}" for day in days)
        return (
            f"Of the {self.held:,} records held from {first} to {last} and those of the extract: "
            f"{', '.join(parts)}."
        )

    def doubt(self) -> str:
        """Warn where so much is missing that the extract may cover only a part; blank otherwise."""
        if not self.held or self.cancelled / self.held <= LARGE_SHARE:
            return ""
        return (
            f"{self.cancelled / self.held:.0%} of the records held of the period are not in the "
            "extract. Does it cover the same area and the same offences?"
        )


@dataclass(frozen=True)
class Comparison:
    """What an extract changes: rows it brings anew or otherwise (`unlike`: n), held rows `gone`.

    Both are Arrow tables of one column, so that they can pass from one cursor to another.
    """

    changes: ExtractChanges
    unlike: pa.Table
    gone: pa.Table


def can_compare(prepared: Prepared) -> bool:
    """Whether the load is of events that carry record numbers."""
    return prepared.feed in EVENT_FEEDS and "crime_id" in prepared.columns


def pair(cursor: Cursor, prepared: Prepared, staging: Staging) -> Comparison | None:
    """Pair the extract's ready rows with the rows that the feed holds of its period.

    Returns None where the feed holds nothing of the period, or the extract has no record number.
    """
    feed = prepared.feed
    if not cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM {feed} LIMIT 1)").fetchall()[0][0]:
        return None
    columns = [name.strip() for name in prepared.stored_columns.split(",")]
    cursor.register("unusable_rows", staging.stream(_UNUSABLE_SQL).read_all())
    cursor.execute("CREATE OR REPLACE TEMP TABLE unusable AS SELECT crime_id FROM unusable_rows")
    cursor.unregister("unusable_rows")
    cursor.register("ready_rows", staging.stream(f"SELECT n, {prepared.stored_columns} FROM ready"))
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE extract_rows AS
        SELECT *, {_MARK} AS mark FROM ready_rows"""
    )
    cursor.unregister("ready_rows")
    numbers, first, last = cursor.execute(
        """SELECT count(crime_id), min(occurred_from), max(CASE time_precision WHEN 'month'
            THEN last_day(occurred_from) ELSE occurred_from END) FROM extract_rows"""
    ).fetchall()[0]
    if not numbers:
        return None
    cursor.execute(_HELD_SQL.format(feed=feed), [first.date(), last.date()])
    held = cursor.execute("SELECT count(*) FROM held_rows").fetchall()[0][0]
    if not held:
        return None
    others = [name for name in columns if name not in _JUDGED]
    differs = " OR ".join(f"o.{name} IS DISTINCT FROM e.{name}" for name in others)
    cursor.execute(_TWINS_SQL)
    cursor.execute(_REST_SQL.format(otherwise=differs))
    changes = _changes(cursor, first.date().isoformat(), last.date().isoformat(), held)
    differing = "FROM paired WHERE NOT is_same AND {0} IS NOT NULL"
    return Comparison(
        changes,
        _table(cursor, f"SELECT n {differing.format('n')}"),
        _table(cursor, f"SELECT row_id {differing.format('row_id')}"),
    )


def replace(transaction: Cursor, feed: str, load_id: str, compared: Comparison) -> int:
    """Set aside in `superseded` every held row that the extract replaces.

    Returns the rows set aside. Rows that stand in the extract unchanged stay where they are.
    """
    transaction.register("gone_rows", compared.gone)
    gone = "row_id IN (SELECT row_id FROM gone_rows)"
    transaction.execute(
        f"""INSERT INTO superseded BY NAME
        SELECT '{feed}' AS feed, ? AS replaced_by, * FROM {feed} WHERE {gone}""",
        [load_id],
    )
    removed = transaction.execute(f"DELETE FROM {feed} WHERE {gone}").fetchall()[0][0]
    transaction.unregister("gone_rows")
    return removed


def _table(cursor: Cursor, sql: str) -> pa.Table:
    return pa.table(dict(cursor.execute(sql).fetchnumpy()))


def _changes(cursor: Cursor, first: str, last: str, held: int) -> ExtractChanges:
    counts = dict(
        cursor.execute("SELECT kind, CAST(count(*) AS BIGINT) FROM paired GROUP BY kind").fetchall()
    )
    loads = cursor.execute("SELECT DISTINCT load_id FROM held_rows ORDER BY 1").fetchall()
    kinds = ("new", "cancelled", *CHANGES, "unchanged", "kept_aside")
    return ExtractChanges(
        **{kind: counts.get(kind, 0) for kind in kinds},
        held=held,
        period_first=first,
        period_last=last,
        held_loads=tuple(load for (load,) in loads),
        samples=cursor.execute(_SAMPLES_SQL).df(),
    )


_UNUSABLE_SQL = """SELECT DISTINCT crime_id FROM checked WHERE crime_id IS NOT NULL
    AND rule IS NOT NULL AND rule NOT IN ('already_held', 'exact_repeat')
    AND crime_id NOT IN (SELECT crime_id FROM checked WHERE rule IS NULL AND crime_id IS NOT NULL)"""

_JUDGED = (
    "row_hash crime_id offence_code offence occurred_from occurred_to from_utc_ms to_utc_ms "
    "time_precision is_ambiguous_time x y lon lat outcome status"
).split()

_MARK = "coalesce('n' || crime_id, 'h' || CAST(row_hash AS VARCHAR))"

_HELD_SQL = f"""CREATE OR REPLACE TEMP TABLE held_rows AS
    WITH months AS (SELECT DISTINCT date_trunc('month', occurred_from) AS month FROM extract_rows),
        sources AS (SELECT DISTINCT source FROM extract_rows WHERE source IS NOT NULL),
        numbers AS (SELECT crime_id FROM extract_rows WHERE crime_id IS NOT NULL
            UNION SELECT crime_id FROM unusable)
    SELECT *, {_MARK} AS mark FROM {{feed}}
    WHERE (crime_id IN (SELECT crime_id FROM numbers)
            OR CAST(occurred_from AS DATE) BETWEEN ? AND ?
            AND date_trunc('month', occurred_from) IN (SELECT month FROM months))
        AND (source IS NULL OR source IN (SELECT source FROM sources)
            OR NOT EXISTS (SELECT 1 FROM sources))"""

_IS_NEAR = (
    f"coalesce(sqrt(power(o.x - e.x, 2) + power(o.y - e.y, 2)) <= {MOVED_M}, "
    "o.x IS NULL AND e.x IS NULL)"
)
_COPY = "row_number() OVER (PARTITION BY mark, row_hash, occurred_from, offence_code, offence"

_TWINS_SQL = f"""CREATE OR REPLACE TEMP TABLE paired AS
    SELECT e.n, o.row_id, 'unchanged' AS kind, true AS is_same
    FROM (SELECT *, {_COPY} ORDER BY n) AS copy FROM extract_rows) e
    JOIN (SELECT *, {_COPY} ORDER BY row_id) AS copy FROM held_rows) o
        ON e.mark = o.mark AND e.row_hash = o.row_hash AND e.copy = o.copy
        AND e.occurred_from = o.occurred_from
        AND e.offence_code IS NOT DISTINCT FROM o.offence_code
        AND e.offence IS NOT DISTINCT FROM o.offence AND {_IS_NEAR}"""

_ORDER = "PARTITION BY mark ORDER BY occurred_from, offence_code, offence, x, y, row_hash"

_REST_SQL = f"""INSERT INTO paired
    WITH fresh AS (SELECT *, row_number() OVER ({_ORDER}, n) AS place FROM extract_rows
            WHERE n NOT IN (SELECT n FROM paired)),
        older AS (SELECT *, row_number() OVER ({_ORDER}, row_id) AS place FROM held_rows
            WHERE row_id NOT IN (SELECT row_id FROM paired))
    SELECT e.n, o.row_id, CASE
            WHEN o.row_id IS NULL THEN 'new'
            WHEN e.n IS NULL AND o.crime_id IN (SELECT crime_id FROM unusable)
                THEN 'kept_aside'
            WHEN e.n IS NULL THEN 'cancelled'
            WHEN lower(o.offence_code) <> lower(e.offence_code)
                OR lower(o.offence) <> lower(e.offence) THEN 'reclassified'
            WHEN NOT {_IS_NEAR} THEN 'moved'
            WHEN o.occurred_from <> e.occurred_from OR o.occurred_to IS DISTINCT FROM e.occurred_to
                OR o.time_precision <> e.time_precision THEN 'retimed'
            WHEN {{otherwise}} THEN 'otherwise_changed'
            WHEN o.outcome IS DISTINCT FROM e.outcome OR o.status IS DISTINCT FROM e.status
                THEN 'outcome_changed'
            WHEN o.offence_code IS DISTINCT FROM e.offence_code
                OR o.offence IS DISTINCT FROM e.offence THEN 'otherwise_changed'
            ELSE 'unchanged' END AS kind,
        false AS is_same
    FROM fresh e FULL JOIN older o ON e.mark = o.mark AND e.place = o.place"""

_SAMPLES_SQL = f"""SELECT p.kind, coalesce(o.crime_id, e.crime_id) AS crime_id,
        o.occurred_from AS held_time, e.occurred_from AS new_time,
        concat_ws(' ', o.offence_code, o.offence) AS held_offence,
        concat_ws(' ', e.offence_code, e.offence) AS new_offence,
        coalesce(o.outcome, o.status) AS held_outcome, coalesce(e.outcome, e.status) AS new_outcome,
        round(sqrt(power(o.x - e.x, 2) + power(o.y - e.y, 2)), 0) AS moved_m
    FROM paired p LEFT JOIN held_rows o USING (row_id) LEFT JOIN extract_rows e ON p.n = e.n
    WHERE p.kind <> 'unchanged'
    QUALIFY row_number() OVER (PARTITION BY p.kind ORDER BY coalesce(o.crime_id, e.crime_id), p.n)
        <= {SAMPLE_ROWS}
    ORDER BY p.kind, crime_id, p.n"""
