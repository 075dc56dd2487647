"""What every page of a step has: head, answer, empty state, method, errors as sentences, jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import streamlit as st

from analytics.workspace import NotMeasurable, SevenStepsError, User, Workspace, jobs
from analytics.workspace.drafts import load_draft, save_draft
from analytics.workspace.overview import programme_name
from components import access, shared, theme

QUESTIONS = {
    "home": "Home: where do we stand, and what is next?",
    "thinking": "Thinking: are we ready, and what is weakest?",
    "technology": "Technology: what data have we, and can we trust it?",
    "targeting": "Targeting: which places, how many, how sure?",
    "training": "Training: who on the roster is trained?",
    "tasking": "Tasking: who goes where, when?",
    "tracking": "Tracking: was the patrol delivered where it was needed?",
    "testing": "Testing: how much violence did it prevent?",
    "admin": "Admin: who may do what, and is it safe?",
}


def header(step: str, user: User) -> Workspace:
    """Draw the marking and the page's question; return the open workspace."""
    workspace = shared.workspace()
    theme.apply()
    with st.container(key="marking"):
        st.markdown(
            f":gray[**{workspace.marking}** · {workspace.name} · {programme_name(workspace)}]"
        )
    st.title(QUESTIONS[step], anchor=False)
    # Headings within a page are of the third level; one of the second must come before them.
    st.html('<h2 class="unseen">In short</h2>')
    if failed := st.session_state.pop("_incident", None):
        st.error(failed)
    return workspace


def answer(text: str) -> None:
    """Show the page's answer: one or two sentences with numbers, under the title."""
    with st.container(key="answer"):
        st.markdown(text)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 place", "2 places"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def moment(workspace: Workspace, at_ms: int) -> str:
    """Return a moment in the workspace's own time: "3 Mar 2026, 21:45"."""
    at = datetime.fromtimestamp(at_ms / 1000, workspace.timezone)
    return f"{at.day} {at:%b %Y, %H:%M}"


def nothing_yet(sentence: str, page: str, label: str) -> None:
    """Say what is missing, link to the page that makes it, and stop."""
    with st.container(border=True):
        st.markdown(sentence)
        link(page, label)
    st.stop()


def link(page: str, label: str, icon: str = ":material/arrow_forward:") -> None:
    """Link to another page by its file name, such as "pages/2_technology.py".

    Where the user's role does not open that page, say instead whom to ask.
    """
    name = page.removeprefix("pages/").removesuffix(".py").split("_")[-1]
    user = access.current_user()
    if user is None or user.may(f"see:{name}"):
        st.page_link(page, label=label, icon=icon)
        return
    *others, last = access.roles_that_see(name)
    who = f"{', '.join(others)} or {last}" if others else last
    st.caption(f"{label}: your role does not open that step. Ask someone with the role {who}.")


@contextmanager
def action(stop: bool = True) -> Iterator[None]:
    """Turn an error meant for people into one sentence on the page.

    What cannot be measured is told as information, everything else as an error. The page stops
    there, because what follows needs the result; with `stop=False` it goes on.
    """
    try:
        yield
    except NotMeasurable as reason:
        st.info(str(reason))
    except SevenStepsError as error:
        st.error(str(error))
    else:
        return
    if stop:
        st.stop()


def method(
    *,
    definition: str,
    period: str = "",
    unit: str = "",
    run_id: str = "",
    source: str = "",
    crs: str = "",
    title: str = "How this was computed",
) -> None:
    """Show, folded, how a number was computed: definition, period, unit, run and source."""
    parts = {
        "Definition": definition,
        "Period": period,
        "Unit": unit,
        "Coordinates": crs,
        "Source": source,
        "Run": f"`{run_id}`" if run_id else "",
    }
    with st.expander(title, icon=":material/function:"):
        st.markdown("\n\n".join(f"**{name}.** {text}" for name, text in parts.items() if text))


def job(
    kind: str, arguments: dict[str, Any], user: User, *, key: str, label: str, primary: bool = True
) -> dict[str, Any] | None:
    """Draw the button that starts a job and, once started, its progress; it may be left.

    Returns the job's result when it is done, None before. The job is remembered for this user, so
    that coming back to the page finds it again.
    """
    workspace, name = shared.workspace(), f"job:{key}"
    job_id = load_draft(workspace, user, name)
    state = jobs.state(workspace, job_id) if job_id else None
    is_running = state is not None and state.is_open
    if st.button(
        label, key=f"{key}-start", type="primary" if primary else "secondary", disabled=is_running
    ):
        with action():
            job_id = jobs.submit(workspace, user, kind, arguments)
        save_draft(workspace, user, name, job_id)
        st.rerun()
    if state is None:
        return None
    if is_running:
        _watch(job_id, key)
        return None
    if state.state != "done":
        st.error(state.error or state.message or "The work stopped before its end. Start it again.")
        return None
    return state.result


@st.fragment(run_every=1.0)
def _watch(job_id: str, key: str) -> None:
    workspace = shared.workspace()
    state = jobs.state(workspace, job_id)
    if not state.is_open:
        st.rerun()
    text = state.message or "Waiting for its turn"
    st.progress(min(max(state.progress or 0.0, 0.0), 1.0), text=text)
    st.caption("You may leave this page; the work goes on.")
