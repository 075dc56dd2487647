"""The facts that every export carries about itself."""

from datetime import datetime

from analytics.workspace import Workspace


def about_export(
    workspace: Workspace, *, title: str, run_id: str = "", period: str = "", source: str = ""
) -> dict[str, str]:
    """Return the labelled facts of an export, in the order in which they are shown.

    `period` and `source` are text such as "1 Jan 2018 to 31 Dec 2019" and "crimes, 3 loads". The
    head of the audit log is what `log --verify` later checks the log against.
    """
    length, head = workspace.keys.read_head() or (0, "")
    made = datetime.now(workspace.timezone)
    facts = {
        "Marking": workspace.marking,
        "Title": title,
        "Workspace": workspace.name,
        "Period": period,
        "Source": source,
        "Run": run_id,
        "Coordinate system": workspace.crs,
        "Made": f"{made.day} {made:%b %Y, %H:%M}",
        "Audit log": f"{length} {head}".strip(),
    }
    return {label: text for label, text in facts.items() if text}
