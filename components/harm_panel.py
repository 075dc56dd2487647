"""Step 3: which table of harm weights counts, codes with several weights, and a table of one's own."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from analytics.workspace.drafts import load_draft, save_draft
from components import steps, tables

_LAST = "The table loaded last"
_DRAFT = "targeting-harm-table"
_MOST_ROWS = 500


def chosen(workspace: Workspace, user: User) -> str | None:
    """Return the table of weights that the user chose, None for the one loaded last."""
    label = load_draft(workspace, user, _DRAFT)
    return label if label in [table.label for table in targeting.harm_tables(workspace)] else None


def draw(workspace: Workspace, user: User) -> None:
    """Draw the room of harm weights: choose, decide codes, enter a table of one's own."""
    held = targeting.harm_tables(workspace)
    label = chosen(workspace, user)
    now = label or (held[0].label if held else "none loaded")
    st.subheader(f"Harm weights: {now}", anchor=False)
    if held:
        _choose(workspace, user, held, label)
        _decide(workspace, user, label)
    else:
        st.markdown(
            "Harm says where the gravest violence is. Load a table of weights on the Technology "
            "page (the official Cambridge Crime Harm Index spreadsheet is recognised), or enter "
            "your own here."
        )
    if user.may("load") and st.toggle("Enter a table of our own", key="harm-own"):
        _own(workspace, user, label)


def _choose(
    workspace: Workspace, user: User, held: list[targeting.HarmTable], label: str | None
) -> None:
    options = [_LAST, *(table.label for table in held)]
    picked = st.selectbox(
        "Weights in use", options, index=options.index(label) if label else 0, key="harm-label"
    )
    if (None if picked == _LAST else picked) != label:
        save_draft(workspace, user, _DRAFT, None if picked == _LAST else picked)
        st.rerun()
    used = next((table for table in held if table.label == picked), held[0])
    source = f" Source: {used.source}." if used.source and "://" not in used.source else ""
    st.caption(
        f"{used.codes:,} codes, {used.ambiguous_codes:,} of them with several weights."
        f"{' Illustrative: not for decisions.' if used.is_illustrative else ''}{source} Every "
        "list and chart ranked by harm names this table and version."
    )


def _decide(workspace: Workspace, user: User, label: str | None) -> None:
    """Ask for the weight of the extract's codes that have several; no median is taken."""
    unclear = targeting.harm_weights(workspace, label).ambiguous
    taken = targeting.chosen_weights(workspace, label)
    if len(taken):
        st.caption(
            f"Chosen by hand: {', '.join(f'{row.code} = {row.days:g}' for row in taken.itertuples())} "
            "days."
        )
    if unclear.empty:
        return
    number = unclear["offence_code"].nunique()
    st.markdown(
        f"**{steps.counted(number, 'code')} of the extract {'has' if number == 1 else 'have'} "
        "several weights.** Such a code adds no harm until you say which is meant."
    )
    codes = unclear.groupby("offence_code")
    code = st.selectbox(
        "Code",
        list(codes.groups),
        format_func=lambda code: f"{code} {codes.get_group(code)['title'].iloc[0]}",
        key="harm-code",
    )
    days = st.radio(
        "Days of harm",
        sorted(codes.get_group(code)["days"]),
        format_func=lambda value: f"{value:g}",
        horizontal=True,
        key=f"harm-days-{code}",
    )
    if st.button("Use this weight", disabled=not user.may("decide")):
        with steps.action():
            targeting.choose_weight(workspace, user, code, days, label)
        st.rerun()


def _own(workspace: Workspace, user: User, label: str | None) -> None:
    rows = st.data_editor(
        _start(workspace, label),
        column_config={
            "code": tables.text("Offence code"),
            "title": tables.text("Offence", wide=True),
            "days": tables.number("Harm", unit="days", digits=1),
        },
        num_rows="dynamic",
        hide_index=True,
        key="harm-editor",
    )
    name = st.text_input("Name of the table", key="harm-name", placeholder="Our force's weights")
    version = st.text_input("Version", key="harm-version", placeholder="2026")
    source = st.text_input("Source", key="harm-source", placeholder="Who set the weights, and how")
    if st.button("Save as a new version", icon=":material/save:"):
        with steps.action():
            made = targeting.save_harm_table(workspace, user, name, version, rows, source)
        save_draft(workspace, user, _DRAFT, made.label)
        st.rerun()


def _start(workspace: Workspace, label: str | None) -> pd.DataFrame:
    """Begin with the codes of the extract and the weights they have now."""
    held = targeting.harm_weights(workspace, label).scores
    scores: dict[str, Any] = dict(zip(held["offence_code"], held["harm_days"], strict=True))
    rows = [(code, title, scores.get(code)) for code, title in targeting.offence_codes(workspace)]
    return pd.DataFrame(rows[:_MOST_ROWS], columns=["code", "title", "days"]).astype(
        {"code": str, "title": str, "days": float}
    )
