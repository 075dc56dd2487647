"""What to do in each hot spot and the rules a plan keeps there: one table, one form."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics import targeting, tasking
from analytics.tasking import Briefing, SavedBriefing
from analytics.workspace import InputError, User, Workspace
from components import steps, tables

TACTICS = (
    "Be seen: stand in plain sight where people pass",
    "Engage: talk with people, premises and door staff",
    "Walk the whole place once, then stay at its busiest corner",
    "Check the hiding places and the way in and out",
    "Watch the queue, the rank or the stop until it clears",
    "Hand out crime prevention advice",
)
COLUMNS = {
    "rank": tables.number("Rank"),
    "name": tables.text("Place"),
    "told": tables.text("Briefed"),
    "rules": tables.text("Rules of the plan"),
    "pop": tables.text("Problem plan"),
    "due": tables.date("Due"),
    "saved": tables.text("Saved"),
}


def draw(workspace: Workspace, user: User) -> None:
    """Draw the table of hot spots with what is filled, and the form of the one chosen."""
    held = targeting.list_in_force(workspace)
    places = pd.DataFrame(held.hotspots[["hotspot_id", "rank", "name"]]).sort_values("rank")
    saved = tasking.briefings(workspace)
    frame = pd.DataFrame([_row(place, saved.get(place["hotspot_id"])) for place in _dicts(places)])
    told = int((frame["told"] == "yes").sum())
    steps.answer(
        f"**{told:,} of {steps.counted(len(frame), 'hot spot')} have a briefing;** "
        f"{steps.counted(int((frame['rules'] != '').sum()), 'place')} with rules of their own. "
        "Officers read it on the shift sheet."
    )
    row = tables.show(
        frame,
        COLUMNS,
        key="briefing-table",
        select=True,
        most_rows=8,
        caption="Choose a place; its briefing stands below.",
    )
    chosen = frame.iloc[row if row is not None else _first_open(frame)]
    _tell_why(workspace, user, chosen)
    _form(workspace, user, chosen, saved.get(chosen["hotspot_id"]))


def _first_open(frame: pd.DataFrame) -> int:
    """Return the place of greatest need without a briefing, the first where each has one."""
    is_open = frame["told"] != "yes"
    return int(is_open.to_numpy().argmax()) if is_open.any() else 0


def _tell_why(workspace: Workspace, user: User, place: pd.Series) -> None:
    """Say what the sheet tells of a place by itself: why, where, and the last seven days."""
    spot = place["hotspot_id"]
    facts = tasking.place_facts(workspace, [spot])[spot]
    with steps.action():
        recent = tasking.recent_violence(workspace, user)
    st.markdown(
        f"##### {int(place['rank'])} {place['name']}\n\n**Why this place, as the sheet has it:** "
        f"{facts.why}. Violence: {recent.words(spot)}. Streets: {facts.where or 'none loaded'}."
    )


def _dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dict("records")


def _row(place: dict[str, Any], saved: SavedBriefing | None) -> dict[str, Any]:
    told = saved.briefing if saved else Briefing()
    pop = ""
    if told.pop.is_begun:
        parts = {"S": told.pop.scanning, "A": told.pop.analysis}
        parts |= {"R": told.pop.response, "A ": told.pop.assessment}
        pop = "".join(letter.strip() if text else "·" for letter, text in parts.items())
        pop += f", {told.pop.owner}" if told.pop.owner else ""
    return {
        **place,
        "told": "yes" if told.has_tactics else "not yet",
        "rules": _rules(told),
        "pop": pop,
        "due": pd.Timestamp(told.pop.due) if told.pop.due else pd.NaT,
        "saved": f"version {saved.version}, {saved.saved_by}" if saved else "",
    }


def _rules(told: Briefing) -> str:
    parts = [f"{told.partner} instead"] if told.partner else []
    if told.least_visits_per_day is not None:
        parts.append(f"at least {told.least_visits_per_day:g} a day")
    if told.most_visits_per_day is not None:
        parts.append(f"at most {told.most_visits_per_day:g} a day")
    parts += [f"{first}-{last}" for first, last in told.hours]
    if told.not_units:
        parts.append(f"not {', '.join(told.not_units)}")
    return "; ".join(parts)


def _form(workspace: Workspace, user: User, place: pd.Series, saved: SavedBriefing | None) -> None:
    told = saved.briefing if saved else Briefing()
    key = f"briefing-{place['hotspot_id']}-{saved.version if saved else 0}"
    with st.form(key):
        left, right = st.columns(2, gap="medium")
        with left:
            values = _what_to_do(told, key)
        with right:
            values |= _rules_form(workspace, told, key)
        with st.expander("Problem-oriented policing plan (SARA)", expanded=told.pop.is_begun):
            values["pop"] = _pop_form(told, key)
        pressed = st.form_submit_button("Save briefing", type="primary", icon=":material/save:")
    if pressed:
        with steps.action(stop=False):
            version = tasking.save_briefing(
                workspace, user, place["hotspot_id"], tasking.make_briefing(_checked(values))
            )
            st.toast(f"{place['name']}: version {version} holds from now on.")
            st.rerun()


def _what_to_do(told: Briefing, key: str) -> dict[str, Any]:
    st.markdown("**What officers are told**")
    why = st.text_area(
        "Why this place, in your words",
        told.why,
        key=f"{key}-why",
        height=68,
        placeholder="Printed before the figures above",
    )
    known = st.text_area("Known problem", told.known_problem, key=f"{key}-known", height=68)
    what = st.multiselect(
        "What to do there",
        list(dict.fromkeys([*told.what_to_do, *TACTICS])),
        default=list(told.what_to_do),
        accept_new_options=True,
        max_selections=8,
        key=f"{key}-what",
        help="Choose, or type your own and press Enter.",
    )
    speak = st.text_input("Who to speak to", told.who_to_speak_to, key=f"{key}-speak")
    avoid = st.text_input("What to avoid", told.avoid, key=f"{key}-avoid")
    return {
        "why": why.strip(),
        "known_problem": known.strip(),
        "what_to_do": [line.strip() for line in what if line.strip()],
        "who_to_speak_to": speak.strip(),
        "avoid": avoid.strip(),
    }


def _rules_form(workspace: Workspace, told: Briefing, key: str) -> dict[str, Any]:
    st.markdown("**Rules that the plan keeps**")
    partner = st.text_input(
        "Partner instead of officers",
        told.partner,
        key=f"{key}-partner",
        placeholder="Such as wardens; empty: officers patrol it",
    )
    first, second = st.columns(2)
    least = first.number_input(
        "Least visits a day", 0.0, 24.0, told.least_visits_per_day, 0.5, key=f"{key}-least"
    )
    most = second.number_input(
        "Most visits a day", 0.0, 24.0, told.most_visits_per_day, 0.5, key=f"{key}-most"
    )
    hours = st.text_input(
        "Hours",
        ", ".join(f"{first}-{last}" for first, last in told.hours),
        key=f"{key}-hours",
        placeholder="Any hour; or 18:00-02:00, 12:00-14:00",
    )
    units = sorted({*tasking.unit_names(workspace), *told.not_units})
    not_units = st.multiselect(
        "Units that are not sent", units, list(told.not_units), key=f"{key}-not"
    )
    st.caption("Left empty, the settings of the plan hold.")
    return {
        "partner": partner.strip(),
        "least_visits_per_day": least,
        "most_visits_per_day": most,
        "hours": hours,
        "not_units": not_units,
    }


def _pop_form(told: Briefing, key: str) -> dict[str, Any]:
    pop = told.pop
    labels = {
        "scanning": "Scanning: what is the problem?",
        "analysis": "Analysis: why here, why then?",
        "response": "Response: what will be done?",
        "assessment": "Assessment: did it work, and how do we know?",
    }
    values: dict[str, Any] = {
        name: st.text_area(label, getattr(pop, name), key=f"{key}-{name}", height=68).strip()
        for name, label in labels.items()
    }
    first, second = st.columns(2)
    values["owner"] = first.text_input("Owner", pop.owner, key=f"{key}-owner").strip()
    values["due"] = second.date_input(
        "Due", pop.due, key=f"{key}-due", format="DD/MM/YYYY", min_value=None
    )
    return values


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the form's values with the hours read from their text."""
    pairs = []
    for part in filter(None, (text.strip() for text in values["hours"].split(","))):
        first, dash, last = part.partition("-")
        if not dash:
            raise InputError(f"The hours '{part}' are not readable. Write them as 18:00-02:00.")
        pairs.append((first.strip(), last.strip()))
    return {**values, "hours": pairs}
