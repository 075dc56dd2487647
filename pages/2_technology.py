"""Step 2. What data have we, and can we trust it?"""

import streamlit as st

from analytics import technology
from components import access, feed_register, loading, steps

user = access.require_role(*access.roles_that_see("technology"))
workspace = steps.header("technology", user)
feeds = technology.register(workspace)
steps.answer(technology.answer(workspace, feeds))
may_load = user.may("load")


def draw_register() -> None:
    """The feeds: rows, period, freshness, completeness and problems; one of them in detail."""
    feed_register.draw(workspace, user)


def draw_load() -> None:
    """The guided load: one decision per screen."""
    loading.draw(workspace, user, feeds)


TABS = {"Register": draw_register}
if may_load:
    TABS |= {"Load data": draw_load}
is_loading = may_load and (not feeds["loads"].any() or loading.is_open(workspace, user))
# Once a session: the tab must not jump when a load changes the register.
first = st.session_state.setdefault("technology-first", "Load data" if is_loading else "Register")
tabs = st.tabs(list(TABS), default=first, key="technology-tabs", on_change="rerun")
for tab, draw in zip(tabs, TABS.values(), strict=True):
    if tab.open:
        with tab:
            draw()
steps.method(
    definition="Rows read = stored + kept aside + already held. A row is kept aside by the first "
    "rule it breaks, and for 90 days. Only matched columns are stored; officers and devices become "
    "keyed hashes.",
    unit="rows of the files",
    crs=workspace.crs,
)
