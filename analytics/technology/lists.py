"""Checked rows of the short lists: roster, bases, points, training, assignment, harm weights."""

import re

from analytics.technology.sources import Source
from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading
from analytics.workspace import DEFAULT_PROGRAMME

_PERIOD = {
    "roster": "day",
    "assignment": "day",
    "training": "completed_on",
    "activity": "CAST(at_local AS DATE)",
}

_READY = {
    "roster": """row_hash, day, shift, starts,
        CASE WHEN ends <= starts THEN ends + INTERVAL 1 DAY ELSE ends END AS ends,
        unit, officer, team, mode, base, CAST(round(crew) AS INTEGER) AS crew, agency, funding""",
    "bases": "row_hash, name, x, y, lon, lat",
    "points": "row_hash, name, coalesce(kind, 'other') AS kind, x, y, lon, lat",
    "training": """row_hash, officer, team, course, version, completed_on, expires_on, score,
        pass_mark, observer""",
    "assignment": f"row_hash, '{DEFAULT_PROGRAMME}' AS programme_id, day, place_id, is_treatment",
}

_HARM = """row_hash, coalesce(index_name, {name}) AS index_name,
    coalesce(version, {version}) AS version, source,
    contains(lower(coalesce(index_name, {name}) || coalesce(source, '')), 'illustrative')
        AS is_illustrative,
    unnest(list_distinct(list_concat({codes}, list_filter([sub_code, class_code, record_code],
        lambda code: code IS NOT NULL)))) AS code, title, days"""


def make_list(staging: Staging, reading: Reading, sources: list[Source]) -> str:
    """Make view `ready` of the rows to store and return its column list."""
    chosen = _harm_sql(reading, sources) if reading.feed == "harm" else _READY[reading.feed]
    staging.database.execute(
        f"CREATE VIEW ready AS SELECT n, file_no, {chosen} FROM checked WHERE rule IS NULL"
    )
    described = staging.database.execute("SELECT * EXCLUDE (n, file_no) FROM ready LIMIT 0")
    return ", ".join(column[0] for column in described.description)


def period(staging: Staging, feed: str) -> tuple[str | None, str | None]:
    """Return the first and last day of the rows to store as ISO dates; None without dates."""
    if feed not in _PERIOD:
        return None, None
    day = _PERIOD[feed]
    first, last = staging.rows(f"SELECT min({day}), max({day}) FROM checked WHERE rule IS NULL")[0]
    return (first.isoformat(), last.isoformat()) if first else (None, None)


def _harm_sql(reading: Reading, sources: list[Source]) -> str:
    """One row per code: a row of the Cambridge layout names several, from finest to coarsest."""
    is_cambridge = "record_code" in reading.matching.columns
    name = "Cambridge Crime Harm Index" if is_cambridge else sources[0].stem
    year = re.search(r"(?:19|20)\d\d", sources[0].stem)
    codes = "list_filter([code], lambda code: code IS NOT NULL)"
    if is_cambridge:
        codes = (
            "list_filter(string_split_regex(coalesce(code, ''), '[ ,;]+'), lambda code: code <> '')"
        )
    quoted = name.replace("'", "''")
    version = year.group() if year else "unversioned"
    return _HARM.format(name=f"'{quoted}'", version=f"'{version}'", codes=codes)
