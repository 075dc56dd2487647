"""The hours of need beside the hours of patrol: the profile behind the list in force."""

from analytics import targeting
from analytics.tracking.dosage import Dosage
from analytics.tracking.summary import day_text
from analytics.workspace import NotMeasurable, User, Workspace, get_run, make_settings


def need_hours(workspace: Workspace, user: User, dosage: Dosage) -> targeting.HourProfile:
    """Return the hour-by-weekday profile of the crimes that the last judged list was made from.

    Crimes in the hot spots of that list; raises NotMeasurable when no list was judged, or the
    extract has no times of day.
    """
    workspace.require(user, "see:tracking")
    hotspots, settings = _behind(workspace, dosage)
    ids = hotspots.hotspots["hotspot_id"].tolist()
    return targeting.hour_weekday(workspace, user, settings, ids)


def need_period(workspace: Workspace, dosage: Dosage) -> str:
    """Name the days of the crimes behind the list; raises NotMeasurable as `need_hours` does."""
    _, settings = _behind(workspace, dosage)
    first, last = settings.from_date, settings.to_date
    if first and last:
        return f"{day_text(first)} to {day_text(last)}"
    if first or last:
        return f"from {day_text(first)}" if first else f"until {day_text(last)}"
    return "all that are held"


def _behind(
    workspace: Workspace, dosage: Dosage
) -> tuple[targeting.HotspotList, targeting.TargetingSettings]:
    """Return the last list judged and the settings that it was made with."""
    found = targeting.lists_between(workspace, dosage.last_day, dosage.last_day)
    hotspots = found[-1] if found else targeting.list_in_force(workspace)
    run = get_run(workspace, hotspots.run_id) if hotspots else None
    if run is None:
        raise NotMeasurable("The hours of need are not measurable: no hot spot list is in force.")
    return hotspots, make_settings(targeting.TargetingSettings, run.settings)
