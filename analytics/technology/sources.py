"""From the files a person gives to plain files on disk: unpacked, in UTF-8, named by their hash.

A workbook becomes one source per sheet; Parquet and GPX become tables of text.

Zips and gzips are unpacked with a limit on what they declare and on what really comes out.
"""

import gzip
import hashlib
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from analytics.technology import encodings, excel, formats, shapefiles
from analytics.workspace import InputError
from analytics.workspace.config import config

CHUNK = 1 << 20
MOST_RATIO = 250
"""Text of extracts packs to a tenth; DEFLATE's bombs unpack about a thousandfold."""
SHAPE_SUFFIXES = (".geojson", ".json", ".gpkg", ".parquet", ".geoparquet", ".kml", ".shp", ".gml")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".plt", ".tab", ".psv")
TABLE_SUFFIXES = (*TEXT_SUFFIXES, *excel.SUFFIXES, ".parquet", ".gpx", "")
_LEFT_OUT = re.compile(
    r"(^|/)(__MACOSX/|\.[^./]|Thumbs\.db)|\.(md|pdf|docx?|html?|xml|png|jpe?g)$", re.I
)
_OTHER_POLICE_UK = re.compile(r"-(outcomes|stop-and-search)\.csv$", re.I)


@dataclass(frozen=True)
class Source:
    """One file ready to read: `name` as the person knows it, `path` where it lies now.

    `part` is the sheet of a workbook with several; `encoding` is "Excel", "Parquet" or "GPX" where
    the file is no text.
    """

    name: str
    path: Path
    sha256: str
    encoding: str
    is_repeat: bool = False
    part: str = ""

    @property
    def stem(self) -> str:
        """The file's name without folders and endings; names the device of a headerless track."""
        return self.part or _stem(self.name)

    @property
    def suffix(self) -> str:
        """The ending of the file's name in lower case, without .gz."""
        return Path(self.name.lower().removesuffix(".gz")).suffix


def open_sources(
    files: list[Path], folder: Path, feed: str, is_shape: bool = False
) -> tuple[list[Source], list[str]]:
    """Unpack `files` into `folder` and return the sources and warnings about members left out.

    Raises InputError naming the first file that is missing, empty, not text or unpacks to more
    than the configured limit.
    """
    if not files:
        raise InputError("No file was given. Name at least one.")
    budget = _Budget(int(config().max_unpacked_gb * 1e9))
    sources: list[Source] = []
    seen: set[str] = set()
    warnings: list[str] = []
    devices: Counter[str] = Counter()
    for file in map(Path, files):
        for name, stream, packed_bytes in _members(file, feed, is_shape, budget, warnings):
            target = folder / f"{len(sources):05d}{_ending(name)}"
            sha256 = _copy(name, stream, target, budget, packed_bytes)
            if is_shape:
                sources.append(Source(name, target, sha256, "binary", sha256 in seen))
            else:
                for source in _tables(name, target, sha256, feed, warnings, devices):
                    path = source.path.replace(folder / f"{len(sources):05d}.csv")
                    sources.append(replace(source, path=path, is_repeat=sha256 in seen))
            seen.add(sha256)
    if not sources:
        raise InputError("It holds no table that could be read.", file=Path(files[0]).name)
    shared = sorted(name for name, count in devices.items() if count > 1)
    if shared:
        warnings.append(
            f"Tracks of the same name stand in several files and count as one device: "
            f"{', '.join(shared[:5])}."
        )
    return (_shapes(sources) if is_shape else sources), warnings


def _tables(
    name: str, path: Path, sha256: str, feed: str, warnings: list[str], devices: Counter[str]
) -> list[Source]:
    """Return the tables of one file as text; a sheet is told from its neighbours by its name."""
    tables = formats.to_tables(name, _stem(name), path, feed, warnings)
    if not tables:
        return [Source(name, path, sha256, encodings.make_utf8(name, path))]
    for table in tables:
        devices.update(table.devices)
    return [
        Source(
            f"{name}: {table.part}" if table.part else name,
            table.path,
            hashlib.sha256(f"{sha256} {table.part}".encode()).hexdigest() if table.part else sha256,
            table.kind,
            part=table.part,
        )
        for table in tables
    ]


def _shapes(sources: list[Source]) -> list[Source]:
    """Put the parts of each shapefile beside it; together they are one source."""
    gathered = shapefiles.gather([(source.name, source.path) for source in sources])
    kept = []
    for number, parts in gathered:
        digests = sorted(sources[part].sha256 for part in parts)
        sha256 = hashlib.sha256(" ".join(digests).encode()).hexdigest()
        first = sources[number]
        kept.append(replace(first, sha256=sha256) if len(parts) > 1 else first)
    return kept


def _stem(name: str) -> str:
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    for ending in (".gz", *TABLE_SUFFIXES[:-1]):
        name = name.removesuffix(ending)
    return name


class _Budget:
    def __init__(self, limit: int):
        self.limit, self.used = limit, 0

    def declare(self, name: str, size: int) -> None:
        if self.used + size > self.limit:
            raise InputError(
                f"It would unpack to more than {self.limit / 1e9:g} GB and was refused. Unpack it "
                "yourself and load a part at a time.",
                file=name,
            )

    def take(self, name: str, size: int) -> None:
        self.used += size
        self.declare(name, 0)


def _members(
    file: Path, feed: str, is_shape: bool, budget: _Budget, warnings: list[str]
) -> Iterator[tuple[str, BinaryIO, int | None]]:
    _check_plain(file)
    try:
        with file.open("rb") as plain:
            magic = plain.read(4)
            plain.seek(0)
            if not magic:
                raise InputError("It is empty. Export it again.", file=file.name)
            if magic[:2] == b"\x1f\x8b":
                with gzip.open(plain) as stream:
                    yield file.name, stream, file.stat().st_size
            elif magic == b"PK\x03\x04" and not _is_workbook(plain):
                yield from _zip_members(file, plain, feed, is_shape, budget, warnings)
            else:
                yield file.name, plain, None
    except PermissionError as error:
        raise InputError("It may not be read. Check its permissions.", file=file.name) from error


def _is_workbook(plain: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(plain) as archive:
            return excel.is_workbook(archive)
    except zipfile.BadZipFile:
        return Path(plain.name).suffix.lower() in excel.SUFFIXES
    finally:
        plain.seek(0)


def _check_plain(file: Path) -> None:
    """Raise InputError unless there is a file that can be read from its start to its end."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError as error:
        reason = "It does not exist. Check the name and the folder."
        raise InputError(reason, file=str(file)) from error
    except OSError as error:
        reason = f"It cannot be opened: {error.strerror}. Check the name and the folder."
        raise InputError(reason, file=str(file)) from error
    if stat.S_ISDIR(mode):
        raise InputError("It is a folder. Name the files in it.", file=str(file))
    if not stat.S_ISREG(mode):
        raise InputError("It is not a file on disk. Save it as one and load that.", file=str(file))


def _zip_members(
    file: Path, plain: BinaryIO, feed: str, is_shape: bool, budget: _Budget, warnings: list[str]
) -> Iterator[tuple[str, BinaryIO, int]]:
    try:
        archive = zipfile.ZipFile(plain)
    except zipfile.BadZipFile as error:
        raise InputError("The zip is damaged. Download it again.", file=file.name) from error
    with archive:
        wanted = [info for info in archive.infolist() if not info.is_dir()]
        for info in wanted:
            _check_inside(file, info.filename)
        wanted = [info for info in wanted if not _LEFT_OUT.search(info.filename)]
        budget.declare(file.name, sum(info.file_size for info in wanted))
        others = [info for info in wanted if feed != "stops" and _is_other_police_uk(info.filename)]
        if others:
            warnings.append(
                f"Outcome and stop-and-search files left out of '{file.name}': {len(others)}. "
                f"They are not {feed}."
            )
            wanted = [info for info in wanted if info not in others]
        for info in sorted(wanted, key=lambda info: info.filename):
            yield from _zip_member(file, archive, info, is_shape)


def _check_inside(file: Path, name: str) -> None:
    """Raise InputError for a path out of the zip: no program packs one, and it would do harm."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or parts[0].endswith(":"):
        raise InputError(
            f"It holds the path '{name}', which leads out of the zip. Pack the files again.",
            file=file.name,
        )


def _is_other_police_uk(name: str) -> bool:
    return bool(_OTHER_POLICE_UK.search(name))


def _zip_member(
    file: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, is_shape: bool
) -> Iterator[tuple[str, BinaryIO, int]]:
    suffix = Path(info.filename.lower()).suffix
    if suffix in (".zip", ".gz", ".7z", ".rar"):
        raise InputError(
            f"It holds the packed file '{info.filename}'. Unpack that first.", file=file.name
        )
    known = (*SHAPE_SUFFIXES, *shapefiles.PARTS) if is_shape else TABLE_SUFFIXES
    if suffix not in known:
        raise InputError(
            f"It holds '{info.filename}', which is not a kind of file that this feed reads.",
            file=file.name,
        )
    try:
        with archive.open(info) as stream:
            yield info.filename, stream, max(info.compress_size, 1)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        raise InputError(
            f"'{info.filename}' cannot be unpacked: it is damaged or needs a password.",
            file=file.name,
        ) from error


def _copy(
    name: str, stream: BinaryIO, target: Path, budget: _Budget, packed_bytes: int | None
) -> str:
    digest, written = hashlib.sha256(), 0
    try:
        with target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                written += len(chunk)
                if packed_bytes is not None:
                    budget.take(name, len(chunk))
                    if written > 50 * CHUNK and written > MOST_RATIO * packed_bytes:
                        raise InputError(
                            f"It unpacks to more than {MOST_RATIO} times its size, as no extract "
                            "does, and was refused.",
                            file=name,
                        )
                digest.update(chunk)
                out.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise InputError("It is damaged: it cannot be unpacked to its end.", file=name) from error
    if not written:
        raise InputError("It is empty. Export it again.", file=name)
    return digest.hexdigest()


def _ending(name: str) -> str:
    """Return the ending, without the signs that DuckDB would read as a pattern."""
    return re.sub(r"[^.\w]", "", Path(name.lower().removesuffix(".gz")).suffix)
