"""Visits told by GPS and by officers, side by side and never added."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.tracking.activity import LEAST_OFFICERS
from analytics.tracking.check_in_times import MINUTE_MS
from analytics.tracking.check_ins import self_reported
from analytics.tracking.dosage import Dosage
from analytics.workspace import User, Workspace

NEAR_MIN = 10


@dataclass(frozen=True)
class Agreement:
    """Visits that GPS and officers both tell of, or only one does, on unit-days with both.

    `table` has told, visits, gps_minutes, self_minutes, missing where that side tells nothing.
    `officers` is how many persons checked in, `without_gps` the visits of units without GPS.
    """

    both: int
    gps_only: int
    self_only: int
    without_gps: int
    median_difference_min: float | None
    officers: int
    table: pd.DataFrame

    @property
    def is_shown(self) -> bool:
        """Whether enough officers checked in for the figures not to be of persons."""
        return self.officers >= LEAST_OFFICERS

    def sentence(self) -> str:
        """Say how far the two agree, or why that is not told."""
        if not self.both + self.gps_only + self.self_only:
            return "No unit has both GPS and check-ins on one day, so they cannot be compared."
        if not self.is_shown:
            return (
                f"Fewer than {LEAST_OFFICERS} officers checked in on days with GPS: a comparison "
                "would be a figure of persons and is not shown."
            )
        text = (
            f"On days with both, {self.both:,} visits are told by GPS and by officers, "
            f"{self.gps_only:,} by GPS only and {self.self_only:,} by officers only."
        )
        if self.median_difference_min is not None:
            text += (
                f" Of those told by both, officers report {self.median_difference_min:+.1f} "
                "minutes against GPS (median)."
            )
        return text


def agreement(workspace: Workspace, user: User, dosage: Dosage) -> Agreement:
    """Compare check-ins with the GPS visits of a dosage, unit by unit.

    A check-in and a visit of the same unit and place are one when they overlap or lie within
    `NEAR_MIN` minutes; each is used once, the longest overlap first.
    """
    workspace.require(user, "track")
    told = self_reported(workspace, dosage.first_day, dosage.last_day)
    gps = dosage.visits[dosage.visits["is_drive_through"] == 0].dropna(subset=["unit"])
    heard = set(zip(dosage.units["unit"], dosage.units["day"], strict=True))
    has_gps = _are_in(told, heard)
    told, silent = told[has_gps].reset_index(drop=True), int((~has_gps).sum())
    days = set(zip(told["unit"], told["day"], strict=True))
    gps = gps[_are_in(gps, days)].astype({"unit": object}).reset_index(drop=True)
    gps = gps.assign(minutes=gps["headline_ms"] / MINUTE_MS)
    pairs = _pairs(told, gps)
    mine, theirs = [i for i, _ in pairs], [j for _, j in pairs]
    differences = told["minutes"][mine].to_numpy() - gps["minutes"][theirs].to_numpy()
    return Agreement(
        both=len(pairs),
        gps_only=len(gps) - len(pairs),
        self_only=len(told) - len(pairs),
        without_gps=silent,
        median_difference_min=float(np.median(differences)) if len(pairs) else None,
        officers=_officers(workspace, told),
        table=_table(told, gps, mine, theirs),
    )


def _table(
    told: pd.DataFrame, gps: pd.DataFrame, mine: list[int], theirs: list[int]
) -> pd.DataFrame:
    rest, others = gps.drop(index=theirs), told.drop(index=mine)
    both = (len(mine), gps["minutes"][theirs].sum(), told["minutes"][mine].sum())
    rows = [
        ("Both", *both),
        ("GPS only", len(rest), rest["minutes"].sum(), None),
        ("Officers only", len(others), None, others["minutes"].sum()),
    ]
    return pd.DataFrame(rows, columns=["told", "visits", "gps_minutes", "self_minutes"])


def _officers(workspace: Workspace, told: pd.DataFrame) -> int:
    """Count the persons behind the visits told."""
    if told.empty:
        return 0
    rows = workspace.frame(
        "SELECT username, unit, hotspot_id AS place_id, in_ms FROM check_ins "
        "WHERE NOT is_removed AND out_ms IS NOT NULL AND in_ms BETWEEN ? AND ?",
        [int(told["in_ms"].min()), int(told["out_ms"].max())],
    )
    visits = told[["unit", "place_id", "in_ms", "out_ms"]].rename(columns={"in_ms": "first_ms"})
    both = rows.merge(visits, on=["unit", "place_id"])
    within = (both["in_ms"] >= both["first_ms"]) & (both["in_ms"] <= both["out_ms"])
    return int(both.loc[within, "username"].nunique())


def _are_in(rows: pd.DataFrame, unit_days: set) -> np.ndarray:
    pairs = zip(rows["unit"], rows["day"], strict=True)
    return np.array([pair in unit_days for pair in pairs], dtype=bool)


def _pairs(told: pd.DataFrame, gps: pd.DataFrame) -> list[tuple[int, int]]:
    near = NEAR_MIN * MINUTE_MS
    merged = told.reset_index(names="i").merge(
        gps.reset_index(names="j")[["j", "unit", "place_id", "first_ms", "last_ms"]],
        on=["unit", "place_id"],
    )
    overlap = merged[["out_ms", "last_ms"]].min(axis=1) - merged[["in_ms", "first_ms"]].max(axis=1)
    merged = merged.assign(overlap=overlap)
    merged = merged[merged["overlap"] >= -near].sort_values("overlap", ascending=False)
    used_i, used_j, pairs = set(), set(), []
    for i, j in zip(merged["i"], merged["j"], strict=True):
        if i not in used_i and j not in used_j:
            pairs.append((int(i), int(j)))
            used_i.add(i)
            used_j.add(j)
    return pairs
