"""From a ranking to a list in force: decisions on heaping places, sign-off and downloads."""

import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import chosen_place, exports, hotspot_list, list_changes, steps

_ASKED_ONE_BY_ONE = 3
"""Of more points that wait, one decision for all of them is offered too."""


def decisions(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Ask about each place where records heap, or all of them; decided ones can be undone."""
    waiting = result.undecided["place_key"].drop_duplicates().tolist()
    if len(waiting) > _ASKED_ONE_BY_ONE:
        _decide_all(workspace, user, waiting)
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
                    _is_pressed(user, heap.place_key, "keep", "Yes, keep them"),
                    _is_pressed(user, heap.place_key, "exclude", "No, leave them out"),
                ]
            for decision, is_asked in zip(("keep", "exclude"), asked, strict=True):
                if is_asked:
                    _decide(workspace, user, heap.place_key, decision, reason)


def _decide_all(workspace: Workspace, user: User, waiting: list[str]) -> None:
    """Offer one decision with one reason for every point, as data moved to block points need."""
    with st.container(border=True, key="heaps-together"):
        st.markdown(
            f"**All {len(waiting)} at once.** Data whose coordinates were moved to one point a "
            "street or block heap everywhere: one reason may then do for all."
        )
        reason = st.text_input(
            "Reason for all", key="reason-for-all", placeholder="Kept with the list"
        )
        if st.button(f"Keep all {len(waiting)}", disabled=not user.may("decide")):
            with steps.action(stop=False):
                for place_key in waiting:
                    targeting.decide_heaping(workspace, user, place_key, "keep", reason)
                st.rerun()


def sign_off(workspace: Workspace, user: User, listed: targeting.EditedList) -> None:
    """Draw the page's main action: make this list, edits included, the one in force from a day."""
    result = listed.result
    held = targeting.list_in_force(workspace)
    st.subheader("Sign off", anchor=False)
    st.caption(_state(listed, held))
    with st.container(horizontal=True):
        if len(listed.undecided):
            st.button(
                "Open To decide",
                icon=":material/rule:",
                on_click=chosen_place.open_tab,
                args=(chosen_place.DECIDE,),
            )
        _period(workspace, user, result)
    if held is not None:
        list_changes.against(workspace, result, held, listed.hotspots)
    note = st.text_input(
        "Note", key="sign-off-note", max_chars=1000, placeholder="Why now, who was asked, what next"
    )
    left, middle, _ = st.columns([1, 1, 2], vertical_alignment="bottom")
    start = left.date_input("In force from", workspace.today(), format="DD/MM/YYYY")
    may, waiting = user.may("sign_off"), len(listed.undecided)
    if middle.button(
        "Sign off the list",
        type="primary",
        icon=":material/verified:",
        disabled=bool(waiting) or not may,
        help=None if may else "An analyst or the lead signs off.",
    ):
        with steps.action():
            targeting.sign_off(workspace, user, result.settings, start, with_edits=True, note=note)
        st.session_state["signed-off"] = f"In force from {targeting.day_text(start)}."
        st.rerun()
    if told := st.session_state.pop("signed-off", None):
        st.success(told, icon=":material/check:")
        if user.may("see:tasking"):
            steps.link("pages/5_tasking.py", "Go on to tasking: plan the patrols")
    list_changes.versions(workspace, user, result, listed.hotspots)


def _period(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Offer, in one press, the list that knows the newest crimes, and the tested one again."""
    if not user.may("decide"):
        return
    if result.counts.scope.test:
        st.button(
            "Rank on all that is held",
            icon=":material/update:",
            on_click=hotspot_list.set_test,
            args=(workspace, user, None),
            help="Clears the test dates, so that the list knows the newest crimes too. How much "
            "it will catch can then only be told later.",
        )
    elif (start := targeting.suggested_test_from(workspace)) is not None:
        st.button(
            "Test the list on the last year",
            icon=":material/history:",
            on_click=hotspot_list.set_test,
            args=(workspace, user, start),
            help="Ranks on the crimes before it, and counts what the list caught of the rest.",
        )


def _state(listed: targeting.EditedList, held: targeting.HotspotList | None) -> str:
    """Say what is in force, what signing does, and what stands in its way."""
    result = listed.result
    told = (
        "No list is in force yet. "
        if held is None
        else f"In force: version {held.version} with {len(held.hotspots):,} places, since "
        f"{targeting.day_text(held.valid_from)}. "
    )
    made = len(listed.applied)
    edits = f" with {steps.counted(made, 'edit')} by hand" if made else ""
    told += (
        f"Signing off puts {steps.counted(len(listed.hotspots), 'place')}{edits} in force from the "
        "day below; the list before ends on that day and is kept."
    )
    if not result.settings.offences and result.settings.scope is None:
        told += " Every offence counts: choose offences in the panel where the programme has some."
    waiting = len(listed.undecided)
    if waiting:
        told += f" **{steps.counted(waiting, 'place')} must be decided first, under To decide.**"
    if result.counts.scope.test:
        told += (
            f" This list ranks crimes up to {targeting.day_text(result.counts.scope.train.last)}: "
            "later ones are kept back to test it."
        )
    return told


def fair_use(workspace: Workspace, result: targeting.HotspotResult) -> None:
    """Show, folded, where recorded crime may mislead about this list."""
    with st.expander("Fair use: where the records may mislead", icon=":material/balance:"):
        for caution in targeting.fair_use(workspace, result):
            st.markdown(f"**{caution.title}.** {caution.text}")


def downloads(workspace: Workspace, user: User, listed: targeting.EditedList) -> None:
    """Offer the list, edits included, as files."""
    kinds = {
        "GeoJSON": ("hotspots.geojson", lambda: targeting.geojson(workspace, listed)),
        "GeoPackage": ("hotspots.gpkg", lambda: targeting.geopackage(workspace, listed)),
        "KML": ("hotspots.kml", lambda: targeting.kml(workspace, listed)),
        "Shapefile": ("hotspots_shapefile.zip", lambda: targeting.shapefile(workspace, listed)),
        "Excel": ("hotspots.xlsx", lambda: targeting.workbook(workspace, user, listed)),
        "PDF report": ("report.pdf", lambda: targeting.report(workspace, user, listed)),
    }
    with st.container(horizontal=True):
        for label, (name, make) in kinds.items():
            exports.offer(
                label, make, name, user, "hotspots", listed.result.run_id, key=f"targeting-{name}"
            )


def _is_pressed(user: User, place_key: str, decision: str, label: str) -> bool:
    return st.button(label, key=f"{decision}-{place_key}", disabled=not user.may("decide"))


def _decide(workspace: Workspace, user: User, place_key: str, decision: str, reason: str) -> None:
    """Keep the decision; a refusal stands below the buttons and the page goes on."""
    with steps.action(stop=False):
        targeting.decide_heaping(workspace, user, place_key, decision, reason)
        st.rerun()
