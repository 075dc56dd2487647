"""Recorded ethnicity in the broad groups of the census, self-defined or officer-defined."""

import re

import pandas as pd

GROUPS = ("White", "Asian", "Black", "Mixed", "Other", "Not stated")
REFERENCE = "White"
UNKNOWN = "Not stated"
BASES = {"ethnicity": "Self-defined", "officer_ethnicity": "Officer-defined"}
"""Column -> whose word it is: the person's own, or the officer's of what was seen."""
_PATTERNS = (
    (UNKNOWN, r"not stated|unknown|refus|declin|n/?a$|not recorded|not known|^ns$|^ic ?[09]\b"),
    ("Mixed", r"mixed|multiple ethnic|^m\d"),
    ("White", r"^white|caucasian|^w\d|^ic ?[12]\b"),
    ("Black", r"black|african|caribbean|^b\d|^ic ?3\b"),
    ("Asian", r"asian|indian|pakistani|bangladeshi|^a\d|^ic ?4\b"),
)


def group_of(recorded: str | None) -> str:
    """Return the broad group of a recorded ethnicity (five groups of the 2021 census, not stated)."""
    text = (recorded or UNKNOWN).strip().lower() or UNKNOWN.lower()
    return next((group for group, pattern in _PATTERNS if re.search(pattern, text)), "Other")


def groups_of(recorded: pd.Series) -> pd.Series:
    """Return the broad group of every recorded ethnicity."""
    known = {value: group_of(value) for value in recorded.dropna().unique()}
    return recorded.map(known).astype(object).fillna(UNKNOWN)
