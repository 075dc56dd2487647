"""Which layers of a file of shapes are read: those of the kind of geometry that the feed needs."""

import json

import pyogrio

from analytics.technology.sources import Source
from analytics.workspace import InputError, UndecidedColumns

UNREADABLE = (
    "It cannot be read as GeoJSON, GeoPackage, shapefile, GeoParquet or KML. Export it again."
)
_ASKED = (".gpkg",)
"""Layers of these are different things; the layers of a KML are folders of one."""


def choose(
    sources: list[Source], feed: str, wanted: str | None, warnings: list[str]
) -> list[list[str] | None]:
    """Return the layers to read of each source, None where a file has only one.

    Raises InputError for a file that is not what its name says or lacks the layer `wanted`,
    UndecidedColumns when several layers of a GeoPackage fit.
    """
    chosen = []
    for source in sources:
        if source.suffix in (".parquet", ".geoparquet"):
            chosen.append(None)
            continue
        _check_content(source)
        try:
            found = [tuple(map(str, row)) for row in pyogrio.list_layers(source.path)]
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
            raise InputError(UNREADABLE, file=source.name) from error
        chosen.append(_of_file(source, feed, found, wanted, warnings))
    return chosen


def _of_file(
    source: Source,
    feed: str,
    found: list[tuple[str, ...]],
    wanted: str | None,
    warnings: list[str],
) -> list[str] | None:
    names = [name for name, _ in found]
    if wanted is not None and source.suffix in _ASKED:
        if wanted not in names:
            raise InputError(
                f"It has no layer '{wanted}'. It has: {', '.join(names)}.", file=source.name
            )
        return [wanted]
    if len(found) < 2:
        return None
    kind = "Line" if feed == "streets" else "Polygon"
    fitting = [name for name, shape in found if kind in shape or shape == "Unknown"]
    fitting = fitting or [name for name, shape in found if shape != "None"]
    if len(fitting) > 1 and source.suffix in _ASKED:
        suggestion = {"layer": fitting[0]}
        listed = ", ".join(fitting)
        raise UndecidedColumns(
            f"It has several layers that could be it: {listed}. Say which one with --columns, "
            f"for example {json.dumps(suggestion)}",
            suggestion,
            file=source.name,
            choices=tuple(fitting),
        )
    if source.suffix not in _ASKED:
        return names
    if len(fitting) < len(names):
        others = ", ".join(name for name in names if name not in fitting)
        warnings.append(f"Layers of '{source.name}' that were not read: {others}.")
    return fitting


def _check_content(source: Source) -> None:
    with source.path.open("rb") as file:
        head = file.read(1 << 16)
    if b'"Topology"' in head and b'"type"' in head and head.lstrip().startswith(b"{"):
        raise InputError(
            "It is TopoJSON, which is not read. Save it as GeoJSON or GeoPackage.", file=source.name
        )
    if not _begins_as_named(source.suffix, head.lstrip(b"\xef\xbb\xbf \t\r\n")):
        raise InputError(UNREADABLE, file=source.name)


def _begins_as_named(suffix: str, head: bytes) -> bool:
    """Whether a file begins as its ending promises.

    GDAL goes by the content alone: a virtual dataset named .geojson would have it read any other
    file of this machine. Entities of XML are refused, for they may grow without end.
    """
    if suffix == ".gpkg":
        return head.startswith(b"SQLite format 3\0")
    if suffix == ".shp":
        return head.startswith(b"\0\0\x27\x0a")
    if suffix in (".kml", ".gml"):
        is_safe = b"OGRVRT" not in head and b"<!ENTITY" not in head
        return head.startswith(b"<") and b"ml" in head and is_safe
    return head.startswith(b"{")
