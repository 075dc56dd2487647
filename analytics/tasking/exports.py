"""What a plan looks like in words and tables: answer, visits, ledger, workbook."""

import math
from datetime import date, timedelta

import pandas as pd

from analytics.geography import nearest_street_names
from analytics.reports import about_export, write_excel
from analytics.tasking.plan import Plan
from analytics.workspace import User, Workspace

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
    reason, noun = by_reason.index[0], "visit" if sums.unserved == 1 else "visits"
    return (
        f"{head} {sums.unserved:,} {noun} could not be placed; most often: "
        f"{reason[:1].lower()}{reason[1:]}. The plan serves {served_words(plan)} of the need that "
        "any plan of these visits could serve."
    )


def served_words(plan: Plan) -> str:
    """Say which part of the most possible need the plan surely serves, rounded down."""
    share = plan.served_at_least
    if share is None:
        return "none"
    whole = math.floor(share * 100 + 1e-6)
    return "all" if whole >= 100 else f"at least {whole}%"


def workbook(workspace: Workspace, user: User, plan: Plan) -> bytes:
    """Return the plan as an Excel workbook: visits, what is unserved, the capacity sum."""
    workspace.require(user, "export")
    return write_excel(None, sheets_of(workspace, plan), about_plan(workspace, plan, "Patrol plan"))


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
            "not measurable" if plan.served_at_least is None else served_words(plan)
        ),
        "Most possible, by": plan.bound_by,
    }
    return pd.DataFrame({"Line": list(lines), "Amount": list(lines.values())})


def sheets_of(workspace: Workspace, plan: Plan) -> dict[str, pd.DataFrame]:
    """Return the sheets of a plan's workbook by name."""
    return {
        "Visits": plan_table(workspace, plan),
        "Unserved": unmet_table(plan),
        "Capacity": ledger_table(plan),
    }


def about_plan(workspace: Workspace, plan: Plan, title: str) -> dict[str, str]:
    """Return the facts that an export of a plan carries."""
    return about_export(
        workspace,
        title=title,
        run_id=plan.run_id,
        period=_period(plan.first_day, plan.last_day),
        source=f"hot spot list {', '.join(plan.list_ids)}, roster; seed {plan.seed}",
    )


def _period(first: date, last: date) -> str:
    return _day(first) if last - first < timedelta(days=1) else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
