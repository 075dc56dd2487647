"""Which unit an account stands for: what an officer needs to check in."""

import pandas as pd
import streamlit as st

from analytics import tasking, tracking
from analytics.workspace import User, Workspace
from components import steps, tables


def draw(workspace: Workspace, user: User) -> None:
    """List accounts with their units; link the account chosen, or take its link away."""
    with steps.action():
        held = tracking.links(workspace, user)
    linked = sum(bool(one.unit) for one in held)
    st.markdown(
        f"**{linked} of {steps.counted(len(held), 'account')} stand for a unit.** Who is linked "
        "finds the unit's visits of the day under Tasking, My shift, checks in there, and alone "
        "sees own results."
    )
    frame = pd.DataFrame(
        {
            "username": [one.username for one in held],
            "unit": [one.unit or None for one in held],
            "team": [one.team or None for one in held],
            "officer": ["held" if one.has_officer else None for one in held],
        }
    )
    columns = {
        "username": tables.text("Username"),
        "unit": tables.text("Unit"),
        "team": tables.text("Team"),
        "officer": tables.text("Officer's number", why="Kept only as a pseudonym."),
    }
    tables.show(frame, columns, key="links", alt="Accounts and their units")
    with st.container(border=True):
        st.subheader("Link an account to its unit", anchor=False)
        by_name = {one.username: one for one in held}
        username = st.selectbox(
            "Account",
            list(by_name),
            index=None,
            placeholder="Choose an account",
            key="link-account",
        )
        if username is not None:
            _change(workspace, user, by_name[username])


def _change(workspace: Workspace, user: User, held: tracking.Link) -> None:
    units = tasking.unit_names(workspace)
    if held.unit and held.unit not in units:
        units = [held.unit, *units]
    mark = held.username
    unit = st.selectbox(
        "Unit of the roster",
        units,
        index=units.index(held.unit) if held.unit else None,
        placeholder="Choose a unit, or write its name",
        accept_new_options=True,
        key=f"link-unit-{mark}",
    )
    team = st.text_input("Team", held.team, key=f"link-team-{mark}")
    officer = st.text_input(
        "Officer's number",
        type="password",
        autocomplete="off",
        help="Kept only as a pseudonym. Blank keeps the number held.",
        key=f"link-officer-{mark}",
    )
    with st.container(horizontal=True), steps.action(stop=False):
        if st.button("Link", type="primary", disabled=not unit, key="link"):
            tracking.link_person(workspace, user, held.username, unit, team, officer)
            st.rerun()
        if held.unit and st.button("Unlink", key="unlink"):
            tracking.unlink_person(workspace, user, held.username)
            st.rerun()
