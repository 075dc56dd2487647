"""What decides an evaluation, in one model: form, command line, run record and documentation."""

from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from analytics.workspace import StepSettings, setting

Window = tuple[date, date]


class TestingSettings(StepSettings):
    """Settings of step 7."""

    __test__ = False  # pytest takes a class named Test... for a test
    step: ClassVar[str] = "testing"

    design: Literal["before_after", "crossover"] = setting(
        "before_after",
        title="Design",
        why="Before/after compares places over time; crossover compares days drawn by lot.",
        source="Southend and Bedfordshire were crossovers: Basford et al. 2021; Bland et al. 2021",
    )
    before: Window | None = setting(
        None,
        title="Before",
        why="First and last day before patrol; empty is the same days a year before 'after'.",
        source="convention: the same months a year apart",
    )
    after: Window | None = setting(
        None,
        title="After",
        why="First and last day with patrol; empty is since the list's start, or the trial.",
        source="convention: the same months a year apart",
    )
    outcome: Literal["count", "harm"] = setting(
        "count",
        title="Primary outcome",
        why="One outcome is fixed in advance, because among many one succeeds by chance.",
    )
    treated: list[str] = setting(
        [],
        title="Treated places",
        why="Ids of saved places or hot spots; empty is the list in force, else the trial's.",
    )
    comparison: list[str] = setting(
        [],
        title="Comparison places",
        why="Ids of any saved places; empty is every saved place of kind comparison.",
    )
    displacement_m: float = setting(
        100.0,
        title="Width of the ring for displacement",
        unit="m",
        why="Crime that moves is looked for within this distance of the place.",
        source="Bland et al. 2021 (Bedfordshire) looked within 100 m",
        ge=0,
        le=2000,
    )
    offences: list[str] = setting(
        [],
        title="Offences",
        why="Names or codes of the offences counted; empty is all.",
    )
    is_public_place_only: bool = setting(
        False,
        title="Public places only",
        why="Patrol acts on what can be seen; off counts the crimes that the list was made from; "
        "crimes of unknown setting stay in.",
    )
    level: float = setting(
        0.95,
        title="Level of the intervals",
        why="Share of such intervals that hold the true effect.",
        source="Wheeler and Ratcliffe 2018",
        ge=0.5,
        le=0.999,
        rare=True,
    )
    seed: int = setting(
        1,
        title="Seed",
        why="Resampling and permutation give the same result again from the same seed.",
        ge=0,
        rare=True,
    )
    resamples: int = setting(
        1999,
        title="Resamples and permutations",
        why="More make the interval of harm and the permutation p-value steadier.",
        ge=199,
        le=19999,
        rare=True,
    )

    @model_validator(mode="after")
    def _windows_in_order(self) -> Self:
        for name, window in (("before", self.before), ("after", self.after)):
            if window and window[1] < window[0]:
                raise ValueError(f"'{name}' ends before it starts. Swap its two dates.")
        if self.before and self.after and self.before[1] >= self.after[0]:
            raise ValueError("'before' must end before 'after' starts. Move one of them.")
        return self
