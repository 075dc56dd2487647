"""Every choice behind what is said of places over time and of their days and hours."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import model_validator

from analytics.workspace import StepSettings, setting

Step = Literal["auto", "month", "quarter"]
Nation = Literal["ENG", "WLS", "SCT", "NIR"]


class OverTimeSettings(StepSettings):
    """Settings of step 3 for change over time."""

    step: ClassVar[str] = "targeting, over time"

    before: list[date] | None = setting(
        None,
        title="Before",
        why="First and last calendar day; empty is the same length before the later period.",
    )
    after: list[date] | None = setting(
        None,
        title="After",
        why="First and last calendar day; empty is the last twelve whole months held.",
    )
    level: float = setting(
        0.95,
        title="Confidence of intervals",
        why="The exact limits of a ratio of two Poisson rates hold the true one this often.",
        source="Clopper and Pearson 1934; Przyborowski and Wilenski 1940",
        rare=True,
        gt=0.5,
        lt=1,
    )
    false_discovery: float = setting(
        0.05,
        title="False discoveries allowed",
        why="Of the places said to have risen or fallen, the share that chance may have put there.",
        source="Benjamini and Hochberg 1995",
        rare=True,
        gt=0,
        lt=1,
    )
    steps: Step = setting(
        "auto",
        title="Steps of the space-time categories",
        why="Months where the listed places have three crimes a month on average, else quarters if "
        "there are ten of them.",
        rare=True,
    )
    steps_back: int = setting(
        1,
        title="Steps looked back",
        unit="steps",
        why="A step is judged together with the one before, so that one quiet month ends nothing.",
        source="Esri's default for its emerging hot spot tool, from memory",
        rare=True,
        ge=0,
        le=3,
    )

    @model_validator(mode="after")
    def _periods_in_order(self) -> "OverTimeSettings":
        for name, days in (("before", self.before), ("after", self.after)):
            if days is None:
                continue
            if len(days) != 2 or days[0] > days[1]:
                raise ValueError(f"'{name}' needs a first and a last day, in this order.")
        if self.before and self.after and self.before[1] >= self.after[0]:
            raise ValueError("The earlier period must end before the later one begins.")
        return self


class WhenSettings(StepSettings):
    """Settings of step 3 for the days and hours of crime."""

    step: ClassVar[str] = "targeting, when"

    share: float = setting(
        0.5,
        title="Share of the crime to be held by patrol windows",
        why="Fewer hours hold half of the crime than one would think; the rest takes many more.",
        ge=0.1,
        le=0.95,
    )
    block_hours: int = setting(
        3,
        title="Shortest window",
        unit="hours",
        why="A unit cannot be sent out for single hours.",
        ge=1,
        le=8,
    )
    nation: Nation = setting(
        "ENG",
        title="Bank holidays of",
        why="Scotland and Northern Ireland have other days.",
        source="python package holidays, compared with gov.uk's list in a test",
        rare=True,
    )
    fewest_on_day_type: int = setting(
        10,
        title="Fewest days of a kind",
        unit="days",
        why="Below it a rate of school holidays or bank holidays rests on single days.",
        rare=True,
        ge=1,
        le=100,
    )
    level: float = setting(
        0.95,
        title="Confidence of intervals",
        why="Intervals hold the true value this often if crimes happen independently.",
        rare=True,
        gt=0.5,
        lt=1,
    )
