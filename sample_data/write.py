"""Write the town as the files that a user could upload, and the truth beside them."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from sample_data.generate import Patrols, Town
from sample_data.harm import harm_rows
from sample_data.people import make_roster, make_training
from sample_data.truth import describe

DEGREE_DECIMALS = 6
_TO_DEGREES = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def write_town(out: Path, town: Town, patrols: Patrols) -> dict[str, int]:
    """Write every file of a town into a folder; returns the bytes of each by name."""
    out.mkdir(parents=True, exist_ok=True)
    whole = {"easting": int, "northing": int}
    texts = {
        "crimes.csv": _csv(town.crimes, "\r\n"),
        "streets.geojson": _streets(town),
        "boundary.geojson": _features([(town.ground.boundary, {"name": "Marlbridge"})]),
        "ground.geojson": _ground(town),
        "bases.csv": _csv(town.bases.drop(columns="node").astype(whole)),
        "points.csv": _csv(town.points.astype(whole)),
        "roster.csv": _csv(make_roster(town.seed)),
        "training.csv": _csv(make_training(town.seed)),
        "harm.csv": _csv(harm_rows()),
        "places.geojson": _features(
            [(a.polygon, {"place_id": a.place_id, "name": a.name, "kind": a.kind})
             for a in town.areas]
        ),
        "assignment.csv": _csv(town.assignment),
        "activity.csv": _csv(patrols.activity),
        "stops.csv": _csv(patrols.stops),
        "truth.json": _json(describe(town, patrols)),
    }  # fmt: skip
    contents = {name: text.encode() for name, text in texts.items()}
    contents["pings.csv.gz"] = _zipped(_pings_text(patrols.pings).encode())
    for name, content in contents.items():
        (out / name).write_bytes(content)
    return {name: len(content) for name, content in contents.items()}


def _csv(frame: pd.DataFrame, ending: str = "\n") -> str:
    return frame.to_csv(index=False, lineterminator=ending)


def _json(truth: dict) -> str:
    """One line per top entry of each part: readable, and half the bytes of full indentation."""
    parts = []
    for key, value in truth.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            parts.append(f" {json.dumps(key)}: {{\n{inner}\n }}")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    # No name and no time of day in the header: the same town gives the same bytes.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=7, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def _pings_text(pings: pd.DataFrame) -> str:
    times = np.datetime_as_string(pings["time_utc"].to_numpy().astype("datetime64[s]"), unit="s")
    rows = zip(
        pings["device"], times, pings["longitude"], pings["latitude"], pings["accuracy_m"],
        strict=True,
    )  # fmt: skip
    lines = [f"{d},{t}Z,{lon:.5f},{lat:.5f},{accuracy}" for d, t, lon, lat, accuracy in rows]
    return "\n".join(["device,time_utc,longitude,latitude,accuracy_m", *lines, ""])


def _in_degrees(shape: BaseGeometry) -> dict:
    turned = shapely.transform(
        shape, lambda xy: np.column_stack(_TO_DEGREES.transform(xy[:, 0], xy[:, 1]))
    )
    # RFC 7946 wants outer rings counter-clockwise.
    if turned.geom_type == "Polygon":
        turned = shapely.geometry.polygon.orient(turned)
    return mapping(shapely.transform(turned, lambda xy: np.round(xy, DEGREE_DECIMALS)))


def _features(shapes: list[tuple[BaseGeometry, dict]]) -> str:
    features = [
        {"type": "Feature", "properties": properties, "geometry": _in_degrees(shape)}
        for shape, properties in shapes
    ]
    body = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    return '{"type":"FeatureCollection","features":[\n' + body + "\n]}\n"


def _streets(town: Town) -> str:
    streets = town.streets
    return _features(
        [
            (line, {"name": name, "class": "main" if main else "local"})
            for line, name, main in zip(streets.lines, streets.names, streets.is_main, strict=True)
        ]
    )


def _ground(town: Town) -> str:
    ground = town.ground
    return _features(
        [
            (ground.river, {"name": "River Marl", "class": "river"}),
            (ground.railway, {"name": "Railway", "class": "railway"}),
            (ground.park, {"name": "Priory Park", "class": "park"}),
        ]
    )
