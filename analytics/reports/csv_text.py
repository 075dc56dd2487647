"""CSV files whose text no spreadsheet runs as a formula."""

import pandas as pd

MARK = "'"
"""Put before text that a spreadsheet would run: it then shows the text as it is (OWASP)."""
_STARTS = r"[=+\-@\t]"
_NUMBER = r"[+-]?[\d.,\s]+(?:[eE][+-]?\d+)?%?"


def write_csv(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV (UTF-8 with a byte order mark, as spreadsheets want it).

    Text that begins like a formula gets a leading apostrophe; numbers keep their sign. A carriage
    return within text becomes a blank: it would begin a row of its own.
    """
    made = frame.copy()
    for name in made.columns[made.dtypes.map(_is_text)]:
        text = made[name].where(made[name].map(lambda value: isinstance(value, str)))
        runs = text.str.match(_STARTS, na=False) & ~text.str.fullmatch(_NUMBER, na=False)
        safe = text.where(~runs, MARK + text).str.replace("\r", " ")
        made[name] = made[name].where(text.isna(), safe)
    return made.to_csv(index=False).encode("utf-8-sig")


def unmarked(texts: pd.Series) -> pd.Series:
    """Return texts as they were before `write_csv` marked them."""
    return texts.str.replace(f"^{MARK}(?={_STARTS})", "", regex=True)


def _is_text(kind: object) -> bool:
    return pd.api.types.is_object_dtype(kind) or pd.api.types.is_string_dtype(kind)
