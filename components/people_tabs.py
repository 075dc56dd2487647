"""The tabs of tracking about what patrols did: activity, stop and search, the funder's return."""

from collections.abc import Callable

from analytics import tracking
from analytics.workspace import User, Workspace
from components import activity_tab, return_tab, stops_tab


def drawings(
    workspace: Workspace, user: User, dosage: tracking.Dosage
) -> dict[str, Callable[[], None]]:
    """Return the name of each tab with what draws it."""
    return {
        "Activity": lambda: activity_tab.draw(workspace, user, dosage),
        "Stop and search": lambda: stops_tab.draw(workspace, user, dosage),
        "Return": lambda: return_tab.draw(workspace, user, dosage),
    }
