"""First screen: the feed, its files, and the recipes that are held."""

import pandas as pd
import streamlit as st

from analytics import technology
from analytics.workspace import FEEDS
from components import steps, tables, uploads
from components.loading import track
from components.loading.track import Flow

NEEDED_FIRST = ("crimes", "boundary", "streets")
"""What step 3 needs, and what makes its map and its shares of area good."""
WHAT_FOR = {
    "crimes": "There is no list without them.",
    "boundary": "Without it, shares of area rest on a rough outline round the crimes.",
    "streets": "They name the places and draw the map; a list can be made without them.",
}
KINDS = (
    "CSV, Excel, Parquet, zip or gz; GPX and PLT for GPS; GeoJSON, GeoPackage, shapefile or KML "
    "for shapes"
)


def draw(flow: Flow, held: pd.DataFrame) -> None:
    """Choose a feed and its files; what `held` (the register) lacks most is suggested."""
    suggested = next_needed(held) or NEEDED_FIRST[0]
    flow.feed = st.session_state.get("load-feed", suggested)
    track.show(flow, "files")
    flow.feed = st.selectbox(
        "What do you load?",
        FEEDS,
        index=FEEDS.index(suggested),
        format_func=technology.TITLES.__getitem__,
        key="load-feed",
    )
    # Whatever the feed: files given while it changes must not be lost.
    key = f"uploads-{st.session_state.get('uploads-begun', 0)}"
    given = uploads.files(
        f"Files: {KINDS}",
        None,
        key=key,
        help="Several files or a zip of monthly folders are one load. Files above 200 MB go into "
        f"the folder inbox/{flow.feed} of the workspace.",
    )
    if given:
        _take(flow, given, key)
    _recipes(flow)


def next_needed(held: pd.DataFrame) -> str | None:
    """Return the first feed that targeting needs and the register `held` lacks, None if none."""
    loaded = set(held.loc[held["loads"] > 0, "feed"])
    return next((feed for feed in NEEDED_FIRST if feed not in loaded), None)


def _take(flow: Flow, given: list, key: str) -> None:
    flow.files = given
    with steps.action(stop=False):
        with st.spinner("Looking at the files ..."):
            other = technology.feed_by_recipe(flow.workspace, flow.user, flow.feed, given)
            if other is not None:
                _offer_other(flow, other, ", as loaded before,")
                return
            other = technology.feed_by_header(flow.workspace, flow.user, flow.feed, given)
            if other is not None:
                _offer_other(flow, other, " by their columns,")
                return
            found = technology.inspect(flow.workspace, flow.user, flow.feed, given)
        if found.refusal:
            st.error(f"File '{found.files[0]}': {found.refusal}")
            return
        _read_as(flow, found)
        uploads.release(key)
        st.rerun()


def _offer_other(flow: Flow, other: str, why: str) -> None:
    """Say that the files have the header of another feed, and offer to load them so."""
    title, chosen = track.in_words(other), track.in_words(flow.feed)
    st.info(f"These files look like {title}{why} not like {chosen}.")
    st.button(
        f"Load them as {title}",
        type="primary",
        on_click=st.session_state.update,
        args=({"load-feed": other},),
    )


def _read_as(flow: Flow, found: technology.Recognition) -> None:
    """Take what was recognised; of shapes only the layer is named, their attributes are found."""
    flow.columns = dict(found.suggestion)
    if flow.is_shape:
        flow.columns = {"layer": flow.part} if flow.part else None
    flow.save()


def draw_parts(flow: Flow, found: technology.Recognition) -> None:
    """Ask which sheet of a workbook or layer of a GeoPackage is meant, where several fit."""
    kind = "layer" if flow.is_shape else "sheet"
    st.subheader(f"Which {kind} holds the {track.in_words(flow.feed)}?", anchor=False)
    part = st.radio(
        f"Several fit, and only one {kind} can be read at a time",
        found.parts,
        index=None,
        key=f"{flow.key}-part",
    )
    with st.container(horizontal=True):
        if st.button("Go on", type="primary", disabled=part is None, key="load-on-part"):
            flow.part = part
            _read_as(flow, track.look(flow))
            st.rerun()
        if st.button("Back", key="load-back-part"):
            track.start_again(flow)


def _recipes(flow: Flow) -> None:
    """List the recipes, to be renamed or deleted."""
    held = technology.saved_recipes(flow.workspace)
    if not held:
        return
    with st.expander(f"Saved recipes ({len(held)})", icon=":material/bookmark:"):
        st.caption("A file with the header of a recipe is read by it and goes straight to Checks.")
        shown = pd.DataFrame(
            {
                "name": [recipe.name for recipe in held],
                "feed": [technology.TITLES[recipe.feed] for recipe in held],
                "columns": [len(set(recipe.columns) - set(track.OPTIONS)) for recipe in held],
                "by": [recipe.saved_by for recipe in held],
                "when": tables.local_moments(
                    pd.Series([recipe.saved_ms for recipe in held]), flow.workspace.timezone
                ),
            }
        )
        columns = {
            "name": tables.text("Recipe", wide=True),
            "feed": "Feed",
            "columns": "Columns",
            "by": "Saved by",
            "when": tables.moment("Saved"),
        }
        row = tables.show(
            shown, columns, key="recipes", select=True, caption="Choose one to rename or delete it."
        )
        if row is not None:
            _change(flow, held[row])


def _change(flow: Flow, recipe: technology.Recipe) -> None:
    name = st.text_input("Name of the recipe", recipe.name, key=f"recipe-{recipe.signature}")
    with st.container(horizontal=True):
        if st.button("Rename", disabled=name.strip() == recipe.name):
            with steps.action():
                technology.rename_recipe(
                    flow.workspace, flow.user, recipe.feed, recipe.signature, name
                )
            st.rerun()
        if st.button("Delete this recipe", icon=":material/delete:"):
            with steps.action():
                technology.delete_recipe(flow.workspace, flow.user, recipe.feed, recipe.signature)
            st.rerun()
