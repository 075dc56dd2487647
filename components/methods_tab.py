"""Step 3, tab Compare methods: what other ways of finding hot spots say."""

from analytics import targeting
from analytics.workspace import User, Workspace


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show the list beside those of other methods."""
