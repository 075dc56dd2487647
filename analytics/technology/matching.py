"""Which of a file's columns hold what a feed wants: suggested, or given by a person."""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.technology import coordinates
from analytics.technology.feeds import ALIASES, Column, columns_of, simplify
from analytics.technology.layout import Layout
from analytics.workspace import InputError
from analytics.workspace.schema import EVENT_FEEDS

OPTIONS = ("crs", "date_order", "timezone", "time_precision", "true_values", "sheet", "layer")
DATE_ORDERS = ("day_first", "month_first")
PRECISIONS = ("minute", "day", "month")
TRUE_VALUES = ("y", "yes", "true", "t", "1", "x", "treatment", "treated", "patrol")
FALSE_VALUES = (
    *("n", "no", "false", "f", "0", "control", "comparison", "none", "untreated"),
    *("no patrol", "no_patrol", "standard", "business as usual"),
)
_COUNTS = ("count", "crime_count", "crimes", "total", "number_of_crimes", "n_crimes", "incidents")
_PARTS = ("year", "month", "day", "hour", "minute")
_MOMENT = re.compile(
    r"^\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([ T].*)?$"
    r"|^\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}"
    r"|^\d{8}$|^\d{9,10}(\.\d+)?$|^\d{12,13}$|^[2-6]\d{4}(\.\d+)?$"
)
_CLOCK = re.compile(r"^\d{1,2}:\d{2}|^\d{1,4}$|^0?\.\d+$")
_MOMENT_WORDS = {"date", "dt", "datetime", "time", "timestamp", "occurred", "when"}
_BEGINS = set("from fr start started begin began beginning earliest".split())
_ENDS = set("end ended ending until to latest finish finished".split())
_OTHER_MOMENTS = _ENDS | set(
    "reported recorded created updated modified entered closed last birth dob expiry expires "
    "valid open opened".split()
)
_DATE_WORDS = {"date", "dt"}
_CLOCK_WORDS = {"time", "tm"}
_NUMBER = re.compile(r"^[-+]?[\d,]*\d([.,]\d+)?([eE][-+]?\d+)? ?%?$")


@dataclass(frozen=True)
class Matching:
    """Which column (or columns, for a date beside a time) fills each wanted one, and how read."""

    columns: dict[str, tuple[str, ...]]
    crs: str | None = None
    date_order: str | None = None
    timezone: str | None = None
    time_precision: str | None = None
    true_values: tuple[str, ...] = TRUE_VALUES
    sheet: str | None = None
    layer: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the text of `--columns` as plain values."""
        values: dict[str, Any] = {
            name: columns[0] if len(columns) == 1 else list(columns)
            for name, columns in self.columns.items()
        }
        for option in ("crs", "date_order", "timezone", "time_precision", "sheet", "layer"):
            if (given := getattr(self, option)) is not None:
                values[option] = given
        if self.true_values != TRUE_VALUES:
            values["true_values"] = list(self.true_values)
        return values


_OF_STOPS = {
    "object_of_search",
    "self_defined_ethnicity",
    "officer_defined_ethnicity",
    "outcome_linked_to_object_of_search",
}


def other_feed(feed: str, layout: Layout) -> str | None:
    """Return the feed that a table must be of, where it has columns that no row of `feed` has."""
    names = {simplify(name) for name in layout.names}
    is_stops = feed in ("crimes", "incidents") and len(names & _OF_STOPS) >= 2
    return "stops" if is_stops else None


@dataclass(frozen=True)
class Suggestion:
    """A matching with the confidence (0-1) of each column and what could not be decided."""

    matching: Matching
    confidence: dict[str, float]
    questions: tuple[str, ...] = ()

    @property
    def is_certain(self) -> bool:
        """Whether the matching may be used without asking."""
        return not self.questions


def read_matching(feed: str, given: dict[str, Any]) -> Matching:
    """Check the values of `--columns` for a feed.

    Raises InputError naming the first wanted column or option that is unknown.
    """
    if not isinstance(given, dict):
        raise InputError('The column matching must be one JSON object, such as {"x": "Easting"}.')
    known = {column.name for column in columns_of(feed)}
    columns: dict[str, tuple[str, ...]] = {}
    options: dict[str, Any] = {}
    for name, value in given.items():
        target = ALIASES.get(name, name) if name not in known else name
        if name in OPTIONS:
            options[name] = _option(name, value)
        elif target in known:
            columns[target] = _column_names(name, value)
        else:
            raise InputError(
                f"The column matching names '{name}', which {feed} do not have. "
                f"Use: {', '.join(sorted(known))}; and the options {', '.join(OPTIONS)}."
            )
    return Matching(columns, **options)


def check_matching(feed: str, matching: Matching, layout: Layout, file: str) -> Matching:
    """Return the matching with the file's own spelling of its columns.

    Raises InputError when a named column is not in the file or a required one is not named.
    """
    spelling = {name.strip().lower(): name for name in layout.names}
    columns: dict[str, tuple[str, ...]] = {}
    for target, names in matching.columns.items():
        for name in names:
            if name.strip().lower() not in spelling:
                raise InputError(
                    f"It has no column '{name}' (named for {target}). It has: "
                    f"{', '.join(layout.names[:30])}.",
                    file=file,
                )
        columns[target] = tuple(spelling[name.strip().lower()] for name in names)
    missing = [column.name for column in columns_of(feed) if column.is_required]
    missing = [name for name in missing if name not in columns]
    if missing:
        raise InputError(
            f"The column matching does not name {', '.join(missing)}, which {feed} need. "
            f'Add for example "{missing[0]}": "{layout.names[0]}".',
            file=file,
        )
    return replace(matching, columns=columns)


def check_timezone(timezone: str | None) -> str | None:
    """Return a known time zone; raises InputError for an unknown one."""
    try:
        return None if timezone is None else ZoneInfo(timezone).key
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise InputError(
            f"The time zone '{timezone}' is not known. Give one such as Europe/London or UTC."
        ) from error


def suggest(feed: str, layout: Layout, workspace_crs: str, crs: str | None) -> Suggestion:
    """Match a file's columns to a feed's by their names and what they hold."""
    wanted = columns_of(feed)
    columns: dict[str, tuple[str, ...]] = {}
    confidence: dict[str, float] = {}
    questions: list[str] = []
    place = None
    counted = next((name for name in layout.names if simplify(name) in _COUNTS), None)
    if counted and feed in EVENT_FEEDS:
        questions.append(
            f"the column '{counted}' says that a row stands for many events, counted by area; "
            "export one row per event"
        )
    if any(column.kind == "x" for column in wanted):
        place = coordinates.suggest(layout, workspace_crs, crs, feed == "pings")
        if place.x is None:
            questions.append(place.question)
        else:
            columns |= {"x": (place.x,), "y": (place.y,)}
            confidence |= {"x": place.confidence, "y": place.confidence}
            if place.question:
                questions.append(place.question)
    used = {name for names in columns.values() for name in names}
    for column in (column for column in wanted if column.kind not in ("x", "y")):
        found, sure = _find(column, layout, used)
        if found:
            columns[column.name], confidence[column.name] = found, sure
            used |= set(found)
        elif column.is_required:
            questions.append(
                f"no column for {column.name} ({column.title.lower()}) was found among "
                f"{', '.join(layout.names[:20])}"
            )
    matching = Matching(columns, crs=place.crs if place and place.x else None)
    return Suggestion(matching, confidence, tuple(questions))


def _find(column: Column, layout: Layout, used: set[str]) -> tuple[tuple[str, ...] | None, float]:
    if column.name == "occurred_from" and (parts := _date_parts(layout)):
        return parts, 0.9
    by_name = {simplify(name): name for name in reversed(layout.names) if name not in used}
    if column.kind == "either":
        several = tuple(by_name[known] for known in column.names if known in by_name)
        return (several, 0.9) if several else (None, 0.0)
    for rank, known in enumerate(column.names):
        if (name := by_name.get(known)) and holds(column.kind, layout, name):
            return _with_time(column, name, by_name, layout), max(0.6, 1.0 - 0.02 * rank)
    if column.kind == "moment" and column.is_required and not layout.has_header:
        return _headerless_moment(layout, used)
    if column.kind == "moment" and (name := _worded_moment(column, layout, used)):
        return _with_time(column, name, by_name, layout), 0.6
    return None, 0.0


def _worded_moment(column: Column, layout: Layout, used: set[str]) -> str | None:
    """Return the one free column whose words name such a moment and whose values are dates."""
    wanted, others = {
        "occurred_from": (_BEGINS, _OTHER_MOMENTS),
        "occurred_to": (_ENDS, (_OTHER_MOMENTS - _ENDS) | _BEGINS),
    }.get(column.name, (set(), set()))
    free = [name for name in layout.names if name not in used and layout.sample(name, 1)]
    free = [name for name in free if holds("moment", layout, name)]
    words = {name: set(simplify(name).split("_")) for name in free}
    found = [name for name in free if words[name] & wanted and not words[name] & others]
    if not found and column.is_required:
        dated = [name for name in free if words[name] & _MOMENT_WORDS]
        found = [name for name in dated if not words[name] & _OTHER_MOMENTS]
    return found[0] if len(found) == 1 else None


def holds(kind: str, layout: Layout, name: str) -> bool:
    """Whether most of a column's first values read as this kind; a blank column may hold any."""
    patterns = {"moment": _MOMENT, "date": _MOMENT, "number": _NUMBER}
    values = layout.sample(name, 300)
    if kind == "clock":
        good = sum(bool(_CLOCK.match(value) or _MOMENT.match(value)) for value in values)
        return good >= 0.6 * len(values)
    if kind not in patterns or not values:
        return True
    return sum(bool(patterns[kind].match(value)) for value in values) >= 0.6 * len(values)


def _with_time(
    column: Column, name: str, by_name: dict[str, str], layout: Layout
) -> tuple[str, ...]:
    """Join a date column with the time column beside it (Date From, Time From)."""
    if column.kind != "moment" or any(
        ":" in value or " " in value for value in layout.sample(name, 50)
    ):
        return (name,)
    words = {known: frozenset(known.split("_")) for known in by_name}
    clocks = [known for known in by_name if words[known] & _CLOCK_WORDS and by_name[known] != name]
    rest = frozenset(simplify(name).split("_")) - _DATE_WORDS
    beside = [known for known in clocks if words[known] - _CLOCK_WORDS == rest]
    events = [known for known in clocks if not words[known] & _OTHER_MOMENTS]
    if not beside and column.is_required and events == ["time"]:
        beside = events
    if len(beside) != 1:
        return (name,)
    times = layout.sample(by_name[beside[0]], 300)
    is_clock = sum(bool(_CLOCK.match(value)) for value in times) >= 0.6 * len(times)
    return (name, by_name[beside[0]]) if is_clock else (name,)


def _date_parts(layout: Layout) -> tuple[str, ...] | None:
    """Recognise integer YEAR, MONTH, DAY (HOUR, MINUTE) columns."""
    by_name = {simplify(name): name for name in layout.names}
    found = [by_name[part] for part in _PARTS if part in by_name]
    if len(found) < 3 or [simplify(name) for name in found] != list(_PARTS[: len(found)]):
        return None
    values = layout.sample(found[1], 200)
    return tuple(found) if values and all(value.isdigit() for value in values) else None


def _headerless_moment(layout: Layout, used: set[str]) -> tuple[tuple[str, ...] | None, float]:
    free = [name for name in layout.names if name not in used]
    stamps = [name for name in free if _all_match(layout, name, r"^\d{9,10}(\.\d+)?$|^\d{12,13}$")]
    if len(stamps) == 1:
        return (stamps[0],), 0.8
    dates = [name for name in free if _all_match(layout, name, r"^\d{4}-\d{2}-\d{2}([ T].*)?$")]
    times = [name for name in free if _all_match(layout, name, r"^\d{1,2}:\d{2}(:\d{2})?$")]
    if len(dates) == 1 and len(times) <= 1:
        return (dates[0], *times), 0.8
    return None, 0.0


def _all_match(layout: Layout, name: str, pattern: str) -> bool:
    values = layout.sample(name, 200)
    return bool(values) and all(_compiled(pattern).match(value) for value in values)


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _column_names(target: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
    if not names or len(names) > 5 or not all(isinstance(name, str) and name for name in names):
        raise InputError(
            f"The column matching for '{target}' must be a column's name or a list of a date "
            f"and a time column, not {json.dumps(value, default=str)[:80]}."
        )
    return names


def _option(name: str, value: Any) -> Any:
    choices = {"date_order": DATE_ORDERS, "time_precision": PRECISIONS}.get(name)
    if choices and value not in choices:
        raise InputError(f"'{name}' must be one of: {', '.join(choices)}.")
    if name == "true_values":
        if not isinstance(value, list) or not value:
            raise InputError("'true_values' must be a list of words, such as [\"Y\"].")
        return tuple(str(word).strip().lower() for word in value)
    if name == "timezone":
        return check_timezone(value)
    if name == "crs":
        return coordinates.check_crs(value)
    if name in ("sheet", "layer") and not (isinstance(value, str) and value):
        raise InputError(f"'{name}' must be the name of a {name}.")
    return value
