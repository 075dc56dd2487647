"""Rows kept aside, corrected: those that pass now are stored, the rest stay aside.

A corrected row is found again by the file and the line it came from. Its values are read as the
load that kept it aside read them. What is stored is a load of its own, which can be undone.
"""

import json
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.reports import unmarked
from analytics.technology import commit, pings, prepare
from analytics.technology.feeds import SHAPE_FEEDS, columns_of
from analytics.technology.layout import read_layout
from analytics.technology.loading import new_load_id
from analytics.technology.report import LoadReport, Prepared
from analytics.technology.sources import open_sources
from analytics.technology.staging import Staging
from analytics.workspace import InputError, Transaction, User, Workspace
from analytics.workspace.schema import EVENT_FEEDS

KEY = ["file", "line"]
MOST_EDITED = 200
"""Rows offered for editing in the page; more are corrected in the downloaded file."""
_OPTIONS = ("crs", "date_order", "timezone", "time_precision", "true_values")


@dataclass(frozen=True)
class Fixed:
    """What became of corrected rows: `still_aside` break a rule still, `untouched` were the same.

    `reasons` counts the rules that rows still break; `report` is the load of those that passed.
    """

    stored: int
    already_held: int
    still_aside: int
    untouched: int
    reasons: dict[str, int]
    report: LoadReport | None

    def sentence(self) -> str:
        """Say in one sentence what became of the rows."""
        rows = "row is" if self.stored == 1 else "rows are"
        parts = [f"{self.stored:,} corrected {rows} stored"]
        if self.already_held:
            parts.append(f"{self.already_held:,} are held already and count as settled")
        if self.still_aside:
            parts.append(f"{self.still_aside:,} still break a rule and stay aside")
        if self.untouched:
            parts.append(f"{self.untouched:,} were not changed")
        return f"{'; '.join(parts)}."


def open_rows(
    workspace: Workspace, user: User, load_id: str, rule: str | None = None, most: int | None = None
) -> pd.DataFrame:
    """Return the rows of a load that are kept aside and not fixed: file, line, rule, their fields.

    Fields are in the order of the feed's columns, as text; blank ones are missing. The view is
    logged. Raises Refused when the user may not load.
    """
    workspace.require(user, "load")
    feed = workspace.value("SELECT feed FROM loads WHERE load_id = ?", [load_id])
    limit = f"LIMIT {int(most)}" if most else ""
    rows = workspace.frame(
        f"""SELECT file, line, rule, CAST(fields AS VARCHAR) AS fields FROM quarantine
        WHERE load_id = ? AND fixed_by IS NULL AND (? IS NULL OR rule = ?)
        ORDER BY file, line {limit}""",
        [load_id, rule, rule],
    )
    texts = [json.loads(text) for text in rows.pop("fields")]
    names = [c.name for c in columns_of(feed) if any(c.name in text for text in texts)]
    workspace.log_view(user, "kept_aside", load_id)
    fields = pd.DataFrame(texts, index=rows.index, columns=names, dtype="object")
    return pd.concat([rows, fields], axis=1)


def open_rules(workspace: Workspace, load_id: str) -> dict[str, int]:
    """Return the rules by which rows of a load are kept aside and not fixed, with their counts."""
    return dict(
        workspace.rows(
            """SELECT rule, count(*) FROM quarantine WHERE load_id = ? AND fixed_by IS NULL
            GROUP BY rule ORDER BY count(*) DESC, rule""",
            [load_id],
        )
    )


def reload_fixed(workspace: Workspace, user: User, load_id: str, file: Path) -> Fixed:
    """Load the corrected file of a load's rows kept aside, as it was downloaded; see `fix_rows`.

    Raises InputError when the file is not that download: it lacks the columns file and line.
    """
    workspace.require(user, "load")
    with Staging(workspace) as staging:
        sources, _ = open_sources([Path(file)], staging.folder, "crimes")
        layout = read_layout(sources[0])
        given = pd.read_csv(
            sources[0].path,
            sep=layout.delimiter,
            dtype=str,
            keep_default_na=False,
            skiprows=layout.skip_lines,
        )
    given.columns = [str(name).strip() for name in given.columns]
    missing = [name for name in KEY if name not in given.columns]
    if missing:
        raise InputError(
            f"It has no column '{missing[0]}'. Correct the rows in the file that was downloaded "
            "and keep its columns 'file' and 'line'.",
            file=Path(file).name,
        )
    return fix_rows(workspace, user, load_id, given, Path(file).name)


def fix_rows(
    workspace: Workspace, user: User, load_id: str, given: pd.DataFrame, name: str = "corrections"
) -> Fixed:
    """Store the corrected rows of a load that pass its checks now; the others stay kept aside.

    `given` has file, line and the feed's columns as text. Raises InputError when a row is not one
    that the load keeps aside, or when the load is of shapes.
    """
    workspace.require(user, "load")
    began = time.monotonic()
    feed, matching = _load(workspace, load_id)
    changed, untouched = _changed(open_rows(workspace, user, load_id), given, name)
    if changed.empty:
        return Fixed(0, 0, 0, untouched, {}, None)
    with Staging(workspace) as staging:
        prepared = _prepare(staging, workspace, load_id, feed, matching, changed)
        broken = dict(staging.rows("SELECT n, rule FROM checked WHERE rule IS NOT NULL"))
    reasons = pd.Series(list(broken.values()), dtype=object).value_counts().to_dict()
    passing = changed.drop(index=changed.index[list(broken)])
    if passing.empty:
        return Fixed(0, 0, len(changed), untouched, reasons, None)
    with Staging(workspace) as staging:
        prepared = _prepare(staging, workspace, load_id, feed, matching, passing)
        new_id = new_load_id()
        mark = partial(_mark, rows=passing[KEY], load_id=load_id, new_id=new_id)
        report = commit.store(workspace, user, staging, prepared, new_id, began, also=mark)
    return Fixed(
        report.rows_stored, report.rows_already_held, len(broken), untouched, reasons, report
    )


def _load(workspace: Workspace, load_id: str) -> tuple[str, dict[str, Any]]:
    rows = workspace.rows(
        "SELECT feed, columns FROM loads WHERE load_id = ? AND NOT is_undone", [load_id]
    )
    if not rows:
        raise InputError(f"There is no load '{load_id}' to correct. See the register of feeds.")
    feed, columns = rows[0][0], json.loads(rows[0][1])
    if feed in SHAPE_FEEDS:
        raise InputError("Shapes are corrected in the map they come from. Load the file again.")
    options = {name: columns[name] for name in _OPTIONS if name in columns}
    if feed in EVENT_FEEDS:
        kinds = workspace.rows(
            f"SELECT DISTINCT time_precision FROM {feed} WHERE load_id = ?", [load_id]
        )
        if len(kinds) == 1 and kinds[0][0]:
            options.setdefault("time_precision", kinds[0][0])
    return feed, {"date_order": "day_first"} | options


def _changed(held: pd.DataFrame, given: pd.DataFrame, name: str) -> tuple[pd.DataFrame, int]:
    """Return the rows of `given` that differ from what is kept aside, and how many do not."""
    fields = [column for column in held.columns if column not in (*KEY, "rule")]
    given = given.reindex(columns=[*KEY, *fields])
    given["file"] = given["file"].astype(str)
    given["line"] = pd.to_numeric(given["line"], errors="coerce")
    given[fields] = given[fields].astype("object").where(given[fields].notna(), "").astype(str)
    given[fields] = given[fields].apply(lambda texts: unmarked(texts.str.strip()))
    if given.duplicated(KEY).any() or held.duplicated(KEY).any():
        raise InputError("A row stands in it twice. Keep each row once.", file=name)
    both = given.merge(held, on=KEY, how="left", suffixes=("", "_held"), indicator="found")
    unknown = both.loc[both["found"] == "left_only"]
    if len(unknown):
        raise InputError(
            f"{len(unknown):,} of its rows are not kept aside by this load (or are fixed already), "
            f"the first from file '{unknown['file'].iloc[0]}'. Leave those rows out.",
            file=name,
        )
    before = both[[f"{field}_held" for field in fields]].fillna("").astype(str).to_numpy()
    is_changed = (both[fields].to_numpy() != before).any(axis=1)
    return both.loc[is_changed, [*KEY, *fields]].reset_index(drop=True), int((~is_changed).sum())


def _prepare(
    staging: Staging,
    workspace: Workspace,
    load_id: str,
    feed: str,
    options: dict[str, Any],
    rows: pd.DataFrame,
) -> Prepared:
    """Read corrected rows as their load read them; officers and devices are hashed already."""
    rows = rows.assign(**_named_by_file(feed, rows))
    fields = [column for column in rows.columns if column not in KEY]
    has_comma = any(rows[name].str.fullmatch(r"-?\d+,\d+").any() for name in fields)
    file = staging.folder / f"corrections of {load_id}.csv"
    rows[fields].to_csv(file, index=False, sep=";" if has_comma else ",")
    persons = [c.name for c in columns_of(feed) if c.kind == "person" and c.name in fields]
    staging.pseudonyms = _pseudonyms(workspace, load_id, persons)
    matching = {name: name for name in fields} | options
    picked = prepare.read_tables(
        staging, workspace, feed, [file], matching, None, None, lambda share, message: None
    )
    picked.is_replacing = True
    if feed == "pings":
        made = pings.prepare(staging, workspace, picked)
    else:
        made = prepare.check_tables(staging, workspace, picked)
    made.mode = "fix"
    made.origin = {"fixed_load": load_id, "fixed_rows": len(rows)}
    return made


def _named_by_file(feed: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Give the column that a file's name stood for: the device of pings, the offence of events."""
    column = "device" if feed == "pings" else "offence" if feed in EVENT_FEEDS else None
    if column is None or column in rows.columns:
        return {}
    return {column: rows["file"].map(lambda file: Path(file).stem)}


def _pseudonyms(workspace: Workspace, load_id: str, persons: list[str]) -> frozenset[str]:
    texts = workspace.rows(
        "SELECT file, CAST(fields AS VARCHAR) FROM quarantine WHERE load_id = ?", [load_id]
    )
    fields = [json.loads(text) for _, text in texts]
    held = {values[name] for values in fields for name in persons if values.get(name)}
    return frozenset(held | {Path(file).stem for file, _ in texts})


def _mark(transaction: Transaction, rows: pd.DataFrame, load_id: str, new_id: str) -> None:
    """Note on the rows kept aside which load fixed them."""
    transaction.execute("CREATE OR REPLACE TEMP TABLE fixed_rows (file VARCHAR, line BIGINT)")
    transaction.insert("fixed_rows", rows)
    transaction.execute(
        """UPDATE quarantine SET fixed_by = ? FROM fixed_rows f
        WHERE load_id = ? AND quarantine.file = f.file AND quarantine.line = f.line""",
        [new_id, load_id],
    )
