"""Rounds: one unit's visits in one shift, from a plan that was just made or the one in force."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from analytics.tasking.exports import with_places
from analytics.tasking.in_force import plan_in_force
from analytics.tasking.need import control_hotspots, list_places
from analytics.tasking.own_unit import sees_every_unit, unit_on
from analytics.tasking.plan import Plan
from analytics.tasking.roster import base_places, read_duties
from analytics.workspace import User, Workspace


@dataclass(frozen=True)
class Round:
    """One unit on one shift; `visits` have their places (`with_places`), times naive local."""

    day: date
    shift: str
    unit: str
    starts: datetime
    ends: datetime
    mode: str
    base: str
    x: float
    y: float
    pause: tuple[datetime, datetime] | None
    visits: pd.DataFrame


def rounds_of(
    workspace: Workspace, plan: Plan, day: date | None = None, unit: str | None = None
) -> list[Round]:
    """Return the rounds of a plan that have a visit, of one day or unit where named.

    Visits that began before a replan are left out: they are done.
    """
    visits = with_places(workspace, plan.visits)
    # A unit under way is planned from where it stands; its base is where it always was.
    bases = base_places(workspace)
    found = []
    for duty in plan.duties:
        if day not in (None, duty.day) or unit not in (None, duty.unit):
            continue
        mine = _visits_of(visits, duty.day, duty.shift, duty.unit)
        mine = mine[mine["starts"] >= duty.starts]
        if len(mine):
            pause = plan.breaks.get((duty.day, duty.shift, duty.unit))
            x, y = bases.get(duty.base.strip().lower(), (float("nan"), float("nan")))
            found.append(
                Round(
                    duty.day,
                    duty.shift,
                    duty.unit,
                    duty.starts,
                    duty.ends,
                    duty.mode,
                    duty.base,
                    x,
                    y,
                    pause,
                    mine,
                )
            )
    return found


def rounds_in_force(
    workspace: Workspace, user: User, first: date, last: date, unit: str | None = None
) -> list[Round]:
    """Return the rounds of the plan in force, of the units that this person may see.

    An officer sees the own unit's of each day (`unit_on`). A unit that is not on the roster by
    that shift (tonight's is not) is on duty from its first visit to its last, from the base that
    the roster gives it for the day.
    """
    workspace.require(user, "see:tasking")
    held = plan_in_force(workspace, first, last)
    if not sees_every_unit(user):
        days = pd.to_datetime(held["day"]).dt.date
        own = {day: unit_on(workspace, user, day) for day in days.unique()}
        held = held[held["unit"] == days.map(own)]
    if unit is not None:
        held = held[held["unit"] == unit]
    if held.empty:
        return []
    visits = with_places(workspace, held)
    rostered = read_duties(workspace, first, last)[0]
    duties = {(duty.day, duty.shift, duty.unit): duty for duty in rostered}
    homes = {(duty.day, duty.unit): duty for duty in rostered}
    found = []
    for (stamp, shift, name), mine in visits.groupby(["day", "shift", "unit"], sort=False):
        day = pd.Timestamp(stamp).date()
        duty = duties.get((day, shift, name))
        home = duty or homes.get((day, name))
        end = (mine["starts"] + pd.to_timedelta(mine["minutes"], unit="min")).max()
        found.append(
            Round(
                day,
                shift,
                name,
                duty.starts if duty else mine["starts"].min().to_pydatetime(),
                duty.ends if duty else end.to_pydatetime(),
                duty.mode if duty else str(mine["mode"].iloc[0] or ""),
                home.base if home else "",
                home.x if home else float("nan"),
                home.y if home else float("nan"),
                None,
                mine,
            )
        )
    return found


def control_places(workspace: Workspace, user: User, day: date) -> list[str]:
    """Return the hot spots on their control day, in order of rank.

    Only one shift ahead (today and tomorrow), so that nobody arranges duties round the trial;
    who evaluates sees every day.
    """
    workspace.require(user, "see:tasking")
    if _is_too_early(workspace, user, day):
        return []
    places = list_places(workspace, day)
    if places is None:
        return []
    held = control_hotspots(workspace, places, [day]).get(day, set())
    return [str(spot) for spot in places["hotspot_id"] if spot in held]


def controls_are_hidden(workspace: Workspace, user: User, day: date) -> bool:
    """Whether a trial reaches a day whose control places this person may not know yet."""
    workspace.require(user, "see:tasking")
    reaches = "SELECT count(*) > 0 FROM assignment WHERE day >= ?"
    return _is_too_early(workspace, user, day) and bool(workspace.value(reaches, [day]))


def _is_too_early(workspace: Workspace, user: User, day: date) -> bool:
    return day > workspace.today() + timedelta(days=1) and not user.may("evaluate")


def _visits_of(visits: pd.DataFrame, day: date, shift: str, unit: str) -> pd.DataFrame:
    days = pd.to_datetime(visits["day"]).dt.date
    return visits[(days == day) & (visits["shift"] == shift) & (visits["unit"] == unit)]
