"""What the plan must serve: hot spots in force, their shares, hours of need and control days."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics import targeting
from analytics.geography import saved_places
from analytics.tasking.clock import DayClock
from analytics.tasking.hours import SUNDAY, bank_holidays, hours_of_need
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    InputError,
    NotMeasurable,
    Run,
    User,
    Workspace,
    get_run,
)


@dataclass(frozen=True)
class Need:
    """One list version as a plan sees it.

    `places` has hotspot_id, name, rank, share (sums to 1), x, y (metres) and the geometry;
    `profile` is a weekday x hour matrix (7 x 24, Monday's patrol day first) of all hot spots, even
    when the hours of need cannot be known; `profiles` one per hot spot, each of which sums to 1.
    `per_week` is the violence expected in all of them in a week (crimes, or days of harm), and
    `as_sunday` the days that follow Sunday's need.
    """

    list_id: str
    places: gpd.GeoDataFrame
    profile: np.ndarray
    warnings: list[str]
    profiles: np.ndarray | None = None
    per_week: float = 1.0
    as_sunday: frozenset[date] = frozenset()

    @cached_property
    def rates(self) -> np.ndarray:
        """Expected violence per hot spot, weekday and hour (hot spots x 7 x 24)."""
        shapes = self.profile[None] / self.profile.sum() if self.profiles is None else self.profiles
        share = self.places["share"].to_numpy()
        return self.per_week * share[:, None, None] * shapes

    def weekday(self, day: date) -> int:
        """Return the weekday whose need a day follows, Monday 0."""
        return SUNDAY if day in self.as_sunday else day.weekday()

    def by_minute(self, clock: DayClock) -> np.ndarray:
        """Return the expected violence per hot spot and minute of a patrol day."""
        return clock.need(self.rates, self.weekday(clock.day))

    def day_factor(self, day: date) -> float:
        """Return the need of a weekday beside the mean weekday."""
        return float(self.profile[self.weekday(day)].sum() * 7 / self.profile.sum())


def read_need(
    workspace: Workspace, user: User, days: list[date], settings: TaskingSettings
) -> dict[date, Need]:
    """Return the need of each day by the list version in force on it.

    Raises InputError when no list is in force on one of the days, NotMeasurable when hot spots
    are to be weighed by harm and the list has none.
    """
    return _by_list(workspace, days, lambda held: _need(workspace, user, held, days, settings))


def read_shares(
    workspace: Workspace, days: list[date], settings: TaskingSettings
) -> dict[date, Need]:
    """Return the shares of each day's list without its hours, which take longer to find.

    Raises what `read_need` raises.
    """

    def shares(held: targeting.HotspotList) -> Need:
        held = replace(
            held, hotspots=held.hotspots.sort_values(["rank", "hotspot_id"], ignore_index=True)
        )
        frame, _, warnings = _weighed(held, settings)
        return Need(held.list_id, frame, np.full((7, 24), 1 / 168), warnings)

    return _by_list(workspace, days, shares)


def _by_list(
    workspace: Workspace, days: list[date], make: Callable[[targeting.HotspotList], Need]
) -> dict[date, Need]:
    known: dict[str, Need] = {}
    found = {}
    lists = targeting.lists_between(workspace, min(days), max(days))
    for day in days:
        held = next(
            (
                each
                for each in reversed(lists)
                if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
            ),
            None,
        )
        if held is None or held.hotspots.empty:
            raise InputError(
                f"There is no hot spot list in force on {day.day} {day:%b %Y}. "
                "Sign one off under Targeting."
            )
        if held.list_id not in known:
            known[held.list_id] = make(held)
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
    workspace: Workspace,
    user: User,
    held: targeting.HotspotList,
    days: list[date],
    settings: TaskingSettings,
) -> Need:
    held = replace(
        held, hotspots=held.hotspots.sort_values(["rank", "hotspot_id"], ignore_index=True)
    )
    frame, total, warnings = _weighed(held, settings)
    run = get_run(workspace, held.run_id)
    hours = hours_of_need(workspace, user, held, run)
    as_sunday, told = _bank_holidays(days, settings)
    return Need(
        held.list_id,
        frame,
        hours.pooled,
        warnings + hours.warnings + told,
        profiles=hours.profiles,
        per_week=total / _weeks(run),
        as_sunday=as_sunday,
    )


def _weighed(
    held: targeting.HotspotList, settings: TaskingSettings
) -> tuple[gpd.GeoDataFrame, float, list[str]]:
    """Return the places of a list with their shares, the sum of their weights, and warnings."""
    places = held.hotspots
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
        crs=places.crs,
    )
    return frame, float(weights.sum()), warnings


def _weeks(run: Run | None) -> float:
    """Return the weeks of the ranking period; one where the run does not tell."""
    period = (run.result or {}).get("period") if run else None
    if not period:
        return 1.0
    first, last = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    return ((last - first).days + 1) / 7


def _bank_holidays(
    days: list[date], settings: TaskingSettings
) -> tuple[frozenset[date], list[str]]:
    """Return the days that follow Sunday's need, and a sentence that names the bank holidays."""
    found = bank_holidays(days, settings.nation)
    if not found:
        return frozenset(), []
    words = ", ".join(f"{day.day} {day:%b} ({name})" for day, name in found.items())
    if settings.bank_holiday_need == "sunday":
        return frozenset(found), [f"Bank holidays follow Sunday's hours of need: {words}."]
    return frozenset(), [
        f"Bank holidays in these days: {words}. Their need is that of their weekday, which may not "
        "hold; compare them under Targeting, or let them follow Sunday's."
    ]
