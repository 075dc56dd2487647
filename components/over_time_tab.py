"""Step 3, tab Over time: how the places of a list have changed, and what else happened."""

from analytics import targeting
from analytics.workspace import User, Workspace


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show how the places of the list have changed."""
