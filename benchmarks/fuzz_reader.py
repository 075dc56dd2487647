"""Mutated real files against the reader: `python -m benchmarks.fuzz_reader DATA --rounds 2000`.

A file that is only written differently (other delimiter, quoting, encoding, order of columns or
rows, packed, as a workbook or Parquet ...) must store the same rows as before. A file that is damaged must load with every
row accounted for, the untouched rows stored, or be refused with one sentence and leave the
workspace as it was.
"""

import argparse
import csv
import gzip
import io
import random
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import xlsxwriter

from analytics import technology
from analytics.workspace import InputError, User, Workspace

ROOT_USER = User("os:fuzz", "Fuzz", frozenset(), every_right=True)
ROWS = 60
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,8})(\.\d{1,8})?")
STRANGE = (
    *("NULL", "#N/A", "=1+1", "'; DROP TABLE crimes; --", "\U0001f642", "x" * 70_000, "-", "1e309"),
    *("nan", "31/02/2020", "99:99", "0", "-1", "\t", '"', "''", "\u202eabc", "1,5", "TRUE"),
)


@dataclass(frozen=True)
class Sheet:
    """A table as text: header, rows, and how it is written to a file."""

    name: str
    feed: str
    header: list[str]
    rows: list[list[str]]
    given: dict[str, Any] = field(default_factory=dict)
    delimiter: str = ","
    newline: str = "\r\n"
    encoding: str = "utf-8"
    quoting: int = csv.QUOTE_MINIMAL
    packing: str = ""

    def content(self) -> bytes:
        """Return the file's bytes."""
        if self.packing == "xlsx":
            return _workbook([self.header, *self.rows])
        if self.packing == "parquet":
            return _parquet(self.header, [row for row in self.rows if row])
        text = io.StringIO(newline="")
        writer = csv.writer(
            text, delimiter=self.delimiter, lineterminator=self.newline, quoting=self.quoting
        )
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return text.getvalue().encode(self.encoding, errors="replace")

    def write(self, folder: Path, content: bytes | None = None) -> Path:
        """Write the file, packed where the sheet says so, and return its path."""
        content = self.content() if content is None else content
        if self.packing == "gz":
            path = folder / f"{self.name}.gz"
            path.write_bytes(gzip.compress(content))
        elif self.packing == "zip":
            path = folder / f"{Path(self.name).stem}.zip"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
                packed.writestr(f"2020-01/{self.name}", content)
        else:
            stem = Path(self.name).stem
            path = folder / (f"{stem}.{self.packing}" if self.packing else self.name)
            path.write_bytes(content)
        return path


def _workbook(rows: list[list[str]]) -> bytes:
    """Return an Excel workbook with a title over the table; what looks like a number is one."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Export")
        sheet.write(0, 0, "Extract of the records system")
        for number, row in enumerate(rows, start=2):
            for column, cell in enumerate(row):
                if _NUMBER.fullmatch(cell):
                    sheet.write_number(number, column, float(cell))
                elif cell:
                    sheet.write_string(number, column, cell)
    return out.getvalue()


def _parquet(header: list[str], rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    columns = [[cell or None for cell in column] for column in zip(*rows, strict=True)]
    arrays = [pyarrow.array(column, pyarrow.string()) for column in columns]
    pyarrow.parquet.write_table(pyarrow.table(arrays, names=header), out)
    return out.getvalue()


def read_sheet(file: Path, feed: str, chance: random.Random, **given: Any) -> Sheet:
    """Take a stretch of `ROWS` rows from somewhere in a real CSV, gzipped or not."""
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        header, rows = next(reader), list(reader)
    start = chance.randrange(max(1, len(rows) - ROWS))
    name = file.name.removesuffix(".gz")
    return Sheet(name, feed, header, rows[start : start + ROWS], given)


# -- written differently, the same rows ----------------------------------------------------------


def _delimited(sheet: Sheet, chance: random.Random) -> Sheet:
    return replace(sheet, delimiter=chance.choice(";\t|"))


def _quoted(sheet: Sheet, chance: random.Random) -> Sheet:
    return replace(sheet, quoting=csv.QUOTE_ALL)


def _line_ends(sheet: Sheet, chance: random.Random) -> Sheet:
    return replace(sheet, newline=chance.choice(["\n", "\r\n"]))


def _encoded(sheet: Sheet, chance: random.Random) -> Sheet:
    is_plain = all(cell.isascii() for row in sheet.rows for cell in row)
    other = ["cp1252"] if is_plain else []
    return replace(sheet, encoding=chance.choice(["utf-8-sig", "utf-16", *other]))


def _columns_moved(sheet: Sheet, chance: random.Random) -> Sheet:
    order = chance.sample(range(len(sheet.header)), len(sheet.header))
    rows = [[row[at] for at in order] for row in sheet.rows]
    return replace(sheet, header=[sheet.header[at] for at in order], rows=rows)


def _rows_moved(sheet: Sheet, chance: random.Random) -> Sheet:
    return replace(sheet, rows=chance.sample(sheet.rows, len(sheet.rows)))


def _header_cased(sheet: Sheet, chance: random.Random) -> Sheet:
    change: Callable[[str], str] = chance.choice(
        [str.upper, str.lower, lambda name: f" {name} ", lambda name: name.replace(" ", "_")]
    )
    return replace(sheet, header=[change(name) for name in sheet.header])


def _column_added(sheet: Sheet, chance: random.Random) -> Sheet:
    rows = [[*row, f"note {number}"] for number, row in enumerate(sheet.rows)]
    return replace(sheet, header=[*sheet.header, "Officer's remark"], rows=rows)


def _packed(sheet: Sheet, chance: random.Random) -> Sheet:
    return replace(sheet, packing=chance.choice(["gz", "zip", "xlsx", "parquet"]))


def _blank_lines(sheet: Sheet, chance: random.Random) -> Sheet:
    return replace(sheet, rows=[*sheet.rows, *([[]] * chance.randint(1, 3))])


REWRITES = (
    *(_delimited, _quoted, _line_ends, _encoded, _columns_moved, _rows_moved, _header_cased),
    *(_column_added, _packed, _blank_lines),
)
"""In the order in which several are applied: blank lines have no columns to move."""

# -- damaged -------------------------------------------------------------------------------------


def _bytes_flipped(content: bytes, chance: random.Random) -> bytes:
    held = bytearray(content)
    for _ in range(chance.randint(1, 20)):
        held[chance.randrange(len(held))] = chance.randrange(256)
    return bytes(held)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _chunk_lost(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 400) :]


def _chunk_doubled(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    end = start + chance.randint(1, 400)
    return content[:end] + content[start:]


def _noise(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.randint(1, 200)) + content[at:]


def _quote_opened(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + b'"' + content[at:]


DAMAGES = (_bytes_flipped, _cut, _chunk_lost, _chunk_doubled, _noise, _quote_opened)


def strange_cells(sheet: Sheet, chance: random.Random) -> tuple[Sheet, set[int]]:
    """Put strange text into a few cells; returns the sheet and the numbers of the rows touched."""
    rows = [list(row) for row in sheet.rows]
    touched = set(chance.sample(range(len(rows)), chance.randint(1, 5)))
    for number in touched:
        rows[number][chance.randrange(len(rows[number]))] = chance.choice(STRANGE)
    return replace(sheet, rows=rows), touched


# -- what must hold ------------------------------------------------------------------------------


def load(workspace: Workspace, sheet: Sheet, content: bytes | None = None) -> Counter | str:
    """Load the sheet, check the account, take the load back; the rows stored or the refusal."""
    with tempfile.TemporaryDirectory() as folder:
        file = sheet.write(Path(folder), content)
        before = _state(workspace)
        try:
            report = technology.load(workspace, ROOT_USER, sheet.feed, [file], **sheet.given)
        except InputError as refusal:
            assert _state(workspace) == before, f"a refused load left something: {refusal}"
            text = str(refusal)
            assert text and "Traceback" not in text and "\n" not in text.strip(), text
            return text
    said = report.rows_stored + report.rows_quarantined + report.rows_already_held
    assert report.rows_read == said, f"{report.rows_read} read, {said} accounted for"
    assert sum(report.reasons.values()) == report.rows_quarantined
    stored = Counter(
        workspace.rows(
            "SELECT crime_id, offence, occurred_from, occurred_to, round(x, 2), round(y, 2), "
            f"location FROM {sheet.feed}"
        )
    )
    assert stored.total() == report.rows_stored
    if report.rows_stored or report.rows_quarantined:
        technology.undo_load(workspace, ROOT_USER, report.load_id)
    assert _state(workspace) == before, "an undone load left something"
    return stored


def _state(workspace: Workspace) -> list[int]:
    tables = ("crimes", "stops", "incidents", "quarantine")
    counts = [workspace.value(f"SELECT count(*) FROM {table}") for table in tables]
    return [*counts, workspace.value("SELECT count(*) FROM loads WHERE NOT is_undone")]


def check_rewritten(workspace: Workspace, sheet: Sheet, chance: random.Random) -> str:
    """Assert that a sheet written in up to three other ways stores the same rows."""
    wanted = load(workspace, sheet)
    chosen = sorted(chance.sample(REWRITES, chance.randint(1, 3)), key=REWRITES.index)
    changed = sheet
    for rewrite in chosen:
        changed = rewrite(changed, chance)
    found = load(workspace, changed)
    names = ", ".join(rewrite.__name__ for rewrite in chosen)
    assert found == wanted, f"{names}: {_difference(wanted, found)}"
    return "stored the same rows"


def check_strange(workspace: Workspace, sheet: Sheet, chance: random.Random) -> str:
    """Assert that strange cells cost no other row."""
    changed, touched = strange_cells(sheet, chance)
    left = replace(
        sheet, rows=[row for number, row in enumerate(sheet.rows) if number not in touched]
    )
    wanted, found = load(workspace, left), load(workspace, changed)
    if isinstance(found, str) or isinstance(wanted, str):
        return "refused"
    missing = wanted - found
    assert not missing, f"{missing.total()} untouched rows were not stored: {list(missing)[:2]}"
    return "kept the untouched rows"


def check_damaged(workspace: Workspace, sheet: Sheet, chance: random.Random) -> str:
    """Assert that damaged bytes load accounted for or are refused whole."""
    content = sheet.content()
    for damage in chance.sample(DAMAGES, chance.randint(1, 2)):
        content = damage(content, chance) or b" "
    return "refused" if isinstance(load(workspace, sheet, content), str) else "loaded"


CHECKS = (check_rewritten, check_strange, check_damaged)


def _difference(wanted: Counter | str, found: Counter | str) -> str:
    if isinstance(wanted, str) or isinstance(found, str):
        return f"{wanted if isinstance(wanted, str) else found}"
    return f"missing {list(wanted - found)[:2]}, added {list(found - wanted)[:2]}"


def sheets(data: Path, chance: random.Random) -> list[Sheet]:
    """Return a stretch of each real table that loads without a question."""
    street = sorted((data / "police_uk_south_yorkshire" / "street").glob("*.csv.gz"))
    stops = sorted((data / "stop_search_other_forces").glob("*essex*.csv.gz"))
    return [
        read_sheet(chance.choice(street), "crimes", chance),
        read_sheet(chance.choice(stops), "stops", chance),
        read_sheet(
            data / "memphis_robberies_2019" / "memphis_robberies_2019.csv.gz", "crimes", chance
        ),
        read_sheet(
            data / "nottingham_burglary_robbery_2022" / "nottingham_robbery.csv.gz",
            "crimes",
            chance,
        ),
        read_sheet(
            data / "san_francisco_robbery_2019" / "san_francisco_robbery.csv.gz", "crimes", chance
        ),
    ]


def run_round(workspace: Workspace, data: Path, seed: int) -> str:
    """Do one seeded check on one of the sheets and return what became of the file."""
    chance = random.Random(seed)
    sheet = chance.choice(sheets(data, chance))
    check = CHECKS[seed % len(CHECKS)]
    try:
        return check(workspace, sheet, chance)
    except Exception as error:
        error.add_note(f"seed {seed}, {check.__name__}, {sheet.name}")
        raise


def main() -> int:
    """Run the rounds asked for; prints what became of the files and each failing seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "fuzz", ROOT_USER)
        for seed in range(options.first_seed, options.first_seed + options.rounds):
            try:
                outcomes[run_round(workspace, options.data, seed)] += 1
            except Exception as error:  # noqa: BLE001 - every failing seed is to be listed
                outcomes["FAILED"] += 1
                print(f"{'; '.join(error.__notes__)}: {type(error).__name__}: {error}"[:600])
        workspace.close()
    for outcome, count in outcomes.most_common():
        print(f"{count:6,} {outcome}")
    return 1 if outcomes["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
