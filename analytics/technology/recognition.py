"""What was recognised in files before they are loaded: for a person to confirm or correct."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analytics.technology import recipes, shapes, times
from analytics.technology.feeds import SHAPE_FEEDS, columns_of
from analytics.technology.layout import Layout, read_layout
from analytics.technology.matching import Matching, suggest
from analytics.technology.sources import Source, open_sources
from analytics.technology.staging import Staging
from analytics.workspace import User, Workspace

SAMPLE_VALUES = 4


@dataclass(frozen=True)
class Recognition:
    """What the first file of a load looks like, and how its columns would be matched.

    `suggestion` is the text of `--columns`; `confidence` (0-1) is by wanted column; `questions`
    are what could not be decided; `samples` hold a few values of each of the file's columns.
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

    @property
    def is_certain(self) -> bool:
        """Whether the files could be loaded without asking."""
        return not self.questions


def inspect(
    workspace: Workspace, user: User, feed: str, files: list[Path], crs: str | None = None
) -> Recognition:
    """Look at the beginning of files and suggest how to read them; stores nothing.

    Raises InputError naming the first file that cannot be read.
    """
    workspace.require(user, "load")
    columns_of(feed)
    with Staging(workspace) as staging:
        is_shape = feed in SHAPE_FEEDS
        sources, warnings = open_sources(files, staging.folder, feed, is_shape)
        if is_shape:
            return _of_shapes(feed, sources, warnings)
        layouts = [read_layout(source) for source in sources]
        return _of_table(workspace, feed, sources, layouts, crs, warnings)


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
    recipe = recipes.find(workspace, feed, layout)
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
    )


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


def _of_shapes(feed: str, sources: list[Source], warnings: list[str]) -> Recognition:
    found, suggestion = shapes.look(sources[0], feed)
    columns = [str(name) for name in found.columns if name != "geometry"]
    texts = {name: found[name].dropna().astype(str).head(SAMPLE_VALUES) for name in columns}
    return Recognition(
        feed=feed,
        files=[source.name for source in sources],
        layouts=1,
        columns=columns,
        samples={name: list(values) for name, values in texts.items()},
        suggestion=suggestion,
        confidence=dict.fromkeys(suggestion, 0.9),
        questions=[] if found.crs else ["the file does not name its CRS"],
        crs=found.crs.to_string() if found.crs else None,
        rows_sampled=len(found),
        warnings=warnings,
    )
