"""What the plan must serve: hot spots in force, their shares, hours of need and control days."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics import targeting
from analytics.geography import saved_places
from analytics.tasking.clock import DayClock
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    InputError,
    NotMeasurable,
    User,
    Workspace,
    get_run,
    make_settings,
)


@dataclass(frozen=True)
class Need:
    """One list version as a plan sees it.

    `places` has hotspot_id, name, rank, share (sums to 1), x, y (metres) and the geometry;
    `profile` is a weekday x hour matrix (7 x 24, Monday's patrol day first), all ones when the
    hours of need cannot be known.
    """

    list_id: str
    places: gpd.GeoDataFrame
    profile: np.ndarray
    warnings: list[str]

    @cached_property
    def rates(self) -> np.ndarray:
        """Expected violence per hot spot, weekday and hour (hot spots x 7 x 24)."""
        share = self.places["share"].to_numpy()
        return share[:, None, None] * self.profile[None] / self.profile.sum()

    def by_minute(self, clock: DayClock) -> np.ndarray:
        """Return the expected violence per hot spot and minute of a patrol day."""
        return clock.need(self.rates)

    def day_factor(self, day: date) -> float:
        """Return the need of a weekday beside the mean weekday."""
        return float(self.profile[day.weekday()].sum() * 7 / self.profile.sum())


def read_need(
    workspace: Workspace, user: User, days: list[date], settings: TaskingSettings
) -> dict[date, Need]:
    """Return the need of each day by the list version in force on it.

    Raises InputError when no list is in force on one of the days, NotMeasurable when hot spots
    are to be weighed by harm and the list has none.
    """
    known: dict[str, Need] = {}
    found = {}
    for day in days:
        held = targeting.list_in_force(workspace, day)
        if held is None or held.hotspots.empty:
            raise InputError(
                f"There is no hot spot list in force on {day.day} {day:%b %Y}. "
                "Sign one off under Targeting."
            )
        if held.list_id not in known:
            known[held.list_id] = _need(workspace, user, held, settings)
        found[day] = known[held.list_id]
    return found


def control_hotspots(
    workspace: Workspace, places: gpd.GeoDataFrame, days: list[date]
) -> dict[date, set[str]]:
    """Return the hot spots that overlap a control place of the trial, by day.

    An assigned place that is not among the saved places is met by its id alone.
    """
    frame = workspace.frame(
        "SELECT day, place_id FROM assignment WHERE NOT is_treatment AND day BETWEEN ? AND ? "
        "AND coalesce(programme_id, ?) = ?",
        [min(days), max(days), DEFAULT_PROGRAMME, DEFAULT_PROGRAMME],
    )
    if frame.empty:
        return {}
    trial = saved_places(workspace).set_index("place_id")
    tree = places.sindex
    met: dict[str, set[str]] = {}
    for place_id in frame["place_id"].unique():
        ids = {place_id}
        if place_id in trial.index:
            area = trial.geometry.loc[[place_id]].union_all()
            near = tree.query(area, predicate="intersects")
            shared = places.geometry.iloc[near].intersection(area).area.to_numpy() > 0
            ids |= set(places["hotspot_id"].iloc[near[shared]])
        met[place_id] = ids & set(places["hotspot_id"])
    found: dict[date, set[str]] = {}
    for row in frame.itertuples():
        found.setdefault(pd.Timestamp(row.day).date(), set()).update(met[row.place_id])
    return found


def list_places(workspace: Workspace, day: date) -> gpd.GeoDataFrame | None:
    """Return the hot spots in force on a day in order of rank, None where there is no list."""
    held = targeting.list_in_force(workspace, day)
    if held is None or held.hotspots.empty:
        return None
    return held.hotspots.sort_values(["rank", "hotspot_id"]).reset_index(drop=True)


def _need(
    workspace: Workspace, user: User, held: targeting.HotspotList, settings: TaskingSettings
) -> Need:
    places = held.hotspots.sort_values(["rank", "hotspot_id"]).reset_index(drop=True)
    warnings = []
    weights = pd.to_numeric(places[settings.weigh_by]).to_numpy(dtype=float)
    if np.isnan(weights).any():
        raise NotMeasurable(
            f"The hot spots of this list have no {settings.weigh_by} to weigh them by. "
            "Weigh them by count."
        )
    if weights.sum() <= 0:
        weights = np.ones(len(places))
        warnings.append("No hot spot of this list has a weight; all are treated as equal.")
    profile, sentence = _hours_of_need(workspace, user, held)
    centre = places.geometry.representative_point()
    frame = gpd.GeoDataFrame(
        {
            "hotspot_id": places["hotspot_id"].astype(str),
            "name": places["name"].fillna(places["hotspot_id"]).astype(str),
            "rank": places["rank"],
            "share": weights / weights.sum(),
            "x": centre.x,
            "y": centre.y,
        },
        geometry=places.geometry.to_numpy(),
        crs=workspace.crs,
    )
    return Need(held.list_id, frame, profile, warnings + sentence)


def _hours_of_need(
    workspace: Workspace, user: User, held: targeting.HotspotList
) -> tuple[np.ndarray, list[str]]:
    run = get_run(workspace, held.run_id)
    try:
        made_with = make_settings(targeting.TargetingSettings, run.settings if run else {})
        ids = held.hotspots["hotspot_id"].tolist()
        profile = targeting.hour_weekday(workspace, user, made_with, hotspot_ids=ids)
        if profile.matrix.sum() > 0:
            return profile.matrix, list(profile.warnings)
        reason = "no crime of the list has a time"
    except (NotMeasurable, InputError) as error:
        reason = str(error).rstrip(".")
    return np.ones((7, 24)), [
        f"Visits are spread evenly over the rostered hours, because the hours of need are not "
        f"known. {reason}."
    ]
