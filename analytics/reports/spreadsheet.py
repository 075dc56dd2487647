"""Excel workbooks whose text stays text and whose numbers stay numbers."""

import io
import math
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from analytics.reports.files import write_whole
from analytics.workspace import InputError

MOST_ROWS = 1_048_575
MOST_CELL_CHARACTERS = 32_767
MOST_WIDTH = 60
_OPTIONS = {
    "in_memory": True,
    # Text from an extract that begins with "=" would otherwise run as a formula when opened.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_excel(
    target: str | Path | None, sheets: dict[str, pd.DataFrame], about: dict[str, str]
) -> bytes:
    """Write one sheet per frame and a last sheet "About" with `about`; return the bytes.

    Unknown values are empty cells. The marking is printed at the head of every page. With
    `target` None only the bytes are returned. Raises InputError when a frame has more rows, or a
    text more characters, than a sheet can hold.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    facts = pd.DataFrame({"About this file": list(about), "": list(about.values())})
    for name, frame in {**sheets, "About": facts}.items():
        _write_sheet(book, name, frame, about.get("Marking", ""))
    book.close()
    content = buffer.getvalue()
    if target is not None:
        write_whole(target, content)
    return content


def _write_sheet(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, marking: str) -> None:
    if len(frame) > MOST_ROWS:
        raise InputError(
            f"The sheet '{name}' would have {len(frame):,} rows; a spreadsheet holds "
            f"{MOST_ROWS:,}. Choose a shorter period."
        )
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "d mmm yyyy"})
    moment = book.add_format({"num_format": "d mmm yyyy hh:mm"})
    sheet.set_header(f"&C{marking.replace('&', '&&')}")
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for column, label in enumerate(frame.columns):
        sheet.write_string(0, column, str(label), head)
        width = len(str(label))
        for row, value in enumerate(frame.iloc[:, column], start=1):
            width = max(width, _write_cell(sheet, row, column, value, day, moment))
        sheet.set_column(column, column, min(width, MOST_WIDTH) + 2)


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Any, day: Any, moment: Any
) -> int:
    """Write one value by its type and return the width it takes in characters."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA:
        return 0
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no")
        return 3
    if isinstance(value, int | float):
        if math.isfinite(value):
            sheet.write_number(row, column, value)
        return 10
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), moment)
        return 17
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)
        return 11
    text = str(value)
    if len(text) > MOST_CELL_CHARACTERS:
        raise InputError(
            f"A text has {len(text):,} characters; a cell holds {MOST_CELL_CHARACTERS:,}. "
            "Shorten it in the source.",
            row=row,
        )
    sheet.write_string(row, column, text)
    return len(text)
