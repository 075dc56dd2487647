"""Why a row is kept aside: each rule has a name and a sentence."""

from datetime import datetime, timedelta

from analytics.workspace import Workspace

RULES: dict[str, str] = {
    "unreadable_line": "The line has too few or too many columns, or a broken quotation mark.",
    "missing_required": "A column that every row needs is blank.",
    "impossible_date": "The date or time cannot be read or does not exist.",
    "future_date": "The date lies in the future.",
    "to_before_from": "The end lies before the beginning.",
    "no_place": "The coordinates are blank.",
    "unreadable_number": "A number cannot be read.",
    "suppressed_place": "The coordinates are (0, 0), which stands for a withheld place.",
    "impossible_place": "The coordinates lie outside what is possible.",
    "exact_repeat": "The row repeats another row of this load in every mapped column.",
    "no_geometry": "The shape is missing.",
    "wrong_geometry": "The shape is not of the kind that this feed needs.",
}

ALREADY_HELD = "already_held"
"""Mark of rows that stand in a file given twice; they are counted as held, not kept aside."""


def latest_moment(workspace: Workspace) -> datetime:
    """Return the local time after which a date counts as future: a day's grace for clocks."""
    now = datetime.now(workspace.timezone).replace(tzinfo=None)
    today = datetime.combine(workspace.today(), datetime.min.time()) + timedelta(days=1)
    return max(now, today) + timedelta(days=1)


def first_broken(rules: list[tuple[str, str]]) -> str:
    """Return the SQL CASE that names the first rule whose condition holds, NULL when none."""
    cases = " ".join(f"WHEN {condition} THEN '{rule}'" for rule, condition in rules)
    return f"CASE {cases} END" if rules else "NULL"
