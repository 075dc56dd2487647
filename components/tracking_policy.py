"""What allows replay of tracks: the DPIA reference of the GPS and the policy, one form for all."""

from dataclasses import replace
from datetime import datetime

import streamlit as st

from analytics import technology, tracking
from analytics.workspace import User, Workspace
from components import steps

FEED = "pings"


def draw(workspace: Workspace, user: User) -> None:
    """Say whether replay is on and under what; let those who may record what is missing."""
    if off := tracking.why_not(workspace):
        st.info(off, icon=":material/lock:")
    else:
        st.success("Replay is on. Each one asks why and is logged.", icon=":material/lock_open:")
    stated(workspace)
    forms(workspace, user)


def forms(workspace: Workspace, user: User) -> None:
    """Draw what a role may record: the DPIA reference, the policy, or both."""
    left, right = st.columns(2)
    with left:
        _dpia(workspace, user)
    with right:
        _policy(workspace, user)


def stated(workspace: Workspace) -> None:
    """Show what is recorded, with who recorded it."""
    policy = tracking.tracking_policy(workspace)
    lines = [f"- **DPIA of the patrol GPS**: {tracking.gps_dpia(workspace) or 'not recorded'}"]
    if policy is None:
        lines.append("- **Policy of tracking**: not recorded")
    else:
        at = datetime.fromtimestamp(policy.recorded_ms / 1000, workspace.timezone)
        lines.append(
            f"- **Policy of tracking**: {policy.reference} (recorded by {policy.recorded_by}, "
            f"{at.day} {at:%b %Y})"
        )
    st.markdown("\n".join(lines))
    if policy is not None and policy.text:
        with st.expander("What the policy allows"):
            st.text(policy.text)


def _dpia(workspace: Workspace, user: User) -> None:
    """The reference is a fact of the feed: those who load data state it."""
    if not user.may("load"):
        st.caption("The DPIA reference is stated by those who load data: analyst or administrator.")
        return
    facts = technology.feed_facts(workspace)[FEED]
    with st.form("tracking-dpia"):
        reference = st.text_input(
            "DPIA reference of the patrol GPS",
            facts.dpia_reference,
            help="Number and date of the approved data protection impact assessment.",
        )
        if st.form_submit_button("Record the DPIA", type="primary"):
            with steps.action(stop=False):
                changed = replace(facts, dpia_reference=reference.strip())
                technology.set_feed_facts(workspace, user, FEED, changed)
                st.rerun()


def _policy(workspace: Workspace, user: User) -> None:
    if not user.may("set_policy"):
        return
    held = tracking.tracking_policy(workspace)
    with st.form("tracking-policy"):
        reference = st.text_input(
            "Policy of tracking",
            held.reference if held else "",
            help="Title or number and date of the policy that allows replay.",
        )
        text = st.text_area(
            "What it allows",
            held.text if held else "",
            placeholder="Who may replay tracks, for what purpose, how long they are kept",
            height=120,
        )
        if st.form_submit_button("Record the policy", type="primary"):
            with steps.action(stop=False):
                tracking.record_policy(workspace, user, reference, text)
                st.rerun()
