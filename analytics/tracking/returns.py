"""The funder's return: hours planned, claimed and measured, by agency and funding line.

Hours measured by GPS stand beside the share of rostered unit-days that GPS covers, and are never
filled up to it. Hours that officers report themselves are a column of their own.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from analytics import tasking
from analytics.tracking import return_notes as notes
from analytics.tracking.activity import read_activity, unit_days_heard
from analytics.tracking.check_ins import self_reported
from analytics.tracking.claims import read_budgets, read_claims
from analytics.tracking.dosage import Dosage
from analytics.tracking.places import judged_places
from analytics.tracking.preview import preview_dosage
from analytics.tracking.quarters import Quarter, quarters_between
from analytics.tracking.return_notes import GROUP, NOT_NAMED
from analytics.tracking.settings import TrackingSettings
from analytics.workspace import InputError, User, Workspace

COLUMNS = {
    "year": "Financial year",
    "quarter": "Quarter",
    "agency": "Agency",
    "funding": "Funding line",
    "planned_hours": "Planned patrol hours",
    "claimed_hours": "Claimed hours",
    "measured_hours": "Measured hours (GPS)",
    "completeness": "GPS completeness",
    "reported_hours": "Self-reported hours",
    "rostered_hours": "Rostered hours",
    "unit_days": "Rostered unit-days",
    "visits": "Visits (GPS)",
    "arrests": "Arrests",
    "searches": "Searches",
    "weapons": "Weapons seized",
    "budget": "Budget (£)",
    "cost_per_hour": "Budget per measured hour (£)",
}
_ACTIVITY = {"arrest": "arrests", "search": "searches", "weapon": "weapons"}


@dataclass(frozen=True)
class FundersReturn:
    """One quarter's return: `table` has a row per agency and funding line with `COLUMNS`.

    A missing value is unknown. `first` and `last` are the days of the quarter that have passed;
    `is_partial`: the quarter runs on, or roster, GPS or plans do not reach all its days.
    """

    quarter: Quarter
    first: date
    last: date
    table: pd.DataFrame
    run_id: str
    notes: tuple[str, ...]
    is_partial: bool


def quarters(workspace: Workspace) -> list[Quarter]:
    """Return the financial quarters with a roster, GPS or a plan, the newest first."""
    first, last = workspace.rows(
        "SELECT min(day), max(day) FROM (SELECT day FROM roster UNION ALL SELECT day FROM "
        "ping_files UNION ALL SELECT day FROM plan_visits)"
    )[0]
    today = workspace.today()
    return quarters_between(first, min(last, today)) if first and first <= today else []


def preview_return(
    workspace: Workspace, user: User, quarter: Quarter, settings: TrackingSettings
) -> FundersReturn:
    """Compute the return of a quarter, up to today; stores nothing.

    `settings` say what counts as a visit. Raises InputError without a roster for the quarter.
    """
    workspace.require(user, "track")
    first, last = quarter.first, min(quarter.last, workspace.today())
    if last < first:
        raise InputError(f"{quarter.title} has not begun.")
    duties = _duties(workspace, first, last)
    if duties.empty:
        raise InputError(
            f"There is no roster for {quarter.title}, so hours cannot be told apart by agency. "
            "Load the feed 'roster' with its columns agency and funding."
        )
    dosage, reason = _dosage(workspace, user, settings, first, last)
    activity, repeated = _activity(workspace, settings, dosage, first, last)
    table = _rostered(duties)
    table = table.join(_planned(workspace, duties, first, last))
    table = table.join(read_claims(workspace, quarter.key), how="outer")
    table = _with_measured(table, duties, dosage)
    table = table.join(_reported(workspace, duties, first, last))
    table = _with_activity(table, duties, activity)
    table = _with_costs(table, read_budgets(workspace, quarter.key))
    table = table.assign(year=quarter.year_name, quarter=f"Q{quarter.number}")
    covered = notes.of_coverage(workspace, quarter, last)
    return FundersReturn(
        quarter,
        first,
        last,
        table.reset_index()[list(COLUMNS)],
        dosage.run_id if dosage else "",
        (
            *covered,
            *notes.of_table(table, reason, repeated),
            *notes.of_left_over(workspace, duties, dosage, first, last),
        ),
        is_partial=bool(covered),
    )


def sentence(found: FundersReturn) -> str:
    """Return the tab's answer: claimed against measured, with completeness."""
    table = found.table
    measured = table["measured_hours"].sum(min_count=1)
    claimed = table["claimed_hours"].sum(min_count=1)
    said = f"{claimed:,.0f} hours claimed" if pd.notna(claimed) else "no hours claimed yet"
    partly = " The quarter is only partly covered: see the remarks." if found.is_partial else ""
    if pd.isna(measured):
        return (
            f"**{found.quarter.title}: {said}; measured hours are not measurable without GPS.**"
            f"{partly}"
        )
    with_gps = (table["completeness"] * table["unit_days"]).sum()
    share = with_gps / table["unit_days"].sum()
    return (
        f"**{found.quarter.title}: {measured:,.0f} hours in hot spots measured by GPS, {said}.** "
        f"GPS covers {share:.0%} of rostered unit-days; hours without GPS are unknown, not zero."
        f"{partly}"
    )


def _duties(workspace: Workspace, first: date, last: date) -> pd.DataFrame:
    """One row per unit, day and shift of the roster: its hours, agency and funding line."""
    rows = workspace.frame(
        "SELECT unit, day, starts, max(ends) AS ends, min(agency) AS agency, "
        "min(funding) AS funding FROM roster WHERE unit IS NOT NULL AND day BETWEEN ? AND ? "
        "GROUP BY unit, day, starts",
        [first, last],
    )
    rows["day"] = pd.to_datetime(rows["day"]).dt.date
    rows[GROUP] = rows[GROUP].fillna(NOT_NAMED)
    return rows.assign(hours=(rows["ends"] - rows["starts"]) / timedelta(hours=1))


def _unit_days(duties: pd.DataFrame) -> pd.DataFrame:
    return duties.drop_duplicates(["unit", "day"])[["unit", "day", *GROUP]]


def _rostered(duties: pd.DataFrame) -> pd.DataFrame:
    hours = duties.groupby(GROUP)["hours"].sum().rename("rostered_hours")
    return pd.concat([_unit_days(duties).groupby(GROUP).size().rename("unit_days"), hours], axis=1)


def _planned(workspace: Workspace, duties: pd.DataFrame, first: date, last: date) -> pd.Series:
    """Hours in hot spots by the plans that were in force."""
    plan = tasking.plan_in_force(workspace, first, last)[["unit", "day", "minutes"]]
    plan = plan.assign(day=pd.to_datetime(plan["day"]).dt.date)
    hours = plan.merge(_unit_days(duties), on=["unit", "day"]).groupby(GROUP)["minutes"].sum() / 60
    return hours.rename("planned_hours")


def _dosage(
    workspace: Workspace, user: User, settings: TrackingSettings, first: date, last: date
) -> tuple[Dosage | None, str]:
    chosen = settings.model_copy(update={"from_date": first, "to_date": last})
    try:
        return preview_dosage(workspace, user, chosen), ""
    except InputError as error:
        return None, str(error)


def _with_measured(
    table: pd.DataFrame, duties: pd.DataFrame, dosage: Dosage | None
) -> pd.DataFrame:
    """Add hours and visits by GPS, missing for a group without a single unit-day of GPS."""
    names = ["measured_hours", "visits", "completeness"]
    if dosage is None:
        return table.assign(**dict.fromkeys(names, float("nan")))
    days = _unit_days(duties)
    with_gps = days.merge(unit_days_heard(dosage), on=["unit", "day"]).groupby(GROUP).size()
    patrol = dosage.visits[dosage.visits["is_drive_through"] == 0]
    patrol = (
        patrol[["unit", "day", "headline_ms"]]
        .astype({"unit": object})
        .merge(days, on=["unit", "day"])
    )
    grouped = patrol.groupby(GROUP)["headline_ms"]
    gps = with_gps.reindex(table.index).fillna(0)
    found = pd.DataFrame(
        {"measured_hours": grouped.sum() / 3_600_000, "visits": grouped.size()}
    ).reindex(table.index)
    found = found.fillna(0).where(gps > 0)
    return table.join(found).assign(completeness=gps / table["unit_days"])


def _reported(workspace: Workspace, duties: pd.DataFrame, first: date, last: date) -> pd.Series:
    told = self_reported(workspace, first, last)[["unit", "day", "minutes"]]
    hours = told.merge(_unit_days(duties), on=["unit", "day"]).groupby(GROUP)["minutes"].sum()
    return (hours / 60).rename("reported_hours")


def _activity(
    workspace: Workspace,
    settings: TrackingSettings,
    dosage: Dosage | None,
    first: date,
    last: date,
) -> tuple[pd.DataFrame, int]:
    """Return the activity of the quarter and what of it was typed and loaded; it needs no GPS."""
    try:
        places = (
            dosage.hotspots if dosage else judged_places(workspace, settings, first, last).frame
        )
    except InputError:
        return pd.DataFrame(), 0
    return read_activity(workspace, places, first, last)


def _with_activity(table: pd.DataFrame, duties: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Add arrests, searches and weapons in hot spots; missing where no activity is held."""
    if rows.empty:
        return table.assign(**dict.fromkeys(_ACTIVITY.values(), float("nan")))
    inside = rows[rows["place"].notna()].merge(_unit_days(duties), on=["unit", "day"])
    counts = inside.pivot_table("quantity", GROUP, "kind", aggfunc="sum", fill_value=0)
    counts = counts.reindex(columns=list(_ACTIVITY), fill_value=0).rename(columns=_ACTIVITY)
    return table.join(counts.reindex(table.index).fillna(0))


def _with_costs(table: pd.DataFrame, budgets: pd.Series) -> pd.DataFrame:
    """Add the budget entered and what it comes to per measured hour, where both are known."""
    table = table.join(budgets.rename("budget"))
    hours = table["measured_hours"].where(table["measured_hours"] > 0)
    return table.assign(cost_per_hour=table["budget"] / hours)
