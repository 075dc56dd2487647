"""The guided load: one decision per screen, each with the evidence beside it.

The steps are files, columns, dates, coordinates, checks, load. A step with nothing to decide is
settled and passed over. What was chosen lives in the workspace, so that F5 loses nothing.
"""

import pandas as pd

from analytics.workspace import User, Workspace
from components.loading import checks, columns, dates, files, finish, places, track
from components.loading.counts import offer_aside, show_counts
from components.loading.track import is_open

__all__ = ["draw", "is_open", "offer_aside", "show_counts"]

_SCREENS = {"columns": columns.draw, "dates": dates.draw, "places": places.draw}


def draw(workspace: Workspace, user: User, held: pd.DataFrame) -> None:
    """Draw the screen on which this user's load stands; `held` is the register of feeds."""
    flow = track.restore(workspace, user)
    if flow.done:
        finish.draw_done(flow)
        return
    if not flow.files:
        files.draw(flow, held)
        return
    if finish.is_under_way(flow):
        track.show(flow, "load")
        finish.draw_load(flow)
        return
    found = track.look(flow)
    if found.parts:
        track.show(flow, "files")
        files.draw_parts(flow, found)
        return
    step = track.current(flow)
    track.show(flow, step)
    if step == "checks":
        checks.draw(flow)
    else:
        _SCREENS[step](flow)
