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
        "Return": lambda: return_tab.draw(workspace, user, dosage.settings),
    }


def without_gps(workspace: Workspace, user: User) -> None:
    """Say that there is no GPS; below stands what needs none: stop and search, and the return."""
    with st.container(border=True):
        st.markdown("There are no GPS fixes yet.")
        steps.link("pages/2_technology.py", "Load patrol GPS")
    if tracking.has_list(workspace):
        stops, funder = st.tabs(["Stop and search", "Return"], key="no-gps", on_change="rerun")
        if stops.open:
            with stops:
                stops_tab.draw(workspace, user)
        if funder.open:
            with funder:
                return_tab.draw(workspace, user, tracking.TrackingSettings())
    st.stop()
