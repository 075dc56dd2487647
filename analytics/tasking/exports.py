"""What a plan looks like on paper and as files: the shift sheet, the table, the workbook."""

from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from analytics.geography import nearest_street_names, streets
from analytics.reports import about_export, map_png, pdf, write_excel, write_whole
from analytics.tasking.plan import Plan
from analytics.tasking.roster import Duty
from analytics.tasking.travel import CAR, CYCLE, FOOT
from analytics.workspace import InputError, User, Workspace

MODE_WORDS = {FOOT: "on foot", CYCLE: "by cycle", CAR: "by car"}
WHAT_TO_DO = (
    "Stay 10 to 16 minutes, out of the vehicle and in plain sight; then move on.",
    "Walk the whole place. Talk to people and premises; ask what has changed since the last visit.",
    "Look for what makes violence likely here, such as queues, disputes, drinking or hiding places, "
    "and note it. Being a hot spot gives by itself no ground to search anyone.",
    "Keep to the times and the order: they are drawn so that nobody can foresee a visit.",
    "Called away? Answer the call, write down why the visit was missed, and tell the patrol lead.",
)
COLUMNS = {
    "day": "Date",
    "shift": "Shift",
    "unit": "Unit",
    "visit_order": "Order",
    "starts": "Start",
    "minutes": "Stay, minutes",
    "travel_minutes": "Travel before, minutes",
    "mode": "Mode",
    "hotspot_id": "Hot spot",
    "name": "Place",
    "street": "Nearest street",
}


def with_places(workspace: Workspace, visits: pd.DataFrame) -> pd.DataFrame:
    """Add to visits what people know the places by: name, rank, lon, lat and nearest street."""
    held = workspace.frame(
        "SELECT hotspot_id, h.name, rank, x, y, lon, lat FROM hotspots h JOIN lists USING (list_id) "
        "QUALIFY row_number() OVER (PARTITION BY hotspot_id ORDER BY version DESC) = 1"
    )
    held = held[held["hotspot_id"].isin(visits["hotspot_id"])]
    names = nearest_street_names(workspace, held["x"].to_numpy(), held["y"].to_numpy())
    held = held.assign(
        street=[name or "" for name in names], name=held["name"].fillna(held["hotspot_id"])
    )
    kept = [column for column in visits.columns if column not in held or column == "hotspot_id"]
    found = visits[kept].merge(held.drop(columns=["x", "y"]), on="hotspot_id", how="left")
    return found.sort_values(["day", "shift", "unit", "visit_order", "starts"], ignore_index=True)


def plan_table(workspace: Workspace, plan: Plan) -> pd.DataFrame:
    """Return the visits as a table for people: labelled columns, nearest street of each place."""
    return with_places(workspace, plan.visits)[list(COLUMNS)].rename(columns=COLUMNS)


def answer(plan: Plan) -> str:
    """Say in two sentences what the plan does and what it leaves undone."""
    sums = plan.ledger
    share = sums.visits_planned / sums.visits_wanted if sums.visits_wanted else 0.0
    head = (
        f"**{sums.visits_planned:,} visits of {plan.settings.visit_minutes} minutes in "
        f"{sums.unit_shifts:,} unit-shifts, {_period(plan.first_day, plan.last_day)}: "
        f"{share:.0%} of the {sums.visits_wanted:,} wanted.**"
    )
    if plan.unmet.empty:
        return f"{head} Every visit wanted has its place."
    missed = plan.unmet["visits_wanted"] - plan.unmet["visits_planned"]
    by_reason = missed.groupby(plan.unmet["reason"]).sum().sort_values(ascending=False)
    reason = by_reason.index[0]
    served = f"{plan.value / plan.upper_bound:.0%}" if plan.upper_bound else "none"
    return (
        f"{head} {sums.unserved:,} visits could not be placed; most often: "
        f"{reason[:1].lower()}{reason[1:]}. The plan serves {served} of the need that any plan "
        "could serve at most."
    )


def workbook(workspace: Workspace, user: User, plan: Plan) -> bytes:
    """Return the plan as an Excel workbook: visits, what is unserved, the capacity sum."""
    workspace.require(user, "export")
    return write_excel(None, _sheets_of(workspace, plan), _about(workspace, plan, "Patrol plan"))


def shift_sheet(
    workspace: Workspace,
    user: User,
    plan: Plan,
    day: date | None = None,
    unit: str | None = None,
) -> bytes:
    """Return the printable sheets of a plan as one PDF: a page or two per unit and shift.

    `day` and `unit` choose among them. Raises InputError when none of them has a visit.
    """
    workspace.require(user, "see:tasking")
    visits = plan.visits
    if day is not None:
        visits = visits[visits["day"] == day]
    if unit is not None:
        visits = visits[visits["unit"] == unit]
    if visits.empty:
        raise InputError("No visit is planned for this choice, so there is no sheet to print.")
    held = streets(workspace)
    sheets, images = [], {}
    for number, duty in enumerate(plan.duties):
        mine = visits[
            (visits["day"] == duty.day)
            & (visits["shift"] == duty.shift)
            & (visits["unit"] == duty.unit)
        ]
        if len(mine):
            images[f"map{number}"] = route_map(plan, duty, mine, held)
            sheets.append(_sheet(workspace, plan, duty, mine, f"map{number}"))
    about = _about(workspace, plan, "Shift sheet")
    return pdf(
        None, "shift_sheet", {"title": "Shift sheet", "about": about, "sheets": sheets}, images
    )


def write_exports(workspace: Workspace, user: User, plan: Plan, folder: str | Path) -> list[Path]:
    """Write plan.csv, plan.xlsx and shift_sheets.pdf to a folder, logged; return their paths."""
    workspace.require(user, "export")
    folder = Path(folder)
    sheets = _sheets_of(workspace, plan)
    files = [folder / "plan.csv", folder / "plan.xlsx"]
    if len(plan.visits):
        files.append(folder / "shift_sheets.pdf")
    workspace.log(user, "disclose", "plan", plan.run_id, [file.name for file in files])
    write_whole(files[0], sheets["Visits"].to_csv(index=False).encode("utf-8-sig"))
    write_excel(files[1], sheets, _about(workspace, plan, "Patrol plan"))
    if len(plan.visits):
        write_whole(files[2], shift_sheet(workspace, user, plan))
    return files


def unmet_table(plan: Plan) -> pd.DataFrame:
    """Return what could not be served, for people: one row per day and hot spot."""
    frame = plan.unmet.assign(missed=plan.unmet["visits_wanted"] - plan.unmet["visits_planned"])
    labels = {
        "day": "Date",
        "hotspot_id": "Hot spot",
        "name": "Place",
        "visits_wanted": "Wanted",
        "visits_planned": "Planned",
        "missed": "Unserved",
        "reason": "Main reason",
    }
    return frame[list(labels)].rename(columns=labels)


def ledger_table(plan: Plan) -> pd.DataFrame:
    """Return the capacity arithmetic as two columns: what, and how much."""
    sums = plan.ledger
    lines = {
        "Unit-shifts": f"{sums.unit_shifts:,}",
        "Hours on shift": f"{sums.shift_hours:,.1f} h",
        "Breaks and paperwork": f"{sums.off_hours:,.1f} h",
        "Travel": f"{sums.travel_hours:,.1f} h",
        "In hot spots": f"{sums.visit_hours:,.1f} h",
        "Free between visits": f"{sums.free_hours:,.1f} h",
        "Visits possible by time": f"{sums.visits_possible:,}",
        "Visits wanted": f"{sums.visits_wanted:,}",
        "Visits planned": f"{sums.visits_planned:,}",
        "Unserved": f"{sums.unserved:,}",
        "Need in rostered hours": f"{sums.need_share_on_duty:.0%}",
        "Need served, of the most possible": (
            f"{plan.value / plan.upper_bound:.0%}" if plan.upper_bound else "not measurable"
        ),
    }
    return pd.DataFrame({"Line": list(lines), "Amount": list(lines.values())})


def route_map(
    plan: Plan, duty: Duty, visits: pd.DataFrame, street_lines: gpd.GeoDataFrame
) -> bytes:
    """Draw one unit's route over the streets, places labelled with their order of visit."""
    places = plan.places.drop_duplicates("hotspot_id").set_index("hotspot_id")
    orders = visits.groupby("hotspot_id")["visit_order"].agg(
        lambda turns: ", ".join(str(turn) for turn in turns)
    )
    shown = places.loc[orders.index].assign(rank=orders)
    points = [(places.at[spot, "x"], places.at[spot, "y"]) for spot in visits["hotspot_id"]]
    bases = None
    if pd.notna(duty.x):
        points = [(duty.x, duty.y), *points, (duty.x, duty.y)]
        bases = gpd.GeoDataFrame(geometry=[shapely.Point(duty.x, duty.y)], crs=shown.crs)
    return map_png(shown, streets=street_lines, route=points, bases=bases)


def _sheets_of(workspace: Workspace, plan: Plan) -> dict[str, pd.DataFrame]:
    return {
        "Visits": plan_table(workspace, plan),
        "Unserved": unmet_table(plan),
        "Capacity": ledger_table(plan),
    }


def _about(workspace: Workspace, plan: Plan, title: str) -> dict[str, str]:
    return about_export(
        workspace,
        title=title,
        run_id=plan.run_id,
        period=_period(plan.first_day, plan.last_day),
        source=f"hot spot list {', '.join(plan.list_ids)}, roster; seed {plan.seed}",
    )


def _sheet(
    workspace: Workspace, plan: Plan, duty: Duty, visits: pd.DataFrame, image: str
) -> dict[str, object]:
    places = plan.places.drop_duplicates("hotspot_id").set_index("hotspot_id")
    mine = places.loc[visits["hotspot_id"]]
    names = nearest_street_names(workspace, mine["x"].to_numpy(), mine["y"].to_numpy())
    rows = [
        {
            "start": row.starts.strftime("%H:%M"),
            "place": row.name,
            "streets": f"near {street}" if street and street not in row.name else "",
            "minutes": int(row.minutes),
            "travel": int(row.travel_minutes),
            "note": f"Rank {rank}",
        }
        for row, street, rank in zip(
            visits.itertuples(index=False), names, mine["rank"], strict=True
        )
    ]
    facts = [
        ["Day", f"{duty.day:%A} {_day(duty.day)}"],
        ["On duty", f"{duty.starts:%H:%M} to {duty.ends:%H:%M}, {MODE_WORDS[duty.mode]}"],
        ["Base", duty.base or "none named"],
        ["Visits", str(len(visits))],
    ]
    if pause := plan.breaks.get((duty.day, duty.shift, duty.unit)):
        facts.insert(3, ["Meal break", f"{pause[0]:%H:%M} to {pause[1]:%H:%M}, at the base"])
    return {
        "unit": duty.unit,
        "shift": f"{duty.shift}, {_day(duty.day)}",
        "facts": facts,
        "visits": rows,
        "notes": list(WHAT_TO_DO),
        "image": {
            "name": image,
            "alt": f"Map of the route of {duty.unit}: {len(mine)} visits, numbered in order.",
            "caption": "Straight lines join the places in order; numbers are the order of visit.",
        },
    }


def _period(first: date, last: date) -> str:
    return _day(first) if last - first < timedelta(days=1) else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
