"""What else happened: its register, kept by those who tune the list, and its marks on charts."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import steps, tables, theme, uploads


def register(workspace: Workspace, user: User) -> None:
    """Draw the events, folded, with forms to add, change, remove and upload them."""
    events = targeting.time_events(workspace)
    label = f"What else happened ({steps.counted(len(events), 'event')})"
    with st.expander(label, icon=":material/event_note:", key="time-events"):
        st.caption(
            "Changes of recording, other operations and lockdowns move counts as much as patrol "
            "does. They are marked on every chart over time; school holidays are also compared "
            "under When."
        )
        chosen = None
        if len(events):
            chosen = tables.show(
                events,
                {
                    "name": "Event",
                    "kind": "Kind",
                    "first_day": tables.date("First day"),
                    "last_day": tables.date("Last day"),
                    "note": "Note",
                    "added_by": "Added by",
                },
                key="time-events-table",
                most_rows=6,
                select=user.may("tune"),
                alt="The events register.",
            )
        if user.may("tune"):
            _form(workspace, user, None if chosen is None else events.iloc[chosen])
            if chosen is None:
                _upload(workspace, user)


def mark(figure: go.Figure, events: pd.DataFrame) -> str:
    """Mark dated events (name, kind, first_day, last_day) as lettered bands on a chart over time.

    Returns what the letters stand for, for the sentence under the chart; empty without events.
    School holidays share one letter, because there are many of them.
    """
    holidays = events["kind"] == "school holiday"
    named = [(row.name, [row]) for row in events[~holidays].itertuples(index=False)]
    if holidays.any():
        named.append(("school holidays", list(events[holidays].itertuples(index=False))))
    told = []
    for place, (name, rows) in enumerate(named):
        letter = _letter(place)
        for row in rows:
            # A band of a day or two could not be seen.
            end = max(row.last_day, row.first_day + pd.Timedelta(days=3))
            figure.add_vrect(
                x0=str(row.first_day),
                x1=str(end),
                fillcolor=theme.CATEGORIES[2],
                opacity=0.28,
                line_width=0,
                layer="below",
                annotation_text=letter,
                annotation_position="top left",
                annotation_font_size=12,
            )
        told.append(f"{letter}: {name}")
    return "; ".join(told)


def _letter(place: int) -> str:
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def _form(workspace: Workspace, user: User, event) -> None:
    """Draw the form for a new event, or for the one chosen in the table."""
    event_id = "new" if event is None else event["event_id"]
    with st.form(f"time-event-{event_id}", clear_on_submit=event is None, border=False):
        left, middle, first, last = st.columns([2, 1.3, 1, 1], vertical_alignment="bottom")
        name = left.text_input("Event", "" if event is None else event["name"])
        kinds = list(targeting.EVENT_KINDS)
        kind = middle.selectbox(
            "Kind", kinds, 0 if event is None else kinds.index(event["kind"]), format_func=str.title
        )
        days = (None, None) if event is None else (event["first_day"], event["last_day"])
        starts = first.date_input("First day", days[0], format="DD/MM/YYYY")
        ends = last.date_input("Last day", days[1], format="DD/MM/YYYY")
        note = st.text_input("Note", "" if event is None else event["note"])
        with st.container(horizontal=True):
            is_kept = st.form_submit_button("Add event" if event is None else "Save changes")
            is_removed = event is not None and st.form_submit_button("Remove event")
    values = {"name": name, "kind": kind, "first_day": starts, "last_day": ends, "note": note}
    with steps.action(stop=False):
        if is_removed:
            targeting.remove_event(workspace, user, event_id)
        elif is_kept and event is None:
            targeting.add_event(workspace, user, **values)
        elif is_kept:
            targeting.change_event(workspace, user, event_id, **values)
        if is_kept or is_removed:
            st.rerun()


def _upload(workspace: Workspace, user: User) -> None:
    """Offer a CSV of dates, such as the council's school holidays."""
    files = uploads.files(
        "Or a CSV of dates: name, first_day, last_day; kind (school holiday when left out), note",
        ["csv"],
        "time-events-file",
    )
    if files and st.button("Add these dates", key="time-events-load"):
        with steps.action(stop=False):
            for path in files:
                targeting.add_events(workspace, user, targeting.read_events(path))
            uploads.remove(files)
            st.rerun()
