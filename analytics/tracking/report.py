"""The funder's return as files: Excel by a saved template, and one page for the lead."""

import pandas as pd

from analytics.reports import about_export, pdf, write_excel
from analytics.tracking.returns import COLUMNS, FundersReturn, sentence
from analytics.workspace import User, Workspace

_HOURS_ON_PAPER = {
    "planned_hours": "Planned (h)",
    "claimed_hours": "Claimed (h)",
    "measured_hours": "GPS (h)",
    "completeness": "GPS held",
    "reported_hours": "Self (h)",
    "visits": "Visits",
}
_ABSENT = {
    "claimed_hours": "not entered",
    "planned_hours": "no plan",
    "reported_hours": "none",
    "cost_per_hour": "–",
}
_ACTIVITY_ON_PAPER = {
    "arrests": "Arrests",
    "searches": "Searches",
    "weapons": "Weapons",
    "cost_per_hour": "£ per GPS hour",
}


def shown_table(found: FundersReturn, template: dict | None = None) -> pd.DataFrame:
    """Return the table with the columns, headings and agencies of a template (all without one)."""
    chosen = template or {}
    columns = {
        name: label for name, label in (chosen.get("columns") or COLUMNS).items() if name in COLUMNS
    }
    table = found.table
    if chosen.get("agencies"):
        table = table[table["agency"].isin(chosen["agencies"])]
    return table[list(columns)].rename(columns=columns)


def return_workbook(
    workspace: Workspace, user: User, found: FundersReturn, template: dict | None = None
) -> bytes:
    """Return the quarter's return as an Excel workbook."""
    workspace.require(user, "export")
    table = shown_table(found, template).round(2)
    notes = pd.DataFrame({"Remark": [sentence(found).replace("*", ""), *found.notes]})
    sheets = {found.quarter.key: table, "Remarks": notes}
    return write_excel(None, sheets, _about(workspace, found))


def return_report(workspace: Workspace, user: User, found: FundersReturn) -> bytes:
    """Return the one-page report of the quarter as a tagged PDF."""
    workspace.require(user, "export")
    data = {
        "title": f"Funder's return, {found.quarter.title}",
        "about": _about(workspace, found),
        "answer": sentence(found).replace("*", ""),
        "sections": [
            {"heading": "Hours and visits", "table": _paper_table(found, _HOURS_ON_PAPER)},
            {"heading": "Activity in hot spots", "table": _paper_table(found, _ACTIVITY_ON_PAPER)},
            {"heading": "Remarks", "list": list(found.notes) or ["None."]},
        ],
    }
    return pdf(None, "funder_return", data)


def _paper_table(found: FundersReturn, names: dict[str, str]) -> dict:
    rows = [
        [f"{row['agency']}: {row['funding']}", *(_text(name, row[name]) for name in names)]
        for row in found.table.to_dict("records")
    ]
    columns = ["Agency and line", *names.values()]
    return {"columns": columns, "rows": rows, "align": ["left", *["right"] * len(names)]}


def _text(name: str, value: object) -> str:
    if pd.isna(value):
        return _ABSENT.get(name, "unknown")
    if name == "completeness":
        return f"{value:.0%}"
    is_short = name in _HOURS_ON_PAPER and name != "visits" and 0 < value < 10
    return f"{value:,.1f}" if is_short else f"{value:,.0f}"


def _about(workspace: Workspace, found: FundersReturn) -> dict[str, str]:
    first, last = found.first, found.last
    return about_export(
        workspace,
        title=f"Funder's return, {found.quarter.title}",
        run_id=found.run_id,
        period=f"financial year {found.quarter.year_name} (April to March), quarter "
        f"{found.quarter.number}: {first.day} {first:%b %Y} to {last.day} {last:%b %Y} (patrol days)",
        source="roster, plans in force, GPS, check-ins, activity; claims and budgets as entered",
    )
