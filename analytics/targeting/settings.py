"""Every choice behind a list of hot spots, with its default, unit, reason and source."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import model_validator

from analytics.workspace import StepSettings, setting

RankBy = Literal["count", "harm"]
SelectBy = Literal["number", "share_of_count", "share_of_harm", "share_of_area"]
CellShape = Literal["hexagon", "square", "street", "polygon", "given"]
PartOfDay = Literal["all", "day", "night", "both"]


class TargetingSettings(StepSettings):
    """Settings of step 3; a settings file may hold any subset of them."""

    step: ClassVar[str] = "targeting"

    scope: str | None = setting(
        None,
        title="Scope",
        why="A saved definition of the violence that this list is about; it sets offences and flags.",
        source="Serious Violence Duty 2022 guidance: each area defines its own",
    )
    rank_by: RankBy = setting(
        "count",
        title="Rank by",
        why="Count says where most happens, harm where the gravest happens; the two lists differ.",
        source="Sherman, Neyroud and Neyroud 2016, doi 10.1093/police/paw003",
    )
    select_by: SelectBy = setting(
        "number",
        title="Choose by",
        why="A number fits patrol capacity; a share says how much crime or ground it must reach.",
    )
    select: float = setting(
        60,
        title="Number of hot spots, or a share from 0 to 1",
        why="South Yorkshire worked with 60 places; each further place adds less.",
        source="South Yorkshire, reported by the Yorkshire Post, 28 Oct 2022",
        gt=0,
    )
    minimum_count: int = setting(
        1,
        title="At least this many crimes in the period",
        unit="crimes",
        why="A place with a handful of crimes is on the list by chance; 6 is a common floor.",
        ge=1,
        le=100,
    )
    cell_width_m: int = setting(
        150,
        title="Cell width",
        unit="m",
        why="Across flats, so a 150 m hexagon is 1.95 hectares: officers can walk it in a visit.",
        source="Southend 2021, Birmingham 2017 (150 m places)",
        ge=25,
        le=5000,
    )
    cell_shape: CellShape = setting(
        "hexagon",
        title="Kind of place",
        why="Hexagons and squares are equal, so that ranks compare like with like; streets are "
        "what officers walk; own polygons and given cells are those loaded as places.",
        source="the guide's step 3 ranks equal-sized areas; Weisburd 2015 on street segments",
    )
    places_kind: str = setting(
        "",
        title="Kind of loaded places (empty: all)",
        why="For own polygons and given cells: which kind of the loaded places to rank.",
    )
    snap_limit_m: int = setting(
        50,
        title="Farthest that a crime may lie from its street",
        unit="m",
        why="Each crime goes to the nearest street; one farther off than this counts as outside.",
        rare=True,
        ge=1,
        le=500,
    )
    longest_street_m: int = setting(
        200,
        title="Longest street segment",
        unit="m",
        why="A street between two junctions that is longer is cut into equal parts.",
        rare=True,
        ge=25,
        le=5000,
    )
    street_width_m: float = setting(
        20.0,
        title="Ground on either side of a street",
        unit="m",
        why="Gives a street the outline that maps, geofences and crimes per hectare need.",
        rare=True,
        ge=5,
        le=100,
    )
    area_tolerance: float = setting(
        0.1,
        title="Difference in area that is told",
        why="Ranks compare equal places; above this share between largest and smallest it is said.",
        rare=True,
        ge=0,
        le=10,
    )
    rank_per_hectare: bool = setting(
        False,
        title="Rank by density",
        why="Per hectare (streets: per 100 m), where places differ in size; equal cells keep their "
        "order.",
        rare=True,
    )
    persistent_years: int = setting(
        0,
        title="At the top in at least this many years (0: not asked)",
        unit="years",
        why="A place that is at the top once may be there by chance; 2 of 3 years is a common rule.",
        ge=0,
        le=5,
    )
    persistence_window_years: int = setting(
        3,
        title="Years looked back for that",
        unit="years",
        why="Whole years back from the end of the ranking period, by count in each year.",
        rare=True,
        ge=1,
        le=10,
    )
    part_of_day: PartOfDay = setting(
        "all",
        title="Hours",
        why="A place of the night economy and a place of the school run need different patrols; "
        "both makes one list of the day's and the night's places.",
    )
    night_from_hour: int = setting(
        18,
        title="Night begins",
        unit="hour",
        why="A crime counts where most of its known span falls; without a time it counts in "
        "neither part.",
        rare=True,
        ge=0,
        le=23,
    )
    night_to_hour: int = setting(
        6,
        title="Night ends",
        unit="hour",
        why="The day is the rest; the two must differ.",
        rare=True,
        ge=0,
        le=23,
    )
    offences: list[str] = setting(
        [],
        title="Offences (none chosen: all)",
        why="The offence list is the definition of the problem; codes or names as in the extract.",
        source="Serious Violence Duty 2022 guidance: each area defines its own",
    )
    from_date: date | None = setting(
        None,
        title="From",
        alias="from",
        why="First calendar day of the ranking period; empty is the first crime held.",
        source="convention: two to three years for stable ranks",
    )
    to_date: date | None = setting(
        None,
        title="To (included)",
        alias="to",
        why="Last calendar day; empty is the day before the test period, or the last crime held.",
    )
    test_from: date | None = setting(
        None,
        title="Test from",
        why="A list must be judged on crime that came after it: ranks regress to the mean.",
        source="Chainey, Tompson and Uhlig 2008",
    )
    test_to: date | None = setting(
        None,
        title="Test to (included)",
        why="Last calendar day of the test period; empty is the last crime held.",
    )
    study_area: Literal["boundary", "trimmed_hull", "hull"] = setting(
        "boundary",
        title="Study area",
        why="Shares of area and PAI refer to it; a hull is stretched by stray points.",
        rare=True,
    )
    grid_origin: Literal["fixed", "lower_left"] = setting(
        "fixed",
        title="Grid origin",
        why="Fixed keeps a cell's identity from load to load; lower left compares with others.",
        rare=True,
    )
    merge_touching: bool = setting(
        False,
        title="Merge touching cells",
        why="One place may cover several cells, or streets that share a junction; the number "
        "chosen then counts merged places.",
        rare=True,
    )
    is_domestic_excluded: bool = setting(
        False,
        title="Leave out domestic crimes",
        why="Patrol acts on what can be seen in public; needs a domestic flag in the extract.",
        source="South Yorkshire, reported by the Yorkshire Post, 28 Oct 2022",
        rare=True,
    )
    is_public_place_only: bool = setting(
        False,
        title="Public places only",
        why="Patrol acts on what can be seen in public; needs a public-place flag.",
        source="South Yorkshire, reported by the Yorkshire Post, 28 Oct 2022",
        rare=True,
    )
    is_proactive_excluded: bool = setting(
        False,
        title="Leave out proactive detections",
        why="What police activity finds draws police back to where they already were.",
        source="Sherman, Neyroud and Neyroud 2016",
        rare=True,
    )
    heaping_share: float = setting(
        0.2,
        title="Share of a place's records that calls for a decision",
        why="Prisons, hospitals and stations gather records of what happened elsewhere.",
        rare=True,
        gt=0,
        le=1,
    )
    harm_table: str | None = setting(
        None,
        title="Harm weights",
        why="Name and version of the table of weights; empty is the one loaded last.",
        source="Sherman, Neyroud and Neyroud 2016, doi 10.1093/police/paw003",
        rare=True,
    )
    unscored_harm_limit: float = setting(
        0.1,
        title="Most crimes without a harm weight",
        why="Above it a harm ranking would rest on the offences that happen to be scored.",
        rare=True,
        ge=0,
        le=1,
    )
    significance_level: float = setting(
        0.05,
        title="Significance level",
        why="For Gi*, after the Benjamini-Hochberg correction over all cells.",
        source="Getis and Ord 1992; Benjamini and Hochberg 1995",
        rare=True,
        gt=0,
        lt=1,
    )
    visit_min: float = setting(
        15.0,
        title="Minutes a visit",
        unit="min",
        why="For the patrol hours that the list implies; the plan itself is made in step 5.",
        source="Koper 1995 (10 to 16 minutes)",
        rare=True,
        gt=0,
        le=60,
    )
    visits_per_day: float = setting(
        1.0,
        title="Visits a place and day",
        why="For the patrol hours that the list implies; the plan itself is made in step 5.",
        rare=True,
        gt=0,
        le=24,
    )

    walkable_m: int = setting(
        400,
        title="Longest way across a place",
        unit="m",
        why="At 4.5 km/h, 400 m there and back takes 11 of the 15 minutes of a visit.",
        rare=True,
        ge=50,
        le=5000,
    )
    merge_within_m: int = setting(
        50,
        title="Widest gap between places that may be merged",
        unit="m",
        why="Across a street two places are one walk; the ground between is then counted too.",
        rare=True,
        ge=0,
        le=500,
    )

    @model_validator(mode="after")
    def _hang_together(self) -> "TargetingSettings":
        if self.select_by == "number":
            if self.select != int(self.select) or self.select < 1:
                raise ValueError(
                    f"'select' is {self.select:g}, but chosen by number it must be a whole number "
                    "of at least 1."
                )
        elif self.select > 1:
            raise ValueError(
                f"'select' is {self.select:g}, but chosen by share it must be above 0 and at "
                "most 1."
            )
        for first, last, names in (
            (self.from_date, self.to_date, "'from' is after 'to'"),
            (self.test_from, self.test_to, "'test_from' is after 'test_to'"),
        ):
            if first and last and first > last:
                raise ValueError(f"{names} ({first} > {last}). Swap or correct the dates.")
        if self.night_from_hour == self.night_to_hour:
            raise ValueError("Night begins and ends at the same hour. Choose different hours.")
        if self.part_of_day == "both" and self.merge_touching:
            raise ValueError(
                "Places of day and night cannot be merged in one list. Make a list for the day or "
                "the night, or leave the cells unmerged."
            )
        if self.persistent_years > self.persistence_window_years:
            raise ValueError(
                f"{self.persistent_years} of the last {self.persistence_window_years} years cannot "
                "be met. Look back over more years, or ask for fewer."
            )
        if self.test_to and not self.test_from:
            raise ValueError("'test_to' is given without 'test_from'. Give both, or neither.")
        return self
