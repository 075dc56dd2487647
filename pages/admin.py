"""People, audit log, backups, retention, the force and its jobs."""

import streamlit as st

from components import access, administration, people_links, steps, tracking_policy

user = access.require_role(*access.roles_that_see("admin"))
workspace = steps.header("admin", user)

PARTS = {
    "People": ("manage_users", administration.draw_people),
    "Units of people": ("manage_users", people_links.draw),
    "Tracking policy": ("set_policy", tracking_policy.draw),
    "Audit log": ("see:log", administration.draw_log),
    "Backups": ("manage_workspace", administration.draw_backup),
    "Retention": ("see:admin", administration.draw_retention),
    "The force": ("manage_workspace", administration.draw_force),
    "Jobs": ("run_jobs", administration.draw_jobs),
}

seen = {name: draw for name, (right, draw) in PARTS.items() if user.may(right)}
steps.answer(
    "Every change below is recorded in the audit log with your name."
    if user.may("manage_users")
    else "You see the audit log and how long data is kept; no crime data is shown here."
)
for tab, (name, draw) in zip(
    st.tabs(list(seen), key="admin-part", on_change="rerun"), seen.items(), strict=True
):
    if tab.open:
        with tab, st.container(key=f"part-{name.lower().replace(' ', '-')}"):
            draw(workspace, user)
