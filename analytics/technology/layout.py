"""How a text table is written: its delimiter, junk above it, header and first rows."""

import csv
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from analytics.technology.sources import Source
from analytics.workspace import InputError

HEAD_CHARACTERS = 1 << 17
MOST_COLUMNS = 1000
MOST_ROWS = 500
LEAST_SHARE = 0.2
"""A table fills at least this share of its first lines; the rest is junk above it."""
_NUMBER = re.compile(r"^[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?$")
_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([ T].*)?$|^\d{1,2}:\d{2}")
_DELIMITERS = (",", ";", "\t", "|", " ")


@dataclass(frozen=True)
class Layout:
    """How one file is written; `rows` are its first data rows as text."""

    delimiter: str
    skip_lines: int
    has_header: bool
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_decimal_comma: bool

    @property
    def signature(self) -> tuple:
        """What files must share to be read as one: everything but their rows."""
        return self.delimiter, self.skip_lines, self.has_header, self.names

    def sample(self, column: str, most: int = MOST_ROWS) -> list[str]:
        """Return up to `most` values of a column that are not blank."""
        index = self.names.index(column)
        values = (row[index].strip() for row in self.rows)
        return list(itertools.islice((value for value in values if value), most))


def read_layout(source: Source) -> Layout:
    """Find out how a text file is written from its first 131,072 characters.

    Raises InputError when it has no rows, a single column or more than 1,000 columns.
    """
    head, is_whole = _head(source.path)
    first_line = next((line for line in head.splitlines() if line.strip()), "")
    widest = max(first_line.count(delimiter) for delimiter in _DELIMITERS[:4]) + 1
    if widest > MOST_COLUMNS:
        raise InputError(
            f"It has {widest:,} columns; at most {MOST_COLUMNS:,} are read. Export fewer columns.",
            file=source.name,
        )
    if not first_line:
        raise InputError("It is empty. Export it again.", file=source.name)
    if first_line.lstrip().startswith(("{", "[")):
        raise InputError(
            "It is JSON, not a table. Save it as CSV with a column for each coordinate.",
            file=source.name,
        )
    delimiter, records = _delimiter(head, is_whole)
    width, share = _usual_width(records)
    if width < 2 or share < LEAST_SHARE:
        raise InputError(
            "Only one column was found. Export it with commas, semicolons, tabs or bars between "
            "the columns.",
            file=source.name,
        )
    skip_lines, table = _without_junk(records, width)
    has_header = bool(table) and not any(_looks_like_data(cell) for cell in table[0])
    names, rows = _names(table, has_header, width)
    if not rows:
        raise InputError("It has a header but no rows. Export it again.", file=source.name)
    return Layout(delimiter, skip_lines, has_header, names, rows, _decimal_comma(delimiter, rows))


def _head(path: Path) -> tuple[str, bool]:
    with path.open("r", encoding="utf-8", errors="replace", newline="") as file:
        head = file.read(HEAD_CHARACTERS)
        is_whole = not file.read(1)
    return head.lstrip("\ufeff"), is_whole


def _delimiter(head: str, is_whole: bool) -> tuple[str, list[tuple[int, list[str]]]]:
    best, best_score, best_records = ",", (-1.0, 0), []
    for delimiter in _DELIMITERS:
        records = _records(head, delimiter, is_whole)
        if not records:
            continue
        width, share = _usual_width(records)
        if width < 2 or (delimiter == " " and not _is_numeric(records)):
            continue
        score = (round(share, 2), width)
        if score > best_score:
            best, best_score, best_records = delimiter, score, records
    return best, best_records or _records(head, best, is_whole)


def _usual_width(records: list[tuple[int, list[str]]]) -> tuple[int, float]:
    """Return the commonest number of columns above one and the share of records that have it."""
    widths = Counter(len(row) for _, row in records if len(row) > 1)
    if not widths:
        return 0, 0.0
    width, count = widths.most_common(1)[0]
    return width, count / len(records)


def _is_numeric(records: list[tuple[int, list[str]]]) -> bool:
    """Whether most cells are numbers or dates: words hold blanks, which then separate nothing."""
    cells = [cell for _, row in records[:100] for cell in row]
    return sum(map(_looks_like_data, cells)) > 0.8 * len(cells)


def _records(head: str, delimiter: str, is_whole: bool) -> list[tuple[int, list[str]]]:
    """Return (number of the first line, cells) of each record that is not blank."""
    records, line = [], 0
    reader = csv.reader(head.splitlines(keepends=True), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                records.append((line, row))
            line = reader.line_num
            if len(records) > MOST_ROWS:
                return records
    except csv.Error:
        return records
    return records if is_whole or len(records) < 2 else records[:-1]


def _without_junk(records: list[tuple[int, list[str]]], width: int) -> tuple[int, list[list[str]]]:
    """Leave out the lines above the first record that has the table's width."""
    for position, (line, row) in enumerate(records[:50]):
        if len(row) == width:
            return line, [cells for _, cells in records[position:]]
    return records[0][0], [cells for _, cells in records]


def _looks_like_data(cell: str) -> bool:
    text = cell.strip()
    return bool(_NUMBER.match(text) or _DATE.match(text))


def _names(
    table: list[list[str]], has_header: bool, width: int
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    body = table[1:] if has_header else table
    rows = tuple(tuple(row) for row in body if len(row) == width)
    if not has_header:
        return tuple(f"column_{number}" for number in range(1, width + 1)), rows
    names: list[str] = []
    for number, cell in enumerate(table[0], start=1):
        name = cell.strip() or f"column_{number}"
        names.append(name if name not in names else f"{name} ({number})")
    return tuple(names), rows


def _decimal_comma(delimiter: str, rows: tuple[tuple[str, ...], ...]) -> bool:
    if delimiter == ",":
        return False
    cells = [cell.strip() for row in rows[:200] for cell in row]
    commas = sum(bool(re.match(r"^-?\d+,\d+$", cell)) for cell in cells)
    points = sum(bool(re.match(r"^-?\d+\.\d+$", cell)) for cell in cells)
    return commas > points
