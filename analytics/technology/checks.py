"""Checks of a load: each a named rule with what it means, a count, and what is done about it."""

from dataclasses import dataclass, field, replace
from typing import Any

from analytics.technology.feeds import columns_of
from analytics.technology.rules import RULES
from analytics.technology.staging import Staging
from analytics.workspace.schema import EVENT_FEEDS

KEPT_ASIDE = "Kept aside"
STORED = "Stored, with a warning"
FLAGGED = "Stored and flagged"
DECIDE = "For decision in targeting"
REPORTED = "Reported"
MOST_EXAMPLES = 5
SENSITIVE = {"ethnicity", "officer_ethnicity"}

TITLES: dict[str, str] = {
    "unreadable_line": "Unreadable line",
    "missing_required": "Required value missing",
    "impossible_date": "Impossible date",
    "future_date": "Date in the future",
    "to_before_from": "End before beginning",
    "no_place": "No place",
    "unreadable_number": "Unreadable number",
    "suppressed_place": "Withheld place (0, 0)",
    "impossible_place": "Impossible place",
    "exact_repeat": "Exact repeat",
    "no_geometry": "No shape",
    "wrong_geometry": "Wrong kind of shape",
}
_OF_EVENTS = tuple(TITLES)[:10]


@dataclass(frozen=True)
class Check:
    """One named rule: `count` of `unit` it concerns (None: not measurable) and what is `done`.

    `note` is one sentence with the facts, and a warning of the load where `warns`. `rows_sql`
    selects the numbers `n` of the rows concerned; `examples` are records, and are never stored.
    """

    rule: str
    title: str
    means: str
    count: int | None
    done: str
    note: str = ""
    unit: str = "row"
    warns: bool = False
    rows_sql: str = ""
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_passed(self) -> bool:
        """Whether nothing was found that needs a look."""
        return self.count == 0

    def as_json(self) -> dict[str, Any]:
        """Return the check as plain values, without records."""
        names = ("rule", "title", "means", "count", "unit", "done", "note")
        return {name: getattr(self, name) for name in names}


def kept_aside(feed: str, reasons: dict[str, int]) -> list[Check]:
    """Return one check for each rule that keeps rows aside, from the counts of a load."""
    wanted = list(_OF_EVENTS) if feed in EVENT_FEEDS else []
    wanted += [rule for rule in reasons if rule not in wanted]
    return [
        Check(
            rule,
            TITLES[rule],
            RULES[rule],
            reasons.get(rule, 0),
            KEPT_ASIDE,
            rows_sql=f"SELECT n FROM checked WHERE rule = '{rule}'",
        )
        for rule in wanted
    ]


def with_examples(staging: Staging, feed: str, checks: list[Check], used: set[str]) -> list[Check]:
    """Add up to five records to each check that found some: file, line and mapped values.

    `used` are the wanted columns that the load matched. Ethnicity is never among the values: it
    is shown as counts only.
    """
    wanted = used - SENSITIVE
    mapped = [column.name for column in columns_of(feed) if column.name in wanted]
    made = []
    for check in checks:
        if check.count and check.rule == "unreadable_line":
            check = replace(check, examples=_lines(staging))
        elif check.count and check.rows_sql:
            check = replace(check, examples=_records(staging, check.rows_sql, mapped))
        made.append(check)
    return made


def _records(staging: Staging, rows_sql: str, mapped: list[str]) -> list[dict[str, Any]]:
    texts = "".join(f', p."{name}"' for name in mapped)
    found = staging.rows(
        f"""SELECT f.name, p.place{texts} FROM numbered p JOIN files f USING (file_no)
        WHERE p.n IN (SELECT n FROM ({rows_sql}) ORDER BY n LIMIT {MOST_EXAMPLES})
        ORDER BY p.n"""
    )
    names = ["file", "line", *mapped]
    return [dict(zip(names, row, strict=True)) for row in found]


def _lines(staging: Staging) -> list[dict[str, Any]]:
    found = staging.rows(
        f"""SELECT f.name, j.line, j.what FROM rejects j JOIN files f USING (file_no)
        ORDER BY j.file_no, j.line LIMIT {MOST_EXAMPLES}"""
    )
    return [dict(zip(("file", "line", "what"), row, strict=True)) for row in found]
