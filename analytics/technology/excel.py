"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) into one CSV file per sheet, cell for cell.

A date cell becomes an ISO date, a time cell a time, a number its digits, text stays as it is. A
cell with an error such as #N/A is blank: the reader does not tell the two apart.
"""

import csv
import io
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine as calamine

from analytics.workspace import InputError

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
OLD_MAGIC = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED_MB = 1_000
"""A sheet is held in memory while it is read; a larger workbook is better exported as CSV."""
_HEADER_WITHIN = 50
_FULL_SHEETS = (65_536, 1_048_576)
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook that holds a table, as a CSV file."""

    name: str
    path: Path


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip is itself a workbook (or another file of Office) and not files packed up."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return True
    try:
        return "mimetype" in names and archive.read("mimetype")[:46] == _OPEN_DOCUMENT
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return False


def write_sheets(file: str, path: Path, warnings: list[str]) -> list[Sheet]:
    """Write each visible sheet that holds a table beside `path` and return them in their order.

    Raises InputError when the workbook is damaged, locked by a password, too large or empty.
    """
    _check_size(file, path)
    sheets: list[Sheet] = []
    try:
        # Read from memory: the reader would go by the ending of the name, which may be wrong.
        with calamine.load_workbook(io.BytesIO(path.read_bytes())) as book:
            for number, about in enumerate(book.sheets_metadata):
                if about.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                if about.visible != calamine.SheetVisibleEnum.Visible:
                    warnings.append(f"The hidden sheet '{about.name}' of '{file}' was not read.")
                    continue
                sheet = book.get_sheet_by_name(about.name)
                target = path.with_name(f"{path.stem}-{number:03d}.csv")
                if _write(sheet, target):
                    sheets.append(Sheet(about.name, target))
                if sheet.total_height in _FULL_SHEETS:
                    warnings.append(
                        f"The sheet '{about.name}' of '{file}' is full to the last row that Excel "
                        f"has ({sheet.total_height:,}): rows may have been cut off by the export."
                    )
    except calamine.PasswordError as error:
        raise InputError(
            "The Excel workbook is locked by a password. Save it without one.", file=file
        ) from error
    except (calamine.CalamineError, ValueError, OverflowError) as error:
        raise InputError(
            "It cannot be read as an Excel workbook: it is damaged, locked by a password or of "
            "another kind. Save the sheet again, or as CSV.",
            file=file,
        ) from error
    if not sheets:
        raise InputError("Its sheets hold no table. Save the sheet with the rows.", file=file)
    return sheets


def _check_size(file: str, path: Path) -> None:
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(info.file_size for info in archive.infolist())
        except zipfile.BadZipFile as error:
            raise InputError("The Excel workbook is damaged. Save it again.", file=file) from error
    if size > MOST_UNPACKED_MB * 1e6:
        raise InputError(
            f"The Excel workbook holds more than {MOST_UNPACKED_MB:,} MB unpacked. Save the sheet "
            "as CSV and load that.",
            file=file,
        )


def _write(sheet: calamine.CalamineSheet, target: Path) -> bool:
    """Write a sheet's rows from its header on, each on the line of its row. False: no table.

    Titles above the header fill less than half of the columns that the fullest row fills.
    """
    if sheet.start is None or sheet.height < 2:
        return False
    rows = [[_text(cell) for cell in row] for row in _first(sheet, _HEADER_WITHIN)]
    filled = [sum(bool(cell) for cell in row) for row in rows]
    if max(filled) < 2:
        return False
    header = next(number for number, count in enumerate(filled) if count * 2 >= max(filled))
    repeated = _repeated(rows[header])
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        out.write("\n" * (sheet.start[0] + header))
        for number, row in enumerate(sheet.iter_rows()):
            if number < header:
                continue
            cells = [_text(cell) for cell in row]
            if any(cells):
                writer.writerow(_joined(cells, repeated))
    return True


def _repeated(header: list[str]) -> slice | None:
    """Return the columns that hold several values of one thing, one beside the other.

    They are headed alike at least three times in a row, the last of them often not at all: so the
    Cambridge Crime Harm Index lists the codes of an offence.
    """
    start = 0
    for name, members in itertools.groupby(header):
        length = len(list(members))
        if name and length >= 3:
            unnamed = itertools.takewhile(lambda cell: not cell, header[start + length :])
            return slice(start, start + length + len(list(unnamed)))
        start += length
    return None


def _joined(cells: list[str], repeated: slice | None) -> list[str]:
    if repeated is None:
        return cells
    values = dict.fromkeys(cell for cell in cells[repeated] if cell)
    return [*cells[: repeated.start], " ".join(values), *cells[repeated.stop :]]


def _first(sheet: calamine.CalamineSheet, most: int) -> Iterator[list[Any]]:
    for _, row in zip(range(most), sheet.iter_rows(), strict=False):
        yield row


def _text(cell: Any) -> str:
    """Return a cell as an extract in CSV would hold it."""
    if isinstance(cell, str):
        return cell.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return (cell + timedelta(microseconds=500_000)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.replace(microsecond=0).isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(cell)
