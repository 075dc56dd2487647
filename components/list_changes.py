"""What a list changes: the draft against the one in force, and any two versions."""

import geopandas as gpd
import pandas as pd
import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import maps, steps, tables, theme

_COLOURS = {
    "stays": (theme.QUIET, True),
    "redrawn": (theme.CATEGORIES[4], True),
    "new": (theme.CATEGORIES[3], True),
    "goes": (theme.RED, False),
}
_DRAFT = "This list"


def against(
    workspace: Workspace,
    result: targeting.HotspotResult,
    held: targeting.HotspotList,
    draft: gpd.GeoDataFrame,
) -> None:
    """Say in one sentence what signing the draft changes against the list in force."""
    changes = targeting.compare_lists(workspace, result, held.hotspots, draft)
    st.markdown(f"**What changes against version {held.version}:** {changes.sentence()}")


def versions(
    workspace: Workspace, user: User, result: targeting.HotspotResult, draft: gpd.GeoDataFrame
) -> None:
    """Show, folded, every version and what one changes against another; nothing without any."""
    held = targeting.list_versions(workspace, user)
    if held.empty:
        return
    label = f"Versions and changes ({steps.counted(len(held), 'version')})"
    box = st.expander(label, icon=":material/history:", key="list-versions", on_change="rerun")
    if not box.open:
        return
    with box:
        _table(held)
        numbers = held["version"].tolist()
        left, right = st.columns(2)
        before = left.selectbox("Compare", numbers, format_func="Version {}".format)
        after = right.selectbox(
            "with",
            [_DRAFT, *numbers],
            format_func=lambda n: n if n == _DRAFT else f"Version {n}",
            key="version-after",
        )
        with steps.action(stop=False):
            later = (
                draft if after == _DRAFT else targeting.version_of(workspace, user, after).hotspots
            )
            earlier = targeting.version_of(workspace, user, before).hotspots
            changes = targeting.compare_lists(workspace, result, earlier, later)
            _show(changes, f"version {before}", _DRAFT.lower() if after == _DRAFT else after)


def _table(held: pd.DataFrame) -> None:
    tables.show(
        held,
        {
            "version": tables.number("Version"),
            "state": tables.text("State"),
            "places": tables.number("Places"),
            "valid_from": tables.date("In force from"),
            "valid_to": tables.date("until", why="Up to, not including."),
            "signed_by": tables.text("Signed by"),
            "signed_at": tables.moment("Signed"),
            "note": tables.text("Note", wide=True),
            "run_id": tables.text("Run"),
        },
        key="list-versions-table",
        most_rows=6,
        alt="All versions of the list, newest first.",
    )


def _show(changes: targeting.ListChanges, before: str, after: object) -> None:
    st.markdown(changes.sentence())
    places = changes.places
    groups = [
        (change, places[places["change"] == change], colour, is_filled)
        for change, (colour, is_filled) in _COLOURS.items()
    ]
    maps.outlines(
        groups,
        key="changes-map",
        alt=f"Map of what {after} changes against {before}; the table below lists the same.",
        height=380,
    )
    tables.show(
        pd.DataFrame(places.drop(columns="geometry")),
        {
            "change": tables.text("Change"),
            "name": tables.text("Place"),
            "before": tables.text("Before"),
            "after": tables.text("After"),
        },
        key="changes-table",
        caption="A place stays when it covers the same ground to a square metre.",
        alt="The places of both lists and what happens to each.",
    )
