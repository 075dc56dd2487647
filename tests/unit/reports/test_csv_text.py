"""CSV: no text runs as a formula, numbers stay numbers, and what was marked comes back."""

import io

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analytics.reports import unmarked, write_csv

BAD = ['=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"]


def read(content: bytes) -> pd.DataFrame:
    """Read a CSV as text, blanks as blanks."""
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_no_text_begins_like_a_formula():
    back = read(write_csv(pd.DataFrame({"unit": [*BAD, "U01", None], "minutes": range(7)})))
    assert not back["unit"].str.match(r"[=+\-@\t]").any()
    assert unmarked(back["unit"]).tolist() == [*BAD, "U01", ""]
    assert back["minutes"].tolist() == [str(number) for number in range(7)]


def test_numbers_keep_their_sign_also_as_text():
    frame = pd.DataFrame({"lon": ["-1.5301", "+2", "-1,53", "-5%"], "x": [-1.5, 2.0, -3.0, None]})
    back = read(write_csv(frame))
    assert back["lon"].tolist() == ["-1.5301", "+2", "-1,53", "-5%"]
    assert back["x"].tolist() == ["-1.5", "2.0", "-3.0", ""]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00'")), min_size=1))
def test_texts_come_back_as_they_were(texts):
    back = read(write_csv(pd.DataFrame({"n": range(len(texts)), "text": texts})))
    assert unmarked(back["text"]).tolist() == texts


def test_a_carriage_return_begins_no_row():
    back = read(write_csv(pd.DataFrame({"unit": ["U01\r=1+1", "U02\n=1+1"], "n": [1, 2]})))
    assert back["unit"].tolist() == ["U01 =1+1", "U02\n=1+1"]
