"""The words on each page of a PDF that this project set: enough of a reader for its own files."""

import re
import zlib

# Brackets in pairs may stand unescaped within a string.
_PART = rb"(?:\\.|[^\\()])"
_STRING = re.compile(
    rb"/(\w+) [\d.]+ Tf|\(((?:" + _PART + rb"|\(" + _PART + rb"*\))*)\)", re.DOTALL
)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(content: bytes) -> list[str]:
    """Return the text of each page, in the order in which it is drawn, without any spaces."""
    objects = {
        int(number): body
        for number, body in re.findall(rb"^(\d+) 0 obj\n(.*?)\nendobj", content, re.M | re.S)
    }
    found = []
    for body in objects.values():
        if not re.search(rb"/Type/Page\b", body):
            continue
        fonts = {
            name: _letters(objects, int(number))
            for name, number in re.findall(
                rb"/(f\d+) (\d+) 0 R", objects[_named(body, b"Resources")]
            )
        }
        found.append(_words(_stream(objects[_named(body, b"Contents")]), fonts))
    return found


def squeezed(text: str) -> str:
    """Return a text as `pages_of` has it."""
    return re.sub(r"\s", "", text)


def _words(drawn: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    text, font = "", {}
    for match in _STRING.finditer(drawn):
        if match[1]:
            font = fonts.get(match[1], {})
            continue
        raw = re.sub(rb"\\(\d{1,3}|.)", _unescaped, match[2], flags=re.DOTALL)
        codes = (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
        text += "".join(font.get(code, "") for code in codes)
    return squeezed(text)


def _unescaped(match: re.Match[bytes]) -> bytes:
    sign = match[1]
    return bytes([int(sign, 8)]) if sign.isdigit() else _ESCAPED.get(sign, sign)


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    table = _stream(objects[_named(objects[font], b"ToUnicode")])
    return {
        int(code, 16): bytes.fromhex(letters.decode()).decode("utf-16-be")
        for code, letters in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table)
    }


def _named(body: bytes, name: bytes) -> int:
    return int(re.search(rb"/" + name + rb" (\d+) 0 R", body)[1])


def _stream(body: bytes) -> bytes:
    return zlib.decompress(re.search(rb"stream\n(.*)\nendstream", body, re.S)[1])
