"""What can be known before the arms are compared: the design's parts and its power.

Nothing here splits outcomes by arm, so it may be shown while a protocol is open.
"""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from analytics.geography import saved_places
from analytics.testing import before_after as ba
from analytics.testing.evaluation import patrol_from
from analytics.testing.outcomes import choose_offences, data_span, read_events
from analytics.testing.places import Places, choose_places, place_shapes
from analytics.testing.settings import TestingSettings, Window
from analytics.testing.trial import count_place_days, smallest_detectable_in_trial
from analytics.testing.windows import choose_windows
from analytics.workspace import User, Workspace


@dataclass(frozen=True)
class Design:
    """Who is compared with whom, and when; counts of places and place-days, no outcomes.

    `shapes` holds what a map shows, in the workspace's CRS: arm ("treated", "control", "both" or
    "ring"), name, geometry.
    """

    design: str
    treated: int
    control: int
    unit: str
    before: Window | None
    after: Window
    warnings: tuple[str, ...]
    shapes: gpd.GeoDataFrame


@dataclass(frozen=True)
class Outlook:
    """Events over both arms together, and the smallest effect that they could show."""

    events: int
    rate: float
    unit: str
    minimum_detectable_rate_ratio: float | None


def design(workspace: Workspace, user: User, settings: TestingSettings) -> Design:
    """Return the parts of the design; raises InputError when one of them is missing."""
    workspace.require(user, "evaluate")
    selection = choose_offences(workspace, settings)
    if settings.design == "crossover":
        trial = count_place_days(workspace, settings, selection)
        treated = int(trial.frame["treated"].sum())
        control = len(trial.frame) - treated
        held = place_shapes(workspace, trial.frame["place_id"].unique().tolist())
        shapes = held.assign(arm="both")[["arm", "name", "geometry"]]
        days = "place-days"
        return Design(
            "crossover", treated, control, days, None, trial.window, trial.warnings, shapes
        )
    places = choose_places(workspace, settings)
    span, months_only = data_span(workspace)
    windows = choose_windows(
        settings, span, patrol_from(workspace, places), months_only=months_only
    )
    return Design(
        "before_after",
        len(places.treated),
        len(places.control),
        "places",
        windows.before,
        windows.after,
        (*windows.warnings, *places.warnings),
        _arms(places),
    )


def outlook(workspace: Workspace, user: User, settings: TestingSettings) -> Outlook:
    """Return the power of the design from events pooled over arms or from before patrol alone."""
    workspace.require(user, "evaluate")
    selection = choose_offences(workspace, settings)
    if settings.design == "crossover":
        trial = count_place_days(workspace, settings, selection)
        smallest = smallest_detectable_in_trial(trial, settings)
        return Outlook(trial.events, trial.events / len(trial.frame), "place-day", smallest)
    places = choose_places(workspace, settings)
    span, months_only = data_span(workspace)
    windows = choose_windows(
        settings, span, patrol_from(workspace, places), months_only=months_only
    )
    events = read_events(workspace, selection, windows.before, places.bounds())
    counted = ba.count_by_place(places, events.assign(harm=float("nan")), windows).by_place
    # As many again after as before: what the comparison would look like without any change.
    counted["after"] = (counted["before"] / windows.before_weight).round().astype(int)
    comparison = ba.Comparison(counted, windows.before_weight, 1.0)
    total = comparison.pair("treated")[0] + comparison.pair("control")[0]
    places_count = len(places.treated) + len(places.control)
    smallest = ba.smallest_detectable(comparison, settings)
    return Outlook(total, total / places_count, "place in 'before'", smallest)


def _arms(places: Places) -> gpd.GeoDataFrame:
    rings = [ring for ring in (places.treated_ring, places.control_ring) if not ring.is_empty]
    parts = [
        gpd.GeoDataFrame(
            {"arm": ["ring"] * len(rings), "name": "Ring"}, geometry=rings, crs=places.treated.crs
        )
        if rings
        else None,
        places.control.assign(arm="control"),
        places.treated.assign(arm="treated"),
    ]
    shown = pd.concat([part for part in parts if part is not None], ignore_index=True)
    return shown[["arm", "name", "geometry"]]


def place_choices(workspace: Workspace) -> tuple[dict[str, str], bool]:
    """Return the saved places as id -> name and kind, and whether a trial is assigned."""
    held = saved_places(workspace)
    names = {row.place_id: f"{row.place_id} {row.name} ({row.kind})" for row in held.itertuples()}
    return names, bool(workspace.value("SELECT count(*) FROM assignment"))
