"""The tabs of tracking about what patrols did: activity, stop and search, the funder's return."""

from collections.abc import Callable

import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import activity_tab, return_tab, steps, stops_tab


def drawings(
    workspace: Workspace, user: User, dosage: tracking.Dosage
) -> dict[str, Callable[[], None]]:
    """Return the name of each tab with what draws it."""
    return {
        "Activity": lambda: activity_tab.draw(workspace, user, dosage),
        "Stop and search": lambda: stops_tab.draw(workspace, user),
        "Return": lambda: return_tab.draw(workspace, user, dosage),
    }


def without_gps(workspace: Workspace, user: User) -> None:
    """Say that there is no GPS; stop and search, which needs places and days only, stands below."""
    has_stops = tracking.has_list(workspace) and tracking.stop_quarters(workspace)
    with st.container(border=True):
        st.markdown("There are no GPS fixes yet.")
        steps.link("pages/2_technology.py", "Load patrol GPS")
    if has_stops:
        st.subheader("Stop and search", anchor=False)
        stops_tab.draw(workspace, user)
    st.stop()
