"""What a load did with every row."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from analytics.technology.checks import Check
from analytics.technology.feeds import columns_of
from analytics.workspace import InputError
from analytics.workspace.schema import EVENT_FEEDS

Mode = Literal["add", "replace"]


@dataclass(frozen=True)
class LoadReport:
    """What a load did with every row: `rows_read` is the sum of stored, kept aside and held.

    `mode` is "add" or "replace"; `changes` are the counts of `compare.ExtractChanges` where the
    feed held records of the same period.
    """

    load_id: str
    feed: str
    files: list[str]
    rows_read: int
    rows_stored: int
    rows_quarantined: int
    rows_already_held: int
    reasons: dict[str, int]
    first: str | None
    last: str | None
    warnings: list[str]
    seconds: float
    columns: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    mode: str = "add"
    changes: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values, under the names of the command line."""
        return self.__dict__ | {"checks": [check.as_json() for check in self.checks]}


@dataclass
class Prepared:
    """A load read and checked in staging, ready to be stored.

    `ready` names the staged rows to store and `stored_columns` their columns; `first` and `last`
    are ISO dates; `known_files` are numbers of files that an earlier load already accounted for;
    `rows_each` is how many rows read stand behind one stored row. `recorded_files` are the names
    to be stored: pseudonyms where a file's name names a device. `origin` names the load whose rows
    kept aside are corrected.
    """

    feed: str
    files: list[str]
    hashes: list[str]
    columns: dict[str, Any]
    stored_columns: str = ""
    warnings: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    first: str | None = None
    last: str | None = None
    crs: str = ""
    known_files: list[int] = field(default_factory=list)
    rows_each: int = 1
    recorded_files: list[str] = field(default_factory=list)
    mode: str = "add"
    origin: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.recorded_files = self.recorded_files or self.files


def checked_mode(feed: str, mode: str) -> Mode:
    """Return the mode; raises InputError when it is unknown or the feed cannot be replaced."""
    columns_of(feed)
    if mode not in get_args(Mode):
        raise InputError(f"The mode '{mode}' is not known. Use 'add' or 'replace'.")
    if mode == "replace" and feed not in EVENT_FEEDS:
        raise InputError(
            f"Only {', '.join(EVENT_FEEDS)} can be replaced by a newer extract. Undo the older "
            f"load of {feed} instead, then load the newer file."
        )
    return mode
