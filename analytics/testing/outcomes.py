"""The events that an evaluation counts: chosen offences, with their day, place and harm."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from analytics.testing.settings import TestingSettings, Window
from analytics.workspace import InputError, NotMeasurable, Workspace


@dataclass(frozen=True)
class Selection:
    """The condition (SQL, values) that crimes must meet, and what it left out, in sentences."""

    sql: str
    values: tuple
    warnings: tuple[str, ...]


def choose_offences(workspace: Workspace, settings: TestingSettings) -> Selection:
    """Turn the settings into one condition over crimes.

    Raises InputError when no crimes are loaded or a named offence does not occur in them.
    """
    if not workspace.value("SELECT count(*) FROM crimes"):
        raise InputError("There are no crimes yet. Load them in step 2, then test.")
    sql, values, notes = ["x IS NOT NULL"], [], []
    if settings.offences:
        known = {
            name
            for row in workspace.rows("SELECT DISTINCT offence_code, offence FROM crimes")
            for name in row
        }
        missing = [name for name in settings.offences if name not in known]
        if missing:
            raise InputError(
                f"No crime has the offence '{missing[0]}'. Use names or codes as in the extract."
            )
        sql.append("(list_contains(?, offence) OR list_contains(?, offence_code))")
        values += [settings.offences, settings.offences]
    if settings.is_public_place_only:
        left_out = workspace.value("SELECT count(*) FROM crimes WHERE is_public_place = false")
        unknown = workspace.value("SELECT count(*) FROM crimes WHERE is_public_place IS NULL")
        sql.append("is_public_place IS DISTINCT FROM false")
        if left_out:
            notes.append(f"{left_out:,} crimes outside public places are left out.")
        if unknown:
            notes.append(
                f"{unknown:,} crimes do not say whether they were in a public place and stay in."
            )
    return Selection(" AND ".join(sql), tuple(values), tuple(notes))


def data_span(workspace: Workspace) -> tuple[Window, bool]:
    """Return the first and last day of the crimes held, and whether some have months only.

    A month-only crime reaches to the end of its month.
    """
    first, last, months, last_month = workspace.rows(
        "SELECT min(occurred_from)::DATE, max(occurred_from)::DATE, "
        "count(*) FILTER (time_precision = 'month'), "
        "(last_day((max(occurred_from) FILTER (time_precision = 'month'))::DATE)) FROM crimes"
    )[0]
    return (first, max(last, last_month) if last_month else last), bool(months)


def read_events(
    workspace: Workspace,
    selection: Selection,
    window: Window,
    bounds: tuple[float, float, float, float],
    *,
    patrol_days: bool = False,
) -> pd.DataFrame:
    """Return the events of a window inside a box: x, y (metres), day, offence_code, offence.

    `day` is the calendar day, or with `patrol_days` the patrol day (which begins at the
    workspace's hour); a crime without a time of day belongs to the day it names. `is_long_span`
    marks those whose time is uncertain by more than 24 hours.
    """
    shift = workspace.day_starts_minutes if patrol_days else 0
    day = (
        "CASE WHEN time_precision = 'minute' "
        "THEN (occurred_from - to_minutes(?))::DATE ELSE occurred_from::DATE END"
    )
    return workspace.frame(
        f"SELECT x, y, day, offence_code, offence, is_long_span FROM ("
        f"SELECT x, y, {day} AS day, offence_code, offence, "
        f"coalesce(occurred_to - occurred_from > INTERVAL 24 HOUR, false) AS is_long_span, row_id "
        f"FROM crimes WHERE {selection.sql} AND x BETWEEN ? AND ? AND y BETWEEN ? AND ?) "
        "WHERE day BETWEEN ? AND ? ORDER BY row_id",
        [shift, *selection.values, bounds[0], bounds[2], bounds[1], bounds[3], *window],
    )


def require_days(workspace: Workspace, window: Window) -> str:
    """Return a warning about crimes without a time of day, "" when all have one.

    Raises NotMeasurable when crimes of the window have months only: they belong to no day.
    """
    counts = dict(
        workspace.rows(
            "SELECT time_precision, count(*) FROM crimes WHERE occurred_from >= ? "
            "AND occurred_from < ? GROUP BY 1",
            [window[0], window[1] + timedelta(days=1)],
        )
    )
    if counts.get("month"):
        raise NotMeasurable(
            f"{counts['month']:,} crimes of the trial's period have a month and no day, so they "
            "cannot be given to treated or control days. Load an extract with dates and times."
        )
    if counts.get("day"):
        return (
            f"{counts['day']:,} crimes of the trial's period have no time of day and count on the "
            "date they name, although the patrol day begins later."
        )
    return ""


def first_day(days: pd.Series) -> date:
    """Return the earliest of a column of dates as a plain date."""
    return pd.Timestamp(days.min()).date()
