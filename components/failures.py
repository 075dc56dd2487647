"""What did not work, on Home: each with its sentence and the one thing to do about it."""

import streamlit as st

from analytics import programme, technology
from analytics.workspace import User, Workspace, jobs
from components import steps

MOST_SHOWN = 5


def draw(workspace: Workspace, user: User) -> None:
    """Show what failed, newest first; draws nothing where all went well."""
    found = programme.failures(workspace, user)
    if not found:
        return
    with st.container(border=True, key="failures"):
        st.markdown(f":red[:material/error:] **{_count(len(found))}**")
        for failure in found[:MOST_SHOWN]:
            _draw_one(workspace, user, failure)
        if len(found) > MOST_SHOWN:
            st.caption(f"The newest {MOST_SHOWN} of {len(found):,} are shown.")


def _count(found: int) -> str:
    return "One thing did not work." if found == 1 else f"{found:,} things did not work."


def _draw_one(workspace: Workspace, user: User, failure: programme.Failure) -> None:
    key = failure.job_id or f"{failure.feed}-{failure.file}"
    said, action = st.columns([7.1, 2.1], vertical_alignment="center")
    where = f" (in the folder inbox/{failure.feed}/failed)" if failure.file else ""
    with said.container():
        st.markdown(f"**{_plain(failure.title)}**{where}")
        st.text(failure.sentence)
    if failure.job_id:
        if action.button("Run again", key=f"again-{key}", width="stretch"):
            with steps.action(stop=False):
                jobs.run_again(workspace, user, failure.job_id)
                st.rerun()
    elif action.button(
        "Delete the file", key=f"delete-{key}", width="stretch", icon=":material/delete:"
    ):
        with steps.action(stop=False):
            technology.dismiss_failure(workspace, user, failure.feed, failure.file)
            st.rerun()


def _plain(text: str) -> str:
    """Take the meaning out of signs that a file's name may hold and Markdown would read."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]()#:$<>~|!" else sign for sign in text)
