"""From a ranking to a list in force: decisions on heaping places, sign-off and downloads."""

import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import exports, steps


def decisions(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Ask about each place where records heap; decided ones can be undone."""
    for heap in result.heaping.itertuples():
        with st.container(border=True, key=f"heap-{heap.place_key}"):
            what = f"**{heap.name or 'One point'}** ({heap.kind}): {heap.records:,} records"
            if heap.decision:
                words = "Kept" if heap.decision == "keep" else "Left out"
                st.markdown(f"{what}. {words}: {heap.reason}")
                if _is_pressed(user, heap.place_key, "undo", "Undo"):
                    _decide(workspace, user, heap.place_key, "undo", "")
                continue
            st.markdown(
                f"{what}, {heap.share_of_place:.0%} of place {heap.rank}. Did they happen there, "
                "in public?"
            )
            reason = st.text_input(
                "Reason", key=f"reason-{heap.place_key}", placeholder="Kept with the list"
            )
            with st.container(horizontal=True):
                asked = [
                    _is_pressed(user, heap.place_key, "keep", "Keep"),
                    _is_pressed(user, heap.place_key, "exclude", "Leave out"),
                ]
            for decision, is_asked in zip(("keep", "exclude"), asked, strict=True):
                if is_asked:
                    _decide(workspace, user, heap.place_key, decision, reason)


def sign_off(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Draw the page's main action: make this list the one in force from a day."""
    held = targeting.list_in_force(workspace)
    now = (
        "No list is in force yet."
        if held is None
        else f"In force: version {held.version} with {len(held.hotspots):,} places, since "
        f"{targeting.day_text(held.valid_from)}."
    )
    waiting = len(result.undecided)
    if waiting:
        now += f" **{steps.counted(waiting, 'place')} must be decided first, under To decide.**"
    if result.counts.scope.test:
        now += (
            f" This list ranks crimes up to {targeting.day_text(result.counts.scope.train.last)}; "
            "clear the test dates to rank on all that is held."
        )
    st.caption(now)
    left, middle, _ = st.columns([1, 1, 2], vertical_alignment="bottom")
    start = left.date_input("In force from", workspace.today(), format="DD/MM/YYYY")
    may = user.may("sign_off")
    if middle.button(
        "Sign off the list",
        type="primary",
        icon=":material/verified:",
        disabled=bool(waiting) or not may,
        help=None if may else "An analyst or the lead signs off.",
    ):
        with steps.action():
            targeting.sign_off(workspace, user, result.settings, start)
        st.session_state["signed-off"] = f"In force from {targeting.day_text(start)}."
        st.rerun()
    if told := st.session_state.pop("signed-off", None):
        st.success(told)


def downloads(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Offer the list as files."""
    kinds = {
        "GeoJSON": ("hotspots.geojson", lambda: targeting.geojson(workspace, result)),
        "GeoPackage": ("hotspots.gpkg", lambda: targeting.geopackage(workspace, result)),
        "Excel": ("hotspots.xlsx", lambda: targeting.workbook(workspace, user, result)),
        "PDF report": ("report.pdf", lambda: targeting.report(workspace, user, result)),
    }
    with st.container(horizontal=True):
        for label, (name, make) in kinds.items():
            exports.offer(
                label, make, name, user, "hotspots", result.run_id, key=f"targeting-{name}"
            )


def _is_pressed(user: User, place_key: str, decision: str, label: str) -> bool:
    return st.button(label, key=f"{decision}-{place_key}", disabled=not user.may("decide"))


def _decide(workspace: Workspace, user: User, place_key: str, decision: str, reason: str) -> None:
    """Keep the decision; a refusal stands below the buttons and the page goes on."""
    with steps.action(stop=False):
        targeting.decide_heaping(workspace, user, place_key, decision, reason)
        st.rerun()
