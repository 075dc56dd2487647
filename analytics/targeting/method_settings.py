"""Choices behind the other ways of finding hot spots that a list is compared with."""

from typing import ClassVar, Literal

from analytics.workspace import StepSettings, setting


class MethodSettings(StepSettings):
    """Parameters of kernel density, crowded areas, near repeats and the shuffles."""

    step: ClassVar[str] = "targeting-methods"

    bandwidth_m: float | None = setting(
        None,
        title="Bandwidth of the kernel density",
        unit="m",
        why="Empty: twice the cell width, so 300 m at 150 m: the cell and those round it.",
        source="convention (150 to 300 m for a city)",
        ge=10,
        le=5000,
    )
    eps_m: float | None = setting(
        None,
        title="Reach of DBSCAN",
        unit="m",
        why="Empty: half the cell width, so that the ground looked at is about one cell.",
        source="convention; Ester, Kriegel, Sander and Xu 1996",
        ge=5,
        le=2000,
    )
    min_samples: int | None = setting(
        None,
        title="Fewest crimes within reach, the crime itself included",
        unit="crimes",
        why="Empty: as crowded as the list's emptiest place; also HDBSCAN's smallest area.",
        source="convention; Ester, Kriegel, Sander and Xu 1996",
        ge=2,
        le=100_000,
    )
    near_repeat_band_m: float = setting(
        100.0,
        title="Near repeats: width of a distance band",
        unit="m",
        why="Narrow bands show how far a crime's shadow reaches; 100 m is about a street.",
        source="convention; bands as in the Near Repeat Calculator",
        ge=10,
        le=2000,
    )
    near_repeat_bands: int = setting(
        3,
        title="Near repeats: number of distance bands",
        unit="bands",
        why="Beside the same spot and everything further away.",
        ge=1,
        le=10,
    )
    near_repeat_band_days: int = setting(
        7,
        title="Near repeats: width of a time band",
        unit="days",
        why="A week keeps the weekday out of it; plans are made by the week.",
        source="convention; bands as in the Near Repeat Calculator",
        ge=1,
        le=90,
    )
    near_repeat_time_bands: int = setting(
        3,
        title="Near repeats: number of time bands",
        unit="bands",
        why="Beside everything later.",
        ge=1,
        le=12,
    )
    near_repeat_metric: Literal["euclidean", "manhattan"] = setting(
        "euclidean",
        title="Near repeats: distance",
        why="Euclidean is the straight line; Manhattan follows a street grid of right angles.",
        rare=True,
    )
    near_repeat_shuffles: int = setting(
        999,
        title="Near repeats: shuffles of the dates",
        unit="shuffles",
        why="The smallest p that can be told is 1 / (shuffles + 1).",
        source="Knox 1964; Ratcliffe's Near Repeat Calculator",
        rare=True,
        ge=19,
        le=9999,
    )
    permutations: int = setting(
        9999,
        title="Gi*: permutations",
        unit="permutations",
        why="The smallest p is 1 / (permutations + 1); a correction over many cells needs it small.",
        source="Anselin 1995",
        rare=True,
        ge=99,
        le=999_999,
    )
    seed: int = setting(
        1,
        title="Seed of the shuffles",
        why="The same seed gives the same p-values again.",
        rare=True,
        ge=0,
        le=2**31 - 1,
    )
