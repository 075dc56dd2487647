"""The hours of need: hour by weekday of the chosen crimes, for all places or for some."""

import json

import numpy as np
import pandas as pd

from analytics.targeting import heaping
from analytics.targeting.cells import CellCounts, count_cells
from analytics.targeting.scope import crime_filter
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.timing import (
    ENOUGH_EVENTS,
    LONGEST_SPAN_MIN,
    HourProfile,
    coarse,
    weekday_hour_matrix,
)
from analytics.workspace import InputError, NotMeasurable, User, Workspace

_MIDNIGHT_SHARE = 0.05


def hour_weekday(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    hotspot_ids: list[str] | None = None,
) -> HourProfile:
    """Return the aoristic hour-by-weekday profile of the ranking period's crimes.

    `hotspot_ids` restricts it to these places; fewer than 100 events there fall back on all
    crimes of the study area, and fewer there on day, evening and night. Raises NotMeasurable when
    the extract has months or days only, InputError for an unknown hot spot.
    """
    times, everywhere = chosen_times(workspace, user, settings, hotspot_ids)
    return _profile(workspace, times, everywhere, is_part=hotspot_ids is not None)


def chosen_times(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    hotspot_ids: list[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the times of the ranking period's crimes in these places (none: all), and everywhere.

    Columns: place (cell position), from_min, to_min (minutes since 1970, local clock),
    time_precision and times (crimes of that row).
    """
    workspace.require(user, "see:targeting")
    counts = count_cells(workspace, settings, heaping.excluded_points(workspace))
    everywhere = counts.details.get("times", lambda: _times(workspace, settings, counts))
    if hotspot_ids is None:
        return everywhere, everywhere
    wanted = _positions(workspace, counts, hotspot_ids)
    return everywhere[everywhere["place"].isin(wanted)], everywhere


def require_hours(everywhere: pd.DataFrame) -> None:
    """Raise NotMeasurable when no crime has a time of day."""
    if not (everywhere["time_precision"] == "minute").any():
        raise NotMeasurable(
            "Hours are not measurable: this extract gives the month or day of a crime, not its "
            "time."
        )


def _profile(
    workspace: Workspace, times: pd.DataFrame, everywhere: pd.DataFrame, is_part: bool
) -> HourProfile:
    require_hours(everywhere)
    usable, no_hour, long = usable_hours(times)
    basis, warnings = "own", []
    events = int(usable["times"].sum())
    if events < ENOUGH_EVENTS and is_part:
        warnings.append(
            f"These places have {events:,} timed crimes, fewer than {ENOUGH_EVENTS}: the hours of "
            "all places are shown."
        )
        usable, _, _ = usable_hours(everywhere)
        basis = "pooled"
    day_starts = workspace.day_starts_minutes
    matrix = weekday_hour_matrix(
        usable["from_min"].to_numpy(),
        usable["to_min"].to_numpy(),
        usable["times"].to_numpy(),
        day_starts,
    )
    if usable["times"].sum() < ENOUGH_EVENTS:
        warnings.append(
            f"Fewer than {ENOUGH_EVENTS} timed crimes: only day, evening and night, on Friday-"
            "Saturday and other days, are told apart."
        )
        matrix, basis = coarse(matrix), "coarse"
    warnings += _doubts(usable, no_hour, long)
    return HourProfile(
        matrix=matrix,
        events=events,
        basis=basis,
        left_out_long=long,
        left_out_no_hour=no_hour,
        day_starts_hour=day_starts // 60,
        warnings=tuple(warnings),
    )


def _doubts(usable: pd.DataFrame, no_hour: int, long: int) -> list[str]:
    found = []
    if long:
        found.append(f"{long:,} crimes span more than 24 hours and are left out of the hours.")
    if no_hour:
        found.append(f"{no_hour:,} crimes have no time of day and are left out of the hours.")
    instant = usable["from_min"] == usable["to_min"]
    midnight = usable.loc[instant & (usable["from_min"] % 1440 == 0), "times"].sum()
    whole = usable["times"].sum()
    if whole and midnight > _MIDNIGHT_SHARE * whole:
        found.append(
            f"{midnight / whole:.0%} of the crimes are timed at exactly 00:00, which often stands "
            "for an unknown time: mistrust the midnight hour."
        )
    return found


def usable_hours(times: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """Return the rows that say an hour, and how many crimes lack one or span too long."""
    timed = times["time_precision"] == "minute"
    long = timed & (times["to_min"] - times["from_min"] > LONGEST_SPAN_MIN)
    held = times[timed & ~long]
    return held, int(times.loc[~timed, "times"].sum()), int(times.loc[long, "times"].sum())


def _times(workspace: Workspace, settings: TargetingSettings, counts: CellCounts) -> pd.DataFrame:
    """Return place (cell position), from_min, to_min, time_precision and times, per cell."""
    where, values = crime_filter(settings, counts.excluded)
    with workspace.cursor() as cursor:
        q_sql, r_sql = counts.cell_sql(cursor)
        frame = cursor.execute(
            f"SELECT {q_sql} AS q, {r_sql} AS r, epoch_ms(occurred_from) // 60000 AS from_min, "
            "epoch_ms(greatest(occurred_from, coalesce(occurred_to, occurred_from))) // 60000 "
            "AS to_min, time_precision, count(*) AS times FROM crimes WHERE "
            f"{where} AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1 GROUP BY ALL "
            "ORDER BY ALL",
            [*values, counts.scope.train.first, counts.scope.train.last],
        ).df()
    frame["place"] = counts.positions(frame["q"].to_numpy(), frame["r"].to_numpy())
    return frame[frame["place"] >= 0].drop(columns=["q", "r"]).reset_index(drop=True)


def _positions(workspace: Workspace, counts: CellCounts, hotspot_ids: list[str]) -> np.ndarray:
    keys: list[str] = []
    for hotspot_id in hotspot_ids:
        keys += _cells_of(workspace, hotspot_id)
    return counts.positions_of_keys(keys)


def _cells_of(workspace: Workspace, hotspot_id: str) -> list[str]:
    if not hotspot_id.startswith("place:"):
        return [hotspot_id]
    cells = workspace.value("SELECT cells FROM hotspots WHERE hotspot_id = ? LIMIT 1", [hotspot_id])
    if cells is None:
        raise InputError(f"There is no hot spot '{hotspot_id}'. Sign off its list first.")
    return json.loads(cells)
