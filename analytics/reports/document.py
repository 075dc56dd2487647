"""PDF documents by typst: tagged for screen readers (PDF/UA-1), offline, text only as data."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from analytics.reports.files import write_whole
from analytics.workspace.plain import plain

_FOLDER = Path(__file__).parent / "templates"
_COMMON = "common.typ"
TEMPLATES = tuple(sorted(file.stem for file in _FOLDER.glob("*.typ") if file.name != _COMMON))
"""Names that `pdf` knows: problem_profile, evaluation, dosage (reports) and shift_sheet."""


def pdf(
    target: str | Path | None,
    template: str,
    data: Mapping[str, Any],
    images: Mapping[str, bytes] | None = None,
) -> bytes:
    """Set a document from a template and return its bytes, writing it when `target` is given.

    Every template takes `title` and `about` (of `about_export`). The reports take `answer` (one
    or two sentences) and `sections`, a list of objects with a `heading` and any of `paragraphs`
    [text], `facts` [[label, value]], `list` [text], `table` {"columns": [text], "rows": [[...]],
    "align": ["left" or "right"], "caption": text}, `image` {"name": a key of `images`, "alt":
    text, "caption": text}, `images` (a list of them), `cards` [{"heading", "image", "facts"}] and
    `page` (true: begins a new page). `shift_sheet` takes `sheets`, one per unit and shift: `unit`,
    `shift`, `facts` [[label, value]], `visits` [{"start", "place", "streets", "why",
    "recent", "minutes", "travel"}], `places` [{"numbers", "place", "lines" [[label, text]],
    "briefed" (the lines that `why` and `recent` do not tell)}], `control` [[name, streets]],
    `ahead` and `notes` (texts), `image` as above and, where a lower one may be needed, `low`; and a
    `note` on the last page. Texts are data and never markup; `images` are PNG bytes.

    Raises KeyError for an unknown template and typst.TypstError when a needed name is missing.
    """
    if template not in TEMPLATES:
        raise KeyError(f"There is no template '{template}'; there are {', '.join(TEMPLATES)}.")
    # Files of an in-memory project must be text, so pictures travel as lists of byte values.
    pictures = {name: list(content) for name, content in (images or {}).items()}
    files = {
        "main.typ": (_FOLDER / f"{template}.typ").read_bytes(),
        _COMMON: (_FOLDER / _COMMON).read_bytes(),
        "data.json": json.dumps(plain(dict(data)), ensure_ascii=False).encode(),
        "images.json": json.dumps(pictures).encode(),
    }
    content = typst.compile(files, format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True)
    if target is not None:
        write_whole(target, content)
    return content
