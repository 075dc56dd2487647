"""Step 3, tab Edit the list: merge, drop, rename and redraw places before they are signed off."""

from analytics import targeting
from analytics.workspace import User, Workspace


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Offer the changes a person may make to the ranked list."""
