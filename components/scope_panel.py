"""Step 3: the saved definition a list is about, what it takes in, and saving a new version."""

from typing import Any

import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from analytics.workspace.drafts import load_draft, save_draft
from components import steps, tables

_NONE = "Not saved: choose below"
_DRAFT = "targeting-scope-name"
_FLAGS = {
    "is_domestic_excluded": "domestic crimes left out",
    "is_public_place_only": "public places only",
    "is_proactive_excluded": "police-found crimes left out",
}


def choose(workspace: Workspace, user: User) -> dict[str, Any]:
    """Draw the choice of a saved scope; returns the settings it fixes, none without a scope."""
    held = {scope.label: scope for scope in targeting.scopes(workspace)}
    if not held:
        return {}
    kept = st.session_state.get("scope-label", load_draft(workspace, user, _DRAFT))
    options = [_NONE, *held]
    if kept not in options and "scope-label" in st.session_state:
        st.session_state["scope-label"] = _NONE
    label = st.selectbox(
        "Scope",
        options,
        index=options.index(kept) if kept in options else 0,
        key="scope-label",
        help="A saved, versioned definition of the violence that the list is about.",
    )
    if label != load_draft(workspace, user, _DRAFT):
        save_draft(workspace, user, _DRAFT, label)
    if label == _NONE:
        return {}
    st.caption(_in_words(held[label].definition))
    return {"scope": label, **held[label].definition}


def draw(workspace: Workspace, user: User, settings: targeting.TargetingSettings) -> None:
    """Show what the scope takes in and leaves out, and offer to save it as a version."""
    st.subheader("What is in, what is out", anchor=False)
    frame = targeting.scope_account(workspace, settings)
    frame["is_in"] = ["in" if is_in else "out" for is_in in frame["is_in"]]
    tables.show(
        frame,
        {"what": "Crimes", "crimes": tables.number("Number"), "is_in": "In or out"},
        key="scope-account",
    )
    st.caption(
        "Over all dates held. There is no single national definition of serious violence: "
        "write yours down, with a version, so that the list can be made again."
    )
    if user.may("tune"):
        _save(workspace, user, settings)


def _save(workspace: Workspace, user: User, settings: targeting.TargetingSettings) -> None:
    suggested = targeting.suggested_offences(workspace)
    if suggested and not settings.offences:
        st.caption(
            "By Home Office code, serious violence often means: "
            f"{', '.join(suggested)}. A convention: check it against your force's list."
        )
    name = st.text_input("Name of the scope", _name_of(settings.scope), key="scope-name")
    note = st.text_input("Note (who agreed it, when)", key="scope-note")
    with st.container(horizontal=True):
        if st.button("Save as a version", icon=":material/bookmark:", disabled=not name.strip()):
            with steps.action():
                made = targeting.save_scope(workspace, user, name, settings, note)
            save_draft(workspace, user, _DRAFT, made.label)
            st.session_state.pop("scope-label", None)
            st.rerun()
        if settings.scope and st.button("Retire this version", icon=":material/archive:"):
            with steps.action():
                for scope in targeting.scopes(workspace):
                    if scope.label == settings.scope:
                        targeting.retire_scope(workspace, user, scope.scope_id)
            st.session_state.pop("scope-label", None)
            st.rerun()


def _name_of(label: str | None) -> str:
    return label.rpartition(" v")[0] if label else ""


def _in_words(definition: dict[str, Any]) -> str:
    offences = definition.get("offences") or []
    shown = ", ".join(offences[:6]) + (
        f" and {len(offences) - 6} more" if len(offences) > 6 else ""
    )
    flags = [words for name, words in _FLAGS.items() if definition.get(name)]
    return f"{shown or 'All offences'}; {', '.join(flags) or 'no crimes left out by flag'}."
