"""Which places are judged on which days, and where presence is not patrol."""

from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import pandas as pd
import shapely

from analytics import geography, targeting
from analytics.tracking.days import day_start_ms
from analytics.tracking.settings import TrackingSettings
from analytics.workspace import DEFAULT_PROGRAMME, InputError, Workspace

EXCLUSION_POINTS = ("station", "custody", "hospital")
EXCLUSION_PLACES = "exclusion"


@dataclass(frozen=True)
class JudgedPlaces:
    """Places with the days on which they count, exclusion shapes, and what has to be said.

    `overlap` is what has to be said of minutes where places overlap, empty where none do.
    `frame` (a GeoDataFrame in the workspace's CRS) has place (row number), place_id, name, rank,
    count (crimes behind the ranking, None for saved places), list_id, first_day, last_day (both
    included), start_ms, end_ms.
    """

    frame: gpd.GeoDataFrame
    exclusions: list[shapely.Geometry]
    warnings: list[str]
    source: str
    overlap: str = ""


def judged_places(
    workspace: Workspace, settings: TrackingSettings, first: date, last: date
) -> JudgedPlaces:
    """Return the places in force between two patrol days (both included).

    Raises InputError when there is no list, or no saved place that fits.
    """
    warnings: list[str] = []
    if settings.places == "hotspots":
        frame, source = _hotspots(workspace, first, last, warnings)
    else:
        frame, source = _saved(workspace, settings, first, last)
    timezone, starts = workspace.timezone, workspace.day_starts_minutes
    frame["place"] = range(len(frame))
    frame["start_ms"] = [day_start_ms(day, timezone, starts) for day in frame["first_day"]]
    frame["end_ms"] = [
        day_start_ms(day + timedelta(days=1), timezone, starts) for day in frame["last_day"]
    ]
    areas = exclusion_areas(workspace, settings.exclusion_radius_m)
    return JudgedPlaces(frame, areas, warnings, source, _overlap(frame, settings.buffer_m))


def _hotspots(
    workspace: Workspace, first: date, last: date, warnings: list[str]
) -> tuple[gpd.GeoDataFrame, str]:
    versions = sorted(targeting.lists_between(workspace, first, last), key=lambda v: v.valid_from)
    if not versions:
        versions = _earliest(workspace)
    parts = []
    for index, version in enumerate(versions):
        start = first if index == 0 else max(first, version.valid_from)
        end = last if version.valid_to is None else min(last, version.valid_to - timedelta(days=1))
        if index == 0 and version.valid_from > first:
            before = min(last, version.valid_from - timedelta(days=1))
            warnings.append(
                f"No list was in force from {_day(first)} to {_day(before)}; those days are judged "
                f"by list version {version.version}, in force from {_day(version.valid_from)}."
            )
            end = max(end, before)
        elif parts and start > parts[-1]["last_day"].iloc[0] + timedelta(days=1):
            warnings.append(_unlisted(parts[-1]["last_day"].iloc[0] + timedelta(days=1), start))
        part = version.hotspots[["hotspot_id", "name", "rank", "count", "geometry"]].rename(
            columns={"hotspot_id": "place_id"}
        )
        parts.append(part.assign(list_id=version.list_id, first_day=start, last_day=end))
    if end < last:
        warnings.append(_unlisted(end + timedelta(days=1), last + timedelta(days=1)))
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=workspace.crs)
    numbers = ", ".join(str(version.version) for version in versions)
    return frame, f"hot spot list version {numbers}"


def _unlisted(first: date, until: date) -> str:
    """Say that no list was in force from `first` to the day before `until`."""
    return (
        f"No list was in force from {_day(first)} to {_day(until - timedelta(days=1))}; on those "
        "days there is no place, and what was done then stands in none."
    )


def _earliest(workspace: Workspace) -> list:
    """Return the list nearest to a period in which none was in force."""
    day = workspace.value(
        "SELECT min(valid_from) FROM lists "
        "WHERE programme_id = ? AND (valid_to IS NULL OR valid_to > valid_from)",
        [DEFAULT_PROGRAMME],
    )
    if day is None:
        raise InputError(
            "No hot spot list has been signed off. Sign one off in step 3, or judge saved places."
        )
    return list(targeting.lists_between(workspace, day, day))[:1]


def _saved(
    workspace: Workspace, settings: TrackingSettings, first: date, last: date
) -> tuple[gpd.GeoDataFrame, str]:
    kinds = (settings.place_kind,) if settings.place_kind else ()
    held = geography.saved_places(workspace, *kinds)
    if not kinds:
        held = held[held["kind"] != EXCLUSION_PLACES]
    if settings.place_ids:
        missing = sorted(set(settings.place_ids) - set(held["place_id"]))
        if missing:
            raise InputError(
                f"There is no saved place '{missing[0]}'. Load it with the feed 'places', or "
                "correct the setting 'place_ids'."
            )
        held = held[held["place_id"].isin(settings.place_ids)]
    if held.empty:
        kind = f" of kind '{settings.place_kind}'" if settings.place_kind else ""
        raise InputError(f"There are no saved places{kind}. Load the feed 'places' first.")
    frame = held[["place_id", "name", "geometry"]].reset_index(drop=True)
    frame = frame.assign(rank=range(1, len(frame) + 1), count=None, list_id="")
    frame = frame.assign(first_day=first, last_day=last)
    return frame, f"saved places {settings.place_kind}".strip()


def exclusion_areas(workspace: Workspace, radius_m: float) -> list[shapely.Geometry]:
    """Return the areas where presence is not patrol: saved exclusions, and circles round points.

    The points are those of kind station, custody or hospital; `radius_m` 0 leaves them out.
    """
    areas = list(geography.saved_places(workspace, EXCLUSION_PLACES).geometry)
    if radius_m > 0:
        points = geography.named_points(workspace, *EXCLUSION_POINTS)
        areas += [point.buffer(radius_m) for point in points.geometry]
    return areas


def _overlap(frame: gpd.GeoDataFrame, buffer_m: float) -> str:
    pairs = _overlapping_pairs(frame, buffer_m)
    if not pairs:
        return ""
    return (
        f"{pairs:,} pairs of places overlap (buffer {buffer_m:g} m); a minute in an overlap counts "
        "in each place, so totals over places count it twice."
    )


def _overlapping_pairs(frame: gpd.GeoDataFrame, buffer_m: float) -> int:
    """Count pairs of geofences, valid on a common day, that share more than a square metre."""
    shapes = frame.geometry.buffer(buffer_m).to_numpy() if buffer_m else frame.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    starts, ends = frame["start_ms"].to_numpy(), frame["end_ms"].to_numpy()
    together = (starts[left] < ends[right]) & (starts[right] < ends[left])
    left, right = left[together], right[together]
    return int((shapely.area(shapely.intersection(shapes[left], shapes[right])) > 1).sum())


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
