"""Step 2. What data have we, and can we trust it?"""

import streamlit as st

from analytics import technology
from components import access, loading, steps, tables, uploads

user = access.require_role(*access.roles_that_see("technology"))
workspace = steps.header("technology", user)
feeds = technology.register(workspace)
steps.answer(technology.answer(workspace, feeds))
may_load = user.may("load")
LOADED, AGREED = "technology-loaded", "technology-agreed"


def draw_register() -> None:
    """The feeds: rows, period, freshness, completeness and problems."""
    tables.show(
        feeds,
        {
            "title": tables.text("Feed"),
            "rows": tables.number("Rows"),
            "first": tables.date("From"),
            "last": tables.date("To"),
            "freshness_days": tables.number("Age", unit="days", why="Since the last day covered"),
            "by_month": st.column_config.BarChartColumn("Rows by month", y_min=0),
            "kept_aside": tables.number("Kept aside"),
            "loads": tables.number("Loads"),
            "problems": tables.text("To look at", wide=True),
        },
        key="register",
        most_rows=14,
        alt="Register of feeds with rows, period, age in days, and what to look at",
    )
    failures = technology.inbox_failures(workspace)
    if len(failures):
        failed = steps.counted(len(failures), "file")
        st.warning(f"{failed} in the inbox folders could not be loaded.")
        tables.show(
            failures,
            {"feed": "Feed", "file": "File", "sentence": tables.text("Why", wide=True)},
            key="inbox-failures",
        )


def draw_load() -> None:
    """The guided flow: choose, recognise, check, confirm; one decision per screen."""
    if report := st.session_state.get(LOADED):
        if loading.result(workspace, user, report):
            del st.session_state[LOADED]
            st.session_state.pop(AGREED, None)
            loading.start_again()
            st.rerun()
        return
    feed, files = loading.choose(feeds)
    if not files:
        st.session_state.pop(AGREED, None)
        return
    found = loading.look(workspace, user, feed, files)
    st.subheader("What was recognised", anchor=False)
    matching = loading.recognised(found)
    agreed = (feed, [str(file) for file in files], matching)
    if st.button("Check the rows", type="primary", icon=":material/fact_check:"):
        with steps.action(), st.spinner("Checking every row ..."):
            preview = technology.preview_load(workspace, user, feed, files, columns=matching)
        st.session_state[AGREED] = (agreed, preview)
    if (held := st.session_state.get(AGREED)) is None or held[0] != agreed:
        return
    st.subheader("What will be stored", anchor=False)
    loading.checked(held[1])
    if report := loading.confirm(workspace, user, feed, files, matching):
        if matching and found.signature:
            with steps.action():
                name = f"{technology.TITLES[feed]}: {files[0].name}"
                technology.save_recipe(workspace, user, feed, name, found.signature, matching)
        uploads.remove(files)
        st.session_state[LOADED] = report
        st.rerun()


def draw_loads() -> None:
    """Every load, newest first: choose one for its rows kept aside or to undo it."""
    made = technology.loads(workspace)
    made["when"] = tables.local_moments(made["at_ms"], workspace.timezone)
    columns = {
        "when": tables.moment("When"),
        "feed": "Feed",
        "username": "By",
        "rows_read": "Read",
        "rows_stored": "Stored",
        "rows_quarantined": "Kept aside",
        "rows_already_held": "Already held",
        "is_undone": "Undone",
    }
    row = tables.show(made, columns, key="loads", select=True, caption="Choose a load for more.")
    if row is None:
        return
    chosen = made.iloc[row]
    loading.draw_load(workspace, user, chosen)


TABS = {"Register": draw_register}
if may_load:
    TABS |= {"Load data": draw_load, "Loads": draw_loads}
first = "Load data" if may_load and not feeds["loads"].any() else "Register"
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
