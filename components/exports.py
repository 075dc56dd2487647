"""Downloads: made when asked for, recorded as disclosures, with a reason where records leave."""

import re
from collections.abc import Callable
from datetime import date

import streamlit as st

from analytics.workspace import InputError, User
from analytics.workspace.rights import as_of_now
from components import shared


def days_named(first: date, last: date) -> str:
    """Return days as a file name begins with them, so that names sort: 2026-08-31."""
    return f"{first}" if first == last else f"{first}_to_{last}"


def plain_name(text: str) -> str:
    """Return what is left of a name in a file name: letters, figures and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def offer(
    label: str,
    data: bytes | Callable[[], bytes],
    file_name: str,
    user: User,
    object_type: str,
    object_id: str,
    *,
    key: str,
    records: bool = False,
    icon: str = ":material/download:",
    needs: str = "export",
) -> None:
    """Draw a download button that logs the disclosure when it is pressed.

    Nothing is prepared before that: a prepared file could be fetched without signing in.
    `records=True` marks record-level data: it needs its own right and a reason. `needs` is the
    right that other files take, where it is not the usual one.
    """
    right = "export_records" if records else needs
    if not user.may(right):
        return
    reason = ""
    if records:
        reason = st.text_input(
            "Reason for taking records out", key=f"{key}-reason", placeholder="For the log"
        ).strip()

    def make() -> bytes:
        workspace = shared.workspace()
        # The page may be older than a change of roles, and a press fetches without a new run.
        workspace.require(as_of_now(workspace, user), right)
        if records and not reason:
            raise InputError("Records leave only with a reason for the log. Enter one.")
        made = data() if callable(data) else data
        detail = {"file": file_name, "bytes": len(made), "reason": reason}
        workspace.log(user, "disclose", object_type, object_id, detail)
        return made

    st.download_button(
        label,
        make,
        file_name,
        key=key,
        icon=icon,
        disabled=records and not reason,
        on_click="ignore",
    )
