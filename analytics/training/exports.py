"""Coverage in words and as a workbook."""

import pandas as pd

from analytics.reports import about_export, write_excel
from analytics.training.coverage import Coverage
from analytics.workspace import User, Workspace


def answer(found: Coverage) -> str:
    """Say in two sentences who is trained and where the largest gap is."""
    period = f"{found.first_day.day} {found.first_day:%b} to {found.last_day.day} "
    period += f"{found.last_day:%b %Y}"
    head = (
        f"**{found.trained:,} of {found.rostered:,} officers rostered from {period} "
        f"({found.share:.0%}) are trained, in date and have passed.** "
    )
    worst = found.teams.iloc[0]
    if worst["share"] == 1:
        return f"{head}No team has a gap."
    gap = int(worst["rostered"] - worst["trained"])
    return (
        f"{head}The largest gap is in {worst['team']}: {gap:,} of {worst['rostered']:,} lack "
        "something."
    )


def workbook(workspace: Workspace, user: User, found: Coverage) -> bytes:
    """Return teams, gaps and expiries as an Excel workbook; raises Refused without the right."""
    workspace.require(user, "train")
    about = about_export(
        workspace,
        title="Training coverage",
        run_id=found.run_id,
        period=f"{found.first_day} to {found.last_day}",
        source="roster and training records",
    )
    nothing = pd.DataFrame()
    sheets = {
        "Teams": found.teams,
        "Gaps": nothing if found.gaps is None else found.gaps,
        "Expiries": nothing if found.expiries is None else found.expiries,
    }
    return write_excel(None, sheets, about)
