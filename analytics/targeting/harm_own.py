"""A force's own table of harm weights, typed or corrected on the page and stored as a load."""

import csv
import tempfile
from pathlib import Path

import pandas as pd

from analytics import technology
from analytics.targeting.harm import HarmTable, harm_table, harm_tables
from analytics.workspace import InputError, User, Workspace

_COLUMNS = ("index_name", "version", "source", "code", "title", "days")


def save_harm_table(
    workspace: Workspace,
    user: User,
    index_name: str,
    version: str,
    rows: pd.DataFrame,
    source: str = "",
) -> HarmTable:
    """Store a new version of a table of weights and return it; it is then the one loaded last.

    `rows`: code, title, days (a row per code, days above 0). A version is never changed: raises
    InputError where it exists, for a blank name, a code given twice, or days that are no number.
    """
    workspace.require(user, "load")
    index_name, version = index_name.strip(), version.strip()
    if not index_name or not version:
        raise InputError("Give the table a name and a version, so that charts can name both.")
    label = HarmTable(index_name, version, "", False, 0, 0, None).label
    if any(table.label == label for table in harm_tables(workspace)):
        raise InputError(f"'{label}' is loaded already. Give the changed table a new version.")
    checked = _checked(rows)
    with tempfile.TemporaryDirectory(dir=workspace.path / "spill") as folder:
        file = Path(folder) / "own-harm-weights.csv"
        with file.open("w", newline="", encoding="utf-8") as text:
            writer = csv.writer(text)
            writer.writerow(_COLUMNS)
            for row in checked.itertuples():
                writer.writerow([index_name, version, source, row.code, row.title, row.days])
        technology.load(workspace, user, "harm", [file], columns={name: name for name in _COLUMNS})
    return harm_table(workspace, label)


def _checked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that hold anything, as code, title, days."""
    held = rows[["code", "title", "days"]].copy()
    held["code"] = held["code"].fillna("").astype(str).str.strip()
    held["title"] = held["title"].fillna("").astype(str).str.strip()
    held = held[(held["code"] != "") | held["days"].notna()]
    if held.empty:
        raise InputError("The table has no rows. Enter at least one code with its weight.")
    if (held["code"] == "").any():
        raise InputError(
            "A weight stands without an offence code. Enter the code, or clear the row."
        )
    days = pd.to_numeric(held["days"], errors="coerce")
    wrong = held.loc[~(days > 0), "code"]
    if len(wrong):
        raise InputError(f"Code {wrong.iloc[0]} has no weight above 0. Enter its days of harm.")
    again = held.loc[held["code"].str.upper().duplicated(), "code"]
    if len(again):
        raise InputError(f"Code {again.iloc[0]} stands twice. One code has one weight.")
    return held.assign(days=days.astype(float))
