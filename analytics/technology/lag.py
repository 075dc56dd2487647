"""How late records are entered, and since when the newest figures are provisional."""

from datetime import date, timedelta

from analytics.technology.checks import STORED, Check
from analytics.technology.staging import Staging
from analytics.workspace import Workspace

LAG_SHARE = 0.95
"""The lag is the time by which this share of the records has been entered."""
FEWEST_DATED = 100


def check_lag(staging: Staging, workspace: Workspace, feed: str) -> Check:
    """Mark the weeks within the recording lag: given for the feed, else measured on the file.

    Weeks begin on Monday. A week is provisional when its end lies less than the lag (days) before
    the last day that the file knows of. Measured, the lag is the 95th percentile of recorded on
    less happened from; records not yet entered make it look shorter than it is.
    """
    days, how = _lag(staging, workspace, feed)
    last, is_month = _last_day(staging, workspace.today())
    if days is None or last is None or is_month:
        return _not_measurable(is_month)
    sure = last - timedelta(days=days)
    # The first Monday whose week is not wholly past by then.
    first = sure - timedelta(days=sure.weekday())
    if sure.weekday() == 6:
        first += timedelta(days=7)
    condition = f"rule IS NULL AND occurred_from >= DATE '{first.isoformat()}'"
    weeks, rows = staging.rows(
        f"""SELECT count(DISTINCT date_trunc('week', occurred_from)), count(*) FROM checked
        WHERE {condition}"""
    )[0]
    note = (
        f"{how} From {first.day} {first:%b %Y} on the figures are provisional: "
        f"{weeks:,} {'week' if weeks == 1 else 'weeks'} with {rows:,} rows so far."
    )
    return Check(
        "provisional_weeks",
        "Provisional weeks",
        "Weeks so recent that a part of their records is not entered yet.",
        weeks,
        STORED,
        note,
        unit="week",
    )


def _not_measurable(is_month: bool) -> Check:
    why = (
        "The dates name the month only"
        if is_month
        else f"Fewer than {FEWEST_DATED} rows say when they were recorded and no lag is set for "
        "the feed"
    )
    return Check(
        "provisional_weeks",
        "Provisional weeks",
        "Weeks so recent that a part of their records is not entered yet.",
        None,
        STORED,
        f"{why}, so this is not measurable.",
        unit="week",
    )


def _lag(staging: Staging, workspace: Workspace, feed: str) -> tuple[int | None, str]:
    """Return the lag in days and a sentence that says where it comes from."""
    given = workspace.value("SELECT recording_lag_days FROM feeds WHERE feed = ?", [feed])
    if given is not None:
        return int(given), f"The feed's recording lag is set to {given:,} days."
    dated, measured = staging.rows(
        f"""SELECT count(*), quantile_disc(recorded_on - CAST(occurred_from AS DATE), {LAG_SHARE})
        FROM checked WHERE rule IS NULL AND recorded_on >= CAST(occurred_from AS DATE)
            AND occurred_from_precision <> 'month'"""
    )[0]
    if dated < FEWEST_DATED:
        return None, ""
    return int(measured), f"95% of {dated:,} dated records were entered within {measured:,} days."


def _last_day(staging: Staging, today: date) -> tuple[date | None, bool]:
    """Return the last day the file knows of, and whether its dates name the month only."""
    happened, recorded, precision = staging.rows(
        """SELECT CAST(max(occurred_from) AS DATE), max(recorded_on) FILTER (recorded_on <= ?),
            arg_max(occurred_from_precision, occurred_from)
        FROM checked WHERE rule IS NULL""",
        (today,),
    )[0]
    known = [day for day in (happened, recorded) if day is not None]
    return max(known, default=None), precision == "month"
