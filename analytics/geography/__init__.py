"""Geography: projection, grids, study areas, map layers and geofences, in metres."""

from analytics.geography.area import AreaKind, StudyArea, study_area
from analytics.geography.drawn import join_within, longest_way_across, read_polygon, sound_polygon
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
from analytics.geography.routing import Roads, StreetNetwork, street_network
from analytics.geography.segments import Segments, street_segments
from analytics.geography.units import Located, Units, polygon_units, street_units

__all__ = [
    "LONLAT",
    "MAX_CELLS",
    "AreaKind",
    "Geofences",
    "Grid",
    "Located",
    "Recent",
    "Roads",
    "Segments",
    "StreetNetwork",
    "StudyArea",
    "Units",
    "boundary",
    "join_within",
    "load_geometry",
    "longest_way_across",
    "named_points",
    "nearest_street_names",
    "polygon_units",
    "project",
    "read_polygon",
    "saved_places",
    "sound_polygon",
    "street_network",
    "street_segments",
    "street_units",
    "streets",
    "study_area",
    "unproject",
]
