"""What decides a visit, in one model: form, command line, run record and documentation."""

from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from analytics.workspace import StepSettings, setting


class TrackingSettings(StepSettings):
    """Settings of step 6."""

    step: ClassVar[str] = "tracking"

    from_date: date | None = setting(
        None,
        alias="from",
        title="From",
        why="First patrol day counted; empty is the first day that has GPS fixes.",
    )
    to_date: date | None = setting(
        None,
        alias="to",
        title="To",
        why="Last patrol day counted; empty is the last day that has GPS fixes.",
    )
    dwell_minutes: float = setting(
        10.0,
        title="Shortest qualifying visit",
        unit="minutes",
        why="Visits of ten minutes or more kept a place calm for longest.",
        source="convention, resting on Koper (1995)",
        ge=0,
        le=240,
    )
    gap_minutes: float = setting(
        5.0,
        title="Longest gap inside one visit",
        unit="minutes",
        why="Fixes inside a place no further apart than this are one visit.",
        source="convention; at least twice the 95th percentile of the ping interval",
        gt=0,
        le=120,
    )
    buffer_m: float = setting(
        0.0,
        title="Buffer round each place",
        unit="m",
        why="GPS drifts by 3-10 m under open sky: a buffer catches more and claims more.",
        source="convention; report 0 and 25 m",
        ge=0,
        le=500,
    )
    places: Literal["hotspots", "saved"] = setting(
        "hotspots",
        title="Places",
        why="Each day is judged by the hot spot list in force; saved places serve a trial.",
        rare=True,
    )
    place_kind: str = setting(
        "",
        title="Kind of saved place",
        why="Only saved places of this kind; empty is every kind but exclusions.",
        rare=True,
    )
    place_ids: list[str] = setting(
        [],
        title="Saved places",
        why="Only these saved places; empty is all of the kind.",
        rare=True,
    )
    vehicle_speed_kmh: float = setting(
        30.0,
        title="Vehicle speed",
        unit="km/h",
        why="A stay whose mean speed inside is above this is a drive-through, not patrol.",
        gt=0,
        le=200,
        rare=True,
    )
    accuracy_max_m: float = setting(
        50.0,
        title="Worst accuracy used",
        unit="m",
        why="A fix that may be off by more than this is left out and counted.",
        gt=0,
        le=1000,
        rare=True,
    )
    impossible_speed_kmh: float = setting(
        200.0,
        title="Impossible speed",
        unit="km/h",
        why="A fix reached and left faster than this is a jump of the GPS; it is left out and counted.",
        gt=0,
        le=2000,
        rare=True,
    )
    keep_every: int = setting(
        1,
        title="Use every n-th fix",
        why="1 uses all; more shows what a device that reports less often would have measured.",
        ge=1,
        le=20,
        rare=True,
    )
    project_only: bool = setting(
        False,
        title="Count project units only",
        why="Leaves out devices that are not on the roster of the day; otherwise they are shown beside.",
        rare=True,
    )
    exclusion_radius_m: float = setting(
        50.0,
        title="Radius of exclusion points",
        unit="m",
        why="Waiting at a station, custody suite or hospital is presence, not patrol.",
        source="convention",
        ge=0,
        le=500,
        rare=True,
    )

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.from_date and self.to_date and self.to_date < self.from_date:
            raise ValueError("'to' is before 'from'. Swap the two dates.")
        return self
