"""A plan written to a folder in every form in which it leaves."""

from pathlib import Path

from analytics.reports import write_csv, write_excel, write_whole
from analytics.tasking import files as forms
from analytics.tasking.exports import about_plan, sheets_of
from analytics.tasking.plan import Plan
from analytics.tasking.rounds import rounds_of
from analytics.tasking.sheet import shift_sheet
from analytics.workspace import User, Workspace


def write_exports(workspace: Workspace, user: User, plan: Plan, folder: str | Path) -> list[Path]:
    """Write a plan to a folder, logged, and return the files.

    plan.csv and plan.xlsx always; with visits also shift_sheets.pdf, plan.ics and plan.gpx, and a
    calendar and a GPX file for each unit.
    """
    workspace.require(user, "export")
    folder = Path(folder)
    sheets = sheets_of(workspace, plan)
    texts = {folder / "plan.csv": write_csv(sheets["Visits"])}
    rounds = rounds_of(workspace, plan)
    if rounds:
        texts[folder / "plan.ics"] = forms.calendar(workspace, rounds)
        texts[folder / "plan.gpx"] = forms.gpx(workspace, rounds)
        for unit in sorted({one.unit for one in rounds}):
            mine = [one for one in rounds if one.unit == unit]
            name = "".join(sign if sign.isalnum() else "_" for sign in unit)
            texts[folder / f"unit_{name}.ics"] = forms.calendar(workspace, mine)
            texts[folder / f"unit_{name}.gpx"] = forms.gpx(workspace, mine)
        texts[folder / "shift_sheets.pdf"] = shift_sheet(workspace, user, plan)
    book = folder / "plan.xlsx"
    workspace.log(user, "disclose", "plan", plan.run_id, [file.name for file in (*texts, book)])
    for file, content in texts.items():
        write_whole(file, content)
    write_excel(book, sheets, about_plan(workspace, plan, "Patrol plan"))
    return [*texts, book]
