"""Recorded ethnicity in the broad groups of the census, self-defined or officer-defined."""

import re

import pandas as pd

GROUPS = ("White", "Asian", "Black", "Mixed", "Other", "Not stated")
REFERENCE = "White"
UNKNOWN = "Not stated"
BASES = {"ethnicity": "Self-defined", "officer_ethnicity": "Officer-defined"}
"""Column -> whose word it is: the person's own, or the officer's of what was seen."""
_PATTERNS = (
    (UNKNOWN, r"not stated|unknown|refus|declin|^n/?a$|not recorded|not known|^ns$|^ic ?[09]\b"),
    ("Mixed", r"mixed|multiple ethnic|^m\d|\bwhite (and|&) (black|asian)"),
    ("White", r"\bwhite\b|caucasian|\bgypsy|\broma\b|^w\d|^ic ?[12]\b"),
    ("Other", r"^(?!.*black).*(\barab|north african|middle east)|^ic ?6\b"),
    ("Black", r"black|african|caribbean|west indian|^b\d|^ic ?3\b"),
    ("Asian", r"asian|indian|pakistani|bangladeshi|chinese(?! or other)|^a\d|^ic ?[45]\b"),
)
"""The first that fits, in the order of the census of 2021: Chinese is Asian, Arab is other."""


def group_of(recorded: str | None) -> str:
    """Return the broad group of a recorded ethnicity (five groups of the 2021 census, not stated)."""
    text = (recorded or UNKNOWN).strip().lower() or UNKNOWN.lower()
    return next((group for group, pattern in _PATTERNS if re.search(pattern, text)), "Other")


def groups_of(recorded: pd.Series) -> pd.Series:
    """Return the broad group of every recorded ethnicity."""
    known = {value: group_of(value) for value in recorded.dropna().unique()}
    return recorded.map(known).astype(object).fillna(UNKNOWN)
