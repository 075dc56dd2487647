"""What was recognised in files before they are loaded: for a person to confirm or correct."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analytics.technology import aggregated, recipes, shapes, times
from analytics.technology.feeds import SHAPE_FEEDS, Column, columns_of, simplify
from analytics.technology.layout import Layout, read_layout
from analytics.technology.matching import Matching, Suggestion, other_feed, suggest
from analytics.technology.sheets import open_tables
from analytics.technology.sources import Source, open_sources
from analytics.technology.staging import Staging
from analytics.workspace import InputError, UndecidedColumns, User, Workspace

SAMPLE_VALUES = 4
CERTAIN, LIKELY, CHECK = SURENESS = ("certain", "likely", "please check")
_COMMON_WORDS = {
    *("id", "type", "category", "date", "time", "reference", "class", "name", "district"),
    *("source", "status", "block", "street", "from", "to", "t", "group", "code", "kind", "public"),
}
"""Names that many systems use for other things too: a match by them is likely, not certain."""


@dataclass(frozen=True)
class Recognition:
    """What the first file of a load looks like, and how its columns would be matched.

    `suggestion` is the text of `--columns`; `confidence` (0-1) is by wanted column; `questions`
    are what could not be decided; `samples` hold a few values of each of the file's columns.
    `sureness` (one of SURENESS) and `reasons` are by wanted column, `recipe` is the name of the
    saved one, and `refusal` says why the file can never be this feed, blank where it can. `parts`
    are the sheets or layers of which one has to be named.
    """

    feed: str
    files: list[str]
    layouts: int
    columns: list[str]
    samples: dict[str, list[str]]
    suggestion: dict[str, Any]
    confidence: dict[str, float]
    questions: list[str]
    delimiter: str = ""
    encoding: str = ""
    date_order: str | None = None
    time_precision: str | None = None
    crs: str | None = None
    rows_sampled: int = 0
    signature: str = ""
    is_recipe: bool = False
    warnings: list[str] = field(default_factory=list)
    recipe: str = ""
    sureness: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    parts: list[str] = field(default_factory=list)

    @property
    def is_certain(self) -> bool:
        """Whether the files could be loaded without asking."""
        return not self.questions


def inspect(
    workspace: Workspace,
    user: User,
    feed: str,
    files: list[Path],
    crs: str | None = None,
    part: str | None = None,
) -> Recognition:
    """Look at the beginning of files and suggest how to read them; stores nothing.

    `part` names the sheet of a workbook or the layer of a GeoPackage in which several fit. Raises InputError naming the first file that cannot be read.
    """
    workspace.require(user, "load")
    columns_of(feed)
    with Staging(workspace) as staging:
        if feed in SHAPE_FEEDS:
            sources, warnings = open_sources(files, staging.folder, feed, is_shape=True)
            return _of_shapes(feed, sources, warnings, part)
        if part is not None:
            return _of_sheet(workspace, staging, feed, files, crs, part)
        try:
            sources, warnings = open_tables(workspace, files, staging.folder, feed, None, crs)
        except UndecidedColumns as asked:
            likeliest = asked.suggestion["sheet"]
            found = _of_sheet(workspace, staging, feed, files, crs, likeliest)
            question = f"{asked.reason.split(' Say which')[0]} The sheet '{likeliest}' is taken"
            questions = [*found.questions, question]
            return replace(found, questions=questions, parts=list(asked.choices))
        layouts = [read_layout(source) for source in sources]
        return _of_table(workspace, feed, sources, layouts, crs, warnings)


def feed_by_recipe(workspace: Workspace, user: User, feed: str, files: list[Path]) -> str | None:
    """Return the other feed whose recipe has the header of the first table, None where none has."""
    workspace.require(user, "load")
    held = recipes.saved_recipes(workspace)
    own = {recipe.signature for recipe in held if recipe.feed == feed}
    others = {recipe.signature: recipe.feed for recipe in held if recipe.signature not in own}
    with Staging(workspace) as staging:
        for other in sorted(set(others.values())):
            try:
                sources, _ = open_tables(workspace, files[:1], staging.folder, other, None, None)
                header = recipes.header_signature(read_layout(sources[0]))
            except (InputError, UndecidedColumns):
                continue
            if others.get(header) == other:
                return other
    return None


def feed_by_header(workspace: Workspace, user: User, feed: str, files: list[Path]) -> str | None:
    """Return the other feed whose own columns the first table has, None where that is not plain."""
    workspace.require(user, "load")
    with Staging(workspace) as staging:
        try:
            sources, _ = open_tables(workspace, files[:1], staging.folder, feed, None, None)
            return other_feed(feed, read_layout(sources[0]))
        except (InputError, UndecidedColumns):
            return None


def _of_sheet(
    workspace: Workspace,
    staging: Staging,
    feed: str,
    files: list[Path],
    crs: str | None,
    part: str,
) -> Recognition:
    """Look at one sheet of a workbook in which several fit."""
    sheet = {"sheet": part}
    sources, warnings = open_tables(workspace, files, staging.folder, feed, sheet, crs)
    layouts = [read_layout(source) for source in sources]
    found = _of_table(workspace, feed, sources, layouts, crs, warnings)
    return replace(found, suggestion=found.suggestion | sheet)


def _of_table(
    workspace: Workspace,
    feed: str,
    sources: list[Source],
    layouts: list[Layout],
    crs: str | None,
    warnings: list[str],
) -> Recognition:
    layout = layouts[0]
    suggestion = suggest(feed, layout, workspace.crs, crs)
    held = recipes.find_recipe(workspace, feed, layout)
    recipe = held.columns if held else None
    questions = [] if recipe else list(suggestion.questions)
    matching = suggestion.matching
    order = _date_order(matching, layout)
    if order == "undecided" and not (recipe or {}).get("date_order"):
        warnings = [
            *warnings,
            "The first dates can be read with the day or the month first; the whole file decides, "
            "or you are asked.",
        ]
    return Recognition(
        feed=feed,
        files=[source.name for source in sources],
        layouts=len({each.signature for each in layouts}),
        columns=list(layout.names),
        samples={name: layout.sample(name, SAMPLE_VALUES) for name in layout.names},
        suggestion=recipe or matching.as_json(),
        confidence=suggestion.confidence,
        questions=questions,
        delimiter=layout.delimiter,
        encoding=sources[0].encoding,
        date_order=None if order == "undecided" else order,
        time_precision=_precision(matching, layout),
        crs=matching.crs,
        rows_sampled=len(layout.rows),
        signature=recipes.header_signature(layout),
        is_recipe=recipe is not None,
        warnings=warnings,
        recipe=held.name if held else "",
        refusal=next(filter(None, (aggregated.refusal(feed, each) for each in layouts)), ""),
        **_how_sure(feed, suggestion, bool(held), layout),
    )


def _how_sure(
    feed: str, suggestion: Suggestion, is_recipe: bool, layout: Layout
) -> dict[str, dict[str, str]]:
    """Say in words how sure each matched column is, and why."""
    sureness, reasons = {}, {}
    for column in columns_of(feed):
        names = suggestion.matching.columns.get(column.name)
        if not names:
            continue
        sureness[column.name], reasons[column.name] = _judged(
            column, names, suggestion.confidence[column.name], layout
        )
        if is_recipe:
            sureness[column.name], reasons[column.name] = CERTAIN, "Saved in the recipe."
    return {"sureness": sureness, "reasons": reasons}


def _judged(
    column: Column, names: tuple[str, ...], confidence: float, layout: Layout
) -> tuple[str, str]:
    if column.kind in ("x", "y"):
        if confidence >= 0.9:
            return CERTAIN, "Named so, and the values lie where they should."
        if confidence >= 0.8:
            return LIKELY, "Named so, but without values in the first rows."
        return CHECK, "The name fits; where the values lie has to be decided."
    if not layout.has_header:
        return LIKELY, "The only column that holds such values; the file has no header."
    if len(names) > 2:
        return CERTAIN, "Year, month and day stand in columns of their own."
    usual = simplify(names[0])
    if usual not in column.names:
        return CHECK, "A word of its name fits, and it alone of those holds dates."
    if not layout.sample(names[0], 1):
        return LIKELY, "A usual name, but the first rows are blank."
    if usual in _COMMON_WORDS and usual != column.name:
        return LIKELY, "A name that is also used for other things."
    return CERTAIN, "A usual name, and the values fit."


def _date_order(matching: Matching, layout: Layout) -> str | None:
    """Judge the sampled dates: an order, "undecided", or None where no date is written so."""
    values = [
        value
        for target in ("occurred_from", "occurred_to", "recorded_on", "day", "time", "completed_on")
        for name in matching.columns.get(target, ())[:1]
        for value in layout.sample(name)
    ]
    counts = times.count_orders(values)
    return (times.order_of(counts) or "undecided") if counts[0] else None


def _precision(matching: Matching, layout: Layout) -> str | None:
    names = matching.columns.get("occurred_from")
    if not names:
        return None
    if len(names) > 1:
        return "minute"
    values = layout.sample(names[0], 50)
    if values and all(len(value) == 7 and value[4] == "-" for value in values):
        return "month"
    return "minute" if any(":" in value for value in values) else "day"


def _of_shapes(
    feed: str, sources: list[Source], warnings: list[str], part: str | None
) -> Recognition:
    questions: list[str] = []
    parts: tuple[str, ...] = ()
    layer = {"layer": part} if part else {}
    try:
        found, suggestion = shapes.look(sources[0], feed, part)
    except UndecidedColumns as asked:
        layer, parts = {"layer": asked.suggestion["layer"]}, asked.choices
        found, suggestion = shapes.look(sources[0], feed, layer["layer"])
        question = asked.reason.split(" Say which")[0]
        questions.append(f"{question} The layer '{layer['layer']}' is taken")
    questions += [] if found.crs else ["the file does not name its CRS"]
    columns = [str(name) for name in found.columns if name != "geometry"]
    texts = {name: found[name].dropna().astype(str).head(SAMPLE_VALUES) for name in columns}
    return Recognition(
        feed=feed,
        files=[source.name for source in sources],
        layouts=1,
        columns=columns,
        samples={name: list(values) for name, values in texts.items()},
        suggestion=suggestion | layer,
        confidence=dict.fromkeys(suggestion, 0.9),
        questions=questions,
        crs=found.crs.to_string() if found.crs else None,
        rows_sampled=len(found),
        warnings=warnings,
        parts=list(parts),
    )
