"""Which sheets of a workbook are the feed: those that look like it, one kind of them only."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analytics.technology import aggregated, recipes
from analytics.technology.layout import Layout, read_layout
from analytics.technology.matching import Matching, read_matching, suggest
from analytics.technology.sources import Source, open_sources
from analytics.workspace import InputError, UndecidedColumns, Workspace

_CERTAIN = 1000
"""A sheet that fits without a question stands before one that matches in any number of columns."""


@dataclass(frozen=True)
class _Sheet:
    source: Source
    layout: Layout | None
    matching: Matching
    fit: int


def open_tables(
    workspace: Workspace,
    files: list[Path],
    folder: Path,
    feed: str,
    columns: dict[str, Any] | None = None,
    crs: str | None = None,
) -> tuple[list[Source], list[str]]:
    """Unpack `files` and choose among the sheets of workbooks; return sources and warnings.

    Sheets of one layout are read together; the others are named in a warning. Raises InputError
    as `open_sources`, UndecidedColumns when sheets of different layouts fit equally well.
    """
    sources, warnings = open_sources(files, folder, feed)
    if not any(source.part for source in sources):
        return sources, warnings
    given = read_matching(feed, columns) if columns else None
    sheets = [_look(workspace, feed, source, given, crs) for source in sources if source.part]
    kept = _chosen(sheets, given.sheet if given else None)
    chosen = [source for source in sources if not source.part or source in kept]
    left_out = [source.name for source in sources if source not in chosen]
    if left_out:
        warnings.append(f"Sheets that were not read: {', '.join(left_out)}.")
    return _numbered(chosen, folder), warnings


def _look(
    workspace: Workspace, feed: str, source: Source, given: Matching | None, crs: str | None
) -> _Sheet:
    """Say how well a sheet fits: 0 not at all, else by its matched columns."""
    try:
        layout = read_layout(source)
    except InputError:
        return _Sheet(source, None, Matching({}), 0)
    if aggregated.refusal(feed, layout):
        return _Sheet(source, layout, Matching({}), 0)
    if given is not None and given.columns:
        here = {name.strip().lower() for name in layout.names}
        wanted = {name.strip().lower() for names in given.columns.values() for name in names}
        return _Sheet(source, layout, given, _CERTAIN if wanted <= here else 0)
    found = suggest(feed, layout, workspace.crs, crs)
    fit = len(found.matching.columns)
    if found.is_certain or recipes.find(workspace, feed, layout):
        fit += _CERTAIN
    return _Sheet(source, layout, found.matching, fit)


def _chosen(sheets: list[_Sheet], wanted: str | None) -> list[Source]:
    names = ", ".join(dict.fromkeys(sheet.source.part for sheet in sheets))
    file = sheets[0].source.name.removesuffix(f": {sheets[0].source.part}")
    if wanted is not None:
        found = [each.source for each in sheets if each.source.part.lower() == wanted.lower()]
        if not found:
            raise InputError(f"It has no sheet '{wanted}'. It has: {names}.", file=file)
        return found
    best = max(sheet.fit for sheet in sheets)
    if not best:
        raise InputError(f"None of its sheets looks like this feed. It has: {names}.", file=file)
    fitting = [each for each in sheets if each.fit >= (_CERTAIN if best >= _CERTAIN else best)]
    if len({each.layout.names for each in fitting}) > 1:
        fitting.sort(key=lambda each: -each.fit)
        suggestion = fitting[0].matching.as_json() | {"sheet": fitting[0].source.part}
        options = " and ".join(f"'{each.source.part}'" for each in fitting)
        raise UndecidedColumns(
            f"The sheets {options} could both be it, but their columns differ. Say which one with "
            f"--columns, for example {json.dumps(suggestion)}",
            suggestion,
            file=file,
            choices=tuple(each.source.part for each in fitting),
        )
    return [each.source for each in fitting]


def _numbered(sources: list[Source], folder: Path) -> list[Source]:
    """Name the files by their place in the load, as the staging database expects."""
    return [
        replace(source, path=source.path.replace(folder / f"{number:05d}{source.path.suffix}"))
        for number, source in enumerate(sources)
    ]
