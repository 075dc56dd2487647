"""Financial quarters, April to March, as funders count them."""

from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("Apr to Jun", "Jul to Sep", "Oct to Dec", "Jan to Mar")


@dataclass(frozen=True)
class Quarter:
    """One quarter of a financial year; `year` is that of its April."""

    year: int
    number: int

    @property
    def year_name(self) -> str:
        """Its financial year, April to March, as "2026-27"."""
        return f"{self.year}-{(self.year + 1) % 100:02d}"

    @property
    def key(self) -> str:
        """The quarter as "2026-27 Q1"."""
        return f"{self.year_name} Q{self.number}"

    @property
    def title(self) -> str:
        """The quarter as "2026-27 Q1 (Apr to Jun 2026)"."""
        return f"{self.key} ({_MONTHS[self.number - 1]} {self.first.year})"

    @property
    def first(self) -> date:
        """Its first day."""
        month = (4, 7, 10, 1)[self.number - 1]
        return date(self.year + (self.number == 4), month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after().first - timedelta(days=1)

    def after(self) -> "Quarter":
        """Return the quarter that follows."""
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)


def quarter_of(day: date) -> Quarter:
    """Return the financial quarter of a day."""
    number = (4, 1, 2, 3)[(day.month - 1) // 3]
    return Quarter(day.year - (number == 4), number)


def quarters_between(first: date, last: date) -> list[Quarter]:
    """Return every quarter with a day from `first` to `last`, the newest first."""
    found = [quarter_of(first)]
    while found[-1].last < last:
        found.append(found[-1].after())
    return found[::-1]
