"""The parts of the admin page: people, log, backups, retention, the force, jobs."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import streamlit as st

from analytics import technology
from analytics.workspace import ROLES, User, Workspace, jobs, overview, people, retention
from components import log_words, steps, tables


def draw_people(workspace: Workspace, user: User) -> None:
    """List accounts; add one, change roles, disable, enable, reset, sign out everywhere."""
    listed = people.list_people(workspace, user)
    if told := st.session_state.pop("_told", None):
        st.success(told, icon=":material/key:")
    frame = pd.DataFrame(
        {
            "username": [person.username for person in listed],
            "name": [person.name for person in listed],
            "roles": [", ".join(sorted(person.roles)) for person in listed],
            "state": ["Disabled" if person.is_disabled else "Active" for person in listed],
            "seen": _moments(workspace, [person.last_sign_in_ms for person in listed]),
        }
    )
    columns = {
        "username": tables.text("Username"),
        "name": tables.text("Name"),
        "roles": tables.text("Roles"),
        "state": tables.text("State"),
        "seen": tables.moment("Last sign-in"),
    }
    tables.show(frame, columns, key="people", alt="Everyone who has an account")
    left, right = st.columns(2)
    with left, st.container(border=True):
        _change_person(workspace, user, listed)
    with right, st.container(border=True):
        _add_person(workspace, user)


def _change_person(workspace: Workspace, user: User, listed: list[people.Person]) -> None:
    st.subheader("Change a person", anchor=False)
    by_name = {person.username: person for person in listed}
    chosen = st.selectbox("Person", list(by_name), key="person")
    if chosen is None:
        return
    person = by_name[chosen]
    roles = st.multiselect(
        "Roles", list(ROLES), default=sorted(person.roles), key=f"roles-{chosen}"
    )
    if st.button("Save roles", key="save-roles", type="primary"):
        with steps.action(stop=False):
            people.set_roles(workspace, user, chosen, set(roles))
            _tell(f"{person.name} now has: {', '.join(sorted(roles))}.")
    with st.container(horizontal=True):
        if st.button("Reset password", key="reset"):
            with steps.action(stop=False):
                password = people.reset_password(workspace, user, chosen)
                _tell(f"New password of {chosen}, shown once: `{password}`")
        if st.button("Sign out everywhere", key="sign-out-person"):
            with steps.action(stop=False):
                people.sign_out_everywhere(workspace, user, chosen)
                _tell(f"{person.name} is signed out on every device.")
        if person.is_disabled and st.button("Enable", key="enable"):
            with steps.action(stop=False):
                people.enable(workspace, user, chosen)
                _tell(f"{person.name} may sign in again.")
        if not person.is_disabled and st.button("Disable", key="disable"):
            with steps.action(stop=False):
                people.disable(workspace, user, chosen)
                _tell(f"{person.name} can no longer sign in.")


def _add_person(workspace: Workspace, user: User) -> None:
    st.subheader("Add a person", anchor=False)
    with st.form("add-person", border=False, clear_on_submit=True):
        username = st.text_input("Username", autocomplete="off")
        name = st.text_input("Name, as the log will show it", autocomplete="off")
        roles = st.multiselect("Roles", list(ROLES), key="new-roles")
        if st.form_submit_button("Add", type="primary"):
            with steps.action(stop=False):
                password = people.add_person(workspace, user, username, name, set(roles))
                _tell(f"{name} is added. Password, shown once: `{password}`")


def draw_log(workspace: Workspace, user: User) -> None:
    """Show the newest records, with a filter and the check of the whole chain."""
    usernames, actions = overview.log_choices(workspace, user)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.selectbox("Person", ["", *usernames], format_func=_or_all, key="log-who")
        what = st.selectbox("Action", ["", *actions], format_func=log_words.action, key="log-what")
        is_asked = st.button("Verify the whole log", key="verify", icon=":material/verified:")
    if is_asked:
        found = overview.verify_log(workspace, user)
        if found.verified and found.reason:
            st.warning(f"All {found.records:,} records follow from each other. {found.reason}")
        elif found.verified:
            st.success(f"All {found.records:,} records are in place and unchanged.")
        else:
            st.error(f"The log is not intact. {found.reason}")
    frame = overview.read_log(workspace, user, username=who, action=what)
    frame = frame.assign(
        at=tables.local_moments(frame["at_ms"], workspace.timezone),
        action=[log_words.action(name) for name in frame["action"]],
        object_type=frame["object_type"].str.replace("_", " "),
        detail=[log_words.detail(text) for text in frame["detail"]],
    )
    columns = {
        "number": tables.number("No"),
        "at": tables.moment("When"),
        "username": tables.text("Who"),
        "roles": tables.text("As"),
        "action": tables.text("Did"),
        "object_type": tables.text("To what"),
        "object_id": tables.text("Which"),
        "detail": tables.text("Detail", wide=True),
    }
    caption = "The newest 200 records."
    tables.show(frame, columns, key="log", caption=caption, most_rows=16, alt="Audit log")


def draw_backup(workspace: Workspace, user: User) -> None:
    """Make a backup as a job; say where it lies and how to restore it."""
    folder = workspace.path.parent / f"{workspace.path.name}-backups"
    st.markdown(
        "A backup is one file with the database and the patrol positions. The hash key is not in "
        "it: keep the escrowed key elsewhere, or a restored workspace cannot match new loads."
    )
    folder.mkdir(exist_ok=True, mode=0o700)
    name = f"backup-{datetime.now(workspace.timezone):%Y%m%d-%H%M%S}.zip"
    arguments = {"file": str(folder / name)}
    made = steps.job("backup", arguments, user, key="backup", label="Back up now")
    if made:
        st.success(f"Backup made: {made['bytes']:,} bytes. SHA-256 {made['sha256'][:16]}…")
    held = sorted(folder.glob("*.zip"), reverse=True)
    if held:
        _list_backups(workspace, held)
    st.caption(
        "Restore on the command line while the app is stopped: "
        "`python -m analytics restore FILE WORKSPACE`."
    )


def _list_backups(workspace: Workspace, files: list[Path]) -> None:
    made_ms = [int(file.stat().st_mtime * 1000) for file in files]
    frame = pd.DataFrame(
        {
            "file": [file.name for file in files],
            "made": _moments(workspace, made_ms),
            "megabytes": [file.stat().st_size / 1e6 for file in files],
        }
    )
    columns = {
        "file": tables.text("File"),
        "made": tables.moment("Made"),
        "megabytes": tables.number("Size", digits=1, unit="MB"),
    }
    tables.show(frame, columns, key="backups", caption=f"In the folder {files[0].parent.name}")


def draw_retention(workspace: Workspace, user: User) -> None:
    """Show for how long each feed is kept; administrators change it and purge."""
    frame = overview.feeds_kept(workspace, user)
    shown = frame.assign(
        feed=frame["feed"].map(technology.TITLES),
        last=tables.local_moments(frame["last_load_ms"], workspace.timezone),
    )
    columns = {
        "feed": tables.text("Feed"),
        "retention_days": tables.number("Kept for", unit="days"),
        "rows": tables.number("Rows loaded"),
        "last": tables.moment("Last load"),
    }
    caption = "No number of days: rows stay until someone removes or replaces them."
    tables.show(
        shown, columns, key="retention", most_rows=14, alt="Retention per feed", caption=caption
    )
    if user.may("manage_workspace"):
        _set_retention(
            workspace, user, dict(zip(frame["feed"], frame["retention_days"], strict=True))
        )
        _purge(workspace, user)


def _set_retention(workspace: Workspace, user: User, held: dict[str, float]) -> None:
    with st.container(border=True):
        left, right = st.columns(2)
        feed = left.selectbox(
            "Feed", retention.DATED, format_func=technology.TITLES.get, key="retention-feed"
        )
        days = right.number_input(
            "Keep for (days)",
            min_value=1,
            value=None if pd.isna(held[feed]) else int(held[feed]),
            step=30,
            key=f"retention-days-{feed}",
            placeholder="without an end",
        )
        if st.button("Save the retention", type="primary", key="retention-save"):
            with steps.action(stop=False):
                retention.set_retention(workspace, user, feed, days)
                st.rerun()


def _purge(workspace: Workspace, user: User) -> None:
    """Say what goes before it goes: a purge cannot be taken back."""
    with st.popover("Purge what is past its period", icon=":material/delete:"):
        st.markdown("These rows are deleted for good; totals by place and day stay.")
        kept = retention.retention(workspace)
        until = {
            feed: workspace.today() - timedelta(days=days) for feed, days in kept.items() if days
        }
        st.markdown(
            "\n".join(
                f"- **{technology.TITLES[feed]}** from before {day.day} {day:%b %Y}"
                for feed, day in until.items()
            )
        )
        if st.button("Delete them for good", key="purge", type="primary"):
            with steps.action(stop=False):
                removed = retention.purge_expired(workspace, user)
                words = ", ".join(
                    f"{rows:,} of {technology.TITLES[feed]}" for feed, rows in removed.items()
                )
                st.success(f"Removed: {words}." if words else "Nothing was past its period.")


def draw_force(workspace: Workspace, user: User) -> None:
    """Show and change the facts of the force."""
    st.markdown(
        f"Coordinates **{workspace.crs}** · time zone **{workspace.timezone.key}** · "
        f"marking **{workspace.marking}**. These are set when the workspace is made."
    )
    minutes = workspace.day_starts_minutes
    with st.form("force", border=True):
        name = st.text_input("Name of the force", workspace.name)
        starts = st.text_input(
            "A patrol day begins at",
            f"{minutes // 60:02d}:{minutes % 60:02d}",
            help="Decides to which day a night belongs. Changing it changes every daily number.",
            validate=(r"^([01]\d|2[0-3]):[0-5]\d$", "Write it as 06:00."),
        )
        if st.form_submit_button("Save", type="primary"):
            with steps.action(stop=False):
                overview.change_force(workspace, user, name, starts)
                st.rerun()


def draw_jobs(workspace: Workspace, user: User) -> None:
    """List the newest jobs; one that waits or runs may be cancelled, another run again."""
    listed = jobs.recent(workspace, 50)
    if not listed:
        st.info("No work has been given to the server yet.")
        return
    frame = pd.DataFrame(
        {
            "kind": [job.kind for job in listed],
            "state": [job.state for job in listed],
            "progress": [job.progress for job in listed],
            "who": [job.username for job in listed],
            "asked": _moments(workspace, [job.created_ms for job in listed]),
            "ended": _moments(workspace, [job.finished_ms for job in listed]),
            "said": [job.error or job.message for job in listed],
        }
    )
    columns = {
        "kind": tables.text("Work"),
        "state": tables.text("State"),
        "progress": tables.bar("Progress"),
        "who": tables.text("Asked by"),
        "asked": tables.moment("Asked"),
        "ended": tables.moment("Ended"),
        "said": tables.text("Message", wide=True),
    }
    chosen = tables.show(frame, columns, key="jobs", select=True, alt="The newest jobs")
    if chosen is None or not user.may("run_jobs"):
        return
    job = listed[chosen]
    if st.button("Cancel it" if job.is_open else "Run it again", key="job-act"):
        with steps.action(stop=False):
            act = jobs.cancel if job.is_open else jobs.run_again
            act(workspace, user, job.job_id)
            st.rerun()


def _moments(workspace: Workspace, times_ms: list[int | None]) -> pd.Series:
    return tables.local_moments(pd.Series(times_ms, dtype="Int64"), workspace.timezone)


def _tell(sentence: str) -> None:
    """Say it on the next run, below the table that will then be up to date."""
    st.session_state["_told"] = sentence
    st.rerun()


def _or_all(username: str) -> str:
    return username or "All"
