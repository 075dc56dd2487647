"""Last screen: load at once or as a job, then what became of the rows and what comes next."""

import hashlib
import json
import re
from typing import Any

import streamlit as st

from analytics import technology
from analytics.workspace import jobs
from analytics.workspace.drafts import load_draft, save_draft
from components import steps, uploads
from components.loading import counts, track
from components.loading.files import NEEDED_FIRST, WHAT_FOR, next_needed
from components.loading.track import Flow

JOB_BYTES = 20_000_000
"""Larger loads take more than some five seconds and become jobs."""


def confirm(flow: Flow, report: technology.LoadReport, *, is_decided: bool) -> None:
    """Offer to load: at once, or when the files are large as a job."""
    if is_empty(flow, report):
        st.info("Every row of these files is held already; there is nothing to load.")
        if st.button("Load something else", type="primary"):
            uploads.remove(flow.files)
            track.start_again(flow)
        return
    if not is_decided:
        st.info("Choose above what shall happen to the records held, then load.")
    with st.container(horizontal=True):
        if is_decided and _is_large(flow):
            _job(flow)
        elif st.button("Load", type="primary", icon=":material/upload:", disabled=not is_decided):
            with steps.action(stop=False), st.spinner("Loading ..."):
                made = technology.load(
                    flow.workspace,
                    flow.user,
                    flow.feed,
                    flow.files,
                    columns=flow.columns,
                    crs=flow.crs,
                    mode=flow.mode,
                )
                _finish(flow, made.as_json())
        names = track.of_feed(flow)
        before = names[names.index("checks") - 1]
        if st.button("Back", key="load-back-checks"):
            if flow.is_shape and track.look(flow).crs:
                track.start_again(flow)
            track.go(flow, before)


def is_empty(flow: Flow, report: technology.LoadReport) -> bool:
    """Whether the files hold nothing that a load would store or keep aside."""
    return not report.rows_stored and not report.rows_quarantined and flow.mode == "add"


def is_under_way(flow: Flow) -> bool:
    """Whether a job loads these files now, or has ended since the page was left."""
    job_id = load_draft(flow.workspace, flow.user, f"job:{_job_key(flow)}")
    if job_id is None:
        return False
    state = jobs.state(flow.workspace, job_id)
    return state.is_open or state.state == "done"


def draw_load(flow: Flow) -> None:
    """Show the progress of the job that loads these files."""
    st.subheader("Loading", anchor=False)
    _job(flow)


def _is_large(flow: Flow) -> bool:
    return sum(file.stat().st_size for file in flow.files) > JOB_BYTES


def _arguments(flow: Flow) -> dict[str, Any]:
    files = [str(file) for file in flow.files]
    return {
        "feed": flow.feed,
        "files": files,
        "columns": flow.columns,
        "crs": flow.crs,
        "mode": flow.mode,
    }


def _job_key(flow: Flow) -> str:
    text = json.dumps(_arguments(flow), sort_keys=True)
    return f"load-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _job(flow: Flow) -> None:
    made = steps.job("load", _arguments(flow), flow.user, key=_job_key(flow), label="Load")
    if made:
        _finish(flow, made)


def _finish(flow: Flow, report: dict[str, Any]) -> None:
    """Remember how the file was read, remove it, and turn to the last screen."""
    _remember(flow)
    uploads.remove(flow.files)
    save_draft(flow.workspace, flow.user, f"job:{_job_key(flow)}", None)
    # The names of the files stay out of the draft: some name a device.
    flow.done = {name: value for name, value in report.items() if name != "files"}
    flow.files = []
    flow.save()
    st.rerun()


def _remember(flow: Flow) -> None:
    """Save the matching as the recipe of this header, unless a recipe says just that."""
    if flow.is_shape:
        return
    found = track.look(flow)
    if not found.signature or (found.is_recipe and found.suggestion == flow.columns):
        return
    name = found.recipe or _recipe_name(flow)
    with steps.action(stop=False):
        technology.save_recipe(
            flow.workspace, flow.user, flow.feed, name, found.signature, flow.columns
        )
        flow.recipe = {"name": name, "signature": found.signature}


def _recipe_name(flow: Flow) -> str:
    """Name a recipe after the feed and the words of the file's name: its months will change."""
    words = re.sub(r"\.\w+", " ", flow.files[0].name)
    words = re.sub(r"[\d_\W]+", " ", words).strip()
    name = f"{technology.TITLES[flow.feed]}: {words or 'extract'}"[:70]
    taken = {recipe.name for recipe in technology.saved_recipes(flow.workspace)}
    number = 1
    while (unique := name if number == 1 else f"{name} {number}") in taken:
        number += 1
    return unique


def draw_done(flow: Flow) -> None:
    """Show what a load did, keep its recipe by name, and say what comes next."""
    report = flow.done
    title = technology.TITLES[report["feed"]]
    st.success(f"{title} loaded in {report['seconds']:.1f} s.", icon=":material/check:")
    counts.show_counts(report, "stored")
    if report["warnings"]:
        with st.expander(f"To look at ({len(report['warnings'])})", expanded=True):
            st.markdown("\n".join(f"- {warning}" for warning in report["warnings"]))
    if flow.recipe:
        _rename(flow, report["feed"])
    if report["rows_quarantined"] and flow.user.may("export_records"):
        rows = steps.counted(report["rows_quarantined"], "row")
        with st.expander(f"Take out the {rows} kept aside, to correct them"):
            counts.offer_aside(flow.workspace, flow.user, report["load_id"])
    _next(flow, report["feed"])


def _next(flow: Flow, feed: str) -> None:
    """Name the feed that targeting lacks most, or lead on to it where it lacks none."""
    missing = next_needed(technology.register(flow.workspace))
    if missing:
        title = track.in_words(missing)
        st.markdown(f"**Next: the {title}.** {WHAT_FOR[missing]}")
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Load the {title}" if missing else "Load something else"
        if st.button(label, type="primary" if missing else "secondary", key="load-next"):
            track.start_again(flow)
        if flow.user.may("see:targeting") and feed in (*NEEDED_FIRST, "harm", "points"):
            steps.link("pages/3_targeting.py", "Go on to targeting")


def _rename(flow: Flow, feed: str) -> None:
    """Offer another name for the recipe that was saved."""
    name = st.text_input(
        "Recipe for the next extract of this source",
        flow.recipe["name"],
        key="recipe-new",
        help="A file with the same header is then recognised and goes straight to Checks.",
    ).strip()
    if name != flow.recipe["name"] and name:
        with steps.action(stop=False):
            technology.rename_recipe(
                flow.workspace, flow.user, feed, flow.recipe["signature"], name
            )
            flow.recipe["name"] = name
            flow.save()
            st.toast("The recipe has its new name.")
