"""Settings of patrol plans."""

from datetime import date, timedelta
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from analytics.workspace import StepSettings, setting

KOPER = "Koper 1995; Police Foundation, 5 Things: hot spots and the Koper curve"
LONGEST_PLAN_DAYS = 31


class TaskingSettings(StepSettings):
    """What a plan must serve, how units move, and how its order is drawn."""

    step: ClassVar[str] = "tasking"

    from_date: date | None = setting(
        None,
        alias="from",
        title="First day",
        why="The first patrol day of the plan; today when left empty.",
    )
    to_date: date | None = setting(
        None,
        alias="to",
        title="Last day",
        why="The last patrol day of the plan, included; six days after the first when left empty.",
    )
    visit_minutes: int = setting(
        15,
        ge=10,
        le=16,
        unit="minutes",
        title="Length of a visit",
        why="Stops of 10 to 16 minutes were followed by the longest calm; longer adds little.",
        source=KOPER,
    )
    visits_per_day: float = setting(
        2.0,
        gt=0,
        le=12,
        unit="per hot spot",
        title="Visits a day, on average",
        why="The mean over all hot spots; each one's part follows its share of crime or harm.",
    )
    share_out: Literal["share", "equal"] = setting(
        "share",
        title="Share the visits out",
        why="By share of crime or harm; equal spreading is the named mistake, save in a trial.",
        source="Serious violence hot spots policing guide, step three",
    )
    weigh_by: Literal["count", "harm"] = setting(
        "count",
        title="Weigh hot spots by",
        why="What a hot spot's share is a share of: the list's crimes or their harm.",
    )
    seed: int | None = setting(
        None,
        ge=0,
        le=2**31 - 1,
        title="Seed of the random order",
        why="Left empty, a fresh one is drawn and kept; given again, it gives the same plan.",
        rare=True,
    )
    break_minutes: int = setting(
        45,
        ge=0,
        le=120,
        unit="minutes",
        title="Meal break",
        why="Taken at the base, near the middle of shifts longer than six hours.",
        rare=True,
    )
    admin_minutes: int = setting(
        30,
        ge=0,
        le=180,
        unit="minutes per shift",
        title="Briefing and paperwork",
        why="Half at the start and half at the end of each shift, at the base.",
        rare=True,
    )
    walking_kmh: float = setting(
        4.8,
        ge=2,
        le=8,
        unit="km/h",
        title="Speed on foot",
        why="An ordinary walking pace.",
        rare=True,
    )
    cycling_kmh: float = setting(
        13.0,
        ge=5,
        le=30,
        unit="km/h",
        title="Speed on a bicycle",
        why="An ordinary pace in town.",
        rare=True,
    )
    driving_kmh: float = setting(
        24.0,
        ge=5,
        le=80,
        unit="km/h",
        title="Speed by car",
        why="An ordinary mean in town, with junctions and traffic.",
        rare=True,
    )
    parking_minutes: float = setting(
        2.0,
        ge=0,
        le=15,
        unit="minutes per drive",
        title="Parking",
        why="Time to stop, lock and walk in; without it a plan by car promises too much.",
        rare=True,
    )
    detour_factor: float = setting(
        1.3,
        ge=1,
        le=3,
        title="Detour factor",
        why="Way by street over straight line, where no loaded street joins two places.",
        rare=True,
    )
    travel_by: Literal["streets", "straight"] = setting(
        "streets",
        title="Travel",
        why="Along the streets where they are loaded; or straight lines times the detour factor.",
        rare=True,
    )
    window_minutes: int = setting(
        180,
        ge=30,
        le=720,
        unit="minutes",
        title="Freedom of a visit's start",
        why="Each visit is drawn a moment from the hours of need and may start this far around it.",
        rare=True,
    )
    spacing_minutes: int = setting(
        30,
        ge=0,
        le=240,
        unit="minutes",
        title="Least time between visits",
        why="Keeps two visits of the same place on the same day apart.",
        rare=True,
    )
    nation: Literal["ENG", "WLS", "SCT", "NIR"] = setting(
        "ENG",
        title="Bank holidays of",
        why="Scotland and Northern Ireland have other days.",
        source="python package holidays",
        rare=True,
    )
    bank_holiday_need: Literal["weekday", "sunday"] = setting(
        "weekday",
        title="Need on bank holidays",
        why="As on their weekday, and flagged; or as on a Sunday, where the force finds it so.",
        rare=True,
    )
    least_visits_per_day: float = setting(
        0.5,
        ge=0,
        le=6,
        unit="visits per day",
        title="Least for any hot spot",
        why="No signed-off place goes without: at one half, each is wanted every other day.",
        rare=True,
    )
    most_visits_per_day: float = setting(
        6.0,
        ge=1,
        le=24,
        unit="visits per day",
        title="Most for any hot spot",
        why="Six spread over twelve hours is one every two hours, the frequency advised.",
        source=KOPER,
        rare=True,
    )
    order_slack: float = setting(
        0.25,
        ge=0,
        le=2,
        unit="share of the shortest travel",
        title="Travel spent on a random order",
        why="How much longer than the shortest a route may be so that nobody can foresee it.",
        rare=True,
    )
    iterations: int = setting(
        1200,
        ge=50,
        le=100_000,
        unit="iterations per day",
        title="Effort of the search",
        why="The search stops by this count, so that a seed gives its plan again.",
        rare=True,
    )
    most_seconds_per_day: float = setting(
        60.0,
        ge=1,
        le=3600,
        unit="seconds per day",
        title="Guard on the search",
        why="Stops a search that would not end; a plan that it cut short says so.",
        rare=True,
    )

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if self.from_date and self.to_date:
            days = (self.to_date - self.from_date).days + 1
            if days < 1:
                raise ValueError(
                    f"the last day ({self.to_date}) is before the first ({self.from_date}). "
                    "Swap them."
                )
            if days > LONGEST_PLAN_DAYS:
                raise ValueError(
                    f"a plan of {days} days is too long. Plan {LONGEST_PLAN_DAYS} days or fewer."
                )
        return self

    def first_and_last(self, today: date) -> tuple[date, date]:
        """Return both days of the plan, the defaults filled in from `today`."""
        if self.from_date:
            return self.from_date, self.to_date or self.from_date + timedelta(days=6)
        if self.to_date:
            return min(today, self.to_date), self.to_date
        return today, today + timedelta(days=6)
