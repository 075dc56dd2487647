"""How a text file is encoded: found out, and made UTF-8 with one kind of line end."""

import codecs
from pathlib import Path

import numpy as np

from analytics.workspace import InputError

CHUNK = 1 << 20
_MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x05\x06": "an empty zip",
    b"SQLite format 3": "a database or GeoPackage",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
}


def make_utf8(name: str, path: Path) -> str:
    """Rewrite a text file in place as UTF-8 with one kind of line end; return what it was.

    Raises InputError naming what the file is when it is no text.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    _refuse_binary(name, head)
    encoding = _encoding(path, head)
    if encoding == "utf-8" and _has_one_line_end(path):
        return encoding
    part = path.with_suffix(".utf8")
    with (
        path.open("r", encoding=encoding, errors="replace", newline=None) as old,
        part.open("w", encoding="utf-8", newline="\n") as new,
    ):
        while text := old.read(CHUNK):
            new.write(text)
    part.replace(path)
    return encoding


def _refuse_binary(name: str, head: bytes) -> None:
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise InputError(f"It is not a table but {what}.", file=name)
    is_utf16 = head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    odd = sum(byte < 9 or 13 < byte < 32 for byte in head[:4096])
    if not is_utf16 and (b"\0" in head or odd > len(head[:4096]) * 0.05):
        raise InputError("It is not text. Export the table as CSV.", file=name)


def _encoding(path: Path, head: bytes) -> str:
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _has_one_line_end(path: Path) -> bool:
    crlf = lf = cr = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if chunk.endswith(b"\r"):
                chunk += file.read(1)
            signs = np.frombuffer(chunk, np.uint8)
            is_return, is_feed = signs == 13, signs == 10
            pairs = np.count_nonzero(is_return[:-1] & is_feed[1:])
            crlf += pairs
            lf += np.count_nonzero(is_feed) - pairs
            cr += np.count_nonzero(is_return) - pairs
    return cr == 0 and (crlf == 0 or lf == 0)
