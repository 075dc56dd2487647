"""Geography: projection, grids, study areas, map layers and geofences, in metres."""

from analytics.geography.area import AreaKind, StudyArea, study_area
from analytics.geography.geofence import Geofences
from analytics.geography.grid import MAX_CELLS, Grid
from analytics.geography.layers import (
    boundary,
    load_geometry,
    named_points,
    nearest_street_names,
    saved_places,
    streets,
)
from analytics.geography.projection import LONLAT, project, unproject
from analytics.geography.recent import Recent

__all__ = [
    "LONLAT",
    "MAX_CELLS",
    "AreaKind",
    "Geofences",
    "Grid",
    "Recent",
    "StudyArea",
    "boundary",
    "load_geometry",
    "named_points",
    "nearest_street_names",
    "project",
    "saved_places",
    "streets",
    "study_area",
    "unproject",
]
