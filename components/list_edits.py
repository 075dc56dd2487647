"""Step 3, tab Edit the list: merge, drop, rename and redraw places before they are signed off."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import edit_map, list_drawing, steps, tables

_SHOWN_EDITS = 12
_ONE = {
    "drop": "Drop",
    "rename": "Rename",
    "redraw": "Move or redraw",
}
_NONE = {"keep": "Keep a place below the cut", "add": "Add a place of my own"}


@st.fragment
def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Offer the changes a person may make to the ranked list."""
    listed = targeting.apply_edits(workspace, user, result)
    # A new key for every edit: a tick would otherwise stay on a row that now is another place.
    turn = f"{len(listed.history)}-{len(listed.applied)}"
    st.markdown(_told(listed))
    left, right = st.columns([1.65, 1], gap="medium")
    with left:
        picture = st.container()
        picked = _table(listed.hotspots, f"{turn}-{edit_map.turn()}")
    with right, st.container(border=True, key="edit-panel"):
        if user.may("decide"):
            preview = _panel(workspace, user, listed, picked, turn) or edit_map.Preview()
        else:
            preview = edit_map.Preview()
            st.caption("An analyst or the lead edits the list.")
    with picture:
        edit_map.draw(listed.hotspots, picked, preview)
    for doubt in listed.warnings:
        st.caption(doubt)
    if listed.history:
        _before_and_after(listed)
        _history(workspace, user, listed)


def _told(listed: targeting.EditedList) -> str:
    made, waiting = len(listed.applied), [s for _, s in listed.history if s.startswith("waits")]
    if not listed.history:
        return (
            "**Nothing has been changed by hand.** Tick places in the table or on the map, then "
            "choose what to do with them. Every change keeps its reason and can be undone."
        )
    text = (
        f"**{steps.counted(len(listed.hotspots), 'place')} after {steps.counted(made, 'edit')}.**"
    )
    if waiting:
        text += (
            f" {steps.counted(len(waiting), 'edit')} cannot be applied to the list as it is now."
        )
    return text


def _table(places: gpd.GeoDataFrame, turn: str) -> pd.DataFrame:
    frame = pd.DataFrame(places.drop(columns=["geometry", "cells"]))
    frame["edits"] = frame["edits"].map("; ".join)
    frame["share_of_count"] = 100 * frame["share_of_count"].astype(float)
    columns = {
        "rank": tables.number("Rank"),
        "name": tables.text("Place"),
        "edits": tables.text("Edited"),
        "decision": tables.text("To decide"),
        "count": tables.number("Crimes", why="Of the ranking period, inside the boundary."),
        "share_of_count": tables.number("Share", digits=2, unit="%"),
        "test_count": tables.number("Later crimes", why="Crimes of the test period."),
    }
    for name in ("test_count", "decision", "edits"):
        if not frame[name].notna().any() or not frame[name].astype(str).str.strip().any():
            del columns[name]
    rows = tables.pick(
        frame,
        columns,
        key=f"edit-places-{turn}",
        alt="The places of the list, to be ticked.",
        ticked=np.flatnonzero(places["hotspot_id"].isin(edit_map.picked())).tolist(),
    )
    return places.iloc[rows]


def _panel(
    workspace: Workspace,
    user: User,
    listed: targeting.EditedList,
    picked: gpd.GeoDataFrame,
    turn: str,
) -> edit_map.Preview | None:
    """Draw the one action chosen for the ticked places; returns what the map shows of it."""
    st.subheader("Change", anchor=False)
    if len(picked) > 1:
        st.markdown(f"Merge {steps.counted(len(picked), 'place')}")
        return _merge(workspace, user, listed, picked, turn)
    offers = dict(_NONE)
    if len(picked) == 1:
        offers = dict(_ONE)
        if len(picked["cells"].iloc[0]) > 1 and not picked["is_drawn"].iloc[0]:
            offers["split"] = "Split into its cells"
        if picked["decision"].iloc[0]:
            offers["keep_heap"] = "Keep although records heap"
        st.markdown(f"**{picked['rank'].iloc[0]} {picked['name'].iloc[0]}**")
    else:
        st.caption("Tick one place to change it, several to merge them; or:")
    chosen = st.radio(
        "What to do", list(offers), format_func=offers.get, key=f"edit-what-{len(picked)}-{turn}"
    )
    return _ACTIONS[chosen](workspace, user, listed, picked, turn)


def _merge(workspace, user, listed, picked, turn) -> edit_map.Preview | None:
    preview = None
    with steps.action(stop=False):
        shape = targeting.merge_shape(listed.result, [row for _, row in picked.iterrows()])
        preview = edit_map.Preview(list_drawing.as_layer(shape, picked.crs, "Merged"))
        ground = f"{shape.area / 1e4:,.2f} ha"
        st.caption(f"One place of {ground}, {picked['count'].sum():,} crimes in its parts.")
    name = st.text_input("Name (empty: that of the best)", key=f"merge-name-{turn}")
    ids = picked["hotspot_id"].tolist()
    _do(
        "Merge",
        turn,
        lambda why: targeting.merge_places(workspace, user, listed.result, ids, why, name),
    )
    return preview


def _drop(workspace, user, listed, picked, turn) -> None:
    st.caption("It leaves the list; the place below the cut does not move up.")
    key = picked["hotspot_id"].iloc[0]
    _do("Drop", turn, lambda why: targeting.drop_place(workspace, user, listed.result, key, why))


def _rename(workspace, user, listed, picked, turn) -> None:
    key = picked["hotspot_id"].iloc[0]
    name = st.text_input("New name", key=f"rename-{key}-{turn}")
    _do(
        "Rename",
        turn,
        lambda why: targeting.rename_place(workspace, user, listed.result, key, name, why),
    )


def _split(workspace, user, listed, picked, turn) -> None:
    key = picked["hotspot_id"].iloc[0]
    _do("Split", turn, lambda why: targeting.split_place(workspace, user, listed.result, key, why))


def _keep_heap(workspace, user, listed, picked, turn) -> None:
    key = picked["hotspot_id"].iloc[0]
    st.caption(
        f"Records heap here ({picked['decision'].iloc[0]}). Keeping it settles the decision."
    )
    _do("Keep", turn, lambda why: targeting.keep_place(workspace, user, listed.result, key, why))


def _redraw(workspace, user, listed, picked, turn) -> edit_map.Preview | None:
    place = picked.iloc[0]
    key = place["hotspot_id"]
    name = f"{key}-{turn}"
    cells = None
    if listed.result.counts.is_grid:
        cells = targeting.cells_round(listed.result, place["geometry"])
    drawn = list_drawing.boundary(workspace, place["geometry"], name, cells)
    shown = (cells, list_drawing.cells_key(name)) if list_drawing.shows_cells(name) else ()
    if drawn is None:
        return edit_map.Preview(None, *shown)
    shape, how = drawn
    _do(
        "Use this boundary",
        turn,
        lambda why: targeting.redraw_place(workspace, user, listed.result, key, shape, why, how),
    )
    return edit_map.Preview(list_drawing.as_layer(shape, picked.crs, "New boundary"), *shown)


def _keep(workspace, user, listed, picked, turn) -> None:
    below = targeting.next_places(workspace, listed.result)
    below = below[~below["hotspot_id"].isin(listed.hotspots["hotspot_id"])]
    if below.empty:
        st.caption("No place is left below the cut.")
        return
    labels = {
        key: f"{rank} {name}, {steps.counted(count, 'crime')}"
        for key, name, rank, count in below[["hotspot_id", "name", "rank", "count"]].to_numpy()
    }
    key = st.selectbox("Place", list(labels), format_func=labels.get, key=f"keep-{turn}")
    _do("Keep", turn, lambda why: targeting.keep_place(workspace, user, listed.result, key, why))


def _add(workspace, user, listed, picked, turn) -> edit_map.Preview | None:
    name = st.text_input("Name", key=f"add-name-{turn}")
    drawn = list_drawing.boundary(workspace, None, f"add-{turn}")
    if drawn is None:
        return None
    shape, _ = drawn
    _do(
        "Add",
        turn,
        lambda why: targeting.add_place(workspace, user, listed.result, shape, name, why),
    )
    layer = list_drawing.as_layer(shape, listed.hotspots.crs, name or "My own place")
    return edit_map.Preview(layer)


_ACTIONS: dict[str, Callable] = {
    "drop": _drop,
    "rename": _rename,
    "redraw": _redraw,
    "split": _split,
    "keep_heap": _keep_heap,
    "keep": _keep,
    "add": _add,
}


def _do(label: str, turn: str, make: Callable[[str], str]) -> None:
    """Ask for the reason and make the edit; a refusal stands below the button."""
    reason = st.text_input(
        "Reason", key=f"edit-reason-{turn}", placeholder="Kept with the list", max_chars=400
    )
    if st.button(label, key=f"edit-do-{label}-{turn}", icon=":material/edit:"):
        with steps.action(stop=False):
            make(reason)
            st.rerun()


def _before_and_after(listed: targeting.EditedList) -> None:
    """Show what the edits do to the list's measures."""
    rows = []
    for label, score in (("As computed", listed.unedited_score), ("As edited", listed.score)):
        rows.append(
            {
                "list": label,
                "places": score.places,
                "held": 100 * score.share_of_count,
                "caught": None if score.hit_rate is None else 100 * score.hit_rate,
                "pai": score.pai,
                "area": score.area_km2,
                "hours": score.patrol_hours_per_week,
            }
        )
    scope = listed.result.counts.scope
    tables.show(
        pd.DataFrame(rows),
        {
            "list": tables.text("List"),
            "places": tables.number("Places"),
            "held": tables.number("Crimes held", digits=2, unit="%", why=f"Of {scope.train}."),
            "caught": tables.number("Caught later", digits=2, unit="%", why=f"Of {scope.test}."),
            "pai": tables.number("PAI", digits=1, why="Share caught over share of the area."),
            "area": tables.number("Area", digits=2, unit="km²"),
            "hours": tables.number("Patrol", digits=1, unit="h a week"),
        },
        key="edit-scores",
        caption="Scored on the boundaries as drawn; ground and crimes in two places count once.",
        alt="The list's measures as computed and as edited.",
    )


def _history(workspace: Workspace, user: User, listed: targeting.EditedList) -> None:
    st.markdown("**History**")
    newest = list(reversed(listed.history))
    for edit, state in newest[:_SHOWN_EDITS]:
        _edit(workspace, user, edit, state)
    if len(newest) > _SHOWN_EDITS:
        with st.expander(f"{steps.counted(len(newest) - _SHOWN_EDITS, 'earlier edit')}"):
            for edit, state in newest[_SHOWN_EDITS:]:
                _edit(workspace, user, edit, state)


def _edit(workspace: Workspace, user: User, edit: targeting.Edit, state: str) -> None:
    words, button = st.columns([5, 1], vertical_alignment="center")
    told = "" if state == "applied" else f" · **{state}**"
    words.markdown(
        f"{edit.sentence()}: {edit.reason}  \n:gray[{edit.edited_by}, "
        f"{targeting.when_text(edit, workspace)}{told}]"
    )
    label, act = ("Redo", targeting.redo_edit) if edit.is_undone else ("Undo", targeting.undo_edit)
    pressed = button.button(
        label, key=f"{label}-{edit.edit_id}", disabled=not user.may("decide"), width="stretch"
    )
    if pressed:
        with steps.action(stop=False):
            act(workspace, user, edit.edit_id)
            st.rerun()
