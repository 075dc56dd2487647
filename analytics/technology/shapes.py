"""Boundaries, streets and places: polygons and lines into the workspace's CRS."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from analytics.technology import coordinates, layers, places
from analytics.technology.feeds import columns_of, simplify
from analytics.technology.matching import Matching, read_matching
from analytics.technology.report import Prepared
from analytics.technology.sources import Source, open_sources
from analytics.technology.staging import Staging
from analytics.workspace import InputError, Workspace

_STORED = {
    "boundary": "row_hash, name, geometry, area_m2",
    "streets": "row_hash, street_id, name, class, geometry, length_m",
    "places": "row_hash, place_id, name, kind, geometry, x, y, area_m2",
}


def prepare(
    staging: Staging,
    workspace: Workspace,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None,
    crs: str | None,
    tell: Callable[[float, str], None],
) -> Prepared:
    """Read shape files into tables `picked`, `checked` and `ready` of the staging database.

    Raises InputError naming the first file that holds no shapes or cannot be read.
    """
    if crs:
        coordinates.check_crs(crs)
    sources, warnings = open_sources(files, staging.folder, feed, is_shape=True)
    frames = []
    given = read_matching(feed, columns) if columns else Matching({})
    wanted = layers.choose(sources, feed, given.layer, warnings)
    for number, source in enumerate(sources):
        tell(0.1 + 0.5 * number / len(sources), f"Reading {source.name}")
        frames.append(_read(source, feed, number, wanted[number], given, crs, workspace.crs))
    shapes = pd.concat(frames, ignore_index=True)
    target, warning = _fit(workspace, shapes)
    if target != workspace.crs:
        shapes["given"] = None
    warnings += [warning] if warning else []
    checked, mended = _checked(shapes, feed, sources)
    if mended:
        warnings.append(f"Shapes that were not valid and were mended: {mended:,}.")
    _stage(staging, feed, checked, target, sources)
    rows_each = 1
    if feed == "boundary":
        rows_each = staging.value("SELECT count(*) FROM checked WHERE rule IS NULL")
    used = {name: name for name in (c.name for c in columns_of(feed)) if name in shapes}
    return Prepared(
        feed=feed,
        files=[source.name for source in sources],
        hashes=[source.sha256 for source in sources],
        columns=used,
        stored_columns=_STORED[feed],
        warnings=warnings,
        crs=target,
        known_files=_known(workspace, feed, sources),
        rows_each=rows_each,
    )


def look(
    source: Source, feed: str, layer: str | None = None
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a file's shapes as they are and the attributes that would be matched."""
    names = layers.choose([source], feed, layer, [])[0]
    found = _read_any(source, names)
    matched = {
        column.name: _attribute(column.names, None, found, source) for column in columns_of(feed)
    }
    if not isinstance(found, gpd.GeoDataFrame):
        raise InputError("It holds no shapes. Export polygons or lines with it.", file=source.name)
    return found, {name: str(found_in) for name, found_in in matched.items() if found_in}


def _read(
    source: Source,
    feed: str,
    number: int,
    names: list[str] | None,
    given: Matching,
    crs: str | None,
    metres: str,
) -> pd.DataFrame:
    """Read one file into lon/lat shapes with the feed's columns, `file_no` and `line`.

    `given` holds the shapes as they stand in the file, where that is in `metres`.
    """
    found = _read_any(source, names)
    if not isinstance(found, gpd.GeoDataFrame) or found.empty or found.geometry.isna().all():
        raise InputError("It holds no shapes. Export polygons or lines with it.", file=source.name)
    if crs is not None:
        found = found.set_crs(crs, allow_override=True)
    elif found.crs is None:
        raise InputError("It does not name its CRS. Give one with --crs.", file=source.name)
    exact = found.geometry if found.crs == metres else None
    found = found.to_crs(coordinates.DEGREES)
    bounds = found.total_bounds
    if not np.isfinite(bounds).all() or bounds[0] < -180.001 or bounds[3] > 90.001:
        raise InputError(
            "Its coordinates do not fit its CRS. Give the right one with --crs.", file=source.name
        )
    picked = pd.DataFrame({"file_no": number, "line": np.arange(1, len(found) + 1)})
    for column in columns_of(feed):
        name = _attribute(column.names, given.columns.get(column.name), found, source)
        picked[column.name] = _texts(found[name]) if name is not None else None
    picked["shape"] = shapely.force_2d(found.geometry.to_numpy())
    picked["given"] = None if exact is None else shapely.force_2d(exact.to_numpy())
    return picked


def _read_any(source: Source, names: list[str] | None) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read a file's layers, all in the CRS of the first, one below the other."""
    try:
        if source.suffix in (".parquet", ".geoparquet"):
            return gpd.read_parquet(source.path)
        frames = [pyogrio.read_dataframe(source.path, layer=name) for name in names or [None]]
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise InputError(layers.UNREADABLE, file=source.name) from error
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        raise InputError(
            "It holds no shapes that can be read. Export polygons or lines with it.",
            file=source.name,
        ) from error


def _attribute(
    names: tuple[str, ...], given: tuple[str, ...] | None, found: pd.DataFrame, source: Source
) -> str | None:
    if given is not None:
        if given[0] not in found.columns:
            raise InputError(
                f"It has no attribute '{given[0]}'. It has: {', '.join(map(str, found.columns))}.",
                file=source.name,
            )
        return given[0]
    by_name = {simplify(str(name)): name for name in found.columns if name != "geometry"}
    exact = next((by_name[name] for name in names if name in by_name), None)
    if exact is not None or names[0] != "name":
        return exact
    return next((name for key, name in by_name.items() if key.endswith(("nm", "_name"))), None)


def _texts(values: pd.Series) -> pd.Series:
    texts = values.astype("string").str.strip()
    return texts.where(texts != "", None).astype(object).where(texts.notna(), None)


def _fit(workspace: Workspace, shapes: pd.DataFrame) -> tuple[str, str]:
    present = shapes["shape"].dropna().to_numpy()
    west, south, east, north = shapely.bounds(present).T
    # Middles of boxes: the centroid of a shape that crosses itself may lie anywhere.
    x, y = (west + east) / 2, (south + north) / 2
    is_point = np.isfinite(x) & np.isfinite(y)
    return places.fit_crs(workspace, x[is_point], y[is_point])


def _checked(shapes: pd.DataFrame, feed: str, sources: list[Source]) -> tuple[pd.DataFrame, int]:
    """Mend invalid shapes and name the rule that an unusable one breaks; count the mended."""
    wanted = "line" if feed == "streets" else "polygon"
    geometry, given = shapes["shape"].to_numpy(copy=True), shapes["given"].to_numpy(copy=True)
    rules, mended = np.full(len(shapes), None, dtype=object), 0
    for index, shape in enumerate(geometry):
        if shape is None or shape.is_empty:
            rules[index] = "no_geometry"
            continue
        is_valid = shape.is_valid
        geometry[index] = _kind_only(shape if is_valid else shapely.make_valid(shape), wanted)
        is_as_given = is_valid and given[index] is not None and given[index].is_valid
        given[index] = _kind_only(given[index], wanted) if is_as_given else None
        if geometry[index].is_empty:
            rules[index] = "wrong_geometry"
        else:
            mended += not is_valid
    repeats = [number for number, source in enumerate(sources) if source.is_repeat]
    rules[shapes["file_no"].isin(repeats).to_numpy()] = "already_held"
    if np.isin(rules, ("no_geometry", "wrong_geometry")).all():
        raise InputError(f"It holds no {wanted}s, which {feed} need.", file=sources[0].name)
    return shapes.assign(shape=geometry, given=given, rule=rules), mended


def _kind_only(shape: shapely.Geometry, wanted: str) -> shapely.Geometry:
    """Keep the polygons (or lines) of a shape; mending may leave points and lines beside them."""
    kinds = ("Polygon",) if wanted == "polygon" else ("LineString", "LinearRing")
    parts = [part for part in _parts(shape) if part.geom_type in kinds]
    if len(parts) == 1:
        return parts[0]
    return (shapely.MultiPolygon if wanted == "polygon" else shapely.MultiLineString)(parts)


def _parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    if not hasattr(shape, "geoms"):
        return [shape]
    return [part for member in shape.geoms for part in _parts(member)]


def _stage(
    staging: Staging, feed: str, shapes: pd.DataFrame, target: str, sources: list[Source]
) -> None:
    names = [column.name for column in columns_of(feed)]
    shapes = shapes.assign(n=np.arange(len(shapes)), place=shapes["line"])
    for name in names:
        shapes[name] = shapes[name].astype("string")
    shapes["rule"] = shapes["rule"].astype("string")
    staging.keep("picked", shapes[["file_no", *names]])
    staging.keep("numbered", shapes[["n", "place", "file_no", *names]])
    staging.keep("checked", shapes[["n", "file_no", "line", "rule"]])
    staging.database.execute(
        "CREATE TABLE rejects (file_no INTEGER, line BIGINT, what VARCHAR, place BIGINT)"
    )
    files = {"file_no": range(len(sources)), "name": [source.name for source in sources]}
    staging.keep("files", pd.DataFrame(files))
    good = shapes[shapes["rule"].isna()]
    projected = gpd.GeoSeries(good["shape"].to_numpy(), crs=coordinates.DEGREES).to_crs(target)
    # There and back through degrees moves a corner by a millimetre, off the line of a grid.
    is_given = good["given"].notna().to_numpy()
    projected[is_given] = good["given"].to_numpy()[is_given]
    staging.keep("ready_rows", _ready(feed, good, projected))
    staging.database.execute(
        f"""CREATE VIEW ready AS SELECT n,
            md5_number_lower(concat_ws(chr(31), {_hash_columns(feed)}, hex(geometry))) AS row_hash,
            * EXCLUDE (n) FROM ready_rows"""
    )


def _hash_columns(feed: str) -> str:
    return ", ".join(f"coalesce(\"{column.name}\", '')" for column in columns_of(feed))


def _ready(feed: str, good: pd.DataFrame, projected: gpd.GeoSeries) -> pd.DataFrame:
    frame = good.drop(columns=["shape", "given", "rule", "line", "place", "file_no"]).reset_index(
        drop=True
    )
    shapes = projected.to_numpy()
    frame["geometry"] = [shapely.to_wkb(shape) for shape in shapes]
    if feed == "streets":
        frame["length_m"] = shapely.length(shapes)
        return frame
    if feed == "boundary":
        return _joined(frame, shapes)
    frame["area_m2"] = shapely.area(shapes)
    if feed == "places":
        centres = shapely.centroid(shapes)
        frame["x"], frame["y"] = shapely.get_x(centres), shapely.get_y(centres)
        numbered = pd.Series([f"P{number:04d}" for number in frame["n"] + 1])
        frame["place_id"] = frame["place_id"].fillna(numbered)
        frame["name"] = frame["name"].fillna(frame["place_id"])
        frame["kind"] = frame["kind"].fillna("own")
    return frame


def _joined(frame: pd.DataFrame, shapes: np.ndarray) -> pd.DataFrame:
    """Join all polygons into the one boundary of the force."""
    whole = shapely.union_all(shapes)
    name = frame["name"].iloc[0] if len(frame) == 1 else f"{len(frame):,} areas joined"
    return pd.DataFrame(
        {"n": [0], "name": [name], "geometry": [shapely.to_wkb(whole)], "area_m2": [whole.area]}
    )


def _known(workspace: Workspace, feed: str, sources: list[Source]) -> list[int]:
    held: set[str] = set()
    for (hashes,) in workspace.rows(
        "SELECT file_hashes FROM loads WHERE feed = ? AND NOT is_undone", [feed]
    ):
        held |= set(json.loads(hashes))
    return [number for number, source in enumerate(sources) if source.sha256 in held]
