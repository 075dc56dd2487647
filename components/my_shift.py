"""An officer's own shift on a phone: check in, check out, and the own results."""

import re
from datetime import datetime

import pandas as pd
import streamlit as st

from analytics import tasking, tracking
from analytics.workspace import User, Workspace
from components import steps, tables

MODES = {"foot": "On foot", "cycle": "Bicycle", "car": "Car"}


def draw(workspace: Workspace, user: User) -> None:
    """The stops of today in order with one button each, then what the officer has done."""
    unit = tracking.unit_or_none(workspace, user)
    if unit is None:
        st.info("No unit is linked to your account. Ask an administrator to link it to your unit.")
        return
    today = workspace.today()
    names = tasking.place_names(workspace)
    plan = tasking.plan_in_force(workspace, today, today)
    stops = plan[plan["unit"] == unit].sort_values("starts")
    done = tracking.own_check_ins(workspace, user, today)
    standing = tracking.open_check_in(workspace, user)
    closed = [one for one in done if one.minutes is not None]
    minutes = sum(one.minutes or 0 for one in closed)
    st.markdown(
        f"**{_plain(unit)}, {today:%A} {today.day} {today:%b}: {steps.counted(len(closed), 'visit')} and "
        f"{minutes:.0f} minutes reported by you, {len(stops)} planned for your unit.**"
    )
    if standing is not None:
        _draw_standing(workspace, user, standing, names)
    if standing is None or not standing.is_forgotten:
        _draw_stops(workspace, user, stops, done, standing, names)
    _draw_afterwards(workspace, user, names)
    _draw_done(workspace, user, done, names)
    for one in tracking.without_end(workspace, user):
        _draw_without_end(workspace, user, one, names)
    with st.expander("My results, seen by me alone", icon=":material/lock:"):
        _draw_results(workspace, user)
    st.caption(
        "Times here are self-reported and stay apart from those of GPS. Position is not taken from "
        "your phone."
    )


def _draw_standing(
    workspace: Workspace, user: User, one: tracking.CheckIn, names: dict[str, str]
) -> None:
    """The visit that is open: check out now, or say when a forgotten one ended."""
    began = _local(workspace, one.in_ms)
    place = _plain(names.get(one.hotspot_id, one.hotspot_id))
    with st.container(border=True, key="standing"):
        if one.is_forgotten:
            st.warning(
                f"You checked in at {place} on {began.day} {began:%b, %H:%M} and never out. Say "
                "when you left; until then the visit counts no minutes."
            )
            ended = st.time_input("I left at", value=None, step=60, key="left-at")
            note, did = "", {}
        else:
            st.markdown(f"**You are at {place}** since {began:%H:%M}.")
            ended, note = None, st.text_input("Note (name nobody)", key="out-note", max_chars=500)
            did = _ask_activity()
        label = "Close this visit" if one.is_forgotten else "Check out"
        waits = one.is_forgotten and ended is None
        if st.button(label, type="primary", width="stretch", key="check-out", disabled=waits):
            with steps.action(stop=False):
                tracking.check_out(workspace, user, one.check_in_id, note=note, ended=ended)
                now = tracking.present_ms(workspace)
                tracking.add_activity(workspace, user, one.hotspot_id, one.unit, did, now)
                st.rerun()
        if st.button("Checked in by mistake", width="stretch", key="take-back"):
            with steps.action(stop=False):
                tracking.remove_check_in(workspace, user, one.check_in_id)
                st.rerun()


def _ask_activity() -> dict[str, int]:
    """What was done during the visit, in numbers; nothing needs to be entered."""
    with st.expander("What was done"):
        return {
            kind: int(st.number_input(label, 0, 99, 0, key=f"did-{kind}"))
            for kind, label in tracking.ACTIVITY_KINDS.items()
        }


def _draw_stops(
    workspace: Workspace,
    user: User,
    stops: pd.DataFrame,
    done: list[tracking.CheckIn],
    standing: tracking.CheckIn | None,
    names: dict[str, str],
) -> None:
    left, right = st.columns(2)
    crew = left.number_input("Officers", 1, 20, 2, key="crew")
    usual = str(stops["mode"].iloc[0]) if len(stops) else "foot"
    choices = list(MODES)
    mode = right.selectbox(
        "How",
        choices,
        index=choices.index(usual) if usual in choices else 0,
        format_func=MODES.get,
        key="mode",
    )
    planned = [
        (row.hotspot_id, f"{row.starts:%H:%M}", int(row.minutes)) for row in stops.itertuples()
    ]
    if not planned:
        st.info("Nothing is planned for your unit today. Any hot spot can be chosen below.")
    visited = [one.hotspot_id for one in done]
    for number, (hotspot_id, starts, minutes) in enumerate(planned):
        is_here = standing is not None and standing.hotspot_id == hotspot_id
        with st.container(border=True):
            mark = ":material/check_circle: " if hotspot_id in visited and not is_here else ""
            st.markdown(
                f"{mark}**{starts} · {_plain(names.get(hotspot_id, hotspot_id))}** · {minutes} minutes"
            )
            if st.button(
                "You are here" if is_here else "Check in",
                key=f"in-{number}",
                width="stretch",
                disabled=is_here,
                type="primary"
                if number == _next(planned, visited) and not standing
                else "secondary",
            ):
                _check_in(workspace, user, hotspot_id, int(crew), mode)
    others = [place for place in names if place not in {stop[0] for stop in planned}]
    with st.expander("Another hot spot"):
        chosen = st.selectbox("Hot spot", others, format_func=names.get, key="other-place")
        if st.button("Check in there", width="stretch", key="in-other", disabled=chosen is None):
            _check_in(workspace, user, chosen, int(crew), mode)


def _check_in(workspace: Workspace, user: User, hotspot_id: str, crew: int, mode: str) -> None:
    with steps.action(stop=False):
        tracking.check_in(workspace, user, hotspot_id, crew=crew, mode=mode)
        st.rerun()


def _next(planned: list[tuple[str, str, int]], visited: list[str]) -> int:
    """The first stop not visited yet."""
    waiting = [number for number, stop in enumerate(planned) if stop[0] not in visited]
    return waiting[0] if waiting else -1


def _draw_afterwards(workspace: Workspace, user: User, names: dict[str, str]) -> None:
    """Enter a visit that could not be checked in to, such as without network."""
    folded = st.expander("Enter a visit afterwards (no network, no time)")
    with folded, st.form("afterwards", border=False):
        place = st.selectbox("Hot spot", list(names), format_func=names.get, key="after-place")
        left, right = st.columns(2)
        came = left.time_input("Came at", value=None, step=60, key="after-came")
        gone = right.time_input("Left at", value=None, step=60, key="after-left")
        left, right = st.columns(2)
        crew = left.number_input("Officers", 1, 20, 2, key="after-crew")
        mode = right.selectbox("How", list(MODES), format_func=MODES.get, key="after-mode")
        if not st.form_submit_button("Keep this visit", width="stretch"):
            return
        if place is None or came is None or gone is None:
            st.error("Name the hot spot, and when you came and left.")
            return
        with steps.action(stop=False):
            tracking.add_visit(workspace, user, place, came, gone, crew=int(crew), mode=mode)
            st.rerun()


def _draw_without_end(
    workspace: Workspace, user: User, one: tracking.CheckIn, names: dict[str, str]
) -> None:
    """A visit that the end of a shift closed: its end may still be told."""
    began = _local(workspace, one.in_ms)
    with st.container(border=True):
        st.markdown(
            f"**{_plain(names.get(one.hotspot_id, one.hotspot_id))}**, {began.day} {began:%b, %H:%M}: not "
            "checked out, closed at the end of the shift. It counts no minutes until you say when "
            "you left."
        )
        key = f"end-{one.check_in_id}"
        ended = st.time_input("I left at", value=None, step=60, key=key)
        if st.button("Close this visit", key=f"{key}-keep", width="stretch", disabled=not ended):
            with steps.action(stop=False):
                tracking.check_out(workspace, user, one.check_in_id, ended=ended)
                st.rerun()


def _draw_done(
    workspace: Workspace, user: User, done: list[tracking.CheckIn], names: dict[str, str]
) -> None:
    if not done:
        return
    frame = pd.DataFrame(
        {
            "time": [f"{_local(workspace, one.in_ms):%H:%M}" for one in done],
            "place": [names.get(one.hotspot_id, one.hotspot_id) for one in done],
            "minutes": pd.array([one.minutes for one in done], "Float64").round(1),
            "mark": [_mark(one) for one in done],
        }
    )
    columns = {
        "time": tables.text("In"),
        "place": tables.text("Hot spot"),
        "minutes": tables.number("Reported", unit="min"),
        "mark": tables.text("Remark"),
    }
    st.subheader("Today, as you reported it", anchor=False)
    tables.show(frame, columns, key="own-done", alt="Own check-ins of today")


def _mark(one: tracking.CheckIn) -> str:
    if one.is_past_shift:
        return "not checked out"
    if one.is_forgotten:
        return "not closed"
    if one.out_ms is None:
        return "open"
    return "entered afterwards" if one.is_late else ""


def _draw_results(workspace: Workspace, user: User) -> None:
    with steps.action(stop=False):
        results = tracking.own_results(workspace, user)
        week = results.weeks.iloc[-1]
        st.markdown(
            f"This week you reported {steps.counted(int(week['visits']), 'visit')} and "
            f"{week['minutes']:.0f} minutes; of {int(week['planned'])} visits planned for "
            f"{_plain(results.unit)}, your check-ins deliver {int(week['delivered'])}."
        )
        columns = {
            "week": tables.date("Week from"),
            "visits": tables.number("Visits"),
            "minutes": tables.number("Reported", unit="min"),
            "planned": tables.number("Planned for the unit"),
            "delivered": tables.number("Delivered by you"),
        }
        tables.show(results.weeks, columns, key="own-weeks", alt="Own results by week")


def _local(workspace: Workspace, ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, workspace.timezone)


def _plain(text: str) -> str:
    """Return a name of the data so that no sign in it is read as markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~<>:$-])", r"\\\1", text)
