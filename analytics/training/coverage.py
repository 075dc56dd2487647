"""Training coverage: of the officers on the roster, who is trained, in date and has passed?"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from analytics.training.judge import TRAINED, complete_records, judge
from analytics.training.settings import TrainingSettings
from analytics.workspace import (
    NotMeasurable,
    User,
    Workspace,
    make_run_id,
    note_evidence,
    store_run,
)

NO_TEAM = "No team named"


@dataclass(frozen=True)
class Coverage:
    """Who among those rostered is trained, by team, and what is missing.

    `teams` has team, rostered, trained, share. `gaps` (officer, team, course, state, expires_on,
    first_day) and `expiries` (officer, team, course, expires_on, days_left) name pseudonyms; both
    are None for users who may not see training records.
    """

    run_id: str
    fingerprint: str
    settings: TrainingSettings
    first_day: date
    last_day: date
    courses: list[str]
    rostered: int
    trained: int
    officer_days: int
    trained_officer_days: int
    teams: pd.DataFrame
    gaps: pd.DataFrame | None
    expiries: pd.DataFrame | None

    @property
    def share(self) -> float:
        """Share of rostered officers who are trained on every day they are rostered."""
        return self.trained / self.rostered

    def as_json(self) -> dict[str, Any]:
        """Return the totals as plain JSON values; no officer is named."""
        return {
            "run_id": self.run_id,
            "settings": self.settings.as_json(),
            "courses": self.courses,
            "rostered": self.rostered,
            "trained": self.trained,
            "share": self.share,
            "officer_days": self.officer_days,
            "trained_officer_days": self.trained_officer_days,
            "teams": self.teams.to_dict("records"),
        }


def coverage(workspace: Workspace, user: User, settings: TrainingSettings) -> Coverage:
    """Compute training coverage of the officers rostered in a period; stores nothing.

    An officer counts as trained when every course needed is completed, in date and passed on each
    rostered day. Raises NotMeasurable when there is no roster for the days, when no officer is
    named in it, or when there are no training records.
    """
    workspace.require(user, "see:training")
    first, last = settings.first_and_last(workspace.today())
    settings = settings.model_copy(update={"from_date": first, "to_date": last})
    officer_days = _officer_days(workspace, first, last)
    records = _records(workspace, settings)
    courses = _courses(records, settings)
    fingerprint = workspace.fingerprint("roster", "training")
    states = judge(officer_days[["officer", "day"]], courses, records)
    states = states.merge(officer_days[["officer", "day", "team"]], on=["officer", "day"])
    by_day = _by_officer_day(states)
    by_officer = by_day.groupby("officer").agg(
        team=("team", "last"), is_trained=("is_trained", "all")
    )
    may_see = user.may("train")
    if may_see:
        workspace.log_view(user, "training", "coverage")
    return Coverage(
        run_id=make_run_id("training", settings, fingerprint),
        fingerprint=fingerprint,
        settings=settings,
        first_day=first,
        last_day=last,
        courses=courses,
        rostered=len(by_officer),
        trained=int(by_officer["is_trained"].sum()),
        officer_days=len(by_day),
        trained_officer_days=int(by_day["is_trained"].sum()),
        teams=_teams(by_officer),
        gaps=_gaps(states) if may_see else None,
        expiries=_expiries(states, last, settings.warn_days) if may_see else None,
    )


def save_coverage(workspace: Workspace, user: User, settings: TrainingSettings) -> Coverage:
    """Compute coverage and keep it as a run with its evidence for the readiness checklist."""
    workspace.require(user, "train")
    found = coverage(workspace, user, settings)
    period = f"{_day(found.first_day)} to {_day(found.last_day)}"
    with workspace.write(user, "create", "coverage", found.run_id) as transaction:
        store_run(
            transaction,
            user,
            found.run_id,
            "training",
            found.settings,
            found.fingerprint,
            found.as_json(),
        )
        note_evidence(
            transaction,
            "T4-10",
            f"{found.trained:,} of {found.rostered:,} rostered officers trained "
            f"({found.share:.0%}), {period}.",
            found.run_id,
        )
        note_evidence(
            transaction,
            "T4-11",
            f"{len(found.expiries):,} records of rostered officers expire within "
            f"{found.settings.warn_days} days of {_day(found.last_day)}.",
            found.run_id,
        )
    return found


def has_roster(workspace: Workspace) -> bool:
    """Whether any roster is held."""
    return bool(workspace.value("SELECT count(*) > 0 FROM roster"))


def courses_held(workspace: Workspace) -> list[str]:
    """Return the names of the courses in the training records."""
    return [name for (name,) in workspace.rows("SELECT DISTINCT course FROM training ORDER BY 1")]


def _officer_days(workspace: Workspace, first: date, last: date) -> pd.DataFrame:
    """Return officer, day and team of everyone rostered; a shift belongs to the day it starts."""
    day_starts = timedelta(minutes=workspace.day_starts_minutes)
    begin = datetime.combine(first, time()) + day_starts
    end = datetime.combine(last, time()) + day_starts + timedelta(days=1)
    frame = workspace.frame(
        "SELECT officer, CAST(starts - to_minutes(CAST(? AS BIGINT)) AS DATE) AS day, "
        "coalesce(min(team), ?) AS team FROM roster "
        "WHERE starts >= ? AND starts < ? AND officer IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
        [workspace.day_starts_minutes, NO_TEAM, begin, end],
    )
    if frame.empty:
        held = workspace.rows("SELECT count(*), count(officer), min(day), max(day) FROM roster")
        rows, named, earliest, latest = held[0]
        if not rows:
            reason = "there is no roster. Load one under Technology."
        elif not named:
            reason = "the roster names no officers. Load one that does."
        else:
            reason = (
                f"nobody is on the roster from {_day(first)} to {_day(last)}; it runs from "
                f"{_day(earliest)} to {_day(latest)}. Choose other days or load a newer one."
            )
        raise NotMeasurable(f"Training coverage is not measurable: {reason}")
    return frame


def _records(workspace: Workspace, settings: TrainingSettings) -> pd.DataFrame:
    frame = workspace.frame(
        "SELECT officer, course, completed_on, expires_on, score, pass_mark FROM training "
        "WHERE officer IS NOT NULL AND course IS NOT NULL"
    )
    if frame.empty:
        raise NotMeasurable(
            "Training coverage is not measurable: there are no training records. "
            "Load them under Technology."
        )
    complete = complete_records(frame, settings.pass_mark, settings.valid_months)
    return complete.assign(has_record=True)


def _courses(records: pd.DataFrame, settings: TrainingSettings) -> list[str]:
    held = sorted(records["course"].unique())
    return sorted(set(settings.courses)) if settings.courses else held


def _by_officer_day(states: pd.DataFrame) -> pd.DataFrame:
    trained = states.assign(is_trained=states["state"] == TRAINED)
    return trained.groupby(["officer", "day"], as_index=False).agg(
        team=("team", "first"), is_trained=("is_trained", "all")
    )


def _teams(by_officer: pd.DataFrame) -> pd.DataFrame:
    teams = by_officer.groupby("team", as_index=False).agg(
        rostered=("is_trained", "size"), trained=("is_trained", "sum")
    )
    teams["trained"] = teams["trained"].astype(int)
    teams["share"] = teams["trained"] / teams["rostered"]
    # Of two teams with the same share, the one with more officers to train stands first.
    order = teams.assign(size=-teams["rostered"]).sort_values(["share", "size", "team"]).index
    return teams.loc[order].reset_index(drop=True)


def _gaps(states: pd.DataFrame) -> pd.DataFrame:
    """Return one row per officer and course that is lacking on some rostered day."""
    lacking = states[states["state"] != TRAINED].sort_values("day")
    gaps = lacking.groupby(["officer", "course"], as_index=False).agg(
        team=("team", "last"),
        state=("state", "first"),
        expires_on=("expires_on", "first"),
        first_day=("day", "min"),
    )
    columns = ["officer", "team", "course", "state", "expires_on", "first_day"]
    return gaps[columns].sort_values(["team", "officer", "course"]).reset_index(drop=True)


def _expiries(states: pd.DataFrame, last: date, warn_days: int) -> pd.DataFrame:
    """Return the records in date at the end of the period that expire soon after it."""
    in_date = states[states["state"] == TRAINED].sort_values("day")
    latest = in_date.drop_duplicates(["officer", "course"], keep="last")
    days_left = (latest["expires_on"] - pd.Timestamp(last)).dt.days
    soon = latest.assign(days_left=days_left)[days_left.between(0, warn_days)]
    columns = ["officer", "team", "course", "expires_on", "days_left"]
    return soon[columns].sort_values(["expires_on", "officer"]).reset_index(drop=True)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
