"""The violence of the last days in each hot spot: what was recorded, and what is still to come."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import shapely

from analytics import targeting
from analytics.workspace import User, Workspace, get_run, make_settings

DAYS = 7
_LAG_SHARE = 0.95
_FEWEST_DATED = 100


@dataclass(frozen=True)
class Recent:
    """Recorded crimes of the list's scope by hot spot from `first` to `last`, both whole days.

    `counts` is None where they are not measurable, and `sentence` says why; else it says what
    they are and how far the newest days are behind.
    """

    counts: dict[str, int] | None
    first: date
    last: date
    sentence: str

    def words(self, hotspot_id: str) -> str:
        """Say the count of one place, or that it is not measurable."""
        if self.counts is None:
            return "last 7 days not measurable"
        number = self.counts.get(hotspot_id, 0)
        return "none recorded in 7 days" if not number else f"{number:,} in the last 7 days"


def recent_violence(workspace: Workspace, user: User, today: date | None = None) -> Recent:
    """Count the recorded crimes of the last seven days in the hot spots in force on a day.

    The seven days end with `today`, which is still running. Crimes are those of the list's own
    scope, by the day on which they began, inside the boundary of the place.
    """
    workspace.require(user, "see:tasking")
    last = today or workspace.today()
    first = last - timedelta(days=DAYS - 1)
    held = targeting.list_in_force(workspace, last)
    if held is None:
        return Recent(None, first, last, "No hot spot list is in force.")
    newest, has_days = workspace.rows(
        "SELECT CAST(max(occurred_from) AS DATE), "
        "coalesce(bool_or(time_precision <> 'month'), false) FROM crimes WHERE occurred_from < ?",
        [datetime.combine(last + timedelta(days=1), time())],
    )[0]
    if newest is None or newest < first or not has_days:
        return Recent(None, first, last, _why_not(newest, bool(has_days)))
    run = get_run(workspace, held.run_id)
    settings = make_settings(targeting.TargetingSettings, run.settings if run else {})
    where, values = targeting.crime_filter(settings, targeting.excluded_points(workspace))
    rows = workspace.rows(
        f"SELECT x, y FROM crimes WHERE {where} AND time_precision <> 'month' "
        "AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1",
        [*values, first, last],
    )
    places = held.hotspots
    tree = shapely.STRtree(shapely.points(rows)) if rows else None
    counts = {
        str(hotspot_id): len(tree.query(shape, predicate="intersects")) if tree else 0
        for hotspot_id, shape in zip(places["hotspot_id"], places.geometry, strict=True)
    }
    return Recent(counts, first, last, _caveat(workspace, first, last, newest))


def _why_not(newest: date | None, has_days: bool) -> str:
    if newest is None:
        return "The violence of the last 7 days is not measurable: no crimes are loaded."
    if not has_days:
        return "The violence of the last 7 days is not measurable: the extract gives months only."
    return (
        "The violence of the last 7 days is not measurable: the newest crime held began on "
        f"{targeting.day_text(newest)}."
    )


def _caveat(workspace: Workspace, first: date, last: date, newest: date) -> str:
    head = (
        f"Recorded crimes of the list's scope that began {targeting.day_text(first)} to "
        f"{targeting.day_text(last)}; the newest held is of {targeting.day_text(newest)}."
    )
    given = workspace.value("SELECT recording_lag_days FROM feeds WHERE feed = 'crimes'")
    dated, measured = workspace.rows(
        f"SELECT count(*), quantile_disc(recorded_on - CAST(occurred_from AS DATE), {_LAG_SHARE}) "
        "FROM crimes WHERE recorded_on >= CAST(occurred_from AS DATE) "
        "AND time_precision <> 'month'"
    )[0]
    if given is not None:
        return f"{head} The recording lag is set to {int(given):,} days: expect more to come."
    if dated < _FEWEST_DATED:
        return f"{head} How late records are entered is not known: more may come."
    if measured > 0:
        return (
            f"{head} 95% of records are entered within {int(measured):,} days: expect more to come."
        )
    return f"{head} 95% of records are entered the same day."
