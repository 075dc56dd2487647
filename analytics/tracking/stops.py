"""Stop and search in and near hot spots by recorded ethnicity, and how often the object was found.

Shares and rates have Wilson intervals, ratios those of Woolf (1955) or exact ones. Small counts are
withheld, and others with them where those shown would give them away (`suppression`). The periods
are whole financial quarters, so that no two can be subtracted from each other.
"""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.tracking.compliance import wilson
from analytics.tracking.ethnicity import BASES, UNKNOWN, groups_of
from analytics.tracking.places import judged_places
from analytics.tracking.quarters import Quarter, quarters_between
from analytics.tracking.rates import LEAST_SHOWN
from analytics.tracking.residents import read_population
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.stops_tables import AREAS, OUTCOMES, tables_of, unknown_shown
from analytics.workspace import InputError, NotMeasurable, User, Workspace, note_evidence

NEAR_M = 200
"""A stop this near a hot spot, but outside it, is counted as near (convention)."""


@dataclass(frozen=True)
class Stops:
    """Stops of a quarter by group and where they were made, and what came of them.

    `totals` counts the stops of each of `AREAS`. `table` has a row per group with the counts of
    the areas (`all` where no stop is placed), shares inside and elsewhere, ratios. `found` has a
    row per group with found, not_found, rate, low and high, each of inside, elsewhere or all.
    Missing is withheld or not measurable, never zero. `unknown` is the share of all stops whose
    ethnicity is not stated, by each of `BASES`; None is withheld.
    """

    quarter: Quarter
    basis: str
    first: date
    last: date
    source: str
    totals: dict[str, int]
    outcomes: dict[str, int]
    unknown: dict[str, float | None]
    table: pd.DataFrame
    found: pd.DataFrame
    has_population: bool
    remarks: tuple[str, ...]

    @property
    def all(self) -> int:
        """Every stop of the quarter."""
        return sum(self.totals.values())

    @property
    def has_places(self) -> bool:
        """Whether a single stop can be placed."""
        return self.all > self.totals["unplaced"]


def stop_quarters(workspace: Workspace) -> list[Quarter]:
    """Return the financial quarters with a stop, the newest first."""
    days = workspace.rows("SELECT DISTINCT CAST(occurred_from AS DATE) FROM stops ORDER BY 1")
    held = {quarter for (day,) in days for quarter in quarters_between(day, day)}
    return sorted(held, key=lambda quarter: quarter.first, reverse=True)


def preview_stops(
    workspace: Workspace, user: User, quarter: Quarter, basis: str = "ethnicity"
) -> Stops:
    """Count the stops of a quarter by area and group; `basis` is one of `BASES`.

    Each stop is judged by the hot spot list in force on its day. Raises NotMeasurable with the
    reason when no stop is held, InputError for another basis or without a list.
    """
    workspace.require(user, "track")
    if basis not in BASES:
        raise InputError("Choose self-defined or officer-defined ethnicity.")
    rows = read_stops(workspace, quarter)
    if rows.empty:
        raise NotMeasurable(
            f"No stops are held for {quarter.title}. Load the feed 'stops', or choose another "
            "quarter. That is unknown, and not zero."
        )
    if rows[list(BASES)].notna().sum().sum() == 0:
        raise NotMeasurable(
            "Stops by ethnicity are not measurable: the stops loaded name none. Load them with "
            "their columns of ethnicity."
        )
    judged = judged_places(workspace, TrackingSettings(), rows["day"].min(), rows["day"].max())
    rows = rows.assign(area=area_of(rows, judged.frame), group=groups_of(rows[basis]))
    population = read_population(workspace)
    table, found = tables_of(rows, population)
    return Stops(
        quarter=quarter,
        basis=basis,
        first=rows["day"].min(),
        last=rows["day"].max(),
        source=judged.source,
        totals={area: int((rows["area"] == area).sum()) for area in AREAS},
        outcomes={outcome: int((rows["outcome"] == outcome).sum()) for outcome in OUTCOMES},
        unknown={name: _unknown_share(rows[name]) for name in BASES},
        table=table,
        found=found,
        has_population=bool(population),
        remarks=tuple(_remarks(workspace, quarter, rows, judged.warnings)),
    )


def read_stops(workspace: Workspace, quarter: Quarter) -> pd.DataFrame:
    """Return load_id, row_hash, day, both ethnicities, outcome, is_contrary, x, y of a quarter.

    The day is the patrol day, but the calendar day where no time is recorded. `is_contrary`: the
    object was found and no further action was taken.
    """
    rows = workspace.frame(
        "SELECT load_id, row_hash, ethnicity, officer_ethnicity, is_object_found, x, y, "
        "regexp_matches(lower(outcome), 'no further action') AS is_without_action, "
        "CAST(occurred_from - to_minutes(CASE time_precision WHEN 'minute' THEN ? ELSE 0 END) "
        "AS DATE) AS day, strftime(occurred_from, '%Y-%m') AS month FROM stops "
        "WHERE CAST(occurred_from AS DATE) BETWEEN ? AND ? ORDER BY row_id",
        [workspace.day_starts_minutes, quarter.first, quarter.last],
    )
    rows["day"] = pd.to_datetime(rows["day"]).dt.date
    told = rows["is_object_found"].astype("boolean")
    names = np.select([told.fillna(False), (~told).fillna(False)], OUTCOMES[:2], OUTCOMES[2])
    contrary = told.fillna(False) & rows["is_without_action"].astype("boolean").fillna(False)
    return rows.assign(outcome=names, is_contrary=contrary.astype(bool))


def area_of(rows: pd.DataFrame, places: gpd.GeoDataFrame, near_m: float = NEAR_M) -> pd.Series:
    """Return which of `AREAS` each stop lies in, by the places in force on its `day`."""
    points = gpd.GeoDataFrame(
        rows[["day"]], geometry=gpd.points_from_xy(rows["x"], rows["y"]), crs=places.crs
    )
    area = pd.Series("elsewhere", index=rows.index)
    shapes = places[["geometry", "first_day", "last_day"]]
    for name, reach in (("near", near_m), ("inside", 0)):
        grown = shapes.assign(geometry=shapes.geometry.buffer(reach)) if reach else shapes
        met = points.sjoin(grown, predicate="intersects")
        met = met[(met["day"] >= met["first_day"]) & (met["day"] <= met["last_day"])]
        area[met.index.unique()] = name
    area[rows["x"].isna() | rows["y"].isna()] = "unplaced"
    return area


def sentence(stops: Stops) -> str:
    """Return the tab's answer: how many and where, and where a group stands out beyond chance."""
    totals = stops.totals
    if not stops.has_places:
        return (
            f"**Not placeable: {totals['unplaced']:,} of {stops.all:,} stops.** They carry no "
            "coordinates, so how many were made in hot spots is not measurable. What follows is of "
            "all stops."
        )
    text = (
        f"**{totals['inside']:,} stops inside hot spots, {totals['near']:,} within {NEAR_M} m, "
        f"{totals['elsewhere']:,} elsewhere.**"
    )
    if totals["unplaced"]:
        text += f" Not placeable: {totals['unplaced']:,} of {stops.all:,}."
    ratios = stops.table.dropna(subset=["ratio_low"])
    more = ratios[ratios["ratio_low"] > 1]
    if ratios.empty:
        return f"{text} Too few stops of any group to compare it with White people."
    if more.empty:
        return (
            f"{text} No group that can be shown is stopped more inside hot spots than elsewhere, "
            "against White people, beyond chance (95%)."
        )
    names = ", ".join(f"{row.group} {row.ratio:.1f}" for row in more.itertuples())
    return (
        f"{text} Against White people, the odds that a stop inside hot spots is of this group are "
        f"higher than elsewhere: {names} times."
    )


def found_sentence(stops: Stops) -> str:
    """Say how often the object of the search was found, and of how many that is not recorded."""
    counts = stops.outcomes
    known = counts["found"] + counts["not_found"]
    if not known:
        return (
            f"Whether the object was found is not measurable: none of the {stops.all:,} stops says "
            "whether its outcome is linked to the object of the search."
        )
    low, high = wilson(counts["found"], known)
    text = (
        f"The object was found in {counts['found']:,} of {known:,} stops "
        f"({counts['found'] / known:.0%}, 95% from {low:.0%} to {high:.0%})."
    )
    if counts["not_recorded"]:
        text += f" Not recorded: {counts['not_recorded']:,} of {stops.all:,}."
    if counts["not_recorded"] > known:
        text += " Most stops do not say, so the share may not hold for them."
    return text


def unknown_sentence(stops: Stops) -> str:
    """Say of how many stops the ethnicity is not stated, by the person and by the officer."""
    parts = [
        f"{BASES[name].lower()} {'withheld' if share is None else f'{share:.0%}'}"
        for name, share in stops.unknown.items()
    ]
    return f"Not stated or blank: {' and '.join(parts)} of {stops.all:,} stops."


def save_stops(workspace: Workspace, user: User, stops: Stops) -> None:
    """Note for the readiness checklist that stop and search in hot spots is monitored."""
    workspace.require(user, "track")
    text = f"{stops.quarter.title}: {sentence(stops)} {found_sentence(stops)}".replace("*", "")
    with workspace.write(user, "create", "evidence", "T6-12") as transaction:
        note_evidence(transaction, "T6-12", text, "")


def _unknown_share(recorded: pd.Series) -> float | None:
    is_unknown = groups_of(recorded) == UNKNOWN
    return float(is_unknown.mean()) if unknown_shown(is_unknown.sum()) else None


def _remarks(
    workspace: Workspace, quarter: Quarter, rows: pd.DataFrame, warnings: list[str]
) -> list[str]:
    found = [*warnings]
    months = pd.period_range(quarter.first, quarter.last, freq="M")
    missing = [f"{month:%b %Y}" for month in months if str(month) not in set(rows["month"])]
    if missing:
        found.append(
            f"No stop is held for {' and '.join(missing)}: the quarter is only partly covered."
        )
    repeats = int(rows["row_hash"].duplicated().sum())
    if repeats:
        found.append(
            f"{repeats:,} {'row repeats' if repeats == 1 else 'rows repeat'} another in every "
            "column loaded and count too: without record numbers they may be separate stops."
        )
    contrary = int(rows["is_contrary"].sum())
    if contrary > 0.1 * len(rows):
        found.append(
            f"{contrary:,} stops say both that the object was found and that no further action "
            "was taken. Ask how the outcome is recorded before the rate is used."
        )
    if mixed := _mixed(workspace, rows):
        found.append(
            f"{mixed:,} stops come from loads in which the officer's word stood in where the "
            "person gave none. Undo and load them again to tell the two apart."
        )
    return found


def _mixed(workspace: Workspace, rows: pd.DataFrame) -> int:
    """Count the stops of loads that took their ethnicity from several columns."""
    loads = workspace.rows(
        "SELECT load_id FROM loads WHERE feed = 'stops' "
        "AND json_array_length(columns->'ethnicity') > 1"
    )
    return int(rows["load_id"].isin([load for (load,) in loads]).sum())


NOTE = (
    f"Counts below {LEAST_SHOWN} are withheld, and others with them, so that none can be worked "
    "out from those shown. A dash is withheld or not measurable, never nil."
)
CAVEAT = (
    "Residents of hot spots are not the street population: no count of residents says who was "
    "there to be stopped, so a rate per resident measures neither bias nor its absence. Stops "
    "elsewhere are the fairer comparison, and even they differ in time, crime and who is about. "
    "Ethnicity is as recorded: by the person, or as an officer saw it; the two often differ and "
    "many leave it unstated. These figures show where to look and whom to ask, such as a scrutiny "
    "panel; they do not say why anybody was stopped."
)
