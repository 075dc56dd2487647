"""What a map of patrol names beside the places judged: exclusions, and control places of a day."""

from datetime import date

import geopandas as gpd
import pandas as pd

from analytics import geography, tasking
from analytics.tracking.dosage import Dosage
from analytics.tracking.places import EXCLUSION_PLACES, EXCLUSION_POINTS
from analytics.tracking.settings import TrackingSettings
from analytics.workspace import User, Workspace


def exclusions(workspace: Workspace, user: User, settings: TrackingSettings) -> gpd.GeoDataFrame:
    """Return the areas where presence is not patrol: name, kind, geometry (workspace CRS).

    Circles of `exclusion_radius_m` round stations, custody suites and hospitals, and the saved
    places of kind `exclusion`.
    """
    workspace.require(user, "track")
    areas = geography.saved_places(workspace, EXCLUSION_PLACES)[["name", "kind", "geometry"]]
    if settings.exclusion_radius_m > 0:
        points = geography.named_points(workspace, *EXCLUSION_POINTS)[["name", "kind", "geometry"]]
        round_points = points.set_geometry(points.geometry.buffer(settings.exclusion_radius_m))
        areas = pd.concat([areas, round_points], ignore_index=True)
    return gpd.GeoDataFrame(areas, crs=workspace.crs)


def control_places_on(workspace: Workspace, user: User, dosage: Dosage, day: date) -> set[str]:
    """Return the judged places that were control places of the trial on a patrol day with GPS."""
    workspace.require(user, "track")
    shapes = dosage.hotspots.rename(columns={"place_id": "hotspot_id"})
    return tasking.control_hotspots(workspace, shapes, [day]).get(day, set())
