"""Planned against delivered, visit by visit.

Each planned visit is matched to at most one visit of the same place and patrol day, and each visit
to at most one plan. Qualifying visits are matched first, so that the visits delivered are those of
compliance (qualifying, capped at planned); what is left is matched to visits that were too short,
then to drive-throughs. Within each round the planned unit is preferred, then the nearest start
(least total, by assignment: Kuhn 1955).
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from analytics import tasking
from analytics.tracking.dosage import Dosage
from analytics.tracking.recent import recent
from analytics.workspace import User, Workspace

ON_TIME_MINUTES = 30
"""A visit that starts this near to its plan is on time (convention)."""
OTHER_UNIT_MINUTES = 10_000
"""How much worse another unit is than a late start, in the matching."""

ON_TIME, EARLY, LATE, OTHER_UNIT = "on time", "early", "late", "by another unit"
SHORT, DRIVEN, MISSED, UNKNOWN, NOT_DUE = (
    "too short",
    "only driven through",
    "missed",
    "unknown: no GPS of the unit",
    "not due yet",
)
DELIVERED = (ON_TIME, EARLY, LATE, OTHER_UNIT)
UNDELIVERED = (SHORT, DRIVEN, MISSED)
PLANNED_COLUMNS = ["day", "shift", "unit", "hotspot_id", "starts", "minutes"]


@dataclass(frozen=True)
class PlannedVisits:
    """Every planned visit with what became of it.

    `rows`: day, shift, unit, hotspot_id, name, rank, starts, minutes, status, by_unit, at,
    stayed_minutes, off_minutes (start against plan). `extra`: qualifying visits without a plan by
    place. Times are naive local times.
    """

    rows: pd.DataFrame
    extra: pd.Series

    def counts(self) -> pd.Series:
        """Return how many planned visits have each status, commonest first."""
        return self.rows["status"].value_counts()

    @property
    def undelivered(self) -> pd.DataFrame:
        """Planned visits that were due and not delivered, in time; unknown ones are not among them."""
        return self.rows[self.rows["status"].isin(UNDELIVERED)]

    def sentence(self) -> str:
        """Say what became of the planned visits, with numbers."""
        if self.rows.empty:
            return "No visit was planned in these days."
        counts = self.counts()
        done = int(counts.reindex(DELIVERED).fillna(0).sum())
        parts = [f"{done:,} of {len(self.rows):,} planned visits were delivered"]
        named = [
            (status, int(counts.get(status, 0))) for status in (*UNDELIVERED, UNKNOWN, NOT_DUE)
        ]
        parts += [f"{count:,} {status}" for status, count in named if count]
        text = "; ".join(parts)
        extra = int(self.extra.sum())
        return (
            f"{text}. {extra:,} further visits qualified without a plan." if extra else f"{text}."
        )


def planned_visits(workspace: Workspace, user: User, dosage: Dosage) -> PlannedVisits:
    """Match the plan in force on the days of `dosage` with the visits delivered."""
    workspace.require(user, "see:tracking")
    planned = tasking.plan_in_force(workspace, dosage.first_day, dosage.last_day)
    planned = planned[[*PLANNED_COLUMNS]].assign(day=pd.to_datetime(planned["day"]).dt.date)
    told = int(pd.util.hash_pandas_object(planned, index=False).sum())
    key = (workspace.workspace_id, "planned", dosage.run_id, len(dosage.visits), told)
    return recent.get(key, lambda: _matched(workspace, dosage, planned))


def _matched(workspace: Workspace, dosage: Dosage, planned: pd.DataFrame) -> PlannedVisits:
    heard_until = _heard_until(workspace, dosage)
    rows, extra = match(
        planned, _delivered(dosage, workspace.timezone), _heard(dosage), heard_until
    )
    places = dosage.hotspots.set_index("place_id")
    rows = rows.assign(
        name=rows["hotspot_id"].map(places["name"]).fillna(rows["hotspot_id"]),
        rank=rows["hotspot_id"].map(places["rank"]),
    )
    return PlannedVisits(rows.sort_values(["starts", "unit"], ignore_index=True), extra)


def match(
    planned: pd.DataFrame,
    delivered: pd.DataFrame,
    heard: set[tuple[str, object]],
    heard_until: datetime | None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the planned visits with status and match, and the unmatched qualifying ones by place.

    `planned` has `PLANNED_COLUMNS`; `delivered` place_id, day, unit, at, minutes, quality (2
    qualifies, 1 too short, 0 drive-through). `heard` holds (unit, day) with at least one fix;
    visits planned after `heard_until` are not due yet.
    """
    groups = dict(iter(delivered.groupby(["place_id", "day"], sort=False)))
    taken: set[int] = set()
    found: dict[int, int] = {}
    for key, mine in planned.groupby(["hotspot_id", "day"], sort=False):
        there = groups.get(key)
        if there is None:
            continue
        left = mine
        for quality in (2, 1, 0):
            candidates = there[there["quality"] == quality]
            pairs = _pairs(left, candidates)
            found |= pairs
            taken |= set(pairs.values())
            left = left.drop(index=list(pairs))
    rows = [
        _outcome(
            row, delivered.loc[found[row.Index]] if row.Index in found else None, heard, heard_until
        )
        for row in planned.itertuples()
    ]
    outcome = pd.DataFrame(
        rows,
        index=planned.index,
        columns=["status", "by_unit", "at", "stayed_minutes", "off_minutes"],
    )
    spare = delivered[(delivered["quality"] == 2) & ~delivered.index.isin(taken)]
    return planned.join(outcome), spare.groupby("place_id").size()


def _pairs(planned: pd.DataFrame, delivered: pd.DataFrame) -> dict[int, int]:
    """Return planned index -> delivered index of the cheapest assignment."""
    if planned.empty or delivered.empty:
        return {}
    starts = planned["starts"].to_numpy(dtype="datetime64[s]").astype(np.int64)
    at = delivered["at"].to_numpy(dtype="datetime64[s]").astype(np.int64)
    cost = np.abs(starts[:, None] - at[None, :]) / 60.0
    other = planned["unit"].to_numpy()[:, None] != delivered["unit"].to_numpy()[None, :]
    rows, columns = linear_sum_assignment(cost + OTHER_UNIT_MINUTES * other)
    return {
        int(planned.index[row]): int(delivered.index[column])
        for row, column in zip(rows, columns, strict=True)
    }


def _outcome(
    row: tuple,
    visit: pd.Series | None,
    heard: set[tuple[str, object]],
    heard_until: datetime | None,
) -> tuple:
    if visit is None:
        if heard_until is not None and row.starts > heard_until:
            return NOT_DUE, None, pd.NaT, None, None
        status = MISSED if (row.unit, row.day) in heard else UNKNOWN
        return status, None, pd.NaT, None, None
    off = (visit["at"] - row.starts).total_seconds() / 60
    facts = (visit["unit"], visit["at"], float(visit["minutes"]), off)
    if visit["quality"] < 2:
        return (SHORT if visit["quality"] else DRIVEN, *facts)
    if visit["unit"] != row.unit:
        return (OTHER_UNIT, *facts)
    status = ON_TIME if abs(off) <= ON_TIME_MINUTES else (LATE if off > 0 else EARLY)
    return (status, *facts)


def _delivered(dosage: Dosage, timezone: ZoneInfo) -> pd.DataFrame:
    seen = dosage.visits
    at = pd.to_datetime(seen["first_ms"], unit="ms", utc=True).dt.tz_convert(timezone)
    quality = np.where(seen["qualifies"] == 1, 2, np.where(seen["is_drive_through"] == 1, 0, 1))
    return pd.DataFrame(
        {
            "place_id": seen["place_id"],
            "day": seen["day"],
            "unit": seen["unit"].astype(object).fillna("not on the roster"),
            "at": at.dt.tz_localize(None),
            "minutes": seen["headline_ms"] / 60_000,
            "quality": quality,
        }
    ).reset_index(drop=True)


def _heard(dosage: Dosage) -> set[tuple[str, object]]:
    known = dosage.units.dropna(subset=["unit"])
    return set(zip(known["unit"], known["day"], strict=True))


def _heard_until(workspace: Workspace, dosage: Dosage) -> datetime | None:
    last_ms = workspace.value("SELECT max(last_ms) FROM ping_files")
    if last_ms is None:
        return None
    moment = pd.Timestamp(last_ms, unit="ms", tz="UTC").tz_convert(workspace.timezone)
    return moment.tz_localize(None).to_pydatetime()
