"""What a load did with every row."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class LoadReport:
    """What a load did with every row: `rows_read` is the sum of stored, kept aside and held."""

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

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values, under the names of the command line."""
        return dict(self.__dict__)


@dataclass
class Prepared:
    """A load read and checked in staging, ready to be stored.

    `ready` names the staged rows to store and `stored_columns` their columns; `first` and `last`
    are ISO dates; `known_files` are numbers of files that an earlier load already accounted for;
    `rows_each` is how many rows read stand behind one stored row. `recorded_files` are the names
    to be stored: pseudonyms where a file's name names a device.
    """

    feed: str
    files: list[str]
    hashes: list[str]
    columns: dict[str, Any]
    stored_columns: str = ""
    warnings: list[str] = field(default_factory=list)
    first: str | None = None
    last: str | None = None
    crs: str = ""
    known_files: list[int] = field(default_factory=list)
    rows_each: int = 1
    recorded_files: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recorded_files = self.recorded_files or self.files
