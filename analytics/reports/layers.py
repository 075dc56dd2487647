"""GIS layers: GeoJSON for the web and GeoPackage for the desktop."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from analytics.reports.files import replacing, write_whole
from analytics.workspace.plain import plain

DEGREE_DECIMALS = 7
"""About one centimetre, the most that RFC 7946 (section 11.2) finds reasonable."""


def write_geojson(
    path: str | Path | None, layer: gpd.GeoDataFrame, about: dict[str, str], *, id_column: str = ""
) -> bytes:
    """Write a layer as GeoJSON by RFC 7946 (2016) and return its bytes.

    Coordinates become WGS 84 longitude and latitude with seven decimals, outer rings run
    anticlockwise, unknown values are null, and `about` stands beside the features as a foreign
    member. With `path` None only the bytes are returned.
    """
    lonlat = layer.to_crs("EPSG:4326")
    shapes = shapely.force_2d(lonlat.geometry.to_numpy())
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, DEGREE_DECIMALS))
    shapes = shapely.orient_polygons(shapes, exterior_cw=False)
    columns = [name for name in layer.columns if name != layer.geometry.name]
    records = lonlat[columns].to_dict("records")
    features = []
    for shape, record in zip(shapes, records, strict=True):
        feature: dict[str, Any] = {"type": "Feature"}
        if id_column:
            feature["id"] = plain(record[id_column])
        feature["properties"] = {name: plain(value) for name, value in record.items()}
        feature["geometry"] = None if shape is None else shapely.geometry.mapping(shape)
        features.append(feature)
    collection = {"type": "FeatureCollection", "about": about, "features": features}
    content = json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()
    if path is not None:
        write_whole(path, content)
    return content


def write_geopackage(
    path: str | Path, layer: gpd.GeoDataFrame, name: str, about: dict[str, str]
) -> None:
    """Write a layer as GeoPackage in its own CRS, with `about` as a table beside it."""
    columns = [column for column in layer.columns if column != layer.geometry.name]
    flat = layer.copy()
    for column in columns:
        if flat[column].map(lambda value: isinstance(value, list | dict | tuple | set)).any():
            flat[column] = flat[column].map(lambda value: json.dumps(plain(value)))
    facts = pd.DataFrame({"fact": list(about), "value": list(about.values())})
    with replacing(path) as part:
        flat.to_file(part, driver="GPKG", layer=name, index=False)
        pyogrio.write_dataframe(facts, part, driver="GPKG", layer="about")
