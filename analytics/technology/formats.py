"""Files that are not text tables (workbooks, Parquet, GPX) into CSV files beside them."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from analytics.technology import excel, gpx, parquet
from analytics.workspace import InputError


@dataclass(frozen=True)
class Table:
    """One table of a file: the sheet it came from (blank: the only one) and its CSV file.

    `devices` are the devices that the file itself names.
    """

    part: str
    path: Path
    kind: str
    devices: frozenset[str] = frozenset()


def to_tables(name: str, stem: str, path: Path, feed: str, warnings: list[str]) -> list[Table]:
    """Return the tables of a workbook, Parquet or GPX file as CSV files, none for a text file.

    Raises InputError when it is of such a kind and cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    target = path.with_name(f"{path.stem}-table.csv")
    if head.startswith(excel.OLD_MAGIC) or _is_packed_workbook(path, head):
        sheets = excel.write_sheets(name, path, warnings)
        return [
            Table(sheet.name if len(sheets) > 1 else "", sheet.path, "Excel") for sheet in sheets
        ]
    if head.startswith(parquet.MAGIC):
        parquet.write_table(name, path, target, warnings)
        return [Table("", target, "Parquet")]
    if gpx.is_gpx(head):
        if feed != "pings":
            raise InputError("It holds GPS tracks. Load it as patrol GPS pings.", file=name)
        return [Table("", target, "GPX", gpx.write_table(name, stem, path, target))]
    return []


def _is_packed_workbook(path: Path, head: bytes) -> bool:
    if not head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return excel.is_workbook(archive)
    except zipfile.BadZipFile:
        return path.suffix in excel.SUFFIXES
