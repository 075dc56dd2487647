"""Workbooks: text stays text, unknown stays empty, every file says what it is."""

import zipfile

import numpy as np
import pandas as pd
import pytest

from analytics.reports import write_excel
from analytics.workspace import InputError

ABOUT = {"Marking": "OFFICIAL-SENSITIVE", "Run": "0123456789ab"}


def _read(content: bytes, tmp_path, sheet) -> pd.DataFrame:
    file = tmp_path / "read.xlsx"
    file.write_bytes(content)
    return pd.read_excel(file, sheet_name=sheet, engine="calamine")


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    words = ['=HYPERLINK("http://x","y")', "+1", "-1", "@cmd", "0012", "http://example.org"]
    content = write_excel(tmp_path / "a.xlsx", {"Rows": pd.DataFrame({"text": words})}, ABOUT)
    assert _read(content, tmp_path, "Rows")["text"].tolist() == words
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        assert not [name for name in book.namelist() if "rels" in name and "sheet" in name]


def test_numbers_dates_and_unknown(tmp_path):
    frame = pd.DataFrame(
        {
            "harm": [1.5, np.nan],
            "count": [3, 4],
            "day": pd.to_datetime(["2026-03-03 21:45", None]),
            "public": [True, False],
        }
    )
    back = _read(write_excel(None, {"Rows": frame}, ABOUT), tmp_path, "Rows")
    assert back["harm"][0] == 1.5
    assert pd.isna(back["harm"][1])
    assert back["day"][0] == pd.Timestamp("2026-03-03 21:45")
    assert pd.isna(back["day"][1])
    assert back["public"].tolist() == ["yes", "no"]


def test_about_sheet_and_marking_on_every_printed_page(tmp_path):
    content = write_excel(None, {"A/B: [x]": pd.DataFrame({"a": [1]})}, ABOUT)
    facts = _read(content, tmp_path, "About")
    assert facts.iloc[:, 1].tolist() == list(ABOUT.values())
    with zipfile.ZipFile(tmp_path / "read.xlsx") as book:
        for number in (1, 2):
            assert b"OFFICIAL-SENSITIVE" in book.read(f"xl/worksheets/sheet{number}.xml")


def test_more_rows_than_a_sheet_holds_is_refused():
    frame = pd.DataFrame({"a": np.zeros(1_048_576, dtype=np.int8)})
    with pytest.raises(InputError, match="1,048,575"):
        write_excel(None, {"Rows": frame}, ABOUT)
