"""Crimes that a choice of places or hours leaves out: counted and told, never dropped in silence."""

import numpy as np
import pandas as pd

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.hours import hours_text, is_night_sql
from analytics.targeting.scope import crime_filter
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import NotMeasurable, Workspace

_MIDNIGHT_SHARE = 0.05


def check_times(workspace: Workspace, settings: TargetingSettings) -> None:
    """Raise NotMeasurable when day and night are asked for and no crime has a time of day."""
    if settings.part_of_day == "all":
        return
    if not workspace.value("SELECT count(*) FROM crimes WHERE time_precision = 'minute'"):
        raise NotMeasurable(
            "Day and night are not measurable: this extract gives the month or day of a crime, "
            "not its time. Choose all hours."
        )


def leftovers(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> list[str]:
    """Return what is left out by the hours and by irregular places, one sentence each."""
    return [*_untimed(workspace, settings, counts), *_beyond(workspace, settings, counts)]


def _untimed(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> list[str]:
    if settings.part_of_day == "all":
        return []
    where, values = crime_filter(
        settings.model_copy(update={"part_of_day": "all"}), counts.excluded
    )
    train = counts.scope.train
    unknown, midnight, held = workspace.rows(
        f"SELECT count(*) FILTER (({is_night_sql(settings)}) IS NULL), "
        "count(*) FILTER (time_precision = 'minute' AND occurred_from::TIME = TIME '00:00' "
        "AND coalesce(occurred_to, occurred_from) = occurred_from), count(*) "
        f"FROM crimes WHERE {where} AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1",
        [*values, train.first, train.last],
    )[0]
    found = [
        f"Night is {hours_text(settings, 'night')}; a crime counts where most of its known span "
        f"falls. {unknown:,} of {held:,} crimes without a time of day, or with a span over 24 "
        "hours, count in neither day nor night."
    ]
    if settings.part_of_day == "both":
        found.append(
            "Places are ranked within the day and within the night; the counts shown are of all "
            "hours, the score is of the hours in which each place is listed."
        )
    if held - unknown and midnight > _MIDNIGHT_SHARE * (held - unknown):
        found.append(
            f"{midnight / (held - unknown):.0%} of the timed crimes are timed at exactly 00:00, "
            "which often stands for an unknown time: they count as night."
        )
    return found


def _beyond(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> list[str]:
    """Tell how far crimes lie from their street, or how many lie in no polygon or in several."""
    if counts.spots is None:
        return []
    where, values = crime_filter(settings, counts.excluded)
    train = counts.scope.train
    with workspace.cursor() as cursor:
        cursor.register("all_spots", counts.spots)
        held = cursor.execute(
            f"SELECT spot_q, distance_m, is_shared, count(*) AS crimes FROM crimes "
            f"JOIN all_spots ON x = spot_x AND y = spot_y WHERE {where} "
            "AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1 GROUP BY ALL",
            [*values, train.first, train.last],
        ).df()
    crimes = int(held["crimes"].sum())
    inside = held[held["spot_q"] >= 0]
    shared = int(inside.loc[inside["is_shared"], "crimes"].sum())
    if counts.grid.shape == "street":
        return [_snapping(settings, inside, crimes, shared)]
    found = [
        f"{counts.outside:,} of {crimes:,} crimes of the ranking period lie in none of the places "
        "and count in no share."
    ]
    if shared:
        found.append(
            f"{shared:,} crimes lie in several places that overlap and count in the first by id."
        )
    return found


def _snapping(settings: TargetingSettings, inside: pd.DataFrame, crimes: int, shared: int) -> str:
    order = inside.sort_values("distance_m")
    reached = np.cumsum(order["crimes"].to_numpy())
    away = order["distance_m"].to_numpy()

    def quantile(share: float) -> float:
        return float(away[np.searchsorted(reached, share * reached[-1])]) if len(away) else 0.0

    beyond = crimes - int(inside["crimes"].sum())
    return (
        f"Crimes go to the nearest street: half lie within {quantile(0.5):,.0f} m of it, 95% within "
        f"{quantile(0.95):,.0f} m. {beyond:,} of {crimes:,} ({beyond / max(crimes, 1):.1%}) lie "
        f"farther off than {settings.snap_limit_m} m or outside the study area and count in no "
        f"share; {shared:,} lie equally near to several streets and count in the first by id."
    )
