"""The loads of a feed: what each did, taking one back, and fixing the rows it kept aside."""

import json
from pathlib import Path

import pandas as pd
import streamlit as st

from analytics import programme, technology
from analytics.workspace import User, Workspace
from components import loading, steps, tables, uploads

_KINDS = ("new", "cancelled", *technology.CHANGES, "kept_aside")
_MODES = {"add": "added", "replace": "replaced its period", "fix": "corrections"}


def draw(workspace: Workspace, user: User, feed: str) -> None:
    """Every load of the feed, newest first, and the one chosen."""
    if said := st.session_state.pop("feed-loads-said", None):
        st.success(said)
    made = technology.loads(workspace, feed)
    made["when"] = tables.local_moments(made["at_ms"], workspace.timezone)
    made["did"] = [
        "taken back" if undone else _MODES[mode]
        for undone, mode in zip(made["is_undone"], made["mode"], strict=True)
    ]
    tables.show(
        made,
        {
            "when": tables.moment("When"),
            "username": tables.text("By"),
            "did": tables.text("Did"),
            "rows_read": tables.number("Read"),
            "rows_stored": tables.number("Stored"),
            "rows_quarantined": tables.number("Kept aside"),
            "rows_already_held": tables.number("Already held"),
        },
        key=f"loads-{feed}",
    )
    standing = made[~made["is_undone"]].set_index("load_id")
    if standing.empty:
        return
    chosen = st.selectbox(
        "Load",
        standing.index.tolist(),
        format_func=lambda load_id: _named(standing.loc[load_id]),
        key=f"load-of-{feed}",
    )
    _one(workspace, user, standing.loc[chosen])


def _named(load: pd.Series) -> str:
    files = json.loads(load["files"])
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{load['when']:%d %b %Y, %H:%M}".lstrip("0") + f": {files[0]}{more}"


def _one(workspace: Workspace, user: User, load: pd.Series) -> None:
    facts = {name: int(load[name]) for name in load.index if name.startswith("rows_")}
    loading.show_counts(
        facts | {"reasons": json.loads(load["reasons"]), "load_id": load.name}, "stored"
    )
    if load["mode"] == "replace" and isinstance(load["changes"], str):
        changes = json.loads(load["changes"])
        named = [f"{changes[kind]:,} {kind.replace('_', ' ')}" for kind in _KINDS if changes[kind]]
        st.markdown(f"Compared with what was held: {', '.join(named) or 'nothing changed'}.")
    if rules := technology.open_rules(workspace, load.name):
        with st.expander(f"Fix the {sum(rules.values()):,} rows kept aside"):
            _fix(workspace, user, str(load["feed"]), load.name, rules)
    _undo(workspace, user, load)


def _fix(workspace: Workspace, user: User, feed: str, load_id: str, rules: dict[str, int]) -> None:
    """Correct rows in the downloaded file or, up to 200 of one rule, in the page."""
    st.markdown("**Many rows:** download them, correct the values, and give the file back.")
    loading.offer_aside(workspace, user, load_id)
    files = uploads.files("The corrected file", None, key=f"fixed-{load_id}")
    if files and st.button("Load the corrected rows", key=f"reload-{load_id}"):
        with steps.action(stop=False):
            _settle(technology.reload_fixed(workspace, user, load_id, files[0]), files)
    rule = st.selectbox(
        "**A few rows:** correct them here",
        list(rules),
        format_func=lambda name: f"{technology.RULES[name]} ({rules[name]:,})",
        index=None,
        placeholder="Choose why they were kept aside",
        key=f"rule-{load_id}",
    )
    if rule is None:
        return
    most = technology.MOST_EDITED
    rows = technology.open_rows(workspace, user, load_id, rule, most)
    shown = rows.drop(columns="rule")
    edited = st.data_editor(
        shown,
        hide_index=True,
        disabled=["file", "line"],
        key=f"edit-{load_id}-{rule}",
        column_config=_titles(feed, shown),
    )
    if rules[rule] > most:
        st.caption(f"The first {most:,} of {rules[rule]:,} rows. Correct the others in the file.")
    st.caption("Write dates as 2026-03-31 19:45, or with the day first.")
    if st.button("Check and store the corrected rows", key=f"store-{load_id}"):
        with steps.action(stop=False):
            _settle(technology.fix_rows(workspace, user, load_id, edited), [])


def _titles(feed: str, shown: pd.DataFrame) -> dict[str, str]:
    known = technology.FEED_COLUMNS[feed]
    return {name: known.get(name, name.capitalize()) for name in shown.columns}


def _settle(done: technology.Fixed, files: list[Path]) -> None:
    """Say what became of the rows, after a new run of the page has the new counts."""
    if done.stored or done.already_held:
        uploads.remove(files)
        st.session_state["feed-loads-said"] = done.sentence()
        st.rerun()
    st.warning(done.sentence())
    for rule, count in done.reasons.items():
        st.markdown(f"- {count:,}: {technology.RULES[rule]}")


def _undo(workspace: Workspace, user: User, load: pd.Series) -> None:
    """Take the load back, once the person has seen what that does."""
    with st.popover("Undo this load", icon=":material/undo:"):
        effect = technology.undo_effect(workspace, user, load.name)
        if effect.blocked:
            st.warning(effect.blocked)
            return
        st.markdown(effect.sentence())
        if stale := programme.stale_after(workspace, effect.feed):
            st.markdown(f"Results that rest on it go stale: {', '.join(stale)}.")
        if st.button("Undo it", key=f"undo-{load.name}", type="primary"):
            with steps.action(stop=False):
                technology.undo_load(workspace, user, load.name)
                st.session_state["feed-loads-said"] = f"Undone: {effect.sentence()}"
                st.rerun()
