"""KML 2.2 (OGC 12-007r2) for map viewers: named, described, coloured places."""

from pathlib import Path
from xml.etree import ElementTree as Xml

import geopandas as gpd
import numpy as np
import shapely

from analytics.reports.files import write_whole
from analytics.workspace.plain import plain

_NAMESPACE = "http://www.opengis.net/kml/2.2"
_DEGREE_DECIMALS = 7
_STEPS = ("FFC56E", "F5841F", "C8441A", "570F1B")


def write_kml(
    path: str | Path | None,
    layer: gpd.GeoDataFrame,
    about: dict[str, str],
    *,
    name_column: str,
    labels: dict[str, str],
    value: str,
) -> bytes:
    """Write polygons as KML in WGS 84 and return the bytes.

    `labels` names the columns that each place shows as its data, `value` the column whose quarters
    give the colours; `about` is the document's description. With `path` None only the bytes are
    returned.
    """
    Xml.register_namespace("", _NAMESPACE)
    root = Xml.Element(_tag("kml"))
    document = _add(root, "Document")
    _add(document, "name", about.get("Title", "Places"))
    _add(document, "description", "\n".join(f"{label}: {text}" for label, text in about.items()))
    for number, colour in enumerate(_STEPS):
        _style(document, f"step{number}", colour)
    steps = _steps(layer[value].to_numpy(dtype=float))
    lonlat = layer.to_crs("EPSG:4326")
    for record, shape, step in zip(
        lonlat[[name_column, *labels]].to_dict("records"), lonlat.geometry, steps, strict=True
    ):
        _placemark(document, record, shape, name_column, labels, f"#step{step}")
    content = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    if path is not None:
        write_whole(path, content)
    return content


def _steps(values: np.ndarray) -> np.ndarray:
    known = np.nan_to_num(values, nan=0.0)
    cuts = np.quantile(known, [0.25, 0.5, 0.75]) if len(known) else []
    return np.searchsorted(cuts, known, side="left")


def _placemark(
    document: Xml.Element,
    record: dict,
    shape: shapely.Geometry,
    name_column: str,
    labels: dict[str, str],
    style: str,
) -> None:
    mark = _add(document, "Placemark")
    _add(mark, "name", str(record[name_column]))
    texts = {label: plain(record[column]) for column, label in labels.items()}
    known = {label: text for label, text in texts.items() if text not in (None, "")}
    _add(mark, "description", "\n".join(f"{label}: {_text(v)}" for label, v in known.items()))
    _add(mark, "styleUrl", style)
    data = _add(mark, "ExtendedData")
    for label, content in known.items():
        _add(_add(data, "Data", name=label), "value", _text(content))
    parts = shapely.get_parts(shapely.force_2d(shape))
    home = mark if len(parts) == 1 else _add(mark, "MultiGeometry")
    for part in parts:
        polygon = _add(home, "Polygon")
        part = shapely.orient_polygons(part, exterior_cw=False)
        _ring(polygon, "outerBoundaryIs", part.exterior)
        for hole in part.interiors:
            _ring(polygon, "innerBoundaryIs", hole)


def _ring(polygon: Xml.Element, name: str, ring: shapely.LinearRing) -> None:
    corners = np.round(shapely.get_coordinates(ring), _DEGREE_DECIMALS)
    words = " ".join(f"{lon},{lat}" for lon, lat in corners.tolist())
    _add(_add(_add(polygon, name), "LinearRing"), "coordinates", words)


def _style(document: Xml.Element, name: str, colour: str) -> None:
    style = _add(document, "Style", id=name)
    red, green, blue = colour[:2], colour[2:4], colour[4:]
    line = _add(style, "LineStyle")
    _add(line, "color", "ff2e2014")
    _add(line, "width", "1.5")
    _add(_add(style, "PolyStyle"), "color", f"b0{blue}{green}{red}".lower())


def _add(parent: Xml.Element, tag: str, text: str | None = None, **attributes: str) -> Xml.Element:
    child = Xml.SubElement(parent, _tag(tag), attributes)
    if text is not None:
        # Signs that XML 1.0 cannot hold would make the whole file unreadable.
        child.text = "".join(sign for sign in text if sign >= " " or sign in "\n\t")
    return child


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
