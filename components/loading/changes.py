"""What a newer extract changes in the records held of its period, and the choice that follows."""

import pandas as pd
import streamlit as st

from analytics import technology
from components import tables
from components.loading import track
from components.loading.track import Flow

KINDS = {
    "new": ("New", "Not held yet"),
    "cancelled": ("Cancelled", "Held, but no longer in the extract"),
    "reclassified": ("Reclassified", technology.CHANGES["reclassified"]),
    "moved": ("Moved", technology.CHANGES["moved"]),
    "retimed": ("Retimed", technology.CHANGES["retimed"]),
    "outcome_changed": ("Outcome changed", technology.CHANGES["outcome_changed"]),
    "otherwise_changed": ("Otherwise changed", technology.CHANGES["otherwise_changed"]),
    "kept_aside": ("Not usable now", "Held, and kept aside in the extract"),
    "unchanged": ("Unchanged", "Alike in both"),
}
MODES = {"replace": "Replace what is held of this period", "add": "Add, and keep what is held"}
_CAPTIONS = (
    "Records of the period follow the extract; those replaced come back when the load is undone.",
    "A record that differs then stands in two versions.",
)


def found(flow: Flow) -> technology.ExtractChanges | None:
    """Compare the files with what is held of their period; None where nothing is to choose."""
    made = track.remembered(
        flow,
        "changes",
        flow.columns,
        lambda: technology.compare_extract(
            flow.workspace, flow.user, flow.feed, flow.files, columns=flow.columns
        ),
        "Comparing with what is held ...",
    )
    return made if made and made.touches_held else None


def ask(flow: Flow, changes: technology.ExtractChanges) -> bool:
    """Show what the extract changes and ask for the mode; returns whether one is chosen."""
    first, last = (_day(day) for day in (changes.period_first, changes.period_last))
    st.markdown(
        f"**{changes.held:,} records of this period are held already** ({first} to {last}). The "
        "extract changes some of them."
    )
    counted = [(name, getattr(changes, name)) for name in KINDS if getattr(changes, name)]
    shown = pd.DataFrame(
        [(KINDS[name][0], count, KINDS[name][1]) for name, count in counted],
        columns=["kind", "records", "means"],
    )
    row = tables.show(
        shown,
        {"kind": "Change", "records": "Records", "means": tables.text("Meaning", wide=True)},
        key="load-changes",
        select=True,
        caption="Choose a change for examples.",
        alt="Records by how the extract changes them",
    )
    if row is not None and row < len(counted):
        _examples(changes, counted[row][0])
    if changes.doubt():
        st.warning(changes.doubt())
    given = flow.mode if "mode" in flow.confirmed else None
    mode = st.radio(
        "What shall happen to them?",
        list(MODES),
        index=list(MODES).index(given) if given else None,
        format_func=MODES.__getitem__,
        captions=_CAPTIONS,
        key=f"{flow.key}-mode",
    )
    if mode and (mode != flow.mode or "mode" not in flow.confirmed):
        flow.mode = mode
        flow.confirmed.append("mode")
        flow.save()
    return mode is not None


def _examples(changes: technology.ExtractChanges, kind: str) -> None:
    rows = changes.samples[changes.samples["kind"] == kind].drop(columns="kind")
    rows = rows.dropna(axis=1, how="all")
    names = {
        "crime_id": "Record number",
        "held_time": tables.moment("Held: time"),
        "new_time": tables.moment("Extract: time"),
        "held_offence": "Held: offence",
        "new_offence": "Extract: offence",
        "held_outcome": "Held: outcome",
        "new_outcome": "Extract: outcome",
        "moved_m": tables.number("Moved", unit="m"),
    }
    tables.show(rows.head(10), names, key=f"load-changes-{kind}", alt="Examples of the change")


def _day(text: str) -> str:
    day = pd.Timestamp(text)
    return f"{day.day} {day:%b %Y}"
