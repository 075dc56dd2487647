"""Reading the tables of one load: files grouped by how they are written, matched and checked."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.technology import aggregated, events, lists, recipes, tabular
from analytics.technology import staging as staged
from analytics.technology.coordinates import (
    DEGREES,
    are_degrees,
    check_crs,
    is_projected,
    numbers,
)
from analytics.technology.guess import propose
from analytics.technology.layout import Layout, read_layout
from analytics.technology.matching import (
    Matching,
    check_matching,
    check_timezone,
    other_feed,
    read_matching,
    suggest,
)
from analytics.technology.report import Prepared
from analytics.technology.sheets import open_tables
from analytics.technology.sources import Source
from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading
from analytics.workspace import InputError, UndecidedColumns, Workspace
from analytics.workspace.schema import EVENT_FEEDS

Progress = Callable[[float, str], None]


@dataclass
class Picked:
    """The text of a load's files in staging, and how it is to be read."""

    sources: list[Source]
    reading: Reading
    known_files: list[int]
    has_file_devices: bool = False
    is_replacing: bool = False


@dataclass(frozen=True)
class _Given:
    columns: dict[str, Any] | None
    crs: str | None
    timezone: str | None


def read_tables(
    staging: Staging,
    workspace: Workspace,
    feed: str,
    files: list[Path],
    columns: dict[str, Any] | None,
    crs: str | None,
    timezone: str | None,
    tell: Progress,
) -> Picked:
    """Unpack, match and stream the files of a load into table `picked` of the staging database."""
    given = _Given(columns, check_crs(crs) if crs else None, check_timezone(timezone))
    tell(0.0, "Unpacking")
    sources, warnings = open_tables(workspace, files, staging.folder, feed, columns, given.crs)
    tell(0.15, "Recognising columns")
    groups = group(sources)
    staged.begin_picking(staging, feed)
    matchings: list[Matching] = []
    for done, (layout, members) in enumerate(groups):
        if other := other_feed(feed, layout):
            warnings.append(
                f"The columns of {members[0].name} are those of the feed '{other}', not of {feed}. "
                f"Undo this load and load it as '{other}'."
            )
        matching = match(workspace, feed, layout, members[0].name, given)
        matchings.append(matching)
        tell(0.2 + 0.3 * done / len(groups), f"Reading {members[0].name}")
        staged.pick(staging, feed, members, layout, matching)
    if len({matching.crs for matching in matchings}) > 1:
        raise InputError(
            "The files hold coordinates in different CRSs. Load them one kind at a time.",
            file=groups[1][1][0].name,
        )
    tabular.require_some(staging, sources[0].name)
    staging.keep("files", file_table(sources))
    staged.number_rows(staging)
    columns_used = {name: names for each in matchings for name, names in each.columns.items()}
    reading = Reading(
        feed,
        replace(matchings[0], columns=columns_used),
        has_decimal_comma=any(layout.has_decimal_comma for layout, _ in groups),
        warnings=warnings,
    )
    known = _known_files(workspace, feed, sources, reading)
    return Picked(sources, reading, known, "device" not in matchings[0].columns)


def check_tables(staging: Staging, workspace: Workspace, picked: Picked) -> Prepared:
    """Type and check the picked rows of any feed but pings and shapes."""
    reading = picked.reading
    staged.hide_persons(staging, workspace, reading.feed)
    if reading.feed in EVENT_FEEDS and "offence" not in reading.matching.columns:
        _name_offence(staging, reading)
    tabular.decide_date_order(staging, reading, picked.sources[0].name)
    tabular.read_values(staging, reading)
    tabular.check_rows(staging, reading, workspace, held_numbers(picked))
    first = last = None
    if reading.feed in EVENT_FEEDS:
        columns = events.make_events(staging, reading, workspace)
        first, last = events.event_period(staging)
    elif reading.feed == "activity":
        columns = events.make_activity(staging, reading, workspace)
        first, last = lists.period(staging, "activity")
    else:
        columns = lists.make_list(staging, reading, picked.sources)
        first, last = lists.period(staging, reading.feed)
    return make_prepared(picked, columns, first, last)


def _name_offence(staging: Staging, reading: Reading) -> None:
    """Let the file's name stand for the offence, so that two kinds of crime stay apart."""
    staging.database.execute(
        "UPDATE picked SET offence = stem FROM files WHERE picked.file_no = files.file_no"
    )
    reading.warnings.append("No column names the offence; the file's name stands for it.")


def make_prepared(
    picked: Picked, stored_columns: str, first: str | None, last: str | None
) -> Prepared:
    """Gather what the transaction needs to know."""
    return Prepared(
        feed=picked.reading.feed,
        files=[source.name for source in picked.sources],
        hashes=[source.sha256 for source in picked.sources],
        columns=picked.reading.matching.as_json(),
        stored_columns=stored_columns,
        warnings=picked.reading.warnings,
        checks=picked.reading.checks,
        first=first,
        last=last,
        crs=picked.reading.crs,
        known_files=picked.known_files,
    )


def held_numbers(picked: Picked) -> list[int]:
    """Return the numbers of the files given twice in this load or in an earlier one.

    A replacing load reads the files of earlier loads again: what they hold may have been replaced.
    """
    repeats = {number for number, source in enumerate(picked.sources) if source.is_repeat}
    return sorted(repeats if picked.is_replacing else repeats | set(picked.known_files))


def match(workspace: Workspace, feed: str, layout: Layout, file: str, given: _Given) -> Matching:
    """Return the matching of a layout: given, saved as a recipe, or suggested where certain.

    Raises InputError for a table of counts, UndecidedColumns with the text of `--columns` that
    would decide.
    """
    if refused := aggregated.refusal(feed, layout):
        raise InputError(refused, file=file)
    answers = read_matching(feed, given.columns) if given.columns else None
    if given.columns is not None and not (answers and not answers.columns):
        matching = check_matching(feed, read_matching(feed, given.columns), layout, file)
    elif recipe := recipes.find(workspace, feed, layout):
        matching = check_matching(feed, read_matching(feed, recipe), layout, file)
    else:
        suggestion = suggest(feed, layout, workspace.crs, given.crs)
        matching = suggestion.matching
        if not suggestion.is_certain:
            _ask(feed, layout, suggestion.questions, matching, file, workspace.crs)
    if answers and not answers.columns:
        matching = replace(answers, columns=matching.columns, crs=answers.crs or matching.crs)
    if "x" in matching.columns and matching.crs is None and given.crs is None:
        guess = suggest(feed, layout, workspace.crs, None).matching
        is_same = guess.columns.get("x") == matching.columns["x"]
        matching = replace(matching, crs=guess.crs if is_same else _crs_of(layout, matching))
        if matching.crs is None:
            question = 'the CRS of the coordinates is not certain; name it with --crs or "crs"'
            _ask(feed, layout, (question,), matching, file, workspace.crs)
    if "x" in matching.columns:
        _check_unit(layout, matching, given.crs or matching.crs, file)
    return replace(
        matching,
        crs=given.crs or matching.crs,
        timezone=given.timezone or matching.timezone,
    )


def _crs_of(layout: Layout, matching: Matching) -> str | None:
    """Accept degrees for columns that a person named, when the values fit nothing else."""
    xs = numbers(layout.sample(matching.columns["x"][0]))
    ys = numbers(layout.sample(matching.columns["y"][0]))
    is_degrees = len(xs) and len(ys) and abs(xs).max() <= 180 and abs(ys).max() <= 90
    return DEGREES if is_degrees else None


def _ask(
    feed: str,
    layout: Layout,
    questions: tuple[str, ...],
    matching: Matching,
    file: str,
    workspace_crs: str,
) -> None:
    suggestion = propose(feed, layout, matching, workspace_crs)
    asked = "; ".join(questions)
    asked = asked[0].upper() + asked[1:]
    raise UndecidedColumns(
        f"{asked}. Say so with --columns, for example {json.dumps(suggestion)}",
        suggestion,
        file=file,
    )


def _check_unit(layout: Layout, matching: Matching, crs: str, file: str) -> None:
    """Refuse degrees that are said to be metres: they would all fall on one spot in the sea."""
    x, y = matching.columns["x"][0], matching.columns["y"][0]
    if is_projected(crs) and are_degrees(layout, x, y):
        raise InputError(
            f"The coordinates '{x}' and '{y}' are degrees, but {crs} counts in metres. "
            f"Give {DEGREES} instead, or leave the CRS out.",
            file=file,
        )


def group(sources: list[Source]) -> list[tuple[Layout, list[Source]]]:
    """Put files that are written alike together, in the order given."""
    groups: dict[tuple, tuple[Layout, list[Source]]] = {}
    for source in sources:
        layout = read_layout(source)
        groups.setdefault(layout.signature, (layout, []))[1].append(source)
    return list(groups.values())


def file_table(sources: list[Source]) -> pd.DataFrame:
    """Return the number, name and stem of each file."""
    return pd.DataFrame(
        {
            "file_no": range(len(sources)),
            "name": [source.name for source in sources],
            "stem": [source.stem for source in sources],
        }
    )


def _known_files(
    workspace: Workspace, feed: str, sources: list[Source], reading: Reading
) -> list[int]:
    """Return the numbers of files that an earlier load read in the same way.

    Raises InputError when an earlier load read one of them in another way: it must be undone
    first, or every row would stand there twice.
    """
    earlier: dict[str, dict] = {}
    for hashes, columns in workspace.rows(
        "SELECT file_hashes, columns FROM loads WHERE feed = ? AND NOT is_undone", [feed]
    ):
        earlier |= dict.fromkeys(json.loads(hashes), json.loads(columns))
    known = []
    for number, source in enumerate(sources):
        if source.sha256 not in earlier:
            continue
        before = dict(earlier[source.sha256])
        now = reading.matching.as_json()
        if any(before.get(name) != now.get(name) for name in now if name != "date_order"):
            raise InputError(
                "It was loaded before with another column matching. Undo that load first.",
                file=source.name,
            )
        known.append(number)
    return known
