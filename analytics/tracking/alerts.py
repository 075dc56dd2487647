"""Places that nobody has visited for too long, counted back from the last GPS fix held."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analytics.technology.coverage import GpsCoverage
from analytics.tracking.dosage import Dosage
from analytics.workspace import InputError, User, Workspace, note_evidence, now_ms

POLICY = "alerts"
DEFAULT_HOURS = 48
"""A place without a visit for two days is told (a convention; set by the force)."""
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Alerts:
    """`places`: hotspot_id, name, rank, hours (missing: no visit in the period), planned.

    `coverage` says how far the GPS may be believed.
    """

    hours: int
    places: pd.DataFrame
    coverage: GpsCoverage

    def sentence(self) -> str:
        """Say which places have waited too long."""
        if self.places.empty:
            return f"Every place had a visit in the last {self.hours} hours of GPS."
        worst = self.places.iloc[0]
        since = (
            "none in these days"
            if pd.isna(worst["hours"])
            else f"last visit {worst['hours']:,.0f} hours ago"
        )
        verb = "has" if len(self.places) == 1 else "have"
        noun = "place" if len(self.places) == 1 else "places"
        text = (
            f"**{len(self.places):,} {noun} {verb} had no visit for {self.hours} hours**; longest: "
            f"{worst['name']} ({since})."
        )
        share = self.coverage.share
        if share is None:
            return f"{text} How complete the GPS is cannot be measured: some may have had one."
        return text if share >= 0.9 else f"{text} The GPS is incomplete: some may have had one."


def alert_hours(workspace: Workspace) -> int:
    """Return after how many hours without a visit a place is told."""
    held = workspace.value(
        "SELECT value FROM policies WHERE name = ? ORDER BY saved_ms DESC LIMIT 1", [POLICY]
    )
    return int(json.loads(held)["hours"]) if held else DEFAULT_HOURS


def set_alert_hours(workspace: Workspace, user: User, hours: int) -> None:
    """Set after how many hours a place is told, audited; InputError outside 1 to 720."""
    workspace.require(user, "explain")
    if not 1 <= hours <= 720:
        raise InputError("Choose between 1 hour and 30 days (720 hours).")
    with workspace.write(user, "alter", "policy", POLICY, {"hours": hours}) as kept:
        kept.execute("DELETE FROM policies WHERE name = ?", [POLICY])
        kept.execute(
            "INSERT INTO policies VALUES (?, ?, ?, ?)",
            [POLICY, json.dumps({"hours": hours}), user.username, now_ms()],
        )
        note_evidence(kept, "T6-05", f"Places without a visit for {hours} hours are told.", POLICY)


def unvisited(workspace: Workspace, dosage: Dosage) -> Alerts:
    """Return the places of the last day without a visit for `alert_hours`, longest first.

    A drive-through is no visit. Hours run to the last fix held of the period. A place that the
    trial left alone on every day waits on purpose and is not told.
    """
    hours = alert_hours(workspace)
    seen = dosage.visits[dosage.visits["is_drive_through"] == 0]
    last = seen.groupby("place_id")["last_ms"].max()
    heard_ms = workspace.value(
        "SELECT max(last_ms) FROM ping_files WHERE day <= ?", [dosage.last_day]
    )
    places = dosage.hotspots.rename(columns={"place_id": "hotspot_id"})
    found = pd.DataFrame(places[["hotspot_id", "name", "rank", "planned"]])
    found["hours"] = (heard_ms - found["hotspot_id"].map(last)) / HOUR_MS
    days = (dosage.last_day - dosage.first_day).days + 1
    is_due = found["hours"].isna() if days * 24 >= hours else pd.Series(False, index=found.index)
    is_control = found["hotspot_id"].isin(dosage.contamination.left_alone)
    found = found[(is_due | (found["hours"] > hours)) & ~is_control]
    order = found.assign(waited=found["hours"].fillna(float("inf"))).sort_values(
        ["waited", "rank"], ascending=[False, True]
    )
    places = order.drop(columns="waited").reset_index(drop=True)
    return Alerts(hours, places, dosage.coverage)


def waiting_sentence(workspace: Workspace, result: dict[str, Any]) -> str:
    """Say which places of a saved dosage (its JSON) wait too long; empty where none does.

    A saved dosage counts days: a place is named once more whole days have passed than the hours
    set. One without any visit is named where the days of the dosage hold those hours.
    """
    hours = alert_hours(workspace)
    days = (date.fromisoformat(result["to"]) - date.fromisoformat(result["from"])).days + 1
    waited = [
        (days if place["days_since_last_visit"] is None else place["days_since_last_visit"], place)
        for place in result["hotspots"]
    ]
    found = [
        (-since, place["rank"], place["name"]) for since, place in waited if 24 * since > hours
    ]
    if not found:
        return ""
    told = "1 place had" if len(found) == 1 else f"{len(found):,} places had"
    return f"{told} no visit for {hours} hours, longest {min(found)[2]}."
