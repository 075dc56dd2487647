"""The hours of need beside the hours of patrol: the profile behind the list in force."""

from analytics import targeting
from analytics.tracking.dosage import Dosage
from analytics.workspace import NotMeasurable, User, Workspace, get_run, make_settings


def need_hours(workspace: Workspace, user: User, dosage: Dosage) -> targeting.HourProfile:
    """Return the hour-by-weekday profile of the crimes that the last judged list was made from.

    Crimes in the hot spots of that list; raises NotMeasurable when no list was judged, or the
    extract has no times of day.
    """
    workspace.require(user, "see:tracking")
    found = targeting.lists_between(workspace, dosage.last_day, dosage.last_day)
    hotspots = found[-1] if found else targeting.list_in_force(workspace)
    run = get_run(workspace, hotspots.run_id) if hotspots else None
    if run is None:
        raise NotMeasurable("The hours of need are not measurable: no hot spot list is in force.")
    settings = make_settings(targeting.TargetingSettings, run.settings)
    ids = hotspots.hotspots["hotspot_id"].tolist()
    return targeting.hour_weekday(workspace, user, settings, ids)
