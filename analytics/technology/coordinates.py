"""Where coordinates fall: which columns hold them, in which CRS, and into the workspace's own.

A CRS is accepted from names and values only when they leave no doubt; otherwise it is asked.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from analytics.technology.feeds import simplify
from analytics.technology.layout import Layout
from analytics.workspace import InputError

DEGREES = "EPSG:4326"
BRITISH_GRID = "EPSG:27700"
_GRID_X = "easting eastings bng_e osgb_easting grid_easting".split()
_GRID_Y = "northing northings bng_n osgb_northing grid_northing".split()
_LON = "longitude lon long lng longitud geo_lon geo_long longitude_x x_lon".split()
_LAT = "latitude lat latitud geo_lat latitude_y y_lat".split()
_PLAIN_X = "x x_coord x_coordinate x_coord_cd xcoord point_x coord_x".split()
_PLAIN_Y = "y y_coord y_coordinate y_coord_cd ycoord point_y coord_y".split()


@dataclass(frozen=True)
class Place:
    """The coordinate columns, their CRS when it is certain, else the question to ask."""

    x: str | None
    y: str | None
    crs: str | None
    confidence: float
    question: str = ""


def check_crs(crs: object) -> str:
    """Return a known CRS as given; raises InputError for an unknown one."""
    try:
        CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(
            f"The CRS '{crs}' is not known. Give one such as EPSG:27700 or EPSG:4326."
        ) from error
    return str(crs)


def suggest(layout: Layout, workspace_crs: str, crs: str | None, is_pings: bool) -> Place:
    """Find the two coordinate columns of a table and, where certain, their CRS."""
    by_name = {simplify(name): name for name in reversed(layout.names)}
    families = [(_GRID_X, _GRID_Y), (_LON, _LAT), (_PLAIN_X, _PLAIN_Y)]
    if workspace_crs != BRITISH_GRID or _is_degrees(crs):
        families = [families[1], families[0], families[2]]
    for x_names, y_names in families:
        x = next((by_name[name] for name in x_names if name in by_name), None)
        y = next((by_name[name] for name in y_names if name in by_name), None)
        if x is not None and y is not None:
            return _judge(layout, x, y, workspace_crs, crs, x_names)
    for x_names, y_names in families[:2]:
        xs, ys = _with_word(layout, x_names), _with_word(layout, y_names)
        if xs and ys:
            place = _judge(layout, xs[0], ys[0], workspace_crs, crs, x_names)
            return place if len(xs) == len(ys) == 1 else _of_several(place, xs + ys)
    if not layout.has_header and is_pings:
        return _headerless(layout, workspace_crs, crs)
    return Place(
        None,
        None,
        None,
        0.0,
        "no columns with coordinates were found (looked for longitude and latitude, or easting "
        f"and northing) among {', '.join(layout.names[:20])}",
    )


def _with_word(layout: Layout, known: list[str]) -> list[str]:
    """Return the columns that have a coordinate's name among the words of theirs (start_lng)."""
    return [name for name in layout.names if set(simplify(name).split("_")) & set(known)]


def _of_several(place: Place, names: list[str]) -> Place:
    question = f"several columns could hold the coordinates ({', '.join(names)})"
    return replace(place, confidence=0.4, question=place.question or question)


def _judge(
    layout: Layout, x: str, y: str, workspace_crs: str, crs: str | None, family: list[str]
) -> Place:
    xs, ys = numbers(layout.sample(x)), numbers(layout.sample(y))
    if crs is not None:
        return Place(x, y, crs, 1.0)
    if not len(xs) or not len(ys):
        return Place(x, y, DEGREES if family is _LON else workspace_crs, 0.8)
    # Named degrees are believed with some bad values among them; those rows are kept aside.
    needed = 0.5 if family is _LON else 0.95
    fits_degrees = np.mean(np.abs(xs) <= 180) > needed and np.mean(np.abs(ys) <= 90) > needed
    if fits_degrees and family is not _GRID_X:
        if _lies_in(ys, xs, workspace_crs) > 0.5 > _lies_in(xs, ys, workspace_crs):
            question = f"'{x}' and '{y}' look swapped: '{x}' seems to hold latitudes"
            return Place(y, x, DEGREES, 0.3, question)
        return Place(x, y, DEGREES, 1.0 if family is _LON else 0.9)
    if np.mean(np.abs(ys) <= 180) > 0.99 and np.mean(np.abs(xs) <= 90) > 0.99:
        return Place(y, x, DEGREES, 0.3, f"'{x}' and '{y}' look swapped: '{y}' passes 90 degrees")
    if family is _GRID_X and workspace_crs == BRITISH_GRID and fits_british_grid(xs, ys):
        return Place(x, y, BRITISH_GRID, 1.0)
    question = (
        f"the coordinates '{x}' and '{y}' (about {np.median(xs):,.0f} and {np.median(ys):,.0f}) are "
        f'not degrees; name their CRS with --crs or "crs" ({workspace_crs} if they are in this '
        "workspace's)"
    )
    return Place(x, y, None, 0.5, question)


def _headerless(layout: Layout, workspace_crs: str, crs: str | None) -> Place:
    """Find latitude and longitude in a track without header (cabspotting, PLT)."""
    degrees = []
    for name in layout.names:
        sample = layout.sample(name, 300)
        values = numbers(sample)
        is_decimal = (
            len(values) and np.mean(["." in value or "," in value for value in sample]) > 0.8
        )
        if is_decimal and len(values) == len(sample) and np.abs(values).max() <= 180:
            degrees.append((name, values))
    if len(degrees) != 2:
        return Place(
            None, None, None, 0.0, "the file has no header and its coordinates are unclear"
        )
    (first, a), (second, b) = degrees
    if np.abs(a).max() > 90 or _lies_in(a, b, workspace_crs) > 0.5:
        return Place(first, second, crs or DEGREES, 0.9)
    if np.abs(b).max() > 90 or _lies_in(b, a, workspace_crs) > 0.5:
        return Place(second, first, crs or DEGREES, 0.9)
    return Place(
        second, first, None, 0.4, "the file has no header: which column is the latitude is unclear"
    )


def numbers(texts: list[str]) -> np.ndarray:
    """Return the texts that are numbers other than zero (zero stands for a suppressed place)."""
    found = []
    for text in texts:
        try:
            found.append(float(text.replace(",", ".")))
        except ValueError:
            continue
    values = np.array(found)
    return values[values != 0] if len(values) else values


def _lies_in(lon: np.ndarray, lat: np.ndarray, crs: str) -> float:
    """Share of points that lie in the area of use of `crs`; 0 when the lists differ in length."""
    if len(lon) != len(lat) or not len(lon):
        return 0.0
    west, south, east, north = area_of_use(crs)
    return float(np.mean((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)))


def fits_british_grid(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether metres lie within the British National Grid."""
    return np.mean((x > 0) & (x < 700_000)) > 0.95 and np.mean((y > 0) & (y < 1_300_000)) > 0.95


def _is_degrees(crs: str | None) -> bool:
    return crs is not None and CRS.from_user_input(crs).is_geographic


def are_degrees(layout: Layout, x: str, y: str) -> bool:
    """Whether two columns hold numbers that can only be degrees: no town is this near an origin."""
    xs, ys = numbers(layout.sample(x)), numbers(layout.sample(y))
    return bool(len(xs) and len(ys) and np.abs(xs).max() <= 180 and np.abs(ys).max() <= 180)


def is_projected(crs: str) -> bool:
    """Whether a CRS counts in metres or feet."""
    return CRS.from_user_input(crs).is_projected


@lru_cache(maxsize=32)
def area_of_use(crs: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north (degrees) of the area a CRS is made for."""
    area = CRS.from_user_input(crs).area_of_use
    return area.bounds if area else (-180.0, -90.0, 180.0, 90.0)


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def transform(
    x: np.ndarray, y: np.ndarray, source: str, target: str
) -> tuple[np.ndarray, np.ndarray]:
    """Carry coordinates from one CRS to another (x east, y north); inf where it is undefined."""
    if source == target:
        return x, y
    return _transformer(source, target).transform(x, y)


def utm_zone(lon: float, lat: float) -> str:
    """Return the CRS of the UTM zone (WGS84) that holds a point."""
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def share_inside(lon: np.ndarray, lat: np.ndarray, crs: str) -> float:
    """Return the share of points that lie where `crs` is made for."""
    return _lies_in(lon, lat, crs)
