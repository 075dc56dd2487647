"""Staged text rows into typed, checked rows: crimes, incidents, stops, activity and lists."""

import json
from dataclasses import dataclass, field, replace

from analytics.technology import coordinates, places, rules, times
from analytics.technology.checks import Check
from analytics.technology.feeds import Column, columns_of, simplify
from analytics.technology.matching import FALSE_VALUES, Matching
from analytics.technology.staging import Staging
from analytics.workspace import InputError, UndecidedColumns, Workspace
from analytics.workspace.schema import EVENT_FEEDS

REPEATS_ARE_REAL = (*EVENT_FEEDS, "activity")
"""Feeds in which identical rows without an ID stand for separate events."""
PAST_ONLY = (*EVENT_FEEDS, "activity", "training")
PLACE_MAY_LACK = ("stops",)
"""Feeds whose rows are stored without coordinates: a stop counts wherever it was made."""


@dataclass
class Reading:
    """How the staged text is to be read, and what was noticed on the way."""

    feed: str
    matching: Matching
    has_decimal_comma: bool = False
    crs: str = ""
    warnings: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @property
    def is_day_first(self) -> bool:
        """Whether a date such as 03/04/2026 is the third of April."""
        return self.matching.date_order != "month_first"


def decide_date_order(staging: Staging, reading: Reading, file: str) -> None:
    """Settle day or month first from all dates; raises UndecidedColumns when they allow both."""
    if reading.matching.date_order is not None:
        return
    names = [
        f'"{column.name}"'
        for column in columns_of(reading.feed)
        if column.kind in ("moment", "date", "clock") and column.name in reading.matching.columns
    ]
    counts = times.date_order_counts(staging.database, names)
    if not counts[0]:
        return
    order = times.order_of(counts)
    if order is None:
        suggestion = reading.matching.as_json() | {"date_order": "day_first"}
        raise UndecidedColumns(
            "The dates can be read with the day or the month first. Say so with "
            f"--columns, for example {json.dumps(suggestion)} (or month_first).",
            suggestion,
            file=file,
        )
    reading.matching = replace(reading.matching, date_order=order)


def read_values(staging: Staging, reading: Reading) -> None:
    """Make view `readings`: one typed row per picked row, with its row number and hash.

    Texts of dates are read once each, however many rows share them; those of coordinates stay.
    """
    dated = _dated(reading)
    if dated:
        columns = [f'"{name}"' for name in dated]
        times.read_moments(staging.database, columns, reading.is_day_first)
    parts = ["n", "file_no", "place AS line", f"{_hash_sql(reading)} AS row_hash"]
    for column in columns_of(reading.feed):
        is_moment = column.kind == "moment"
        settled = _settled_precision(staging, reading, column) if is_moment else None
        parts += _reading_sql(column, reading, settled)
    joins = " ".join(
        f'LEFT JOIN moments AS m_{name} ON numbered."{name}" = m_{name}.text' for name in dated
    )
    if _is_placed(reading):
        parts += ["numbered.x AS text_x", "numbered.y AS text_y"]
    staging.database.execute(
        f"CREATE VIEW readings AS SELECT {', '.join(parts)} FROM numbered {joins}"
    )


def _is_placed(reading: Reading) -> bool:
    return any(column.kind == "x" for column in columns_of(reading.feed))


def _dated(reading: Reading) -> list[str]:
    """Return the mapped columns that hold dates or times."""
    return [
        column.name
        for column in columns_of(reading.feed)
        if column.kind in ("moment", "date", "clock") and _is_filled(column, reading)
    ]


def _hash_sql(reading: Reading) -> str:
    """Hash what was mapped, each value under its column's name, so that the order is no matter."""
    names = [c.name for c in columns_of(reading.feed) if _is_filled(c, reading)]
    texts = ", ".join(f"'{name}=' || numbered.\"{name}\"" for name in names)
    return hash_sql(f"concat_ws(chr(31), {texts})")


def hash_sql(text: str) -> str:
    """Return the SQL of a row's hash: the last eight bytes of MD5 as a little-endian number.

    It equals DuckDB's md5_number_lower, which goes through texts of bits and takes twice as long.
    """
    return f"CAST(md5_number({text}) >> 64 AS UBIGINT)"


def _is_filled(column: Column, reading: Reading) -> bool:
    is_named_by_file = column.name == "offence" and reading.feed in EVENT_FEEDS
    return column.name in reading.matching.columns or is_named_by_file


def _reading_sql(column: Column, reading: Reading, precision: str | None) -> list[str]:
    name, text = column.name, f'numbered."{column.name}"'
    if not _is_filled(column, reading):
        text = "CAST(NULL AS VARCHAR)"
    if column.kind == "flag":
        true, false = _words(reading.matching.true_values), _words(FALSE_VALUES)
        return [
            f"CASE WHEN lower({text}) IN ({true}) THEN true "
            f'WHEN lower({text}) IN ({false}) THEN false END AS "{name}"'
        ]
    if column.kind in ("x", "y"):
        return [f"numbered.{name} IS NULL AS {name}_is_blank"]
    if column.kind == "number":
        return [f'{number_sql(text, reading)} AS "{name}"', f"{text} IS NULL AS {name}_is_blank"]
    if column.kind in ("date", "moment", "clock"):
        return _dated_sql(column, _is_filled(column, reading), precision)
    return [f'{text} AS "{name}"']


def _dated_sql(column: Column, is_filled: bool, settled: str | None) -> list[str]:
    name = column.name
    value = f"m_{name}.value" if is_filled else "CAST(NULL AS TIMESTAMP)"
    blank = f'numbered."{name}" IS NULL AS {name}_is_blank'
    if column.kind == "date":
        return [f'CAST({value} AS DATE) AS "{name}"', blank]
    if column.kind == "clock" and is_filled:
        # A bare time of day stands on the row's own day; a full date and time for itself.
        on_day = f"date_trunc('day', m_day.value) + to_seconds(m_{name}.clock_s)"
        value = f"CASE WHEN m_{name}.clock_s IS NOT NULL THEN {on_day} ELSE {value} END"
        return [f'{value} AS "{name}"', blank]
    precision = f"m_{name}.precision" if is_filled else "CAST(NULL AS VARCHAR)"
    precision = f"'{settled}'" if settled else precision
    zoned = f"m_{name}.is_zoned" if is_filled else "false"
    return [
        f'{value} AS "{name}"',
        f"{precision} AS {name}_precision",
        blank,
        f"{zoned} AS {name}_is_zoned",
    ]


def number_sql(text: str, reading: Reading) -> str:
    """Return the SQL that reads a number, with a decimal comma where the file has one."""
    comma = "." if reading.has_decimal_comma else ""
    value = f"TRY_CAST(rtrim(replace({text}, ',', '{comma}'), '% ') AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def _words(values: tuple[str, ...]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _settled_precision(staging: Staging, reading: Reading, column: Column) -> str | None:
    """Judge by the whole column: always the first means a month, always midnight a day."""
    if column.name not in reading.matching.columns:
        return None
    name = f'"{column.name}"'
    given = reading.matching.time_precision
    if given is None:
        first, midnight, timed, total, months = staging.rows(
            f"""SELECT coalesce(sum(rows) FILTER (day(value) = 1), 0),
                coalesce(sum(rows) FILTER (value = date_trunc('day', value)), 0),
                count(*) FILTER (precision = 'minute'),
                coalesce(sum(rows) FILTER (value IS NOT NULL), 0),
                count(DISTINCT date_trunc('month', value))
            FROM (SELECT {name} AS text, count(*) AS rows FROM picked GROUP BY 1)
                JOIN moments USING (text)"""
        )[0]
        headers = reading.matching.columns.get(column.name, ("",))
        is_month = first == total and midnight == total
        if is_month and total and (months > 1 or "month" in simplify(headers[0])):
            given = "month"
        elif timed and midnight == total:
            given = "day"
    return given


def check_rows(
    staging: Staging, reading: Reading, workspace: Workspace, file_nos: list[int]
) -> None:
    """Make table `checked`: the readings, their places, and the first rule that each row breaks.

    `file_nos` are files given twice; their rows are marked as already held.
    """
    wanted = columns_of(reading.feed)
    conditions = [(rules.ALREADY_HELD, f"r.file_no IN ({', '.join(map(str, file_nos))})")]
    conditions = conditions if file_nos else []
    for column in wanted:
        conditions += _conditions(column, reading.feed)
    if reading.feed in EVENT_FEEDS:
        conditions.append(("to_before_from", "r.occurred_to < r.occurred_from"))
    chosen, joined = "r.*", ""
    if _is_placed(reading):
        _place(staging, reading, workspace)
        chosen = "r.* EXCLUDE (text_x, text_y), s.* EXCLUDE (text_x, text_y)"
        joined = "LEFT JOIN spots s USING (text_x, text_y)"
        blank = "(r.x_is_blank OR r.y_is_blank)"
        conditions += [] if reading.feed in PLACE_MAY_LACK else [("no_place", blank)]
        conditions += [
            ("unreadable_number", f"(s.given_x IS NULL OR s.given_y IS NULL) AND NOT {blank}"),
            ("suppressed_place", "s.given_x = 0 AND s.given_y = 0"),
            ("impossible_place", f"s.x IS NULL AND NOT {blank}"),
        ]
    staging.database.execute(
        f"CREATE TABLE checked AS SELECT {chosen}, {rules.first_broken(conditions)} AS rule "
        f"FROM readings r {joined}",
        [rules.latest_moment(workspace)] * sum("?" in text for _, text in conditions),
    )
    _mark_repeats(staging, reading.feed)


def _place(staging: Staging, reading: Reading, workspace: Workspace) -> None:
    """Make table `spots`: every text of coordinates is read and projected once."""
    crs = reading.matching.crs or coordinates.DEGREES
    x, y = number_sql("x", reading), number_sql("y", reading)
    reading.crs, warning = places.make_spots(staging, workspace, crs, x, y)
    reading.warnings += [warning] if warning else []


def _conditions(column: Column, feed: str) -> list[tuple[str, str]]:
    name = f'r."{column.name}"'
    found = []
    if column.kind in ("moment", "date") and column.is_required:
        found.append(("missing_required", f"r.{column.name}_is_blank"))
        found.append(("impossible_date", f"{name} IS NULL OR year({name}) < 1900"))
        if feed in PAST_ONLY:
            found.append(("future_date", f"{name} > ?"))
    elif column.kind == "number" and column.is_required:
        found.append(("missing_required", f"r.{column.name}_is_blank"))
        found.append(("unreadable_number", f"{name} IS NULL"))
    elif column.kind == "clock":
        found.append(("missing_required", f"r.{column.name}_is_blank"))
        found.append(("impossible_date", f"{name} IS NULL"))
    elif column.name == "code" and feed == "harm":
        codes = "coalesce(r.code, r.sub_code, r.class_code, r.record_code)"
        found.append(("missing_required", f"{codes} IS NULL"))
    elif column.kind in ("text", "person", "flag") and column.is_required:
        found.append(("missing_required", f"{name} IS NULL"))
    elif column.kind == "date" and feed not in EVENT_FEEDS:
        found.append(("impossible_date", f"{name} IS NULL AND NOT r.{column.name}_is_blank"))
    elif column.kind == "number" and feed not in EVENT_FEEDS:
        found.append(("unreadable_number", f"{name} IS NULL AND NOT r.{column.name}_is_blank"))
    return found


def _mark_repeats(staging: Staging, feed: str) -> None:
    """Mark the second and later copies of a row; without an ID events may be alike and are kept."""
    if feed == "activity":
        return
    has_id = ""
    if feed in EVENT_FEEDS:
        staging.database.execute(
            """CREATE TABLE shared_ids AS SELECT crime_id FROM checked
            WHERE rule IS NULL AND crime_id IS NOT NULL GROUP BY crime_id HAVING count(*) > 1"""
        )
        has_id = "AND crime_id IN (SELECT crime_id FROM shared_ids)"
    staging.database.execute(
        f"""UPDATE checked SET rule = 'exact_repeat' FROM (
            SELECT row_hash, min(n) AS n FROM checked WHERE rule IS NULL {has_id}
            GROUP BY row_hash HAVING count(*) > 1) AS first_copy
        WHERE checked.rule IS NULL AND checked.row_hash = first_copy.row_hash
            AND checked.n > first_copy.n"""
    )


def require_some(staging: Staging, file: str) -> None:
    """Raise InputError when not one row was read."""
    if not staging.value("SELECT count(*) FROM picked"):
        raise InputError("It has no readable rows. Export it again.", file=file)
