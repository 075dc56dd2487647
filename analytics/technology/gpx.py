"""GPX tracks into CSV: one row per track point, streamed; entities are never expanded."""

import csv
import xml.parsers.expat
from pathlib import Path

from analytics.workspace import InputError

HEADER = ("device", "time", "longitude", "latitude")
_CHUNK = 1 << 16


def is_gpx(head: bytes) -> bool:
    """Whether a file begins like a GPX track."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<gpx" in head


class _Reader:
    """Handlers of one file: the track's name stands for the device, without one the file's name."""

    def __init__(self, writer, stem: str):
        self.writer, self.stem = writer, stem
        self.device, self.points, self.timed, self.named = stem, 0, 0, set()
        self.path: list[str] = []
        self.text: list[str] = []
        self.place: tuple[str, str] = ("", "")
        self.time = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit(":", 1)[-1]
        self.path.append(name)
        self.text = []
        if name == "trk":
            self.device = self.stem
        elif name == "trkpt":
            self.place, self.time = (attributes.get("lon", ""), attributes.get("lat", "")), ""

    def end(self, _: str) -> None:
        name, value = self.path.pop(), "".join(self.text).strip()
        parent = self.path[-1] if self.path else ""
        if name == "name" and parent == "trk" and value:
            self.device = value
            self.named.add(value)
        elif name == "time" and parent == "trkpt":
            self.time = value
        elif name == "trkpt":
            self.points += 1
            self.timed += bool(self.time)
            self.writer.writerow((self.device, self.time, *self.place))
        self.text = []

    def characters(self, text: str) -> None:
        if len(self.path) > 1 and self.path[-1] in ("name", "time"):
            self.text.append(text)


def write_table(file: str, stem: str, path: Path, target: Path) -> frozenset[str]:
    """Write the points of a file's tracks as CSV and return the names that its tracks have.

    Raises InputError when it is not well formed, defines entities, or has no point with a time.
    """
    parser = xml.parsers.expat.ParserCreate()
    with target.open("w", encoding="utf-8", newline="") as out, path.open("rb") as source:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        reader = _Reader(writer, stem)
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.characters
        parser.EntityDeclHandler = lambda *_: _refuse(file)
        try:
            while chunk := source.read(_CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)
        except xml.parsers.expat.ExpatError as error:
            raise InputError(
                f"The GPX file is damaged near line {error.lineno:,}. Export it again.", file=file
            ) from error
    if not reader.points:
        raise InputError("It holds no track points. Export the tracks, not routes.", file=file)
    if not reader.timed:
        raise InputError("Its track points have no times, which pings need.", file=file)
    return frozenset(reader.named)


def _refuse(file: str) -> None:
    raise InputError("It defines XML entities, as no GPS track does, and was refused.", file=file)
