"""How far the error of positions moves the minutes: places shrunk for the least, grown for the most.

The lower and upper minutes of a visit allow for what happens between two fixes. They take positions
as exact, so that drift across a boundary is not in them. Here the least is the lower minutes in
places made smaller by the error, the most the upper minutes in places made larger by it.
Drive-throughs are among both: whether a short stay was on foot cannot be told from few fixes.
"""

import pandas as pd

from analytics.tracking.dosage import Dosage
from analytics.tracking.preview import preview_dosage
from analytics.tracking.settings import TrackingSettings
from analytics.workspace import User, Workspace

ERROR_M = 25.0
"""Drift of a handheld tracker among houses (a convention: a force should walk-test its own)."""


def presence_bounds(
    workspace: Workspace, user: User, settings: TrackingSettings, error_m: float = ERROR_M
) -> pd.DataFrame:
    """Return place_id, day, low_minutes, high_minutes of presence in every place and day with GPS.

    Minutes are summed over devices. A place too small to be shrunk by `error_m` is shrunk by as
    much of it as leaves every place an area.
    """
    workspace.require(user, "track")
    most = _dosage(workspace, user, settings, error_m)
    least = None
    for part in (1.0, 0.5, 0.25, 0.0):
        try:
            least = _dosage(workspace, user, settings, -error_m * part)
        except ValueError:
            continue
        break
    days = most.place_days[["place_id", "day"]]
    for name, found, column in (
        ("low_minutes", least, "lower_ms"),
        ("high_minutes", most, "upper_ms"),
    ):
        sums = found.visits.groupby(["place_id", "day"])[column].sum() / 60_000
        days = days.merge(sums.rename(name).reset_index(), on=["place_id", "day"], how="left")
    return days.fillna({"low_minutes": 0.0, "high_minutes": 0.0})


def presence_sentence(bounds: pd.DataFrame, error_m: float = ERROR_M) -> str:
    """Say between which minutes presence lies if positions are off by up to `error_m`."""
    return (
        f"If positions are off by up to {error_m:g} m, presence in the places, drive-throughs "
        f"included, lies between {bounds['low_minutes'].sum():,.0f} and "
        f"{bounds['high_minutes'].sum():,.0f} minutes summed over devices."
    )


def _dosage(workspace: Workspace, user: User, settings: TrackingSettings, grown_m: float) -> Dosage:
    # A buffer below 0 is no setting for a person: it only serves as a bound.
    chosen = settings.model_copy(update={"buffer_m": settings.buffer_m + grown_m})
    return preview_dosage(workspace, user, chosen)
