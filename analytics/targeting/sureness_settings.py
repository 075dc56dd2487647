"""Choices behind the two tests of a list: against later crime, and against chance."""

from typing import ClassVar

from analytics.workspace import StepSettings, setting


class BacktestSettings(StepSettings):
    """Cut dates, windows and methods of the rolling-origin backtest."""

    step: ClassVar[str] = "targeting-backtest"

    every_months: int = setting(
        3,
        title="A cut date every",
        unit="months",
        why="Each cut date ranks by what came before it and judges by what came after.",
        source="Tashman 2000, doi 10.1016/S0169-2070(00)00065-0 (rolling origin)",
        ge=1,
        le=12,
    )
    over_months: int = setting(
        24,
        title="Cut dates within the last",
        unit="months",
        why="Counted back from the last cut date that leaves a whole test window.",
        ge=1,
        le=60,
    )
    test_months: int = setting(
        6,
        title="Judged on the following",
        unit="months",
        why="As long as a list stays in force; a longer window holds more crimes and fewer cuts.",
        ge=1,
        le=24,
    )
    train_months: int | None = setting(
        None,
        title="Ranked by at most the preceding",
        unit="months",
        why="Empty: as many months as the list's own ranking period. Fewer where fewer are held.",
        ge=1,
        le=120,
    )
    fewest_train_months: int = setting(
        12,
        title="Ranked by at least",
        unit="months",
        why="Below a year a ranking mixes places with seasons; earlier cut dates are left out.",
        rare=True,
        ge=1,
        le=60,
    )
    half_life_months: float = setting(
        6.0,
        title="Half-life of the recency weights",
        unit="months",
        why="A crime this many months before the cut counts half as much as one at the cut.",
        rare=True,
        gt=0,
        le=120,
    )
    bandwidth_m: float | None = setting(
        None,
        title="Bandwidth of the kernel density",
        unit="m",
        why="Empty: twice the cell width. Quartic kernel on the cells' centres.",
        source="convention (150 to 300 m for a city)",
        rare=True,
        ge=10,
        le=5000,
    )
    eps_m: float | None = setting(
        None,
        title="Reach of DBSCAN",
        unit="m",
        why="Empty: half the cell width, so that an area begins within about one cell.",
        rare=True,
        ge=5,
        le=2000,
    )
    resamples: int = setting(
        2000,
        title="Redraws of the places",
        why="For the interval of the difference between two methods.",
        rare=True,
        ge=200,
        le=20_000,
    )
    seed: int = setting(1, title="Seed", why="The same seed gives the same intervals.", rare=True)


class StabilitySettings(StepSettings):
    """How often crimes are redrawn, and which other grids are tried."""

    step: ClassVar[str] = "targeting-stability"

    draws: int = setting(
        500,
        title="Redraws of the weeks",
        why="Whole weeks (months, where no days are known) are drawn again with replacement.",
        source="Efron 1979; Künsch 1989",
        ge=100,
        le=5000,
    )
    firm_share: float = setting(
        0.8,
        title="Firm from",
        why="Share of redraws in which a place must make the list to be called firm.",
        gt=0.5,
        le=1,
    )
    doubtful_share: float = setting(
        0.5,
        title="Could as well be out below",
        why="In fewer redraws than this the place is more often off the list than on it.",
        gt=0,
        le=0.5,
    )
    shifts: int = setting(
        3,
        title="Grid positions each way",
        why="Three each way are nine positions of the grid, a third of a cell apart.",
        rare=True,
        ge=2,
        le=5,
    )
    widths_m: list[int] = setting(
        [100, 150, 200, 250],
        title="Other cell widths, in metres",
        why="Each with as many cells as cover the same ground.",
        rare=True,
        min_length=1,
        max_length=8,
    )
    seed: int = setting(1, title="Seed", why="The same seed gives the same redraws.", rare=True)
