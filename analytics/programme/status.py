"""Where each step stands: one state, one sentence of fact, one next action.

A step is stale when what it read has changed since: a load of a feed it reads, or a newer list or
plan above it in the chain.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import geopandas as gpd
import pandas as pd

from analytics import targeting, tasking, testing, thinking, tracking, training
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    NotMeasurable,
    Run,
    User,
    Workspace,
    latest_run,
)

State = Literal["done", "in progress", "stale", "not started"]

FEEDS_READ = {
    "targeting": ("crimes", "harm", "boundary", "points"),
    "training": ("roster", "training"),
    "tasking": ("roster", "bases", "assignment"),
    "tracking": ("pings", "points", "places"),
    "testing": ("crimes", "assignment", "places", "harm"),
}
_WEEK_COLUMNS = ("week", "planned_visits", "delivered_visits", "qualifying_visits", "crimes")


@dataclass(frozen=True)
class StepState:
    """One row of the home page: `action` may be empty when nothing is asked for."""

    step: str
    state: State
    fact: str
    action: str
    page: str


def status(workspace: Workspace, user: User) -> list[StepState]:
    """Return the seven steps in the guide's order."""
    return [
        _thinking(workspace),
        _technology(workspace),
        _targeting(workspace),
        _training(workspace, user),
        _tasking(workspace),
        _tracking(workspace),
        _testing(workspace, user),
    ]


def next_action(workspace: Workspace, user: User) -> StepState | None:
    """Return the first step, in order, that asks for something this user may see."""
    chain = ("technology", "targeting", "tasking", "tracking", "testing", "thinking", "training")
    by_step = {row.step: row for row in status(workspace, user)}
    for step in chain:
        row = by_step[step]
        if row.action and row.state != "done" and user.may(f"see:{step}"):
            return row
    return None


def recent_weeks(workspace: Workspace, weeks: int = 4) -> pd.DataFrame:
    """Return per week (from Monday) visits planned and delivered, and crimes in hot spots.

    Columns: week; planned_visits; delivered_visits, the qualifying visits capped at planned per
    hot spot and day; qualifying_visits, all of them; crimes, pooled over all hot spots of the list
    in force, whatever arm of a trial they are in. Missing: nothing was computed or planned. Empty
    without a list in force.
    """
    last = workspace.today()
    first = last - timedelta(days=last.weekday() + 7 * weeks)
    end = first + timedelta(days=7 * weeks)
    held = targeting.list_in_force(workspace)
    if held is None:
        return pd.DataFrame(columns=[*_WEEK_COLUMNS])
    table = pd.DataFrame({"week": pd.date_range(first, periods=weeks, freq="7D")})
    for part in (
        _visits_by_week(workspace, first, end),
        _crimes_by_week(workspace, held.hotspots, first, end),
    ):
        part["week"] = pd.to_datetime(part["week"]).astype(table["week"].dtype)
        table = table.merge(part, on="week", how="left")
    return table[[*_WEEK_COLUMNS]]


def _visits_by_week(workspace: Workspace, first: date, end: date) -> pd.DataFrame:
    """Sum per week; delivered is unknown (NULL) where a week has a plan but no dosage."""
    planned = tasking.plan_in_force(workspace, first, end - timedelta(days=1))
    planned = planned.groupby(["day", "hotspot_id"]).size().rename("planned_visits").reset_index()
    planned["day"] = pd.to_datetime(planned["day"])
    done = workspace.frame(
        "SELECT day, hotspot_id, sum(qualifying_visits) AS qualifying_visits FROM dosage_days "
        "WHERE day >= ? AND day < ? GROUP BY day, hotspot_id",
        [first, end],
    )
    done["day"] = pd.to_datetime(done["day"]).astype(planned["day"].dtype)
    days = planned.merge(done, on=["day", "hotspot_id"], how="outer")
    capped = days[["planned_visits", "qualifying_visits"]].min(axis=1, skipna=False)
    days["delivered_visits"] = capped
    days["week"] = days["day"] - pd.to_timedelta(days["day"].dt.day_of_week, unit="D")
    sums = days.groupby("week")[["planned_visits", "delivered_visits", "qualifying_visits"]]
    return sums.sum(min_count=1).reset_index()


def _crimes_by_week(
    workspace: Workspace, hotspots: gpd.GeoDataFrame, first: date, end: date
) -> pd.DataFrame:
    """Count by patrol day, as the visits beside them: Sunday night belongs to Sunday's week."""
    crimes = workspace.frame(
        "SELECT date_trunc('week', day) AS week, x, y FROM (SELECT x, y, "
        "CASE WHEN time_precision = 'minute' THEN (occurred_from - to_minutes(?))::DATE "
        "ELSE occurred_from::DATE END AS day FROM crimes WHERE time_precision <> 'month') "
        "WHERE day >= ? AND day < ?",
        [workspace.day_starts_minutes, first, end],
    )
    places = gpd.points_from_xy(crimes["x"], crimes["y"], crs=workspace.crs)
    points = gpd.GeoDataFrame(crimes[["week"]], geometry=places)
    inside = points.sjoin(hotspots[["geometry"]], predicate="within")
    return inside.groupby("week").size().rename("crimes").reset_index()


def stale_after(workspace: Workspace, feed: str) -> list[str]:
    """Name the steps with results that rest on a feed: they go stale when it changes."""
    held = {run.step for run in (latest_run(workspace, step) for step in FEEDS_READ) if run}
    return [step for step, feeds in FEEDS_READ.items() if feed in feeds and step in held]


def _thinking(workspace: Workspace) -> StepState:
    found = thinking.scores(workspace)
    page = "thinking"
    if not found.answered:
        return StepState(
            page, "not started", "The readiness checklist is empty.", "Answer the gate items", page
        )
    weakest = (
        f" Weakest step: {found.weakest} ({found.steps[found.weakest]:.0f} of 100)."
        if found.weakest
        else ""
    )
    fact = f"{found.answered} of {found.items} items answered.{weakest}"
    if found.gates_open:
        count = len(found.gates_open)
        return StepState(page, "in progress", fact, f"Settle {count} gate items", page)
    return StepState(page, "done", fact, "", page)


def _technology(workspace: Workspace) -> StepState:
    page = "technology"
    held = dict(
        workspace.rows("SELECT feed, sum(rows_stored) FROM loads WHERE NOT is_undone GROUP BY feed")
    )
    if not held.get("crimes"):
        return StepState(page, "not started", "No crimes are loaded.", "Load crimes", page)
    first, last = workspace.rows("SELECT min(occurred_from), max(occurred_from) FROM crimes")[0]
    crimes = workspace.value("SELECT count(*) FROM crimes")
    fact = f"{crimes:,} crimes, {_day(first)} to {_day(last)}"
    if not held.get("pings"):
        return StepState(page, "in progress", fact + ".", "Load patrol positions", page)
    return StepState(page, "done", f"{fact}; {held['pings']:,} patrol positions.", "", page)


def _targeting(workspace: Workspace) -> StepState:
    page = "targeting"
    held = targeting.list_in_force(workspace)
    if held is None:
        return StepState(
            page, "not started", "No list of hot spots is in force.", "Choose and sign off", page
        )
    since = f" since {_day(held.valid_from)}" if held.valid_from else ""
    fact = f"{len(held.hotspots)} hot spots, version {held.version}, in force{since}."
    signed = _signed_ms(workspace)
    if _newest_load_ms(workspace, "targeting") > signed:
        return StepState(page, "stale", fact + " New data came in since.", "Review the list", page)
    return StepState(page, "done", fact, "", page)


def _training(workspace: Workspace, user: User) -> StepState:
    page = "training"
    if not user.may("see:training"):
        held = workspace.value("SELECT count(*) FROM training")
        state: State = "in progress" if held else "not started"
        return StepState(page, state, f"{held:,} training records held.", "", page)
    try:
        found = training.coverage(workspace, user, training.TrainingSettings())
    except NotMeasurable as reason:
        return StepState(page, "not started", str(reason), "Load training records", page)
    fact = f"{found.trained} of {found.rostered} rostered officers are trained and in date."
    if found.trained < found.rostered:
        return StepState(page, "in progress", fact, "See the gaps", page)
    return StepState(page, "done", fact, "", page)


def _tasking(workspace: Workspace) -> StepState:
    page = "tasking"
    today = workspace.today()
    rows = workspace.rows(
        "SELECT p.last_day, p.issued_ms, count(v.hotspot_id) FROM plans p "
        "LEFT JOIN plan_visits v USING (plan_id) WHERE p.programme_id = ? "
        "GROUP BY p.plan_id, p.last_day, p.issued_ms ORDER BY p.issued_ms DESC LIMIT 1",
        [DEFAULT_PROGRAMME],
    )
    if not rows:
        return StepState(page, "not started", "No patrol plan yet.", "Plan the patrols", page)
    last_day, issued_ms, visits = rows[0]
    fact = f"{visits:,} visits planned up to {_day(last_day)}."
    if last_day < today:
        return StepState(page, "stale", f"The last plan ended on {_day(last_day)}.", "Plan", page)
    if max(_newest_load_ms(workspace, "tasking"), _signed_ms(workspace)) > issued_ms:
        reason = " The list or the roster changed since."
        return StepState(page, "stale", fact + reason, "Plan again", page)
    return StepState(page, "done", fact, "See tonight", page)


def _tracking(workspace: Workspace) -> StepState:
    page = "tracking"
    run = latest_run(workspace, "tracking")
    if run is None:
        return StepState(page, "not started", "No dosage computed yet.", "See the dosage", page)
    minutes, visits = run.result["patrol_minutes"], run.result["qualifying_visits"]
    shown = "not measurable" if visits is None else f"{visits:,}"
    fact = f"{minutes / 60:,.0f} patrol hours in hot spots; qualifying visits: {shown}."
    if _newest_input_ms(workspace, "tracking") > run.at_ms:
        return StepState(page, "stale", fact + " New data came in since.", "Compute again", page)
    if waiting := tracking.waiting_sentence(workspace, run.result):
        return StepState(page, "in progress", f"{fact} {waiting}", "See places not visited", page)
    return StepState(page, "done", fact, "", page)


def _testing(workspace: Workspace, user: User) -> StepState:
    page = "testing"
    run = latest_run(workspace, "testing")
    if run is None:
        return StepState(page, "not started", "No evaluation yet.", "Evaluate", page)
    if run.result["design"] == "crossover" and testing.is_arm_hidden(workspace):
        fact = "The trial's arms stay pooled here until its protocol is locked."
        # Only those who may lock it are asked to.
        asked = "Lock the protocol" if user.may("lock") else ""
        return StepState(page, "in progress", fact, asked, page)
    fact = _first_sentence(run)
    if _newest_input_ms(workspace, "testing") > run.at_ms:
        return StepState(page, "stale", fact, "Evaluate again", page)
    return StepState(page, "done", fact, "", page)


def _first_sentence(run: Run) -> str:
    return run.result["conclusion"].split(". ")[0].rstrip(".") + "."


def _newest_input_ms(workspace: Workspace, step: str) -> int:
    return max(_newest_load_ms(workspace, step), _signed_ms(workspace))


def _newest_load_ms(workspace: Workspace, step: str) -> int:
    feeds = FEEDS_READ[step]
    marks = ", ".join("?" for _ in feeds)
    loaded = workspace.value(
        f"SELECT coalesce(max(at_ms), 0) FROM loads WHERE feed IN ({marks}) AND NOT is_undone "
        "AND (rows_stored > 0 OR mode = 'replace')",
        feeds,
    )
    # A load taken back or rows purged change what was read as much as a load does.
    removed = workspace.value(
        f"SELECT coalesce(max(at_ms), 0) FROM purges WHERE feed IN ({marks})", feeds
    )
    return max(loaded, removed)


def _signed_ms(workspace: Workspace) -> int:
    return workspace.value(
        "SELECT coalesce(max(signed_ms), 0) FROM lists WHERE programme_id = ?",
        [DEFAULT_PROGRAMME],
    )


def _day(value) -> str:
    return f"{value.day} {value:%b %Y}"
