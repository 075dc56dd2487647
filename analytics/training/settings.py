"""Settings of training coverage."""

from datetime import date, timedelta
from typing import ClassVar, Self

from pydantic import model_validator

from analytics.workspace import StepSettings, setting


class TrainingSettings(StepSettings):
    """Which rostered days are looked at, and what counts as trained."""

    step: ClassVar[str] = "training"

    from_date: date | None = setting(
        None,
        alias="from",
        title="First day",
        why="The first rostered day looked at; today when left empty.",
    )
    to_date: date | None = setting(
        None,
        alias="to",
        title="Last day",
        why="The last rostered day, included; six days after the first when left empty.",
    )
    courses: list[str] = setting(
        [],
        title="Courses needed",
        why="An officer needs every one of these; left empty, every course in the records.",
    )
    pass_mark: float = setting(
        80.0,
        ge=0,
        le=100,
        unit="%",
        title="Pass mark",
        why="Used where the record holds no pass mark of its own.",
        source="convention",
        rare=True,
    )
    valid_months: int = setting(
        12,
        ge=1,
        le=120,
        unit="months",
        title="Valid for",
        why="Used where the record holds no expiry date of its own.",
        source="convention",
        rare=True,
    )
    warn_days: int = setting(
        60,
        ge=0,
        le=730,
        unit="days",
        title="Show expiries within",
        why="Long enough ahead to book a place on the next course.",
        rare=True,
    )

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if self.from_date and self.to_date and self.to_date < self.from_date:
            raise ValueError(
                f"the last day ({self.to_date}) is before the first ({self.from_date}). Swap them."
            )
        return self

    def first_and_last(self, today: date) -> tuple[date, date]:
        """Return both days looked at, the defaults filled in from `today`."""
        first = self.from_date or (min(today, self.to_date) if self.to_date else today)
        return first, self.to_date or first + timedelta(days=6)
