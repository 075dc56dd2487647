"""A shapefile in a zip, for software that reads nothing newer.

Its attribute names hold ten characters, so that each is given one here, and a text file in the zip
says what each stands for (Esri 1998, "ESRI Shapefile Technical Description").
"""

import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd

from analytics.reports.files import write_whole
from analytics.workspace.plain import plain

LONGEST_NAME = 10
LONGEST_TEXT = 254


def write_shapefile(
    path: str | Path | None,
    layer: gpd.GeoDataFrame,
    name: str,
    about: dict[str, str],
    columns: dict[str, tuple[str, str]],
    folder: Path,
) -> bytes:
    """Write polygons as a zipped shapefile in their own CRS and return the bytes.

    `columns` gives each column its short name and what it means. Texts are UTF-8 (a .cpg file says
    so), at most 254 bytes long. `folder` is where the parts are put together. With `path` None
    only the bytes are returned. Raises ValueError for a name that is too long or given twice.
    """
    short = [given for given, _ in columns.values()]
    if len(set(short)) < len(short) or max(map(len, short)) > LONGEST_NAME:
        raise ValueError("Attribute names must differ and have at most ten characters.")
    flat = layer[[*columns, layer.geometry.name]].copy()
    cut = 0
    for column in columns:
        if not _is_number(flat[column]):
            texts = [_text(value) for value in flat[column]]
            fitting = [_fitting(text) for text in texts]
            cut += sum(text != kept for text, kept in zip(texts, fitting, strict=True))
            flat[column] = pd.array(fitting, dtype="string")
    flat = flat.rename(columns={column: given for column, (given, _) in columns.items()})
    flat.to_file(
        folder / f"{name}.shp",
        driver="ESRI Shapefile",
        engine="pyogrio",
        encoding="UTF-8",
        index=False,
    )
    (folder / f"{name}.txt").write_text(_legend(about, columns, cut), encoding="utf-8")
    content = _zipped(sorted(folder.glob(f"{name}.*")))
    if path is not None:
        write_whole(path, content)
    return content


def _legend(about: dict[str, str], columns: dict[str, tuple[str, str]], cut: int) -> str:
    lines = [f"{label}: {text}" for label, text in about.items()]
    lines += ["", "Attribute   Meaning"]
    lines += [f"{given:<{LONGEST_NAME}}  {meaning}" for given, meaning in columns.values()]
    lines += ["", "An empty attribute or a missing number is not known; it is not 0."]
    if cut:
        lines.append(f"{cut} texts are longer than {LONGEST_TEXT} bytes and end with an ellipsis.")
    return "\n".join(lines) + "\n"


def _zipped(files: list[Path]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            # A fixed time, so that the same list gives the same bytes.
            entry = zipfile.ZipInfo(file.name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def _is_number(column: pd.Series) -> bool:
    return column.dtype.kind in "iuf"


def _text(value: object) -> str | None:
    kept = plain(value)
    if kept is None:
        return None
    return json.dumps(kept, ensure_ascii=False) if isinstance(kept, list | dict) else str(kept)


def _fitting(text: str | None) -> str | None:
    if text is None or len(text.encode()) <= LONGEST_TEXT:
        return text
    return text.encode()[: LONGEST_TEXT - 3].decode(errors="ignore") + "…"
