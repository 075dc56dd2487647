"""The register of feeds: one table, and for the feed chosen its months, loads, devices and facts."""

import pandas as pd
import streamlit as st

from analytics import technology
from analytics.workspace import User, Workspace
from analytics.workspace.retention import retention
from components import feed_charts, feed_loads, steps, tables

_NONE = "not stated"


def draw(workspace: Workspace, user: User) -> None:
    """Draw the register, what failed in the inboxes, and the feed chosen in detail."""
    feeds = technology.register(workspace)
    _table(feeds)
    _failures(workspace)
    held = feeds.loc[feeds["loads"] > 0, "feed"].tolist()
    names = feeds["feed"].tolist()
    with st.container(border=True):
        feed = st.selectbox(
            "Feed",
            names,
            index=names.index(held[0]) if held else 0,
            format_func=technology.TITLES.__getitem__,
            key="register-feed",
        )
        _detail(workspace, user, feeds.set_index("feed").loc[feed])


def _table(feeds: pd.DataFrame) -> None:
    tables.show(
        feeds,
        {
            "title": tables.text("Feed"),
            "rows": tables.number("Rows"),
            "first": tables.date("From"),
            "last": tables.date("To"),
            "freshness_days": tables.number("Age", unit="days", why="Since the last day covered"),
            "late_days": tables.number(
                "Late by", unit="days", why="Age above the expected cycle; blank without a cycle"
            ),
            "by_month": st.column_config.BarChartColumn("Rows by month", y_min=0),
            "kept_aside": tables.number("Kept aside", why="And not yet fixed"),
            "problems": tables.text("To look at", wide=True),
            "owner": tables.text("Owner"),
            "source": tables.text("Source"),
        },
        key="register",
        most_rows=14,
        alt="Register of feeds with rows, period, age in days, and what to look at",
    )


def _failures(workspace: Workspace) -> None:
    failures = technology.inbox_failures(workspace)
    if failures.empty:
        return
    failed = steps.counted(len(failures), "file")
    st.warning(f"{failed} in the inbox folders could not be loaded.")
    tables.show(
        failures,
        {"feed": "Feed", "file": "File", "sentence": tables.text("Why", wide=True)},
        key="inbox-failures",
    )


def _detail(workspace: Workspace, user: User, row: pd.Series) -> None:
    feed = str(row.name)
    st.markdown(_sentence(row))
    parts = {"Months": feed_charts.months, "About": _about}
    if feed == "pings":
        parts = {"Months": feed_charts.months, "Devices": feed_charts.devices, "About": _about}
    if user.may("load"):
        parts["Loads"] = feed_loads.draw
        parts["Recipes"] = _recipes
    tabs = st.tabs(list(parts), key=f"register-{feed}", on_change="rerun")
    for tab, (name, part) in zip(tabs, parts.items(), strict=True):
        if tab.open:
            with tab, steps.action(stop=False):
                if name != "About" and not row["loads"]:
                    st.info("Nothing is loaded here yet. Open 'Load data' above to begin.")
                else:
                    part(workspace, user, feed)


def _sentence(row: pd.Series) -> str:
    if not row["loads"]:
        return f"**{row['title']}**: nothing is loaded."
    rows = steps.counted(int(row["rows"]), "row")
    period = ""
    if isinstance(row["first"], str):
        period = f" from {_day(row['first'])} to {_day(row['last'])}"
    text = f"**{row['title']}**: {rows}{period}, {steps.counted(int(row['loads']), 'load')}."
    if pd.isna(row["expected_cycle_days"]):
        return f"{text} No expected cycle is set, so lateness is not measurable."
    cycle = f"expected every {steps.counted(int(row['expected_cycle_days']), 'day')}"
    if row["late_days"]:
        return f"{text} **Late by {steps.counted(int(row['late_days']), 'day')}** ({cycle})."
    return f"{text} On time ({cycle})."


def _about(workspace: Workspace, user: User, feed: str) -> None:
    """What is stated about the feed, to change by those who load."""
    facts = technology.feed_facts(workspace)[feed]
    kept = retention(workspace)[feed]
    st.caption(
        f"Rows are kept for {kept:,} days (changed under Admin)."
        if kept
        else "Rows are kept until someone removes them (changed under Admin)."
    )
    if not user.may("load"):
        _stated(facts)
        return
    with st.form(f"facts-{feed}", border=False):
        left, right = st.columns(2)
        owner = left.text_input("Owner", facts.owner, help="Who answers for this feed")
        source = right.text_input("Source", facts.source, help="The system it is exported from")
        cycle = left.number_input(
            "Expected cycle (days)",
            min_value=1,
            value=facts.expected_cycle_days,
            help="The longest time between two deliveries; blank: none is expected",
        )
        lag = right.number_input(
            "Recording lag (days)",
            min_value=0,
            value=facts.recording_lag_days,
            help="After so many days 95% of the records are in; blank: measured where possible",
        )
        dpia = st.text_input(
            "DPIA reference", facts.dpia_reference, help="Number and date of the approved DPIA"
        )
        if st.form_submit_button("Save"):
            made = technology.FeedFacts(owner.strip(), source.strip(), cycle, dpia.strip(), lag)
            technology.set_feed_facts(workspace, user, feed, made)
            st.rerun()


def _stated(facts: technology.FeedFacts) -> None:
    lines = {
        "Owner": facts.owner,
        "Source": facts.source,
        "Expected cycle": _days(facts.expected_cycle_days),
        "Recording lag": _days(facts.recording_lag_days),
        "DPIA reference": facts.dpia_reference,
    }
    st.markdown("\n".join(f"- **{name}**: {text or _NONE}" for name, text in lines.items()))


def _recipes(workspace: Workspace, user: User, feed: str) -> None:
    """Whether a file of a recipe that falls into the inbox adds to what is held or replaces it."""
    recipes = [recipe for recipe in technology.saved_recipes(workspace) if recipe.feed == feed]
    if not recipes:
        st.info("No recipe is saved for this feed. One is kept when a file is loaded by hand.")
        return
    st.caption(f"Files put into the folder inbox/{feed} are read by the recipe of their header.")
    for recipe in recipes:
        held = technology.recipe_mode(workspace, feed, recipe.signature)
        replaces = st.toggle(
            f"{recipe.name}: a newer extract replaces what is held of its period",
            held == "replace",
            key=f"mode-{feed}-{recipe.signature}",
        )
        mode = "replace" if replaces else "add"
        if mode != held:
            technology.set_recipe_mode(workspace, user, feed, recipe.signature, mode)


def _days(days: int | None) -> str:
    return "" if days is None else steps.counted(days, "day")


def _day(text: str) -> str:
    day = pd.Timestamp(text)
    return f"{day.day} {day:%b %Y}"
