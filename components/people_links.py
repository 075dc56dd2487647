"""Which unit an account stands for: what an officer needs to check in."""

import pandas as pd
import streamlit as st

from analytics import tasking, tracking
from analytics.workspace import User, Workspace
from components import steps, tables


def draw(workspace: Workspace, user: User) -> None:
    """List accounts with their units; link or unlink one."""
    with steps.action():
        held = tracking.links(workspace, user)
    frame = pd.DataFrame(
        {
            "username": [one.username for one in held],
            "unit": [one.unit for one in held],
            "team": [one.team for one in held],
            "officer": ["yes" if one.has_officer else "" for one in held],
        }
    )
    columns = {
        "username": tables.text("Username"),
        "unit": tables.text("Unit"),
        "team": tables.text("Team"),
        "officer": tables.text("Officer number held as a pseudonym"),
    }
    tables.show(frame, columns, key="links", alt="Accounts and their units")
    with st.form("link-person"):
        left, right = st.columns(2)
        username = left.selectbox("Account", [one.username for one in held])
        unit = right.selectbox(
            "Unit of the roster", tasking.unit_names(workspace), accept_new_options=True
        )
        team = left.text_input("Team")
        officer = right.text_input("Officer's number (kept only as a pseudonym)", type="password")
        with st.container(horizontal=True):
            is_linked = st.form_submit_button("Link", type="primary")
            is_unlinked = st.form_submit_button("Unlink")
    with steps.action(stop=False):
        if is_linked:
            tracking.link_person(workspace, user, username, unit or "", team, officer)
            st.rerun()
        if is_unlinked:
            tracking.unlink_person(workspace, user, username)
            st.rerun()
